/*
 * slab.c - the valid pixels of the rows that one rank owns
 */
#include "hyperslab/slab.h"

#include "base/map.h"
#include "base/mem.h"
#include "kernel/kernel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 32 }; /* int16 in 64 bytes */

static int stride_of(int bands)
{
    return (bands + LANES - 1) / LANES * LANES;
}

static void mark_all_valid(hyp_slab *slab)
{
    slab->pixels = slab->cells[slab->rows];
    memset(slab->valid, 1, (size_t)slab->pixels);
    for (int64_t row = 0; row <= slab->rows; row++)
        slab->before[row] = slab->cells[row];
}

hyp_status hyp_slab_init(hyp_slab *slab, int64_t first_row, int64_t rows,
                         const int64_t *cols, int bands)
{
    const int stride = stride_of(bands);
    int64_t cells;
    hyp_status st;

    *slab = (hyp_slab){
        .first_row = first_row, .rows = rows, .bands = bands, .stride = stride
    };
    HYP_TRY(hyp_alloc(&slab->cells, (size_t)rows + 1));
    HYP_TRY(hyp_alloc(&slab->before, (size_t)rows + 1));
    for (int64_t row = 0; row < rows; row++)
        slab->cells[row + 1] = slab->cells[row] + cols[row];
    cells = slab->cells[rows];
    HYP_TRY(hyp_alloc(&slab->valid, (size_t)cells));
    slab->block_bytes = (size_t)(cells * stride) * sizeof *slab->dn;
    HYP_TRY(hyp_map_new(&slab->block, slab->block_bytes));
    slab->dn = slab->block;
    mark_all_valid(slab);
out:
    if (st != HYP_OK)
        hyp_slab_release(slab);
    return st;
}

hyp_status hyp_slab_init_alike(hyp_slab *slab, const hyp_slab *of, int bands)
{
    const size_t rows = (size_t)of->rows, cells = (size_t)of->cells[rows];
    hyp_status st;

    *slab = (hyp_slab){ .first_row = of->first_row,
                        .rows = of->rows,
                        .bands = bands,
                        .stride = stride_of(bands),
                        .pixels = of->pixels };
    HYP_TRY(hyp_alloc(&slab->cells, rows + 1));
    HYP_TRY(hyp_alloc(&slab->before, rows + 1));
    HYP_TRY(hyp_alloc(&slab->valid, cells));
    memcpy(slab->cells, of->cells, (rows + 1) * sizeof *slab->cells);
    memcpy(slab->before, of->before, (rows + 1) * sizeof *slab->before);
    memcpy(slab->valid, of->valid, cells);
    slab->block_bytes =
        (size_t)(slab->pixels * slab->stride) * sizeof *slab->dn;
    HYP_TRY(hyp_map_new(&slab->block, slab->block_bytes));
    slab->dn = slab->block;
out:
    if (st != HYP_OK)
        hyp_slab_release(slab);
    return st;
}

hyp_status hyp_slab_pick(hyp_slab *slab, const hyp_slab *from,
                         const int16_t *band, int bands)
{
    hyp_status st = hyp_slab_init_alike(slab, from, bands);

    if (st == HYP_OK)
        hyp_kernels_here()->pick(from->dn, from->stride, band, bands,
                                 from->pixels, slab->dn, slab->stride, 0, NULL);
    return st;
}

static bool has_data(const int16_t *x, int count, int16_t nodata)
{
    for (int b = 0; b < count; b++)
        if (x[b] != nodata)
            return true;
    return false;
}

void hyp_slab_count_partial(hyp_slab *slab, int64_t row, int64_t rows,
                            int16_t nodata)
{
    for (int64_t p = slab->cells[row]; p < slab->cells[row + rows]; p++)
        if (!slab->valid[p])
            slab->partial +=
                has_data(slab->dn + p * slab->stride, slab->bands, nodata);
}

/* Move the valid pixels of a row behind those kept so far; returns how many are
   kept then. */
static int64_t drop_from_row(hyp_slab *slab, int64_t row, int64_t kept)
{
    const int64_t end = slab->cells[row + 1];
    int64_t p = slab->cells[row];

    while (p < end) {
        const int64_t first = p;

        while (p < end && slab->valid[p])
            p++;
        if (kept != first)
            memmove(slab->dn + kept * slab->stride,
                    slab->dn + first * slab->stride,
                    (size_t)((p - first) * slab->stride) * sizeof *slab->dn);
        kept += p - first;
        while (p < end && !slab->valid[p])
            p++;
    }
    return kept;
}

void hyp_slab_drop(hyp_slab *slab, int64_t row, int64_t rows)
{
    for (int64_t i = row; i < row + rows; i++)
        slab->before[i + 1] = drop_from_row(slab, i, slab->before[i]);
    if (row + rows < slab->rows)
        return;
    slab->pixels = slab->before[slab->rows];
    hyp_map_forget(slab->block,
                   (size_t)(slab->pixels * slab->stride) * sizeof *slab->dn,
                   slab->block_bytes);
}

void hyp_slab_spread(const hyp_slab *slab, const void *values,
                     const void *nodata, size_t size, int64_t row, int64_t rows,
                     void *image)
{
    const char *value = values;
    char *out = image;

    for (int64_t p = slab->cells[row]; p < slab->cells[row + rows]; p++) {
        memcpy(out, slab->valid[p] ? value : nodata, size);
        value += slab->valid[p] ? size : 0;
        out += size;
    }
}

void hyp_slab_release(hyp_slab *slab)
{
    hyp_map_free(slab->block, slab->block_bytes);
    free(slab->cells);
    free(slab->before);
    free(slab->valid);
    *slab = (hyp_slab){ 0 };
}
