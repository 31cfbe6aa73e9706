/*
 * envi.c - rasters and spectra as ENVI keeps them: plain samples, and a header
 */
#include "io/envi.h"

#include "core/palette.h"
#include "io/crs.h"
#include "io/disk.h"
#include "io/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ENVI's numbers for the types of samples. */
enum { ENVI_UINT8 = 1, ENVI_FLOAT32 = 4, ENVI_FLOAT64 = 5, ENVI_UINT16 = 12 };

static const int sample_type[] = { [HYP_SAMPLE_UINT8] = ENVI_UINT8,
                                   [HYP_SAMPLE_UINT16] = ENVI_UINT16,
                                   [HYP_SAMPLE_FLOAT32] = ENVI_FLOAT32 };

static const union {
    uint16_t number;
    char first_byte;
} order = { .number = 1 };

/* What every header begins with. */
typedef struct head {
    const char *description, *file_type, *interleave;
    int64_t samples, lines;
    int bands, data_type;
} head;

static void put_head(FILE *out, const head *h)
{
    fprintf(out,
            "ENVI\n"
            "description = {%s}\n"
            "samples = %" PRId64 "\n"
            "lines = %" PRId64 "\n"
            "bands = %d\n"
            "header offset = 0\n"
            "file type = %s\n"
            "data type = %d\n"
            "interleave = %s\n"
            "byte order = %d\n",
            h->description, h->samples, h->lines, h->bands, h->file_type,
            h->data_type, h->interleave, order.first_byte ? 0 : 1);
}

static const char *between(int i, int count)
{
    return i + 1 < count ? ",\n " : "}\n";
}

static void put_texts(FILE *out, const char *key, const char *const *text,
                      int count)
{
    fprintf(out, "%s = {\n ", key);
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%s", text[i], between(i, count));
}

static void put_numbers(FILE *out, const char *key, const double *value,
                        int count)
{
    fprintf(out, "%s = {\n ", key);
    for (int i = 0; i < count; i++)
        fprintf(out, "%.17g%s", value[i], between(i, count));
}

/* fwhm: or NULL */
static void put_bands(FILE *out, const double *wavelength, const double *fwhm,
                      int bands)
{
    fputs("wavelength units = Nanometers\n", out);
    put_numbers(out, "wavelength", wavelength, bands);
    if (fwhm != NULL)
        put_numbers(out, "fwhm", fwhm, bands);
}

static void put_classes(FILE *out, int classes)
{
    char name[20];
    uint8_t rgb[3];

    fprintf(out, "classes = %d\nclass lookup = {\n ", classes + 1);
    for (int j = 0; j <= classes; j++) {
        hyp_palette_colour(j, rgb);
        fprintf(out, "%d, %d, %d%s", rgb[0], rgb[1], rgb[2],
                between(j, classes + 1));
    }
    fputs("class names = {\n ", out);
    for (int j = 0; j <= classes; j++) {
        hyp_palette_name(j, name, sizeof name);
        fprintf(out, "%s%s", name, between(j, classes + 1));
    }
}

/* WGS 84 / UTM has names of its own; other systems are known by their text. */
static void put_map_info(FILE *out, const hyp_georef *g)
{
    const int zone = g->epsg % 100;
    const bool north = g->epsg / 100 == 326, south = g->epsg / 100 == 327;
    const bool utm = (north || south) && zone >= 1 && zone <= 60;

    fprintf(out, "map info = {%s, 1, 1, %.17g, %.17g, %.17g, %.17g",
            utm ? "UTM" : "Arbitrary", g->west, g->north, g->pixel_x,
            g->pixel_y);
    if (utm)
        fprintf(out, ", %d, %s, WGS-84", zone, north ? "North" : "South");
    fputs(", units=Meters}\n", out);
}

static hyp_status put_place(FILE *out, const hyp_georef *g)
{
    hyp_status st;
    char *wkt;

    if (!hyp_georef_is_known(g))
        return HYP_OK;
    put_map_info(out, g);
    if (g->epsg == 0)
        return HYP_OK;
    st = hyp_crs_wkt(g->epsg, HYP_WKT_ESRI, &wkt);
    if (st != HYP_OK)
        return st;
    fprintf(out, "coordinate system string = {%s}\n", wkt);
    free(wkt);
    return st;
}

static hyp_status put_raster(FILE *out, const hyp_copy *copy,
                             const hyp_raster *raster)
{
    const hyp_envi *envi = copy->context;
    const head h = {
        .description = envi->description,
        .file_type =
            envi->classes > 0 ? "ENVI Classification" : "ENVI Standard",
        .interleave = copy->order == HYP_ORDER_LINES ? "bil" : "bsq",
        .samples = raster->cols,
        .lines = raster->rows,
        .bands = raster->bands,
        .data_type = sample_type[raster->sample],
    };

    put_head(out, &h);
    put_texts(out, "band names", raster->band_names, raster->bands);
    fprintf(out, "data ignore value = %s\n", raster->nodata);
    if (envi->classes > 0)
        put_classes(out, envi->classes);
    if (envi->wavelength != NULL)
        put_bands(out, envi->wavelength, envi->fwhm, raster->bands);
    return put_place(out, &raster->georef);
}

static hyp_status write_header(const hyp_copy *copy, const hyp_raster *raster)
{
    hyp_status st, closed;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, copy->header));
    st = put_raster(out, copy, raster);
    closed = hyp_text_close(out, copy->header);
    if (st == HYP_OK)
        st = closed;
out:
    return st;
}

hyp_status hyp_envi_lay_out(const hyp_copy *copy, const hyp_raster *raster,
                            hyp_copy_place *place)
{
    hyp_status st;
    int fd;

    place->at = 0;
    place->bytes = raster->rows * raster->cols * raster->bands *
                   (int64_t)hyp_raster_sample_bytes(raster->sample);
    HYP_TRY(hyp_disk_create(copy->path, place->bytes, &fd));
    HYP_TRY(hyp_disk_close(fd, HYP_OK));
    st = write_header(copy, raster);
out:
    return st;
}

static hyp_status write_library_header(const char *path,
                                       const hyp_envi_library *library)
{
    const head h = { .description = "mean spectra of classes, reflectance",
                     .file_type = "ENVI Spectral Library",
                     .interleave = "bsq",
                     .samples = library->bands,
                     .lines = library->spectra,
                     .bands = 1,
                     .data_type = ENVI_FLOAT64 };
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    put_head(out, &h);
    fputs("z plot titles = {Wavelength (nm), Reflectance}\n", out);
    put_texts(out, "spectra names", library->name, library->spectra);
    put_bands(out, library->wavelength, library->fwhm, library->bands);
    st = hyp_text_close(out, path);
out:
    return st;
}

hyp_status hyp_envi_write_library(const char *path, const char *header,
                                  const hyp_envi_library *library)
{
    const size_t count = (size_t)library->spectra * (size_t)library->bands;
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    fwrite(library->value, sizeof *library->value, count, out);
    HYP_TRY(hyp_text_close(out, path));
    st = write_library_header(header, library);
out:
    return st;
}
