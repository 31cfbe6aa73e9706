/*
 * plot_bands.c - bands along the axis of a chart
 */
#include "io/plot_bands.h"

#include "base/mem.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median distance of neighbours; any, if there are none. */
static hyp_status find_usual(const double *wavelength, int count, double *usual)
{
    const int steps = count - 1;
    double *step;
    hyp_status st = hyp_alloc(&step, (size_t)count);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < steps; i++)
        step[i] = wavelength[i + 1] - wavelength[i];
    qsort(step, (size_t)steps, sizeof *step, compare);
    *usual = steps > 0 && step[steps / 2] > 0 ? step[steps / 2] : 1;
    free(step);
    return HYP_OK;
}

hyp_status hyp_plot_bands_init(hyp_plot_bands *bands, const double *wavelength,
                               int count)
{
    *bands = (hyp_plot_bands){ .count = count, .wavelength = wavelength };
    return find_usual(wavelength, count, &bands->usual);
}

hyp_axis hyp_plot_bands_axis(const hyp_plot_bands *bands)
{
    const double half = bands->usual / 2;

    return (hyp_axis){ .from = bands->wavelength[0] - half,
                       .to = bands->wavelength[bands->count - 1] + half,
                       .label = "wavelength (nm)" };
}
