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

/* Rows become columns, in place: four stages of exchanges between rows. */
TARGET static void NAME(transpose)(hyp_floatx16 *row)
{
    for (int i = 0; i < 8; i++)
        HYP_HALVES(hyp_floatx16, 8, row[i], row[i + 8]);
    for (int i = 0; i < 16; i += 8)
        for (int k = i; k < i + 4; k++)
            HYP_HALVES(hyp_floatx16, 4, row[k], row[k + 4]);
    for (int i = 0; i < 16; i += 4)
        for (int k = i; k < i + 2; k++)
            HYP_HALVES(hyp_floatx16, 2, row[k], row[k + 2]);
    for (int i = 0; i < 16; i += 2)
        HYP_HALVES(hyp_floatx16, 1, row[i], row[i + 1]);
}

/* Squared lengths of 16 pixels' coordinates. */
TARGET static void NAME(lengths)(const hyp_floatx16 *y, hyp_floatx16 *square)
{
    hyp_floatx16 even = { 0 }, odd = { 0 };

    for (int q = 0; q < HYP_COMPONENTS; q += 2) {
        even += y[q] * y[q];
        odd += y[q + 1] * y[q + 1];
    }
    *square = even + odd;
}

/*
 * Rest and fuzz of 16 pixels, from their coordinates and sixteen sums of their
 * squares each, of which none is rounded more than bands / 16 + 5 times in all.
 */
TARGET static void NAME(finish)(const hyp_bound_basis *basis, int bands,
                                hyp_floatx16 *y, hyp_floatx16 *squares,
                                float *rest, float *fuzz)
{
    const double most = 1 + (bands / HYP_LANES + 7) * 0x1p-24;
    const double share = 2 * (1 + 1 / (double)HYP_BOUND_T) * basis->error *
                         basis->error * (1 + 0x1p-23);
    _Alignas(64) float inside[HYP_LANES], all[HYP_LANES];
    hyp_floatx16 sum;

    NAME(transpose)(y);
    NAME(lengths)(y, &sum);
    *(hyp_floatx16 *)inside = sum;
    NAME(transpose)(squares);
    for (int step = HYP_LANES / 2; step > 0; step /= 2)
        for (int i = 0; i < step; i++)
            squares[i] += squares[i + step];
    *(hyp_floatx16 *)all = squares[0];
    for (int i = 0; i < HYP_LANES; i++) {
        const double square = (double)all[i] * most;
        const double least = sqrt((double)inside[i] * (1 - 0x1p-20)) -
                             basis->error * sqrt(square);
        const double within = least > 0 ? least : 0;
        const double left = square * (1 + 2 * basis->skew) - within * within;

        rest[i] = (float)(sqrt(left > 0 ? left : 0) * (1 + 0x1p-23));
        fuzz[i] = (float)(share * square);
    }
}

TARGET static void NAME(embed_lines)(const int16_t *x, int64_t pixels,
                                     int stride, int bands,
                                     const hyp_bound_basis *basis,
                                     float *embedded)
{
    for (int64_t p = 0; p < pixels; p += HYP_LANES) {
        const int64_t left = pixels - p;
        const int count = left < HYP_LANES ? (int)left : HYP_LANES;
        float *out = embedded + p * HYP_LANES;
        hyp_floatx16 y[HYP_LANES] = { { 0 } }, squares[HYP_LANES] = { { 0 } };
        _Alignas(64) float rest[HYP_LANES], fuzz[HYP_LANES];

        for (int i = 0; i < count; i += ABREAST)
            NAME(embed_few)
        (x + (p + i) * stride, count - i < ABREAST ? count - i : ABREAST,
         stride, bands, basis->offset, basis->direction, y + i, squares + i);
        for (int i = 0; i < count; i++)
            *(hyp_floatx16 *)(out + i * HYP_LANES) = y[i];
        NAME(finish)(basis, bands, y, squares, rest, fuzz);
        for (int i = 0; i < count; i++) {
            out[i * HYP_LANES + HYP_COMPONENTS] = rest[i];
            out[i * HYP_LANES + HYP_COMPONENTS + 1] = fuzz[i];
        }
    }
}

/* The square roots' difference, less what rounding may have added. */
TARGET static void NAME(slack)(const float *near, const float *next,
                               float *slack)
{
    for (int i = 0; i < HYP_LANES; i++)
        slack[i] =
            sqrtf(next[i]) * (1 - 0x1p-22f) - sqrtf(near[i]) * (1 + 0x1p-22f);
}

TARGET static void NAME(bound)(const float *embedded, const int32_t *pixel,
                               const hyp_bound_centres *c, int32_t *best,
                               float *slack)
{
    hyp_floatx16 y[HYP_LANES], r, f, own, fuzz, common;
    hyp_floatx16 least_high = { 0 }, least_low = { 0 }, next_low = { 0 };
    hyp_int32x16 nearest = { 0 };
    _Alignas(64) float near[HYP_LANES], next[HYP_LANES];

    for (int i = 0; i < HYP_LANES; i++)
        y[i] =
            *(const hyp_floatx16 *)(embedded + (int64_t)pixel[i] * HYP_LANES);
    NAME(transpose)(y);
    r = y[HYP_COMPONENTS];
    f = y[HYP_COMPONENTS + 1];
    NAME(lengths)(y, &own);
    fuzz = (f + own * HYP_BOUND_GAMMA) * (1 + HYP_BOUND_RHO);
    common = r * r * (1 + HYP_BOUND_RHO);
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
    NAME(slack)(near, next, slack);
}

#undef NAME
#undef JOIN
#undef JOIN_
#undef SUFFIX
#undef TARGET
#undef WIDEN
#undef ABREAST
