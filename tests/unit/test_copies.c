/* ranks: 1 2 3 5 */
/*
 * test_copies.c - copies hold the pixels of the raster in their own order, at
 * any rank count and wherever ranks begin; every single failure on every single
 * rank gives one status everywhere
 */
#include "test.h"

#include "base/fault.h"
#include "hyperslab/comm.h"
#include "io/copies.h"
#include "io/disk.h"
#include "io/envi.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 100 }; /* bytes before the samples of one of the copies */

static int rank, size;
static char root[] = "/tmp/hyperslab-copies-XXXXXX";
static char tif[64], lines[64], bands[64], header[64];
static const char *const names[] = { "PC1", "PC2", "PC3" };
static const hyp_envi envi = { .description = "a test" };

/* A copy that begins behind a head. */
static hyp_status lay_out_behind(const hyp_copy *copy, const hyp_raster *raster,
                                 hyp_copy_place *place)
{
    hyp_status st;
    int fd;

    place->at = HEAD;
    place->bytes = HEAD + raster->rows * raster->cols * raster->bands *
                              (int64_t)hyp_raster_sample_bytes(raster->sample);
    HYP_TRY(hyp_disk_create(copy->path, place->bytes, &fd));
    st = hyp_disk_close(fd, st);
out:
    return st;
}

static hyp_raster make_raster(int64_t rows, int64_t cols, int count,
                              hyp_sample sample)
{
    return (hyp_raster){ .rows = rows,
                         .cols = cols,
                         .bands = count,
                         .sample = sample,
                         .nodata = "0",
                         .band_names = names,
                         .copies = 2,
                         .copy = { { .path = lines,
                                     .header = header,
                                     .order = HYP_ORDER_LINES,
                                     .lay_out = hyp_envi_lay_out,
                                     .context = &envi },
                                   { .path = bands,
                                     .order = HYP_ORDER_BANDS,
                                     .lay_out = lay_out_behind } } };
}

static uint32_t value_at(int64_t row, int64_t col, int64_t band)
{
    return (uint32_t)(row * 7919 + col * 31 + band * 101 + 1);
}

static void store(char *to, uint32_t value, size_t bytes)
{
    const uint8_t narrow = (uint8_t)value;
    const uint16_t wide = (uint16_t)value;

    memcpy(to,
           bytes == 1   ? (const void *)&narrow
           : bytes == 2 ? (const void *)&wide
                        : (const void *)&value,
           bytes);
}

typedef struct source {
    const hyp_raster *raster;
    int64_t first;
} source;

static hyp_status fill(void *context, int64_t row, int64_t rows, void *out)
{
    const source *from = context;
    const hyp_raster *r = from->raster;
    const size_t bytes = hyp_raster_sample_bytes(r->sample);
    char *to = out;

    for (int64_t i = row; i < row + rows; i++)
        for (int64_t col = 0; col < r->cols; col++)
            for (int64_t band = 0; band < r->bands; band++, to += bytes)
                store(to, value_at(from->first + i, col, band), bytes);
    return HYP_OK;
}

/* Shares grow with the rank; of five ranks, the third has no rows. */
static hyp_status write_all(const hyp_raster *raster)
{
    const int parts = size * (size + 1) / 2;
    int64_t begin = raster->rows * (rank * (rank + 1) / 2) / parts;
    int64_t end = raster->rows * ((rank + 1) * (rank + 2) / 2) / parts;
    source from = { raster, begin };

    if (size == 5 && rank == 2)
        end = begin;
    if (size == 5 && rank == 3)
        from.first = begin = raster->rows * 3 / parts;
    return hyp_raster_write_all(tif, raster, end - begin, fill, &from,
                                MPI_COMM_WORLD);
}

/* The samples that differ from those wanted, in a file of one of the orders. */
static int64_t count_wrong(const char *path, long skip, const hyp_raster *r,
                           hyp_order order)
{
    const size_t bytes = hyp_raster_sample_bytes(r->sample);
    const bool by_band = order == HYP_ORDER_BANDS;
    const int64_t outer = by_band ? r->bands : r->rows;
    const int64_t inner = by_band ? r->rows : r->bands;
    FILE *in = fopen(path, "rb");
    int64_t wrong = in == NULL || fseek(in, skip, SEEK_SET) != 0;

    for (int64_t i = 0; !wrong && i < outer; i++)
        for (int64_t j = 0; j < inner; j++)
            for (int64_t col = 0; col < r->cols; col++) {
                char got[4], want[4];

                store(want, value_at(by_band ? j : i, col, by_band ? i : j),
                      bytes);
                wrong += fread(got, bytes, 1, in) != 1 ||
                         memcmp(got, want, bytes) != 0;
            }
    wrong += in != NULL && fgetc(in) != EOF;
    if (in != NULL)
        fclose(in);
    return wrong;
}

static void check_copies(int64_t rows, int64_t cols, int count,
                         hyp_sample sample)
{
    const hyp_raster raster = make_raster(rows, cols, count, sample);

    CHECK(write_all(&raster) == HYP_OK);
    if (rank == 0) {
        CHECK(count_wrong(lines, 0, &raster, HYP_ORDER_LINES) == 0);
        CHECK(count_wrong(bands, HEAD, &raster, HYP_ORDER_BANDS) == 0);
        CHECK(access(header, R_OK) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_orders(void)
{
    check_copies(97, 1640, 3, HYP_SAMPLE_FLOAT32);
    check_copies(211, 333, 1, HYP_SAMPLE_FLOAT32);
    check_copies(97, 1640, 1, HYP_SAMPLE_UINT8);
    check_copies(97, 640, 3, HYP_SAMPLE_UINT8);
    check_copies(97, 640, 2, HYP_SAMPLE_UINT16);
    check_copies(1, 1, 3, HYP_SAMPLE_FLOAT32);
}

static void test_place_that_cannot_be_written(void)
{
    hyp_raster raster = make_raster(20, 20, 3, HYP_SAMPLE_FLOAT32);

    raster.copy[1].path = "/nowhere/pca.img";
    CHECK(write_all(&raster) == HYP_ECREATE);
    CHECK(strstr(hyp_last_error()->text, "copy '/nowhere/pca.img'") != NULL);
    raster = make_raster(20, 20, 3, HYP_SAMPLE_FLOAT32);
    raster.copy[0].header = "/nowhere/pca.hdr";
    CHECK(write_all(&raster) == HYP_ECREATE);
    CHECK(strstr(hyp_last_error()->text, "'/nowhere/pca.hdr'") != NULL);
}

static void fail_each(hyp_sample sample)
{
    for (int victim = 0; victim < size; victim++) {
        int fired = 1;

        for (long nth = 1; fired; nth++) {
            const hyp_raster raster = make_raster(9, 9000, 2, sample);
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = write_all(&raster);
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
    fail_each(HYP_SAMPLE_UINT16);
    fail_each(HYP_SAMPLE_FLOAT32);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0 && mkdtemp(root) == NULL)
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(tif, sizeof tif, "%s/a.tif", root);
    snprintf(lines, sizeof lines, "%s/a.img", root);
    snprintf(bands, sizeof bands, "%s/a.h5", root);
    snprintf(header, sizeof header, "%s/a.hdr", root);
    RUN(test_orders);
    RUN(test_place_that_cannot_be_written);
    RUN(test_every_single_failure);
    if (rank == 0) {
        unlink(tif);
        unlink(lines);
        unlink(bands);
        unlink(header);
        rmdir(root);
    }
    MPI_Finalize();
    return test_status;
}
