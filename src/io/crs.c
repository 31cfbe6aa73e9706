/*
 * crs.c - what PROJ says of a coordinate reference system
 */
#include "io/crs.h"

#include "base/fault.h"
#include "base/mem.h"

#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* EPSG's codes of the method and its parameters. */
enum {
    TRANSVERSE_MERCATOR = 9807,
    LATITUDE_OF_ORIGIN = 8801,
    LONGITUDE_OF_ORIGIN = 8802,
    SCALE_AT_ORIGIN = 8805,
    FALSE_EASTING = 8806,
    FALSE_NORTHING = 8807
};

/* A CRS, and the context that it lives in; both owned. */
typedef struct crs {
    PJ_CONTEXT *context;
    PJ *object;
} crs;

static void close_crs(crs *c)
{
    proj_destroy(c->object);
    proj_context_destroy(c->context);
}

static hyp_status refuse(const crs *c, int epsg)
{
    const int cause = proj_context_errno(c->context);

    return hyp_fail(HYP_EFORMAT, "PROJ cannot describe EPSG:%d: %s", epsg,
                    cause ? proj_context_errno_string(c->context, cause)
                          : "no such projected CRS");
}

static hyp_status open_crs(crs *c, int epsg)
{
    char name[32];

    *c = (crs){ .context = hyp_fault() ? NULL : proj_context_create() };
    if (c->context == NULL)
        return hyp_fail(HYP_ENOMEM, "cannot allocate a context of PROJ");
    proj_log_level(c->context, PJ_LOG_NONE);
    snprintf(name, sizeof name, "EPSG:%d", epsg);
    c->object = proj_create(c->context, name);
    return c->object != NULL ? HYP_OK : refuse(c, epsg);
}

hyp_status hyp_crs_wkt(int epsg, hyp_wkt dialect, char **text)
{
    static const PJ_WKT_TYPE type[] = { [HYP_WKT_ESRI] = PJ_WKT1_ESRI,
                                        [HYP_WKT_1] = PJ_WKT1_GDAL,
                                        [HYP_WKT_2] = PJ_WKT2_2015 };
    static const char *const one_line[] = { "MULTILINE=NO", NULL };
    const char *found;
    hyp_status st;
    crs c;

    HYP_TRY(open_crs(&c, epsg));
    found = proj_as_wkt(c.context, c.object, type[dialect], one_line);
    if (found == NULL) {
        st = refuse(&c, epsg);
        goto out;
    }
    HYP_TRY(hyp_alloc(text, strlen(found) + 1));
    memcpy(*text, found, strlen(found) + 1);
out:
    close_crs(&c);
    return st;
}

/* Whether all of the parameters are there. */
static bool read_parameters(const crs *c, const PJ *conversion,
                            hyp_transverse_mercator *p)
{
    const struct {
        int code;
        double *value;
    } wanted[] = { { LATITUDE_OF_ORIGIN, &p->latitude_of_origin },
                   { LONGITUDE_OF_ORIGIN, &p->central_meridian },
                   { SCALE_AT_ORIGIN, &p->scale },
                   { FALSE_EASTING, &p->false_easting },
                   { FALSE_NORTHING, &p->false_northing } };
    const size_t most = sizeof wanted / sizeof *wanted;
    const int count =
        proj_coordoperation_get_param_count(c->context, conversion);
    size_t found = 0;

    for (int i = 0; i < count; i++) {
        const char *code = NULL;
        double value = 0;

        if (!proj_coordoperation_get_param(c->context, conversion, i, NULL,
                                           NULL, &code, &value, NULL, NULL,
                                           NULL, NULL, NULL, NULL))
            return false;
        for (size_t w = 0; w < most; w++)
            if (code != NULL && atoi(code) == wanted[w].code) {
                *wanted[w].value = value;
                found++;
            }
    }
    return found == most;
}

static bool read_ellipsoid(const crs *c, hyp_transverse_mercator *p)
{
    PJ *ellipsoid = proj_get_ellipsoid(c->context, c->object);
    const bool ok = ellipsoid != NULL &&
                    proj_ellipsoid_get_parameters(c->context, ellipsoid,
                                                  &p->semi_major_axis, NULL,
                                                  NULL, &p->inverse_flattening);

    proj_destroy(ellipsoid);
    return ok;
}

hyp_status hyp_crs_transverse_mercator(int epsg, bool *is,
                                       hyp_transverse_mercator *projection)
{
    const char *code = NULL;
    PJ *conversion = NULL;
    hyp_status st;
    crs c;

    *is = false;
    HYP_TRY(open_crs(&c, epsg));
    conversion = proj_crs_get_coordoperation(c.context, c.object);
    *is = conversion != NULL &&
          proj_coordoperation_get_method_info(c.context, conversion, NULL, NULL,
                                              &code) &&
          code != NULL && atoi(code) == TRANSVERSE_MERCATOR &&
          read_parameters(&c, conversion, projection) &&
          read_ellipsoid(&c, projection);
out:
    proj_destroy(conversion);
    close_crs(&c);
    return st;
}

/* From a CRS to longitudes and latitudes; NULL if there is no such way.  The
   caller destroys it. */
static PJ *way_to_degrees(const crs *c)
{
    PJ *degrees = proj_create(c->context, "OGC:CRS84");
    PJ *way = degrees == NULL ? NULL
                              : proj_create_crs_to_crs_from_pj(
                                    c->context, c->object, degrees, NULL, NULL);
    PJ *east_first =
        way == NULL ? NULL : proj_normalize_for_visualization(c->context, way);

    proj_destroy(way);
    proj_destroy(degrees);
    return east_first;
}

hyp_status hyp_crs_to_degrees(int epsg, double (*point)[2], int points)
{
    PJ *way = NULL;
    hyp_status st;
    crs c;

    HYP_TRY(open_crs(&c, epsg));
    way = way_to_degrees(&c);
    if (way == NULL)
        HYP_TRY(refuse(&c, epsg));
    for (int i = 0; i < points; i++) {
        const PJ_COORD at = proj_coord(point[i][0], point[i][1], 0, 0);
        const PJ_COORD on_earth = proj_trans(way, PJ_FWD, at);

        if (!isfinite(on_earth.lp.lam) || !isfinite(on_earth.lp.phi))
            HYP_TRY(hyp_fail(HYP_EFORMAT,
                             "PROJ finds no longitude and latitude of (%g, "
                             "%g) in EPSG:%d",
                             at.xy.x, at.xy.y, epsg));
        point[i][0] = on_earth.lp.lam;
        point[i][1] = on_earth.lp.phi;
    }
out:
    proj_destroy(way);
    close_crs(&c);
    return st;
}
