/*
 * point.h - what kernel/bound.h keeps of a pixel, against what it says that is
 */
#ifndef HYP_TEST_POINT_H
#define HYP_TEST_POINT_H

#include "test.h"

#include "kernel/bound.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A pixel in long double: coordinates, squared length, that of its rest. */
typedef struct exact_pixel {
    long double y[HYP_COMPONENTS], square, rest;
} exact_pixel;

static inline exact_pixel exact_pixel_of(const int16_t *x, int bands,
                                         const int16_t *offset,
                                         const double *direction)
{
    exact_pixel p = { .square = 0 };

    for (int b = 0; b < bands; b++)
        p.square += (long double)(x[b] - offset[b]) * (x[b] - offset[b]);
    p.rest = p.square;
    for (int q = 0; q < HYP_COMPONENTS; q++) {
        for (int b = 0; b < bands; b++)
            p.y[q] +=
                (x[b] - offset[b]) * (long double)direction[q * bands + b];
        p.rest -= p.y[q] * p.y[q];
    }
    p.rest = fmaxl(0, p.rest);
    return p;
}

/* The rest holds what the directions leave out; it is greater by no more than
   the coordinates' error, taken twice, explains, and the roundings of squares,
   of which those of the pixel's are made good, and those in the subspace counted
   twice. */
static inline void check_rest(const hyp_bound_point *point,
                              const exact_pixel *pixel, int bands,
                              const hyp_bound_basis *basis)
{
    const long double rest = (long double)point->rest;
    const long double roundings = 2 * (bands / HYP_LANES + 6) + 24;
    const long double share =
        4 * (long double)basis->error + roundings * 0x1p-24L;

    CHECK(rest * rest >= pixel->rest);
    CHECK(rest <= (1 + 0x1p-22L) * sqrtl(pixel->rest + share * pixel->square));
}

/* Whether the pixel may have been marked as one that does not fit, and whether
   it may have been not.  One hundredth of a step is for rounding. */
static inline void check_mark(bool far, const exact_pixel *pixel,
                              const hyp_bound_basis *basis)
{
    bool inside = true, outside = false;

    for (int q = 0; q < HYP_COMPONENTS; q++) {
        const long double step = (long double)basis->step[q];
        const long double v = pixel->y[q] / step;
        const long double off =
            (long double)basis->error * sqrtl(pixel->square) / step + 0.01L;

        inside &= v <= INT16_MAX - off && v >= INT16_MIN + off;
        outside |= v > INT16_MAX + off || v < INT16_MIN - off;
    }
    CHECK(far ? !inside : !outside);
}

/*
 * In long double.
 *
 * Shapes: x [bands]; direction [HYP_COMPONENTS][bands]
 * Result: how far the point is from the pixel, in the subspace, as a share of
 *         what is claimed; 0 if the pixel does not fit
 */
static inline double check_point(const hyp_bound_point *point, const int16_t *x,
                                 int bands, const hyp_bound_basis *basis,
                                 const double *direction)
{
    const exact_pixel pixel =
        exact_pixel_of(x, bands, basis->offset, direction);
    const bool far = point->rest >= HYP_BOUND_FAR;
    const long double error = (long double)basis->error * sqrtl(pixel.square);
    const long double stray = (long double)basis->stray + error;
    long double square = 0;

    check_mark(far, &pixel, basis);
    if (far) {
        CHECK(point->rest <= HYP_BOUND_FAR);
        return 0;
    }
    for (int q = 0; q < HYP_COMPONENTS; q++) {
        const long double step = (long double)basis->step[q];
        const long double off = fabsl(point->y[q] * step - pixel.y[q]);

        CHECK(off <= 0.505L * step + error); /* the nearest */
        square += off * off;
    }
    CHECK(sqrtl(square) <= stray);
    check_rest(point, &pixel, bands, basis);
    return (double)(sqrtl(square) / stray);
}

#endif
