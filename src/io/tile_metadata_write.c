/*
 * tile_metadata_write.c - all of a synthetic tile but its images
 */
#include "io/tile_metadata_write.h"

#include "base/fault.h"
#include "io/h5.h"

#include <stdio.h>
#include <string.h>

enum { DEFLATE_LEVEL = 3, TEXT = 1024 };

typedef struct named_text {
    const char *name, *text;
} named_text;

static hyp_status failed(const char *name)
{
    return hyp_h5_fail(HYP_EIO, "cannot write '%s'", name);
}

hyp_status hyp_dataset_create(hid_t group, const char *name, hid_t type,
                              int dims, const hsize_t *shape,
                              const hsize_t *chunk, hid_t *dataset)
{
    const hid_t space = H5Screate_simple(dims, shape, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hyp_status st = HYP_OK;

    H5Pset_obj_track_times(creation, false); /* equal bytes on any day */
    if (chunk != NULL) {
        H5Pset_chunk(creation, dims, chunk);
        H5Pset_deflate(creation, DEFLATE_LEVEL);
    }
    *dataset = hyp_fault() ? H5I_INVALID_HID
                           : H5Dcreate2(group, name, type, space, H5P_DEFAULT,
                                        creation, H5P_DEFAULT);
    if (*dataset < 0)
        st = failed(name);
    H5Pclose(creation);
    H5Sclose(space);
    return st;
}

hyp_status hyp_group_create(hid_t parent, const char *path, hid_t *group)
{
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hyp_status st = HYP_OK;

    H5Pset_create_intermediate_group(links, 1);
    *group = hyp_fault()
                 ? H5I_INVALID_HID
                 : H5Gcreate2(parent, path, links, H5P_DEFAULT, H5P_DEFAULT);
    if (*group < 0)
        st = failed(path);
    H5Pclose(links);
    return st;
}

static hid_t text_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* One number or text, or count of them, beside or instead of a dataset. */
static hyp_status write_attribute(hid_t object, const char *name,
                                  hid_t file_type, hid_t memory_type,
                                  hsize_t count, const void *value)
{
    const hid_t space =
        count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    const hid_t attribute =
        H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    hyp_status st = HYP_OK;

    if (attribute < 0 || H5Awrite(attribute, memory_type, value) < 0)
        st = failed(name);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return st;
}

hyp_status hyp_text_attribute(hid_t object, const char *name, const char *text)
{
    const hid_t type = text_type();
    const hyp_status st = write_attribute(object, name, type, type, 1, &text);

    H5Tclose(type);
    return st;
}

static hyp_status double_attribute(hid_t object, const char *name,
                                   hsize_t count, const double *value)
{
    return write_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                           count, value);
}

static hyp_status int_attribute(hid_t object, const char *name, hsize_t count,
                                const int *value)
{
    return write_attribute(object, name, H5T_STD_I32LE, H5T_NATIVE_INT, count,
                           value);
}

/* A dataset of one value, or of count values in one dimension. */
static hyp_status write_values(hid_t group, const char *name, hid_t file_type,
                               hid_t memory_type, hsize_t count,
                               const void *value, hid_t *dataset)
{
    hyp_status st = hyp_dataset_create(group, name, file_type, count > 0,
                                       &count, NULL, dataset);

    if (st == HYP_OK && H5Dwrite(*dataset, memory_type, H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, value) < 0)
        st = failed(name);
    return st;
}

static hyp_status write_scalar(hid_t group, const char *name, hid_t file_type,
                               hid_t memory_type, const void *value)
{
    hid_t dataset;
    const hyp_status st =
        write_values(group, name, file_type, memory_type, 0, value, &dataset);

    if (dataset >= 0)
        H5Dclose(dataset);
    return st;
}

hyp_status hyp_text_write(hid_t group, const char *name, const char *text)
{
    const hid_t type = text_type();
    const hyp_status st = write_scalar(group, name, type, type, &text);

    H5Tclose(type);
    return st;
}

static hyp_status describe_cube(hid_t cube, const hyp_synth *synth)
{
    static const named_text texts[] = {
        { "Cloud_conditions", "For cloud conditions information see Weather "
                              "Quality Index dataset." },
        { "Cloud_type", "Cloud type may have been selected from multiple "
                        "flight trajectories." },
        { "Description", "Atmospherically corrected reflectance." },
        { "Dimension_Labels", "Line, Sample, Wavelength" },
        { "Interleave", "BSQ" },
        { "Units", "Unitless." },
    };
    const int shape[3] = { (int)synth->rows, (int)synth->cols, synth->bands };
    const int range[2] = { 0, 10000 };
    const double nodata = HYP_SCENERY_NODATA, scale = 10000;
    const double pixel[2] = { 1, 1 };
    const double extent[4] = { synth->west, synth->west + (double)synth->cols,
                               synth->north - (double)synth->rows,
                               synth->north };
    hyp_status st;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        HYP_TRY(hyp_text_attribute(cube, texts[i].name, texts[i].text));
    HYP_TRY(double_attribute(cube, "Data_Ignore_Value", 1, &nodata));
    HYP_TRY(double_attribute(cube, "Scale_Factor", 1, &scale));
    HYP_TRY(int_attribute(cube, "Dimensions", 3, shape));
    HYP_TRY(double_attribute(cube, "Spatial_Extent_meters", 4, extent));
    HYP_TRY(double_attribute(cube, "Spatial_Resolution_X_Y", 2, pixel));
    HYP_TRY(int_attribute(cube, "Units_Valid_range", 2, range));
out:
    return st;
}

static void format_map_info(const hyp_synth *synth, char *text)
{
    if (synth->layout == HYP_LAYOUT_BANDS)
        snprintf(text, TEXT,
                 "UTM,  1.000,  1.000,  %.3f,  %.3f,  1.000000e+00,  "
                 "1.000000e+00,  %d,  North,  WGS-84,  units=Meters, 0",
                 synth->west, synth->north, synth->utm_zone);
    else
        snprintf(text, TEXT,
                 "UTM,  1.000,  1.000,       %.2f,       %.1f,       "
                 "1.0000000,       1.0000000,  %d,  North,  WGS-84,  "
                 "units=Meters, 0",
                 synth->west, synth->north, synth->utm_zone);
}

/* ESRI's well-known text of a northern UTM zone. */
static void format_wkt(const hyp_synth *synth, char *text)
{
    snprintf(text, TEXT,
             "PROJCS[\"WGS_1984_UTM_Zone_%dN\",GEOGCS[\"GCS_WGS_1984\","
             "DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,"
             "298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\","
             "0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],"
             "PARAMETER[\"False_Easting\",500000.0],"
             "PARAMETER[\"False_Northing\",0.0],"
             "PARAMETER[\"Central_Meridian\",%d.0],"
             "PARAMETER[\"Scale_Factor\",0.9996],"
             "PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]",
             synth->utm_zone, 6 * synth->utm_zone - 183);
}

static hyp_status locate(hid_t metadata, const hyp_synth *synth)
{
    char text[TEXT];
    hid_t group = H5I_INVALID_HID;
    hyp_status st;

    HYP_TRY(hyp_group_create(metadata, "Coordinate_System", &group));
    format_map_info(synth, text);
    HYP_TRY(hyp_text_write(group, "Map_Info", text));
    snprintf(text, TEXT, "%d", 32600 + synth->utm_zone);
    HYP_TRY(hyp_text_write(group, "EPSG Code", text));
    snprintf(text, TEXT,
             "+proj=UTM +zone=%d +ellps=WGS84 +datum=WGS84 +units=m +no_defs",
             synth->utm_zone);
    HYP_TRY(hyp_text_write(group, "Proj4", text));
    format_wkt(synth, text);
    HYP_TRY(hyp_text_write(group, "Coordinate_System_String", text));
out:
    if (group >= 0)
        H5Gclose(group);
    return st;
}

/* Numbers in nanometres, one a band, with what they are. */
static hyp_status write_spectral(hid_t group, const hyp_synth *synth,
                                 const char *name, const char *description,
                                 const double *value)
{
    const bool wide = synth->layout == HYP_LAYOUT_BANDS;
    hid_t dataset = H5I_INVALID_HID;
    hyp_status st;

    HYP_TRY(write_values(group, name, wide ? H5T_IEEE_F64LE : H5T_IEEE_F32LE,
                         H5T_NATIVE_DOUBLE, (hsize_t)synth->bands, value,
                         &dataset));
    HYP_TRY(hyp_text_attribute(dataset, "Units", "nanometers"));
    HYP_TRY(hyp_text_attribute(dataset, "Description", description));
out:
    if (dataset >= 0)
        H5Dclose(dataset);
    return st;
}

static hyp_status describe_bands(hid_t metadata, const hyp_synth *synth,
                                 const double *wavelength)
{
    double width[4096];
    hid_t group = H5I_INVALID_HID;
    hyp_status st;

    for (int b = 0; b < synth->bands; b++)
        width[b] = 5.7 + 0.0001 * (wavelength[b] - wavelength[0]);
    HYP_TRY(hyp_group_create(metadata, "Spectral_Data", &group));
    HYP_TRY(write_spectral(group, synth, "Wavelength",
                           "Central wavelength of the reflectance bands.",
                           wavelength));
    HYP_TRY(write_spectral(group, synth, "FWHM",
                           "Full width half maximum of the reflectance bands.",
                           width));
out:
    if (group >= 0)
        H5Gclose(group);
    return st;
}

/* What the processing of one flightline left behind. */
static hyp_status write_log(hid_t metadata, const char *path, bool brdf)
{
    static const named_text texts[] = {
        { "ATCOR_Input_file", "Synthetic scene: there is no input file." },
        { "ATCOR_Processing_Log", "Synthetic scene: ATCOR did not run." },
        { "Shadow_Processing_Log", "Synthetic scene: modelled shadow." },
        { "Skyview_Processing_Log", "Synthetic scene: modelled sky view." },
        { "BRDF_COEFFS_JSON_for_Hytools", "{}" },
        { "BRDF_Config_JSON_for_Hytools",
          "{\"bad_bands\": [[300, 400], [1337, 1430], [1800, 1960], "
          "[2450, 2600]]}" },
    };
    const float zenith = 35, azimuth = 150;
    hid_t group = H5I_INVALID_HID;
    hyp_status st;

    HYP_TRY(hyp_group_create(metadata, path, &group));
    for (int i = 0; i < (brdf ? 6 : 4); i++)
        HYP_TRY(hyp_text_write(group, texts[i].name, texts[i].text));
    HYP_TRY(write_scalar(group, "Solar_Zenith_Angle", H5T_IEEE_F32LE,
                         H5T_NATIVE_FLOAT, &zenith));
    HYP_TRY(write_scalar(group, "Solar_Azimuth_Angle", H5T_IEEE_F32LE,
                         H5T_NATIVE_FLOAT, &azimuth));
out:
    if (group >= 0)
        H5Gclose(group);
    return st;
}

hyp_status hyp_tile_metadata_write(hid_t reflectance, hid_t cube,
                                   const hyp_synth *synth,
                                   const double *wavelength)
{
    const int first[2] = { 1340, 1445 }, second[2] = { 1790, 1955 };
    const bool late = synth->layout == HYP_LAYOUT_BANDS;
    hid_t metadata = H5I_INVALID_HID, flight = H5I_INVALID_HID;
    hyp_status st;

    HYP_TRY(int_attribute(reflectance, "Band_Window_1_Nanometers", 2, first));
    HYP_TRY(int_attribute(reflectance, "Band_Window_2_Nanometers", 2, second));
    HYP_TRY(describe_cube(cube, synth));
    HYP_TRY(hyp_group_create(reflectance, "Metadata", &metadata));
    HYP_TRY(locate(metadata, synth));
    HYP_TRY(describe_bands(metadata, synth, wavelength));
    HYP_TRY(write_log(metadata, late ? "Logs/L003-1_20250612" : "Logs/150649",
                      late));
    HYP_TRY(write_log(metadata, late ? "Logs/L004-1_20250612" : "Logs/151513",
                      late));
    if (!late)
        HYP_TRY(hyp_group_create(metadata, "Flight_Trajectory", &flight));
out:
    if (flight >= 0)
        H5Gclose(flight);
    if (metadata >= 0)
        H5Gclose(metadata);
    return st;
}
