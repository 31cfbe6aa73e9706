/*
 * changes.h - what an iteration of k-means changes, summed over all ranks
 */
#ifndef HYP_CORE_CHANGES_H
#define HYP_CORE_CHANGES_H

#include "hyperslab/status.h"
#include "kernel/kernel.h"

#include <mpi.h>
#include <stdint.h>

#define HYP_CHANGES_DELAY 16 /* pixels whose spectra are on their way */

/* A pixel that goes from one class to another. */
typedef struct hyp_move {
    const int16_t *x; /* [stride]; borrowed; NULL: none */
    int from, to;
} hyp_move;

/* What ranks can vote for: how an iteration is to end. */
typedef enum hyp_vote { HYP_VOTE_SAVE, HYP_VOTE_STOP, HYP_VOTES } hyp_vote;

typedef struct hyp_changes {
    const hyp_kernels *kernels;
    int classes, stride;
    int64_t *total;  /* [classes][stride] of sums, [classes] of counts, pixels
                       reassigned, pixels decided exactly, votes; owned     */
    int length;      /* of total                                             */
    int32_t *recent; /* [classes][stride]: sums not yet in total; owned     */
    int moves;       /* in recent: few enough for 32 bits                   */
    hyp_move late[HYP_CHANGES_DELAY]; /* not yet in recent: a ring           */
    int next;                         /* of the ring                         */
} hyp_changes;

/*
 * Start with no change.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; changes is then empty
 * Ownership:  the caller frees with hyp_changes_release()
 */
HYP_CHECKED hyp_status hyp_changes_init(hyp_changes *changes, int classes,
                                        int stride);

/* Forget all changes.  Collective: no. */
void hyp_changes_clear(hyp_changes *changes);

/*
 * Move a pixel from one class to another.  Its spectrum is fetched, and added
 * when more pixels have been moved or the changes are summed.
 *
 * Collective: no
 * Shapes:     x [stride]
 * Requires:   from and to differ; x stays until the changes are summed
 */
void hyp_changes_move(hyp_changes *changes, const int16_t *x, int from, int to);

/*
 * Add up the changes of all ranks.
 *
 * Collective: yes
 * Cost:       one allreduce of classes * (stride + 1) + 4 integers
 */
void hyp_changes_sum_all(hyp_changes *changes, MPI_Comm comm);

/* Of the sums of a class: [stride].  Collective: no. */
const int64_t *hyp_changes_of_sum(const hyp_changes *changes, int class);

/* Of the count of a class.  Collective: no. */
int64_t hyp_changes_of_count(const hyp_changes *changes, int class);

/* The number of pixels that were moved.  Collective: no. */
int64_t hyp_changes_reassigned(const hyp_changes *changes);

/* Where to count the pixels that were decided exactly.  Collective: no. */
int64_t *hyp_changes_exactly(const hyp_changes *changes);

/* Where to count the ranks that vote for it.  Collective: no. */
int64_t *hyp_changes_votes(const hyp_changes *changes, hyp_vote vote);

/* Free what changes owns.  Accepts { 0 }.  Collective: no. */
void hyp_changes_release(hyp_changes *changes);

#endif
