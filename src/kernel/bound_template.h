/*
 * bound_template.h - bodies of the kernels of bound.h, compiled once per
 * instruction set
 *
 * Defined before inclusion, and undefined here: SUFFIX, TARGET, WIDEN and
 * ABREAST, as for kernel_template.h.
 */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#define NAME(verb)  JOIN(verb, SUFFIX)

#include "kernel/embed_template.h"

/* Rows become columns. */
TARGET static void NAME(transpose)(hyp_floatx16 *row)
{
    HYP_TRANSPOSE(hyp_floatx16, row);
}

/* Squared lengths of 16 pixels' coordinates, which are in steps: 10 roundings,
   or 8 if steps are 1. */
TARGET static void NAME(lengths)(const hyp_floatx16 *y, const float *step,
                                 hyp_floatx16 *square)
{
    hyp_floatx16 even = { 0 }, odd = { 0 };

    for (int q = 0; q < HYP_COMPONENTS; q += 2) {
        hyp_floatx16 a = y[q] * step[q], b = y[q + 1] * step[q + 1];

        even += a * a;
        odd += b * b;
    }
    *square = even + odd;
}

/*
 * Upper bounds of the rests of 16 pixels, from the squared lengths of their
 * coordinates, rounded 8 times, and sixteen sums of their squares each, none of
 * which is rounded more than bands / 16 + 5 times in all.  Within the subspace
 * a pixel is shorter than its coordinates by their error at most.
 */
TARGET static void NAME(rests)(const hyp_bound_basis *basis, int bands,
                               const hyp_floatx16 *inside,
                               hyp_floatx16 *squares, float *rest)
{
    const double most = 1 + (bands / HYP_LANES + 7) * 0x1p-24;
    _Alignas(64) float all[HYP_LANES], within[HYP_LANES];

    NAME(transpose)(squares);
    for (int step = HYP_LANES / 2; step > 0; step /= 2)
        for (int i = 0; i < step; i++)
            squares[i] += squares[i + step];
    *(hyp_floatx16 *)all = squares[0];
    *(hyp_floatx16 *)within = *inside;
    for (int i = 0; i < HYP_LANES; i++) {
        const double square = (double)all[i] * most;
        const double least = sqrt((double)within[i] * (1 - 0x1p-20)) -
                             (double)basis->error * sqrt(square);
        const double left = square - (least > 0 ? least * least : 0);

        rest[i] = (float)(sqrt(left > 0 ? left : 0) * (1 + 0x1p-23));
    }
}

/* The points of 16 pixels, by halves of eight side by side, become columns of
   pairs of their members, and back. */
TARGET static void NAME(transpose_pairs)(hyp_int32x16 *row)
{
    HYP_STAGE(hyp_int32x16, 8, 4, row);
    HYP_STAGE(hyp_int32x16, 8, 2, row);
    HYP_STAGE(hyp_int32x16, 8, 1, row);
}

/* A coordinate of 16 pixels in whole steps, the nearest but for the rounding of
   v, once or twice; and which of them do not fit. */
TARGET static void NAME(round)(const hyp_floatx16 *y, float step,
                               hyp_int32x16 *whole, hyp_int32x16 *far)
{
    const float shift = 0x1.8p23f;    /* its sum with v is a whole number */
    const uint32_t bits = 0x4b400000; /* of shift */
    hyp_floatx16 v = *y * (1 / step);

    *far |= (v > INT16_MAX) | (v < INT16_MIN);
    *whole = (hyp_int32x16)((hyp_uint32x16)(v + shift) - bits);
}

/* Points from coordinates and rests of 16 pixels. */
TARGET static void NAME(make_points)(const hyp_floatx16 *y, const float *step,
                                     const float *rest, hyp_bound_point *point)
{
    hyp_int32x16 pair[PAIRS], far = { 0 };

    for (int q = 0; q < PAIRS - 1; q++) {
        hyp_int32x16 a, b;

        NAME(round)(&y[2 * q], step[2 * q], &a, &far);
        NAME(round)(&y[2 * q + 1], step[2 * q + 1], &b, &far);
        pair[q] = (a & UINT16_MAX) | (b << 16);
    }
    pair[PAIRS - 1] =
        HYP_SELECT(far, (hyp_int32x16)((hyp_floatx16){ 0 } + HYP_BOUND_FAR),
                   *(const hyp_int32x16 *)rest);
    NAME(transpose_pairs)(pair);
    for (int i = 0; i < PAIRS; i++) {
        memcpy(point + i, &pair[i], sizeof *point);
        memcpy(point + PAIRS + i, (const char *)&pair[i] + sizeof *point,
               sizeof *point);
    }
}

/* Coordinates in steps, and rests, of some of the points. */
TARGET static void NAME(gather)(const hyp_bound_point *point,
                                const int32_t *pixel, hyp_floatx16 *y,
                                hyp_floatx16 *rest)
{
    hyp_int32x16 pair[PAIRS];

    for (int i = 0; i < PAIRS; i++) {
        memcpy(&pair[i], point + pixel[i], sizeof *point);
        memcpy((char *)&pair[i] + sizeof *point, point + pixel[PAIRS + i],
               sizeof *point);
    }
    NAME(transpose_pairs)(pair);
    for (int q = 0; q < PAIRS - 1; q++) {
        y[2 * q] = __builtin_convertvector(pair[q] << 16 >> 16, hyp_floatx16);
        y[2 * q + 1] = __builtin_convertvector(pair[q] >> 16, hyp_floatx16);
    }
    *rest = (hyp_floatx16)pair[PAIRS - 1];
}

TARGET static void NAME(embed_points)(const int16_t *x, int64_t pixels,
                                      int stride, int bands,
                                      const hyp_bound_basis *basis,
                                      hyp_bound_point *point)
{
    static const float one[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

    for (int64_t p = 0; p < pixels; p += HYP_LANES) {
        const int64_t left = pixels - p;
        const int count = left < HYP_LANES ? (int)left : HYP_LANES;
        hyp_floatx16 y[HYP_LANES] = { { 0 } }, squares[HYP_LANES] = { { 0 } };
        _Alignas(64) float rest[HYP_LANES];
        hyp_bound_point made[HYP_LANES];
        hyp_floatx16 inside;

        for (int i = 0; i < count; i += ABREAST)
            NAME(embed_few)
        (x + (p + i) * stride, count - i < ABREAST ? count - i : ABREAST,
         stride, bands, basis->offset, basis->direction, y + i, squares + i);
        NAME(transpose)(y);
        NAME(lengths)(y, one, &inside);
        NAME(rests)(basis, bands, &inside, squares, rest);
        NAME(make_points)(y, basis->step, rest, made);
        memcpy(point + p, made, (size_t)count * sizeof *made);
    }
}

/*
 * The square roots' difference, less what rounding may have added, and what the
 * points may tell too much.  Of each root five roundings count, and eight are
 * taken: half of two in the sum that it is of, its own, that of the product,
 * and two of differences.
 */
TARGET static void NAME(slack)(const float *near, const float *next,
                               const float *length,
                               const hyp_bound_basis *basis, float centre_stray,
                               float *slack)
{
    for (int i = 0; i < HYP_LANES; i++) {
        const float stray = basis->stray + basis->error * sqrtf(length[i]);

        slack[i] = sqrtf(next[i]) * (1 - 0x1p-21f) -
                   sqrtf(near[i]) * (1 + 0x1p-21f) -
                   2 * (1 + 0x1p-10f) * (stray + centre_stray);
    }
}

TARGET static void NAME(bound)(const hyp_bound_point *point,
                               const int32_t *pixel,
                               const hyp_bound_basis *basis,
                               const hyp_bound_centres *c, int32_t *best,
                               float *slack)
{
    hyp_floatx16 y[HYP_COMPONENTS], r, own, fuzz, common;
    hyp_floatx16 least_high = { 0 }, least_low = { 0 }, next_low = { 0 };
    hyp_int32x16 nearest = { 0 };
    _Alignas(64) float near[HYP_LANES], next[HYP_LANES], length[HYP_LANES];

    NAME(gather)(point, pixel, y, &r);
    NAME(lengths)(y, basis->step, &own);
    fuzz = own * HYP_BOUND_GAMMA;
    common = r * r * (1 + HYP_BOUND_RHO);
    *(hyp_floatx16 *)length = own + common;
    least_high += INFINITY;
    least_low += INFINITY;
    next_low += INFINITY;
    for (int32_t j = 0; j < c->count; j++) {
        const float *pull = c->pull + (int64_t)j * HYP_LANES;
        hyp_floatx16 even = own, odd = (hyp_floatx16){ 0 } + c->square[j];
        hyp_floatx16 base, half, high, low, higher;
        hyp_int32x16 nearer, lower;

        for (int q = 0; q < HYP_COMPONENTS; q += 2) {
            even += y[q] * pull[q];
            odd += y[q + 1] * pull[q + 1];
        }
        base = even + odd;
        half = r * c->reach[j] + (fuzz + c->fuzz[j]) + base * HYP_BOUND_RHO;
        high = base + half;
        low = base - half;
        nearer = high < least_high;
        lower = low < least_low;
        least_high = HYP_SELECT_FLOATS(nearer, high, least_high);
        nearest = HYP_SELECT(nearer, (hyp_int32x16){ 0 } + j, nearest);
        higher = HYP_SELECT_FLOATS(lower, least_low, low);
        next_low = HYP_SELECT_FLOATS(higher < next_low, higher, next_low);
        least_low = HYP_SELECT_FLOATS(lower, low, least_low);
    }
    /* If another centre has the least lower bound, then the next one is not
       above that of the nearest, and nothing is certain: as it should be. */
    next_low += common;
    *(hyp_int32x16 *)best = nearest;
    *(hyp_floatx16 *)near = least_high + common;
    *(hyp_floatx16 *)next =
        HYP_SELECT_FLOATS(next_low > 0, next_low, (hyp_floatx16){ 0 });
    NAME(slack)(near, next, length, basis, c->stray, slack);
}

#undef NAME
#undef JOIN
#undef JOIN_
#undef SUFFIX
#undef TARGET
#undef WIDEN
#undef ABREAST
