/* ranks: 1 */
/*
 * test_days.c - the days on which a tile was flown, and tiles that name none
 */
#include "test.h"

#include "base/fault.h"
#include "hyperslab/tile.h"
#include "io/days.h"
#include "tile_file.h"

#include <stdlib.h>
#include <unistd.h>

enum { PIXELS = ROWS * COLS };

/* A tile with a layer of this many days; 0: without one. */
static void write_tile(const int *day, hsize_t days)
{
    const layout contiguous = { .rows = ROWS };
    hid_t plist = make_plist(&contiguous), file;
    hid_t cube = create(&contiguous, H5T_NATIVE_INT16, plist, &file);
    hid_t group =
        H5Gcreate2(file, "SERC/Reflectance/Metadata/Ancillary_Imagery",
                   H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    if (days > 0) {
        hid_t space = H5Screate_simple(1, &days, NULL);
        hid_t set = H5Dcreate2(group, "Acquisition_Date", H5T_STD_I32LE, space,
                               H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

        H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, day);
        H5Dclose(set);
        H5Sclose(space);
    }
    H5Gclose(group);
    close_tile(file, cube, plist);
}

static hyp_status read_days(hyp_days *days)
{
    hyp_tile *tile;
    hyp_status st;

    HYP_TRY(hyp_tile_open_all(path, MPI_COMM_SELF, &tile));
    st = hyp_days_read(tile, days);
    hyp_tile_free(&tile);
out:
    return st;
}

static void test_calendar(void)
{
    CHECK(hyp_day_is_one(20240229) && hyp_day_is_one(20000229));
    CHECK(!hyp_day_is_one(20230229) && !hyp_day_is_one(19000229));
    CHECK(hyp_day_is_one(20251231) && !hyp_day_is_one(20251232));
    CHECK(!hyp_day_is_one(20250431) && !hyp_day_is_one(20251301));
    CHECK(!hyp_day_is_one(20250012) && !hyp_day_is_one(20250600));
    CHECK(!hyp_day_is_one(0) && !hyp_day_is_one(-9999));
    CHECK(!hyp_day_is_one(18991231));
}

static void test_span(void)
{
    hyp_days days = { 0 };

    hyp_days_add(&days, (hyp_days){ 0 });
    CHECK(days.first == 0 && days.last == 0);
    hyp_days_add(&days, (hyp_days){ 20250612, 20250613 });
    hyp_days_add(&days, (hyp_days){ 0 });
    CHECK(days.first == 20250612 && days.last == 20250613);
    hyp_days_add(&days, (hyp_days){ 20250601, 20250602 });
    CHECK(days.first == 20250601 && days.last == 20250613);
}

static void test_layers(void)
{
    static int day[PIXELS];
    hyp_days days = { 1, 1 };

    write_tile(NULL, 0);
    CHECK(read_days(&days) == HYP_OK && days.first == 0 && days.last == 0);
    for (int i = 0; i < PIXELS; i++)
        day[i] = NODATA;
    write_tile(day, PIXELS);
    CHECK(read_days(&days) == HYP_OK && days.first == 0 && days.last == 0);
    day[5] = 20250614;
    day[PIXELS - 1] = 20250612;
    write_tile(day, PIXELS);
    CHECK(read_days(&days) == HYP_OK);
    CHECK(days.first == 20250612 && days.last == 20250614);
    write_tile(day, PIXELS - 1); /* not a day for each pixel */
    CHECK(read_days(&days) == HYP_OK && days.first == 0 && days.last == 0);
}

static void test_every_single_failure(void)
{
    static int day[PIXELS] = { 20250612 };
    hyp_tile *tile;
    int fired = 1;

    write_tile(day, PIXELS);
    CHECK(hyp_tile_open_all(path, MPI_COMM_SELF, &tile) == HYP_OK);
    for (long nth = 1; fired; nth++) {
        hyp_days days;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_days_read(tile, &days);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
        CHECK(fired || days.first == 20250612);
    }
    remove(path);
    CHECK(hyp_days_read(tile, &(hyp_days){ 0 }) == HYP_ENOINPUT);
    hyp_tile_free(&tile);
}

int main(int argc, char **argv)
{
    int file;

    MPI_Init(&argc, &argv);
    file = mkstemp(path);
    CHECK(file >= 0);
    close(file);
    RUN(test_calendar);
    RUN(test_span);
    RUN(test_layers);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
