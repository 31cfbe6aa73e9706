/* ranks: 1 */
/*
 * test_kernels.c - every instruction set of this machine against plain loops
 * in double, bit by bit against the portable set, and on buffers that end at
 * an unreadable page
 */
#include "test.h"

#include "guard.h"
#include "kernel/gather.h"
#include "kernel/kernel.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

static uint64_t state = 11;
static const int strides[] = { 32, 64, 96, 128, 192, 448, 2048 };

enum { STRIDES = sizeof strides / sizeof *strides, WIDTH = HYP_PROJECT_WIDTH };

static hyp_isa best(void)
{
    return hyp_isa_here();
}

static int16_t random_dn(void)
{
    switch (draw(&state, 8)) {
    case 0: return INT16_MIN;
    case 1: return INT16_MAX;
    default: return (int16_t)((int)draw(&state, 65536) - 32768);
    }
}

static float random_float(float size)
{
    return size * ((float)draw(&state, 1 << 24) / (float)(1 << 23) - 1);
}

static int16_t *random_pixels(int64_t pixels, int stride, int bands)
{
    int16_t *x = guard_new((size_t)(pixels * stride) * sizeof *x);

    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            x[p * stride + b] = random_dn();
    return x;
}

static void free_pixels(int16_t *x, int64_t pixels, int stride)
{
    guard_free(x, (size_t)(pixels * stride) * sizeof *x);
}

static float *random_floats(int64_t count, float size)
{
    float *x = guard_new((size_t)count * sizeof *x);

    for (int64_t i = 0; i < count; i++)
        x[i] = random_float(size);
    return x;
}

static void free_floats(float *x, int64_t count)
{
    guard_free(x, (size_t)count * sizeof *x);
}

static double naive_distance(bool squares, const int16_t *x, const float *c,
                             int stride)
{
    double sum = 0;

    for (int b = 0; b < stride; b++) {
        const double d = (double)x[b] - (double)c[b];

        sum += squares ? d * d : fabs(d);
    }
    return sum;
}

static hyp_distance_kernel *pick(hyp_isa isa, bool squares)
{
    const hyp_kernels *kernels = hyp_kernels_for(isa);

    return squares ? kernels->squares : kernels->absolutes;
}

/* Compare all sets on one pixel. */
static void check_distances(bool squares, const int16_t *x, const float *centre,
                            int centres, int stride)
{
    const double bound = (stride / 16 + 7) * 0x1p-24 * 1.001;
    float *found = random_floats(centres, 1), *first = NULL;

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        float *out = guard_new((size_t)centres * sizeof *out);

        pick((hyp_isa)isa, squares)(x, centre, centres, stride, out);
        for (int j = 0; j < centres; j++) {
            const double want = naive_distance(
                squares, x, centre + (int64_t)j * stride, stride);

            CHECK(fabs(out[j] - want) <= bound * want);
        }
        if (first == NULL)
            first = memcpy(found, out, (size_t)centres * sizeof *out);
        CHECK(memcmp(first, out, (size_t)centres * sizeof *out) == 0);
        free_floats(out, centres);
    }
    free_floats(found, centres);
}

static void test_distances(void)
{
    for (int i = 0; i < STRIDES; i++)
        for (int centres = HYP_CENTRE_GROUP; centres <= 5 * HYP_CENTRE_GROUP;
             centres += HYP_CENTRE_GROUP) {
            const int stride = strides[i];
            int16_t *x = random_pixels(1, stride, stride);
            float *centre = random_floats((int64_t)centres * stride, 32768);

            check_distances(true, x, centre, centres, stride);
            check_distances(false, x, centre, centres, stride);
            free_floats(centre, (int64_t)centres * stride);
            free_pixels(x, 1, stride);
        }
}

/* Whole numbers that a float holds: the answer is known to the last bit. */
static void test_exact_distances(void)
{
    float centre[4 * 32] __attribute__((aligned(64))) = { 0 };
    int16_t x[32] __attribute__((aligned(64))) = { 0 };
    float found[4];

    x[0] = INT16_MIN;
    centre[32] = INT16_MAX;
    centre[64] = INT16_MIN;
    centre[96 + 31] = 3;
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        pick((hyp_isa)isa, true)(x, centre, 4, 32, found);
        CHECK(found[0] == 0x1p30f && found[2] == 0);
        CHECK(found[1] == 65535.0f * 65535.0f && found[3] == 0x1p30f + 9);
        pick((hyp_isa)isa, false)(x, centre, 4, 32, found);
        CHECK(found[0] == 32768 && found[2] == 0);
        CHECK(found[1] == 65535 && found[3] == 32771);
    }
}

/* In float, band after band: the order that the header promises. */
static float naive_projection(const int16_t *x, int bands, const float *mean,
                              const float *direction, int i, double *exact,
                              double *size)
{
    float sum = 0;

    *exact = *size = 0;
    for (int b = 0; b < bands; b++) {
        const float v = direction[b * WIDTH + i];
        const float term = ((float)x[b] - mean[b]) * v;
        const double d = ((double)x[b] - (double)mean[b]) * (double)v;

        sum += term;
        *exact += d;
        *size += fabs(d);
    }
    return sum;
}

static void check_projection(int64_t pixels, int stride, int bands)
{
    int16_t *x = random_pixels(pixels, stride, bands);
    float *mean = random_floats(bands, 10000);
    float *direction = random_floats((int64_t)bands * WIDTH, 1);

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        float *out = guard_new((size_t)(pixels * WIDTH) * sizeof *out);

        hyp_kernels_for((hyp_isa)isa)
            ->project(x, pixels, stride, bands, mean, direction, out);
        for (int64_t i = 0; i < pixels * WIDTH; i++) {
            double exact, size;
            float want =
                naive_projection(x + i / WIDTH * stride, bands, mean, direction,
                                 (int)(i % WIDTH), &exact, &size);

            CHECK(out[i] == want);
            CHECK(fabs(out[i] - exact) <= (bands + 2) * 0x1p-24 * 1.01 * size);
        }
        guard_free(out, (size_t)(pixels * WIDTH) * sizeof *out);
    }
    free_floats(direction, (int64_t)bands * WIDTH);
    free_floats(mean, bands);
    free_pixels(x, pixels, stride);
}

static void test_projections(void)
{
    static const int bands[] = { 1, 2, 15, 16, 17, 31, 32 };

    for (int64_t pixels = 0; pixels <= 20; pixels++) {
        for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
            check_projection(pixels, 32, bands[i]);
        check_projection(pixels, 192, 173);
    }
}

/* The range and sum so far, which a set takes pixels into. */
typedef struct range {
    int16_t *low, *high;
    int64_t *sum;
} range;

static range new_range(int stride)
{
    range r = { guard_new((size_t)stride * sizeof *r.low),
                guard_new((size_t)stride * sizeof *r.high),
                guard_new((size_t)stride * sizeof *r.sum) };

    for (int b = 0; b < stride; b++) { /* something was taken in before */
        r.low[b] = (int16_t)(b % 2 ? INT16_MAX : -5);
        r.high[b] = (int16_t)(b % 2 ? INT16_MIN : 5);
        r.sum[b] = b % 2 ? 0 : -(INT64_C(1) << 40);
    }
    return r;
}

static void free_range(range r, int stride)
{
    guard_free(r.low, (size_t)stride * sizeof *r.low);
    guard_free(r.high, (size_t)stride * sizeof *r.high);
    guard_free(r.sum, (size_t)stride * sizeof *r.sum);
}

static void check_range(const range *r, const int16_t *x, int64_t pixels,
                        int stride)
{
    range want = new_range(stride);

    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < stride; b++) {
            const int16_t v = x[p * stride + b];

            want.low[b] = v < want.low[b] ? v : want.low[b];
            want.high[b] = v > want.high[b] ? v : want.high[b];
            want.sum[b] += v;
        }
    for (int b = 0; b < stride; b++) {
        CHECK(r->low[b] == want.low[b]);
        CHECK(r->high[b] == want.high[b]);
        CHECK(r->sum[b] == want.sum[b]);
    }
    free_range(want, stride);
}

static void check_summary(const int16_t *x, int64_t pixels, int stride)
{
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        range r = new_range(stride);

        hyp_kernels_for((hyp_isa)isa)
            ->summarise(x, pixels, stride, r.low, r.high, r.sum);
        check_range(&r, x, pixels, stride);
        free_range(r, stride);
    }
}

static void test_summaries(void)
{
    static const int64_t pixels[] = { 0, 1, 2, 63, 64, 65, 128, 200 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (int k = 0; k < STRIDES - 1; k++) {
            int16_t *x = random_pixels(pixels[i], strides[k], strides[k]);

            check_summary(x, pixels[i], strides[k]);
            free_pixels(x, pixels[i], strides[k]);
        }
}

static void test_summaries_of_extremes(void)
{
    const int64_t pixels = 150000; /* sums that 32 bits do not hold */
    int16_t *x = random_pixels(pixels, 32, 32);

    for (int64_t i = 0; i < pixels * 32; i++)
        x[i] = (int16_t)(i % 32 < 16 ? INT16_MIN : INT16_MAX);
    check_summary(x, pixels, 32);
    free_pixels(x, pixels, 32);
}

static void check_planes(int planes, int64_t pixels, int64_t stride)
{
    const size_t bytes = (size_t)pixels * sizeof(int16_t);
    const int64_t size = pixels ? (pixels - 1) * stride + planes : 0;
    int16_t *out = guard_new((size_t)size * sizeof *out), *plane[24];
    int64_t wrong = 0;

    for (int b = 0; b < planes; b++)
        plane[b] = random_pixels(1, (int)pixels, (int)pixels);
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
    int16_t *in = random_pixels(pixels, in_stride, in_stride);
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
    free_pixels(in, pixels, in_stride);
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

static void test_choice(void)
{
    static const char *const names[] = { "portable", "avx2", "avx512" };
    const char *cap = getenv("HYP_ISA");

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        CHECK(strcmp(hyp_kernels_for((hyp_isa)isa)->name, names[isa]) == 0);
        CHECK(cap == NULL || strcmp(cap, names[isa]) != 0 ||
              isa == (int)best());
    }
    CHECK(hyp_kernels_here() == hyp_kernels_for(best()));
    printf("# up to %s\n", hyp_kernels_here()->name);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_choice);
    RUN(test_distances);
    RUN(test_exact_distances);
    RUN(test_projections);
    RUN(test_summaries);
    RUN(test_summaries_of_extremes);
    RUN(test_gather_planes);
    RUN(test_gather_picked);
    MPI_Finalize();
    return test_status;
}
