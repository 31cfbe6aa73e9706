/*
 * georef.h - where on Earth the pixels of a raster lie
 */
#ifndef HYP_GEOREF_H
#define HYP_GEOREF_H

#include <stdbool.h>

typedef struct hyp_georef {
    double west, north;      /* outer edges of the first pixel, metres      */
    double pixel_x, pixel_y; /* pixel size, metres; 0: the place is unknown */
    int epsg;                /* of the projected CRS; 0: unknown            */
} hyp_georef;

/* Whether the place of the pixels is known.  Collective: no. */
static inline bool hyp_georef_is_known(const hyp_georef *georef)
{
    return georef->pixel_x > 0 && georef->pixel_y > 0;
}

#endif
