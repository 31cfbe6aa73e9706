/*
 * cube.c - read the kept bands of a scene into the ranks' slabs
 *
 * Each chunk is decoded by one rank (read_plan.h) and its rows are sent to the
 * ranks that own them.  With chunks of whole bands this is a transpose; with
 * chunks of a few rows nearly all rows stay.  Rows are the slowest axis of a
 * chunk, so what one owner gets of a chunk is one piece of memory: nothing is
 * packed.  Messages are under way while the next chunk is being decoded.
 *
 * A rank whose chunk cannot be read keeps up the turns, and reports after the
 * last.
 */
#include "hyperslab/cube.h"

#include "base/map.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/h5.h"
#include "io/mask.h"
#include "io/read_plan.h"
#include "kernel/kernel.h"

#include <math.h>
#include <stdlib.h>

enum { TAG = 1 };

/* This rank's rows of a chunk. */
typedef struct portion {
    int slot;          /* of the chunk along the band axis */
    const int16_t *at; /* decoded or received; borrowed    */
} portion;

/* What is decoded and received in one turn, and its messages. */
typedef struct turn {
    void *decoded;        /* int16: this rank's group; owned                */
    void *received;       /* int16: the other ranks' pieces for this rank;
                         owned                                          */
    MPI_Request *request; /* owned */
    int requests;
    portion *portion;    /* [most in a turn]; owned */
    const int16_t **row; /* [most in a turn]; owned */
} turn;

/* The file that this rank reads from. */
typedef struct source {
    const hyp_tile_plan *plan; /* of its tile; NULL: none is open        */
    hyp_tile tile;             /* a view, with the nodata asked for      */
    hid_t file, cube;
    hyp_chunk_reader chunks;
} source;

typedef struct reader {
    const hyp_scene *scene;
    const hyp_cube_options *options;
    hyp_read_plan plan;
    const hyp_kernels *kernels;
    hyp_slab *slab;
    MPI_Comm comm;
    int rank;
    turn turn;
    size_t decoded_bytes, received_bytes;
    source source;
} reader;

/* What the largest turn needs. */
typedef struct room {
    int64_t decoded, received; /* int16 */
    int64_t requests;
    int64_t portions;
} room;

static void grow(int64_t *most, int64_t value)
{
    *most = value > *most ? value : *most;
}

static void measure_turn(const reader *r, room *most)
{
    const hyp_read_plan *plan = &r->plan;
    int64_t received = 0, requests = 0, portions = 0;

    for (int s = 0; s < plan->ranks; s++) {
        const hyp_group g = plan->turn[s];
        const int64_t chunks = g.end - g.begin;
        const hyp_tile_plan *t = hyp_read_plan_tile(plan, g.begin);
        const int64_t piece =
            hyp_read_plan_piece(t, hyp_read_plan_shared(plan, g, r->rank));

        portions += chunks;
        if (s == r->rank) {
            grow(&most->decoded, chunks * hyp_chunk_elements(t->of->tile));
            requests += chunks * plan->ranks;
        } else if (piece > 0) {
            received += chunks * piece;
            requests += chunks;
        }
    }
    grow(&most->received, received);
    grow(&most->requests, requests);
    grow(&most->portions, portions);
}

static room measure_turns(reader *r)
{
    room most = { 0, 0, 1, 1 };

    hyp_read_plan_rewind(&r->plan);
    while (hyp_read_plan_next(&r->plan))
        measure_turn(r, &most);
    return most;
}

static hyp_status make_room(reader *r)
{
    const room most = measure_turns(r);
    hyp_status st = HYP_OK;

    r->decoded_bytes = (size_t)most.decoded * sizeof(int16_t);
    r->received_bytes = (size_t)most.received * sizeof(int16_t);
    HYP_TRY(hyp_map_new(&r->turn.decoded, r->decoded_bytes));
    HYP_TRY(hyp_map_new(&r->turn.received, r->received_bytes));
    HYP_TRY(hyp_alloc(&r->turn.request, (size_t)most.requests));
    HYP_TRY(hyp_alloc(&r->turn.portion, (size_t)most.portions));
    HYP_TRY(hyp_alloc(&r->turn.row, (size_t)most.portions));
out:
    return st;
}

/* The group that this rank decodes in this turn. */
static hyp_group own_group(const reader *r)
{
    return r->plan.turn[r->rank];
}

/* The rows of any rank's group that this rank owns. */
static hyp_rows own_rows(const reader *r, hyp_group g)
{
    return hyp_read_plan_shared(&r->plan, g, r->rank);
}

/* Post the receives of this turn. */
static void receive(reader *r)
{
    turn *t = &r->turn;
    int16_t *into = t->received;

    t->requests = 0;
    for (int s = 0; s < r->plan.ranks; s++) {
        const hyp_group g = r->plan.turn[s];
        const int64_t piece = hyp_read_plan_piece(
            hyp_read_plan_tile(&r->plan, g.begin), own_rows(r, g));

        if (s == r->rank || piece == 0)
            continue;
        for (int64_t i = g.begin; i < g.end; i++) {
            MPI_Irecv(into, (int)piece, MPI_INT16_T, s, TAG, r->comm,
                      &t->request[t->requests++]);
            into += piece;
        }
    }
}

/* Where the n-th chunk of this rank's group is decoded. */
static int16_t *decoded_chunk(const reader *r, int64_t n)
{
    const hyp_tile_plan *plan =
        hyp_read_plan_tile(&r->plan, own_group(r).begin);

    return (int16_t *)r->turn.decoded + n * hyp_chunk_elements(plan->of->tile);
}

/* Where the rows begin in the n-th chunk of this rank's group. */
static int16_t *decoded_piece(const reader *r, int64_t n, hyp_rows rows)
{
    const hyp_group mine = own_group(r);
    const hyp_tile_plan *plan = hyp_read_plan_tile(&r->plan, mine.begin);
    const int64_t top =
        plan->of->first_row + hyp_read_plan_chunk(plan, mine.begin).row;

    return decoded_chunk(r, n) +
           hyp_read_plan_piece(plan, (hyp_rows){ top, rows.begin });
}

/* Start to send the other ranks their rows of the n-th decoded chunk. */
static void send(reader *r, int64_t n)
{
    const hyp_group mine = own_group(r);
    const hyp_tile_plan *plan = hyp_read_plan_tile(&r->plan, mine.begin);

    for (int to = 0; to < r->plan.ranks; to++) {
        hyp_rows rows = hyp_read_plan_shared(&r->plan, mine, to);

        if (to == r->rank || rows.begin == rows.end)
            continue;
        MPI_Isend(decoded_piece(r, n, rows),
                  (int)hyp_read_plan_piece(plan, rows), MPI_INT16_T, to, TAG,
                  r->comm, &r->turn.request[r->turn.requests++]);
    }
}

static void close_source(source *s)
{
    if (s->plan == NULL)
        return;
    hyp_chunk_reader_release(&s->chunks);
    if (s->cube >= 0)
        H5Dclose(s->cube);
    if (s->file >= 0)
        H5Fclose(s->file);
    s->plan = NULL;
}

/*
 * Open a tile with the MPI-IO driver.  Each rank opens those that it reads from,
 * when it comes to them: neighbours share at most one.
 */
static hyp_status open_source(const reader *r, source *s,
                              const hyp_tile_plan *plan)
{
    const hyp_cube_options *o = r->options;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    close_source(s);
    s->plan = plan;
    s->tile = *plan->of->tile;
    if (o->has_nodata) {
        s->tile.has_nodata = true;
        s->tile.nodata = o->nodata;
    }
    s->cube = H5I_INVALID_HID;
    H5Pset_fapl_mpio(access, MPI_COMM_SELF, MPI_INFO_NULL);
    s->file = H5Fopen(s->tile.path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (s->file >= 0)
        s->cube = H5Dopen2(s->file, s->tile.cube, H5P_DEFAULT);
    if (s->cube < 0)
        return hyp_h5_fail(HYP_EIO, "cannot open '%s' with MPI-IO",
                           s->tile.path);
    return hyp_chunk_reader_init(&s->chunks, &s->tile, &plan->of->kept,
                                 o->quantum, s->cube);
}

/* Announce a chunk that this rank will come to, if it is of the open tile. */
static void announce(const reader *r, const hyp_tile_plan *plan, int64_t n)
{
    hyp_chunk chunk;

    if (n >= r->plan.start[r->rank + 1] ||
        hyp_read_plan_tile(&r->plan, n) != plan)
        return;
    chunk = hyp_read_plan_chunk(plan, n);
    hyp_chunk_announce(&r->source.chunks, &chunk);
}

/* Decode this rank's group, sending each chunk as soon as it is there. */
static hyp_status decode(reader *r, hyp_status st)
{
    const hyp_group mine = own_group(r);
    const hyp_tile_plan *plan = hyp_read_plan_tile(&r->plan, mine.begin);

    if (mine.begin == mine.end)
        return st;
    if (st == HYP_OK && r->source.plan != plan)
        st = open_source(r, &r->source, plan);
    for (int64_t i = mine.begin; i < mine.end; i++) {
        const int64_t n = i - mine.begin;
        hyp_chunk chunk = hyp_read_plan_chunk(plan, i);

        if (st == HYP_OK) {
            announce(r, plan, i + HYP_GROUP_CHUNKS);
            st = hyp_chunk_read(&r->source.chunks, &chunk, decoded_chunk(r, n));
        }
        send(r, n);
    }
    return st;
}

/* The DN that marks an invalid pixel; false if none can. */
static bool nodata_dn(const hyp_tile *tile, const hyp_cube_options *options,
                      int16_t *dn)
{
    const double nodata = options->has_nodata ? options->nodata : tile->nodata;

    *dn = HYP_CONVERTED_NODATA;
    if (tile->element != HYP_ELEMENT_INT16)
        return true;
    if (!(options->has_nodata || tile->has_nodata) || nodata != rint(nodata) ||
        nodata < INT16_MIN || nodata > INT16_MAX)
        return false;
    *dn = (int16_t)nodata;
    return true;
}

/* How many portions from the first on are single bands side by side. */
static int run_of(const hyp_tile_plan *plan, const portion *first, int portions)
{
    const int band = plan->first_kept[first->slot];
    int run = 1;

    while (run < portions && plan->first_kept[first[run].slot] == band + run)
        run++;
    return run;
}

/* One row of pixels from one place of a tile. */
typedef struct stretch {
    int64_t at; /* elements behind the beginning of each portion */
    int64_t cols;
    int16_t *out;
    int16_t nodata;
    uint8_t *valid; /* [cols]; NULL: nodata cannot be */
} stretch;

static void place_bands(const reader *r, const portion *from, int bands,
                        int first, const stretch *to)
{
    for (int i = 0; i < bands; i++)
        r->turn.row[i] = from[i].at + to->at;
    r->kernels->interleave(r->turn.row, bands, to->cols, to->out + first,
                           r->slab->stride, to->nodata, to->valid);
}

static void place_row(const reader *r, const hyp_tile_plan *plan, int portions,
                      const stretch *to)
{
    const int width = plan->of->tile->chunk.bands;
    int run = 1;

    for (int n = 0; n < portions; n += run) {
        const portion *now = r->turn.portion + n;
        const int first = plan->first_kept[now->slot];

        if (width == 1) {
            run = run_of(plan, now, portions - n);
            place_bands(r, now, run, first, to);
        } else {
            r->kernels->pick(now->at + to->at, width, plan->offset + first,
                             hyp_read_plan_kept(plan, now->slot), to->cols,
                             to->out + first, r->slab->stride, to->nodata,
                             to->valid);
        }
    }
}

/* Put a turn's portions of the rows of one place into the slab. */
static void place(const reader *r, hyp_group g, int portions)
{
    const hyp_tile_plan *plan = hyp_read_plan_tile(&r->plan, g.begin);
    const hyp_tile *tile = plan->of->tile;
    const hyp_rows rows = own_rows(r, g);
    const int64_t col = hyp_read_plan_chunk(plan, g.begin).col;
    const int64_t left = tile->cols - col;
    const hyp_slab *slab = r->slab;
    stretch to = { .cols = left < tile->chunk.cols ? left : tile->chunk.cols };
    const bool marks = nodata_dn(tile, r->options, &to.nodata);

    for (int64_t row = rows.begin; row < rows.end; row++) {
        const int64_t pixel = slab->cells[row - slab->first_row] + col;

        to.out = slab->dn + pixel * slab->stride;
        to.valid = marks ? slab->valid + pixel : NULL;
        place_row(r, plan, portions, &to);
        to.at += tile->chunk.cols * tile->chunk.bands;
    }
}

/* Note where this rank's rows of a rank's group lie, given where the next
   received portion does. */
static int take_portions(const reader *r, int s, int portions,
                         const int16_t **from)
{
    const hyp_group g = r->plan.turn[s];
    const hyp_tile_plan *plan = hyp_read_plan_tile(&r->plan, g.begin);
    const hyp_rows rows = own_rows(r, g);

    for (int64_t n = g.begin; n < g.end && rows.begin < rows.end; n++) {
        portion *next = &r->turn.portion[portions++];

        next->slot = hyp_read_plan_chunk(plan, n).slot;
        next->at = s == r->rank ? decoded_piece(r, n - g.begin, rows) : *from;
        if (s != r->rank)
            *from += hyp_read_plan_piece(plan, rows);
    }
    return portions;
}

static int by_slot(const void *a, const void *b)
{
    return ((const portion *)a)->slot - ((const portion *)b)->slot;
}

/* Put into the slab what this turn brought, place after place: of ranks that
   follow each other, several may have decoded parts of one. */
static void place_portions(const reader *r)
{
    const int16_t *from = r->turn.received;
    int next;

    for (int s = 0; s < r->plan.ranks; s = next) {
        const hyp_group g = r->plan.turn[s];
        int portions = take_portions(r, s, 0, &from);

        for (next = s + 1;
             next < r->plan.ranks &&
             hyp_read_plan_together(&r->plan, g, r->plan.turn[next]);
             next++)
            portions = take_portions(r, next, portions, &from);
        qsort(r->turn.portion, (size_t)portions, sizeof *r->turn.portion,
              by_slot);
        if (portions > 0)
            place(r, g, portions);
    }
}

/* Bytes of some of the needed chunks, once decoded. */
static int64_t bytes_of(const reader *r, int64_t begin, int64_t end)
{
    int64_t bytes = 0;

    for (int64_t n = begin; n < end; n++)
        bytes += hyp_chunk_elements(hyp_read_plan_tile(&r->plan, n)->of->tile) *
                 (int64_t)sizeof(int16_t);
    return bytes;
}

/* All turns.  Only decoding can fail; messages go on to the end. */
static hyp_status exchange_all(reader *r)
{
    const int64_t total =
        bytes_of(r, r->plan.start[r->rank], r->plan.start[r->rank + 1]);
    int64_t done = 0;
    hyp_status st = HYP_OK;

    hyp_read_plan_rewind(&r->plan);
    while (hyp_read_plan_next(&r->plan)) {
        receive(r);
        st = decode(r, st);
        MPI_Waitall(r->turn.requests, r->turn.request, MPI_STATUSES_IGNORE);
        place_portions(r);
        done += bytes_of(r, own_group(r).begin, own_group(r).end);
        if (r->options->progress)
            r->options->progress(r->options->progress_context, done, total);
    }
    return hyp_agree(r->comm, st);
}

static void release(reader *r)
{
    close_source(&r->source);
    hyp_read_plan_release(&r->plan);
    hyp_map_free(r->turn.decoded, r->decoded_bytes);
    hyp_map_free(r->turn.received, r->received_bytes);
    free(r->turn.request);
    free(r->turn.portion);
    free(r->turn.row);
}

/* A slab for the rows that the plan gives to this rank. */
static hyp_status make_slab(const reader *r)
{
    const int64_t first = r->plan.row[r->rank], end = r->plan.row[r->rank + 1];
    const hyp_scene *scene = r->scene;
    int64_t *cols;
    hyp_status st = hyp_alloc(&cols, (size_t)(end - first));

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < scene->tiles; i++) {
        hyp_rows rows = hyp_scene_rows(scene, i, (hyp_rows){ first, end });

        for (int64_t row = rows.begin; row < rows.end; row++)
            cols[row - first] = scene->tile[i].tile->cols;
    }
    st = hyp_slab_init(r->slab, first, end - first, cols,
                       scene->tile[0].kept.count);
    free(cols);
    return st;
}

/* Rows of a tile, in which pixels with nodata are marked already. */
static hyp_status clean_rows(const reader *r, int tile, hyp_rows rows)
{
    hyp_slab *slab = r->slab;
    hyp_mask *mask = r->options->mask;
    int16_t nodata;
    const bool marks =
        nodata_dn(r->scene->tile[tile].tile, r->options, &nodata);
    hyp_status st = HYP_OK;

    for (int64_t n = rows.begin; n < rows.end; n++) {
        const int64_t row = n - slab->first_row;

        if (marks)
            hyp_slab_count_partial(slab, row, 1, nodata);
        if (mask)
            HYP_TRY(hyp_mask_apply(mask, r->scene, tile, slab, row));
        hyp_slab_drop(slab, row, 1);
    }
out:
    return st;
}

static hyp_status clean(const reader *r)
{
    const hyp_rows own = { r->slab->first_row,
                           r->slab->first_row + r->slab->rows };
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < r->scene->tiles; i++)
        st = clean_rows(r, i, hyp_scene_rows(r->scene, i, own));
    return st;
}

hyp_status hyp_cube_read_all(const hyp_scene *scene,
                             const hyp_cube_options *options, MPI_Comm comm,
                             hyp_slab *slab)
{
    reader r = { .scene = scene,
                 .options = options,
                 .kernels = hyp_kernels_here(),
                 .slab = slab,
                 .comm = comm };
    int ranks;
    hyp_status st;

    *slab = (hyp_slab){ 0 };
    MPI_Comm_rank(comm, &r.rank);
    MPI_Comm_size(comm, &ranks);
    st = hyp_read_plan_init(&r.plan, scene, ranks);
    if (st == HYP_OK)
        st = make_slab(&r);
    if (st == HYP_OK)
        st = make_room(&r);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(exchange_all(&r));
    HYP_TRY(hyp_agree(comm, clean(&r)));
    HYP_TRY(hyp_slab_balance_all(slab, comm));
out:
    release(&r);
    if (st != HYP_OK)
        hyp_slab_release(slab);
    return st;
}

static void measure_chunks(const hyp_read_plan *plan, int rank,
                           hyp_cube_needs *needs)
{
    for (int64_t n = plan->start[rank]; n < plan->start[rank + 1]; n++) {
        const hyp_tile_plan *t = hyp_read_plan_tile(plan, n);
        const int64_t stored =
            t->of->tile->stored[hyp_read_plan_chunk(t, n).index];

        needs->stored_bytes += stored;
        needs->decoded_bytes +=
            hyp_chunk_elements(t->of->tile) * (int64_t)sizeof(int16_t);
        if (stored > needs->largest_bytes)
            needs->largest_bytes = stored;
    }
}

hyp_status hyp_cube_measure(const hyp_scene *scene, int rank, int ranks,
                            hyp_cube_needs *needs)
{
    reader r = { .scene = scene, .rank = rank };
    hyp_status st;
    room most;

    HYP_TRY(hyp_read_plan_init(&r.plan, scene, ranks));
    most = measure_turns(&r);
    *needs = (hyp_cube_needs){
        .first_row = r.plan.row[rank],
        .rows = r.plan.row[rank + 1] - r.plan.row[rank],
        .chunks = r.plan.start[rank + 1] - r.plan.start[rank],
        .buffer_bytes =
            (most.decoded + most.received) * (int64_t)sizeof(int16_t),
    };
    measure_chunks(&r.plan, rank, needs);
out:
    hyp_read_plan_release(&r.plan);
    return st;
}

double hyp_cube_scale(const hyp_tile *tile, const hyp_cube_options *options)
{
    return tile->element == HYP_ELEMENT_FLOAT32 ? 1 / options->quantum
                                                : tile->scale;
}
