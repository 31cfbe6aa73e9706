/*
 * mnf.h - minimum noise fraction: components in the order of their signal to
 * noise ratio
 *
 * Also called noise-adjusted principal components: the principal components of
 * pixels whose noise was made white.
 */
#ifndef HYP_MNF_H
#define HYP_MNF_H

#include "hyperslab/noise.h"
#include "hyperslab/pca.h"

/*
 * Find the noise-adjusted components: vectors v of S v = l N v, where S is the
 * covariance of the pixels and N that of the noise, half the covariance of the
 * differences of neighbours.  Both are exact.
 *
 * Collective: yes
 * Shapes:     options->min_eigenvalue: of l, which is the signal to noise ratio
 *             plus one; mnf->vector[i]: v per DN, v' N v = 1; mnf->value: l
 * Errors:     those of hyp_pca_all() and hyp_differences_all(); HYP_ENUMERIC
 *             also if there are spectra without noise; mnf is then empty
 * Ownership:  the caller frees with hyp_pca_release()
 * Result:     as of hyp_pca_all(); its covariance is S.  *pairs: of neighbours
 */
HYP_CHECKED hyp_status hyp_mnf_all(const hyp_slab *slab,
                                   const hyp_summary *summary,
                                   const hyp_neighbours *neighbours,
                                   const hyp_pca_options *options,
                                   MPI_Comm comm, hyp_pca *mnf, int64_t *pairs,
                                   hyp_pca_times *times);

#endif
