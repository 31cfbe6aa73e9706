/*
 * subspace.c - cheap, certain bounds on distances, from few components
 */
#include "core/subspace.h"

#include "base/map.h"
#include "base/mem.h"
#include "core/covariance.h"
#include "core/eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = HYP_COMPONENTS,
    SAMPLE_STEP = 64,     /* every 64th pixel shapes the basis ...  */
    SAMPLE_PER_BAND = 20, /* ... but at least so many for each band */
    TOGETHER = 64         /* pixels embedded at a time              */
};

static const float room = 1.125f;     /* for coordinates, of a sample's */
static const double unit = 0x1p-24;   /* of rounding to float          */
static const double rounding = 1e-11; /* of the few sums in double     */

/* Some of the slab's pixels, as a slab of its own that borrows them. */
static hyp_slab sample(const hyp_slab *slab)
{
    hyp_slab view = *slab;
    int64_t step = slab->pixels / ((int64_t)SAMPLE_PER_BAND * slab->bands);

    step = step < 1 ? 1 : step > SAMPLE_STEP ? SAMPLE_STEP : step;
    view.pixels = (slab->pixels + step - 1) / step;
    view.stride = (int)(slab->stride * step);
    return view;
}

static void sum_bands(const hyp_slab *slab, double *sum)
{
    for (int64_t p = 0; p < slab->pixels; p++)
        for (int b = 0; b < slab->bands; b++)
            sum[b] += slab->dn[p * slab->stride + b];
}

/* Covariance of the view, as good as a basis needs; and its mean. */
static hyp_status covariance(const hyp_slab *view, const hyp_summary *summary,
                             double *matrix, double *mean)
{
    const int n = view->bands;
    const double pixels = view->pixels > 0 ? (double)view->pixels : 1;
    int64_t *product;
    hyp_status st = hyp_alloc(&product, (size_t)n * (size_t)n);

    if (st != HYP_OK)
        return st;
    HYP_TRY(hyp_products(view, summary, product));
    sum_bands(view, mean);
    for (int b = 0; b < n; b++)
        mean[b] /= pixels;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            matrix[i * n + j] = matrix[j * n + i] =
                (double)product[i * n + j] / pixels -
                (mean[i] - hyp_summary_middle(summary, i)) *
                    (mean[j] - hyp_summary_middle(summary, j));
out:
    free(product);
    return st;
}

/* How far the directions are from orthonormal, but for rounding. */
static double skew_of(const double *direction, int count, int bands)
{
    double square = 0;

    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            double dot = i == j ? -1 : 0;

            for (int b = 0; b < bands; b++)
                dot += direction[i * bands + b] * direction[j * bands + b];
            square += dot * dot;
        }
    return sqrt(square);
}

/* The greatest size of each coordinate of the view's pixels. */
static void greatest(const hyp_subspace *s, const hyp_slab *view, float *most)
{
    _Alignas(64) float y[TOGETHER][HYP_LANES];

    for (int64_t p = 0; p < view->pixels; p += TOGETHER) {
        const int64_t left = view->pixels - p;
        const int64_t count = left < TOGETHER ? left : TOGETHER;

        hyp_kernels_here()->embed(view->dn + p * view->stride, count,
                                  view->stride, s->bands, s->basis.offset,
                                  s->basis.direction, y[0]);
        for (int64_t i = 0; i < count; i++)
            for (int q = 0; q < WIDTH; q++)
                most[q] = fmaxf(most[q], fabsf(y[i][q]));
    }
}

/* Steps that leave room for coordinates somewhat greater than all of the view's,
   and how far from a pixel its point may be: half a step of each coordinate, but
   for the rounding of coordinates divided by steps. */
static void choose_steps(hyp_subspace *s, const hyp_slab *view)
{
    double squares = 0;
    float most[WIDTH] = { 0 };

    greatest(s, view, most);
    for (int q = 0; q < WIDTH; q++) {
        s->basis.step[q] = fmaxf(1, most[q] * room) / INT16_MAX;
        squares += (double)s->basis.step[q] * (double)s->basis.step[q];
    }
    s->basis.stray = (float)(0.51 * sqrt(squares));
}

static hyp_status find_basis(hyp_subspace *s, const hyp_slab *slab,
                             const hyp_summary *summary)
{
    const hyp_slab view = sample(slab);
    const size_t n = (size_t)s->bands;
    const int width = s->bands < WIDTH ? s->bands : WIDTH;
    double *matrix = NULL, *mean = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&matrix, n * n));
    HYP_TRY(hyp_alloc(&mean, n));
    HYP_TRY(covariance(&view, summary, matrix, mean));
    HYP_TRY(hyp_eigen_leading(s->bands, matrix, width, s->direction));
    s->skew = skew_of(s->direction, width, s->bands) + rounding;
    for (int b = 0; b < s->bands; b++) {
        s->basis.offset[b] = (int16_t)lrint(mean[b]);
        for (int q = 0; q < width; q++)
            s->basis.direction[b * HYP_LANES + q] =
                (float)s->direction[q * s->bands + b];
    }
    choose_steps(s, &view);
out:
    free(matrix);
    free(mean);
    return st;
}

static size_t point_bytes(const hyp_subspace *s)
{
    return (size_t)s->pixels * sizeof *s->point;
}

static hyp_status make_room(hyp_subspace *s, int stride, int classes)
{
    const size_t count = (size_t)classes;
    void *block;
    hyp_status st;

    HYP_TRY(hyp_alloc(&s->basis.offset, (size_t)stride));
    HYP_TRY(hyp_alloc(&s->direction, (size_t)WIDTH * (size_t)s->bands));
    HYP_TRY(hyp_alloc(&s->basis.direction, (size_t)stride * HYP_LANES));
    HYP_TRY(hyp_map_new(&block, point_bytes(s)));
    s->point = block;
    HYP_TRY(hyp_alloc(&s->centre.pull, count * HYP_LANES));
    HYP_TRY(hyp_alloc(&s->centre.square, count));
    HYP_TRY(hyp_alloc(&s->centre.reach, count));
    HYP_TRY(hyp_alloc(&s->centre.fuzz, count));
out:
    return st;
}

hyp_status hyp_subspace_init(hyp_subspace *s, const hyp_slab *slab,
                             const hyp_summary *summary, int classes)
{
    const double roundings =
        HYP_LANES + 1 + (slab->bands + HYP_LANES - 1) / HYP_LANES;
    const double g = roundings * unit / (1 - roundings * unit);
    hyp_status st;

    *s = (hyp_subspace){ .kernels = hyp_bound_kernels_for(hyp_isa_here()),
                         .bands = slab->bands,
                         .pixels = slab->pixels,
                         .centre = { .count = classes } };
    HYP_TRY(make_room(s, slab->stride, classes));
    HYP_TRY(find_basis(s, slab, summary));
    s->basis.error = (float)(4 * (g + unit) + s->skew);
out:
    if (st != HYP_OK)
        hyp_subspace_release(s);
    return st;
}

void hyp_subspace_embed(hyp_subspace *s, const hyp_slab *slab, int64_t first,
                        int64_t last)
{
    s->kernels->embed(slab->dn + first * slab->stride, last - first,
                      slab->stride, s->bands, &s->basis, s->point + first);
}

static void set_centre(hyp_subspace *s, int j, const double *centre)
{
    const double skew = s->skew;
    double square = 0, inside = 0, rest, stray;

    for (int b = 0; b < s->bands; b++) {
        double z = centre[b] - s->basis.offset[b];

        square += z * z;
    }
    for (int q = 0; q < WIDTH; q++) {
        double y = 0;

        for (int b = 0; b < s->bands; b++)
            y += (centre[b] - s->basis.offset[b]) *
                 s->direction[q * s->bands + b];
        inside += y * y;
        s->centre.pull[j * HYP_LANES + q] =
            (float)(-2 * y * (double)s->basis.step[q]);
    }
    rest = fmax(0, square - inside);
    stray = 2 * unit * sqrt(inside) + skew * sqrt(square);
    s->centre.square[j] = (float)(inside + rest);
    s->centre.reach[j] =
        (float)(2 * sqrt(rest + skew * square) * (1 + 2 * HYP_BOUND_RHO));
    s->centre.fuzz[j] = (float)((4 * skew * square +
                                 (double)HYP_BOUND_GAMMA * (inside + rest)) *
                                (1 + 2 * (double)HYP_BOUND_RHO));
    s->centre.stray = fmaxf(s->centre.stray, (float)(stray * (1 + 2 * unit)));
}

void hyp_subspace_set(hyp_subspace *s, const double *centre)
{
    s->centre.stray = 0;
    for (int j = 0; j < s->centre.count; j++)
        set_centre(s, j, centre + (int64_t)j * s->bands);
}

void hyp_subspace_release(hyp_subspace *s)
{
    free(s->basis.offset);
    free(s->direction);
    free(s->basis.direction);
    hyp_map_free(s->point, point_bytes(s));
    free(s->centre.pull);
    free(s->centre.square);
    free(s->centre.reach);
    free(s->centre.fuzz);
    *s = (hyp_subspace){ 0 };
}
