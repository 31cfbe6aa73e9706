/*
 * cf_grid.h - the grid of a netCDF file: its axes and its CRS, after CF 1.8
 */
#ifndef HYP_IO_CF_GRID_H
#define HYP_IO_CF_GRID_H

#include "io/raster.h"

#include <hdf5.h>
#include <stdbool.h>

/* Write a text as an attribute of fixed length, as netCDF does.  Results are
   whether HDF5 was content, here and below.  Collective: no. */
bool hyp_cf_put_text(hid_t object, const char *name, const char *text);

/* Write values as an attribute of one dimension.  Collective: no. */
bool hyp_cf_put_values(hid_t object, const char *name, hid_t type, int count,
                       const void *value);

/*
 * Write a dimension with its coordinates.
 *
 * Collective: no
 * Shapes:     value [count]
 */
bool hyp_cf_put_axis(hid_t file, const char *name, const char *long_name,
                     int64_t count, const double *value);

/*
 * Write the dimensions x and y, with the centres of the pixels, and the
 * variable crs, if the raster has a CRS.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, those of hyp_crs_wkt()
 * Result:     *ok: whether HDF5 was content
 */
HYP_CHECKED hyp_status hyp_cf_put_grid(hid_t file, const hyp_raster *raster,
                                       bool *ok);

/* Let a variable name the CRS, if there is one.  Collective: no. */
bool hyp_cf_put_grid_mapping(hid_t set, const hyp_georef *georef);

#endif
