/*
 * cf_grid.c - the grid of a netCDF file: its axes and its CRS, after CF 1.8
 */
#include "io/cf_grid.h"

#include "base/mem.h"
#include "io/crs.h"
#include "io/h5_sink.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRS "crs"

bool hyp_cf_put_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    bool ok;

    H5Tset_size(type, strlen(text));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    ok = hyp_h5_put_attribute(object, name, type, text);
    H5Tclose(type);
    return ok;
}

bool hyp_cf_put_values(hid_t object, const char *name, hid_t type, int count,
                       const void *value)
{
    const hsize_t shape = (hsize_t)count;
    hid_t space = H5Screate_simple(1, &shape, NULL);
    hid_t attribute =
        H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;

    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return ok;
}

bool hyp_cf_put_axis(hid_t file, const char *name, const char *long_name,
                     int64_t count, const double *value)
{
    hid_t set;
    bool ok;

    if (!hyp_h5_put(file, name, H5T_NATIVE_DOUBLE, 0, count, value))
        return false;
    set = H5Dopen2(file, name, H5P_DEFAULT);
    ok = set >= 0 && H5DSset_scale(set, name) >= 0 &&
         hyp_cf_put_text(set, "long_name", long_name);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

/* One of the two axes of the grid. */
typedef struct axis {
    const char *name, *letter, *standard_name, *long_name;
    int64_t count;
    double edge, step; /* outer edge of the first pixel; to the next one */
} axis;

/* Without a place, pixels are counted. */
static bool describe_axis(hid_t file, const axis *a, bool known)
{
    hid_t set = H5Dopen2(file, a->name, H5P_DEFAULT);
    bool ok =
        set >= 0 && hyp_cf_put_text(set, "axis", a->letter) &&

        hyp_cf_put_text(set, "units", known ? "m" : "1") &&
        (!known || hyp_cf_put_text(set, "standard_name", a->standard_name));

    if (set >= 0)
        H5Dclose(set);
    return ok;
}

static hyp_status put_grid_axis(hid_t file, const axis *a, bool known, bool *ok)
{
    double *centre;
    hyp_status st = hyp_alloc(&centre, (size_t)a->count);

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < a->count; i++)
        centre[i] = a->edge + ((double)i + 0.5) * a->step;
    *ok = hyp_cf_put_axis(file, a->name, a->long_name, a->count, centre) &&
          describe_axis(file, a, known);
    free(centre);
    return st;
}

static bool put_number(hid_t set, const char *name, double value)
{
    return hyp_cf_put_values(set, name, H5T_NATIVE_DOUBLE, 1, &value);
}

/* CF's names of the parameters, appendix F. */
static bool put_projection(hid_t set, const hyp_transverse_mercator *p)
{
    return hyp_cf_put_text(set, "grid_mapping_name", "transverse_mercator") &&
           put_number(set, "latitude_of_projection_origin",
                      p->latitude_of_origin) &&
           put_number(set, "longitude_of_central_meridian",
                      p->central_meridian) &&
           put_number(set, "scale_factor_at_central_meridian", p->scale) &&
           put_number(set, "false_easting", p->false_easting) &&
           put_number(set, "false_northing", p->false_northing) &&
           put_number(set, "semi_major_axis", p->semi_major_axis) &&
           put_number(set, "inverse_flattening", p->inverse_flattening) &&
           put_number(set, "longitude_of_prime_meridian", 0);
}

/* For GDAL, and what is built on it. */
static bool put_gdal(hid_t set, const hyp_georef *g, const char *wkt)
{
    char text[6 * 26];

    snprintf(text, sizeof text, "%.17g %.17g 0 %.17g 0 %.17g", g->west,
             g->pixel_x, g->north, -g->pixel_y);
    return hyp_cf_put_text(set, "GeoTransform", text) &&
           hyp_cf_put_text(set, "spatial_ref", wkt);
}

static hyp_status put_crs(hid_t file, const hyp_georef *georef, bool *ok)
{
    hyp_transverse_mercator projection;
    char *gdal = NULL, *wkt = NULL;
    const int nothing = 0;
    hid_t set = H5I_INVALID_HID;
    hyp_status st;
    bool is;

    HYP_TRY(hyp_crs_wkt(georef->epsg, HYP_WKT_1, &gdal));
    HYP_TRY(hyp_crs_wkt(georef->epsg, HYP_WKT_2, &wkt));
    HYP_TRY(hyp_crs_transverse_mercator(georef->epsg, &is, &projection));
    *ok = hyp_h5_put_scalar(file, CRS, H5T_NATIVE_INT, &nothing);
    if (*ok)
        set = H5Dopen2(file, CRS, H5P_DEFAULT);
    *ok = set >= 0 && hyp_cf_put_text(set, "crs_wkt", wkt) &&
          put_gdal(set, georef, gdal) &&
          (!is || put_projection(set, &projection));
    if (set >= 0)
        H5Dclose(set);
out:
    free(gdal);
    free(wkt);
    return st;
}

hyp_status hyp_cf_put_grid(hid_t file, const hyp_raster *raster, bool *ok)
{
    const hyp_georef *g = &raster->georef;
    const bool known = hyp_georef_is_known(g);
    const axis y = { .name = "y",
                     .letter = "Y",
                     .standard_name = "projection_y_coordinate",
                     .long_name = known ? "northing" : "row",
                     .count = raster->rows,
                     .edge = known ? g->north : 0,
                     .step = known ? -g->pixel_y : 1 };
    const axis x = { .name = "x",
                     .letter = "X",
                     .standard_name = "projection_x_coordinate",
                     .long_name = known ? "easting" : "column",
                     .count = raster->cols,
                     .edge = known ? g->west : 0,
                     .step = known ? g->pixel_x : 1 };
    hyp_status st;

    HYP_TRY(put_grid_axis(file, &y, known, ok));
    if (*ok)
        HYP_TRY(put_grid_axis(file, &x, known, ok));
    if (*ok && known && g->epsg > 0)
        st = put_crs(file, g, ok);
out:
    return st;
}

bool hyp_cf_put_grid_mapping(hid_t set, const hyp_georef *georef)
{
    return !hyp_georef_is_known(georef) || georef->epsg <= 0 ||
           hyp_cf_put_text(set, "grid_mapping", CRS);
}
