/*
 * products_template.h - body of the products kernel, per instruction set
 *
 * Hand-written, as no compiler finds the instruction that multiplies pairs of
 * int16 and adds them to int32: 3.5 times as fast as DSYRK in double with
 * vpdpwssd (AVX-512 VNNI), on one core with 173 bands.
 *
 * Defined before inclusion, and undefined here:
 *   NAME, TARGET  of the function
 *   MADD(sum, a, b)
 *
 * Defined before inclusion:
 *   VECTOR        a register of int32
 *   TILE_ROWS     of a tile
 *   LOAD(p), STORE(p, v), SPREAD(p), ZERO(), ADD64(a, b), WIDEN(half), LOW(v),
 *   HIGH(v)
 *
 * A tile of TILE_ROWS x 2 registers stays in registers for `depth` pairs, and
 * is then widened to 64 bits.
 */
enum { JOIN_LANES(NAME) = (int)(sizeof(VECTOR) / sizeof(int32_t)) };

/* Add sums of 32 bits to sums of 64. */
TARGET static void JOIN_WIDEN(NAME)(VECTOR recent, VECTOR *total)
{
    total[0] = ADD64(total[0], WIDEN(LOW(recent)));
    total[1] = ADD64(total[1], WIDEN(HIGH(recent)));
}

/* One tile: rows i .. i + TILE_ROWS - 1, columns from j on. */
TARGET static void JOIN_TILE(NAME)(const int16_t *pair, int pairs, int depth,
                                   int stride, int i, int j, int64_t *sum)
{
    enum { LANES = JOIN_LANES(NAME) };
    VECTOR total[TILE_ROWS][4];

    for (int r = 0; r < TILE_ROWS; r++)
        for (int k = 0; k < 4; k++)
            total[r][k] = ZERO();
    for (int first = 0; first < pairs; first += depth) {
        const int last = first + depth < pairs ? first + depth : pairs;
        VECTOR recent[TILE_ROWS][2];

        for (int r = 0; r < TILE_ROWS; r++)
            recent[r][0] = recent[r][1] = ZERO();
        for (int p = first; p < last; p++) {
            const int16_t *z = pair + (int64_t)p * stride * 2;
            const VECTOR left = LOAD(z + 2 * j);
            const VECTOR right = LOAD(z + 2 * (j + LANES));

            for (int r = 0; r < TILE_ROWS; r++) {
                VECTOR row = SPREAD(z + 2 * (i + r));

                recent[r][0] = MADD(recent[r][0], row, left);
                recent[r][1] = MADD(recent[r][1], row, right);
            }
        }
        for (int r = 0; r < TILE_ROWS; r++) {
            JOIN_WIDEN(NAME)(recent[r][0], total[r]);
            JOIN_WIDEN(NAME)(recent[r][1], total[r] + 2);
        }
    }
    for (int r = 0; r < TILE_ROWS; r++)
        for (int k = 0; k < 4; k++) {
            int64_t *out = sum + (int64_t)(i + r) * stride + j + k * LANES / 2;

            STORE(out, ADD64(LOAD(out), total[r][k]));
        }
}

/* Compiled for the target, so that it is SIMD: two vectors side by side. */
TARGET static void JOIN_PACK(NAME)(const int16_t *x, const int16_t *x_less,
                                   const int16_t *y, const int16_t *y_less,
                                   int stride, int16_t *pair)
{
    for (int b = 0; b < stride; b++) {
        pair[2 * b] = (int16_t)(x[b] - x_less[b]);
        pair[2 * b + 1] = (int16_t)(y[b] - y_less[b]);
    }
}

TARGET static void NAME(int16_t *panel, int pairs, int depth, int bands,
                        int stride, int64_t *sum)
{
    const int width = 2 * JOIN_LANES(NAME);

    for (int j = 0; j < bands; j += width)
        for (int i = j; i < bands; i += TILE_ROWS)
            JOIN_TILE(NAME)(panel, pairs, depth, stride, i, j, sum);
}

#undef NAME
#undef TARGET
#undef MADD
