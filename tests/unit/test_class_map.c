/* ranks: 1 */
/*
 * test_class_map.c - integers of every kind are read as they were written, in
 * any order of the rows; files that are not class maps; no failure goes unseen
 */
#include "test.h"

#include "base/fault.h"
#include "io/class_map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

enum { ROWS = 19, COLS = 21, TILE = 16 };

static char folder[] = "/tmp/hyperslab-maps-XXXXXX";
static char path[64];

/* Kinds of integers, as NumPy names them, with ENVI's number. */
static const struct kind {
    const char *name;
    int bytes, envi;
    bool is_signed;
} kinds[] = { { "u1", 1, 1, false },  { "i1", 1, 0, true },
              { "u2", 2, 12, false }, { "i2", 2, 2, true },
              { "u4", 4, 13, false }, { "i4", 4, 3, true },
              { "u8", 8, 15, false }, { "i8", 8, 14, true } };

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Small numbers, and the ends of the range. */
static int64_t value_at(const struct kind *kind, int64_t place)
{
    const int bits = 8 * kind->bytes;
    const int64_t most = kind->is_signed || bits == 64
                             ? (int64_t)((UINT64_C(1) << (bits - 1)) - 1)
                             : (int64_t)((UINT64_C(1) << bits) - 1);

    if (place == 5)
        return most;
    if (place == 6)
        return kind->is_signed ? -most - 1 : 0;
    return place % 11;
}

static bool little_endian(void)
{
    const uint16_t one = 1;

    return *(const unsigned char *)&one == 1;
}

/* The bytes of a number, in the order asked for. */
static void put_number(FILE *out, int64_t number, int bytes, bool big)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)((uint64_t)number >> 8 * (big ? bytes - 1 - i : i) & 255),
              out);
}

static void put_numbers(FILE *out, const struct kind *kind, bool big)
{
    for (int64_t p = 0; p < ROWS * COLS; p++)
        put_number(out, value_at(kind, p), kind->bytes, big);
}

static FILE *create(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "wb");
}

/* Version 1 has two bytes for the length of the header, version 2 four. */
static void write_npy(const struct kind *kind, bool big, int version)
{
    FILE *out = create("map.npy");
    char header[128];
    const int length = snprintf(
        header, sizeof header,
        "{'descr': '%c%s', 'fortran_order': False, 'shape': (%d, %d), }\n",
        kind->bytes == 1 ? '|'
        : big            ? '>'
                         : '<',
        kind->name, ROWS, COLS);

    fwrite("\x93NUMPY", 1, 6, out);
    fputc(version, out);
    fputc(0, out);
    put_number(out, length, version == 1 ? 2 : 4, false);
    fputs(header, out);
    put_numbers(out, kind, big);
    fclose(out);
}

static void write_envi(const struct kind *kind, bool big)
{
    FILE *out = create("map.hdr");

    fprintf(out,
            "ENVI\ndescription = {\n  two lines,\n  samples = 5}\n"
            "Samples = %d\nlines   = %d\nbands = 1\nheader offset = 7\n"
            "data type = %d\ninterleave = bsq\nbyte order = %d\n"
            "data ignore value = 3\nclass names = { a , b }\n"
            "map info = {UTM, 1.5, 1.5, 368000.5, 4306999.5, 1.0, 1.0, 18, "
            "North, WGS-84, units=Meters}\n",
            COLS, ROWS, kind->envi, big);
    fclose(out);
    out = create("map.img");
    fputs("7 bytes", out);
    put_numbers(out, kind, big);
    fclose(out);
}

static void fill_strip(const struct kind *kind, int64_t row, void *out)
{
    unsigned char *at = out;

    for (int64_t p = row * COLS; p < (row + 1) * COLS; p++) {
        const int64_t number = value_at(kind, p);
        const int skip = little_endian() ? 0 : 8 - kind->bytes;

        memcpy(at, (const unsigned char *)&number + skip, (size_t)kind->bytes);
        at += kind->bytes;
    }
}

static TIFF *create_tiff(const struct kind *kind, const char *mode)
{
    TIFF *tiff;

    snprintf(path, sizeof path, "%s/map.tif", folder);
    tiff = TIFFOpen(path, mode);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, COLS);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, ROWS);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * kind->bytes);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
                 kind->is_signed ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    return tiff;
}

/* Mode "wl" or "wb": the order of the bytes. */
static void write_strips(const struct kind *kind, const char *mode, int height)
{
    TIFF *tiff = create_tiff(kind, mode);
    unsigned char row[8 * COLS];

    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, height);
    for (int r = 0; r < ROWS; r++) {
        fill_strip(kind, r, row);
        TIFFWriteScanline(tiff, row, (uint32_t)r, 0);
    }
    TIFFClose(tiff);
}

static void write_tiles(const struct kind *kind, const char *mode)
{
    TIFF *tiff = create_tiff(kind, mode);
    const size_t bytes = (size_t)kind->bytes;
    unsigned char row[8 * COLS], tile[8 * TILE * TILE];

    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, TILE);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, TILE);
    for (int top = 0; top < ROWS; top += TILE)
        for (int left = 0; left < COLS; left += TILE) {
            const int width = COLS - left < TILE ? COLS - left : TILE;

            memset(tile, 0, sizeof tile);
            for (int r = top; r < top + TILE && r < ROWS; r++) {
                fill_strip(kind, r, row);
                memcpy(tile + (size_t)(r - top) * TILE * bytes,
                       row + (size_t)left * bytes, (size_t)width * bytes);
            }
            TIFFWriteTile(tiff, tile, (uint32_t)left, (uint32_t)top, 0, 0);
        }
    TIFFClose(tiff);
}

/* All at once, and then row by row, backwards. */
static void check_values(const struct kind *kind)
{
    static int64_t value[ROWS * COLS], one[COLS];
    hyp_class_map map;

    CHECK(hyp_class_map_open(&map, path) == HYP_OK);
    CHECK(map.rows == ROWS && map.cols == COLS);
    if (map.rows == ROWS && map.cols == COLS) {
        CHECK(hyp_class_map_read(&map, 0, ROWS, value) == HYP_OK);
        for (int p = 0; p < ROWS * COLS; p++)
            CHECK(value[p] == value_at(kind, p));
        for (int row = ROWS - 1; row >= 0; row -= 3) {
            CHECK(hyp_class_map_read(&map, row, 1, one) == HYP_OK);
            CHECK(memcmp(one, value + row * COLS, sizeof one) == 0);
        }
    }
    hyp_class_map_close(&map);
    CHECK(map.reader == NULL);
}

static void test_numpy(void)
{
    for (int k = 0; k < KINDS; k++)
        for (int big = 0; big < 2; big++)
            for (int version = 1; version < 4; version++) {
                write_npy(&kinds[k], big, version);
                check_values(&kinds[k]);
            }
}

static void test_envi(void)
{
    static const char *const names[] = { "map.hdr", "map.img" };
    const hyp_georef place = { 368000, 4307000, 1, 1, 32618 };

    for (int k = 0; k < KINDS; k++)
        for (int i = 0; kinds[k].envi && i < 4; i++) {
            hyp_class_map map;

            write_envi(&kinds[k], i / 2);
            snprintf(path, sizeof path, "%s/%s", folder, names[i % 2]);
            check_values(&kinds[k]);
            CHECK(hyp_class_map_open(&map, path) == HYP_OK);
            CHECK(map.has_nodata && map.nodata == 3);
            CHECK(map.georef.west == place.west &&
                  map.georef.north == place.north && map.georef.epsg == 32618);
            hyp_class_map_close(&map);
        }
}

static void test_tiff(void)
{
    static const char *const modes[] = { "wl", "wb", "w8" };

    for (int k = 0; k < KINDS; k++)
        for (int m = 0; m < 3; m++) {
            write_tiles(&kinds[k], modes[m]);
            check_values(&kinds[k]);
            for (int height = 1; height <= 2 * ROWS; height += 6) {
                write_strips(&kinds[k], modes[m], height);
                check_values(&kinds[k]);
            }
        }
}

static void check_refused(hyp_status want, const char *words)
{
    hyp_class_map map;

    CHECK(hyp_class_map_open(&map, path) == want);
    CHECK(strstr(hyp_last_error()->text, folder) != NULL);
    CHECK(strstr(hyp_last_error()->text, words) != NULL);
    CHECK(map.reader == NULL);
}

static void write_text(const char *name, const char *text, size_t bytes)
{
    FILE *out = create(name);

    fwrite(text, 1, bytes, out);
    fclose(out);
}

/* A NumPy header around a description, without data. */
static void write_npy_of(const char *header)
{
    FILE *out = create("map.npy");

    fwrite("\x93NUMPY\x01", 1, 7, out);
    fputc(0, out);
    put_number(out, (int64_t)strlen(header), 2, false);
    fputs(header, out);
    fclose(out);
}

static void test_arrays_that_are_no_maps(void)
{
    write_npy_of("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }");
    check_refused(HYP_EFORMAT, "type '<f8'");
    write_npy_of("{'descr': '<i4', 'fortran_order': True, 'shape': (3, 4), }");
    check_refused(HYP_EFORMAT, "stored by columns");
    write_npy_of("{'descr': '<i4', 'fortran_order': False, 'shape': (12,), }");
    check_refused(HYP_EFORMAT, "shape (12,)");
    write_npy_of("{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4, 5), "
                 "}");
    check_refused(HYP_EFORMAT, "shape (3, 4, 5)");
    write_npy_of("{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }");
    check_refused(HYP_EFORMAT, "too few for 3 x 4");
    write_npy_of("{'descr': '<i4', 'fortran_order': False, 'shape': (0, 4), }");
    check_refused(HYP_EFORMAT, "no pixels");
    write_npy_of("{'descr': '|i1', 'fortran_order': False, "
                 "'shape': (-2, -3), }");
    check_refused(HYP_EFORMAT, "no pixels: -2 x -3");
    write_npy_of("{'descr': '<i4', 'fortran_order': False, "
                 "'shape': (4611686018427387904, 9), }");
    check_refused(HYP_EFORMAT, "too few");
    write_npy_of("[]");
    check_refused(HYP_EFORMAT, "type ");
    write_text("map.npy", "\x93NUMPY\x01\0\xff\x7f{'descr'", 18);
    check_refused(HYP_EFORMAT, "no header");
}

static void test_headers_that_are_no_maps(void)
{
    static const char start[] = "ENVI\nsamples = 2\nlines = 2\n";
    static const struct {
        const char *more, *words;
    } wrong[] = {
        { "data type = 4\n", "data type 4" },
        { "data type = 1\nbands = 3\n", "3 bands" },
        { "data type = 1\n", "too few for 2 x 2" },
        { "data type = 1\nheader offset = -2\n", "from byte -2 on" },
        { "", "data type 0" },
    };
    char text[200];

    write_text("other.img", "abc", 3);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "%s%s", start, wrong[i].more);
        write_text("other.hdr", text, strlen(text));
        check_refused(HYP_EFORMAT, wrong[i].words);
    }
    write_text("other.hdr", "ENVI\nsamples = 2\n", 17);
    check_refused(HYP_EFORMAT, "how many lines");
    write_text("alone.hdr", start, sizeof start - 1);
    check_refused(HYP_ENOINPUT, "no data beside the header");
    write_text("words.hdr", "samples = 2\n", 12);
    check_refused(HYP_EFORMAT, "is neither a TIFF");
}

static void test_tiffs_that_are_no_maps(void)
{
    const struct kind *byte = &kinds[0];
    TIFF *tiff = create_tiff(byte, "w");
    unsigned char row[8 * COLS] = { 0 };

    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFWriteScanline(tiff, row, 0, 0);
    TIFFClose(tiff);
    check_refused(HYP_EFORMAT, "no integers");

    tiff = create_tiff(byte, "w");
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFWriteScanline(tiff, row, 0, 0);
    TIFFClose(tiff);
    check_refused(HYP_EFORMAT, "3 bands");

    tiff = create_tiff(byte, "w");
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 4);
    TIFFWriteScanline(tiff, row, 0, 0);
    TIFFClose(tiff);
    check_refused(HYP_EFORMAT, "samples of 4 bits");

    write_text("map.tif", "II*\0\x08\0\0\0", 8);
    check_refused(HYP_EFORMAT, "cannot read");
}

/* The directory is whole, but the strips are not. */
static void test_broken_strips(void)
{
    static int64_t value[ROWS * COLS];
    hyp_class_map map;
    FILE *file;

    write_strips(&kinds[2], "wl", 4);
    file = fopen(path, "r+b");
    fseek(file, 8, SEEK_SET);
    for (int i = 0; i < 60; i++)
        fputc(0xff, file);
    fclose(file);
    CHECK(hyp_class_map_open(&map, path) == HYP_OK);
    CHECK(hyp_class_map_read(&map, 0, ROWS, value) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "from row 1 on: ") != NULL);
    hyp_class_map_close(&map);
}

static void test_other_files(void)
{
    write_text("map.vrt", "<VRTDataset rasterXSize=\"4\">", 28);
    check_refused(HYP_EFORMAT, "is a VRT");
    write_text("text", "1 2 3", 5);
    check_refused(HYP_EFORMAT, "is neither a TIFF");
    write_text("nothing", "", 0);
    check_refused(HYP_EFORMAT, "is neither a TIFF");
    unlink(path);
    check_refused(HYP_ENOINPUT, "No such file");
}

static void test_grids(void)
{
    hyp_class_map a = { .path = "a", .rows = 3, .cols = 4 }, b = a;

    b.path = "b";
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_OK);
    b.rows = 4;
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_EFORMAT);
    CHECK(
        strstr(hyp_last_error()->text, "'a' has 3 x 4 pixels, but 'b' has 4"));
    b.rows = 3;
    a.georef = (hyp_georef){ 500, 900, 1, 1, 32618 };
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_OK); /* b knows no place */
    b.georef = a.georef;
    b.georef.west += 1e-5;
    b.georef.epsg = 0;
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_OK);
    b.georef.epsg = 32617;
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_EFORMAT);
    b.georef = a.georef;
    b.georef.north += 0.5;
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_EFORMAT);
    b.georef = a.georef;
    b.georef.pixel_x = 1.01;
    CHECK(hyp_class_map_check_grid(&a, &b) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "gdalwarp") != NULL);
}

/* Every failure on the way to the values of the file at path. */
static void fail_each_step(long least)
{
    static int64_t value[ROWS * COLS];
    bool fired = true;

    for (long nth = 1; fired; nth++) {
        hyp_class_map map;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_class_map_open(&map, path);
        if (st == HYP_OK)
            st = hyp_class_map_read(&map, 0, ROWS, value);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        hyp_class_map_close(&map);
        CHECK((st != HYP_OK) == fired);
        CHECK(fired || nth > least);
    }
}

static void test_every_single_failure(void)
{
    write_npy(&kinds[3], false, 1);
    fail_each_step(ROWS); /* a read a row */
    write_envi(&kinds[3], false);
    fail_each_step(ROWS);
    write_strips(&kinds[3], "wl", 4);
    fail_each_step(5);
    write_tiles(&kinds[3], "wl");
    fail_each_step(5);
}

static void remove_all(void)
{
    static const char *const names[] = { "map.npy",   "map.hdr",   "map.img",
                                         "map.tif",   "other.img", "other.hdr",
                                         "alone.hdr", "words.hdr", "map.vrt",
                                         "text" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    CHECK(mkdtemp(folder) != NULL);
    RUN(test_numpy);
    RUN(test_envi);
    RUN(test_tiff);
    RUN(test_arrays_that_are_no_maps);
    RUN(test_headers_that_are_no_maps);
    RUN(test_tiffs_that_are_no_maps);
    RUN(test_broken_strips);
    RUN(test_other_files);
    RUN(test_grids);
    RUN(test_every_single_failure);
    remove_all();
    MPI_Finalize();
    return test_status;
}
