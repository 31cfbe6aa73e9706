/*
 * gather.h - bring values of bands together into pixels
 */
#ifndef HYP_KERNEL_GATHER_H
#define HYP_KERNEL_GATHER_H

#include <stdint.h>

/*
 * Interleave images of single bands into pixels: a transpose.
 *
 * Collective: no
 * Shapes:     plane [planes] of [pixels]; out [pixels][stride], of which the
 *             first planes values of each pixel are written
 */
void hyp_gather_planes(const int16_t *const *plane, int planes, int64_t pixels,
                       int16_t *out, int64_t stride);

/*
 * Pick some values of each pixel.
 *
 * Collective: no
 * Shapes:     in [pixels][in_stride]; offset [count], in 0..in_stride-1;
 *             out [pixels][stride], of which the first count values of each
 *             pixel are written
 */
void hyp_gather_picked(const int16_t *in, int64_t in_stride, const int *offset,
                       int count, int64_t pixels, int16_t *out, int64_t stride);

#endif
