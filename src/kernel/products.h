/*
 * products.h - exact sums of products of int16, for the covariance
 */
#ifndef HYP_KERNEL_PRODUCTS_H
#define HYP_KERNEL_PRODUCTS_H

#include <stdint.h>

#define HYP_PRODUCTS_LANES 32 /* the stride of pixels is a multiple of it */

/*
 * Add the products of pairs of pixels to their sums.
 *
 * Shapes: pair [pairs][stride][2]: of each band, the values of two pixels;
 *         sum [stride][stride]: at least the lower triangle, in and out
 * Requires: depth pairs of the greatest products add up within 32 bits
 */
typedef void hyp_products_kernel(const int16_t *pair, int pairs, int depth,
                                 int stride, int64_t *sum);

/* The kernel of this machine; NULL if it has none.  Collective: no. */
hyp_products_kernel *hyp_products_here(void);

#endif
