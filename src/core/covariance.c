/*
 * covariance.c - exact covariance of the bands, distributed for ScaLAPACK
 *
 * A covariance does not change when all values of a band are shifted.
 */
#include "core/covariance.h"

#include "base/mem.h"
#include "base/wide.h"
#include "core/products.h"
#include "hyperslab/comm.h"

#include <stdlib.h>

/* The greatest distance of a value from the middle of its band. */
static int reach(const hyp_summary *s)
{
    int most = 0;

    for (int b = 0; b < s->bands; b++) {
        int up = s->high[b] - hyp_summary_middle(s, b),
            down = hyp_summary_middle(s, b) - s->low[b];

        most = up > most ? up : most;
        most = down > most ? down : most;
    }
    return most;
}

/* The pixels of a slab, one after the other, less their bands' middles. */
typedef struct centred {
    const hyp_slab *slab;
    int64_t done;
    int16_t *middle; /* [width]; owned */
} centred;

static bool next_pixel(void *context, const int16_t **x, const int16_t **less)
{
    centred *c = context;

    if (c->done == c->slab->pixels)
        return false;
    *x = c->slab->dn + c->done++ * c->slab->stride;
    *less = c->middle;
    return true;
}

hyp_status hyp_products(const hyp_slab *slab, const hyp_summary *summary,
                        int64_t *product)
{
    centred from = { .slab = slab };
    const hyp_terms terms = { .bands = slab->bands,
                              .width = summary->stride,
                              .reach = reach(summary),
                              .next = next_pixel,
                              .context = &from };
    hyp_status st;

    HYP_TRY(hyp_alloc(&from.middle, (size_t)summary->stride));
    for (int b = 0; b < slab->bands; b++)
        from.middle[b] = (int16_t)hyp_summary_middle(summary, b);
    st = hyp_products_of(&terms, product);
out:
    free(from.middle);
    return st;
}

typedef struct part {
    int rows, cols; /* local        */
    int row, col;   /* in the grid  */
} part;

static part part_of(int n, hyp_grid grid, int rank)
{
    part p = { 0, 0, 0, 0 };

    if (rank < grid.rows * grid.cols) {
        p.row = rank / grid.cols;
        p.col = rank % grid.cols;
        p.rows = hyp_grid_local(n, p.row, grid.rows);
        p.cols = hyp_grid_local(n, p.col, grid.cols);
    }
    return p;
}

/* The products that a rank of the grid is to hold, by its local columns. */
static void pack(const int64_t *product, int n, hyp_grid grid, part p,
                 int64_t *out)
{
    for (int j = 0; j < p.cols; j++)
        for (int i = 0; i < p.rows; i++) {
            int row = hyp_grid_global(i, p.row, grid.rows);
            int col = hyp_grid_global(j, p.col, grid.cols);

            *out++ = row >= col ? product[(int64_t)row * n + col]
                                : product[(int64_t)col * n + row];
        }
}

static void finish(const int64_t *product, const hyp_totals *t, hyp_grid grid,
                   part p, double *out)
{
    const hyp_int128 n = t->count;

    for (int j = 0; j < p.cols; j++)
        for (int i = 0; i < p.rows; i++) {
            int row = hyp_grid_global(i, p.row, grid.rows);
            int col = hyp_grid_global(j, p.col, grid.cols);
            hyp_int128 top =
                n * *product++ - (hyp_int128)t->sum[row] * t->sum[col];

            *out++ = (double)top / ((double)n * (double)(n - 1));
        }
}

/* All ranks' parts one after the other, and how long each of them is. */
static void pack_parts(const int64_t *product, int n, hyp_grid grid, int size,
                       int64_t *packed, int *count)
{
    for (int rank = 0; rank < size; rank++) {
        part p = part_of(n, grid, rank);

        count[rank] = p.rows * p.cols;
        pack(product, n, grid, p, packed);
        packed += count[rank];
    }
}

hyp_status hyp_covariance_of_all(const int64_t *product,
                                 const hyp_totals *totals, hyp_grid grid,
                                 MPI_Comm comm, double **out)
{
    const int n = totals->bands;
    int64_t *packed = NULL, *mine = NULL;
    int *count = NULL, rank, size;
    hyp_status st;
    part p;

    *out = NULL;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    p = part_of(n, grid, rank);
    st = hyp_alloc(&packed, (size_t)n * (size_t)n);
    if (st == HYP_OK)
        st = hyp_alloc(&count, (size_t)size);
    if (st == HYP_OK)
        st = hyp_alloc(&mine, (size_t)p.rows * (size_t)p.cols);
    if (st == HYP_OK)
        st = hyp_alloc(out, (size_t)p.rows * (size_t)p.cols);
    HYP_TRY(hyp_agree(comm, st));
    pack_parts(product, n, grid, size, packed, count);
    MPI_Reduce_scatter(packed, mine, count, MPI_INT64_T, MPI_SUM, comm);
    finish(mine, totals, grid, p, *out);
out:
    free(packed);
    free(count);
    free(mine);
    if (st != HYP_OK) {
        free(*out);
        *out = NULL;
    }
    return st;
}

hyp_status hyp_covariance_all(const int64_t *product,
                              const hyp_summary *summary, hyp_grid grid,
                              MPI_Comm comm, double **out)
{
    int64_t *sum = NULL;
    hyp_totals totals = { .bands = summary->bands, .count = summary->pixels };
    hyp_status st;

    *out = NULL;
    if (summary->pixels < 2)
        return hyp_fail(HYP_ENUMERIC, "one valid pixel has no covariance");
    HYP_TRY(hyp_agree(comm, hyp_alloc(&sum, (size_t)summary->bands)));
    for (int b = 0; b < summary->bands; b++)
        sum[b] =
            summary->sum[b] - summary->pixels * hyp_summary_middle(summary, b);
    totals.sum = sum;
    st = hyp_covariance_of_all(product, &totals, grid, comm, out);
out:
    free(sum);
    return st;
}
