/*
 * embed_template.h - coordinates of pixels, for the templates that include it
 *
 * Defined before inclusion: NAME, TARGET, WIDEN, ABREAST; see kernel_template.h.
 */
/* Sixteen bands of some pixels, less the offset, as floats. */
TARGET static void NAME(centre)(const int16_t *x, int stride,
                                const int16_t *offset, int pixels,
                                float (*z)[HYP_LANES])
{
    hyp_int32x16 m = WIDEN(*(const hyp_int16x16 *)offset);

    for (int i = 0; i < pixels; i++) {
        const int16_t *at = x + (int64_t)i * stride;
        hyp_int32x16 v = WIDEN(*(const hyp_int16x16 *)at);

        *(hyp_floatx16 *)z[i] = __builtin_convertvector(v - m, hyp_floatx16);
    }
}

/* Coordinates of up to ABREAST pixels, which share each load of the basis. */
TARGET static void NAME(embed_few)(const int16_t *x, int pixels, int stride,
                                   int bands, const int16_t *offset,
                                   const float *basis, float *y)
{
    hyp_floatx16 total[ABREAST] = { { 0 } };
    _Alignas(64) float z[ABREAST][HYP_LANES] = { { 0 } };

    for (int b = 0; b < bands; b += HYP_LANES) {
        const int last = bands - b < HYP_LANES ? bands - b : HYP_LANES;
        hyp_floatx16 sum[ABREAST] = { { 0 } };

        NAME(centre)(x + b, stride, offset + b, pixels, z);
        for (int k = 0; k < last; k++) {
            hyp_floatx16 w =
                *(const hyp_floatx16 *)(basis + (b + k) * HYP_LANES);

            for (int t = 0; t < ABREAST; t++)
                sum[t] += z[t][k] * w;
        }
        for (int t = 0; t < ABREAST; t++)
            total[t] += sum[t];
    }
    for (int t = 0; t < pixels; t++)
        *(hyp_floatx16 *)(y + t * HYP_LANES) = total[t];
}

/* Pixels are fetched while those before them are being multiplied: what reads a
   few bands of several pixels at a time is not foreseen by the processor.  To
   fetch beyond the last one does no harm. */
TARGET static void NAME(embed)(const int16_t *x, int64_t pixels, int stride,
                               int bands, const int16_t *offset,
                               const float *basis, float *y)
{
    for (int64_t p = 0; p < pixels; p += ABREAST) {
        const int64_t left = pixels - p;
        const int16_t *now = x + p * stride;

        hyp_fetch(now + ABREAST * stride, ABREAST * stride);
        NAME(embed_few)
        (now, left < ABREAST ? (int)left : ABREAST, stride, bands, offset,
         basis, y + p * HYP_LANES);
    }
}
