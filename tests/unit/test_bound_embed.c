/* ranks: 1 */
/*
 * test_bound_embed.c - the points that every instruction set of this machine
 * keeps of pixels, against coordinates and lengths in long double; in buffers
 * that end at an unreadable page
 */
#include "test.h"

#include "buffers.h"
#include "kernel/bound.h"
#include "point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 13;
static const double unit = 0x1p-24;

enum { INSIDE = HYP_COMPONENTS };

/* Directions for pixels of so many bands, in double and for kernels. */
typedef struct frame {
    int bands, stride;
    double *direction; /* [INSIDE][bands] */
    hyp_bound_basis basis;
} frame;

static frame new_frame(int bands)
{
    frame f = { .bands = bands, .stride = (bands + 31) / 32 * 32 };

    f.direction = calloc((size_t)(INSIDE * bands), sizeof *f.direction);
    f.basis.offset = random_pixels(&state, 1, f.stride, bands);
    f.basis.direction = random_floats(&state, (int64_t)bands * HYP_LANES, 1);
    return f;
}

/* Steps between these, and what they let points stray; round directions to
   float.  Of the last two nothing is to be seen. */
static void finish_frame(frame *f, double least, double most)
{
    double square = 0;

    for (int q = 0; q < HYP_LANES; q++) {
        const double share = (double)random_float(&state, 0.5f) + 0.5;
        const double step = least + share * (most - least);

        f->basis.step[q] = q < INSIDE ? (float)step : NAN;
        square += q < INSIDE ? step * step : 0;
    }
    f->basis.stray = (float)(0.51 * sqrt(square));
    for (int b = 0; b < f->bands; b++)
        for (int q = 0; q < HYP_LANES; q++)
            f->basis.direction[b * HYP_LANES + q] =
                q < INSIDE ? (float)f->direction[q * f->bands + b] : NAN;
}

static void free_frame(frame *f)
{
    free_floats(f->basis.direction, (int64_t)f->bands * HYP_LANES);
    free_pixels(f->basis.offset, 1, f->stride);
    free(f->direction);
}

/* Take from v its part along w, of length 1. */
static void take_part(double *v, const double *w, int bands)
{
    double dot = 0;

    for (int b = 0; b < bands; b++)
        dot += v[b] * w[b];
    for (int b = 0; b < bands; b++)
        v[b] -= dot * w[b];
}

/* Random ones by Gram and Schmidt, twice; no more than there are bands. */
static frame random_frame(int bands, double step)
{
    const double roundings =
        HYP_LANES + 1 + (bands + HYP_LANES - 1) / HYP_LANES;
    const double g = roundings * unit / (1 - roundings * unit);
    frame f = new_frame(bands);

    for (int q = 0; q < INSIDE && q < bands; q++) {
        double *v = f.direction + q * bands, square = 0;

        for (int b = 0; b < bands; b++)
            v[b] = (double)random_float(&state, 1);
        for (int i = 0; i < 2 * q; i++)
            take_part(v, f.direction + i % q * bands, bands);
        for (int b = 0; b < bands; b++)
            square += v[b] * v[b];
        for (int b = 0; b < bands; b++)
            v[b] /= sqrt(square);
    }
    f.basis.error = (float)(4 * (g + unit));
    finish_frame(&f, step / 4, step);
    return f;
}

static int band_of(const frame *f, int q)
{
    return f->bands < INSIDE ? q : q * f->bands / INSIDE;
}

/* Single bands: coordinates have no error, and bounds no room for any. */
static frame exact_frame(int bands, double least, double most)
{
    frame f = new_frame(bands);

    for (int q = 0; q < INSIDE && q < bands; q++)
        f.direction[q * bands + band_of(&f, q)] = 1;
    for (int b = 0; b < bands; b++)
        f.basis.offset[b] = b % 3 ? INT16_MIN : INT16_MAX;
    finish_frame(&f, least, most);
    return f;
}

/* Bring a pixel next to what the subspace leaves out of it, or to the rest. */
static void divide(const frame *f, bool out, int16_t *x)
{
    const int16_t *m = f->basis.offset;
    double *z = calloc((size_t)f->bands, sizeof *z);

    for (int b = 0; b < f->bands; b++)
        z[b] = x[b] / 4 - m[b] / 4;
    for (int q = 0; q < INSIDE; q++)
        take_part(z, f->direction + q * f->bands, f->bands);
    for (int b = 0; b < f->bands; b++) {
        const double part = out ? z[b] : x[b] / 4 - m[b] / 4 - z[b];

        x[b] = (int16_t)fmax(INT16_MIN, fmin(INT16_MAX, m[b] + rint(part)));
    }
    free(z);
}

/*
 * The first pixel is as far from the offset as can be, the second is there; of
 * every four of the others, two have hardly any rest: one as its last band is
 * next to it, one is next to the subspace; and one hardly anything but a rest.
 */
static int16_t *pixels_for(const frame *f, int64_t pixels)
{
    const int last = f->bands - 1;
    const int16_t *m = f->basis.offset;
    int16_t *x = random_pixels(&state, pixels, f->stride, f->bands);

    for (int b = 0; b < f->bands && pixels > 1; b++) {
        x[b] = m[b] < 0 ? INT16_MAX : INT16_MIN;
        x[f->stride + b] = m[b];
    }
    for (int64_t p = 2; p < pixels; p += 4)
        x[p * f->stride + last] = (int16_t)(m[last] + (m[last] < 0 ? 1 : -1));
    for (int64_t p = 3; p < pixels; p++)
        if (p % 4 == 3 || p % 4 == 0)
            divide(f, p % 4 == 3, x + p * f->stride);
    return x;
}

/* What embeddings of a frame have shown. */
typedef struct findings {
    double greatest;   /* error, as a share of what is claimed */
    int64_t near, far; /* pixels that fit, and that do not     */
} findings;

/* The points of every set. */
static void check_points(const frame *f, const int16_t *x, int64_t pixels,
                         findings *found)
{
    const size_t bytes = (size_t)pixels * sizeof(hyp_bound_point);

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        hyp_bound_point *point = guard_new(bytes);

        memset(point, 0x55, bytes);
        hyp_bound_kernels_for((hyp_isa)isa)
            ->embed(x, pixels, f->stride, f->bands, &f->basis, point);
        for (int64_t p = 0; p < pixels; p++) {
            const double share = check_point(point + p, x + p * f->stride,
                                             f->bands, &f->basis, f->direction);
            const bool far = point[p].rest >= HYP_BOUND_FAR;

            found->greatest = fmax(found->greatest, share);
            found->far += far;
            found->near += !far;
        }
        guard_free(point, bytes);
    }
}

static void embed(const frame *f, int64_t pixels, findings *found)
{
    int16_t *x = pixels_for(f, pixels);

    check_points(f, x, pixels, found);
    free_pixels(x, pixels, f->stride);
}

static void embed_some(frame f, findings *found)
{
    embed(&f, 33, found);
    for (int64_t pixels = 0; pixels <= 20; pixels++)
        embed(&f, pixels, found);
    free_frame(&f);
}

/* With steps wide enough for all, it is they that count; with small ones, float
   arithmetic, of pixels next to what the subspace leaves out. */
static void test_embeddings(void)
{
    findings wide = { 0 }, small = { 0 };

    for (int bands = 1; bands <= 70; bands++) {
        embed_some(random_frame(bands, 10 * sqrt(bands)), &wide);
        embed_some(random_frame(bands, 1e-3), &small);
    }
    embed_some(random_frame(173, 10 * sqrt(173)), &wide);
    embed_some(random_frame(173, 1e-3), &small);
    printf("# greatest error: %.2f of what is claimed; of float: %.2f\n",
           wide.greatest, small.greatest);
    CHECK(wide.greatest > 0.75 && small.greatest > 0.05);
    CHECK(wide.far == 0 && small.near > 1000);
}

/* Directions are too long, or too short; their error says so. */
static void test_directions_that_are_off(void)
{
    const float off = 0x1p-10f;
    findings found = { 0 };

    for (int bands = 1; bands <= 70; bands++) {
        frame f = random_frame(bands, 10 * sqrt(bands));

        for (int i = 0; i < bands * HYP_LANES; i++)
            f.basis.direction[i] *= bands % 3 ? 1 + off : 1 - off;
        f.basis.error += off;
        embed_some(f, &found);
    }
    CHECK(found.greatest > 0.5 && found.far == 0);
}

static void test_exact_embeddings(void)
{
    findings whole = { 0 }, any = { 0 };

    for (int bands = 1; bands <= 70; bands++) {
        embed_some(exact_frame(bands, 1, 1), &whole);
        embed_some(exact_frame(bands, 0.1, 4), &any);
    }
    embed_some(exact_frame(173, 1, 1), &whole);
    embed_some(exact_frame(2048, 1, 1), &whole);
    CHECK(whole.greatest <= 0 && whole.near > 1000 && whole.far > 1000);
    CHECK(any.near > 1000 && any.far > 1000);
}

/* One coordinate of each is where the room ends, up to two to either side. */
static void embed_limits(int bands, double step)
{
    enum { EACH = 5, PIXELS = INSIDE * EACH };
    frame f = exact_frame(bands, step, step);
    int16_t *x = random_pixels(&state, PIXELS, f.stride, bands);
    findings found = { 0 };

    for (int p = 0; p < PIXELS; p++) {
        const int b = band_of(&f, p / EACH), beyond = p % EACH - 2;
        int16_t *at = x + p * f.stride;

        memcpy(at, f.basis.offset, (size_t)bands * sizeof *at);
        at[b] = (int16_t)(at[b] < 0 ? at[b] + (int)(INT16_MAX * step) + beyond
                                    : at[b] + (int)(INT16_MIN * step) - beyond);
    }
    check_points(&f, x, PIXELS, &found);
    CHECK(found.near * 2 == found.far * 3); /* 0, 1 and 2 on this side */
    free_pixels(x, PIXELS, f.stride);
    free_frame(&f);
}

static void test_where_the_room_ends(void)
{
    static const double steps[] = { 0.5, 0.7, 1, 1.01, 1.3, 1.5, 1.75, 1.999 };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        embed_limits(14, steps[i]);
        embed_limits(100, steps[i]);
    }
}

/* Sixteen bands are far from the offset, the squares of all others lost. */
static void test_squares_that_sums_lose(void)
{
    enum { BANDS = 2048, MOST = 12 };
    frame f = exact_frame(BANDS, 3, 3);
    int16_t *x = random_pixels(&state, MOST, f.stride, BANDS);
    findings found = { 0 };

    for (int p = 0; p < MOST; p++)
        for (int b = 0; b < BANDS; b++) {
            const int z = b < HYP_LANES ? UINT16_MAX - p : p;
            const int m = f.basis.offset[b];

            x[p * f.stride + b] = (int16_t)(m < 0 ? m + z : m - z);
        }
    check_points(&f, x, MOST, &found);
    CHECK(found.far == 0);
    free_pixels(x, MOST, f.stride);
    free_frame(&f);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_embeddings);
    RUN(test_directions_that_are_off);
    RUN(test_exact_embeddings);
    RUN(test_where_the_room_ends);
    RUN(test_squares_that_sums_lose);
    MPI_Finalize();
    return test_status;
}
