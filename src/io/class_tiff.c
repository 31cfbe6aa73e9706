/*
 * class_tiff.c - class maps that are TIFFs of one band
 *
 * Strips and rows of tiles are decoded one at a time, each once if the rows are
 * read in order.
 */
#include "io/class_format.h"

#include "base/fault.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <geotiffio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>
#include <xtiffio.h>

#define TAG_GDAL_NODATA 42113
#define CODE_OF_USER    32767 /* GeoTIFF's word for "no EPSG code" */

typedef struct reader {
    int fd;
    off_t position;
    TIFF *tiff;
    hyp_integers kind;
    bool tiled;
    int64_t height;       /* rows of a strip, or of a tile                   */
    int64_t width;        /* columns of a tile                               */
    int64_t loaded;       /* which strip, or row of tiles, is in block; or -1 */
    unsigned char *block; /* [height][cols] samples; owned                   */
    unsigned char *tile;  /* [height][width] samples; owned                  */
    int failed;           /* errno of a read, which libtiff may pass over    */
    char said[200];       /* by libtiff, last                                */
} reader;

/* libtiff's handlers, which are those of the process. */
typedef struct handlers {
    TIFFErrorHandler error, warning;
    TIFFErrorHandlerExt error_ext;
} handlers;

static void HYP_PRINTF(3, 0) note_error(thandle_t handle, const char *module,
                                        const char *fmt, va_list args)
{
    reader *r = handle;

    (void)module;
    if (r != NULL)
        vsnprintf(r->said, sizeof r->said, fmt, args);
}

static handlers listen(void)
{
    handlers before = { .error = TIFFSetErrorHandler(NULL),
                        .warning = TIFFSetWarningHandler(NULL),
                        .error_ext = TIFFSetErrorHandlerExt(note_error) };

    return before;
}

static void stop(const handlers *before)
{
    TIFFSetErrorHandlerExt(before->error_ext);
    TIFFSetWarningHandler(before->warning);
    TIFFSetErrorHandler(before->error);
}

static tmsize_t read_client(thandle_t handle, void *data, tmsize_t bytes)
{
    reader *r = handle;
    const ssize_t got = hyp_fault()
                            ? (errno = EIO, -1)
                            : pread(r->fd, data, (size_t)bytes, r->position);

    if (got > 0)
        r->position += got;
    if (got < 0)
        r->failed = errno;
    return got > 0 ? got : 0; /* libtiff 4.5 writes before a buffer for -1 */
}

static tmsize_t write_client(thandle_t handle, void *data, tmsize_t bytes)
{
    (void)handle;
    (void)data;
    (void)bytes;
    return -1;
}

static toff_t size_client(thandle_t handle)
{
    struct stat about;

    return fstat(((reader *)handle)->fd, &about) == 0 ? (toff_t)about.st_size
                                                      : 0;
}

static toff_t seek_client(thandle_t handle, toff_t offset, int whence)
{
    reader *r = handle;

    if (whence == SEEK_SET)
        r->position = (off_t)offset;
    else if (whence == SEEK_CUR)
        r->position += (off_t)offset;
    else
        r->position = (off_t)(size_client(handle) + offset);
    return (toff_t)r->position;
}

static int close_client(thandle_t handle)
{
    (void)handle;
    return 0;
}

static bool is_tiff(const char *path, const unsigned char *first, size_t bytes)
{
    (void)path;
    return bytes >= 4 &&
           (memcmp(first, "II*\0", 4) == 0 || memcmp(first, "MM\0*", 4) == 0 ||
            memcmp(first, "II+\0", 4) == 0 || memcmp(first, "MM\0+", 4) == 0);
}

/* GDAL keeps nodata as text; what is no whole number is no class either. */
static void read_nodata(hyp_class_map *map, TIFF *tiff)
{
    const TIFFField *field = TIFFFieldWithTag(tiff, TAG_GDAL_NODATA);
    const char *text = NULL;
    char copy[64], *end;
    uint32_t length = sizeof copy;
    double number;

    if (field == NULL ||
        !(TIFFFieldPassCount(field)
              ? TIFFGetField(tiff, TAG_GDAL_NODATA, &length, &text)
              : TIFFGetField(tiff, TAG_GDAL_NODATA, &text)))
        return;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    number = strtod(copy, &end);
    if (end == copy || !(number >= -0x1p62 && number <= 0x1p62) ||
        number != (double)(int64_t)number)
        return;
    map->has_nodata = true;
    map->nodata = (int64_t)number;
}

static int read_epsg(GTIF *keys)
{
    uint16_t code = 0;

    if (!GTIFKeyGet(keys, ProjectedCSTypeGeoKey, &code, 0, 1))
        GTIFKeyGet(keys, GeographicTypeGeoKey, &code, 0, 1);
    return code == CODE_OF_USER ? 0 : code;
}

/* A place that is told by one tie point and the size of a pixel. */
static void read_place(hyp_class_map *map, TIFF *tiff)
{
    uint16_t counts[2] = { 0 }, raster = RasterPixelIsArea;
    double *scale = NULL, *tie = NULL;
    hyp_georef *g = &map->georef;
    GTIF *keys;

    if (!TIFFGetField(tiff, TIFFTAG_GEOPIXELSCALE, &counts[0], &scale) ||
        !TIFFGetField(tiff, TIFFTAG_GEOTIEPOINTS, &counts[1], &tie) ||
        counts[0] < 2 || counts[1] != 6)
        return;
    *g = (hyp_georef){ .west = tie[3] - tie[0] * scale[0],
                       .north = tie[4] + tie[1] * scale[1],
                       .pixel_x = scale[0],
                       .pixel_y = scale[1] };
    keys = GTIFNew(tiff);
    if (keys == NULL)
        return;
    GTIFKeyGet(keys, GTRasterTypeGeoKey, &raster, 0, 1);
    if (raster == RasterPixelIsPoint) { /* the tie is a pixel's middle */
        g->west -= g->pixel_x / 2;
        g->north += g->pixel_y / 2;
    }
    g->epsg = read_epsg(keys);
    GTIFFree(keys);
}

static hyp_status read_kind(const hyp_class_map *map, reader *r)
{
    uint16_t bits = 1, format = SAMPLEFORMAT_UINT, bands = 1;

    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(r->tiff, TIFFTAG_SAMPLESPERPIXEL, &bands);
    if (bands != 1)
        return hyp_fail(HYP_EFORMAT, "'%s' has %d bands; a class map has one",
                        map->path, bands);
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_INT)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds no integers; a class map does: "
                        "gdal_translate -ot Int32",
                        map->path);
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds samples of %d bits, expected 8, 16, 32 or "
                        "64: gdal_translate -ot Byte",
                        map->path, bits);
    r->kind = (hyp_integers){ bits / 8, format == SAMPLEFORMAT_INT, false };
    return HYP_OK;
}

/* How the file is cut up, and room for a part of it. */
static hyp_status read_cut(const hyp_class_map *map, reader *r)
{
    const size_t bytes = (size_t)r->kind.bytes;
    uint32_t height = 0, width = 0;
    hyp_status st;

    r->tiled = TIFFIsTiled(r->tiff);
    if (r->tiled) {
        TIFFGetField(r->tiff, TIFFTAG_TILELENGTH, &height);
        TIFFGetField(r->tiff, TIFFTAG_TILEWIDTH, &width);
    } else {
        TIFFGetFieldDefaulted(r->tiff, TIFFTAG_ROWSPERSTRIP, &height);
        width = (uint32_t)map->cols;
    }
    r->height = !r->tiled && height > map->rows ? map->rows : height;
    r->width = width;
    r->loaded = -1;
    if (height < 1 || width < 1)
        return hyp_fail(HYP_EFORMAT, "'%s' has strips or tiles of no size",
                        map->path);
    HYP_TRY(
        hyp_alloc(&r->block, (size_t)r->height * (size_t)map->cols * bytes));
    if (r->tiled)
        HYP_TRY(
            hyp_alloc(&r->tile, (size_t)r->height * (size_t)r->width * bytes));
out:
    return st;
}

static hyp_status check_reads(const hyp_class_map *map, const reader *r)
{
    if (r->failed == 0)
        return HYP_OK;
    return hyp_fail(HYP_EIO, "cannot read '%s': %s", map->path,
                    strerror(r->failed));
}

static hyp_status read_header(hyp_class_map *map, reader *r)
{
    uint32_t rows = 0, cols = 0;
    hyp_status st;

    r->tiff =
        XTIFFClientOpen(map->path, "rm", r, read_client, write_client,
                        seek_client, close_client, size_client, NULL, NULL);
    HYP_TRY(check_reads(map, r));
    if (r->tiff == NULL)
        return hyp_fail(HYP_EFORMAT, "cannot read '%s': %s", map->path,
                        r->said);
    TIFFGetField(r->tiff, TIFFTAG_IMAGELENGTH, &rows);
    TIFFGetField(r->tiff, TIFFTAG_IMAGEWIDTH, &cols);
    map->rows = rows;
    map->cols = cols;
    HYP_TRY(read_kind(map, r));
    HYP_TRY(read_cut(map, r));
    read_nodata(map, r->tiff);
    read_place(map, r->tiff);
    st = check_reads(map, r);
out:
    return st;
}

static hyp_status open_tiff(hyp_class_map *map)
{
    handlers before;
    reader *r;
    hyp_status st = hyp_alloc(&r, 1);

    if (st != HYP_OK)
        return st;
    map->reader = r;
    snprintf(r->said, sizeof r->said, "no reason given");
    r->fd = open(map->path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0)
        return hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", map->path,
                        strerror(errno));
    before = listen();
    st = read_header(map, r);
    stop(&before);
    return st;
}

/* Decode a tile, and put it in its place among its row of tiles. */
static bool load_tile(const hyp_class_map *map, reader *r, int64_t row,
                      int64_t col)
{
    const int64_t left = map->cols - col;
    const size_t bytes = (size_t)r->kind.bytes;
    const size_t width = (size_t)(left < r->width ? left : r->width) * bytes;
    const tmsize_t size = (tmsize_t)(r->height * r->width) * r->kind.bytes;

    if (TIFFReadEncodedTile(
            r->tiff,
            TIFFComputeTile(r->tiff, (uint32_t)col, (uint32_t)row, 0, 0),
            r->tile, size) != size)
        return false;
    for (int64_t i = 0; i < r->height; i++)
        memcpy(r->block + (size_t)(i * map->cols + col) * bytes,
               r->tile + (size_t)(i * r->width) * bytes, width);
    return true;
}

/* Decode the strip, or the row of tiles, that begins at a row. */
static bool load(const hyp_class_map *map, reader *r, int64_t row)
{
    const int64_t left = map->rows - row;
    const int64_t rows = left < r->height ? left : r->height;
    const tmsize_t size = (tmsize_t)(rows * map->cols) * r->kind.bytes;

    if (!r->tiled)
        return TIFFReadEncodedStrip(r->tiff,
                                    TIFFComputeStrip(r->tiff, (uint32_t)row, 0),
                                    r->block, size) == size;
    for (int64_t col = 0; col < map->cols; col += r->width)
        if (!load_tile(map, r, row, col))
            return false;
    return true;
}

/* Have the part of the file that holds a row. */
static hyp_status see(const hyp_class_map *map, int64_t row)
{
    reader *r = map->reader;
    const int64_t wanted = row / r->height;
    handlers before;
    hyp_status st = HYP_OK;
    bool ok;

    if (r->loaded == wanted)
        return HYP_OK;
    r->loaded = -1;
    before = listen();
    ok = load(map, r, wanted * r->height);
    stop(&before);
    HYP_TRY(check_reads(map, r));
    if (!ok)
        return hyp_fail(HYP_EFORMAT, "cannot decode '%s' from row %lld on: %s",
                        map->path, (long long)(wanted * r->height + 1),
                        r->said);
    r->loaded = wanted;
out:
    return st;
}

static hyp_status read_tiff(hyp_class_map *map, int64_t row, int64_t rows,
                            int64_t *value)
{
    const reader *r = map->reader;
    hyp_status st = HYP_OK;

    for (int64_t i = 0; i < rows; i++) {
        const int64_t within = (row + i) % r->height;

        HYP_TRY(see(map, row + i));
        hyp_integers_widen(&r->kind,
                           r->block + within * map->cols * r->kind.bytes,
                           map->cols, value + i * map->cols);
    }
out:
    return st;
}

static void close_tiff(hyp_class_map *map)
{
    reader *r = map->reader;

    if (r == NULL)
        return;
    if (r->tiff)
        XTIFFClose(r->tiff);
    if (r->fd >= 0)
        close(r->fd);
    free(r->block);
    free(r->tile);
    free(r);
    map->reader = NULL;
}

const hyp_class_format hyp_class_tiff = { is_tiff, open_tiff, read_tiff,
                                          close_tiff };
