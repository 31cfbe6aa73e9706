/*
 * cube.c - read the kept bands of a tile into the ranks' slabs
 *
 * The chunks that hold a kept band, in the order of the file's grid, are cut
 * into one run per rank, of equal stored size.  Then all ranks take turns: each
 * decodes a group of its chunks that lie behind each other along the band
 * axis, and sends their rows to the ranks that own them.  With chunks of whole
 * bands this is a transpose; with chunks of a few rows nearly all rows stay.
 * Rows are the slowest axis of a chunk, so what one owner gets of a chunk is
 * one piece of memory: nothing is packed.
 *
 * Every rank follows the plan of all, so that sizes need not be sent, and a
 * rank whose chunk cannot be read keeps step, and reports after the last turn.
 */
#include "hyperslab/cube.h"

#include "base/mem.h"
#include "comm/partition.h"
#include "hyperslab/comm.h"
#include "io/chunk.h"
#include "io/h5.h"
#include "kernel/gather.h"

#include <math.h>
#include <stdlib.h>

enum {
    GROUP_CHUNKS = 16,      /* decoded in one turn, if they are small      */
    GROUP_BYTES = 32 << 20, /* of them; a larger chunk is a group by itself */
    TAG = 1
};

/* Consecutive chunks [begin, end) of the needed list, in one place. */
typedef struct group {
    int64_t begin, end;
} group;

typedef struct reader {
    const hyp_tile *tile;
    const hyp_bands *kept;
    hyp_slab *slab;
    MPI_Comm comm;
    int rank, size;

    int64_t *needed; /* [needed_count]: indices of chunks with kept bands  */
    int64_t needed_count;
    int *first_kept; /* [slots + 1]: of the kept list, per chunk slot      */
    int *offset;     /* [kept]: band within its chunk                      */
    int64_t *start;  /* [size + 1]: each rank's run of needed              */
    int64_t *next;   /* [size]: each rank's first chunk of the next turn   */
    group *turn;     /* [size]: what each rank decodes in this turn        */

    int64_t chunk_elements;
    int16_t *decoded;  /* this rank's group                                 */
    int16_t *received; /* the other ranks' pieces for this rank             */
    MPI_Request *request;
} reader;

static int slots(const hyp_tile *tile)
{
    return (tile->bands + tile->chunk.bands - 1) / tile->chunk.bands;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Which kept bands lie in the chunks of each slot, and where in the chunk. */
static void place_bands(reader *r)
{
    const int width = r->tile->chunk.bands;
    int k = 0;

    for (int slot = 0; slot < slots(r->tile); slot++) {
        r->first_kept[slot] = k;
        for (; k < r->kept->count && r->kept->index[k] < (slot + 1) * width;
             k++)
            r->offset[k] = r->kept->index[k] - slot * width;
    }
    r->first_kept[slots(r->tile)] = k;
}

static int kept_in(const reader *r, int slot)
{
    return r->first_kept[slot + 1] - r->first_kept[slot];
}

/* List the chunks that hold a kept band, and share them out by stored size. */
static hyp_status share_chunks(reader *r)
{
    int64_t *weight;
    hyp_status st = hyp_alloc(&weight, (size_t)r->tile->chunks);

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < r->tile->chunks; i++)
        if (kept_in(r, hyp_chunk_at(r->tile, i).slot) > 0) {
            weight[r->needed_count] = r->tile->stored[i];
            r->needed[r->needed_count++] = i;
        }
    hyp_part_by_weight(weight, r->needed_count, r->size, r->start);
    free(weight);
    return HYP_OK;
}

static hyp_status plan(reader *r)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&r->needed, (size_t)r->tile->chunks));
    HYP_TRY(hyp_alloc(&r->first_kept, (size_t)slots(r->tile) + 1));
    HYP_TRY(hyp_alloc(&r->offset, (size_t)r->kept->count));
    HYP_TRY(hyp_alloc(&r->start, (size_t)r->size + 1));
    HYP_TRY(hyp_alloc(&r->next, (size_t)r->size));
    HYP_TRY(hyp_alloc(&r->turn, (size_t)r->size));
    place_bands(r);
    HYP_TRY(share_chunks(r));
out:
    return st;
}

static hyp_chunk needed_chunk(const reader *r, int64_t i)
{
    return hyp_chunk_at(r->tile, r->needed[i]);
}

/* The longest group that begins at chunk `begin` and ends before `limit`. */
static group group_at(const reader *r, int64_t begin, int64_t limit)
{
    const int64_t bytes = r->chunk_elements * (int64_t)sizeof(int16_t);
    const int64_t most = greater(1, lesser(GROUP_CHUNKS, GROUP_BYTES / bytes));
    group g = { begin, begin };
    hyp_chunk first;

    if (begin == limit)
        return g;
    first = needed_chunk(r, begin);
    while (g.end < limit && g.end - begin < most) {
        hyp_chunk chunk = needed_chunk(r, g.end);

        if (chunk.row != first.row || chunk.col != first.col)
            break;
        g.end++;
    }
    return g;
}

static void rewind_turns(reader *r)
{
    for (int s = 0; s < r->size; s++)
        r->next[s] = r->start[s];
}

/* Find what each rank decodes next; false when all have finished. */
static bool next_turn(reader *r)
{
    bool more = false;

    for (int s = 0; s < r->size; s++) {
        r->turn[s] = group_at(r, r->next[s], r->start[s + 1]);
        r->next[s] = r->turn[s].end;
        more = more || r->turn[s].begin < r->turn[s].end;
    }
    return more;
}

/* Rows of the tile that both the group and the rank's slab hold. */
typedef struct overlap {
    int64_t begin, end;
} overlap;

static overlap shared_rows(const reader *r, group g, int rank)
{
    const int64_t rows = r->tile->rows;
    overlap o = { 0, 0 };

    if (g.begin < g.end) {
        int64_t top = needed_chunk(r, g.begin).row;

        o.begin = greater(top, hyp_part_start(rows, rank, r->size));
        o.end = lesser(lesser(top + r->tile->chunk.rows, rows),
                       hyp_part_start(rows, rank + 1, r->size));
        o.end = greater(o.begin, o.end);
    }
    return o;
}

/* Elements of one chunk that lie in the rows. */
static int64_t piece_elements(const reader *r, overlap o)
{
    return (o.end - o.begin) * r->tile->chunk.cols * r->tile->chunk.bands;
}

/* Room for one turn: this rank's group, and what it gets from the others. */
static hyp_status make_room(reader *r)
{
    int64_t own = 0, most = 0, requests = 1;
    hyp_status st;

    rewind_turns(r);
    while (next_turn(r)) {
        int64_t sum = 0, pieces = 0;

        for (int s = 0; s < r->size; s++) {
            group g = r->turn[s];
            int64_t chunks = g.end - g.begin;
            int64_t piece = piece_elements(r, shared_rows(r, g, r->rank));

            if (s == r->rank) {
                own = greater(own, chunks);
                pieces += chunks * r->size;
            } else if (piece > 0) {
                sum += chunks * piece;
                pieces += chunks;
            }
        }
        most = greater(most, sum);
        requests = greater(requests, pieces);
    }
    HYP_TRY(hyp_alloc(&r->decoded, (size_t)(own * r->chunk_elements)));
    HYP_TRY(hyp_alloc(&r->received, (size_t)most));
    HYP_TRY(hyp_alloc(&r->request, (size_t)requests));
out:
    return st;
}

/* Post the receives of this turn; return how many there are. */
static int receive(reader *r)
{
    int16_t *into = r->received;
    int requests = 0;

    for (int s = 0; s < r->size; s++) {
        int64_t piece = piece_elements(r, shared_rows(r, r->turn[s], r->rank));

        if (s == r->rank || piece == 0)
            continue;
        for (int64_t i = r->turn[s].begin; i < r->turn[s].end; i++) {
            MPI_Irecv(into, (int)piece, MPI_INT16_T, s, TAG, r->comm,
                      &r->request[requests++]);
            into += piece;
        }
    }
    return requests;
}

/* Where the piece of the n-th chunk of the group begins in `decoded`. */
static int16_t *decoded_piece(const reader *r, int64_t n, overlap o)
{
    int64_t top = needed_chunk(r, r->turn[r->rank].begin).row;

    return r->decoded + n * r->chunk_elements +
           piece_elements(r, (overlap){ top, o.begin });
}

/* Start to send every other rank its rows of this rank's group. */
static int send(reader *r, int requests)
{
    const group mine = r->turn[r->rank];

    for (int to = 0; to < r->size; to++) {
        overlap o = shared_rows(r, mine, to);

        if (to == r->rank || o.begin == o.end)
            continue;
        for (int64_t n = 0; n < mine.end - mine.begin; n++)
            MPI_Isend(decoded_piece(r, n, o), (int)piece_elements(r, o),
                      MPI_INT16_T, to, TAG, r->comm, &r->request[requests++]);
    }
    return requests;
}

static hyp_status decode(reader *r, hyp_chunk_reader *chunks)
{
    const group mine = r->turn[r->rank];

    for (int64_t i = mine.begin; i < mine.end; i++) {
        hyp_chunk chunk = needed_chunk(r, i);
        hyp_status st = hyp_chunk_read(
            chunks, &chunk, r->decoded + (i - mine.begin) * r->chunk_elements);

        if (st != HYP_OK)
            return st;
    }
    return HYP_OK;
}

/*
 * Put the rows of a group into the slab, given the piece of each of its
 * chunks, one row of pixels at a time.
 */
static void place(reader *r, group g, overlap o, const int16_t *const *piece)
{
    const hyp_chunking *size = &r->tile->chunk;
    const hyp_chunk first = needed_chunk(r, g.begin);
    const int64_t cols = lesser(size->cols, r->tile->cols - first.col);
    const int chunks = (int)(g.end - g.begin);
    hyp_slab *slab = r->slab;

    for (int64_t row = o.begin; row < o.end; row++) {
        const int16_t *at[GROUP_CHUNKS];
        int16_t *out =
            slab->dn +
            ((row - slab->first_row) * slab->cols + first.col) * slab->stride;

        for (int n = 0; n < chunks; n++)
            at[n] = piece[n] + (row - o.begin) * size->cols * size->bands;
        if (size->bands == 1) {
            hyp_gather_planes(at, chunks, cols, out + r->first_kept[first.slot],
                              slab->stride);
            continue;
        }
        for (int n = 0; n < chunks; n++) {
            int slot = needed_chunk(r, g.begin + n).slot;
            int k = r->first_kept[slot];

            hyp_gather_picked(at[n], size->bands, r->offset + k,
                              kept_in(r, slot), cols, out + k, slab->stride);
        }
    }
}

static void place_own(reader *r)
{
    const group mine = r->turn[r->rank];
    const overlap o = shared_rows(r, mine, r->rank);
    const int16_t *piece[GROUP_CHUNKS];

    if (o.begin == o.end)
        return;
    for (int64_t n = 0; n < mine.end - mine.begin; n++)
        piece[n] = decoded_piece(r, n, o);
    place(r, mine, o, piece);
}

static void place_received(reader *r)
{
    const int16_t *from = r->received;

    for (int s = 0; s < r->size; s++) {
        const overlap o = shared_rows(r, r->turn[s], r->rank);
        const int16_t *piece[GROUP_CHUNKS];

        if (s == r->rank || o.begin == o.end)
            continue;
        for (int64_t n = 0; n < r->turn[s].end - r->turn[s].begin; n++) {
            piece[n] = from;
            from += piece_elements(r, o);
        }
        place(r, r->turn[s], o, piece);
    }
}

/* All turns.  Only decoding can fail; messages go on to the end. */
static hyp_status exchange_all(reader *r, hyp_chunk_reader *chunks)
{
    hyp_status st = HYP_OK;

    rewind_turns(r);
    while (next_turn(r)) {
        int receives = receive(r), requests;

        if (st == HYP_OK)
            st = decode(r, chunks);
        requests = send(r, receives);
        place_own(r);
        MPI_Waitall(receives, r->request, MPI_STATUSES_IGNORE);
        place_received(r);
        MPI_Waitall(requests - receives, r->request + receives,
                    MPI_STATUSES_IGNORE);
    }
    return hyp_agree(r->comm, st);
}

/* Open the cube on all ranks, with the MPI-IO driver. */
static hyp_status open_cube_all(const reader *r, hid_t *file, hid_t *cube)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hyp_status st = HYP_OK;

    *cube = H5I_INVALID_HID;
    H5Pset_fapl_mpio(access, r->comm, MPI_INFO_NULL);
    *file = H5Fopen(r->tile->path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (*file >= 0)
        *cube = H5Dopen2(*file, r->tile->cube, H5P_DEFAULT);
    if (*cube < 0)
        st =
            hyp_h5_fail(HYP_EIO, "cannot open '%s' with MPI-IO", r->tile->path);
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
    free(r->needed);
    free(r->first_kept);
    free(r->offset);
    free(r->start);
    free(r->next);
    free(r->turn);
    free(r->decoded);
    free(r->received);
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
static hyp_status fill_all(reader *r, double quantum)
{
    hyp_chunk_reader chunks = { 0 };
    hid_t file = H5I_INVALID_HID, cube = H5I_INVALID_HID;
    hyp_status st;

    r->chunk_elements = hyp_chunk_elements(r->tile);
    st = plan(r);
    if (st == HYP_OK)
        st = make_room(r);
    HYP_TRY(hyp_agree(r->comm, st));
    HYP_TRY(open_cube_all(r, &file, &cube));
    st = hyp_chunk_reader_init(&chunks, r->tile, r->kept, quantum, cube);
    HYP_TRY(hyp_agree(r->comm, st));
    HYP_TRY(exchange_all(r, &chunks));
out:
    hyp_chunk_reader_release(&chunks);
    close_cube_all(file, cube);
    return st;
}

hyp_status hyp_cube_read_all(const hyp_tile *whole, const hyp_bands *kept,
                             const hyp_cube_options *options, MPI_Comm comm,
                             hyp_slab *slab)
{
    hyp_tile tile = *whole; /* a view, with the nodata that was asked for */
    reader r = { .tile = &tile, .kept = kept, .slab = slab, .comm = comm };
    int64_t first, last;
    int16_t nodata;
    hyp_status st;

    if (options->has_nodata) {
        tile.has_nodata = true;
        tile.nodata = options->nodata;
    }
    MPI_Comm_rank(comm, &r.rank);
    MPI_Comm_size(comm, &r.size);
    first = hyp_part_start(tile.rows, r.rank, r.size);
    last = hyp_part_start(tile.rows, r.rank + 1, r.size);
    st = hyp_slab_init(slab, first, last - first, tile.cols, kept->count);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(fill_all(&r, options->quantum));
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
