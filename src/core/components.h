/*
 * components.h - what all ways to find components share
 */
#ifndef HYP_CORE_COMPONENTS_H
#define HYP_CORE_COMPONENTS_H

#include "core/eigen.h"
#include "hyperslab/pca.h"

/*
 * Make room for components, and set the mean.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; pca is to be released
 */
HYP_CHECKED hyp_status hyp_pca_init(hyp_pca *pca, const hyp_summary *summary,
                                    hyp_pca_kind kind);

/* The grid that the options ask for, or the best.  Collective: no. */
hyp_grid hyp_pca_grid(const hyp_pca_options *options, int bands, int ranks);

/*
 * Choose how many components to keep, and note how they were found.
 *
 * Collective: no
 * Requires:   the eigenvalues are there
 */
void hyp_pca_keep(hyp_pca *pca, const hyp_pca_options *options, hyp_grid grid,
                  const hyp_eigen_quality *quality);

#endif
