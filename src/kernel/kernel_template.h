/*
 * kernel_template.h - bodies of the kernels, compiled once per instruction set
 *
 * Defined before inclusion, and undefined here:
 *   SUFFIX   of the functions' names
 *   TARGET   their target attribute, or nothing
 *   WIDEN    sixteen values of 16 bits as 32 bits
 *   REGISTER bytes of a register of the set
 *   ABREAST  pixels whose sums of sixteen floats fit in the registers
 */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#define NAME(verb)  JOIN(verb, SUFFIX)

#include "kernel/embed_template.h"

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

/* Both distances; `absolute` is known at compile time.  Collective: no. */
TARGET static inline __attribute__((always_inline)) void
NAME(distances)(const int16_t *x, const float *centre, int centres, int stride,
                bool absolute, float *distance)
{
    for (int j = 0; j < centres; j += HYP_CENTRE_GROUP) {
        const float *c = centre + (int64_t)j * stride;
        hyp_floatx16 sum[HYP_CENTRE_GROUP] = { { 0 } };

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_floatx16 value = __builtin_convertvector(
                WIDEN(*(const hyp_int16x16 *)(x + b)), hyp_floatx16);

            for (int i = 0; i < HYP_CENTRE_GROUP; i++) {
                hyp_floatx16 d =
                    value - *(const hyp_floatx16 *)(c + i * stride + b);
                hyp_floatx16 square = d * d;
                hyp_floatx16 size = /* d without the bit of its sign */
                    (hyp_floatx16)((hyp_int32x16)d & INT32_MAX);

                sum[i] += absolute ? size : square;
            }
        }
        for (int i = 0; i < HYP_CENTRE_GROUP; i++)
            distance[j + i] = NAME(add_lanes)(&sum[i]);
    }
}

TARGET static void NAME(squares)(const int16_t *x, const float *centre,
                                 int centres, int stride, float *distance)
{
    NAME(distances)(x, centre, centres, stride, false, distance);
}

TARGET static void NAME(absolutes)(const int16_t *x, const float *centre,
                                   int centres, int stride, float *distance)
{
    NAME(distances)(x, centre, centres, stride, true, distance);
}

TARGET static void NAME(embed)(const int16_t *x, int64_t pixels, int stride,
                               int bands, const int16_t *offset,
                               const float *basis, float *y)
{
    for (int64_t p = 0; p < pixels; p += ABREAST) {
        const int64_t left = pixels - p;

        NAME(embed_few)
        (x + p * stride, left < ABREAST ? (int)left : ABREAST, stride, bands,
         offset, basis, (hyp_floatx16 *)(y + p * HYP_LANES), NULL);
    }
}

/* As many doubles as a register holds. */
typedef double NAME(doubles) __attribute__((vector_size(REGISTER), may_alias));

/* The sums of up to FEW pixels, which share each load of a row; `pixels` is
   known at compile time.  Collective: no. */
TARGET static inline __attribute__((always_inline)) void
NAME(combine_few)(const double *factor, int stride, int pixels, int rows,
                  const double *row, int width, double *sum)
{
    const int columns = (int)(REGISTER / sizeof *sum);

    for (int first = 0; first < width; first += columns) {
        NAME(doubles) w, total[FEW];

        for (int t = 0; t < pixels; t++)
            total[t] = *(NAME(doubles) *)(sum + t * width + first);
        for (int i = 0; i < rows; i++) {
            w = *(const NAME(doubles) *)(row + (int64_t)i * width + first);
            for (int t = 0; t < pixels; t++)
                total[t] += factor[t * stride + i] * w;
        }
        for (int t = 0; t < pixels; t++)
            *(NAME(doubles) *)(sum + t * width + first) = total[t];
    }
}

TARGET static void NAME(combine)(const double *factor, int stride,
                                 int64_t pixels, int rows, const double *row,
                                 int width, double *sum)
{
    int64_t p = 0;

    for (; p + FEW <= pixels; p += FEW)
        NAME(combine_few)
    (factor + p * stride, stride, FEW, rows, row, width, sum + p * width);
    for (; p < pixels; p++)
        NAME(combine_few)
    (factor + p * stride, stride, 1, rows, row, width, sum + p * width);
}

TARGET static void NAME(move)(const int16_t *x, int stride, int32_t *from,
                              int32_t *to)
{
    for (int b = 0; b < stride; b += HYP_LANES) {
        hyp_int32x16 v = WIDEN(*(const hyp_int16x16 *)(x + b));

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

/*
 * Pixels are taken 64 at a time, so that they stay in the first cache, and the
 * next ones are fetched meanwhile.  The halves of 64 squares add up within 32
 * bits, which saves widening each square to 64.
 */
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
        const int64_t ahead = end + TOGETHER < pixels ? TOGETHER : 0;

        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_int16x16 least = *(const hyp_int16x16 *)(low + b);
            hyp_int16x16 most = *(const hyp_int16x16 *)(high + b);
            hyp_int32x16 total = { 0 };
            hyp_uint32x16 below = { 0 }, above = { 0 };

            for (int64_t p = begin; p < end; p++) {
                hyp_int16x16 v = *(const hyp_int16x16 *)(x + p * stride + b);
                hyp_int32x16 wide = WIDEN(v);
                hyp_uint32x16 square = (hyp_uint32x16)(wide * wide);

                __builtin_prefetch(x + (p + ahead) * stride + b);
                least = HYP_SELECT(v < least, v, least);
                most = HYP_SELECT(v > most, v, most);
                total += wide;
                below += square & UINT16_MAX;
                above += square >> 16;
            }
            squares += __builtin_convertvector(below, hyp_int64x16) +
                       __builtin_convertvector(above, hyp_int64x16) * 65536;
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

TARGET static void NAME(add_squares)(const int16_t *x, int64_t pixels,
                                     int stride, const uint16_t *label,
                                     int64_t *sum)
{
    for (int64_t p = 0; p < pixels; p++) {
        const int16_t *now = x + p * stride;
        int64_t *out = sum + (int64_t)label[p] * stride;

        if (p + HYP_FETCH_AHEAD < pixels)
            hyp_fetch(now + HYP_FETCH_AHEAD * stride, stride);
        for (int b = 0; b < stride; b += HYP_LANES) {
            hyp_int32x16 v = WIDEN(*(const hyp_int16x16 *)(now + b));
            hyp_int64x16 square;

            memcpy(&square, out + b, sizeof square);
            square += __builtin_convertvector(v * v, hyp_int64x16);
            memcpy(out + b, &square, sizeof square);
        }
    }
}

/* Rows of 16 values become columns. */
TARGET static void NAME(transpose_values)(hyp_int16x16 *row)
{
    HYP_TRANSPOSE(hyp_int16x16, row);
}

/* The first count of 16 values, in pieces of known size. */
TARGET static void NAME(store_some)(int16_t *out, const int16_t *row, int count)
{
    int at = 0;

    if (count & 8) {
        memcpy(out, row, 16);
        at = 8;
    }
    if (count & 4) {
        memcpy(out + at, row + at, 8);
        at += 4;
    }
    if (count & 2) {
        memcpy(out + at, row + at, 4);
        at += 2;
    }
    if (count & 1)
        out[at] = row[at];
}

/* Sixteen pixels of up to sixteen planes; the last plane fills up. */
TARGET static void NAME(interleave_16)(const int16_t *const *plane, int planes,
                                       int64_t at, int16_t *out, int64_t stride,
                                       int16_t nodata, hyp_int16x16 *found)
{
    hyp_int16x16 row[HYP_LANES];

    for (int b = 0; b < HYP_LANES; b++) {
        memcpy(&row[b], plane[b < planes ? b : planes - 1] + at, sizeof row[b]);
        *found |= row[b] == nodata;
    }
    NAME(transpose_values)(row);
    if (planes == HYP_LANES)
        for (int p = 0; p < HYP_LANES; p++)
            memcpy(out + p * stride, &row[p], sizeof row[p]);
    else
        for (int p = 0; p < HYP_LANES; p++)
            NAME(store_some)
    (out + p * stride, (const int16_t *)&row[p], planes);
}

/* Sixteen pixels, of which some may hold nodata. */
TARGET static void NAME(mark)(const hyp_int16x16 *found, uint8_t *valid)
{
    hyp_int8x16 marks;

    memcpy(&marks, valid, sizeof marks);
    marks &= ~__builtin_convertvector(*found, hyp_int8x16);
    memcpy(valid, &marks, sizeof marks);
}

/* Pixels are fetched long before they are written, and planes before they are
   read, also beyond the last ones, which does no harm. */
TARGET static void NAME(interleave)(const int16_t *const *plane, int planes,
                                    int64_t pixels, int16_t *out,
                                    int64_t stride, int16_t nodata,
                                    uint8_t *valid)
{
    enum { LINE = 32, AHEAD = 128 }; /* pixels of a line of the cache; as far */
    const int64_t whole = pixels / HYP_LANES * HYP_LANES;

    for (int64_t p = 0; p < whole; p += HYP_LANES) {
        int16_t *now = out + p * stride;
        hyp_int16x16 found = { 0 };

        for (int i = 0; i < HYP_LANES; i++)
            __builtin_prefetch(now + (AHEAD + i) * stride, 1);
        for (int b = 0; b < planes && p % LINE == 0; b++)
            __builtin_prefetch(plane[b] + p + AHEAD);
        for (int b = 0; b < planes; b += HYP_LANES)
            NAME(interleave_16)
        (plane + b, planes - b < HYP_LANES ? planes - b : HYP_LANES, p, now + b,
         stride, nodata, &found);
        if (valid)
            NAME(mark)(&found, valid + p);
    }
    for (int64_t p = whole; p < pixels; p++)
        for (int b = 0; b < planes; b++) {
            out[p * stride + b] = plane[b][p];
            if (valid && plane[b][p] == nodata)
                valid[p] = 0;
        }
}

#undef NAME
#undef JOIN
#undef JOIN_
#undef SUFFIX
#undef REGISTER
#undef TARGET
#undef WIDEN
#undef ABREAST
