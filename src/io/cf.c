/*
 * cf.c - the maps of a tile as one netCDF-4 file after the CF conventions 1.8
 *
 * CF 1.8 has no unsigned integers.  Classes are stored as the signed ones of the
 * same bits with the attribute _Unsigned, which readers know.  Texts are of
 * fixed length: netCDF's own kind of text.
 */
#include "io/cf.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/version.h"
#include "io/cf_grid.h"
#include "io/disk.h"
#include "io/h5.h"
#include "io/h5_sink.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS "class"
#define SCORE "score"
#define SHARE "variance_share"

/* Attributes of more classes would not fit in a header of HDF5. */
enum { MOST_FLAGS = 4096 };

/* Put the scales of its dimensions to a dataset. */
static bool attach(hid_t file, hid_t set, const char *const *dimension,
                   unsigned count)
{
    bool ok = true;

    for (unsigned i = 0; ok && i < count; i++) {
        hid_t scale = H5Dopen2(file, dimension[i], H5P_DEFAULT);

        ok = scale >= 0 && H5DSattach_scale(set, scale, i) >= 0;
        if (scale >= 0)
            H5Dclose(scale);
    }
    return ok;
}

/* "class_1 class_2 ..."; the caller frees *text. */
static hyp_status name_flags(int classes, char **text)
{
    const size_t room = (size_t)classes * sizeof "class_65535 " + 1;
    hyp_status st = hyp_alloc(text, room);
    size_t used = 0;

    for (int j = 1; st == HYP_OK && j <= classes; j++)
        used += (size_t)snprintf(*text + used, room - used, "%sclass_%d",
                                 j > 1 ? " " : "", j);
    return st;
}

/* What CF says of values that stand for classes. */
static bool put_flags(hid_t set, hid_t type, int classes, const char *names)
{
    uint16_t wide[MOST_FLAGS];
    uint8_t narrow[MOST_FLAGS];

    for (int j = 0; j < classes; j++) {
        wide[j] = (uint16_t)(j + 1);
        narrow[j] = (uint8_t)(j + 1);
    }
    return hyp_cf_put_text(set, "flag_meanings", names) &&
           hyp_cf_put_values(set, "flag_values", type, classes,
                             H5Tget_size(type) == 1 ? (const void *)narrow
                                                    : wide);
}

static bool put_class(hid_t file, const hyp_cf *cf, const hyp_raster *raster,
                      const char *names)
{
    static const char *const dimension[] = { "y", "x" };
    static const uint16_t nodata = 0;
    const hsize_t shape[] = { (hsize_t)raster->rows, (hsize_t)raster->cols };
    const hid_t type =
        cf->classes > UINT8_MAX ? H5T_NATIVE_INT16 : H5T_NATIVE_INT8;
    int64_t at;
    hid_t set;
    bool ok;

    if (!hyp_h5_put_room(file, CLASS, type, 2, shape, &at))
        return false;
    set = H5Dopen2(file, CLASS, H5P_DEFAULT);
    ok = set >= 0 && hyp_cf_put_values(set, "_FillValue", type, 1, &nodata) &&
         hyp_cf_put_text(set, "_Unsigned", "true") &&
         hyp_cf_put_text(set, "long_name", "k-means class") &&
         (cf->classes > MOST_FLAGS ||
          put_flags(set, type, cf->classes, names)) &&
         hyp_cf_put_grid_mapping(set, &raster->georef) &&
         attach(file, set, dimension, 2);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

static bool put_score(hid_t file, const hyp_cf *cf, const hyp_raster *raster)
{
    static const char *const dimension[] = { "component", "y", "x" };
    const hsize_t shape[] = { (hsize_t)cf->components, (hsize_t)raster->rows,
                              (hsize_t)raster->cols };
    const float nodata = NAN;
    int64_t at;
    hid_t set;
    bool ok;

    if (!hyp_h5_put_room(file, SCORE, H5T_NATIVE_FLOAT, 3, shape, &at))
        return false;
    set = H5Dopen2(file, SCORE, H5P_DEFAULT);
    ok = set >= 0 &&
         hyp_cf_put_values(set, "_FillValue", H5T_NATIVE_FLOAT, 1, &nodata) &&
         hyp_cf_put_text(set, "long_name",
                         "score of a principal component of reflectance") &&
         hyp_cf_put_text(set, "units", "1") &&
         hyp_cf_put_grid_mapping(set, &raster->georef) &&
         attach(file, set, dimension, 3);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

static hyp_status put_component_axis(hid_t file, int components, bool *ok)
{
    double *number;
    hyp_status st = hyp_alloc(&number, (size_t)components);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < components; i++)
        number[i] = i + 1;
    *ok =
        hyp_cf_put_axis(file, "component", "number of the principal component",
                        components, number);
    free(number);
    return st;
}

static bool put_shares(hid_t file, const hyp_cf *cf)
{
    static const char *const dimension[] = { "component" };
    hid_t set;
    bool ok;

    if (!hyp_h5_put(file, SHARE, H5T_NATIVE_DOUBLE, 0, cf->components,
                    cf->share))
        return false;
    set = H5Dopen2(file, SHARE, H5P_DEFAULT);
    ok = set >= 0 &&
         hyp_cf_put_text(set, "long_name",
                         "share of the variance that a component holds") &&
         hyp_cf_put_text(set, "units", "1") && attach(file, set, dimension, 1);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

static bool put_facts(hid_t file)
{
    return hyp_cf_put_text(file, "Conventions", "CF-1.8") &&
           hyp_cf_put_text(file, "title",
                           "k-means classes and principal components of an "
                           "imaging-spectroscopy tile") &&
           hyp_cf_put_text(file, "source", "hyperslab " HYP_VERSION);
}

static hyp_status put_all(hid_t file, const hyp_cf *cf,
                          const hyp_raster *raster, bool *ok)
{
    char *names = NULL;
    hyp_status st = HYP_OK;

    *ok = put_facts(file);
    if (*ok)
        HYP_TRY(hyp_cf_put_grid(file, raster, ok));
    if (*ok && cf->components > 0) {
        HYP_TRY(put_component_axis(file, cf->components, ok));
        *ok = *ok && put_shares(file, cf);
    }
    if (*ok && cf->classes > 0) {
        HYP_TRY(name_flags(cf->classes, &names));
        *ok = put_class(file, cf, raster, names);
    }
    *ok = *ok && (cf->components == 0 || put_score(file, cf, raster));
out:
    free(names);
    return st;
}

static hyp_status create(const hyp_copy *copy, const hyp_raster *raster)
{
    hid_t file = H5I_INVALID_HID;
    int failure = 0;
    hyp_status st = HYP_OK;
    bool ok = false;

    if (!hyp_fault())
        file = hyp_h5_sink(copy->path, 0, &failure);
    if (file >= 0) {
        st = put_all(file, copy->context, raster, &ok);
        ok = H5Fclose(file) >= 0 && ok;
    }
    if (st != HYP_OK)
        return st;
    if (failure)
        return hyp_fail(HYP_EIO, "%s", strerror(failure));
    return ok ? HYP_OK : hyp_h5_fail(HYP_EIO, "cannot write");
}

/* Where the samples of a variable lie in the file. */
static hyp_status find(const char *path, const char *name, int64_t *at)
{
    hid_t file = H5I_INVALID_HID, set = H5I_INVALID_HID;

    *at = -1;
    if (!hyp_fault())
        file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file >= 0)
        set = H5Dopen2(file, name, H5P_DEFAULT);
    if (set >= 0)
        *at = (int64_t)H5Dget_offset(set);
    if (set >= 0)
        H5Dclose(set);
    if (file >= 0)
        H5Fclose(file);
    return *at >= 0 ? HYP_OK : hyp_h5_fail(HYP_EIO, "cannot find '%s'", name);
}

static hyp_status lay_out(const hyp_copy *copy, const hyp_raster *raster,
                          bool makes, const char *name, hyp_copy_place *place)
{
    hyp_status st = HYP_OK;

    if (makes)
        HYP_TRY(create(copy, raster));
    HYP_TRY(hyp_disk_take_room(copy->path, &place->bytes));
    st = find(copy->path, name, &place->at);
out:
    return st;
}

hyp_status hyp_cf_lay_out_classes(const hyp_copy *copy,
                                  const hyp_raster *raster,
                                  hyp_copy_place *place)
{
    return lay_out(copy, raster, true, CLASS, place);
}

hyp_status hyp_cf_lay_out_scores(const hyp_copy *copy, const hyp_raster *raster,
                                 hyp_copy_place *place)
{
    const hyp_cf *cf = copy->context;

    return lay_out(copy, raster, cf->classes == 0, SCORE, place);
}
