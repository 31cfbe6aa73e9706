/*
 * cube.c - read the kept bands of a tile into the ranks' slabs
 *
 * Each chunk is decoded by one rank (read_plan.h) and its rows are sent to the
 * ranks that own them, while the next chunk is being decoded.  With chunks of
 * whole bands this is a transpose; with chunks of a few rows nearly all rows
 * stay.  Rows are the slowest axis of a chunk, so what one owner gets of a
 * chunk is one piece of memory: nothing is packed.
 *
 * A rank whose chunk cannot be read keeps step, and reports after the last
 * turn.
 */
#include "hyperslab/cube.h"

#include "base/map.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/chunk.h"
#include "io/h5.h"
#include "io/read_plan.h"
#include "kernel/kernel.h"

#include <math.h>
#include <stdlib.h>

enum { TAG = 1 };

typedef struct reader {
    hyp_read_plan plan;
    const hyp_kernels *kernels;
    hyp_slab *slab;
    MPI_Comm comm;
    int rank;
    void *decoded;  /* int16: this rank's group                     */
    void *received; /* int16: the other ranks' pieces for this rank */
    size_t decoded_bytes, received_bytes;
    MPI_Request *request;
    int requests; /* under way in this turn                     */
} reader;

static hyp_group own_group(const reader *r)
{
    return r->plan.turn[r->rank];
}

/* Room for the greatest turn: this rank's group, and what it receives. */
static hyp_status make_room(reader *r)
{
    hyp_read_plan *plan = &r->plan;
    int64_t own = 0, most = 0, requests = 1;
    hyp_status st;

    hyp_read_plan_rewind(plan);
    while (hyp_read_plan_next(plan)) {
        int64_t sum = 0, pieces = 0;

        for (int s = 0; s < plan->ranks; s++) {
            hyp_group g = plan->turn[s];
            int64_t chunks = g.end - g.begin;
            int64_t piece = hyp_read_plan_piece(
                plan, hyp_read_plan_shared(plan, g, r->rank));

            if (s == r->rank) {
                own = chunks > own ? chunks : own;
                pieces += chunks * plan->ranks;
            } else if (piece > 0) {
                sum += chunks * piece;
                pieces += chunks;
            }
        }
        most = sum > most ? sum : most;
        requests = pieces > requests ? pieces : requests;
    }
    r->decoded_bytes = (size_t)(own * plan->chunk_elements) * sizeof(int16_t);
    r->received_bytes = (size_t)most * sizeof(int16_t);
    HYP_TRY(hyp_map_new(&r->decoded, r->decoded_bytes));
    HYP_TRY(hyp_map_new(&r->received, r->received_bytes));
    HYP_TRY(hyp_alloc(&r->request, (size_t)requests));
out:
    return st;
}

/* Post the receives of this turn. */
static void receive(reader *r)
{
    int16_t *into = r->received;

    for (int s = 0; s < r->plan.ranks; s++) {
        const hyp_group g = r->plan.turn[s];
        const int64_t piece = hyp_read_plan_piece(
            &r->plan, hyp_read_plan_shared(&r->plan, g, r->rank));

        if (s == r->rank || piece == 0)
            continue;
        for (int64_t i = g.begin; i < g.end; i++) {
            MPI_Irecv(into, (int)piece, MPI_INT16_T, s, TAG, r->comm,
                      &r->request[r->requests++]);
            into += piece;
        }
    }
}

/* Where the rows begin in the n-th decoded chunk. */
static int16_t *decoded_piece(const reader *r, int64_t n, hyp_rows rows)
{
    const int64_t top = hyp_read_plan_chunk(&r->plan, own_group(r).begin).row;

    return (int16_t *)r->decoded + n * r->plan.chunk_elements +
           hyp_read_plan_piece(&r->plan, (hyp_rows){ top, rows.begin });
}

/* Start to send the other ranks their rows of the n-th decoded chunk. */
static void send(reader *r, int64_t n)
{
    for (int to = 0; to < r->plan.ranks; to++) {
        hyp_rows rows = hyp_read_plan_shared(&r->plan, own_group(r), to);

        if (to == r->rank || rows.begin == rows.end)
            continue;
        MPI_Isend(decoded_piece(r, n, rows),
                  (int)hyp_read_plan_piece(&r->plan, rows), MPI_INT16_T, to,
                  TAG, r->comm, &r->request[r->requests++]);
    }
}

/* Decode this rank's group, sending each chunk as soon as it is there. */
static hyp_status decode(reader *r, hyp_chunk_reader *chunks, hyp_status st)
{
    const hyp_group mine = own_group(r);

    for (int64_t i = mine.begin; i < mine.end; i++) {
        const int64_t n = i - mine.begin;
        hyp_chunk chunk = hyp_read_plan_chunk(&r->plan, i);

        if (st == HYP_OK)
            st = hyp_chunk_read(chunks, &chunk,
                                (int16_t *)r->decoded +
                                    n * r->plan.chunk_elements);
        send(r, n);
    }
    return st;
}

/* One row of pixels, given where it lies in each chunk of a group. */
static void place_row(const reader *r, int chunks, const int *slot,
                      const int16_t *const *at, int64_t cols, int16_t *out)
{
    const hyp_read_plan *plan = &r->plan;
    const int width = plan->tile->chunk.bands;

    if (width == 1) {
        r->kernels->interleave(
            at, chunks, cols, out + plan->first_kept[slot[0]], r->slab->stride);
        return;
    }
    for (int n = 0; n < chunks; n++) {
        const int first = plan->first_kept[slot[n]];

        r->kernels->pick(at[n], width, plan->offset + first,
                         hyp_read_plan_kept(plan, slot[n]), cols, out + first,
                         r->slab->stride);
    }
}

/* Put rows of a group into the slab, given the piece of each of its chunks. */
static void place(const reader *r, hyp_group g, hyp_rows rows,
                  const int16_t *const *piece)
{
    const hyp_chunking *size = &r->plan.tile->chunk;
    const hyp_chunk first = hyp_read_plan_chunk(&r->plan, g.begin);
    const int64_t left = r->plan.tile->cols - first.col;
    const int chunks = (int)(g.end - g.begin);
    const hyp_slab *slab = r->slab;
    int slot[HYP_GROUP_CHUNKS];

    for (int n = 0; n < chunks; n++)
        slot[n] = hyp_read_plan_chunk(&r->plan, g.begin + n).slot;
    for (int64_t row = rows.begin; row < rows.end; row++) {
        const int16_t *at[HYP_GROUP_CHUNKS];
        const int64_t pixel = (row - slab->first_row) * slab->cols + first.col;

        for (int n = 0; n < chunks; n++)
            at[n] = piece[n] + (row - rows.begin) * size->cols * size->bands;
        place_row(r, chunks, slot, at, left < size->cols ? left : size->cols,
                  slab->dn + pixel * slab->stride);
    }
}

static void place_own(const reader *r)
{
    const hyp_group mine = own_group(r);
    const hyp_rows rows = hyp_read_plan_shared(&r->plan, mine, r->rank);
    const int16_t *piece[HYP_GROUP_CHUNKS];

    if (rows.begin == rows.end)
        return;
    for (int64_t n = 0; n < mine.end - mine.begin; n++)
        piece[n] = decoded_piece(r, n, rows);
    place(r, mine, rows, piece);
}

static void place_received(const reader *r)
{
    const int16_t *from = r->received;

    for (int s = 0; s < r->plan.ranks; s++) {
        const hyp_group g = r->plan.turn[s];
        const hyp_rows rows = hyp_read_plan_shared(&r->plan, g, r->rank);
        const int16_t *piece[HYP_GROUP_CHUNKS];

        if (s == r->rank || rows.begin == rows.end)
            continue;
        for (int64_t n = 0; n < g.end - g.begin; n++) {
            piece[n] = from;
            from += hyp_read_plan_piece(&r->plan, rows);
        }
        place(r, g, rows, piece);
    }
}

/* All turns.  Only decoding can fail; messages go on to the end. */
static hyp_status exchange_all(reader *r, hyp_chunk_reader *chunks)
{
    hyp_status st = HYP_OK;

    hyp_read_plan_rewind(&r->plan);
    while (hyp_read_plan_next(&r->plan)) {
        r->requests = 0;
        receive(r);
        st = decode(r, chunks, st);
        place_own(r);
        MPI_Waitall(r->requests, r->request, MPI_STATUSES_IGNORE);
        place_received(r);
    }
    return hyp_agree(r->comm, st);
}

/* Open the cube on all ranks, with the MPI-IO driver. */
static hyp_status open_cube_all(const reader *r, hid_t *file, hid_t *cube)
{
    const hyp_tile *tile = r->plan.tile;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hyp_status st = HYP_OK;

    *cube = H5I_INVALID_HID;
    H5Pset_fapl_mpio(access, r->comm, MPI_INFO_NULL);
    *file = H5Fopen(tile->path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (*file >= 0)
        *cube = H5Dopen2(*file, tile->cube, H5P_DEFAULT);
    if (*cube < 0)
        st = hyp_h5_fail(HYP_EIO, "cannot open '%s' with MPI-IO", tile->path);
    return hyp_agree(r->comm, st);
}

static void close_cube_all(hid_t file, hid_t cube)
{
    if (cube >= 0)
        H5Dclose(cube);
    if (file >= 0)
        H5Fclose(file);
}

static void release(reader *r)
{
    hyp_read_plan_release(&r->plan);
    hyp_map_free(r->decoded, r->decoded_bytes);
    hyp_map_free(r->received, r->received_bytes);
    free(r->request);
}

/* The DN that marks an invalid pixel; false if none can. */
static bool nodata_dn(const hyp_tile *tile, int16_t *dn)
{
    *dn = HYP_CONVERTED_NODATA;
    if (tile->element != HYP_ELEMENT_INT16)
        return true;
    if (!tile->has_nodata || tile->nodata != rint(tile->nodata) ||
        tile->nodata < INT16_MIN || tile->nodata > INT16_MAX)
        return false;
    *dn = (int16_t)tile->nodata;
    return true;
}

/* Fill the slabs with the bands of all rows, invalid pixels included. */
static hyp_status fill_all(reader *r, const hyp_bands *kept, double quantum)
{
    hyp_chunk_reader chunks = { 0 };
    hid_t file = H5I_INVALID_HID, cube = H5I_INVALID_HID;
    hyp_status st;

    HYP_TRY(hyp_agree(r->comm, make_room(r)));
    HYP_TRY(open_cube_all(r, &file, &cube));
    st = hyp_chunk_reader_init(&chunks, r->plan.tile, kept, quantum, cube);
    HYP_TRY(hyp_agree(r->comm, st));
    HYP_TRY(exchange_all(r, &chunks));
out:
    hyp_chunk_reader_release(&chunks);
    close_cube_all(file, cube);
    return st;
}

/* The plan, and slabs for the rows that it gives to the ranks. */
static hyp_status prepare(reader *r, const hyp_tile *tile,
                          const hyp_bands *kept, int ranks)
{
    hyp_rows rows;
    hyp_status st = hyp_read_plan_init(&r->plan, tile, kept, ranks);

    if (st != HYP_OK)
        return st;
    rows = hyp_read_plan_rows(&r->plan, r->rank);
    return hyp_slab_init(r->slab, rows.begin, rows.end - rows.begin, tile->cols,
                         kept->count);
}

hyp_status hyp_cube_read_all(const hyp_tile *whole, const hyp_bands *kept,
                             const hyp_cube_options *options, MPI_Comm comm,
                             hyp_slab *slab)
{
    hyp_tile tile = *whole; /* a view, with the nodata that was asked for */
    reader r = { .kernels = hyp_kernels_here(), .slab = slab, .comm = comm };
    int16_t nodata;
    int ranks;
    hyp_status st;

    *slab = (hyp_slab){ 0 };
    if (options->has_nodata) {
        tile.has_nodata = true;
        tile.nodata = options->nodata;
    }
    MPI_Comm_rank(comm, &r.rank);
    MPI_Comm_size(comm, &ranks);
    HYP_TRY(hyp_agree(comm, prepare(&r, &tile, kept, ranks)));
    HYP_TRY(fill_all(&r, kept, options->quantum));
    if (nodata_dn(&tile, &nodata))
        hyp_slab_drop(slab, nodata);
out:
    release(&r);
    if (st != HYP_OK)
        hyp_slab_release(slab);
    return st;
}

double hyp_cube_scale(const hyp_tile *tile, const hyp_cube_options *options)
{
    return tile->element == HYP_ELEMENT_FLOAT32 ? 1 / options->quantum
                                                : tile->scale;
}
