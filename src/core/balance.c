/*
 * balance.c - give every rank its share of the valid pixels
 *
 * Rows without data cost nothing after reading, so that ranks with equal parts
 * of a scene may have unequal work.  Every rank learns how many valid pixels
 * each row of the scene has, and cuts the rows anew, all in the same way.  What
 * a rank gives away is at the ends of its slab, and what it gets is joined to
 * them.
 */
#include "base/map.h"
#include "base/mem.h"
#include "comm/partition.h"
#include "hyperslab/comm.h"
#include "hyperslab/slab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 2, PIECE = 1 << 16 }; /* pixels a message */

static const double tolerance = 1.02; /* times a rank's share */

/* Of all rows of the scene. */
typedef struct balance {
    hyp_slab *slab;
    MPI_Comm comm;
    int rank, ranks;
    int64_t *was;    /* [ranks + 1]: first row of each rank until now      */
    int64_t *will;   /* [ranks + 1]: first row of each rank from now on    */
    int64_t *cells;  /* [rows + 1]: cells before each row                  */
    int64_t *pixels; /* [rows + 1]: valid pixels before each row           */
    MPI_Datatype pixel;
    MPI_Request *request; /* what this rank will receive */
    int requests;
} balance;

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static hyp_status learn_owners_all(balance *b)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&b->was, (size_t)b->ranks + 1));
    HYP_TRY(hyp_alloc(&b->will, (size_t)b->ranks + 1));
out:
    st = hyp_agree(b->comm, st);
    if (st != HYP_OK)
        return st;
    MPI_Allgather(&b->slab->rows, 1, MPI_INT64_T, b->was + 1, 1, MPI_INT64_T,
                  b->comm);
    for (int r = 0; r < b->ranks; r++)
        b->was[r + 1] += b->was[r];
    return HYP_OK;
}

/* Gather ends [rows + 1] of all ranks' rows into starts of the scene's. */
static void gather_all(const balance *b, const int64_t *here, const int *count,
                       const int *first, int64_t *starts)
{
    MPI_Allgatherv(here + 1, (int)b->slab->rows, MPI_INT64_T, starts + 1, count,
                   first, MPI_INT64_T, b->comm);
    for (int r = 1; r < b->ranks; r++) /* each rank counts from its own start */
        for (int64_t row = b->was[r]; row < b->was[r + 1]; row++)
            starts[row + 1] += starts[b->was[r]];
}

static hyp_status learn_rows_all(balance *b)
{
    const size_t rows = (size_t)b->was[b->ranks];
    int *count = NULL, *first = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&b->cells, rows + 1));
    HYP_TRY(hyp_alloc(&b->pixels, rows + 1));
    HYP_TRY(hyp_alloc(&count, (size_t)b->ranks));
    HYP_TRY(hyp_alloc(&first, (size_t)b->ranks));
    for (int r = 0; r < b->ranks; r++) {
        first[r] = (int)b->was[r];
        count[r] = (int)(b->was[r + 1] - b->was[r]);
    }
out:
    st = hyp_agree(b->comm, st);
    if (st == HYP_OK) {
        gather_all(b, b->slab->cells, count, first, b->cells);
        gather_all(b, b->slab->before, count, first, b->pixels);
    }
    free(count);
    free(first);
    return st;
}

/* The most valid pixels of a rank, under a division of the rows. */
static int64_t most_pixels(const balance *b, const int64_t *start)
{
    int64_t most = 0;

    for (int r = 0; r < b->ranks; r++)
        most = greater(most, b->pixels[start[r + 1]] - b->pixels[start[r]]);
    return most;
}

/* Divide the rows anew; false if that is not worth it. */
static hyp_status divide(balance *b, bool *worth)
{
    const int64_t rows = b->was[b->ranks];
    const double share = (double)b->pixels[rows] / b->ranks;
    int64_t *weight;
    hyp_status st = hyp_alloc(&weight, (size_t)rows);

    if (st != HYP_OK)
        return st;
    for (int64_t row = 0; row < rows; row++)
        weight[row] = b->pixels[row + 1] - b->pixels[row];
    hyp_part_by_weight(weight, rows, b->ranks, b->will);
    free(weight);
    *worth = (double)most_pixels(b, b->was) > tolerance * share &&
             most_pixels(b, b->will) < most_pixels(b, b->was);
    return HYP_OK;
}

/* Pixels [begin, end) of the scene. */
typedef struct span {
    int64_t begin, end;
} span;

static span pixels_of(const balance *b, const int64_t *start, int rank)
{
    return (span){ b->pixels[start[rank]], b->pixels[start[rank + 1]] };
}

static span shared(span a, span b)
{
    const int64_t begin = greater(a.begin, b.begin);

    return (span){ begin, greater(begin, lesser(a.end, b.end)) };
}

/* Room on both sides of the slab's pixels for those that will come. */
static hyp_status make_room(balance *b, int64_t *ahead)
{
    hyp_slab *slab = b->slab;
    const span had = pixels_of(b, b->was, b->rank);
    const span gets = pixels_of(b, b->will, b->rank);
    const size_t bytes = (size_t)slab->stride * sizeof *slab->dn;
    const int64_t behind = greater(0, gets.end - greater(gets.begin, had.end));
    int64_t messages = b->ranks;
    void *at;
    hyp_status st;

    *ahead = greater(0, lesser(gets.end, had.begin) - gets.begin);
    messages += (*ahead + behind) / PIECE + 1;
    HYP_TRY(hyp_alloc(&b->request, (size_t)messages));
    if (*ahead + behind > 0) {
        HYP_TRY(hyp_map_grow(&slab->block, &slab->block_bytes,
                             (size_t)*ahead * bytes, (size_t)behind * bytes,
                             &at));
        slab->dn = at;
    }
out:
    return st;
}

/* Where a pixel of the scene that this rank had, or gets, lies in memory. */
static int16_t *place_of(const balance *b, int64_t ahead, int64_t pixel)
{
    const span had = pixels_of(b, b->was, b->rank);
    const span gets = pixels_of(b, b->will, b->rank);
    int64_t offset = pixel - had.begin;

    if (gets.end <= had.begin) /* nothing is kept: what comes lies together */
        offset = pixel - gets.begin - ahead;
    else if (gets.begin >= had.end)
        offset = had.end - had.begin + pixel - gets.begin;
    return b->slab->dn + offset * b->slab->stride;
}

/* Post the receives of all pieces; pages appear as they arrive. */
static void receive(balance *b, int64_t ahead)
{
    const span gets = pixels_of(b, b->will, b->rank);

    for (int r = 0; r < b->ranks; r++) {
        span s = shared(gets, pixels_of(b, b->was, r));

        for (int64_t p = s.begin; r != b->rank && p < s.end; p += PIECE)
            MPI_Irecv(place_of(b, ahead, p), (int)lesser(PIECE, s.end - p),
                      b->pixel, r, TAG, b->comm, &b->request[b->requests++]);
    }
}

/* Send what others get, and give its memory back. */
static void send(const balance *b)
{
    const hyp_slab *slab = b->slab;
    const span had = pixels_of(b, b->was, b->rank);

    for (int r = 0; r < b->ranks; r++) {
        span s = shared(had, pixels_of(b, b->will, r));

        for (int64_t p = s.begin; r != b->rank && p < s.end; p += PIECE) {
            const int count = (int)lesser(PIECE, s.end - p);
            int16_t *x = slab->dn + (p - had.begin) * slab->stride;
            const size_t from = (size_t)((char *)x - (char *)slab->block);

            MPI_Send(x, count, b->pixel, r, TAG, b->comm);
            hyp_map_forget(slab->block, from,
                           from + (size_t)count * (size_t)slab->stride *
                                      sizeof *x);
        }
    }
}

/* The cells' marks move in the same way; they are few bytes. */
static void move_marks(const balance *b, uint8_t *valid)
{
    const int64_t *cells = b->cells;
    const span had = { cells[b->was[b->rank]], cells[b->was[b->rank + 1]] };
    const span gets = { cells[b->will[b->rank]], cells[b->will[b->rank + 1]] };
    const span kept = shared(had, gets);
    int n = 0;

    for (int r = 0; r < b->ranks; r++) {
        span s = shared(gets, (span){ cells[b->was[r]], cells[b->was[r + 1]] });

        if (r != b->rank && s.begin < s.end)
            MPI_Irecv(valid + (s.begin - gets.begin), (int)(s.end - s.begin),
                      MPI_BYTE, r, TAG, b->comm, &b->request[n++]);
    }
    for (int r = 0; r < b->ranks; r++) {
        span s =
            shared(had, (span){ cells[b->will[r]], cells[b->will[r + 1]] });

        if (r != b->rank && s.begin < s.end)
            MPI_Send(b->slab->valid + (s.begin - had.begin),
                     (int)(s.end - s.begin), MPI_BYTE, r, TAG, b->comm);
    }
    memcpy(valid + (kept.begin - gets.begin),
           b->slab->valid + (kept.begin - had.begin),
           (size_t)(kept.end - kept.begin));
    MPI_Waitall(n, b->request, MPI_STATUSES_IGNORE);
}

/* What the slab says about its rows, after the move. */
typedef struct rows_after {
    int64_t *cells, *before;
    uint8_t *valid;
} rows_after;

static hyp_status rows_after_init(rows_after *a, const balance *b)
{
    const int64_t first = b->will[b->rank], end = b->will[b->rank + 1];
    hyp_status st;

    *a = (rows_after){ 0 };
    HYP_TRY(hyp_alloc(&a->cells, (size_t)(end - first) + 1));
    HYP_TRY(hyp_alloc(&a->before, (size_t)(end - first) + 1));
    HYP_TRY(hyp_alloc(&a->valid, (size_t)(b->cells[end] - b->cells[first])));
    for (int64_t row = first; row <= end; row++) {
        a->cells[row - first] = b->cells[row] - b->cells[first];
        a->before[row - first] = b->pixels[row] - b->pixels[first];
    }
out:
    return st;
}

static void rows_after_release(rows_after *a)
{
    free(a->cells);
    free(a->before);
    free(a->valid);
}

/* Give the slab its new rows; what it had goes to a. */
static void exchange_rows(balance *b, rows_after *a)
{
    hyp_slab *slab = b->slab;
    const rows_after had = { slab->cells, slab->before, slab->valid };

    slab->first_row = b->will[b->rank];
    slab->rows = b->will[b->rank + 1] - slab->first_row;
    slab->cells = a->cells;
    slab->before = a->before;
    slab->valid = a->valid;
    slab->pixels = slab->before[slab->rows];
    *a = had;
}

static hyp_status move_all(balance *b)
{
    rows_after rows;
    int64_t ahead = 0;
    int16_t *first;
    hyp_status st;

    st = rows_after_init(&rows, b);
    if (st == HYP_OK)
        st = make_room(b, &ahead);
    HYP_TRY(hyp_agree(b->comm, st));
    first = place_of(b, ahead, b->pixels[b->will[b->rank]]);
    receive(b, ahead);
    send(b);
    MPI_Waitall(b->requests, b->request, MPI_STATUSES_IGNORE);
    move_marks(b, rows.valid);
    exchange_rows(b, &rows);
    b->slab->dn = first;
out:
    rows_after_release(&rows);
    return st;
}

hyp_status hyp_slab_balance_all(hyp_slab *slab, MPI_Comm comm)
{
    balance b = { .slab = slab, .comm = comm, .pixel = MPI_DATATYPE_NULL };
    bool worth = false;
    hyp_status st;

    MPI_Comm_rank(comm, &b.rank);
    MPI_Comm_size(comm, &b.ranks);
    MPI_Type_contiguous(slab->stride, MPI_INT16_T, &b.pixel);
    MPI_Type_commit(&b.pixel);
    HYP_TRY(learn_owners_all(&b));
    HYP_TRY(learn_rows_all(&b));
    HYP_TRY(hyp_agree(comm, divide(&b, &worth)));
    if (worth)
        st = move_all(&b);
out:
    MPI_Type_free(&b.pixel);
    free(b.was);
    free(b.will);
    free(b.cells);
    free(b.pixels);
    free(b.request);
    return st;
}
