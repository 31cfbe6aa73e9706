/*
 * bounds.c - what this machine can do at best, with as many ranks, as JSON
 *
 *   mpirun -n 2 bounds TILE.h5 [SUBSET [REPEAT]]
 *
 * inflate: the chunks of the tile that hold a kept band, shared out as the
 *          program does, from memory, by libdeflate and nothing else
 * memory:  a loop that reads, all ranks at once
 * touch:   memory appears, page by page: as much as the kept pixels of the tile
 *          take, shared out
 * dsyrk:   sums of products of bands by BLAS, one thread a rank
 *
 * A measurement begins at a barrier, and lasts as long as its slowest rank.
 */
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "comm/partition.h"
#include "hyperslab.h"
#include "io/chunk.h"
#include "io/h5.h"
#include "io/tile_storage.h"

#include <cblas.h>
#include <jansson.h>
#include <libdeflate.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    READ_BYTES = 256 << 20, /* of memory, a rank                            */
    PANEL = 512,            /* pixels, as in src/core/covariance.c          */
    PANELS = 400,           /* two hundred thousand pixels                  */
    MOST_REPEATS = 99
};

/* The compressed chunks of this rank, one behind the other in memory. */
typedef struct share {
    int64_t chunks;
    size_t *size;         /* [chunks]; owned                                */
    unsigned char *bytes; /* owned                                          */
    size_t total;
    size_t inflated; /* bytes of one chunk                                  */
} share;

typedef struct work {
    share share;
    int64_t *numbers; /* READ_BYTES of them; owned                          */
    double *panel;    /* [PANEL][bands]; owned                              */
    double *sum;      /* [bands][bands]; owned                              */
    int bands;
    size_t kept;  /* bytes of this rank's share of the kept pixels          */
    int64_t seen; /* so that no compiler leaves the reading out             */
} work;

typedef hyp_status measured(work *w);

/* The seconds of each trial; the slowest rank counts. */
static hyp_status time_all(work *w, measured *what, int repeat, double *seconds)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < repeat; i++) {
        double begin;

        MPI_Barrier(MPI_COMM_WORLD);
        begin = hyp_clock();
        if (st == HYP_OK)
            st = what(w);
        seconds[i] = hyp_clock() - begin;
        MPI_Allreduce(MPI_IN_PLACE, &seconds[i], 1, MPI_DOUBLE, MPI_MAX,
                      MPI_COMM_WORLD);
    }
    return hyp_agree(MPI_COMM_WORLD, st);
}

static hyp_status inflate(work *w)
{
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    const unsigned char *from = w->share.bytes;
    unsigned char *out = NULL;
    hyp_status st = HYP_OK;

    if (inflater == NULL)
        return hyp_fail(HYP_ENOMEM, "no memory for a decompressor");
    HYP_TRY(hyp_alloc(&out, w->share.inflated));
    for (int64_t i = 0; i < w->share.chunks; i++) {
        if (libdeflate_zlib_decompress(inflater, from, w->share.size[i], out,
                                       w->share.inflated,
                                       NULL) != LIBDEFLATE_SUCCESS) {
            st = hyp_fail(HYP_EFORMAT, "a chunk does not inflate");
            goto out;
        }
        from += w->share.size[i];
        w->seen += out[0];
    }
out:
    free(out);
    libdeflate_free_decompressor(inflater);
    return st;
}

static hyp_status read_memory(work *w)
{
    int64_t sum = 0;

    for (size_t i = 0; i < READ_BYTES / sizeof *w->numbers; i++)
        sum += w->numbers[i];
    w->seen += sum;
    return HYP_OK;
}

static hyp_status touch(work *w)
{
    enum { PAGE = 4096 };
    void *block;
    hyp_status st = hyp_map_new(&block, w->kept);

    if (st != HYP_OK)
        return st;
    for (size_t i = 0; i < w->kept; i += PAGE)
        ((volatile char *)block)[i] = 1;
    hyp_map_free(block, w->kept);
    return HYP_OK;
}

static hyp_status multiply(work *w)
{
    for (int i = 0; i < PANELS; i++)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, w->bands, PANEL, 1,
                    w->panel, w->bands, 1, w->sum, w->bands);
    return HYP_OK;
}

static bool holds_kept(const hyp_bands *kept, const hyp_tile *tile,
                       const hyp_chunk *chunk)
{
    for (int k = 0; k < kept->count; k++)
        if (kept->index[k] >= chunk->band &&
            kept->index[k] < chunk->band + tile->chunk.bands)
            return true;
    return false;
}

/* The chunks to inflate, and where each rank's run of them begins. */
static hyp_status plan(const hyp_tile *tile, const hyp_bands *kept,
                       int64_t *needed, int64_t *start)
{
    int64_t *weight, count = 0;
    hyp_status st = hyp_alloc(&weight, (size_t)tile->chunks);
    int size;

    if (st != HYP_OK)
        return st;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int64_t i = 0; i < tile->chunks; i++) {
        hyp_chunk chunk = hyp_chunk_at(tile, i);

        if (tile->stored[i] > 0 && holds_kept(kept, tile, &chunk)) {
            weight[count] = tile->stored[i];
            needed[count++] = i;
        }
    }
    hyp_part_by_weight(weight, count, size, start);
    free(weight);
    return HYP_OK;
}

/* Read the raw bytes of chunks needed[begin .. end). */
static hyp_status load(const hyp_tile *tile, const int64_t *needed,
                       int64_t begin, int64_t end, share *s)
{
    hid_t file = H5Fopen(tile->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t cube = H5Dopen2(file, tile->cube, H5P_DEFAULT);
    unsigned char *at;
    hyp_status st;

    s->chunks = end - begin;
    s->inflated = (size_t)hyp_chunk_elements(tile) *
                  (size_t)hyp_element_size(tile->element);
    for (int64_t i = begin; i < end; i++)
        s->total += (size_t)tile->stored[needed[i]];
    HYP_TRY(hyp_alloc(&s->size, (size_t)s->chunks));
    HYP_TRY(hyp_alloc(&s->bytes, s->total));
    at = s->bytes;
    for (int64_t i = begin; i < end; i++) {
        const hyp_chunk chunk = hyp_chunk_at(tile, needed[i]);
        const hsize_t place[3] = { (hsize_t)chunk.row, (hsize_t)chunk.col,
                                   (hsize_t)chunk.band };
        uint32_t skipped;

        if (H5Dread_chunk(cube, H5P_DEFAULT, place, &skipped, at) < 0 ||
            skipped) {
            st = hyp_h5_fail(HYP_EIO, "'%s': cannot read a chunk", tile->path);
            goto out;
        }
        s->size[i - begin] = (size_t)tile->stored[needed[i]];
        at += s->size[i - begin];
    }
out:
    H5Dclose(cube);
    H5Fclose(file);
    return st;
}

static hyp_status load_share_all(const hyp_tile *tile, const hyp_bands *kept,
                                 share *s)
{
    int64_t *needed = NULL, *start = NULL;
    int rank, size;
    hyp_status st;

    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    HYP_TRY(hyp_alloc(&needed, (size_t)tile->chunks));
    HYP_TRY(hyp_alloc(&start, (size_t)size + 1));
    HYP_TRY(plan(tile, kept, needed, start));
    HYP_TRY(load(tile, needed, start[rank], start[rank + 1], s));
out:
    free(needed);
    free(start);
    return hyp_agree(MPI_COMM_WORLD, st);
}

static hyp_status prepare_all(work *w, int bands)
{
    const size_t numbers = READ_BYTES / sizeof *w->numbers;
    hyp_status st;

    w->bands = bands;
    HYP_TRY(hyp_alloc(&w->numbers, numbers));
    HYP_TRY(hyp_alloc(&w->panel, (size_t)PANEL * (size_t)bands));
    HYP_TRY(hyp_alloc(&w->sum, (size_t)bands * (size_t)bands));
    for (size_t i = 0; i < numbers; i++) /* untouched pages are all one page */
        w->numbers[i] = (int64_t)i;
    for (size_t i = 0; i < (size_t)PANEL * (size_t)bands; i++)
        w->panel[i] = (double)(i % 4001);
out:
    return hyp_agree(MPI_COMM_WORLD, st);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Best and median; amount / 1e9 / seconds is the rate, if there is a name. */
static json_t *describe(double *seconds, int repeat, const char *rate,
                        double amount)
{
    json_t *root;

    qsort(seconds, (size_t)repeat, sizeof *seconds, ascending);
    root = json_pack("{s:f, s:f}", "best", seconds[0], "median",
                     seconds[repeat / 2]);
    if (rate)
        json_object_set_new(root, rate, json_real(amount / 1e9 / seconds[0]));
    return root;
}

static hyp_status measure_all(work *w, int repeat, json_t *root)
{
    double seconds[MOST_REPEATS];
    int64_t total[2] = { w->share.chunks, (int64_t)w->share.total };
    json_t *inflated;
    int size;
    hyp_status st;

    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Allreduce(MPI_IN_PLACE, total, 2, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    HYP_TRY(time_all(w, inflate, repeat, seconds));
    inflated = describe(seconds, repeat, NULL, 0);
    json_object_set_new(inflated, "chunks", json_integer(total[0]));
    json_object_set_new(inflated, "stored_bytes", json_integer(total[1]));
    json_object_set_new(inflated, "inflated_bytes",
                        json_integer(total[0] * (int64_t)w->share.inflated));
    json_object_set_new(root, "inflate", inflated);
    HYP_TRY(time_all(w, read_memory, repeat, seconds));
    json_object_set_new(root, "memory",
                        describe(seconds, repeat, "gigabytes_per_second",
                                 (double)READ_BYTES * size));
    HYP_TRY(time_all(w, touch, repeat, seconds));
    json_object_set_new(root, "touch", describe(seconds, repeat, NULL, 0));
    HYP_TRY(time_all(w, multiply, repeat, seconds));
    json_object_set_new(
        root, "dsyrk",
        describe(seconds, repeat, "gigaflops",
                 (double)size * PANELS * PANEL * w->bands * (w->bands + 1)));
    json_object_set_new(root, "ranks", json_integer(size));
    json_object_set_new(root, "bands", json_integer(w->bands));
out:
    return st;
}

/* Pixels are padded to 64 bytes, as in a slab. */
static size_t kept_bytes(const hyp_tile *tile, int bands)
{
    int size;

    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return (size_t)(tile->rows * tile->cols / size) *
           (((size_t)bands * sizeof(int16_t) + 63) / 64 * 64);
}

static hyp_status bounds_all(const char *path, int subset, int repeat,
                             json_t *root)
{
    hyp_tile *tile = NULL;
    hyp_bands kept = { 0 };
    work w = { 0 };
    hyp_status st;

    HYP_TRY(hyp_tile_open_all(path, MPI_COMM_WORLD, &tile));
    if (!tile->chunk.raw || tile->chunk.fletcher32) {
        st = hyp_fail(HYP_EFORMAT, "'%s': not compressed by deflate alone",
                      path);
        goto out;
    }
    st = hyp_bands_neon(&kept, tile->wavelength, tile->bands, tile->window,
                        tile->windows);
    HYP_TRY(hyp_agree(MPI_COMM_WORLD, st));
    hyp_bands_subset(&kept, subset);
    HYP_TRY(load_share_all(tile, &kept, &w.share));
    w.kept = kept_bytes(tile, kept.count);
    HYP_TRY(prepare_all(&w, kept.count));
    HYP_TRY(measure_all(&w, repeat, root));
out:
    free(w.share.size);
    free(w.share.bytes);
    free(w.numbers);
    free(w.panel);
    free(w.sum);
    hyp_bands_release(&kept);
    hyp_tile_free(&tile);
    return st;
}

int main(int argc, char **argv)
{
    const int subset = argc > 2 ? atoi(argv[2]) : 2;
    const int repeat = argc > 3 ? atoi(argv[3]) : 3;
    json_t *root = json_object();
    hyp_status st;
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc < 2 || subset < 1 || repeat < 1 || repeat > MOST_REPEATS)
        st = hyp_fail(HYP_EUSAGE, "usage: bounds TILE.h5 [SUBSET [REPEAT]]");
    else
        st = bounds_all(argv[1], subset, repeat, root);
    if (rank == 0 && st != HYP_OK)
        fprintf(stderr, "bounds: %s\n", hyp_last_error()->text);
    else if (rank == 0)
        printf("%s\n", json_dumps(root, JSON_INDENT(2)));
    json_decref(root);
    MPI_Finalize();
    return st == HYP_OK ? 0 : 1;
}
