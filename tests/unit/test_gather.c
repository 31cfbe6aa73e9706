/* ranks: 1 */
/*
 * test_gather.c - values brought together into pixels, of which those with
 * nodata are marked, against plain loops, on buffers that end at an unreadable
 * page
 */
#include "test.h"

#include "guard.h"
#include "kernel/kernel.h"
#include "pixels.h"

#include <stdbool.h>

static uint64_t state = 11;
static const hyp_kernels *kernels; /* the set under test */

enum { NODATA = -9999 };

/* One in a hundred is nodata. */
static int16_t *random_values(int64_t count)
{
    int16_t *x = guard_new((size_t)count * sizeof *x);

    for (int64_t i = 0; i < count; i++)
        x[i] = (int16_t)(draw(&state, 100) ? (int)draw(&state, 65536) - 32768
                                           : NODATA);
    return x;
}

/* Marks of pixels, of which some are invalid already. */
static uint8_t *some_marks(int64_t pixels)
{
    uint8_t *valid = guard_new((size_t)pixels);

    for (int64_t p = 0; p < pixels; p++)
        valid[p] = p % 5 != 3;
    return valid;
}

/* Marks after values of the pixels were written, if there are marks. */
static void check_marks(const uint8_t *valid, const int16_t *out, int count,
                        int64_t pixels, int64_t stride)
{
    int64_t wrong = 0;

    for (int64_t p = 0; valid && p < pixels; p++) {
        int want = p % 5 != 3;

        for (int i = 0; i < count; i++)
            want = want && out[p * stride + i] != NODATA;
        wrong += valid[p] != want;
    }
    CHECK(wrong == 0);
}

static void check_planes(int planes, int64_t pixels, int64_t stride, bool marks)
{
    const size_t bytes = (size_t)pixels * sizeof(int16_t);
    const int64_t size = pixels ? (pixels - 1) * stride + planes : 0;
    int16_t *out = guard_new((size_t)size * sizeof *out), *plane[40];
    uint8_t *valid = some_marks(pixels);
    int64_t wrong = 0;

    for (int b = 0; b < planes; b++)
        plane[b] = random_values(pixels);
    kernels->interleave((const int16_t *const *)plane, planes, pixels, out,
                        stride, NODATA, marks ? valid : NULL);
    for (int64_t i = 0; i < size; i++)
        wrong +=
            out[i] != (i % stride < planes ? plane[i % stride][i / stride] : 0);
    CHECK(wrong == 0);
    check_marks(marks ? valid : NULL, out, planes, pixels, stride);
    for (int b = 0; b < planes; b++)
        guard_free(plane[b], bytes);
    guard_free(valid, (size_t)pixels);
    guard_free(out, (size_t)size * sizeof *out);
}

static void test_interleave(void)
{
    static const int64_t pixels[] = { 0, 1, 15, 16, 17, 63, 600 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (int planes = 1; planes <= 37; planes += 3) {
            check_planes(planes, pixels[i], planes, false);
            check_planes(planes, pixels[i], 64, true);
        }
}

/* Some of the places, in order; the last one is the last value of all. */
static void choose(int16_t *offset, int count, int places)
{
    int chosen = 0;

    for (int place = 0; place < places; place++) {
        const int left = count - chosen;

        if ((int)draw(&state, (uint32_t)(places - place)) < left)
            offset[chosen++] = (int16_t)place;
    }
    offset[count - 1] = (int16_t)(places - 1);
}

static void check_picked(int count, int64_t pixels, int in_stride, int stride)
{
    const int64_t size = pixels ? (pixels - 1) * stride + count : 0;
    int16_t *in = random_values(pixels * in_stride);
    int16_t *out = guard_new((size_t)size * sizeof *out);
    uint8_t *valid = pixels % 2 ? some_marks(pixels) : NULL;
    int16_t offset[64];
    int64_t wrong = 0;

    choose(offset, count, in_stride);
    kernels->pick(in, in_stride, offset, count, pixels, out, stride, NODATA,
                  valid);
    for (int64_t i = 0; i < size; i++) {
        const int64_t p = i / stride, k = i % stride;

        wrong += out[i] != (k < count ? in[p * in_stride + offset[k]] : 0);
    }
    CHECK(wrong == 0);
    check_marks(valid, out, count, pixels, stride);
    if (valid)
        guard_free(valid, (size_t)pixels);
    guard_free(out, (size_t)size * sizeof *out);
    guard_free(in, (size_t)(pixels * in_stride) * sizeof *in);
}

static void test_pick(void)
{
    for (int64_t pixels = 0; pixels <= 40; pixels += 13)
        for (int count = 1; count <= 33; count += 8) {
            check_picked(count < 27 ? count : 27, pixels, 27, 64);
            check_picked(1, pixels, count, 33);
            check_picked(count, pixels, 33, 33);
            check_picked(count, pixels, 426, 40);
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    for (int isa = 0; isa <= (int)hyp_isa_here(); isa++) {
        kernels = hyp_kernels_for((hyp_isa)isa);
        RUN(test_interleave);
        RUN(test_pick);
    }
    MPI_Finalize();
    return test_status;
}
