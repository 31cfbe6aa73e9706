/*
 * join.c - write one GeoTIFF of parts whose rows lie on many ranks
 *
 * Every rank knows which rows each rank has, and which strips it writes, so
 * that nothing about a turn has to be told.  In a turn, all that a rank will
 * receive is posted before it sends anything: a send waits for a rank that is
 * in an earlier turn, never for one that waits for it.
 */
#include "io/join.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/raster_strips.h"

#include <stdlib.h>
#include <string.h>

enum { TAG = 72 };

typedef struct joiner {
    const hyp_join *join;
    const hyp_strips *strips;
    MPI_Comm comm;
    int rank, ranks;
    size_t pixel_bytes;
    int64_t *first;       /* [ranks + 1]: first row of each rank, among those
                             of all parts; owned                             */
    int64_t *top;         /* [parts + 1]: first row of each part; owned      */
    char *strip;          /* the image's rows of one strip; owned            */
    char *received;       /* the parts' rows of the same strip; owned        */
    char *sent;           /* rows for one rank; owned                        */
    MPI_Request *request; /* owned                                           */
    int requests;
} joiner;

/* Rows [begin, end), counted over all parts. */
typedef struct span {
    int64_t begin, end;
} span;

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static span shared(span a, span b)
{
    const int64_t begin = greater(a.begin, b.begin);

    return (span){ begin, greater(begin, lesser(a.end, b.end)) };
}

static span rows_of_rank(const joiner *j, int rank)
{
    return (span){ j->first[rank], j->first[rank + 1] };
}

/* The rows of a part that lie in a strip. */
static span rows_in_strip(const joiner *j, int part, int64_t strip)
{
    const hyp_join_part *p = &j->join->part[part];
    const int64_t above = strip * j->strips->height - p->row;
    const int64_t below = above + j->strips->height;
    const int64_t begin = lesser(greater(above, 0), p->rows);

    return (span){ j->top[part] + begin,
                   j->top[part] + greater(begin, lesser(below, p->rows)) };
}

static size_t bytes_of(const joiner *j, int part, span rows)
{
    return (size_t)(rows.end - rows.begin) * (size_t)j->join->part[part].cols *
           j->pixel_bytes;
}

/* The strip that a rank writes in a turn; -1: none. */
static int64_t strip_of(const joiner *j, int rank, int64_t turn)
{
    const int64_t strip = hyp_strips_first_of(j->strips, rank, j->ranks) + turn;

    return strip < hyp_strips_first_of(j->strips, rank + 1, j->ranks) ? strip
                                                                      : -1;
}

/* What the largest strip of this rank takes, with all that overlaps in it. */
static void measure(const joiner *j, size_t *bytes, size_t *pieces)
{
    *bytes = *pieces = 0;
    for (int64_t s = j->strips->begin; s < j->strips->end; s++) {
        size_t here = 0, parts = 0;

        for (int part = 0; part < j->join->parts; part++) {
            const size_t rows = bytes_of(j, part, rows_in_strip(j, part, s));

            here += rows;
            parts += rows > 0;
        }
        *bytes = here > *bytes ? here : *bytes;
        *pieces = parts > *pieces ? parts : *pieces;
    }
}

static hyp_status make_room(joiner *j)
{
    const size_t strip = (size_t)j->strips->height * j->strips->row_bytes;
    size_t bytes, pieces;
    hyp_status st;

    HYP_TRY(hyp_alloc(&j->first, (size_t)j->ranks + 1));
    HYP_TRY(hyp_alloc(&j->top, (size_t)j->join->parts + 1));
    for (int part = 0; part < j->join->parts; part++)
        j->top[part + 1] = j->top[part] + j->join->part[part].rows;
    measure(j, &bytes, &pieces);
    HYP_TRY(hyp_alloc(&j->strip, strip));
    HYP_TRY(hyp_alloc(&j->received, bytes));
    HYP_TRY(hyp_alloc(&j->sent, strip));
    /* Of a part, each rank has one piece at most. */
    HYP_TRY(hyp_alloc(&j->request, pieces * (size_t)j->ranks));
out:
    return st;
}

/* Take the rows of one strip from those who have them, this rank too. */
static hyp_status receive(joiner *j, int64_t strip, hyp_status st)
{
    char *into = j->received;

    j->requests = 0;
    for (int part = 0; part < j->join->parts; part++) {
        const span wanted = rows_in_strip(j, part, strip);

        for (int r = 0; wanted.begin < wanted.end && r < j->ranks; r++) {
            const span rows = shared(wanted, rows_of_rank(j, r));
            const size_t bytes = bytes_of(j, part, rows);

            if (bytes > 0 && r != j->rank)
                MPI_Irecv(into, (int)bytes, MPI_BYTE, r, TAG, j->comm,
                          &j->request[j->requests++]);
            else if (bytes > 0 && st == HYP_OK)
                st = j->join->fill(j->join->context, rows.begin - j->first[r],
                                   rows.end - rows.begin, into);
            into += bytes;
        }
    }
    return st;
}

/* Send a rank what this one has of its strip. */
static hyp_status send(joiner *j, int to, int64_t strip, hyp_status st)
{
    const span mine = rows_of_rank(j, j->rank);

    for (int part = 0; part < j->join->parts; part++) {
        const span rows = shared(rows_in_strip(j, part, strip), mine);
        const size_t bytes = bytes_of(j, part, rows);

        if (bytes == 0)
            continue;
        if (st == HYP_OK)
            st = j->join->fill(j->join->context, rows.begin - mine.begin,
                               rows.end - rows.begin, j->sent);
        MPI_Send(j->sent, (int)bytes, MPI_BYTE, to, TAG, j->comm);
    }
    return st;
}

/* Lay the pixels of a row that have data over those of the image. */
static void paste_row(const joiner *j, const char *from, int64_t pixels,
                      char *image)
{
    for (int64_t p = 0; p < pixels; p++) {
        if (memcmp(from, j->join->nodata, j->pixel_bytes) != 0)
            memcpy(image, from, j->pixel_bytes);
        from += j->pixel_bytes;
        image += j->pixel_bytes;
    }
}

/* Make the image's rows of a strip from those of the parts. */
static void paste(const joiner *j, int64_t strip)
{
    const size_t bytes = hyp_strips_bytes(j->strips, strip);
    const int64_t begin = strip * j->strips->height;
    const char *from = j->received;

    for (size_t at = 0; at < bytes; at += j->pixel_bytes)
        memcpy(j->strip + at, j->join->nodata, j->pixel_bytes);
    for (int part = 0; part < j->join->parts; part++) {
        const hyp_join_part *p = &j->join->part[part];
        const span rows = rows_in_strip(j, part, strip);

        for (int64_t row = rows.begin; row < rows.end; row++) {
            const int64_t below = p->row + row - j->top[part] - begin;

            paste_row(j, from, p->cols,
                      j->strip + (size_t)below * j->strips->row_bytes +
                          (size_t)p->col * j->pixel_bytes);
            from += (size_t)p->cols * j->pixel_bytes;
        }
    }
}

static hyp_status take_turn_all(joiner *j, int64_t turn, hyp_strips_put *put,
                                void *put_context, hyp_status st)
{
    const int64_t own = strip_of(j, j->rank, turn);

    if (own >= 0)
        st = receive(j, own, st);
    for (int n = 1; n < j->ranks; n++) { /* not all to the same one at first */
        const int to = (j->rank + n) % j->ranks;
        const int64_t strip = strip_of(j, to, turn);

        if (strip >= 0)
            st = send(j, to, strip, st);
    }
    if (own < 0)
        return st;
    MPI_Waitall(j->requests, j->request, MPI_STATUSES_IGNORE);
    paste(j, own);
    if (st == HYP_OK)
        st = put(put_context, own, j->strip, hyp_strips_bytes(j->strips, own));
    return st;
}

/* A hyp_strips_walk.  A rank that has failed still sends and receives. */
static hyp_status walk_all(void *context, const hyp_strips *strips,
                           hyp_strips_put *put, void *put_context,
                           MPI_Comm comm)
{
    joiner *j = context;
    const int64_t turns = (strips->count + j->ranks - 1) / j->ranks;
    hyp_status st = HYP_OK;

    for (int64_t turn = 0; turn < turns; turn++)
        st = take_turn_all(j, turn, put, put_context, st);
    return hyp_agree(comm, st);
}

static void release(joiner *j)
{
    free(j->first);
    free(j->top);
    free(j->strip);
    free(j->received);
    free(j->sent);
    free(j->request);
}

static hyp_status init_all(joiner *j, int64_t rows_here)
{
    hyp_status st;

    MPI_Comm_rank(j->comm, &j->rank);
    MPI_Comm_size(j->comm, &j->ranks);
    HYP_TRY(hyp_agree(j->comm, make_room(j)));
    MPI_Allgather(&rows_here, 1, MPI_INT64_T, j->first + 1, 1, MPI_INT64_T,
                  j->comm);
    for (int r = 0; r < j->ranks; r++)
        j->first[r + 1] += j->first[r];
    if (j->first[j->ranks] != j->top[j->join->parts])
        st = hyp_fail(HYP_EINTERNAL, "ranks own %lld rows of %lld",
                      (long long)j->first[j->ranks],
                      (long long)j->top[j->join->parts]);
out:
    return st;
}

hyp_status hyp_join_write_all(const char *path, const hyp_raster *raster,
                              const hyp_join *join, int64_t rows_here,
                              MPI_Comm comm)
{
    const size_t row_bytes = hyp_raster_row_bytes(raster);
    hyp_strips strips;
    joiner j = { .join = join,
                 .strips = &strips,
                 .comm = comm,
                 .pixel_bytes = row_bytes / (size_t)raster->cols };
    hyp_status st;

    HYP_TRY(hyp_strips_share(&strips, raster->rows, row_bytes, comm));
    HYP_TRY(init_all(&j, rows_here));
    st = hyp_raster_write_strips_all(path, raster, &strips, walk_all, &j, comm);
out:
    release(&j);
    if (st != HYP_OK)
        hyp_fail_while(st, "'%s'", path);
    return st;
}
