/*
 * plot_bands.h - bands along the axis of a chart
 *
 * Where bands lie over three times as far apart as usual there is a gap: those
 * between are not kept, and nothing is drawn there.
 */
#ifndef HYP_IO_PLOT_BANDS_H
#define HYP_IO_PLOT_BANDS_H

#include "hyperslab/status.h"
#include "io/chart.h"

typedef struct hyp_plot_bands {
    int count;
    const double *wavelength; /* [count], nm, increasing; borrowed          */
    double usual;             /* the median distance of neighbours, nm      */
} hyp_plot_bands;

/*
 * Look at the bands of a chart.
 *
 * Collective: no
 * Requires:   count >= 1
 * Errors:     HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_plot_bands_init(hyp_plot_bands *bands,
                                           const double *wavelength, int count);

/* Whether there is a gap between a band and the next.  Collective: no. */
static inline bool hyp_plot_bands_gap(const hyp_plot_bands *bands, int band)
{
    return bands->wavelength[band + 1] - bands->wavelength[band] >
           3 * bands->usual;
}

/* An axis over all of them; a lone one is in its middle.  Collective: no. */
hyp_axis hyp_plot_bands_axis(const hyp_plot_bands *bands);

#endif
