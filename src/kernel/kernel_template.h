/*
 * kernel_template.h - bodies of the kernels, compiled once per instruction set
 *
 * Defined before inclusion, and undefined here:
 *   SUFFIX  of the functions' names
 *   TARGET  their target attribute, or nothing
 */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#define NAME(verb)  JOIN(verb, SUFFIX)

TARGET static float NAME(add_lanes)(const hyp_floatx16 *v)
{
    float lane[HYP_LANES];

    for (int i = 0; i < HYP_LANES; i++)
        lane[i] = (*v)[i];
    for (int half = HYP_LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

TARGET static void NAME(squares)(const int16_t *x, const float *centre,
                                 int centres, int stride, float *distance)
{
    for (int j = 0; j < centres; j += HYP_CENTRE_GROUP) {
        const float *c = centre + (int64_t)j * stride;
        hyp_floatx16 sum[HYP_CENTRE_GROUP] = { { 0 } };

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_floatx16 value = HYP_LOAD_FLOATS(x + b);

            for (int i = 0; i < HYP_CENTRE_GROUP; i++) {
                hyp_floatx16 d =
                    value - *(const hyp_floatx16 *)(c + i * stride + b);

                sum[i] += d * d;
            }
        }
        for (int i = 0; i < HYP_CENTRE_GROUP; i++)
            distance[j + i] = NAME(add_lanes)(&sum[i]);
    }
}

TARGET static void NAME(absolutes)(const int16_t *x, const float *centre,
                                   int centres, int stride, float *distance)
{
    for (int j = 0; j < centres; j += HYP_CENTRE_GROUP) {
        const float *c = centre + (int64_t)j * stride;
        hyp_floatx16 sum[HYP_CENTRE_GROUP] = { { 0 } };

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_floatx16 value = HYP_LOAD_FLOATS(x + b);

            for (int i = 0; i < HYP_CENTRE_GROUP; i++) {
                hyp_floatx16 d =
                    value - *(const hyp_floatx16 *)(c + i * stride + b);
                hyp_int32x16 bits = (hyp_int32x16)d & INT32_MAX;

                sum[i] += (hyp_floatx16)bits; /* without the sign: |d| */
            }
        }
        for (int i = 0; i < HYP_CENTRE_GROUP; i++)
            distance[j + i] = NAME(add_lanes)(&sum[i]);
    }
}

/* One band after the other, so that the order of additions is plain. */
TARGET static void NAME(project)(const int16_t *x, int64_t pixels, int stride,
                                 int bands, const float *mean,
                                 const float *direction, float *out)
{
    enum { TOGETHER = 8 }; /* pixels that share each load of a direction */

    for (int64_t p = 0; p < pixels; p += TOGETHER) {
        const int16_t *at[TOGETHER];
        hyp_floatx16 sum[TOGETHER] = { { 0 } };

        for (int i = 0; i < TOGETHER; i++) /* the last pixel fills up */
            at[i] = x + (p + i < pixels ? p + i : pixels - 1) * stride;
        for (int b = 0; b < bands; b++) {
            hyp_floatx16 v =
                *(const hyp_floatx16 *)(direction + b * HYP_PROJECT_WIDTH);

            for (int i = 0; i < TOGETHER; i++)
                sum[i] += ((float)at[i][b] - mean[b]) * v;
        }
        for (int i = 0; i < TOGETHER && p + i < pixels; i++)
            *(hyp_floatx16 *)(out + (p + i) * HYP_PROJECT_WIDTH) = sum[i];
    }
}

/* Interleave the halves of rows that lie `step` apart: one stage of four. */
#define HALVES(step, a, b, low, high)                                     \
    do {                                                                  \
        hyp_floatx16 u_ = (a), v_ = (b);                                  \
        (low) = __builtin_shufflevector(u_, v_, HYP_LOW_HALVES_##step);   \
        (high) = __builtin_shufflevector(u_, v_, HYP_HIGH_HALVES_##step); \
    } while (0)

/* Rows become columns, in place: four stages of exchanges between rows. */
TARGET static void NAME(transpose)(hyp_floatx16 *row)
{
    for (int i = 0; i < 8; i++)
        HALVES(8, row[i], row[i + 8], row[i], row[i + 8]);
    for (int i = 0; i < 16; i += 8)
        for (int k = i; k < i + 4; k++)
            HALVES(4, row[k], row[k + 4], row[k], row[k + 4]);
    for (int i = 0; i < 16; i += 4)
        for (int k = i; k < i + 2; k++)
            HALVES(2, row[k], row[k + 2], row[k], row[k + 2]);
    for (int i = 0; i < 16; i += 2)
        HALVES(1, row[i], row[i + 1], row[i], row[i + 1]);
}

#undef HALVES

/* Sixteen bands of some pixels, less the offset, as floats. */
TARGET static void NAME(centre)(const int16_t *x, int stride,
                                const int16_t *offset, int pixels,
                                float (*z)[HYP_LANES])
{
    hyp_int32x16 m =
        __builtin_convertvector(*(const hyp_int16x16 *)offset, hyp_int32x16);

    for (int i = 0; i < pixels; i++) {
        const int16_t *at = x + (int64_t)i * stride;
        hyp_int32x16 v =
            __builtin_convertvector(*(const hyp_int16x16 *)at, hyp_int32x16);

        *(hyp_floatx16 *)z[i] = __builtin_convertvector(v - m, hyp_floatx16);
    }
}

TARGET static int64_t NAME(square)(const int16_t *x, const int16_t *offset,
                                   int stride)
{
    int64_t sum = 0;

    for (int b = 0; b < stride; b++) {
        int64_t d = x[b] - offset[b];

        sum += d * d;
    }
    return sum;
}

TARGET static void NAME(embed)(const int16_t *x, int64_t pixels, int stride,
                               int bands, const int16_t *offset,
                               const float *basis, float *y, int64_t *square)
{
    enum { TOGETHER = 8 }; /* pixels that share each load of the basis */
    hyp_floatx16 total[TOGETHER] = { { 0 } };
    _Alignas(64) float z[TOGETHER][HYP_LANES] = { { 0 } };

    for (int b = 0; b < bands; b += HYP_LANES) {
        const int last = bands - b < HYP_LANES ? bands - b : HYP_LANES;
        hyp_floatx16 sum[TOGETHER] = { { 0 } };

        NAME(centre)(x + b, stride, offset + b, (int)pixels, z);
        for (int k = 0; k < last; k++) {
            hyp_floatx16 w =
                *(const hyp_floatx16 *)(basis + (b + k) * HYP_LANES);

            for (int t = 0; t < TOGETHER; t++)
                sum[t] += z[t][k] * w;
        }
        for (int t = 0; t < TOGETHER; t++)
            total[t] += sum[t];
    }
    for (int t = 0; t < (int)pixels; t++) {
        *(hyp_floatx16 *)(y + t * HYP_LANES) = total[t];
        square[t] = NAME(square)(x + (int64_t)t * stride, offset, stride);
    }
}

/* Squared distances of 16 pixels from a centre, within the subspace. */
TARGET static void NAME(within)(const hyp_floatx16 *y, const float *centre,
                                hyp_floatx16 *square)
{
    hyp_floatx16 even = { 0 }, odd = { 0 };

    for (int q = 0; q < HYP_COMPONENTS; q += 2) {
        hyp_floatx16 d = y[q] - centre[q];
        hyp_floatx16 e = y[q + 1] - centre[q + 1];

        even += d * d;
        odd += e * e;
    }
    *square = even + odd;
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
    hyp_floatx16 y[HYP_LANES], r, f, common;
    hyp_floatx16 least_high = { 0 }, least_low = { 0 }, next_low = { 0 };
    hyp_int32x16 nearest = { 0 }, lowest = { 0 };
    _Alignas(64) float near[HYP_LANES], next[HYP_LANES];

    for (int i = 0; i < HYP_LANES; i++)
        y[i] =
            *(const hyp_floatx16 *)(embedded + (int64_t)pixel[i] * HYP_LANES);
    NAME(transpose)(y);
    r = y[HYP_COMPONENTS];
    f = y[HYP_COMPONENTS + 1];
    common = r * r * (1 + HYP_BOUND_RHO);
    least_high += INFINITY;
    least_low += INFINITY;
    next_low += INFINITY;
    for (int32_t j = 0; j < c->count; j++) {
        hyp_floatx16 base, slop, high, low;
        hyp_int32x16 nearer, lower;

        NAME(within)(y, c->y + (int64_t)j * HYP_LANES, &base);
        base += c->square[j];
        slop = r * c->reach[j] * (1 + HYP_BOUND_RHO) + f + c->fuzz[j];
        high = base * (1 + HYP_BOUND_RHO) + slop;
        low = base * (1 - HYP_BOUND_RHO) - slop;
        nearer = high < least_high;
        lower = low < least_low;
        least_high = HYP_SELECT_FLOATS(nearer, high, least_high);
        nearest = HYP_SELECT(nearer, (hyp_int32x16){ 0 } + j, nearest);
        next_low = HYP_SELECT_FLOATS(low < next_low, low, next_low);
        next_low = HYP_SELECT_FLOATS(lower, least_low, next_low);
        least_low = HYP_SELECT_FLOATS(lower, low, least_low);
        lowest = HYP_SELECT(lower, (hyp_int32x16){ 0 } + j, lowest);
    }
    least_low = HYP_SELECT_FLOATS(lowest == nearest, next_low, least_low);
    least_low += common;
    *(hyp_int32x16 *)best = nearest;
    *(hyp_floatx16 *)near = least_high + common;
    *(hyp_floatx16 *)next =
        HYP_SELECT_FLOATS(least_low > 0, least_low, (hyp_floatx16){ 0 });
    NAME(slack)(near, next, slack);
}

TARGET static void NAME(move)(const int16_t *x, int stride, int32_t *from,
                              int32_t *to)
{
    for (int b = 0; b < stride; b += HYP_LANES) {
        hyp_int32x16 v = __builtin_convertvector(*(const hyp_int16x16 *)(x + b),
                                                 hyp_int32x16);

        *(hyp_int32x16 *)(from + b) -= v;
        *(hyp_int32x16 *)(to + b) += v;
    }
}

TARGET static int64_t NAME(unsafe)(const float *slack, const uint16_t *label,
                                   const float *limit, int64_t first,
                                   int64_t last, int32_t *list)
{
    int64_t count = 0;

    for (int64_t p = first; p < last; p++) {
        list[count] = (int32_t)p;
        count += !(slack[p] > limit[label[p]]);
    }
    return count;
}

TARGET static float NAME(spare)(const float *slack, const uint16_t *label,
                                const float *limit, int64_t pixels)
{
    float least[HYP_LANES], all = INFINITY;

    for (int i = 0; i < HYP_LANES; i++)
        least[i] = INFINITY;
    for (int64_t p = 0; p < pixels; p += HYP_LANES)
        for (int i = 0; i < HYP_LANES; i++) {
            float spare = slack[p + i] - limit[label[p + i]];

            least[i] = spare < least[i] ? spare : least[i];
        }
    for (int i = 0; i < HYP_LANES; i++)
        all = least[i] < all ? least[i] : all;
    return all;
}

/* Pixels are taken 64 at a time, so that they stay in the first cache. */
TARGET static int64_t NAME(summarise)(const int16_t *x, int64_t pixels,
                                      int stride, int16_t *low, int16_t *high,
                                      int64_t *sum)
{
    enum { TOGETHER = 64 };
    hyp_int64x16 squares = { 0 };
    int64_t all = 0;

    for (int64_t begin = 0; begin < pixels; begin += TOGETHER) {
        const int64_t end =
            begin + TOGETHER < pixels ? begin + TOGETHER : pixels;

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_int16x16 least = *(const hyp_int16x16 *)(low + b);
            hyp_int16x16 most = *(const hyp_int16x16 *)(high + b);
            hyp_int32x16 total = { 0 };

            for (int64_t p = begin; p < end; p++) {
                hyp_int16x16 v = *(const hyp_int16x16 *)(x + p * stride + b);
                hyp_int32x16 wide = __builtin_convertvector(v, hyp_int32x16);

                least = HYP_SELECT(v < least, v, least);
                most = HYP_SELECT(v > most, v, most);
                total += wide;
                squares += __builtin_convertvector(wide * wide, hyp_int64x16);
            }
            *(hyp_int16x16 *)(low + b) = least;
            *(hyp_int16x16 *)(high + b) = most;
            for (int i = 0; i < HYP_LANES; i++)
                sum[b + i] += total[i];
        }
    }
    for (int i = 0; i < HYP_LANES; i++)
        all += squares[i];
    return all;
}

#undef NAME
#undef JOIN
#undef JOIN_
#undef SUFFIX
#undef TARGET
