/*
 * tile_layers_write.c - the images of a synthetic tile that describe pixels
 *
 * The scene is surveyed once, a band of rows at a time, and each image takes
 * its member of the survey.  HDF5 turns doubles into the types of the file.
 */
#include "io/tile_metadata_write.h"

#include "base/mem.h"
#include "io/auto_chunk.h"
#include "io/h5.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 64 }; /* surveyed at a time */

typedef enum number {
    ABSENT,
    U1,     /* unsigned byte */
    U1_RGB, /* three of them, a colour */
    I2,
    I4,
    F4
} number;

typedef struct pixel_layer {
    const char *name;
    number blocks, bands; /* type in the file, for each layout           */
    size_t member;        /* offset in hyp_scenery_site                  */
    double scale;         /* from the member to the value in the file     */
    double nodata;
} pixel_layer;

#define SITE(member) offsetof(hyp_scenery_site, member)

/* Names without a slash lie in Ancillary_Imagery. */
static const pixel_layer layers[] = {
    { "Acquisition_Date", ABSENT, I4, SITE(date), 1, -9999 },
    { "Aerosol_Optical_Depth", I2, ABSENT, SITE(optical_depth), 1000, -9999 },
    { "Aerosol_Optical_Thickness", ABSENT, F4, SITE(optical_depth), 1, -9999 },
    { "Aspect", F4, F4, SITE(aspect), 1, -9999 },
    { "Cast_Shadow", U1, F4, SITE(shadow), 1, 241 },
    { "Dark_Dense_Vegetation_Classification", U1, U1, SITE(vegetation), 1,
      241 },
    { "Data_Selection_Index", I4, I4, SITE(line), 1, -1 },
    { "Haze_Cloud_Water_Map", U1, U1, SITE(surface), 1, 241 },
    { "Illumination_Factor", U1, F4, SITE(illumination), 100, 241 },
    { "Path_Length", F4, F4, SITE(path_length), 1, -9999 },
    { "Sky_View_Factor", U1, F4, SITE(sky_view), 100, 241 },
    { "Slope", F4, F4, SITE(slope), 1, -9999 },
    { "Smooth_Surface_Elevation", F4, F4, SITE(elevation), 1, -9999 },
    { "Visibility_Index_Map", U1, F4, SITE(visibility), 1, 241 },
    { "Water_Vapor_Column", F4, F4, SITE(water_vapour), 1000, -9999 },
    { "Weather_Quality_Indicator", U1_RGB, I4, SITE(weather), 1, -9999 },
    { "/to-sensor_azimuth_angle", F4, ABSENT, SITE(azimuth), 1, -9999 },
    { "/to-sensor_zenith_angle", F4, ABSENT, SITE(zenith), 1, -9999 },
    { "/to-sensor_Azimuth_Angle", ABSENT, F4, SITE(azimuth), 1, -9999 },
    { "/to-sensor_Zenith_Angle", ABSENT, F4, SITE(zenith), 1, -9999 },
};

enum { LAYERS = sizeof layers / sizeof *layers };

typedef struct writer {
    const hyp_synth *synth;
    hid_t dataset[LAYERS];  /* negative where the layout has none */
    hyp_scenery_site *site; /* [ROWS][cols]; owned                */
    double *value;          /* [ROWS][cols][3]; owned             */
} writer;

static number type_of(const hyp_synth *synth, int i)
{
    return synth->layout == HYP_LAYOUT_BANDS ? layers[i].bands
                                             : layers[i].blocks;
}

static hid_t file_type(number type, size_t *size)
{
    switch (type) {
    case I2: *size = 2; return H5T_STD_I16LE;
    case I4: *size = 4; return H5T_STD_I32LE;
    case F4: *size = 4; return H5T_IEEE_F32LE;
    default: *size = 1; return H5T_STD_U8LE;
    }
}

static hyp_status create_layer(hid_t metadata, hid_t ancillary,
                               const hyp_synth *synth, int i, hid_t *dataset)
{
    const hsize_t shape[3] = { (hsize_t)synth->rows, (hsize_t)synth->cols, 3 };
    const number type = type_of(synth, i);
    const int dims = type == U1_RGB ? 3 : 2;
    const bool outside = layers[i].name[0] == '/';
    hsize_t chunk[3];
    size_t size;
    const hid_t stored = file_type(type, &size);

    hyp_auto_chunk(shape, dims, size, chunk);
    return hyp_dataset_create(outside ? metadata : ancillary,
                              layers[i].name + outside, stored, dims, shape,
                              chunk, dataset);
}

/* Which flightlines the numbers of Data_Selection_Index stand for. */
static hyp_status name_lines(hid_t dataset, const hyp_synth *synth)
{
    const bool late = synth->layout == HYP_LAYOUT_BANDS;
    const char *line[2] = { "20210811_150649", "20210811_151513" };
    const char *late_line[2] = { "L003-1_20250612", "L004-1_20250612" };
    const char *kind = late ? "bidirectional_reflectance" : "reflectance";
    char text[256];

    snprintf(text, sizeof text,
             "NEON_D02_%s_DP1_%s_%s.h5,NEON_D02_%s_DP1_%s_%s.h5", synth->site,
             late ? late_line[0] : line[0], kind, synth->site,
             late ? late_line[1] : line[1], kind);
    return hyp_text_attribute(dataset, "Data_Files", text);
}

static hyp_status create_layers(hid_t reflectance, writer *w)
{
    hid_t metadata = H5I_INVALID_HID, ancillary = H5I_INVALID_HID;
    hyp_status st = HYP_OK;

    metadata = H5Gopen2(reflectance, "Metadata", H5P_DEFAULT);
    if (metadata < 0)
        HYP_TRY(hyp_h5_fail(HYP_EIO, "cannot open 'Metadata'"));
    HYP_TRY(hyp_group_create(metadata, "Ancillary_Imagery", &ancillary));
    for (int i = 0; i < LAYERS; i++) {
        if (type_of(w->synth, i) == ABSENT)
            continue;
        HYP_TRY(create_layer(metadata, ancillary, w->synth, i, &w->dataset[i]));
        if (layers[i].member == SITE(line))
            HYP_TRY(name_lines(w->dataset[i], w->synth));
    }
out:
    if (ancillary >= 0)
        H5Gclose(ancillary);
    if (metadata >= 0)
        H5Gclose(metadata);
    return st;
}

/* Green, yellow, red for weather 1, 2, 3. */
static void colour(const writer *w, size_t pixels)
{
    for (size_t p = 0; p < pixels; p++) {
        const hyp_scenery_site *site = &w->site[p];

        w->value[3 * p] = !site->nodata && site->weather > 1 ? 255 : 0;
        w->value[3 * p + 1] = !site->nodata && site->weather < 3 ? 255 : 0;
        w->value[3 * p + 2] = 0;
    }
}

/* 241 marks nodata in bytes only. */
static void gather(const writer *w, int i, size_t pixels)
{
    const pixel_layer *layer = &layers[i];
    const bool byte = type_of(w->synth, i) == U1;
    const double nodata = layer->nodata == 241 && !byte ? -9999 : layer->nodata;

    for (size_t p = 0; p < pixels; p++) {
        const char *site = (const char *)&w->site[p];
        const double value = *(const double *)(site + layer->member);

        w->value[p] = w->site[p].nodata ? nodata : layer->scale * value;
    }
}

static hyp_status write_rows(const writer *w, int i, hsize_t row, hsize_t rows)
{
    const int colours = type_of(w->synth, i) == U1_RGB ? 3 : 1;
    const hsize_t start[3] = { row, 0, 0 };
    const hsize_t count[3] = { rows, (hsize_t)w->synth->cols, 3 };
    const int dims = colours == 3 ? 3 : 2;
    const hid_t memory = H5Screate_simple(dims, count, NULL);
    const hid_t file = H5Dget_space(w->dataset[i]);
    hyp_status st = HYP_OK;

    if (colours == 3)
        colour(w, rows * count[1]);
    else
        gather(w, i, rows * count[1]);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL);
    if (H5Dwrite(w->dataset[i], H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT,
                 w->value) < 0)
        st = hyp_h5_fail(HYP_EIO, "cannot write '%s'", layers[i].name);
    H5Sclose(file);
    H5Sclose(memory);
    return st;
}

static hyp_status write_layers(writer *w, const hyp_scenery *scenery)
{
    const int64_t cols = w->synth->cols;
    hyp_status st = HYP_OK;

    for (int64_t row = 0; row < w->synth->rows; row += ROWS) {
        const int64_t left = w->synth->rows - row;
        const int64_t rows = left < ROWS ? left : ROWS;

        for (int64_t r = 0; r < rows; r++)
            hyp_scenery_sites(scenery, row + r, 0, cols, w->site + r * cols);
        for (int i = 0; i < LAYERS; i++)
            if (w->dataset[i] >= 0)
                HYP_TRY(write_rows(w, i, (hsize_t)row, (hsize_t)rows));
    }
out:
    return st;
}

hyp_status hyp_tile_layers_write(hid_t reflectance, const hyp_synth *synth,
                                 const hyp_scenery *scenery)
{
    const size_t pixels = (size_t)ROWS * (size_t)synth->cols;
    writer w = { .synth = synth };
    hyp_status st;

    for (int i = 0; i < LAYERS; i++)
        w.dataset[i] = H5I_INVALID_HID;
    HYP_TRY(hyp_alloc(&w.site, pixels));
    HYP_TRY(hyp_alloc(&w.value, 3 * pixels));
    HYP_TRY(create_layers(reflectance, &w));
    HYP_TRY(write_layers(&w, scenery));
out:
    for (int i = 0; i < LAYERS; i++)
        if (w.dataset[i] >= 0 && H5Dclose(w.dataset[i]) < 0 && st == HYP_OK)
            st = hyp_h5_fail(HYP_EIO, "cannot write '%s'", layers[i].name);
    free(w.value);
    free(w.site);
    return st;
}
