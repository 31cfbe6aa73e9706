/*
 * strips.c - cut an image whose rows lie on many ranks into strips
 */
#include "io/strips.h"

#include "base/mem.h"
#include "hyperslab/comm.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

/* A strip has at least so many bytes: enough for DEFLATE to find repeats, and
   few enough for a window of the map to be read without reading all of it. */
#define STRIP_BYTES ((size_t)64 * 1024)

#define TAG_HEAD 71 /* rows sent to the owner of their strip */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One past the last row of a strip. */
static int64_t strip_end(const hyp_strips *strips, int64_t strip)
{
    return smaller((strip + 1) * strips->height, strips->rows);
}

/* The first strip that begins at a row or after it. */
static int64_t next_strip(const hyp_strips *strips, int64_t row)
{
    return (row + strips->height - 1) / strips->height;
}

/* Replicated: the same answer on every rank. */
static hyp_status cut(hyp_strips *strips, int64_t rows, size_t row_bytes,
                      int multiple)
{
    strips->rows = rows;
    strips->row_bytes = row_bytes;
    if (rows < 1 || rows > INT_MAX || row_bytes < 1 || row_bytes > INT_MAX / 2)
        return hyp_fail(HYP_EUSAGE,
                        "no GeoTIFF holds %" PRId64 " rows of %zu bytes", rows,
                        row_bytes);
    strips->height = (int64_t)((STRIP_BYTES + row_bytes - 1) / row_bytes);
    strips->height = (strips->height + multiple - 1) / multiple * multiple;
    strips->height = smaller(strips->height, rows);
    strips->count = next_strip(strips, rows);
    return HYP_OK;
}

hyp_status hyp_strips_init_all(hyp_strips *strips, int64_t rows,
                               size_t row_bytes, int multiple,
                               int64_t rows_here, MPI_Comm comm)
{
    int rank, size;
    hyp_status st;

    *strips = (hyp_strips){ 0 };
    HYP_TRY(cut(strips, rows, row_bytes, multiple));
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    st = hyp_alloc(&strips->first, (size_t)size + 1);
    HYP_TRY(hyp_agree(comm, st));

    MPI_Allgather(&rows_here, 1, MPI_INT64_T, strips->first + 1, 1, MPI_INT64_T,
                  comm);
    for (int r = 0; r < size; r++)
        strips->first[r + 1] += strips->first[r];
    if (strips->first[size] != rows) {
        st = hyp_fail(HYP_EINTERNAL,
                      "ranks own %" PRId64 " rows of an image of %" PRId64,
                      strips->first[size], rows);
        goto out;
    }
    strips->begin = next_strip(strips, strips->first[rank]);
    strips->end = next_strip(strips, strips->first[rank + 1]);
    return HYP_OK;
out:
    hyp_strips_release(strips);
    return st;
}

int64_t hyp_strips_first_of(const hyp_strips *strips, int rank, int ranks)
{
    return strips->count * rank / ranks;
}

hyp_status hyp_strips_share(hyp_strips *strips, int64_t rows, size_t row_bytes,
                            MPI_Comm comm)
{
    int rank, ranks;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    *strips = (hyp_strips){ 0 };
    HYP_TRY(cut(strips, rows, row_bytes, 1));
    strips->begin = hyp_strips_first_of(strips, rank, ranks);
    strips->end = hyp_strips_first_of(strips, rank + 1, ranks);
out:
    return st;
}

size_t hyp_strips_bytes(const hyp_strips *strips, int64_t strip)
{
    const int64_t rows = strip_end(strips, strip) - strip * strips->height;

    return (size_t)rows * strips->row_bytes;
}

/* This rank's rows that belong to a strip which begins on an earlier rank. */
static int64_t head_rows(const hyp_strips *strips, int rank)
{
    const int64_t *first = strips->first;

    return smaller(strips->begin * strips->height, first[rank + 1]) -
           first[rank];
}

/* The owner of the strip that begins before this rank's rows: the last rank
   before this one that starts no later than the strip does. */
static int head_owner(const hyp_strips *strips, int rank)
{
    const int64_t begin = (strips->begin - 1) * strips->height;
    int owner = rank - 1;

    while (strips->first[owner] > begin)
        owner--;
    return owner;
}

/* Receive the rows of an own strip that lie on later ranks. */
static void receive_tail(const hyp_strips *strips, int64_t strip, char *rows,
                         int rank, MPI_Comm comm)
{
    const int64_t *first = strips->first;
    const int64_t begin = strip * strips->height;
    const int64_t end = strip_end(strips, strip);

    for (int r = rank + 1; first[r] < end; r++) {
        const int64_t count = smaller(first[r + 1], end) - first[r];

        if (count > 0)
            MPI_Recv(rows + (size_t)(first[r] - begin) * strips->row_bytes,
                     (int)((size_t)count * strips->row_bytes), MPI_BYTE, r,
                     TAG_HEAD, comm, MPI_STATUS_IGNORE);
    }
}

/* A rank that has failed still sends and receives, to keep step. */
hyp_status hyp_strips_walk_all(const hyp_strips *strips, hyp_raster_fill *fill,
                               void *fill_context, hyp_strips_put *put,
                               void *put_context, MPI_Comm comm)
{
    MPI_Request sent = MPI_REQUEST_NULL;
    char *head = NULL, *rows = NULL;
    int64_t own, heads;
    size_t head_bytes;
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    own = strips->first[rank];
    heads = head_rows(strips, rank);
    head_bytes = (size_t)heads * strips->row_bytes;
    st = hyp_alloc(&head, head_bytes);
    if (st == HYP_OK && strips->begin < strips->end)
        st = hyp_alloc(&rows, (size_t)strips->height * strips->row_bytes);
    HYP_TRY(hyp_agree(comm, st));

    if (heads > 0) {
        st = fill(fill_context, 0, heads, head);
        MPI_Isend(head, (int)head_bytes, MPI_BYTE, head_owner(strips, rank),
                  TAG_HEAD, comm, &sent);
    }
    for (int64_t s = strips->begin; s < strips->end; s++) {
        const int64_t begin = s * strips->height;
        const int64_t end =
            smaller(strip_end(strips, s), strips->first[rank + 1]);

        if (st == HYP_OK)
            st = fill(fill_context, begin - own, end - begin, rows);
        receive_tail(strips, s, rows, rank, comm);
        if (st == HYP_OK)
            st = put(put_context, s, rows, hyp_strips_bytes(strips, s));
    }
    MPI_Wait(&sent, MPI_STATUS_IGNORE);
    st = hyp_agree(comm, st);
out:
    free(head);
    free(rows);
    return st;
}

void hyp_strips_release(hyp_strips *strips)
{
    free(strips->first);
    *strips = (hyp_strips){ 0 };
}
