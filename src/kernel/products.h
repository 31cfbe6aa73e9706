/*
 * products.h - exact sums of products of int16, for the covariance
 */
#ifndef HYP_KERNEL_PRODUCTS_H
#define HYP_KERNEL_PRODUCTS_H

#include <stdint.h>

typedef struct hyp_products_kernels {
    /*
     * Two vectors side by side, x - x_less and y - y_less.
     *
     * Shapes:   x, x_less, y, y_less [stride]; pair [stride][2], out
     * Requires: the differences fit in 16 bits
     */
    void (*pack)(const int16_t *x, const int16_t *x_less, const int16_t *y,
                 const int16_t *y_less, int stride, int16_t *pair);

    /*
     * Add the products of pairs of pixels to their sums.
     *
     * Shapes:   pair [pairs][stride][2]; sum [stride][stride], in and out: at
     *           least the lower triangle of `bands` rows
     * Requires: `depth` pairs of the greatest products add up within 32 bits
     */
    void (*add)(const int16_t *pair, int pairs, int depth, int bands,
                int stride, int64_t *sum);
} hyp_products_kernels;

/* The kernels of this machine; NULL if it has none.  Collective: no. */
const hyp_products_kernels *hyp_products_here(void);

#endif
