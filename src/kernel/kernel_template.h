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

TARGET static void NAME(summarise)(const int16_t *x, int64_t pixels, int stride,
                                   int16_t *low, int16_t *high, int64_t *sum)
{
    enum { MOST = 64 }; /* pixels that stay in the first cache */

    for (int64_t begin = 0; begin < pixels; begin += MOST) {
        const int64_t end = begin + MOST < pixels ? begin + MOST : pixels;

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_int16x16 least = *(const hyp_int16x16 *)(low + b);
            hyp_int16x16 most = *(const hyp_int16x16 *)(high + b);
            hyp_int32x16 total = { 0 };

            for (int64_t p = begin; p < end; p++) {
                hyp_int16x16 v = *(const hyp_int16x16 *)(x + p * stride + b);

                least = HYP_SELECT(v < least, v, least);
                most = HYP_SELECT(v > most, v, most);
                total += __builtin_convertvector(v, hyp_int32x16);
            }
            *(hyp_int16x16 *)(low + b) = least;
            *(hyp_int16x16 *)(high + b) = most;
            for (int i = 0; i < HYP_LANES; i++)
                sum[b + i] += total[i];
        }
    }
}

#undef NAME
#undef JOIN
#undef JOIN_
#undef SUFFIX
#undef TARGET
