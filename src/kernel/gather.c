/*
 * gather.c - bring values of bands together into pixels
 */
#include "kernel/gather.h"

enum { BLOCK = 256 }; /* pixels whose output lines stay in the first cache */

void hyp_gather_planes(const int16_t *const *plane, int planes, int64_t pixels,
                       int16_t *out, int64_t stride)
{
    for (int64_t begin = 0; begin < pixels; begin += BLOCK) {
        int64_t end = begin + BLOCK < pixels ? begin + BLOCK : pixels;

        for (int b = 0; b < planes; b++)
            for (int64_t p = begin; p < end; p++)
                out[p * stride + b] = plane[b][p];
    }
}

void hyp_gather_picked(const int16_t *in, int64_t in_stride, const int *offset,
                       int count, int64_t pixels, int16_t *out, int64_t stride)
{
    for (int64_t p = 0; p < pixels; p++)
        for (int i = 0; i < count; i++)
            out[p * stride + i] = in[p * in_stride + offset[i]];
}
