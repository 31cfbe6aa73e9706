/*
 * covariance.c - exact covariance of the bands, distributed for ScaLAPACK
 *
 * A covariance does not change when all values of a band are shifted.
 */
#include "core/covariance.h"

#include "base/mem.h"
#include "base/wide.h"
#include "hyperslab/comm.h"
#include "kernel/products.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

enum {
    PANEL = 512, /* pixels prepared at a time: they stay in the cache */
    /* |x| <= 2^15: sums of so many products stay below 2^53, so that double
       holds them exactly, in whatever order BLAS adds. */
    EXACT_PIXELS = 1 << 23
};

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

static void add_lower(const int64_t *sum, int stride, int bands,
                      int64_t *product)
{
    for (int i = 0; i < bands; i++)
        for (int j = 0; j <= i; j++)
            product[i * bands + j] += sum[i * stride + j];
}

/* By the kernel of this machine; depth: pairs whose sums fit in 32 bits. */
static hyp_status products_of_pairs(const hyp_slab *slab, const hyp_summary *s,
                                    const hyp_products_kernels *kernels,
                                    int depth, int64_t *product)
{
    const size_t width = (size_t)s->stride;
    int16_t *from = NULL, *pair = NULL;
    int64_t *sum = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&from, width));
    HYP_TRY(hyp_alloc(&pair, PANEL * width));
    HYP_TRY(hyp_alloc(&sum, width * width));
    for (int b = 0; b < s->bands; b++)
        from[b] = (int16_t)hyp_summary_middle(s, b);
    for (int64_t begin = 0; begin < slab->pixels; begin += PANEL) {
        const int64_t left = slab->pixels - begin;
        const int pixels = left < PANEL ? (int)left : PANEL;

        for (int p = 0; p < pixels; p += 2) {
            const int16_t *x = slab->dn + (begin + p) * slab->stride;

            kernels->pack(x, p + 1 < pixels ? x + slab->stride : from, from,
                          s->stride, pair + p * s->stride);
        }
        kernels->add(pair, (pixels + 1) / 2, depth, s->stride, sum);
    }
    add_lower(sum, s->stride, s->bands, product);
out:
    free(from);
    free(pair);
    free(sum);
    return st;
}

static void to_double(const hyp_slab *slab, const hyp_summary *s, int64_t first,
                      int64_t pixels, double *out)
{
    for (int64_t p = 0; p < pixels; p++) {
        const int16_t *x = slab->dn + (first + p) * slab->stride;

        for (int b = 0; b < slab->bands; b++)
            out[p * slab->bands + b] = x[b] - hyp_summary_middle(s, b);
    }
}

static void flush(double *sum, int64_t *product, int bands)
{
    for (int64_t i = 0; i < (int64_t)bands * bands; i++)
        product[i] += (int64_t)sum[i];
    memset(sum, 0, (size_t)bands * (size_t)bands * sizeof *sum);
}

/* By BLAS: the plain way, for any machine and any range. */
static hyp_status products_by_blas(const hyp_slab *slab, const hyp_summary *s,
                                   int64_t *product)
{
    const int bands = slab->bands;
    double *panel = NULL, *sum = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&panel, (size_t)PANEL * (size_t)bands));
    HYP_TRY(hyp_alloc(&sum, (size_t)bands * (size_t)bands));
    for (int64_t p = 0; p < slab->pixels; p += PANEL) {
        const int64_t left = slab->pixels - p;
        const int pixels = left < PANEL ? (int)left : PANEL;

        to_double(slab, s, p, pixels, panel);
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, bands, pixels, 1,
                    panel, bands, 1, sum, bands);
        if ((p + PANEL) % EXACT_PIXELS == 0)
            flush(sum, product, bands);
    }
    flush(sum, product, bands);
out:
    free(panel);
    free(sum);
    return st;
}

hyp_status hyp_products(const hyp_slab *slab, const hyp_summary *summary,
                        int64_t *product)
{
    const int64_t most = reach(summary);
    const hyp_products_kernels *kernels = hyp_products_here();

    memset(product, 0,
           (size_t)slab->bands * (size_t)slab->bands * sizeof *product);
    if (kernels == NULL || most > INT16_MAX)
        return products_by_blas(slab, summary, product);
    return products_of_pairs(
        slab, summary, kernels,
        most == 0 ? PANEL : (int)(INT32_MAX / (2 * most * most)), product);
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

static void finish(const int64_t *product, const hyp_summary *s, hyp_grid grid,
                   part p, double *out)
{
    const hyp_int128 n = s->pixels;

    for (int j = 0; j < p.cols; j++)
        for (int i = 0; i < p.rows; i++) {
            int row = hyp_grid_global(i, p.row, grid.rows);
            int col = hyp_grid_global(j, p.col, grid.cols);
            hyp_int128 sum_row = s->sum[row] - n * hyp_summary_middle(s, row);
            hyp_int128 sum_col = s->sum[col] - n * hyp_summary_middle(s, col);
            hyp_int128 centred = n * *product++ - sum_row * sum_col;

            *out++ = (double)centred / ((double)n * (double)(n - 1));
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

hyp_status hyp_covariance_all(const int64_t *product,
                              const hyp_summary *summary, hyp_grid grid,
                              MPI_Comm comm, double **out)
{
    const int n = summary->bands;
    int64_t *packed = NULL, *mine = NULL;
    int *count = NULL, rank, size;
    hyp_status st;
    part p;

    *out = NULL;
    if (summary->pixels < 2)
        return hyp_fail(HYP_ENUMERIC, "one valid pixel has no covariance");
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
    finish(mine, summary, grid, p, *out);
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
