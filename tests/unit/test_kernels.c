/* ranks: 1 */
/*
 * test_kernels.c - every instruction set of this machine against plain loops
 * in double, bit by bit against the portable set, and on buffers that end at
 * an unreadable page
 */
#include "test.h"

#include "buffers.h"
#include "kernel/kernel.h"

#include <math.h>
#include <string.h>

static uint64_t state = 11;
static const int strides[] = { 32, 64, 96, 128, 192, 448, 2048 };

enum { STRIDES = sizeof strides / sizeof *strides };

static hyp_isa best(void)
{
    return hyp_isa_here();
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
    float *found = random_floats(&state, centres, 1), *first = NULL;

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
            int16_t *x = random_pixels(&state, 1, stride, stride);
            float *centre =
                random_floats(&state, (int64_t)centres * stride, 32768);

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
    int64_t squares = 0;

    for (int64_t i = 0; i < pixels * stride; i++)
        squares += (int64_t)x[i] * x[i];
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        range r = new_range(stride);

        CHECK(hyp_kernels_for((hyp_isa)isa)
                  ->summarise(x, pixels, stride, r.low, r.high, r.sum) ==
              squares);
        check_range(&r, x, pixels, stride);
        free_range(r, stride);
    }
}

static void test_summaries(void)
{
    static const int64_t pixels[] = { 0, 1, 2, 63, 64, 65, 128, 200 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (int k = 0; k < STRIDES - 1; k++) {
            int16_t *x =
                random_pixels(&state, pixels[i], strides[k], strides[k]);

            check_summary(x, pixels[i], strides[k]);
            free_pixels(x, pixels[i], strides[k]);
        }
}

static void test_summaries_of_extremes(void)
{
    const int64_t pixels = 1 << 16; /* sums that 32 bits do not hold */
    int16_t *x = random_pixels(&state, pixels, 32, 32);

    for (int64_t i = 0; i < pixels * 32; i++)
        x[i] = (int16_t)(i % 32 < 16 ? INT16_MIN : INT16_MAX);
    check_summary(x, pixels, 32);
    free_pixels(x, pixels, 32);
}

static void test_sums_of_squares(void)
{
    enum { PIXELS = 11, CLASSES = 3 };
    static const uint16_t label[PIXELS] = { 0, 0, 2, 1, 1, 1, 0, 2, 2, 0, 1 };

    for (int k = 0; k < STRIDES; k++) {
        const int stride = strides[k];
        const size_t bytes = (size_t)(CLASSES * stride) * sizeof(int64_t);
        int16_t *x = random_pixels(&state, PIXELS, stride, stride);

        for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
            int64_t *sum = guard_new(bytes);

            for (int i = 0; i < CLASSES * stride; i++) /* beyond 32 bits */
                sum[i] = INT64_C(1) << 40;
            hyp_kernels_for((hyp_isa)isa)
                ->add_squares(x, PIXELS, stride, label, sum);
            for (int64_t p = 0; p < PIXELS; p++)
                for (int b = 0; b < stride; b++)
                    sum[label[p] * stride + b] -=
                        (int64_t)x[p * stride + b] * x[p * stride + b];
            for (int i = 0; i < CLASSES * stride; i++)
                CHECK(sum[i] == INT64_C(1) << 40);
            guard_free(sum, bytes);
        }
        free_pixels(x, PIXELS, stride);
    }
}

static void check_embedding(const float *y, const int16_t *x, int64_t pixels,
                            int stride, int bands, const int16_t *offset,
                            const float *basis)
{
    for (int64_t i = 0; i < pixels * HYP_LANES; i++) {
        const int16_t *at = x + i / HYP_LANES * stride;
        double exact = 0, size = 0;

        for (int b = 0; b < bands; b++) {
            const double d = ((double)at[b] - offset[b]) *
                             (double)basis[b * HYP_LANES + i % HYP_LANES];

            exact += d;
            size += fabs(d);
        }
        /* bands are summed by sixteens, then the sums */
        CHECK(fabs(y[i] - exact) <=
              (16 + bands / 16 + 3) * 0x1p-24 * 1.01 * size);
    }
}

static void embed(int64_t pixels, int stride, int bands)
{
    const size_t bytes = (size_t)(pixels * HYP_LANES) * sizeof(float);
    int16_t *x = random_pixels(&state, pixels, stride, bands);
    int16_t *offset = random_pixels(&state, 1, stride, bands);
    float *basis = random_floats(&state, (int64_t)bands * HYP_LANES, 1);
    float *first = guard_new(bytes);

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        float *y = guard_new(bytes);

        hyp_kernels_for((hyp_isa)isa)
            ->embed(x, pixels, stride, bands, offset, basis, y);
        check_embedding(y, x, pixels, stride, bands, offset, basis);
        if (isa == HYP_ISA_PORTABLE)
            memcpy(first, y, bytes);
        CHECK(memcmp(first, y, bytes) == 0);
        guard_free(y, bytes);
    }
    guard_free(first, bytes);
    free_floats(basis, (int64_t)bands * HYP_LANES);
    free_pixels(offset, 1, stride);
    free_pixels(x, pixels, stride);
}

static void test_embeddings(void)
{
    for (int64_t pixels = 0; pixels <= 20; pixels += pixels < 9 ? 1 : 11) {
        for (int bands = 1; bands <= 70; bands++)
            embed(pixels, (bands + 31) / 32 * 32, bands);
        embed(pixels, 192, 173);
    }
}

static double *random_doubles(int64_t count)
{
    double *x = guard_new((size_t)count * sizeof *x);

    for (int64_t i = 0; i < count; i++)
        x[i] = (double)random_float(&state, 100) +
               (double)random_float(&state, 1e-5f);
    return x;
}

static void free_doubles(double *x, int64_t count)
{
    guard_free(x, (size_t)count * sizeof *x);
}

/* Bit by bit: no set may add in another order, nor at once with a product. */
static void combine(int64_t pixels, int stride, int rows, int width)
{
    double *factor = random_doubles(pixels * stride);
    double *row = random_doubles((int64_t)rows * width);
    double *begin = random_doubles(pixels * width);

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        double *sum = random_doubles(pixels * width);

        memcpy(sum, begin, (size_t)(pixels * width) * sizeof *sum);
        hyp_kernels_for((hyp_isa)isa)
            ->combine(factor, stride, pixels, rows, row, width, sum);
        for (int64_t i = 0; i < pixels * width; i++) {
            volatile double want = begin[i], product;

            for (int r = 0; r < rows; r++) {
                product =
                    factor[i / width * stride + r] * row[r * width + i % width];
                want += product;
            }
            CHECK(sum[i] == want);
        }
        free_doubles(sum, pixels * width);
    }
    free_doubles(begin, pixels * width);
    free_doubles(row, (int64_t)rows * width);
    free_doubles(factor, pixels * stride);
}

static void test_combinations(void)
{
    for (int64_t pixels = 0; pixels <= 20; pixels++)
        for (int width = HYP_DOUBLES; width <= 4 * HYP_DOUBLES;
             width += HYP_DOUBLES) {
            combine(pixels, 1, 1, width);
            combine(pixels, 176, 173, width);
            combine(pixels, 5, 5, width);
        }
}

/* Slacks around the limits of their classes, and exactly at them. */
static void fill_slacks(float *slack, uint16_t *label, const float *limit,
                        int64_t pixels, uint32_t classes)
{
    for (int64_t p = 0; p < pixels; p++) {
        label[p] = (uint16_t)draw(&state, classes);
        slack[p] = limit[label[p]] + (float)draw(&state, 3) - 1;
    }
}

static void check_unsafe(hyp_isa isa, const float *slack, const uint16_t *label,
                         const float *limit, int64_t first, int64_t last)
{
    const size_t bytes = (size_t)(last - first) * sizeof(int32_t);
    int32_t *list = guard_new(bytes);
    int64_t count = 0;
    const int64_t found =
        hyp_kernels_for(isa)->unsafe(slack, label, limit, first, last, list);

    for (int64_t p = first; p < last; p++)
        if (slack[p] <= limit[label[p]]) {
            CHECK(count < found && list[count] == p);
            count++;
        }
    CHECK(count == found);
    guard_free(list, bytes);
}

static void test_slacks(void)
{
    float *limit = random_floats(&state, 5, 100);

    for (int64_t pixels = 0; pixels <= 96; pixels += 16) {
        const size_t slack_bytes = (size_t)pixels * sizeof(float);
        const size_t label_bytes = (size_t)pixels * sizeof(uint16_t);
        float *slack = guard_new(slack_bytes);
        uint16_t *label = guard_new(label_bytes);

        fill_slacks(slack, label, limit, pixels, 5);
        for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++)
            for (int64_t first = 0; first <= pixels; first += 5)
                check_unsafe((hyp_isa)isa, slack, label, limit, first, pixels);
        guard_free(slack, slack_bytes);
        guard_free(label, label_bytes);
    }
    free_floats(limit, 5);
}

/* No number exceeds no limit: such a pixel is listed.  Infinite ones do. */
static void test_slacks_without_a_number(void)
{
    const float limit[2] = { 5, 7 };
    float slack[HYP_LANES];
    uint16_t label[HYP_LANES] = { 0 };
    int32_t list[HYP_LANES];

    for (int i = 0; i < HYP_LANES; i++)
        slack[i] = INFINITY;
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        const hyp_kernels *k = hyp_kernels_for((hyp_isa)isa);

        CHECK(k->unsafe(slack, label, limit, 0, HYP_LANES, list) == 0);
        slack[3] = NAN;
        CHECK(k->unsafe(slack, label, limit, 0, HYP_LANES, list) == 1);
        CHECK(list[0] == 3);
        slack[3] = -INFINITY;
        slack[15] = 7; /* at the limit: not beyond it */
        label[15] = 1;
        CHECK(k->unsafe(slack, label, limit, 0, HYP_LANES, list) == 2);
        CHECK(list[0] == 3 && list[1] == 15);
        slack[3] = slack[15] = INFINITY;
    }
}

static void move(hyp_isa isa, const int16_t *x, int stride)
{
    const size_t bytes = (size_t)stride * sizeof(int32_t);
    int32_t *from = guard_new(bytes), *to = guard_new(bytes);

    for (int b = 0; b < stride; b++) {
        from[b] = b * 1000;
        to[b] = -b;
    }
    hyp_kernels_for(isa)->move(x, stride, from, to);
    for (int b = 0; b < stride; b++)
        CHECK(from[b] == b * 1000 - x[b] && to[b] == x[b] - b);
    guard_free(from, bytes);
    guard_free(to, bytes);
}

static void test_moves(void)
{
    for (int i = 0; i < STRIDES; i++) {
        int16_t *x = random_pixels(&state, 1, strides[i], strides[i]);

        for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++)
            move((hyp_isa)isa, x, strides[i]);
        free_pixels(x, 1, strides[i]);
    }
}

static void test_choice(void)
{
    static const char *const names[] = { "portable", "avx2", "avx512", "amx" };
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
    RUN(test_summaries);
    RUN(test_summaries_of_extremes);
    RUN(test_sums_of_squares);
    RUN(test_embeddings);
    RUN(test_combinations);
    RUN(test_slacks);
    RUN(test_slacks_without_a_number);
    RUN(test_moves);
    MPI_Finalize();
    return test_status;
}
