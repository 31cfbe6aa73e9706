/*
 * embed_template.h - coordinates of pixels, for the templates that include it
 *
 * Defined before inclusion: NAME, TARGET, WIDEN, ABREAST; see kernel_template.h.
 */

/*
 * Sixteen bands of some pixels, less the offset, as floats.  Those of the next
 * pixels are fetched meanwhile, also beyond the last one, which does no harm:
 * that a few bands of several pixels are read at a time is not foreseen by the
 * processor.
 */
TARGET static void NAME(centre)(const int16_t *x, int stride,
                                const int16_t *offset, int pixels,
                                hyp_floatx16 *z)
{
    hyp_int32x16 m = WIDEN(*(const hyp_int16x16 *)offset);

    for (int i = 0; i < pixels; i++) {
        const int16_t *at = x + (int64_t)i * stride;
        hyp_int32x16 v = WIDEN(*(const hyp_int16x16 *)at);

        __builtin_prefetch(at + ABREAST * stride);
        z[i] = __builtin_convertvector(v - m, hyp_floatx16);
    }
}

/* Coordinates of up to ABREAST pixels, which share each load of the basis; and
   sixteen sums of their squares, if asked for. */
TARGET static inline __attribute__((always_inline)) void
NAME(embed_few)(const int16_t *x, int pixels, int stride, int bands,
                const int16_t *offset, const float *basis, hyp_floatx16 *y,
                hyp_floatx16 *squares)
{
    hyp_floatx16 total[ABREAST] = { { 0 } }, square[ABREAST] = { { 0 } };
    hyp_floatx16 z[ABREAST] = { { 0 } };

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
        for (int t = 0; t < ABREAST; t++) {
            total[t] += sum[t];
            if (squares)
                square[t] += z[t] * z[t];
        }
    }
    for (int t = 0; t < pixels; t++) {
        y[t] = total[t];
        if (squares)
            squares[t] = square[t];
    }
}
