/*
 * covariance.h - exact covariance of the bands, distributed for ScaLAPACK
 *
 * Products of int16 DN are integers, and so are their sums: the covariance is
 * rounded once, at the very end, whatever the number of ranks.
 */
#ifndef HYP_CORE_COVARIANCE_H
#define HYP_CORE_COVARIANCE_H

#include "core/eigen.h"
#include "hyperslab/slab.h"
#include "hyperslab/summary.h"

/*
 * Sums of products of this rank's pixels, x less the middle of its band's
 * range, (low + high) / 2: small numbers, whose sums stay exact for longer.
 *
 * Collective: no
 * Shapes:     product [bands][bands], lower triangle, out: sum of
 *             (x[i] - middle[i]) (x[j] - middle[j])
 * Requires:   summary holds the range of the slab's pixels
 * Errors:     HYP_ENOMEM
 * Cost:       pixels * bands^2 / 2 multiply-adds
 */
HYP_CHECKED hyp_status hyp_products(const hyp_slab *slab,
                                    const hyp_summary *summary,
                                    int64_t *product);

/* What a covariance needs to know of its vectors beside their products. */
typedef struct hyp_totals {
    int bands;
    int64_t count;      /* of the vectors, of all ranks                  */
    const int64_t *sum; /* [bands], of the vectors; borrowed             */
} hyp_totals;

/*
 * Add up the products of all ranks and finish the covariance,
 * (n sum x[i] x[j] - sum x[i] sum x[j]) / (n (n - 1)), each rank of the grid
 * receiving its blocks of the matrix only.
 *
 * Collective: yes
 * Shapes:     product [bands][bands], lower triangle, of this rank's vectors;
 *             *part [local columns][local rows], out
 * Requires:   two vectors at least
 * Errors:     HYP_ENOMEM
 * Ownership:  the caller frees *part
 * Result:     exact until it is turned into double and divided; the same at any rank count
 * Cost:       one reduce-scatter of bands^2 integers
 */
HYP_CHECKED hyp_status hyp_covariance_of_all(const int64_t *product,
                                             const hyp_totals *totals,
                                             hyp_grid grid, MPI_Comm comm,
                                             double **part);

/*
 * The same of the pixels.
 *
 * Collective: yes
 * Shapes:     product: as hyp_products() gave it
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if there are fewer than two pixels
 * Ownership:  the caller frees *part
 */
HYP_CHECKED hyp_status hyp_covariance_all(const int64_t *product,
                                          const hyp_summary *summary,
                                          hyp_grid grid, MPI_Comm comm,
                                          double **part);

#endif
