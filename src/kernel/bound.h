/*
 * bound.h - which centre is certainly nearest, from a few coordinates: the
 * kernels of core/subspace.h, which has the theory
 *
 * Pixels are as in kernel.h.  Products and sums may be rounded as one here, so
 * that instruction sets differ in the last bits of bounds, all of which hold.
 */
#ifndef HYP_KERNEL_BOUND_H
#define HYP_KERNEL_BOUND_H

#include "kernel/kernel.h"

#define HYP_COMPONENTS 14 /* of the subspace */

/* Share of a distance squared that covers its rounding: t + 2^-18. */
#define HYP_BOUND_T   0x1p-15f
#define HYP_BOUND_RHO (HYP_BOUND_T + 0x1p-18f)

/* Share of squared lengths that covers what sums of them lose. */
#define HYP_BOUND_GAMMA 0x1p-19f

/* Directions of the subspace, and what they and float arithmetic get wrong. */
typedef struct hyp_bound_basis {
    int16_t *offset;  /* [stride]: whole DN                                 */
    float *direction; /* [bands][16]; the last two are not used             */
    double error;     /* of a pixel's coordinates, of its length            */
    double skew;      /* how far the directions are from orthonormal        */
} hyp_bound_basis;

/* Centres, c, with coordinates y and a rest of length r. */
typedef struct hyp_bound_centres {
    int count;
    float *pull;   /* [count][16]: -2 y; the last two are not used          */
    float *square; /* [count]: |y|^2 + r^2                                  */
    float *reach;  /* [count]: 2 r, rounded up                              */
    float *fuzz;   /* [count]: share of the errors, rounded up              */
} hyp_bound_centres;

typedef struct hyp_bound_kernels {
    /*
     * Coordinates of pixels, the length of what they leave out, rounded up, and
     * the pixel's share of the errors.
     *
     * Shapes: x [pixels][stride]; embedded [pixels][16], out
     */
    void (*embed)(const int16_t *x, int64_t pixels, int stride, int bands,
                  const hyp_bound_basis *basis, float *embedded);

    /*
     * The centre that is certainly nearest, for 16 pixels.
     *
     * Shapes: embedded [...][16]; pixel [16]: which of them; best [16], out: a
     *         centre; slack [16], out: all others are at least so much farther
     *         away; not positive if that is not certain
     */
    void (*bound)(const float *embedded, const int32_t *pixel,
                  const hyp_bound_centres *centre, int32_t *best, float *slack);
} hyp_bound_kernels;

/* The table of a set that hyp_isa_here() allows; static.  Collective: no. */
const hyp_bound_kernels *hyp_bound_kernels_for(hyp_isa isa);

#endif
