/*
 * kmeans.h - exact k-means (Lloyd) over the valid pixels of all ranks
 *
 * The contract is that of Spectral Python's kmeans(): every pixel goes to its
 * nearest centre, ties to the lowest class; a centre becomes the mean of its
 * pixels, and stays where it is if it has none; the end is reached when no
 * pixel changes its class, or after the given number of iterations.
 *
 * Sums are integers, and nearest means nearest in exact arithmetic, so that
 * labels, centres and iteration counts are the same bits at any rank count and
 * on any instruction set.
 */
#ifndef HYP_KMEANS_H
#define HYP_KMEANS_H

#include "hyperslab/slab.h"
#include "hyperslab/summary.h"

#include <mpi.h>
#include <stdbool.h>

#define HYP_MAX_CLASSES 65535

typedef enum hyp_distance { HYP_DISTANCE_L2, HYP_DISTANCE_L1 } hyp_distance;

/* What is known at the end of an iteration, the same on every rank. */
typedef struct hyp_kmeans_step {
    int iteration;      /* from 1                                         */
    int64_t reassigned; /* pixels whose class changed                     */
    double within;      /* sum of squared distances to the class means,
                           DN squared                                     */
    int64_t decided_exactly; /* pixels that floating point could not tell */
} hyp_kmeans_step;

typedef void hyp_kmeans_observer(void *context, const hyp_kmeans_step *step);

typedef struct hyp_kmeans {
    int classes, bands;
    hyp_distance distance;
    int iterations;
    bool converged;
    bool stopped;    /* before the end, because a rank wished it          */
    double within;   /* of the last iteration                             */
    double *centre;  /* [classes][bands], DN: means of the labels; owned  */
    int64_t *sum;    /* [classes][bands], of the DN of each class; owned  */
    int64_t *count;  /* [classes]; owned                                  */
    uint16_t *label; /* [pixels of the slab], 0..classes-1; owned         */
} hyp_kmeans;

/* What is to happen after an iteration, if it is not the last anyway. */
typedef enum hyp_kmeans_wish {
    HYP_KMEANS_GO_ON,
    HYP_KMEANS_SAVE, /* save the state, and go on */
    HYP_KMEANS_STOP  /* save the state, and stop  */
} hyp_kmeans_wish;

/*
 * What lets a run be left before its end.  Both functions may be NULL.
 *
 * wish is asked on every rank in every iteration; ranks may differ.  If one
 * wishes to stop, all stop; else, if one wishes to save, all save.  save_all is
 * then called on every rank; state is as a run may go on from.  A status other
 * than HYP_OK, which must be the same on every rank, ends k-means with it.
 */
typedef struct hyp_kmeans_keeper {
    hyp_kmeans_wish (*wish)(void *context);
    hyp_status (*save_all)(void *context, const hyp_kmeans *state);
    void *context;
} hyp_kmeans_keeper;

typedef struct hyp_kmeans_options {
    int classes; /* K, 1..HYP_MAX_CLASSES                                  */
    int max_iterations;
    hyp_distance distance;
    double min_change;      /* stop when fewer than this share of the pixels
                               changes, 0..1; 0: when none does             */
    const double *start;    /* [classes][bands] start centres, DN; borrowed */
    const hyp_kmeans *from; /* go on from this state instead, which a run on
                               any number of ranks saved; borrowed; or NULL */
    hyp_kmeans_observer *observer; /* called on every rank; may be NULL     */
    void *observer_context;
    hyp_kmeans_keeper keeper;
} hyp_kmeans_options;

/*
 * Start centres evenly on the diagonal of the bounding box:
 * low + j * ((high - low) / (classes - 1)), in double, as SPy does.
 *
 * Collective: no
 * Shapes:     centre [classes][summary->bands], DN, out
 */
void hyp_kmeans_diagonal(const hyp_summary *summary, int classes,
                         double *centre);

/*
 * Start centres by k-means++ (Arthur and Vassilvitskii, 2007): each centre is
 * a pixel, drawn with a chance in proportion to the squared distance from the
 * centres before it.
 *
 * Collective: yes
 * Shapes:     centre [classes][slab->bands], DN, out
 * Errors:     HYP_ENOMEM
 * Result:     depends on the seed and the order of the pixels only
 * Cost:       pixels * bands * classes multiply-adds; classes broadcasts
 */
HYP_CHECKED hyp_status hyp_kmeans_plus_plus_all(const hyp_slab *slab,
                                                const hyp_summary *summary,
                                                int classes, uint64_t seed,
                                                MPI_Comm comm, double *centre);

/*
 * Cluster the pixels of all ranks.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if there are more classes than pixels;
 *             HYP_EUSAGE if a start centre is not a number within +-2^15 DN, or
 *             if the state to go on from is of other classes or bands, or past
 *             max_iterations; HYP_EFORMAT if its labels, over these pixels, do
 *             not give its sums; those of the keeper; out is then empty
 * Ownership:  the caller frees with hyp_kmeans_release()
 * Result:     the same bits at any rank count, on any instruction set, and from
 *             any state of the same run
 * Cost:       pixels * bands * classes multiply-adds and one allreduce of
 *             classes * (bands + 1) integers an iteration
 */
HYP_CHECKED hyp_status hyp_kmeans_all(const hyp_slab *slab,
                                      const hyp_summary *summary,
                                      const hyp_kmeans_options *options,
                                      MPI_Comm comm, hyp_kmeans *out);

/*
 * Give every pixel the class whose centre is nearest to it, and count the
 * classes; the centres stay where they are.
 *
 * Collective: yes
 * Shapes:     km: classes, bands, distance and centre are taken; label and
 *             count are made; coarser [pixels of the slab]: the values of a
 *             pixel are in 2^this DN; NULL: all are in DN
 * Requires:   centres within +-2^15 DN
 * Errors:     HYP_ENOMEM, HYP_ENUMERIC; km is then to be released
 * Ownership:  the caller frees with hyp_kmeans_release()
 * Result:     the labels that an iteration from these centres gives, bit for
 *             bit
 * Cost:       that of the first iteration
 */
HYP_CHECKED hyp_status hyp_kmeans_predict_all(hyp_kmeans *km,
                                              const hyp_slab *slab,
                                              const uint8_t *coarser,
                                              const hyp_summary *summary,
                                              MPI_Comm comm);

/*
 * Distances of consecutive pixels from the centres of their classes, in DN
 * over scale: the root of the sum of squares, or for L1 the sum of absolute
 * differences, added up in double and rounded to float once.
 *
 * Collective: no
 * Shapes:     coarser: as for hyp_kmeans_predict_all(); out [pixels]
 * Result:     a pixel's distance does not depend on its place, nor on its rank
 */
void hyp_kmeans_distances(const hyp_kmeans *km, const hyp_slab *slab,
                          const uint8_t *coarser, int64_t first, int64_t pixels,
                          double scale, float *out);

/*
 * Replace the sums and centres by those of other values of the same pixels.
 *
 * Collective: yes
 * Shapes:     km->centre [classes][slab->bands], which classes without pixels
 *             keep
 * Requires:   slab has the pixels that were clustered; summary is of it
 * Errors:     HYP_ENOMEM; km must then be released
 * Result:     exact sums; the same at any rank count
 * Cost:       one pass over the pixels; one allreduce of classes * (bands + 1)
 *             integers
 */
HYP_CHECKED hyp_status hyp_kmeans_regroup_all(hyp_kmeans *km,
                                              const hyp_slab *slab,
                                              const hyp_summary *summary,
                                              MPI_Comm comm);

/* Free what km owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_kmeans_release(hyp_kmeans *km);

#endif
