/* ranks: 1 */
/*
 * test_kernels.c - every instruction set of this machine against plain loops
 * in double, bit by bit against the portable set, and on buffers that end at
 * an unreadable page
 */
#include "test.h"

#include "guard.h"
#include "kernel/kernel.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

static uint64_t state = 11;
static const int strides[] = { 32, 64, 96, 128, 192, 448, 2048 };

enum { STRIDES = sizeof strides / sizeof *strides };

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
            int16_t *x = random_pixels(pixels[i], strides[k], strides[k]);

            check_summary(x, pixels[i], strides[k]);
            free_pixels(x, pixels[i], strides[k]);
        }
}

static void test_summaries_of_extremes(void)
{
    const int64_t pixels = 1 << 16; /* sums that 32 bits do not hold */
    int16_t *x = random_pixels(pixels, 32, 32);

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
        int16_t *x = random_pixels(PIXELS, stride, stride);

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

/* What a kernel writes for one set, to compare with the next. */
typedef struct embedding {
    float y[20 * HYP_LANES];
    int64_t square[20];
} embedding;

static void check_embedding(const embedding *e, const int16_t *x,
                            int64_t pixels, int stride, int bands,
                            const int16_t *offset, const float *basis)
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
        CHECK(fabs(e->y[i] - exact) <=
              (16 + bands / 16 + 3) * 0x1p-24 * 1.01 * size);
    }
    for (int64_t p = 0; p < pixels; p++) {
        int64_t square = 0;

        for (int b = 0; b < bands; b++) {
            const int64_t d = (int64_t)x[p * stride + b] - offset[b];

            square += d * d;
        }
        CHECK(e->square[p] == square);
    }
}

static void embed(int64_t pixels, int stride, int bands)
{
    int16_t *x = random_pixels(pixels, stride, bands);
    int16_t *offset = random_pixels(1, stride, bands);
    float *basis = random_floats((int64_t)bands * HYP_LANES, 1);
    embedding first = { { 0 }, { 0 } };

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        const size_t bytes = (size_t)(pixels * HYP_LANES) * sizeof(float);
        float *y = guard_new(bytes);
        embedding e = { { 0 }, { 0 } };

        hyp_kernels_for((hyp_isa)isa)
            ->embed(x, pixels, stride, bands, offset, basis, y);
        for (int64_t p = 0; p < pixels; p++)
            e.square[p] = hyp_kernels_for((hyp_isa)isa)
                              ->square(x + p * stride, offset, stride);
        memcpy(e.y, y, bytes);
        check_embedding(&e, x, pixels, stride, bands, offset, basis);
        if (isa == HYP_ISA_PORTABLE)
            first = e;
        CHECK(memcmp(&first, &e, sizeof e) == 0);
        guard_free(y, bytes);
    }
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
        x[i] = (double)random_float(100) + (double)random_float(1e-5f);
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

enum { BOUND_PIXELS = 40, BOUND_CENTRES = 7 };

/* Greatest and least distance of a pixel from a centre, whose parts outside
   the subspace have known lengths and unknown directions. */
static void range_of(const float *pixel, const hyp_bound_centres *c, int j,
                     double *low, double *high)
{
    const double r = (double)pixel[HYP_COMPONENTS];
    const double rc = (double)c->reach[j] / 2;
    double within = 0;

    for (int q = 0; q < HYP_COMPONENTS; q++) {
        const double d = (double)pixel[q] - (double)c->y[j * HYP_LANES + q];

        within += d * d;
    }
    *low = sqrt(within + (r - rc) * (r - rc));
    *high = sqrt(within + (r + rc) * (r + rc));
}

/* Count the pixels whose nearest centre was certain. */
static int check_bounds(const float *embedded, const int32_t *pixel,
                        const hyp_bound_centres *c, const int32_t *found,
                        const float *slack)
{
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const float *at = embedded + pixel[i] * HYP_LANES;
        double low, high, next = INFINITY;

        CHECK(found[i] >= 0 && found[i] < c->count);
        for (int j = 0; j < c->count; j++) {
            range_of(at, c, j, &low, &high);
            next = j == found[i] ? next : fmin(next, low);
        }
        range_of(at, c, found[i], &low, &high);
        if (slack[i] > 0)
            CHECK((double)slack[i] <= next - high);
        if (next - high > 0.05 * next) /* it should not be too careful */
            CHECK(slack[i] > 0);
        certain += slack[i] > 0;
    }
    return certain;
}

static int bound(float scale, float rest)
{
    float *embedded = random_floats(BOUND_PIXELS * HYP_LANES, scale);
    float *y = random_floats(BOUND_CENTRES * HYP_LANES, scale);
    float square[BOUND_CENTRES], reach[BOUND_CENTRES];
    float fuzz[BOUND_CENTRES] = { 0 }, first_slack[HYP_LANES];
    _Alignas(64) float slack[HYP_LANES];
    _Alignas(64) int32_t found[HYP_LANES];
    int32_t pixel[HYP_LANES], first_found[HYP_LANES];
    hyp_bound_centres c = { BOUND_CENTRES, y, square, reach, fuzz };
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++)
        pixel[i] = (int32_t)draw(&state, BOUND_PIXELS);
    pixel[3] = BOUND_PIXELS - 1; /* the last before the unreadable page */
    for (int p = 0; p < BOUND_PIXELS; p++) {
        embedded[p * HYP_LANES + HYP_COMPONENTS] = fabsf(random_float(rest));
        embedded[p * HYP_LANES + HYP_COMPONENTS + 1] = 0; /* no fuzz */
    }
    for (int j = 0; j < BOUND_CENTRES; j++) {
        const float length = fabsf(random_float(rest));

        reach[j] = 2 * length;
        square[j] = length * length;
    }
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        hyp_kernels_for((hyp_isa)isa)->bound(embedded, pixel, &c, found, slack);
        certain = check_bounds(embedded, pixel, &c, found, slack);
        if (isa == HYP_ISA_PORTABLE) {
            memcpy(first_slack, slack, sizeof slack);
            memcpy(first_found, found, sizeof found);
        }
        CHECK(memcmp(first_slack, slack, sizeof slack) == 0);
        CHECK(memcmp(first_found, found, sizeof found) == 0);
    }
    free_floats(y, BOUND_CENTRES * HYP_LANES);
    free_floats(embedded, BOUND_PIXELS * HYP_LANES);
    return certain;
}

static void test_bounds(void)
{
    int certain = 0, uncertain = 0;

    for (int trial = 0; trial < 300; trial++) {
        certain += bound(5000, 50);
        uncertain += HYP_LANES - bound(100, 1000);
    }
    CHECK(certain > 300 * HYP_LANES / 2);
    CHECK(uncertain > 300 * HYP_LANES / 2);
}

/* Coordinates are whole numbers: 14 in the subspace, and 3 that are not. */
enum { OUTSIDE = 3, INSIDE = HYP_COMPONENTS, WHOLE = INSIDE + OUTSIDE };

static int whole_pixel[BOUND_PIXELS][WHOLE], whole_centre[BOUND_CENTRES][WHOLE];

static void draw_whole(int *v, int size)
{
    for (int i = 0; i < WHOLE; i++)
        v[i] = (int)draw(&state, (uint32_t)(2 * size + 1)) - size;
}

static int64_t whole_square(const int *v, const int *w, int first)
{
    int64_t sum = 0;

    for (int i = first; i < WHOLE; i++)
        sum += (int64_t)(v[i] - w[i]) * (v[i] - w[i]);
    return sum;
}

/* Coordinates that are off by `error`, which the fuzz owns up to. */
static void spoil(const int *v, float error, float *y)
{
    for (int q = 0; q < INSIDE; q++)
        y[q] = (float)v[q];
    y[draw(&state, INSIDE)] += draw(&state, 2) ? error : -error;
}

static float fuzz_of(float error)
{
    return 2 * (1 + 1 / HYP_BOUND_T) * error * error * (1 + 0x1p-22f);
}

/* Certain pixels; the true distances are square roots of whole numbers. */
static int check_whole(const int32_t *pixel, int centres, const int32_t *found,
                       const float *slack)
{
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const int *x = whole_pixel[pixel[i]];
        const long double near =
            sqrtl((long double)whole_square(x, whole_centre[found[i]], 0));

        for (int j = 0; j < centres && slack[i] > 0; j++)
            CHECK(j == found[i] ||
                  sqrtl((long double)whole_square(x, whole_centre[j], 0)) -
                          near >=
                      slack[i]);
        certain += slack[i] > 0;
    }
    return certain;
}

/* Pixels and centres within +-size, of which some are the same. */
static int bound_whole(int centres, int size, float error)
{
    static const int origin[WHOLE];
    float *embedded = random_floats(BOUND_PIXELS * HYP_LANES, 1);
    float y[BOUND_CENTRES * HYP_LANES], square[BOUND_CENTRES];
    float reach[BOUND_CENTRES], fuzz[BOUND_CENTRES];
    hyp_bound_centres c = { centres, y, square, reach, fuzz };
    _Alignas(64) float slack[HYP_LANES];
    _Alignas(64) int32_t found[HYP_LANES];
    int32_t pixel[HYP_LANES];
    int certain = 0;

    for (int p = 0; p < BOUND_PIXELS; p++) {
        float *at = embedded + p * HYP_LANES;

        draw_whole(whole_pixel[p], size);
        spoil(whole_pixel[p], error, at);
        at[INSIDE] = sqrtf((float)whole_square(whole_pixel[p], origin, INSIDE));
        at[INSIDE] *= 1 + 0x1p-22f;
        at[INSIDE + 1] = fuzz_of(error);
    }
    for (int j = 0; j < centres; j++) {
        draw_whole(whole_centre[j], size);
        if (j % 3 == 2) /* a tie for all pixels */
            memcpy(whole_centre[j], whole_centre[j - 1], sizeof *whole_centre);
        spoil(whole_centre[j], error, y + j * HYP_LANES);
        square[j] = (float)whole_square(whole_centre[j], origin, INSIDE);
        reach[j] = 2 * sqrtf(square[j]) * (1 + 0x1p-22f);
        fuzz[j] = fuzz_of(error);
    }
    for (int i = 0; i < HYP_LANES; i++)
        pixel[i] = (int32_t)draw(&state, BOUND_PIXELS);
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++) {
        hyp_kernels_for((hyp_isa)isa)->bound(embedded, pixel, &c, found, slack);
        certain = check_whole(pixel, centres, found, slack);
    }
    CHECK(centres > 1 || (certain == HYP_LANES && slack[0] == INFINITY));
    free_floats(embedded, BOUND_PIXELS * HYP_LANES);
    return certain;
}

static void test_bounds_of_whole_numbers(void)
{
    static const float errors[] = { 0, 0.001f, 0.5f };
    int certain = 0;

    for (int trial = 0; trial < 100; trial++)
        for (int centres = 1; centres <= BOUND_CENTRES; centres++)
            for (int i = 0; i < 3; i++) {
                certain += bound_whole(centres, 1, errors[i]);
                certain += bound_whole(centres, 3, errors[i]);
                certain += bound_whole(centres, 2000, errors[i]);
            }
    CHECK(certain > 100 * BOUND_CENTRES * 9 * HYP_LANES / 4);
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
    float *limit = random_floats(5, 100);

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
        int16_t *x = random_pixels(1, strides[i], strides[i]);

        for (int isa = HYP_ISA_PORTABLE; isa <= (int)best(); isa++)
            move((hyp_isa)isa, x, strides[i]);
        free_pixels(x, 1, strides[i]);
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
    RUN(test_summaries);
    RUN(test_summaries_of_extremes);
    RUN(test_sums_of_squares);
    RUN(test_embeddings);
    RUN(test_combinations);
    RUN(test_bounds);
    RUN(test_bounds_of_whole_numbers);
    RUN(test_slacks);
    RUN(test_slacks_without_a_number);
    RUN(test_moves);
    MPI_Finalize();
    return test_status;
}
