/* ranks: 1 */
/*
 * test_gather.c - values brought together into pixels, against plain loops, on
 * buffers that end at an unreadable page
 */
#include "test.h"

#include "guard.h"
#include "kernel/gather.h"
#include "pixels.h"

static uint64_t state = 11;

static int16_t *random_values(int64_t count)
{
    int16_t *x = guard_new((size_t)count * sizeof *x);

    for (int64_t i = 0; i < count; i++)
        x[i] = (int16_t)((int)draw(&state, 65536) - 32768);
    return x;
}

static void check_planes(int planes, int64_t pixels, int64_t stride)
{
    const size_t bytes = (size_t)pixels * sizeof(int16_t);
    const int64_t size = pixels ? (pixels - 1) * stride + planes : 0;
    int16_t *out = guard_new((size_t)size * sizeof *out), *plane[24];
    int64_t wrong = 0;

    for (int b = 0; b < planes; b++)
        plane[b] = random_values(pixels);
    hyp_gather_planes((const int16_t *const *)plane, planes, pixels, out,
                      stride);
    for (int64_t i = 0; i < size; i++)
        wrong +=
            out[i] != (i % stride < planes ? plane[i % stride][i / stride] : 0);
    CHECK(wrong == 0);
    for (int b = 0; b < planes; b++)
        guard_free(plane[b], bytes);
    guard_free(out, (size_t)size * sizeof *out);
}

static void test_gather_planes(void)
{
    static const int64_t pixels[] = { 0, 1, 255, 256, 257, 600 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (int planes = 1; planes <= 17; planes += 4) {
            check_planes(planes, pixels[i], planes);
            check_planes(planes, pixels[i], 32);
        }
}

static void check_picked(int count, int64_t pixels, int in_stride, int stride)
{
    const int64_t size = pixels ? (pixels - 1) * stride + count : 0;
    int16_t *in = random_values(pixels * in_stride);
    int16_t *out = guard_new((size_t)size * sizeof *out);
    int offset[64];
    int64_t wrong = 0;

    for (int i = 0; i < count; i++)
        offset[i] = (int)draw(&state, (uint32_t)in_stride);
    if (count)
        offset[count - 1] = in_stride - 1; /* the last value of all */
    hyp_gather_picked(in, in_stride, offset, count, pixels, out, stride);
    for (int64_t i = 0; i < size; i++) {
        const int64_t p = i / stride, k = i % stride;

        wrong += out[i] != (k < count ? in[p * in_stride + offset[k]] : 0);
    }
    CHECK(wrong == 0);
    guard_free(out, (size_t)size * sizeof *out);
    guard_free(in, (size_t)(pixels * in_stride) * sizeof *in);
}

static void test_gather_picked(void)
{
    for (int64_t pixels = 0; pixels <= 40; pixels += 13)
        for (int count = 1; count <= 33; count += 8) {
            check_picked(count, pixels, 27, 64);
            check_picked(count, pixels, 1, 33);
            check_picked(count, pixels, 426, 40);
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_gather_planes);
    RUN(test_gather_picked);
    MPI_Finalize();
    return test_status;
}
