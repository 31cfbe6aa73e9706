/*
 * buffers.h - random values in buffers that end at an unreadable page, for the
 * tests of kernels
 */
#ifndef HYP_TEST_BUFFERS_H
#define HYP_TEST_BUFFERS_H

#include "guard.h"
#include "pixels.h"

#include <stdint.h>

static inline int16_t random_dn(uint64_t *state)
{
    switch (draw(state, 8)) {
    case 0: return INT16_MIN;
    case 1: return INT16_MAX;
    default: return (int16_t)((int)draw(state, 65536) - 32768);
    }
}

/* Within +-size. */
static inline float random_float(uint64_t *state, float size)
{
    return size * ((float)draw(state, 1 << 24) / (float)(1 << 23) - 1);
}

/* Zero past the bands. */
static inline int16_t *random_pixels(uint64_t *state, int64_t pixels,
                                     int stride, int bands)
{
    int16_t *x = guard_new((size_t)(pixels * stride) * sizeof *x);

    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            x[p * stride + b] = random_dn(state);
    return x;
}

static inline void free_pixels(int16_t *x, int64_t pixels, int stride)
{
    guard_free(x, (size_t)(pixels * stride) * sizeof *x);
}

static inline float *random_floats(uint64_t *state, int64_t count, float size)
{
    float *x = guard_new((size_t)count * sizeof *x);

    for (int64_t i = 0; i < count; i++)
        x[i] = random_float(state, size);
    return x;
}

static inline void free_floats(float *x, int64_t count)
{
    guard_free(x, (size_t)count * sizeof *x);
}

#endif
