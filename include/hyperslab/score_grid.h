/*
 * score_grid.h - scores of the pixels as 16-bit integers
 *
 * k-means is exact because pixels are integers.  To cluster scores, they are
 * put on a grid: one step for all components, so that distances keep their
 * meaning, and a power of two, so that only the rounding to the grid is one.
 */
#ifndef HYP_SCORE_GRID_H
#define HYP_SCORE_GRID_H

#include "hyperslab/pca.h"
#include "hyperslab/slab.h"

#include <mpi.h>

typedef struct hyp_score_grid {
    const hyp_pca *pca; /* borrowed                                        */
    double scale;       /* DN per unit of reflectance                      */
    double step;        /* reflectance: a power of two, the least with which
                           the largest score of the scene fits, or as given */
    hyp_slab slab;      /* the pixels' scores in steps; owned              */
    uint8_t *coarser;   /* [pixels]: the step of a pixel is 2^this times as
                           large; NULL: none is; owned                     */
} hyp_score_grid;

/*
 * Put the scores of all pixels on a grid, to the nearest step, ties to even.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; grid is then empty
 * Ownership:  borrows pca; the caller frees with hyp_score_grid_release()
 * Result:     the same for the same components, at any rank count
 * Cost:       the scores are computed twice, rather than kept
 */
HYP_CHECKED hyp_status hyp_score_grid_all(hyp_score_grid *grid,
                                          const hyp_slab *slab,
                                          const hyp_pca *pca, double scale,
                                          MPI_Comm comm);

/*
 * Put the scores of this rank's pixels on a grid of a given step.  A pixel with
 * larger scores than fit is put on a coarser grid: that of the least power of
 * two with which they do.
 *
 * Collective: no
 * Requires:   step is a power of two
 * Errors:     HYP_ENOMEM; grid is then empty
 * Ownership:  borrows pca; the caller frees with hyp_score_grid_release()
 * Result:     that of a pixel does not depend on others
 */
HYP_CHECKED hyp_status hyp_score_grid_apply(hyp_score_grid *grid,
                                            const hyp_slab *slab,
                                            const hyp_pca *pca, double scale,
                                            double step);

/*
 * The scores of a spectrum.
 *
 * Collective: no
 * Shapes:     spectrum [bands], DN; score [components], steps, out
 */
void hyp_score_grid_of(const hyp_score_grid *grid, const double *spectrum,
                       double *score);

/*
 * The spectrum that has these scores, and none in the components that were not
 * kept.
 *
 * Collective: no
 * Shapes:     score [components], steps; spectrum [bands], DN, out
 */
void hyp_score_grid_spectrum(const hyp_score_grid *grid, const double *score,
                             double *spectrum);

/* Free what grid owns.  Accepts { 0 }.  Collective: no. */
void hyp_score_grid_release(hyp_score_grid *grid);

#endif
