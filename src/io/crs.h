/*
 * crs.h - what PROJ says of a coordinate reference system
 */
#ifndef HYP_IO_CRS_H
#define HYP_IO_CRS_H

#include "hyperslab/status.h"

#include <stdbool.h>

/* Well-known text, in the dialects that formats ask for. */
typedef enum hyp_wkt {
    HYP_WKT_ESRI, /* of ESRI, as in ENVI headers    */
    HYP_WKT_1,    /* OGC WKT 1, as GDAL writes it   */
    HYP_WKT_2     /* ISO 19162:2015, as CF 1.8 asks */
} hyp_wkt;

/*
 * The text of a CRS, on one line.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT if PROJ does not know the code, or has no database
 * Ownership:  the caller frees *text
 */
HYP_CHECKED hyp_status hyp_crs_wkt(int epsg, hyp_wkt dialect, char **text);

/* A transverse Mercator projection; degrees and metres. */
typedef struct hyp_transverse_mercator {
    double latitude_of_origin, central_meridian, scale;
    double false_easting, false_northing;
    double semi_major_axis, inverse_flattening; /* of the ellipsoid */
} hyp_transverse_mercator;

/*
 * The parameters of a CRS, if it is a transverse Mercator projection, as all of
 * UTM are.
 *
 * Collective: no
 * Errors:     those of hyp_crs_wkt()
 * Result:     *is: whether it is one
 */
HYP_CHECKED hyp_status hyp_crs_transverse_mercator(
    int epsg, bool *is, hyp_transverse_mercator *projection);

/*
 * Turn points of a CRS into longitudes and latitudes of WGS 84, in place.
 *
 * Collective: no
 * Shapes:     point [points]: east and north; out: longitude and latitude
 * Units:      metres; out: degrees
 * Errors:     those of hyp_crs_wkt(); HYP_EFORMAT if a point is nowhere on
 *             Earth
 */
HYP_CHECKED hyp_status hyp_crs_to_degrees(int epsg, double (*point)[2],
                                          int points);

#endif
