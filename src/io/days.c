/*
 * days.c - the days on which a tile was flown
 */
#include "io/days.h"

#include "base/fault.h"
#include "base/mem.h"
#include "io/h5.h"
#include "io/tile_share.h"

#include <stdio.h>
#include <stdlib.h>

static int days_of_month(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

bool hyp_day_is_one(int day)
{
    const int year = day / 10000, month = day / 100 % 100;

    return year >= 1900 && year <= 9999 && month >= 1 && month <= 12 &&
           day % 100 >= 1 && day % 100 <= days_of_month(year, month);
}

void hyp_days_add(hyp_days *days, hyp_days other)
{
    if (other.first == 0)
        return;
    if (days->first == 0 || other.first < days->first)
        days->first = other.first;
    if (other.last > days->last)
        days->last = other.last;
}

/* The day of each pixel.  What is no day stands for no data. */
static hyp_status read_layer(const hyp_tile *tile, hid_t layer, hyp_days *days)
{
    const int64_t pixels = tile->rows * tile->cols;
    hid_t space = H5Dget_space(layer);
    const hssize_t stored = H5Sget_simple_extent_npoints(space);
    int *day = NULL;
    hyp_status st = HYP_OK;

    H5Sclose(space);
    if (stored != pixels)
        return st; /* not a layer of this tile */
    HYP_TRY(hyp_alloc(&day, (size_t)pixels));
    if (hyp_fault() ||
        H5Dread(layer, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, day) < 0)
        HYP_TRY(hyp_h5_fail(HYP_EIO, "'%s': cannot read Acquisition_Date",
                            tile->path));
    for (int64_t i = 0; i < pixels; i++)
        if (hyp_day_is_one(day[i]))
            hyp_days_add(days, (hyp_days){ day[i], day[i] });
out:
    free(day);
    return st;
}

hyp_status hyp_days_read(const hyp_tile *tile, hyp_days *days)
{
    char path[sizeof tile->site + 80];
    hid_t file, layer;
    hyp_status st;

    *days = (hyp_days){ 0 };
    HYP_TRY(hyp_tile_open_file(tile->path, &file));
    snprintf(path, sizeof path,
             "/%s/Reflectance/Metadata/Ancillary_Imagery/Acquisition_Date",
             tile->site);
    layer = H5Dopen2(file, path, H5P_DEFAULT);
    if (layer >= 0) {
        st = read_layer(tile, layer, days);
        H5Dclose(layer);
    }
    H5Fclose(file);
    H5Eclear2(H5E_DEFAULT);
out:
    return st;
}
