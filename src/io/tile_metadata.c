/*
 * tile_metadata.c - what the groups and attributes of a tile say
 *
 * Names and types differ between years and writers; the variants taken here
 * are those that were seen in NEON's files and in files rewritten by others.
 */
#include "io/tile_metadata.h"

#include "io/h5.h"
#include "io/map_info.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double default_scale = 10000; /* NEON's, for stored integers */
static const hyp_band_window default_window[] = { { 1340, 1445 },
                                                  { 1790, 1955 } };

static hyp_status read_scale(hyp_tile *tile, hid_t cube)
{
    static const char *const names[] = { "Scale_Factor", "Scale Factor",
                                         "scale_factor", NULL };

    tile->scale = tile->element == HYP_ELEMENT_FLOAT32 ? 1 : default_scale;
    hyp_h5_number(cube, names, &tile->scale);
    if (!isfinite(tile->scale) || tile->scale <= 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': %s: the scale factor is %g, expected a number "
                        "above 0",
                        tile->path, tile->cube, tile->scale);
    return HYP_OK;
}

static void read_nodata(hyp_tile *tile, hid_t cube)
{
    static const char *const names[] = { "Data_Ignore_Value",
                                         "Data Ignore Value",
                                         "data ignore value",
                                         "_FillValue",
                                         "NoData",
                                         "no_data",
                                         NULL };

    tile->has_nodata = hyp_h5_number(cube, names, &tile->nodata);
}

static void read_windows(hyp_tile *tile, hid_t reflectance)
{
    tile->windows = 0;
    for (int i = 1; i <= HYP_MAX_WINDOWS; i++) {
        char name[64];
        double ends[2];

        snprintf(name, sizeof name, "Band_Window_%d_Nanometers", i);
        if (!hyp_h5_numbers(reflectance, name, ends, 2))
            break;
        tile->window[tile->windows++] = (hyp_band_window){ ends[0], ends[1] };
    }
    tile->default_windows = tile->windows == 0;
    if (tile->default_windows) {
        memcpy(tile->window, default_window, sizeof default_window);
        tile->windows = 2;
    }
}

static void read_georef(hyp_tile *tile, hid_t metadata)
{
    static const char *const maps[] = { "Coordinate_System/Map_Info", NULL };
    static const char *const codes[] = { "Coordinate_System/EPSG Code",
                                         "Coordinate_System/EPSG_Code", NULL };
    char code[64];
    int epsg;

    tile->georef = (hyp_georef){ 0 };
    hyp_h5_text(metadata, codes, code, sizeof code);
    if (!hyp_h5_text(metadata, maps, tile->map_info, sizeof tile->map_info))
        return;
    tile->georef = hyp_map_info_read(tile->map_info, &tile->rotated);
    epsg = atoi(code);
    if (epsg > 0 && hyp_georef_is_known(&tile->georef))
        tile->georef.epsg = epsg;
}

static void micrometres_to_nanometres(double *wavelength, int bands)
{
    double highest = 0;

    for (int b = 0; b < bands; b++)
        highest = fmax(highest, wavelength[b]);
    if (highest < 100)
        for (int b = 0; b < bands; b++)
            wavelength[b] *= 1000;
}

static hyp_status read_wavelengths(hyp_tile *tile, hid_t metadata)
{
    static const char *const names[] = { "Spectral_Data/Wavelength",
                                         "Spectral_Data/wavelength", NULL };
    int count;
    hyp_status st = hyp_h5_vector(metadata, names, &tile->wavelength, &count);

    if (st != HYP_OK)
        return st;
    if (tile->wavelength == NULL)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': no dataset /%s/Reflectance/Metadata/%s; "
                        "without wavelengths no band can be chosen",
                        tile->path, tile->site, names[0]);
    if (count != tile->bands)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': %s holds %d wavelengths, but %s has %d bands",
                        tile->path, names[0], count, tile->cube, tile->bands);
    for (int b = 0; b < count; b++)
        if (!isfinite(tile->wavelength[b]) || tile->wavelength[b] <= 0)
            return hyp_fail(HYP_EFORMAT,
                            "'%s': %s: wavelength %d is %g, expected nm",
                            tile->path, names[0], b + 1, tile->wavelength[b]);
    micrometres_to_nanometres(tile->wavelength, count);
    return HYP_OK;
}

/* FWHM is a courtesy: missing, or of another length, it is left out. */
static hyp_status read_fwhm(hyp_tile *tile, hid_t metadata)
{
    static const char *const names[] = { "Spectral_Data/FWHM",
                                         "Spectral_Data/fwhm", NULL };
    int count;
    hyp_status st = hyp_h5_vector(metadata, names, &tile->fwhm, &count);

    if (st == HYP_OK && tile->fwhm && count != tile->bands) {
        free(tile->fwhm);
        tile->fwhm = NULL;
    }
    return st;
}

hyp_status hyp_tile_metadata_read(hyp_tile *tile, hid_t file, hid_t cube)
{
    char path[128];
    hid_t reflectance, metadata;
    hyp_status st;

    st = read_scale(tile, cube);
    if (st != HYP_OK)
        return st;
    read_nodata(tile, cube);
    snprintf(path, sizeof path, "%s/Reflectance", tile->site);
    reflectance = H5Gopen2(file, path, H5P_DEFAULT);
    metadata = H5Gopen2(reflectance, "Metadata", H5P_DEFAULT);
    if (metadata < 0) {
        st = hyp_h5_fail(HYP_EFORMAT, "'%s': no group /%s/Metadata", tile->path,
                         path);
        goto out;
    }
    read_windows(tile, reflectance);
    read_georef(tile, metadata);
    HYP_TRY(read_wavelengths(tile, metadata));
    HYP_TRY(read_fwhm(tile, metadata));
out:
    if (metadata >= 0)
        H5Gclose(metadata);
    H5Gclose(reflectance);
    return st;
}
