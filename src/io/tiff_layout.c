/*
 * tiff_layout.c - let libtiff and libgeotiff lay out a file without writing it
 */
#include "io/tiff_layout.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/version.h"

#include <geotiffio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <xtiffio.h>

#define TAG_GDAL_METADATA 42112
#define TAG_GDAL_NODATA   42113

/* A classic TIFF addresses 4 GiB.  What the directory may take of that: the
   strip tables, and much more than its tags and texts need. */
#define CLASSIC_BYTES (INT64_C(4) << 30)
#define TABLE_BYTES   16 /* a strip */
#define TAGS_BYTES    (INT64_C(64) << 20)

/* What libtiff writes to. */
typedef struct client {
    hyp_tiff_layout *layout;
    int64_t position;
    bool locating;   /* data is coming: note where, drop it            */
    int64_t located; /* where the latest data went                     */
    hyp_status st;   /* of making room                                 */
    char said[200];  /* by libtiff, last                               */
} client;

static hyp_status reserve(hyp_tiff_layout *layout, size_t bytes)
{
    unsigned char *larger;
    hyp_status st = HYP_OK;

    if (bytes <= layout->tail_room)
        return HYP_OK;
    HYP_TRY(hyp_alloc(&larger, 2 * bytes));
    if (layout->tail_bytes > 0)
        memcpy(larger, layout->tail, layout->tail_bytes);
    free(layout->tail);
    layout->tail = larger;
    layout->tail_room = 2 * bytes;
out:
    return st;
}

static hyp_status keep(client *file, const void *data, size_t bytes)
{
    hyp_tiff_layout *layout = file->layout;
    hyp_status st = HYP_OK;
    size_t at;

    if (file->position + (int64_t)bytes <= (int64_t)layout->head_bytes) {
        memcpy(layout->head + file->position, data, bytes);
        return HYP_OK;
    }
    if (file->position < layout->tail_at)
        return hyp_fail(HYP_EINTERNAL, "libtiff wrote between the strips");
    at = (size_t)(file->position - layout->tail_at);
    HYP_TRY(reserve(layout, at + bytes));
    memcpy(layout->tail + at, data, bytes);
    if (at + bytes > layout->tail_bytes)
        layout->tail_bytes = at + bytes;
out:
    return st;
}

static tmsize_t write_client(thandle_t handle, void *data, tmsize_t bytes)
{
    client *file = handle;

    if (file->locating)
        file->located = file->position;
    else if (file->st == HYP_OK)
        file->st = keep(file, data, (size_t)bytes);
    if (file->st != HYP_OK)
        return -1;
    file->position += bytes;
    if (file->position > file->layout->bytes)
        file->layout->bytes = file->position;
    return bytes;
}

/* A file of one directory is never read back. */
static tmsize_t read_client(thandle_t handle, void *data, tmsize_t bytes)
{
    (void)handle;
    (void)data;
    (void)bytes;
    return -1;
}

static toff_t seek_client(thandle_t handle, toff_t offset, int whence)
{
    client *file = handle;

    if (whence == SEEK_SET)
        file->position = (int64_t)offset;
    else if (whence == SEEK_CUR)
        file->position += (int64_t)offset;
    else
        file->position = file->layout->bytes + (int64_t)offset;
    return (toff_t)file->position;
}

static int close_client(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_client(thandle_t handle)
{
    return (toff_t)((client *)handle)->layout->bytes;
}

static void HYP_PRINTF(3, 0) note_error(thandle_t handle, const char *module,
                                        const char *fmt, va_list args)
{
    client *file = handle;

    (void)module;
    if (file != NULL)
        vsnprintf(file->said, sizeof file->said, fmt, args);
}

/* Escaped twice, as GDAL writes it and expects it. */
static void put_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&': fputs("&amp;amp;", out); break;
        case '<': fputs("&amp;lt;", out); break;
        case '>': fputs("&amp;gt;", out); break;
        case '"': fputs("&amp;quot;", out); break;
        default: fputc(*text, out);
        }
}

/* Band names, as GDAL reads them; the caller frees *xml. */
static hyp_status describe_bands(const hyp_raster *raster, char **xml)
{
    size_t bytes;
    FILE *out = hyp_fault() ? NULL : open_memstream(xml, &bytes);

    if (out == NULL)
        return hyp_fail(HYP_ENOMEM, "cannot allocate the band names");
    fputs("<GDALMetadata>\n", out);
    for (int b = 0; b < raster->bands; b++) {
        fprintf(out,
                "  <Item name=\"DESCRIPTION\" sample=\"%d\" "
                "role=\"description\">",
                b);
        put_escaped(out, raster->band_names[b]);
        fputs("</Item>\n", out);
    }
    fputs("</GDALMetadata>\n", out);
    if (fclose(out) != 0)
        return hyp_fail(HYP_ENOMEM, "cannot allocate the band names");
    return HYP_OK;
}

static bool set_shape(TIFF *tiff, const hyp_raster *raster,
                      const hyp_tiff_strips *strips)
{
    static const uint16_t format[] = {
        [HYP_SAMPLE_UINT8] = SAMPLEFORMAT_UINT,
        [HYP_SAMPLE_UINT16] = SAMPLEFORMAT_UINT,
        [HYP_SAMPLE_FLOAT32] = SAMPLEFORMAT_IEEEFP,
    };
    const int bits = 8 * (int)hyp_raster_sample_bytes(raster->sample);
    const int compression =
        strips->deflate ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE;

    return TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)raster->cols) &&
           TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)raster->rows) &&
           TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, (uint32_t)strips->height) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, raster->bands) &&
           TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format[raster->sample]) &&
           TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
           TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression) &&
           TIFFSetField(tiff, TIFFTAG_SOFTWARE, "hyperslab " HYP_VERSION);
}

static bool set_palette(TIFF *tiff, const hyp_raster *raster)
{
    uint16_t rgb[3][256] = { { 0 } };

    if (raster->palette == NULL || raster->sample != HYP_SAMPLE_UINT8)
        return TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    for (int value = 0; value < raster->colours && value < 256; value++)
        for (int i = 0; i < 3; i++)
            rgb[i][value] = (uint16_t)(raster->palette[value][i] * 257);
    return TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_PALETTE) &&
           TIFFSetField(tiff, TIFFTAG_COLORMAP, rgb[0], rgb[1], rgb[2]);
}

/* TIFF's colour models have one sample; the others must be declared. */
static bool set_bands(TIFF *tiff, const hyp_raster *raster, const char *xml)
{
    static const uint16_t unspecified[UINT16_MAX]; /* = 0 */
    static const TIFFFieldInfo gdal[] = {
        { TAG_GDAL_METADATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0,
          (char *)"GDALMetadata" },
        { TAG_GDAL_NODATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0,
          (char *)"GDALNoDataValue" },
    };

    return TIFFMergeFieldInfo(tiff, gdal, 2) == 0 &&
           (raster->bands == 1 ||
            TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, raster->bands - 1,
                         unspecified)) &&
           TIFFSetField(tiff, TAG_GDAL_METADATA, xml) &&
           (raster->nodata == NULL ||
            TIFFSetField(tiff, TAG_GDAL_NODATA, raster->nodata));
}

static bool set_georef(TIFF *tiff, const hyp_georef *georef)
{
    const double scale[3] = { georef->pixel_x, georef->pixel_y, 0 };
    const double tie[6] = { 0, 0, 0, georef->west, georef->north, 0 };
    GTIF *keys;
    bool ok;

    if (!hyp_georef_is_known(georef))
        return true;
    ok = TIFFSetField(tiff, TIFFTAG_GEOPIXELSCALE, 3, scale) &&
         TIFFSetField(tiff, TIFFTAG_GEOTIEPOINTS, 6, tie);
    if (!ok || georef->epsg <= 0)
        return ok;
    keys = GTIFNew(tiff);
    if (keys == NULL)
        return false;
    ok = GTIFKeySet(keys, GTModelTypeGeoKey, TYPE_SHORT, 1,
                    ModelTypeProjected) &&
         GTIFKeySet(keys, GTRasterTypeGeoKey, TYPE_SHORT, 1,
                    RasterPixelIsArea) &&
         GTIFKeySet(keys, ProjectedCSTypeGeoKey, TYPE_SHORT, 1, georef->epsg) &&
         GTIFWriteKeys(keys);
    GTIFFree(keys);
    return ok;
}

/* libtiff is shown as many bytes as a strip has, though it looks at none. */
static bool locate_strips(TIFF *tiff, client *file,
                          const hyp_tiff_strips *strips, unsigned char *blank,
                          int64_t *offset)
{
    bool ok = true;

    file->locating = true;
    for (int64_t s = 0; ok && s < strips->count; s++) {
        ok = TIFFWriteRawStrip(tiff, (uint32_t)s, blank,
                               (tmsize_t)strips->size[s]) >= 0;
        offset[s] = file->located;
    }
    file->locating = false;
    file->layout->tail_at = file->layout->bytes;
    return ok;
}

static int64_t largest(const hyp_tiff_strips *strips)
{
    int64_t most = 0;

    for (int64_t s = 0; s < strips->count; s++)
        if (strips->size[s] > most)
            most = strips->size[s];
    return most;
}

static bool is_big(const hyp_tiff_strips *strips)
{
    int64_t bytes = TAGS_BYTES + TABLE_BYTES * strips->count;

    for (int64_t s = 0; s < strips->count; s++)
        bytes += strips->size[s];
    return bytes >= CLASSIC_BYTES;
}

/* With libtiff's handlers already set. */
static hyp_status lay_out(client *file, const hyp_raster *raster,
                          const hyp_tiff_strips *strips, int64_t *offset)
{
    const bool big = is_big(strips);
    unsigned char *blank = NULL;
    char *xml = NULL;
    TIFF *tiff = NULL;
    hyp_status st;
    bool ok;

    file->layout->head_bytes = big ? 16 : 8;
    HYP_TRY(hyp_alloc(&blank, (size_t)largest(strips)));
    HYP_TRY(describe_bands(raster, &xml));
    if (!hyp_fault())
        tiff = XTIFFClientOpen("layout", big ? "w8" : "w", file, read_client,
                               write_client, seek_client, close_client,
                               size_client, NULL, NULL);
    ok = tiff != NULL && set_shape(tiff, raster, strips) &&
         set_palette(tiff, raster) && set_bands(tiff, raster, xml) &&
         set_georef(tiff, &raster->georef) &&
         locate_strips(tiff, file, strips, blank, offset) &&
         TIFFWriteDirectory(tiff);
    st = file->st; /* the cause, if libtiff only passed on our own failure */
    if (!ok && st == HYP_OK)
        st = hyp_fail(HYP_EINTERNAL, "libtiff: %s", file->said);
out:
    if (tiff != NULL)
        XTIFFClose(tiff);
    free(xml);
    free(blank);
    return st;
}

hyp_status hyp_tiff_layout_init(hyp_tiff_layout *layout,
                                const hyp_raster *raster,
                                const hyp_tiff_strips *strips, int64_t *offset)
{
    TIFFErrorHandler error = TIFFSetErrorHandler(NULL);
    TIFFErrorHandler warning = TIFFSetWarningHandler(NULL);
    TIFFErrorHandlerExt error_ext = TIFFSetErrorHandlerExt(note_error);
    client file = { .layout = layout, .said = "no reason given" };
    hyp_status st;

    *layout = (hyp_tiff_layout){ 0 };
    st = lay_out(&file, raster, strips, offset);
    TIFFSetErrorHandlerExt(error_ext);
    TIFFSetWarningHandler(warning);
    TIFFSetErrorHandler(error);
    if (st != HYP_OK)
        hyp_tiff_layout_release(layout);
    return st;
}

void hyp_tiff_layout_release(hyp_tiff_layout *layout)
{
    free(layout->tail);
    *layout = (hyp_tiff_layout){ 0 };
}
