/*
 * deviations.h - how far the pixels of each class lie from its mean
 */
#ifndef HYP_DEVIATIONS_H
#define HYP_DEVIATIONS_H

#include "hyperslab/kmeans.h"

typedef struct hyp_deviations {
    int classes, bands;
    double *value; /* [classes][bands], DN: standard deviations, with N - 1;
                      0 for a class of fewer than two pixels; owned          */
} hyp_deviations;

/*
 * The standard deviation of each band over the pixels of each class.
 *
 * Collective: yes
 * Requires:   kmeans: of these slabs
 * Errors:     HYP_ENOMEM; deviations is then empty
 * Ownership:  the caller frees with hyp_deviations_release()
 * Result:     from exact sums, rounded three times; the same on every rank,
 *             and at any rank count
 * Cost:       one pass over the pixels; one allreduce of classes * bands
 *             integers
 */
HYP_CHECKED hyp_status hyp_deviations_all(const hyp_slab *slab,
                                          const hyp_kmeans *kmeans,
                                          MPI_Comm comm,
                                          hyp_deviations *deviations);

/* Free what deviations owns.  Accepts { 0 }.  Collective: no. */
void hyp_deviations_release(hyp_deviations *deviations);

#endif
