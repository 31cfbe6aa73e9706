/* ranks: 1 */
/*
 * test_cf.c - the netCDF file of a tile is laid out once, and both maps find
 * their place in it; more classes than attributes hold; every single failure
 */
#include "test.h"

#include "base/fault.h"
#include "io/cf.h"
#include "io/h5.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root[] = "/tmp/hyperslab-cf-XXXXXX";
static char path[64];
static const double share[] = { 0.75, 0.125 };

static hyp_copy copy_of(const hyp_cf *cf)
{
    return (hyp_copy){ .path = path, .order = HYP_ORDER_BANDS, .context = cf };
}

static hyp_raster raster_of(int bands, hyp_sample sample)
{
    return (hyp_raster){ .rows = 20,
                         .cols = 30,
                         .bands = bands,
                         .sample = sample,
                         .georef = { 500000, 4300000, 1, 1, 32618 } };
}

/* Whether a place lies within the file. */
static bool fits(hyp_copy_place place, int64_t bytes)
{
    return place.at > 0 && place.at + bytes <= place.bytes;
}

static bool has_attribute(const char *set, const char *name)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const bool has = H5Aexists_by_name(file, set, name, H5P_DEFAULT) > 0;

    H5Fclose(file);
    return has;
}

static void test_both_maps(void)
{
    const hyp_cf cf = { .classes = 5, .components = 2, .share = share };
    const hyp_copy copy = copy_of(&cf);
    const hyp_raster classes = raster_of(1, HYP_SAMPLE_UINT8);
    const hyp_raster scores = raster_of(2, HYP_SAMPLE_FLOAT32);
    hyp_copy_place first, second;

    CHECK(hyp_cf_lay_out_classes(&copy, &classes, &first) == HYP_OK);
    CHECK(hyp_cf_lay_out_scores(&copy, &scores, &second) == HYP_OK);
    CHECK(fits(first, 600) && fits(second, 4800));
    CHECK(first.bytes == second.bytes);
    CHECK(first.at + 600 <= second.at || second.at + 4800 <= first.at);
    CHECK(has_attribute("class", "flag_values"));
    CHECK(has_attribute("score", "grid_mapping"));
}

static void test_scores_alone(void)
{
    const hyp_cf cf = { .components = 2, .share = share };
    const hyp_copy copy = copy_of(&cf);
    const hyp_raster scores = raster_of(2, HYP_SAMPLE_FLOAT32);
    hyp_copy_place place;

    CHECK(hyp_cf_lay_out_scores(&copy, &scores, &place) == HYP_OK);
    CHECK(fits(place, 4800));
}

static void test_very_many_classes(void)
{
    const int counts[] = { 4096, 4097, 65535 };

    for (int i = 0; i < 3; i++) {
        const hyp_cf cf = { .classes = counts[i] };
        const hyp_copy copy = copy_of(&cf);
        const hyp_raster classes = raster_of(1, HYP_SAMPLE_UINT16);
        hyp_copy_place place;

        CHECK(hyp_cf_lay_out_classes(&copy, &classes, &place) == HYP_OK);
        CHECK(fits(place, 1200));
        CHECK(has_attribute("class", "flag_values") == (counts[i] <= 4096));
        CHECK(has_attribute("class", "flag_meanings") == (counts[i] <= 4096));
    }
}

static void test_places_that_cannot_be_written(void)
{
    const hyp_cf cf = { .classes = 5, .components = 2, .share = share };
    hyp_copy copy = copy_of(&cf);
    const hyp_raster classes = raster_of(1, HYP_SAMPLE_UINT8);
    hyp_raster elsewhere = classes;
    hyp_copy_place place;

    copy.path = "/nowhere/maps.nc";
    CHECK(hyp_cf_lay_out_classes(&copy, &classes, &place) == HYP_EIO);
    CHECK(strstr(hyp_last_error()->text, "No such file") != NULL);
    CHECK(hyp_cf_lay_out_scores(&copy, &classes, &place) == HYP_EIO);
    copy.path = path;
    elsewhere.georef.epsg = 99999;
    CHECK(hyp_cf_lay_out_classes(&copy, &elsewhere, &place) == HYP_EFORMAT);
}

static void test_every_single_failure(void)
{
    const hyp_cf cf = { .classes = 5, .components = 2, .share = share };
    const hyp_copy copy = copy_of(&cf);
    const hyp_raster classes = raster_of(1, HYP_SAMPLE_UINT8);
    const hyp_raster scores = raster_of(2, HYP_SAMPLE_FLOAT32);
    int fired = 1;
    long nth;

    for (nth = 1; fired; nth++) {
        hyp_copy_place place;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_cf_lay_out_classes(&copy, &classes, &place);
        if (st == HYP_OK)
            st = hyp_cf_lay_out_scores(&copy, &scores, &place);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
    }
    CHECK(nth > 10);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    hyp_h5_quiet();
    if (mkdtemp(root) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/maps.nc", root);
    RUN(test_both_maps);
    RUN(test_scores_alone);
    RUN(test_very_many_classes);
    RUN(test_places_that_cannot_be_written);
    RUN(test_every_single_failure);
    unlink(path);
    rmdir(root);
    MPI_Finalize();
    return test_status;
}
