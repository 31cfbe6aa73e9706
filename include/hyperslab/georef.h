/*
 * georef.h - where on Earth the pixels of a raster lie
 */
#ifndef HYP_GEOREF_H
#define HYP_GEOREF_H

typedef struct hyp_georef {
    double west, north;      /* outer edges of the first pixel, metres */
    double pixel_x, pixel_y; /* pixel size, metres, both positive      */
    int epsg;                /* of the projected CRS; 0: unknown       */
} hyp_georef;

#endif
