/*
 * pca.h - principal components of the valid pixels of all ranks
 */
#ifndef HYP_PCA_H
#define HYP_PCA_H

#include "hyperslab/slab.h"
#include "hyperslab/summary.h"

#include <mpi.h>

/* What a score of one stands for. */
typedef enum hyp_pca_kind {
    HYP_PCA_PLAIN,         /* one of reflectance                          */
    HYP_PCA_WHITENED,      /* the standard deviation of the component     */
    HYP_PCA_NOISE_ADJUSTED /* the standard deviation of its noise (mnf.h) */
} hyp_pca_kind;

typedef struct hyp_pca_options {
    /* How many components to keep, by the first of these that is set: */
    int components;           /* this many; 0: not set                        */
    double min_eigenvalue;    /* those with at least this, DN^2; 0: not set   */
    double variance;          /* the fewest that hold this share, 0..1        */
    int grid_rows, grid_cols; /* of the eigensolver; 0: chosen             */
    hyp_pca_kind kind;
} hyp_pca_options;

typedef struct hyp_pca {
    hyp_pca_kind kind;
    int bands, components;
    double *mean;       /* [bands], DN; owned                                 */
    double *value;      /* [bands]: eigenvalues, DN^2, greatest first; owned  */
    double *vector;     /* [bands][bands]: vector[i] belongs to value[i], its
                       coefficient of greatest size is positive; owned    */
    double *pattern;    /* [bands][bands], DN: what a score of one of component
                       i adds to a pixel; NULL if that is vector[i]; owned */
    double *covariance; /* [bands][bands], DN^2, on rank 0; NULL on the
                           others; owned                                   */
    double *noise;      /* the same of the noise, on every rank; NULL if it was
                           not asked for; owned                            */
    int grid_rows, grid_cols; /* of the eigensolver                       */
    double residual;          /* |C V - V L| / |C|                        */
    double orthogonality;     /* |V'V - I| / n                            */
} hyp_pca;

/* Seconds that the parts of the fit took on this rank. */
typedef struct hyp_pca_times {
    double covariance, eigen;
} hyp_pca_times;

/*
 * Refuse options that cannot be met: more components than bands, or a grid
 * that the ranks do not fill.
 *
 * Collective: no
 * Errors:     HYP_EUSAGE
 */
HYP_CHECKED hyp_status hyp_pca_check(const hyp_pca_options *options, int bands,
                                     int ranks);

/*
 * Find the principal components: eigenvectors of the covariance (with N - 1),
 * which is exact, by ScaLAPACK on a grid of the ranks.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC, also if a component to be whitened has
 *             no variance; HYP_EUSAGE for a grid that the ranks do not fill, or
 *             more components than bands; pca is then empty
 * Ownership:  the caller frees with hyp_pca_release()
 * Result:     the same on every rank; on a grid of one rank, the same bits at
 *             any rank count, as the covariance has in any case
 */
HYP_CHECKED hyp_status hyp_pca_all(const hyp_slab *slab,
                                   const hyp_summary *summary,
                                   const hyp_pca_options *options,
                                   MPI_Comm comm, hyp_pca *pca,
                                   hyp_pca_times *times);

/* Choose again how many components are kept.  Collective: no. */
void hyp_pca_choose(hyp_pca *pca, const hyp_pca_options *options);

/* The share of the variance that component i holds.  Collective: no. */
double hyp_pca_share(const hyp_pca *pca, int i);

/*
 * What a score of one of component i is, in DN along its vector; scale: DN per
 * unit of reflectance.
 *
 * Collective: no
 */
double hyp_pca_unit(const hyp_pca *pca, int i, double scale);

/* Projects pixels on the components that were kept, sixteen at a time. */
typedef struct hyp_scores {
    int bands, stride, components;
    int groups;       /* of sixteen components                             */
    int16_t *offset;  /* [stride]: the mean in whole DN; owned             */
    float *direction; /* [groups][bands][16], per unit of the scores; owned */
    float *shift;     /* [groups][16]: scores of the mean; owned           */
    float *block;     /* room for one block of scores; owned               */
} hyp_scores;

/*
 * Prepare to compute scores, (x - mean) v[i] / hyp_pca_unit(i).
 *
 * Collective: no
 * Shapes:     stride: of the slabs to come
 * Errors:     HYP_ENOMEM; scores is then empty
 * Ownership:  the caller frees with hyp_scores_release()
 */
HYP_CHECKED hyp_status hyp_scores_init(hyp_scores *scores, const hyp_pca *pca,
                                       int stride, double scale);

/*
 * Scores of consecutive pixels.
 *
 * Collective: no
 * Shapes:     out [pixels][components]
 * Result:     a pixel's scores do not depend on its place, nor on its rank
 */
void hyp_scores_of(const hyp_scores *scores, const hyp_slab *slab,
                   int64_t first, int64_t pixels, float *out);

/* Free what scores owns.  Accepts { 0 }.  Collective: no. */
void hyp_scores_release(hyp_scores *scores);

/* Free what pca owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_pca_release(hyp_pca *pca);

#endif
