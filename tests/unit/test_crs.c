/* ranks: 1 */
/*
 * test_crs.c - PROJ's words for UTM and for others, and codes that it does not
 * know
 */
#include "test.h"

#include "base/fault.h"
#include "io/crs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_text(int epsg, hyp_wkt dialect, const char *begin,
                       const char *part)
{
    char *text = NULL;

    CHECK(hyp_crs_wkt(epsg, dialect, &text) == HYP_OK);
    CHECK(text != NULL && strncmp(text, begin, strlen(begin)) == 0);
    CHECK(text != NULL && strstr(text, part) != NULL);
    CHECK(text != NULL && strchr(text, '\n') == NULL);
    free(text);
}

static void test_dialects(void)
{
    check_text(32618, HYP_WKT_ESRI, "PROJCS[\"WGS_1984_UTM_Zone_18N\"",
               "\"Central_Meridian\",-75.0");
    check_text(32618, HYP_WKT_1, "PROJCS[\"WGS 84 / UTM zone 18N\"",
               "AUTHORITY[\"EPSG\",\"32618\"]");
    check_text(32756, HYP_WKT_2, "PROJCRS[\"WGS 84 / UTM zone 56S\"",
               "ID[\"EPSG\",32756]");
}

/* Values of EPSG:32756 and EPSG:26918 in the EPSG registry. */
static void test_transverse_mercator(void)
{
    hyp_transverse_mercator p = { 0 };
    bool is = false;

    CHECK(hyp_crs_transverse_mercator(32756, &is, &p) == HYP_OK && is);
    CHECK(p.latitude_of_origin == 0 && p.central_meridian == 153);
    CHECK(p.scale == 0.9996);
    CHECK(p.false_easting == 500000 && p.false_northing == 10000000);
    CHECK(p.semi_major_axis == 6378137);
    CHECK(fabs(p.inverse_flattening - 298.257223563) < 1e-9);
    CHECK(hyp_crs_transverse_mercator(26918, &is, &p) == HYP_OK && is);
    CHECK(fabs(p.inverse_flattening - 298.257222101) < 1e-9); /* GRS 1980 */
    CHECK(hyp_crs_transverse_mercator(5070, &is, &p) == HYP_OK && !is);
}

static void test_unknown_codes(void)
{
    hyp_transverse_mercator p;
    char *text = NULL;
    bool is = true;

    CHECK(hyp_crs_wkt(99999, HYP_WKT_1, &text) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "EPSG:99999") != NULL);
    CHECK(text == NULL);
    CHECK(hyp_crs_transverse_mercator(99999, &is, &p) == HYP_EFORMAT && !is);
}

/* Snyder, Map Projections: A Working Manual (1987): at the crossing of the
   central meridian and the equator, the axes of UTM meet. */
static void test_degrees(void)
{
    double at[2][2] = { { 500000, 0 }, { 500000, 10 } };
    double lost[1][2] = { { 1e30, 0 } };

    CHECK(hyp_crs_to_degrees(32618, at, 2) == HYP_OK);
    CHECK(fabs(at[0][0] + 75) < 1e-12 && fabs(at[0][1]) < 1e-12);
    CHECK(fabs(at[1][0] + 75) < 1e-12);
    /* 10 m of the map on a meridian of radius a (1 - e^2) at the equator */
    CHECK(fabs(at[1][1] - 10 / 0.9996 / 6335439.327 * 180 / acos(-1)) < 1e-11);
    CHECK(hyp_crs_to_degrees(32618, lost, 1) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "EPSG:32618") != NULL);
    CHECK(hyp_crs_to_degrees(99999, at, 2) == HYP_EFORMAT);
}

static void test_every_single_failure(void)
{
    int fired = 1;

    for (long nth = 1; fired; nth++) {
        char *text = NULL;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_crs_wkt(32611, HYP_WKT_1, &text);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st == HYP_ENOMEM) == fired);
        CHECK((text == NULL) == fired);
        free(text);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_dialects);
    RUN(test_transverse_mercator);
    RUN(test_unknown_codes);
    RUN(test_degrees);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
