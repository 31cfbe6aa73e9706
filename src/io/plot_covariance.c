/*
 * plot_covariance.c - an image of the covariance of bands
 */
#include "io/plots.h"

#include "base/mem.h"
#include "io/chart.h"
#include "io/plot_bands.h"

#include <math.h>
#include <stdlib.h>

static const hyp_lettering heading = { 23, 0, HYP_INK, true };

enum {
    SIDE = 640,     /* of the image, in dots                                  */
    SHADES = 1001,  /* mixing a colour for each dot would take the most time  */
    GREY = 0xbdbdbd /* where there is no band                                */
};

/* ColorBrewer's RdBu, from blue to red; it can be told by the colour-blind. */
static const uint32_t diverging[] = { 0x053061, 0x2166ac, 0x4393c3, 0x92c5de,
                                      0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582,
                                      0xd6604d, 0xb2182b, 0x67001f };

/* The colour of a value from -1 to 1. */
static uint32_t diverging_colour(double value)
{
    const int last = sizeof diverging / sizeof *diverging - 1;
    const double at = (value + 1) / 2 * last;
    const int below = at < last ? (int)at : last - 1;
    uint32_t mixed = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        const double low = diverging[below] >> shift & 255;
        const double high = diverging[below + 1] >> shift & 255;

        mixed |= (uint32_t)lrint(low + (high - low) * (at - below)) << shift;
    }
    return mixed;
}

/* The band that is drawn at a wavelength, -1 in gaps; next is the first band
   that is not below it. */
static int band_at(const hyp_plot_bands *bands, double wavelength, int next)
{
    const double *w = bands->wavelength;
    int nearest = next;

    if (next == bands->count ||
        (next > 0 && wavelength - w[next - 1] < w[next] - wavelength))
        nearest--;
    if (next > 0 && next < bands->count &&
        hyp_plot_bands_gap(bands, next - 1) &&
        fabs(wavelength - w[nearest]) > bands->usual / 2)
        return -1;
    return nearest;
}

static void bands_along(const hyp_plot_bands *bands, const hyp_axis *axis,
                        int band[SIDE])
{
    int next = 0;

    for (int i = 0; i < SIDE; i++) {
        const double w =
            axis->from + (i + 0.5) / SIDE * (axis->to - axis->from);

        while (next < bands->count && bands->wavelength[next] < w)
            next++;
        band[i] = band_at(bands, w, next);
    }
}

static void colour_matrix(const double *matrix, const hyp_plot_bands *bands,
                          const hyp_axis *axis, double most, uint32_t *dot)
{
    uint32_t shade[SHADES];
    int band[SIDE];

    for (int i = 0; i < SHADES; i++)
        shade[i] = diverging_colour(2.0 * i / (SHADES - 1) - 1);
    bands_along(bands, axis, band);
    for (int row = 0; row < SIDE; row++)
        for (int col = 0; col < SIDE; col++, dot++) {
            const int64_t at = (int64_t)band[row] * bands->count + band[col];

            *dot = GREY;
            if (band[row] >= 0 && band[col] >= 0)
                *dot = shade[lrint((matrix[at] / most + 1) / 2 * (SHADES - 1))];
        }
}

static void draw_scale(const hyp_chart *chart, const hyp_box *matrix,
                       double most)
{
    enum { THICK = 28 };
    const hyp_box box = { .left = matrix->right + 32,
                          .right = matrix->right + 32 + THICK,
                          .top = matrix->top,
                          .bottom = matrix->bottom,
                          .y_at_right = true,
                          .x = { 0, 1, NULL, false },
                          .y = { -most, most,
                                 "covariance (reflectance squared)", false } };
    const int rows = (int)(box.bottom - box.top);

    for (int i = 0; i < rows; i++) {
        const double low = -most + 2 * most * i / rows;

        hyp_chart_fill(chart, &box, box.x.from, low, box.x.to,
                       low + 2 * most / rows,
                       diverging_colour(2 * (i + 0.5) / rows - 1));
    }
    hyp_chart_frame(chart, &box);
}

/* The greatest absolute value; 1 if all are 0. */
static double greatest(const double *value, int64_t count)
{
    double most = 0;

    for (int64_t i = 0; i < count; i++)
        most = fmax(most, fabs(value[i]));
    return most > 0 ? most : 1;
}

hyp_status hyp_plot_covariance(const char *path, const double *wavelength,
                               int bands, const double *covariance,
                               double scale)
{
    static const char title[] = "Covariance of the bands";
    const double most = greatest(covariance, (int64_t)bands * bands);
    hyp_box box = {
        .left = 110, .top = 65, .right = 110 + SIDE, .bottom = 65 + SIDE
    };
    hyp_plot_bands along;
    hyp_chart chart = { 0 };
    uint32_t *dot = NULL;
    hyp_status st;

    HYP_TRY(hyp_plot_bands_init(&along, wavelength, bands));
    HYP_TRY(hyp_alloc(&dot, (size_t)SIDE * SIDE));
    HYP_TRY(hyp_chart_init(&chart, (int)box.right + 210, (int)box.bottom + 90));
    box.x = box.y = hyp_plot_bands_axis(&along);
    box.y.from = box.x.to; /* downwards, as in a matrix */
    box.y.to = box.x.from;
    colour_matrix(covariance, &along, &box.x, most, dot);
    hyp_chart_image(&chart, &box, dot);
    hyp_chart_frame(&chart, &box);
    draw_scale(&chart, &box, most / (scale * scale));
    hyp_chart_text(&chart, box.left, 32, &heading, title);
    st = hyp_chart_save(&chart, path, title, &box);
out:
    free(dot);
    hyp_chart_release(&chart);
    return st;
}
