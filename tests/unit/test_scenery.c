/* ranks: 1 */
/*
 * test_scenery.c - the modelled landscape
 */
#include "hyperslab/scenery.h"

#include "base/fault.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 40, COLS = 150, BANDS = 426 };

static double wavelength[BANDS];

static hyp_scenery *make(double edge, uint64_t seed)
{
    hyp_scenery *scenery = NULL;

    for (int b = 0; b < BANDS; b++)
        wavelength[b] = 381.858398 + 5.010498 * b;
    CHECK(hyp_scenery_new(&scenery, ROWS, COLS, BANDS, wavelength, edge,
                          seed) == HYP_OK);
    return scenery;
}

/* Any part of the scene is the same, however it is cut. */
static void test_parts_agree(void)
{
    hyp_scenery *scenery = make(0.1, 7);
    int16_t *row = malloc(COLS * BANDS * sizeof *row);
    int16_t part[BANDS];

    hyp_scenery_dn(scenery, 13, 0, COLS, 0, BANDS, row);
    for (int64_t col = 0; col < COLS; col += 7)
        for (int first = 0; first < BANDS; first += 61) {
            const int bands = BANDS - first < 61 ? BANDS - first : 61;

            hyp_scenery_dn(scenery, 13, col, 1, first, bands, part);
            CHECK(memcmp(part, row + col * BANDS + first,
                         (size_t)bands * sizeof *part) == 0);
        }
    free(row);
    hyp_scenery_free(&scenery);
}

static void test_seeds_differ(void)
{
    hyp_scenery *a = make(0, 1), *b = make(0, 2), *again = make(0, 1);
    int16_t x[BANDS], y[BANDS], z[BANDS];

    hyp_scenery_dn(a, 3, 4, 1, 0, BANDS, x);
    hyp_scenery_dn(b, 3, 4, 1, 0, BANDS, y);
    hyp_scenery_dn(again, 3, 4, 1, 0, BANDS, z);
    CHECK(memcmp(x, y, sizeof x) != 0);
    CHECK(memcmp(x, z, sizeof x) == 0);
    hyp_scenery_free(&a);
    hyp_scenery_free(&b);
    hyp_scenery_free(&again);
}

/* These numbers are the same on every machine, or the model has changed. */
static void test_values_are_fixed(void)
{
    static const int16_t expected[8] = { 1001, 1188, 3388, 3284,
                                         1059, 2722, 665,  1666 };
    hyp_scenery *scenery = make(0, 1);
    int16_t dn[BANDS];

    hyp_scenery_dn(scenery, 3, 4, 1, 0, BANDS, dn);
    for (int i = 0; i < 8; i++)
        CHECK(dn[50 * i] == expected[i]);
    hyp_scenery_free(&scenery);
}

/* Nodata is all or nothing, agrees with the truth, and has its share. */
static void test_nodata_edge(void)
{
    hyp_scenery *scenery = make(0.3, 5);
    hyp_scenery_site site[COLS];
    int16_t dn[COLS][3];
    int missing = 0;

    for (int64_t row = 0; row < ROWS; row++) {
        hyp_scenery_dn(scenery, row, 0, COLS, 100, 3, dn[0]);
        hyp_scenery_sites(scenery, row, 0, COLS, site);
        for (int64_t col = 0; col < COLS; col++) {
            const int truth = hyp_scenery_truth(scenery, row, col);

            CHECK((dn[col][0] == HYP_SCENERY_NODATA) == (truth == 0));
            CHECK((dn[col][2] == HYP_SCENERY_NODATA) == (truth == 0));
            CHECK(site[col].nodata == (truth == 0));
            missing += truth == 0;
        }
    }
    CHECK(abs(missing - ROWS * COLS * 3 / 10) < ROWS);
    hyp_scenery_free(&scenery);
}

static void test_whole_edges(void)
{
    hyp_scenery *none = make(0, 5), *all = make(1, 5);

    for (int64_t row = 0; row < ROWS; row += 13) {
        CHECK(hyp_scenery_truth(none, row, 0) > 0);
        CHECK(hyp_scenery_truth(all, row, COLS - 1) == 0);
    }
    hyp_scenery_free(&none);
    hyp_scenery_free(&all);
}

/* Reflectance is plausible outside of the water-vapour windows. */
static void test_values_are_plausible(void)
{
    hyp_scenery *scenery = make(0, 3);
    int16_t *row = malloc(COLS * BANDS * sizeof *row);

    for (int64_t r = 0; r < ROWS; r += 3) {
        hyp_scenery_dn(scenery, r, 0, COLS, 0, BANDS, row);
        for (int p = 0; p < COLS; p++)
            for (int b = 10; b < 190; b++)
                CHECK(row[p * BANDS + b] > -100 && row[p * BANDS + b] < 20000);
    }
    free(row);
    hyp_scenery_free(&scenery);
}

static void test_sites_are_plausible(void)
{
    hyp_scenery *scenery = make(0, 3);
    hyp_scenery_site site[COLS];

    for (int64_t row = 0; row < ROWS; row++) {
        hyp_scenery_sites(scenery, row, 0, COLS, site);
        for (int p = 0; p < COLS; p++) {
            CHECK(site[p].slope >= 0 && site[p].slope < 60);
            CHECK(site[p].aspect >= 0 && site[p].aspect <= 360);
            CHECK(site[p].illumination > 0 && site[p].illumination <= 1);
            CHECK(site[p].sky_view > 0.3 && site[p].sky_view <= 1);
            CHECK(site[p].water_vapour > 1 && site[p].water_vapour < 3);
            CHECK(site[p].zenith >= 0 && site[p].zenith < 20);
            CHECK(site[p].path_length >= 1000 && site[p].path_length < 1100);
            CHECK(site[p].line == (p >= COLS / 2));
        }
    }
    hyp_scenery_free(&scenery);
}

static void test_names(void)
{
    CHECK(strcmp(hyp_scenery_name(0), "nodata") == 0);
    CHECK(strcmp(hyp_scenery_name(HYP_SCENERY_CLASSES - 1), "shadow") == 0);
    for (int a = 0; a < HYP_SCENERY_CLASSES; a++)
        for (int b = 0; b < a; b++)
            CHECK(strcmp(hyp_scenery_name(a), hyp_scenery_name(b)) != 0);
}

static void test_every_single_failure(void)
{
    hyp_scenery *scenery;
    hyp_status st;
    long nth = 0;

    do {
        hyp_fault_arm(++nth);
        st = hyp_scenery_new(&scenery, 1, 1, BANDS, wavelength, 0, 1);
        CHECK(st == (hyp_fault_fired() ? HYP_ENOMEM : HYP_OK));
        CHECK((scenery == NULL) == (st != HYP_OK));
        hyp_scenery_free(&scenery);
    } while (hyp_fault_fired());
    hyp_fault_arm(0);
    CHECK(nth == 4);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_parts_agree);
    RUN(test_seeds_differ);
    RUN(test_values_are_fixed);
    RUN(test_nodata_edge);
    RUN(test_whole_edges);
    RUN(test_values_are_plausible);
    RUN(test_sites_are_plausible);
    RUN(test_names);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
