/*
 * plot_spectra.c - a chart of the mean spectra of classes
 */
#include "io/plots.h"

#include "base/mem.h"
#include "core/palette.h"
#include "io/chart.h"
#include "io/plot_bands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const hyp_lettering heading = { 23, 0, HYP_INK, true };
static const hyp_lettering plain = { 20, 0, HYP_INK, false };

enum {
    WIDTH = 1200,
    HEIGHT = 720,
    LINE = 28, /* from line to line of the legend */
    SHADE = 0xf2f2f2
};

/* A class's colour as 0xRRGGBB. */
static uint32_t colour_of(int class)
{
    uint8_t rgb[3];

    hyp_palette_colour(class, rgb);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void list_classes(const hyp_chart *chart, const hyp_box *box,
                         int classes, const int64_t *count)
{
    const int room = (int)((box->bottom - box->top) / LINE);
    const int listed = classes <= room ? classes : room - 1;
    const hyp_box swatch = { .left = box->right + 20,
                             .right = box->right + 52,
                             .top = box->top,
                             .bottom = box->bottom,
                             .x.to = 1,
                             .y.to = 1 };
    double total = 0, y = box->top + LINE / 2;
    char text[64];

    for (int j = 0; j < classes; j++)
        total += (double)count[j];
    for (int j = 0; j < listed; j++, y += LINE) {
        const double level = (swatch.bottom - y) / (swatch.bottom - swatch.top);

        hyp_chart_line(chart, &swatch, (const double[]){ 0, 1 },
                       (const double[]){ level, level }, 2, colour_of(j + 1));
        snprintf(text, sizeof text, "Class %d   %.1f %%", j + 1,
                 100 * (double)count[j] / total);
        hyp_chart_text(chart, swatch.right + 10, y, &plain, text);
    }
    snprintf(text, sizeof text, "and %d more", classes - listed);
    if (listed < classes)
        hyp_chart_text(chart, swatch.left, y, &plain, text);
}

/* Spectra as lines with a NaN, which breaks them, in each gap. */
typedef struct lines {
    int count;
    double *x, *y; /* [count]; owned                                  */
    int *band;     /* [count]: of the point; -1 in a gap; owned       */
} lines;

static hyp_status lines_init(lines *l, const hyp_plot_bands *bands)
{
    const size_t most = 2 * (size_t)bands->count;
    hyp_status st;

    *l = (lines){ 0 };
    HYP_TRY(hyp_alloc(&l->x, most));
    HYP_TRY(hyp_alloc(&l->y, most));
    HYP_TRY(hyp_alloc(&l->band, most));
    for (int b = 0; b < bands->count; b++) {
        if (b > 0 && hyp_plot_bands_gap(bands, b - 1))
            l->band[l->count++] = -1;
        l->x[l->count] = bands->wavelength[b];
        l->band[l->count++] = b;
    }
out:
    return st;
}

static void lines_release(lines *l)
{
    free(l->x);
    free(l->y);
    free(l->band);
}

static void draw_spectrum(const hyp_chart *chart, const hyp_box *box, lines *l,
                          const double *spectrum, double scale, uint32_t colour)
{
    for (int i = 0; i < l->count; i++)
        l->y[i] = l->band[i] < 0 ? NAN : spectrum[l->band[i]] / scale;
    hyp_chart_line(chart, box, l->x, l->y, l->count, colour);
}

/* Reflectance from 0, or from below if there is such, up to the greatest. */
static hyp_axis reflectance_axis(const double *spectra, int64_t count,
                                 double scale)
{
    double low = 0, high = 0;

    for (int64_t i = 0; i < count; i++) {
        low = fmin(low, spectra[i] / scale);
        high = fmax(high, spectra[i] / scale);
    }
    return hyp_axis_around(low, high, "reflectance");
}

static void shade_gaps(const hyp_chart *chart, const hyp_box *box,
                       const hyp_plot_bands *bands)
{
    for (int b = 0; b + 1 < bands->count; b++)
        if (hyp_plot_bands_gap(bands, b))
            hyp_chart_fill(chart, box, bands->wavelength[b], box->y.from,
                           bands->wavelength[b + 1], box->y.to, SHADE);
}

hyp_status hyp_plot_spectra(const char *path, const double *wavelength,
                            int bands, const double *spectra, int classes,
                            const int64_t *count, double scale)
{
    const int drawn =
        classes < HYP_PALETTE_CLASSES ? classes : HYP_PALETTE_CLASSES;
    hyp_box box = { .left = 105,
                    .top = 65,
                    .right = WIDTH - 240,
                    .bottom = HEIGHT - 90,
                    .grid = true };
    hyp_plot_bands along;
    hyp_chart chart = { 0 };
    lines l = { 0 };
    char title[64];
    hyp_status st;

    HYP_TRY(hyp_plot_bands_init(&along, wavelength, bands));
    HYP_TRY(lines_init(&l, &along));
    HYP_TRY(hyp_chart_init(&chart, WIDTH, HEIGHT));
    box.x = hyp_plot_bands_axis(&along);
    box.y = reflectance_axis(spectra, (int64_t)drawn * bands, scale);
    shade_gaps(&chart, &box, &along);
    hyp_chart_frame(&chart, &box);
    for (int j = 0; j < drawn; j++)
        draw_spectrum(&chart, &box, &l, spectra + (int64_t)j * bands, scale,
                      colour_of(j + 1));
    list_classes(&chart, &box, classes, count);
    snprintf(title, sizeof title, "Mean spectra of %d class%s", classes,
             classes == 1 ? "" : "es");
    hyp_chart_text(&chart, box.left, 32, &heading, title);
    st = hyp_chart_save(&chart, path, title, &box);
out:
    lines_release(&l);
    hyp_chart_release(&chart);
    return st;
}
