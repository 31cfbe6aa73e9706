/*
 * products.h - exact sums of products of int16, for the covariance
 */
#ifndef HYP_KERNEL_PRODUCTS_H
#define HYP_KERNEL_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct hyp_products_kernels {
    const char *name;

    /* How many int16 a panel of pairs takes: the pairs, and behind them what
       add() works in, if anything. */
    size_t (*room)(int pairs, int stride);

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
     * Shapes:   panel [room(pairs, stride)], aligned to 64 bytes: pairs
     *           [pairs][stride][2] and what follows them; stride a multiple of
     *           32; sum [stride][stride], in and out: at least the lower
     *           triangle of `bands` rows
     * Requires: `depth` pairs of the greatest products add up within 32 bits;
     *           up to 2^14 pairs
     */
    void (*add)(int16_t *panel, int pairs, int depth, int bands, int stride,
                int64_t *sum);
} hyp_products_kernels;

/* How many int16 pairs are.  Collective: no. */
static inline size_t hyp_products_pairs(int pairs, int stride)
{
    return (size_t)pairs * (size_t)stride * 2;
}

/* The kernels of this machine, the fastest first; NULL past the last one, which
   may be the first.  Collective: no. */
const hyp_products_kernels *hyp_products_at(int n);

/* The fastest; NULL if there is none.  Collective: no. */
static inline const hyp_products_kernels *hyp_products_here(void)
{
    return hyp_products_at(0);
}

#endif
