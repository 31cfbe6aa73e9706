/*
 * tile_write.c - write a modelled scene as a tile in NEON's HDF5 format
 *
 * The cube's chunks are handed out in tasks, in the order of the chunks: turn
 * after turn, each rank models and deflates one task, and rank 0 appends the
 * results to the file in rank order.  The file is thus written by the same
 * sequence of HDF5 calls whatever the number of ranks.  The deflater is zlib,
 * as in NEON's own files, because a deflater's habits decide how fast its
 * output inflates.
 */
#include "io/tile_write.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "hyperslab/slab.h"
#include "io/auto_chunk.h"
#include "io/h5.h"
#include "io/h5_sink.h"
#include "io/tile_metadata_write.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define DEFLATE_LEVEL 3
#define TASK_BYTES    (64 << 20) /* of pixels that one rank holds at a time */
#define STRIP         64         /* pixels modelled at a time               */

/* How the cube is cut: the same on every rank. */
typedef struct chunk_plan {
    hsize_t shape[3], chunk[3], grid[3]; /* grid: chunks along each axis   */
    hsize_t group;      /* chunks of one task, which differ in bands only  */
    hsize_t groups;     /* tasks along the bands                           */
    int64_t tasks;      /* of the whole cube                               */
    size_t chunk_bytes; /* of one chunk                                    */
    size_t bound;       /* bytes that it may take when deflated            */
} chunk_plan;

/* The chunks of one task: one tile of pixels, consecutive chunks of bands. */
typedef struct chunk_task {
    hsize_t start[3]; /* of the first chunk                    */
    hsize_t count[3]; /* rows, cols, bands inside the cube     */
    hsize_t chunks;
} chunk_task;

typedef struct writer {
    const hyp_synth *synth;
    chunk_plan plan;
    hyp_scenery *scenery;
    hid_t file, reflectance, cube; /* rank 0; negative elsewhere           */
    int failure;                   /* errno of the file's first failure    */
    int16_t *strip;                /* [STRIP][group * chunk[2]]            */
    int16_t *raw;                  /* [group][chunk]: a task's chunks      */
    unsigned char *packed;         /* the same, deflated, one after another */
    int64_t *length;               /* [group]: bytes of each in packed     */
} writer;

void hyp_synth_init(hyp_synth *synth)
{
    *synth = (hyp_synth){ .rows = 1000,
                          .cols = 1000,
                          .bands = 426,
                          .layout = HYP_LAYOUT_BLOCKS,
                          .west = 368000,
                          .north = 4307000,
                          .utm_zone = 18,
                          .site = "SERC" };
}

static hyp_status check(const hyp_synth *synth)
{
    if (synth->rows < 1 || synth->cols < 1 || synth->rows > INT_MAX ||
        synth->cols > INT_MAX)
        return hyp_fail(HYP_EUSAGE, "a tile cannot have %lld x %lld pixels",
                        (long long)synth->rows, (long long)synth->cols);
    if (synth->bands < 1 || synth->bands > HYP_MAX_BANDS)
        return hyp_fail(HYP_EUSAGE, "a tile cannot have %d bands: 1 to %d",
                        synth->bands, HYP_MAX_BANDS);
    if (!(synth->nodata_edge >= 0 && synth->nodata_edge <= 1))
        return hyp_fail(HYP_EUSAGE, "a nodata edge of %g is not within 0..1",
                        synth->nodata_edge);
    if (synth->utm_zone < 1 || synth->utm_zone > 60)
        return hyp_fail(HYP_EUSAGE, "there is no UTM zone %d", synth->utm_zone);
    if (strlen(synth->site) != 4 || strchr(synth->site, '/') ||
        strchr(synth->site, '.'))
        return hyp_fail(HYP_EUSAGE, "a site has four letters, unlike '%s'",
                        synth->site);
    if (synth->layout == HYP_LAYOUT_BANDS &&
        synth->rows * synth->cols > INT_MAX / 4)
        return hyp_fail(HYP_EUSAGE,
                        "one band of %lld x %lld pixels is too "
                        "large for a chunk; choose blocks",
                        (long long)synth->rows, (long long)synth->cols);
    return HYP_OK;
}

/* The grid of SERC's 2025 flights, begun anew for any number of bands. */
static void place_bands(double *wavelength, int bands)
{
    for (int b = 0; b < bands; b++)
        wavelength[b] = 381.858398 + 5.010498 * b;
}

hyp_status hyp_synth_scenery(const hyp_synth *synth, hyp_scenery **out)
{
    double wavelength[HYP_MAX_BANDS];
    hyp_status st;

    *out = NULL;
    HYP_TRY(check(synth));
    place_bands(wavelength, synth->bands);
    HYP_TRY(hyp_scenery_new(out, synth->rows, synth->cols, synth->bands,
                            wavelength, synth->nodata_edge, synth->seed));
out:
    return st;
}

static void make_plan(const hyp_synth *synth, chunk_plan *plan)
{
    const hsize_t shape[3] = { (hsize_t)synth->rows, (hsize_t)synth->cols,
                               (hsize_t)synth->bands };
    const hsize_t band[3] = { shape[0], shape[1], 1 };

    memcpy(plan->shape, shape, sizeof shape);
    memcpy(plan->chunk, band, sizeof band);
    if (synth->layout == HYP_LAYOUT_BLOCKS)
        hyp_auto_chunk(shape, 3, sizeof(int16_t), plan->chunk);
    plan->chunk_bytes = sizeof(int16_t);
    for (int d = 0; d < 3; d++) {
        plan->grid[d] = (shape[d] + plan->chunk[d] - 1) / plan->chunk[d];
        plan->chunk_bytes *= plan->chunk[d];
    }
    plan->bound = compressBound(plan->chunk_bytes);
    plan->group = TASK_BYTES / plan->chunk_bytes;
    if (plan->group < 1)
        plan->group = 1;
    if (plan->group > plan->grid[2])
        plan->group = plan->grid[2];
    plan->groups = (plan->grid[2] + plan->group - 1) / plan->group;
    plan->tasks = (int64_t)(plan->grid[0] * plan->grid[1] * plan->groups);
}

static hsize_t least(hsize_t a, hsize_t b)
{
    return a < b ? a : b;
}

static chunk_task find_task(const chunk_plan *plan, int64_t index)
{
    const hsize_t group = (hsize_t)index % plan->groups;
    const hsize_t place = (hsize_t)index / plan->groups;
    const hsize_t first = group * plan->group;
    chunk_task task = { .start = { place / plan->grid[1] * plan->chunk[0],
                                   place % plan->grid[1] * plan->chunk[1],
                                   first * plan->chunk[2] },
                        .chunks = least(plan->group, plan->grid[2] - first) };
    const hsize_t reach[3] = { plan->chunk[0], plan->chunk[1],
                               task.chunks * plan->chunk[2] };

    for (int d = 0; d < 3; d++)
        task.count[d] = least(reach[d], plan->shape[d] - task.start[d]);
    return task;
}

/* Put the bands of a strip of pixels, from place on, into their chunks. */
static void scatter(const chunk_plan *plan, const chunk_task *task,
                    const int16_t *strip, size_t pixels, size_t place,
                    int16_t *raw)
{
    const size_t bands = task->count[2], width = plan->chunk[2];

    for (size_t first = 0; first < bands; first += width) {
        const size_t here = least(width, bands - first);
        int16_t *to = raw + place * width;

        for (size_t p = 0; p < pixels; p++)
            for (size_t b = 0; b < here; b++)
                to[p * width + b] = strip[p * bands + first + b];
        raw += plan->chunk_bytes / sizeof *raw;
    }
}

/* What lies in a chunk but outside of the cube is zero, as HDF5 leaves it. */
static void model(writer *w, const chunk_task *task)
{
    const chunk_plan *plan = &w->plan;

    memset(w->raw, 0, plan->group * plan->chunk_bytes);
    for (hsize_t r = 0; r < task->count[0]; r++)
        for (hsize_t c = 0; c < task->count[1]; c += STRIP) {
            const hsize_t pixels = least(STRIP, task->count[1] - c);

            hyp_scenery_dn(w->scenery, (int64_t)(task->start[0] + r),
                           (int64_t)(task->start[1] + c), (int64_t)pixels,
                           (int)task->start[2], (int)task->count[2], w->strip);
            scatter(plan, task, w->strip, pixels, r * plan->chunk[1] + c,
                    w->raw);
        }
}

static hyp_status deflate_chunks(writer *w, const chunk_task *task)
{
    const size_t chunk = w->plan.chunk_bytes / sizeof *w->raw;
    unsigned char *packed = w->packed;

    for (hsize_t j = 0; j < task->chunks; j++) {
        uLongf length = w->plan.bound;

        if (compress2(packed, &length, (const Bytef *)(w->raw + j * chunk),
                      w->plan.chunk_bytes, DEFLATE_LEVEL) != Z_OK)
            return hyp_fail(HYP_ENOMEM, "zlib cannot deflate %zu bytes",
                            w->plan.chunk_bytes);
        w->length[j] = (int64_t)length;
        packed += length;
    }
    return HYP_OK;
}

/* Rank 0: did all that HDF5 has written so far reach the file? */
static hyp_status check_disk(const writer *w)
{
    if (w->failure != 0)
        return hyp_fail(HYP_EIO, "cannot write: %s", strerror(w->failure));
    return HYP_OK;
}

static hyp_status write_chunks(writer *w, const chunk_task *task)
{
    const unsigned char *packed = w->packed;
    hsize_t offset[3] = { task->start[0], task->start[1], task->start[2] };

    for (hsize_t j = 0; j < task->chunks; j++) {
        if (hyp_fault() || H5Dwrite_chunk(w->cube, H5P_DEFAULT, 0, offset,
                                          (size_t)w->length[j], packed) < 0)
            return hyp_h5_fail(HYP_EIO,
                               "cannot write the chunk at "
                               "(%llu,%llu,%llu)",
                               (unsigned long long)offset[0],
                               (unsigned long long)offset[1],
                               (unsigned long long)offset[2]);
        offset[2] += w->plan.chunk[2];
        packed += w->length[j];
    }
    return check_disk(w);
}

static int64_t packed_bytes(const writer *w, const chunk_task *task)
{
    int64_t sum = 0;

    for (hsize_t j = 0; j < task->chunks; j++)
        sum += w->length[j];
    return sum;
}

static void send_task(const writer *w, const chunk_task *task, MPI_Comm comm)
{
    MPI_Send(w->length, (int)task->chunks, MPI_INT64_T, 0, 0, comm);
    MPI_Send(w->packed, (int)packed_bytes(w, task), MPI_BYTE, 0, 0, comm);
}

static void receive_task(writer *w, const chunk_task *task, int from,
                         MPI_Comm comm)
{
    MPI_Recv(w->length, (int)task->chunks, MPI_INT64_T, from, 0, comm,
             MPI_STATUS_IGNORE);
    MPI_Recv(w->packed, (int)packed_bytes(w, task), MPI_BYTE, from, 0, comm,
             MPI_STATUS_IGNORE);
}

/* Rank 0: write its own task, which comes first, then those of the others.
   After a failure the others' tasks are still received, and dropped. */
static hyp_status collect(writer *w, int64_t first, MPI_Comm comm,
                          hyp_status st)
{
    int size;

    MPI_Comm_size(comm, &size);
    for (int r = 0; r < size && first + r < w->plan.tasks; r++) {
        const chunk_task task = find_task(&w->plan, first + r);

        if (r > 0)
            receive_task(w, &task, r, comm);
        if (st == HYP_OK && packed_bytes(w, &task) > 0)
            st = write_chunks(w, &task);
    }
    return st;
}

static hyp_status take_turn_all(writer *w, int64_t turn, MPI_Comm comm)
{
    int rank, size;
    chunk_task task;
    int64_t first;
    hyp_status st = HYP_OK;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    first = turn * size;
    if (first + rank < w->plan.tasks) {
        task = find_task(&w->plan, first + rank);
        model(w, &task);
        st = deflate_chunks(w, &task);
        if (st != HYP_OK) /* keep step with the others, with nothing */
            memset(w->length, 0, w->plan.group * sizeof *w->length);
        if (rank > 0)
            send_task(w, &task, comm);
    }
    if (rank == 0)
        st = collect(w, first, comm, st);
    return hyp_agree(comm, st);
}

/* Rank 0: all of the file but the cube's chunks. */
static hyp_status begin_file(writer *w, const char *path)
{
    char group[32];
    double wavelength[HYP_MAX_BANDS];
    hyp_status st;

    hyp_h5_quiet();
    place_bands(wavelength, w->synth->bands);
    snprintf(group, sizeof group, "%s/Reflectance", w->synth->site);
    if (!hyp_fault())
        w->file = hyp_h5_sink(path, 0, &w->failure);
    if (w->file < 0)
        HYP_TRY(hyp_fail(HYP_ECREATE, "cannot create the file: %s",
                         strerror(w->failure)));
    HYP_TRY(hyp_group_create(w->file, group, &w->reflectance));
    HYP_TRY(hyp_dataset_create(w->reflectance, "Reflectance_Data",
                               H5T_STD_I16LE, 3, w->plan.shape, w->plan.chunk,
                               &w->cube));
    HYP_TRY(
        hyp_tile_metadata_write(w->reflectance, w->cube, w->synth, wavelength));
    HYP_TRY(hyp_tile_layers_write(w->reflectance, w->synth, w->scenery));
    HYP_TRY(check_disk(w));
out:
    return st;
}

static hyp_status prepare(writer *w, const char *path, int rank)
{
    const chunk_plan *plan = &w->plan;
    hyp_status st;

    HYP_TRY(hyp_synth_scenery(w->synth, &w->scenery));
    make_plan(w->synth, &w->plan);
    HYP_TRY(hyp_alloc(&w->strip, STRIP * plan->group * plan->chunk[2]));
    HYP_TRY(hyp_alloc(&w->raw, plan->group * plan->chunk_bytes / 2));
    HYP_TRY(hyp_alloc(&w->packed, plan->group * plan->bound));
    HYP_TRY(hyp_alloc(&w->length, plan->group));
    if (rank == 0)
        HYP_TRY(begin_file(w, path));
out:
    return st;
}

static void release(writer *w)
{
    hyp_scenery_free(&w->scenery);
    free(w->strip);
    free(w->raw);
    free(w->packed);
    free(w->length);
}

/* Rank 0: close the file, which writes the last of it.  The first failure
   counts, and its record stays. */
static hyp_status end_file(writer *w, hyp_status st)
{
    if (w->file >= 0 && H5Fclose(w->file) < 0 && st == HYP_OK)
        st = hyp_h5_fail(HYP_EIO, "cannot finish the file");
    return st == HYP_OK ? check_disk(w) : st;
}

hyp_status hyp_tile_write_all(const char *path, const hyp_synth *synth,
                              MPI_Comm comm)
{
    writer w = { .synth = synth,
                 .file = H5I_INVALID_HID,
                 .reflectance = H5I_INVALID_HID,
                 .cube = H5I_INVALID_HID };
    hyp_status st;
    int rank, size;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    HYP_TRY(hyp_agree(comm, prepare(&w, path, rank)));
    for (int64_t turn = 0; turn * size < w.plan.tasks; turn++)
        HYP_TRY(take_turn_all(&w, turn, comm));
out:
    st = hyp_agree(comm, end_file(&w, st));
    release(&w);
    return st == HYP_OK ? st : hyp_fail_while(st, "'%s'", path);
}
