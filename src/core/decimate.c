/*
 * decimate.c - a smaller image of an image of classes
 */
#include "core/decimate.h"

#include <string.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The pixels of one dot: rows and columns from the one at its corner. */
typedef struct square {
    int64_t at; /* the place of its corner in the image */
    int64_t rows, cols, stride;
} square;

static square square_at(const hyp_decimate_shape *shape, int64_t row,
                        int64_t col)
{
    return (square){ .at = row * shape->stride + col,
                     .rows = smaller(shape->factor, shape->rows - row),
                     .cols = smaller(shape->factor, shape->cols - col),
                     .stride = shape->stride };
}

static uint16_t most_frequent(const square *s, const uint16_t *class,
                              uint32_t *count)
{
    uint16_t best = 0;

    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t col = 0; col < s->cols; col++)
            count[class[s->at + row * s->stride + col]]++;
    count[0] = 0;
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t col = 0; col < s->cols; col++) {
            const uint16_t c = class[s->at + row * s->stride + col];

            if (count[c] > count[best] || (count[c] == count[best] && c < best))
                best = c;
        }
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t col = 0; col < s->cols; col++)
            count[class[s->at + row * s->stride + col]] = 0;
    return best;
}

void hyp_decimate_classes(const hyp_decimate_shape *shape,
                          const uint16_t *class, uint32_t *count, uint16_t *out)
{
    if (shape->factor == 1) {
        for (int64_t row = 0; row < shape->rows; row++)
            memcpy(out + row * shape->cols, class + row * shape->stride,
                   (size_t)shape->cols * sizeof *out);
        return;
    }
    for (int64_t row = 0; row < shape->rows; row += shape->factor)
        for (int64_t col = 0; col < shape->cols; col += shape->factor) {
            const square s = square_at(shape, row, col);

            *out++ = most_frequent(&s, class, count);
        }
}

/* sum / count, rounded to the nearest, halves up. */
static int64_t rounded(int64_t sum, int64_t count)
{
    const int64_t twice = 2 * sum + count, whole = twice / (2 * count);

    return whole - (twice % (2 * count) < 0);
}

/* A value that is there differs from the mark of one that is not. */
static int16_t marked(int64_t value)
{
    return (int16_t)(value + (value == HYP_DECIMATE_NODATA));
}

static int16_t mean(const square *s, const uint16_t *class,
                    const int16_t *value)
{
    int64_t sum = 0, count = 0;

    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t col = 0; col < s->cols; col++) {
            const int64_t i = s->at + row * s->stride + col;

            sum += class[i] ? value[i] : 0;
            count += class[i] != 0;
        }
    return count ? marked(rounded(sum, count)) : HYP_DECIMATE_NODATA;
}

/* Every pixel is a dot. */
static void mark(const hyp_decimate_shape *shape, const uint16_t *class,
                 const int16_t *value, int16_t *out)
{
    for (int64_t row = 0; row < shape->rows; row++)
        for (int64_t col = 0; col < shape->cols; col++) {
            const int64_t i = row * shape->stride + col;

            *out++ = class[i] ? marked(value[i]) : HYP_DECIMATE_NODATA;
        }
}

void hyp_decimate_values(const hyp_decimate_shape *shape, const uint16_t *class,
                         const int16_t *value, int16_t *out)
{
    if (shape->factor == 1) {
        mark(shape, class, value, out);
        return;
    }
    for (int64_t row = 0; row < shape->rows; row += shape->factor)
        for (int64_t col = 0; col < shape->cols; col += shape->factor) {
            const square s = square_at(shape, row, col);

            *out++ = mean(&s, class, value);
        }
}
