/* ranks: 1 */
/*
 * test_tiff_layout.c - libtiff reads back what it laid out, without the pixels:
 * classic TIFF below 4 GiB, BigTIFF above; every single failure
 */
#include "test.h"

#include "base/fault.h"
#include "io/tiff_layout.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

static const char *const band_names[] = { "score" };

/* The file as it will be: zero where the strips are to go. */
typedef struct file {
    const hyp_tiff_layout *layout;
    int64_t at;
} file;

static tmsize_t read_file(thandle_t handle, void *data, tmsize_t bytes)
{
    file *f = handle;
    unsigned char *out = data;

    for (tmsize_t i = 0; i < bytes; i++, f->at++) {
        const int64_t behind = f->at - f->layout->tail_at;

        if (f->at >= f->layout->bytes)
            return i;
        out[i] = f->at < (int64_t)f->layout->head_bytes ? f->layout->head[f->at]
                 : behind >= 0 ? f->layout->tail[behind]
                               : 0;
    }
    return bytes;
}

static tmsize_t write_nothing(thandle_t handle, void *data, tmsize_t bytes)
{
    (void)handle;
    (void)data;
    (void)bytes;
    return -1;
}

static toff_t seek_file(thandle_t handle, toff_t offset, int whence)
{
    file *f = handle;

    f->at = (int64_t)offset + (whence == SEEK_CUR   ? f->at
                               : whence == SEEK_END ? f->layout->bytes
                                                    : 0);
    return (toff_t)f->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of_file(thandle_t handle)
{
    return (toff_t)((file *)handle)->layout->bytes;
}

static TIFF *open_layout(file *f)
{
    return TIFFClientOpen("layout", "rm", f, read_file, write_nothing,
                          seek_file, close_nothing, size_of_file, NULL, NULL);
}

static hyp_raster make_raster(int64_t rows, int64_t cols)
{
    return (hyp_raster){ .rows = rows,
                         .cols = cols,
                         .bands = 1,
                         .sample = HYP_SAMPLE_FLOAT32,
                         .nodata = "nan",
                         .band_names = band_names,
                         .georef = { 500000, 4300000, 1, 1, 32618 } };
}

/* Strips follow each other behind the header; the directory names them. */
static void check_strips(TIFF *tiff, const hyp_tiff_layout *layout,
                         const hyp_tiff_strips *strips, const int64_t *offset)
{
    int64_t wrong = 0, next = (int64_t)layout->head_bytes;

    CHECK(TIFFNumberOfStrips(tiff) == strips->count);
    for (int64_t s = 0; s < strips->count; s++) {
        wrong += TIFFGetStrileOffset(tiff, (uint32_t)s) != (uint64_t)offset[s];
        wrong += TIFFGetStrileByteCount(tiff, (uint32_t)s) !=
                 (uint64_t)strips->size[s];
        wrong += offset[s] < next;
        next = offset[s] + strips->size[s];
    }
    CHECK(wrong == 0);
    CHECK(layout->tail_at >= next);
}

/* A float image of `count` strips of 100 KB each, one row a strip. */
static void check_layout(int64_t count, bool big)
{
    const hyp_raster raster = make_raster(count, 25000);
    int64_t *size = malloc((size_t)count * sizeof *size);
    int64_t *offset = malloc((size_t)count * sizeof *offset);
    const hyp_tiff_strips strips = { .height = 1,
                                     .count = count,
                                     .size = size };
    hyp_tiff_layout layout;
    file f = { .layout = &layout };
    uint32_t rows = 0;
    TIFF *tiff;

    for (int64_t s = 0; s < count; s++)
        size[s] = 100000;
    CHECK(hyp_tiff_layout_init(&layout, &raster, &strips, offset) == HYP_OK);
    tiff = open_layout(&f);
    CHECK(tiff != NULL);
    if (tiff != NULL) {
        CHECK(!!TIFFIsBigTIFF(tiff) == big);
        CHECK(TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows));
        CHECK(rows == (uint32_t)count);
        check_strips(tiff, &layout, &strips, offset);
        CHECK(!big || offset[count - 1] > UINT32_MAX);
        TIFFClose(tiff);
    }
    hyp_tiff_layout_release(&layout);
    free(size);
    free(offset);
}

static void test_classic_tiff(void)
{
    check_layout(1, false);
    check_layout(20000, false);
}

static void test_big_tiff(void)
{
    check_layout(43000, true);
    check_layout(90000, true);
}

static void test_every_single_failure(void)
{
    const hyp_raster raster = make_raster(3, 20);
    const int64_t size[] = { 80, 80, 80 };
    const hyp_tiff_strips strips = { .height = 1, .count = 3, .size = size };
    int64_t offset[3];
    bool fired = true;

    for (long nth = 1; fired; nth++) {
        hyp_tiff_layout layout;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_tiff_layout_init(&layout, &raster, &strips, offset);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
        CHECK(st == HYP_OK || layout.tail == NULL);
        CHECK(nth > 1 || fired);
        if (st == HYP_OK)
            hyp_tiff_layout_release(&layout);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    TIFFSetWarningHandler(NULL); /* of tags that only GDAL knows */
    RUN(test_classic_tiff);
    RUN(test_big_tiff);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
