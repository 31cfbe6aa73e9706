/*
 * contingency.h - how often the classes of two maps meet on a pixel
 *
 * Pairs of classes are tallied first, whatever numbers the classes have; the
 * table follows when all pixels of all ranks are known.
 */
#ifndef HYP_CORE_CONTINGENCY_H
#define HYP_CORE_CONTINGENCY_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stdint.h>

#define HYP_MAX_COMPARED 2048 /* classes of a map: the table is then 32 MB */

/* Pixels of one class in map A and of one class in map B. */
typedef struct hyp_pair {
    int64_t a, b, count;
} hyp_pair;

typedef struct hyp_tally {
    int64_t pairs, room;
    hyp_pair *pair; /* [room], in the order in which they were met; owned    */
    int64_t slots;  /* a power of two, more than twice the pairs            */
    int32_t *slot;  /* [slots]: which pair, from 1; 0: none; owned          */
} hyp_tally;

/* Classes of a map are numbered by their values: from 0, ascending. */
typedef struct hyp_contingency {
    int a_classes, b_classes;
    int64_t *a_value; /* [a_classes]: values of the classes in map A; owned  */
    int64_t *b_value; /* [b_classes]; owned                                  */
    int64_t *count;   /* [a_classes][b_classes] pixels; owned                */
    int64_t *a_count; /* [a_classes]: sums of the rows; owned                */
    int64_t *b_count; /* [b_classes]: sums of the columns; owned             */
    int64_t pixels;   /* sum of all                                          */
} hyp_contingency;

/*
 * Count pixels by their pairs of classes.
 *
 * Collective: no
 * Shapes:     a, b [pixels]: their classes in the two maps
 * Requires:   tally is { 0 } at first
 * Errors:     HYP_EFORMAT if there are more pairs than HYP_MAX_COMPARED classes
 *             can make; HYP_ENOMEM; tally must then be released
 * Ownership:  the caller frees with hyp_tally_release()
 */
HYP_CHECKED hyp_status hyp_tally_add(hyp_tally *tally, const int64_t *a,
                                     const int64_t *b, int64_t pixels);

/*
 * Give rank 0 what all ranks have counted; the others keep theirs.
 *
 * Collective: yes
 * Errors:     those of hyp_tally_add()
 * Cost:       the pairs of every rank are sent to rank 0 once
 */
HYP_CHECKED hyp_status hyp_tally_collect_all(hyp_tally *tally, MPI_Comm comm);

/* Free what tally owns.  Accepts { 0 }.  Collective: no. */
void hyp_tally_release(hyp_tally *tally);

/*
 * Make the table of a tally.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT if a map has more than HYP_MAX_COMPARED classes;
 *             HYP_ENUMERIC if no pixel was counted; HYP_ENOMEM; table is then
 *             empty
 * Ownership:  the caller frees with hyp_contingency_release()
 */
HYP_CHECKED hyp_status hyp_contingency_init(hyp_contingency *table,
                                            const hyp_tally *tally);

/* Free what table owns.  Accepts { 0 }.  Collective: no. */
void hyp_contingency_release(hyp_contingency *table);

#endif
