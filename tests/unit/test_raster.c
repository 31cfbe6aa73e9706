/* ranks: 1 2 3 4 5 */
/*
 * test_raster.c - libtiff reads every pixel back; the same bytes as one rank
 * alone writes; every single failure on every single rank gives one status
 * everywhere; a full disk is an error, not a hang
 */
#include "test.h"

#include "base/fault.h"
#include "hyperslab/comm.h"
#include "io/raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

static int rank, size;
static char root[] = "/tmp/hyperslab-raster-XXXXXX";
static char together[64], alone[64], small[64];
static const uint8_t palette[][3] = { { 0, 0, 0 }, { 255, 0, 9 }, { 1, 2, 3 } };
static const char *const band_names[] = { "class", "PC2 <&\">", "PC3" };

/* The pixels of an image, by the place of the caller's rows in it. */
typedef struct scene {
    hyp_raster raster;
    int64_t first_row;
    int64_t asked; /* rows so far: they must come in order */
} scene;

static scene make_scene(int64_t rows, int64_t cols, int bands,
                        hyp_sample sample)
{
    scene made = { .raster = { .rows = rows,
                               .cols = cols,
                               .bands = bands,
                               .sample = sample,
                               .nodata = "0",
                               .band_names = band_names,
                               .palette = palette,
                               .colours = 3,
                               .georef = { 500000, 4300000, 1, 1, 32618 } } };

    return made;
}

static double sample_at(int64_t row, int64_t i)
{
    return (double)((row / 7 * 31 + i / 5 + (i * row) % 3) % 251);
}

static hyp_status fill(void *context, int64_t row, int64_t rows, void *out)
{
    scene *from = context;
    const hyp_raster *raster = &from->raster;
    const int64_t width = raster->cols * raster->bands;

    CHECK(row == from->asked);
    from->asked = row + rows;
    for (int64_t p = 0; p < rows * width; p++) {
        const double x =
            sample_at(from->first_row + row + p / width, p % width);

        if (raster->sample == HYP_SAMPLE_UINT8)
            ((uint8_t *)out)[p] = (uint8_t)x;
        else if (raster->sample == HYP_SAMPLE_UINT16)
            ((uint16_t *)out)[p] = (uint16_t)(x * 200);
        else
            ((float *)out)[p] = (float)x / 3;
    }
    return HYP_OK;
}

/* Rows of this rank: even shares, none on rank 1 when there are 3, and all on
   the last rank when lopsided. */
static int64_t share(int64_t rows, bool lopsided, int64_t *first)
{
    const int owners = size == 3 ? 2 : size;
    const int me = size == 3 ? (rank + 1) / 2 : rank;
    int64_t count;

    *first = rows * me / owners;
    count = rows * (me + 1) / owners - *first;
    if (size == 3 && rank == 1)
        count = 0;
    if (lopsided) {
        *first = 0;
        count = rank == size - 1 ? rows : 0;
    }
    return count;
}

static hyp_status write_together_all(const char *path, scene *from,
                                     bool lopsided)
{
    const int64_t rows = share(from->raster.rows, lopsided, &from->first_row);
    hyp_status st;

    from->asked = 0;
    st = hyp_raster_write_all(path, &from->raster, rows, fill, from,
                              MPI_COMM_WORLD);
    CHECK(st != HYP_OK || from->asked == rows);
    return st;
}

static void check_pixels(const char *path, const scene *want)
{
    const hyp_raster *raster = &want->raster;
    const int64_t width = raster->cols * raster->bands;
    const size_t bytes = hyp_raster_sample_bytes(raster->sample);
    TIFF *tiff = TIFFOpen(path, "r");
    scene one = *want;
    char *line = malloc((size_t)width * bytes);
    char *expect = malloc((size_t)width * bytes);
    int64_t wrong = 0;

    CHECK(tiff != NULL);
    for (int64_t row = 0; tiff != NULL && row < raster->rows; row++) {
        one.first_row = row;
        one.asked = 0;
        CHECK(fill(&one, 0, 1, expect) == HYP_OK);
        wrong += TIFFReadScanline(tiff, line, (uint32_t)row, 0) < 0 ||
                 memcmp(line, expect, (size_t)width * bytes) != 0;
    }
    CHECK(wrong == 0);
    if (tiff != NULL)
        TIFFClose(tiff);
    free(line);
    free(expect);
}

static bool same_file(const char *a, const char *b)
{
    FILE *one = fopen(a, "rb"), *two = fopen(b, "rb");
    bool same = one != NULL && two != NULL;
    int byte = 0;

    while (same && byte != EOF) {
        byte = fgetc(one);
        same = byte == fgetc(two);
    }
    if (one != NULL)
        fclose(one);
    if (two != NULL)
        fclose(two);
    return same;
}

static void check_scene(int64_t rows, int64_t cols, int bands,
                        hyp_sample sample, bool lopsided)
{
    scene made = make_scene(rows, cols, bands, sample);

    CHECK(write_together_all(together, &made, lopsided) == HYP_OK);
    if (rank == 0) {
        made.first_row = made.asked = 0;
        CHECK(hyp_raster_write_all(alone, &made.raster, rows, fill, &made,
                                   MPI_COMM_SELF) == HYP_OK);
        CHECK(same_file(together, alone));
        check_pixels(together, &made);
        unlink(together);
        unlink(alone);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_every_sample_type(void)
{
    check_scene(500, 700, 1, HYP_SAMPLE_UINT8, false);
    check_scene(500, 333, 1, HYP_SAMPLE_UINT16, false);
    check_scene(120, 233, 3, HYP_SAMPLE_FLOAT32, false);
}

static void test_strips_across_many_ranks(void)
{
    check_scene(1, 1, 1, HYP_SAMPLE_UINT8, false);
    check_scene(2, 5, 1, HYP_SAMPLE_UINT16, false);
    check_scene(3, 5, 3, HYP_SAMPLE_FLOAT32, false);
    check_scene(97, 40, 1, HYP_SAMPLE_UINT8, false);
    check_scene(97, 1640, 1, HYP_SAMPLE_UINT16, false);
    check_scene(97, 1640, 2, HYP_SAMPLE_FLOAT32, true);
}

static void test_rows_wider_than_a_strip(void)
{
    check_scene(7, 70000, 1, HYP_SAMPLE_UINT8, false);
    check_scene(7, 30000, 1, HYP_SAMPLE_FLOAT32, false);
}

static void test_tags(void)
{
    scene made = make_scene(40, 30, 1, HYP_SAMPLE_UINT8);
    uint16_t *red, *green, *blue, photometric = 0;
    TIFF *tiff = NULL;

    CHECK(write_together_all(together, &made, false) == HYP_OK);
    if (rank == 0)
        tiff = TIFFOpen(together, "r");
    if (tiff != NULL) {
        CHECK(TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue));
        CHECK(red[1] == 65535 && blue[1] == 9 * 257 && green[2] == 2 * 257);
        CHECK(TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric));
        CHECK(photometric == PHOTOMETRIC_PALETTE);
        CHECK(!TIFFIsBigTIFF(tiff));
        TIFFClose(tiff);
        unlink(together);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_bad_shapes(void)
{
    scene made = make_scene(10, 10, 1, HYP_SAMPLE_UINT8);

    CHECK(hyp_raster_write_all(together, &made.raster, 9, fill, &made,
                               MPI_COMM_WORLD) == HYP_EINTERNAL);
    made.raster.cols = INT64_C(5000000000);
    CHECK(write_together_all(together, &made, false) == HYP_EUSAGE);
    made = make_scene(10, 10, 1, HYP_SAMPLE_UINT8);
    CHECK(write_together_all("/nowhere/a.tif", &made, false) == HYP_ECREATE);
    CHECK(strstr(hyp_last_error()->text, "'/nowhere/a.tif'") != NULL);
}

static hyp_status refuse(void *context, int64_t row, int64_t rows, void *out)
{
    (void)context;
    (void)row;
    (void)rows;
    (void)out;
    return hyp_fail(HYP_ENUMERIC, "no pixels today");
}

static void test_fill_that_fails(void)
{
    for (int sample = HYP_SAMPLE_UINT8; sample <= HYP_SAMPLE_FLOAT32; sample++)
        for (int victim = 0; victim < size; victim++) {
            scene made = make_scene(97, 1640, 1, (hyp_sample)sample);
            const int64_t rows =
                share(made.raster.rows, false, &made.first_row);
            const bool empty = size == 3 && victim == 1;
            const hyp_status want = empty ? HYP_OK : HYP_ENUMERIC;

            CHECK(hyp_raster_write_all(together, &made.raster, rows,
                                       rank == victim ? refuse : fill, &made,
                                       MPI_COMM_WORLD) == want);
            CHECK(empty || hyp_last_error()->rank == victim);
        }
}

static void fail_each(hyp_sample sample)
{
    for (int victim = 0; victim < size; victim++) {
        int fired = 1;

        for (long nth = 1; fired; nth++) {
            scene made = make_scene(97, 1640, 1, sample);
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = write_together_all(together, &made, false);
            fired = hyp_fault_fired();
            hyp_fault_arm(0);
            MPI_Bcast(&fired, 1, MPI_INT, victim, MPI_COMM_WORLD);
            CHECK((st != HYP_OK) == fired);
            CHECK(!fired || hyp_last_error()->rank == victim);
        }
    }
}

static void test_every_single_failure(void)
{
    fail_each(HYP_SAMPLE_UINT8);
    fail_each(HYP_SAMPLE_FLOAT32);
}

/* A file system of 64 KiB, for those who may mount one. */
static void test_full_disk(void)
{
    scene made = make_scene(300, 300, 1, HYP_SAMPLE_FLOAT32);
    int mounted = 0;

    if (rank == 0)
        mounted = mkdir(small, 0777) == 0 &&
                  mount("tmpfs", small, "tmpfs", 0, "size=64k") == 0;
    MPI_Bcast(&mounted, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (mounted) {
        char path[80];

        snprintf(path, sizeof path, "%s/a.tif", small);
        CHECK(write_together_all(path, &made, false) == HYP_EIO);
        CHECK(strstr(hyp_last_error()->text, "No space left on device (36") !=
              NULL);
        if (rank == 0)
            CHECK(umount(small) == 0);
    } else if (rank == 0) {
        printf("# test_full_disk: skipped, cannot mount a file system\n");
    }
    if (rank == 0)
        rmdir(small);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0 && mkdtemp(root) == NULL)
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(together, sizeof together, "%s/together.tif", root);
    snprintf(alone, sizeof alone, "%s/alone.tif", root);
    snprintf(small, sizeof small, "%s/small", root);
    TIFFSetWarningHandler(NULL); /* of tags that only GDAL knows */
    RUN(test_every_sample_type);
    RUN(test_strips_across_many_ranks);
    RUN(test_rows_wider_than_a_strip);
    RUN(test_tags);
    RUN(test_bad_shapes);
    RUN(test_fill_that_fails);
    RUN(test_every_single_failure);
    RUN(test_full_disk);
    if (rank == 0) {
        unlink(together);
        rmdir(root);
    }
    MPI_Finalize();
    return test_status;
}
