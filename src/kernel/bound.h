/*
 * bound.h - which centre is certainly nearest, from a few coordinates: the
 * kernels of core/subspace.h, which has the theory
 *
 * Pixels are as in kernel.h, and so is the offset; directions are aligned to 64
 * bytes.  Products and sums may be rounded as one here, so that instruction
 * sets differ in the last bits of bounds, all of which hold.
 */
#ifndef HYP_KERNEL_BOUND_H
#define HYP_KERNEL_BOUND_H

#include "kernel/kernel.h"

#define HYP_COMPONENTS 14 /* of the subspace */

/* Shares that cover what sums of floats lose: of a distance squared, without the
   pixel's rest; of the lengths squared that it is made from. */
#define HYP_BOUND_RHO   0x1p-18f
#define HYP_BOUND_GAMMA 0x1p-19f

/* The rest of a pixel whose coordinates do not fit, and mean nothing: of two
   centres or more, none is certainly the nearest. */
#define HYP_BOUND_FAR 0x1p60f

/* A pixel, or rather a point close to it: off within the subspace only.  Where
   it is aligned to its 32 bytes, it lies in one line of the cache. */
typedef struct hyp_bound_point {
    int16_t y[HYP_COMPONENTS]; /* coordinates, in steps                     */
    float rest;                /* length of what they leave out, rounded up */
} hyp_bound_point;

/* Directions of the subspace, and how far from a pixel its point may be: stray,
   and error times the pixel's distance from the offset. */
typedef struct hyp_bound_basis {
    int16_t *offset;       /* [stride]: whole DN                            */
    float *direction;      /* [bands][16]; the last two are not used        */
    float step[HYP_LANES]; /* of each coordinate; the last two are not used */
    float stray;           /* by rounding to steps                          */
    float error;           /* by all else; less than 2^-11                  */
} hyp_bound_basis;

/* Centres, or rather points close to them: off within the subspace only.  They
   have coordinates y, and a rest of length r. */
typedef struct hyp_bound_centres {
    int count;
    float *pull;   /* [count][16]: -2 y step; the last two are not used      */
    float *square; /* [count]: |y|^2 + r^2                                   */
    float *reach;  /* [count]: 2 r, rounded up                               */
    float *fuzz;   /* [count]: gamma times square, and what square and r^2
                      are off by; rounded up                                 */
    float stray;   /* the farthest that one is from its centre, rounded up   */
} hyp_bound_centres;

typedef struct hyp_bound_kernels {
    /*
     * The points of pixels.
     *
     * Shapes: x [pixels][stride]; point [pixels], out
     * Result: coordinates are those of float arithmetic, to the nearest step
     */
    void (*embed)(const int16_t *x, int64_t pixels, int stride, int bands,
                  const hyp_bound_basis *basis, hyp_bound_point *point);

    /*
     * The centre that is certainly nearest, for 16 pixels.
     *
     * Shapes: point [...]; pixel [16]: which of them; best [16], out: a centre;
     *         slack [16], out: all others are at least so much farther away;
     *         not positive if that is not certain; best and slack aligned to 64
     *         bytes
     * Result: for the pixel and the centres, not only for their points
     */
    void (*bound)(const hyp_bound_point *point, const int32_t *pixel,
                  const hyp_bound_basis *basis, const hyp_bound_centres *centre,
                  int32_t *best, float *slack);
} hyp_bound_kernels;

/* The table of a set that hyp_isa_here() allows; static.  Collective: no. */
const hyp_bound_kernels *hyp_bound_kernels_for(hyp_isa isa);

#endif
