/*
 * line.h - what kernel/bound.h keeps of a pixel, against what it says that is
 */
#ifndef HYP_TEST_LINE_H
#define HYP_TEST_LINE_H

#include "test.h"

#include "kernel/bound.h"

#include <math.h>
#include <stdint.h>

/*
 * In long double.  The rest holds what the directions leave out, but for what
 * they lack of being orthonormal in double; it is greater by no more than the
 * coordinates' error, taken twice, explains.
 *
 * Shapes: line [16]; x [bands]; direction [HYP_COMPONENTS][bands]
 * Result: the coordinates' error, as a share of what is claimed
 */
static inline double check_line(const float *line, const int16_t *x, int bands,
                                const hyp_bound_basis *basis,
                                const double *direction)
{
    const long double rest = line[HYP_COMPONENTS];
    const long double fuzz = line[HYP_COMPONENTS + 1], e = basis->error;
    long double square = 0, inside = 0, off = 0, left, least;

    for (int b = 0; b < bands; b++)
        square +=
            (long double)(x[b] - basis->offset[b]) * (x[b] - basis->offset[b]);
    for (int q = 0; q < HYP_COMPONENTS; q++) {
        long double y = 0;

        for (int b = 0; b < bands; b++)
            y += (x[b] - basis->offset[b]) *
                 (long double)direction[q * bands + b];
        inside += y * y;
        off += (line[q] - y) * (line[q] - y);
    }
    CHECK(sqrtl(off) <= e * sqrtl(square));
    left = fmaxl(0, square - inside);
    CHECK(rest * rest >= left);
    CHECK(rest <=
          (1 + 0x1p-22L) *
              sqrtl(left + (4 * e + 2 * basis->skew + 1e-14L) * square));
    least = 2 * (1 + 1 / (long double)HYP_BOUND_T) * e * e * square;
    CHECK(fuzz >= least && fuzz <= least * (1 + 0x1p-21L));
    return off > 0 ? (double)(sqrtl(off / square) / e) : 0;
}

#endif
