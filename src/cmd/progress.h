/*
 * progress.h - how far a long part of the run has come
 *
 * On a terminal, a bar that is drawn over itself; elsewhere, as in the log of a
 * batch job, a whole line now and then.  SIGUSR2 asks for a line at once.
 */
#ifndef HYP_CMD_PROGRESS_H
#define HYP_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum hyp_progress_way {
    HYP_PROGRESS_AUTO, /* a bar on a terminal, else lines */
    HYP_PROGRESS_BAR,
    HYP_PROGRESS_PLAIN,
    HYP_PROGRESS_NONE
} hyp_progress_way;

typedef struct hyp_progress {
    hyp_progress_way way; /* not AUTO                                       */
    double every;         /* seconds from line to line                      */
    double begin;         /* of the run, on hyp_clock()                     */
    const char *part;     /* such as "reading"; NULL: between parts         */
    double part_begin;
    double unit;   /* of what is counted, in bytes; 0: no rate is said */
    double latest; /* when something was shown       */
    bool drawn;    /* a bar stands on the terminal   */
} hyp_progress;

/*
 * Prepare to show progress on stderr.  From now on SIGUSR2 asks for a line; it
 * does so on every rank, but only one that shows progress answers.
 *
 * Collective: no
 * Shapes:     every: seconds from line to line; 0: the default
 */
void hyp_progress_init(hyp_progress *progress, hyp_progress_way way,
                       double every);

/*
 * Begin a part of the run.
 *
 * Collective: no
 * Shapes:     unit: bytes, over all ranks, of one of what will be counted; 0:
 *             it is not data
 */
void hyp_progress_begin(hyp_progress *progress, const char *part, double unit);

/* Say how much of the part is done, if it is time to.  Collective: no. */
void hyp_progress_show(hyp_progress *progress, int64_t done, int64_t total);

/* End the part; a bar is wiped out.  Collective: no. */
void hyp_progress_end(hyp_progress *progress);

/* Whether SIGUSR2 has come since the last time this was asked.
   Collective: no. */
bool hyp_progress_is_asked(void);

#endif
