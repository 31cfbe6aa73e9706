/* ranks: 1 */
/*
 * test_bound_embed.c - the lines that every instruction set of this machine
 * keeps of pixels, against coordinates and lengths in long double; in buffers
 * that end at an unreadable page
 */
#include "test.h"

#include "buffers.h"
#include "kernel/bound.h"
#include "line.h"

#include <math.h>
#include <stdlib.h>

static uint64_t state = 13;
static const double unit = 0x1p-24;

enum { INSIDE = HYP_COMPONENTS };

/* Directions for pixels of so many bands, in double and as kernels have them. */
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
    f.basis.skew = 1e-11; /* of the few sums in double, as core/subspace.c */
    return f;
}

/* Round to float.  Of the last two directions nothing is to be seen. */
static void finish_frame(frame *f)
{
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
static frame random_frame(int bands)
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
    f.basis.error = 4 * (g + unit) + f.basis.skew;
    finish_frame(&f);
    return f;
}

/* Single bands: coordinates have no error, and bounds no room for any. */
static frame exact_frame(int bands)
{
    frame f = new_frame(bands);

    for (int q = 0; q < INSIDE && q < bands; q++)
        f.direction[q * bands + (bands < INSIDE ? q : q * bands / INSIDE)] = 1;
    for (int b = 0; b < bands; b++)
        f.basis.offset[b] = b % 3 ? INT16_MIN : INT16_MAX;
    finish_frame(&f);
    return f;
}

/* The first pixel is as far from the offset as can be, the second is there; the
   last band of every third is next to it, so that some have hardly any rest. */
static int16_t *pixels_for(const frame *f, int64_t pixels)
{
    const int last = f->bands - 1;
    const int16_t *m = f->basis.offset;
    int16_t *x = random_pixels(&state, pixels, f->stride, f->bands);

    for (int b = 0; b < f->bands && pixels > 1; b++) {
        x[b] = m[b] < 0 ? INT16_MAX : INT16_MIN;
        x[f->stride + b] = m[b];
    }
    for (int64_t p = 2; p < pixels; p += 3)
        x[p * f->stride + last] = (int16_t)(m[last] + (m[last] < 0 ? 1 : -1));
    return x;
}

/* The lines of every set.  Return the greatest error of coordinates, as a share of what is claimed. */
static double embed(const frame *f, int64_t pixels)
{
    int16_t *x = pixels_for(f, pixels);
    double greatest = 0;

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        float *line = random_floats(&state, pixels * HYP_LANES, 1);

        hyp_bound_kernels_for((hyp_isa)isa)
            ->embed(x, pixels, f->stride, f->bands, &f->basis, line);
        for (int64_t p = 0; p < pixels; p++)
            greatest = fmax(greatest,
                            check_line(line + p * HYP_LANES, x + p * f->stride,
                                       f->bands, &f->basis, f->direction));
        free_floats(line, pixels * HYP_LANES);
    }
    free_pixels(x, pixels, f->stride);
    return greatest;
}

static double embed_some(frame f)
{
    double greatest = embed(&f, 33);

    for (int64_t pixels = 0; pixels <= 20; pixels++)
        greatest = fmax(greatest, embed(&f, pixels));
    free_frame(&f);
    return greatest;
}

static void test_embeddings(void)
{
    double greatest = embed_some(random_frame(173));

    for (int bands = 1; bands <= 70; bands++)
        greatest = fmax(greatest, embed_some(random_frame(bands)));
    printf("# greatest error: %.2f of what is claimed\n", greatest);
    CHECK(greatest > 0.005); /* else nothing was measured */
}

static void test_exact_embeddings(void)
{
    for (int bands = 1; bands <= 70; bands++)
        CHECK(embed_some(exact_frame(bands)) == 0);
    CHECK(embed_some(exact_frame(173)) == 0);
    CHECK(embed_some(exact_frame(2048)) == 0);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_embeddings);
    RUN(test_exact_embeddings);
    MPI_Finalize();
    return test_status;
}
