/*
 * quality.h - how well classes are told apart
 *
 * Distances are Euclidean, whatever k-means went by.  Classes without pixels
 * do not count.
 */
#ifndef HYP_CORE_QUALITY_H
#define HYP_CORE_QUALITY_H

#include "hyperslab/kmeans.h"

#include <mpi.h>

/* Each is NaN where it is not defined: with fewer than two classes. */
typedef struct hyp_quality {
    double calinski_harabasz; /* variance between the classes to that within;
                                 NaN too if no pixel differs from its mean   */
    double davies_bouldin;    /* mean over the classes of the spread of two
                                 to their distance, at its worst; less is
                                 better                                      */
    double silhouette;        /* simplified: mean over the pixels of
                                 (b - a) / max(a, b), a the distance to the
                                 own centroid and b that to the nearest other;
                                 -1 to 1                                     */
} hyp_quality;

/*
 * Measure a clustering.
 * Source: Calinski and Harabasz, Communications in Statistics 3, 1974; Davies
 * and Bouldin, IEEE PAMI 1, 1979; Hruschka, de Castro and Campello, Evolutionary
 * algorithms for clustering gene-expression data, ICDM 2004, for the simplified
 * silhouette.
 *
 * Collective: yes
 * Requires:   kmeans: of these slabs
 * Errors:     HYP_ENOMEM
 * Result:     the same bits on every rank and at any rank count; distances are
 *             computed in float, so that the latter two are exact to 5 digits
 * Cost:       that of a first iteration of k-means without bounds: pixels *
 *             bands * classes multiply-adds
 */
HYP_CHECKED hyp_status hyp_quality_all(const hyp_slab *slab,
                                       const hyp_kmeans *kmeans, MPI_Comm comm,
                                       hyp_quality *quality);

#endif
