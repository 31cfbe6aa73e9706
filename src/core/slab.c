/*
 * slab.c - the valid pixels of the rows that one rank owns
 */
#include "hyperslab/slab.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = 32, WORD = 64 }; /* int16 in 64 bytes; bits in a word */

static size_t slab_bytes(const hyp_slab *slab)
{
    return (size_t)(slab->rows * slab->cols) * (size_t)slab->stride *
           sizeof *slab->dn;
}

static void mark_all_valid(hyp_slab *slab)
{
    const int64_t pixels = slab->rows * slab->cols;

    for (int64_t p = 0; p < pixels; p++)
        slab->valid[p / WORD] |= UINT64_C(1) << (p % WORD);
    for (int64_t row = 0; row <= slab->rows; row++)
        slab->before[row] = row * slab->cols;
    slab->pixels = pixels;
}

hyp_status hyp_slab_init(hyp_slab *slab, int64_t first_row, int64_t rows,
                         int64_t cols, int bands)
{
    void *block;
    hyp_status st;

    *slab = (hyp_slab){
        .first_row = first_row,
        .rows = rows,
        .cols = cols,
        .bands = bands,
        .stride = (bands + LANES - 1) / LANES * LANES,
    };
    HYP_TRY(hyp_alloc(&slab->valid, (size_t)(rows * cols / WORD + 1)));
    HYP_TRY(hyp_alloc(&slab->before, (size_t)rows + 1));
    HYP_TRY(hyp_map_new(&block, slab_bytes(slab)));
    slab->dn = block;
    mark_all_valid(slab);
out:
    if (st != HYP_OK)
        hyp_slab_release(slab);
    return st;
}

static bool holds(const int16_t *x, int count, int16_t value)
{
    int found = 0;

    for (int b = 0; b < count; b++) /* without a branch, so that it is SIMD */
        found |= x[b] == value;
    return found != 0;
}

static bool is_valid(const hyp_slab *slab, int64_t p)
{
    return slab->valid[p / WORD] >> (p % WORD) & 1;
}

void hyp_slab_drop(hyp_slab *slab, int16_t nodata)
{
    int64_t kept = 0;

    for (int64_t row = 0; row < slab->rows; row++) {
        slab->before[row] = kept;
        for (int64_t p = row * slab->cols; p < (row + 1) * slab->cols; p++) {
            const int16_t *x = slab->dn + p * slab->stride;

            if (holds(x, slab->bands, nodata)) {
                slab->valid[p / WORD] &= ~(UINT64_C(1) << (p % WORD));
                continue;
            }
            if (kept != p)
                memcpy(slab->dn + kept * slab->stride, x,
                       (size_t)slab->stride * sizeof *x);
            kept++;
        }
    }
    slab->before[slab->rows] = kept;
    slab->pixels = kept;
    hyp_map_trim(slab->dn, slab_bytes(slab),
                 (size_t)(kept * slab->stride) * sizeof *slab->dn);
}

void hyp_slab_spread(const hyp_slab *slab, const void *values,
                     const void *nodata, size_t size, int64_t row, int64_t rows,
                     void *image)
{
    const char *value = values;
    char *out = image;

    for (int64_t p = row * slab->cols; p < (row + rows) * slab->cols; p++) {
        bool valid = is_valid(slab, p);

        memcpy(out, valid ? value : nodata, size);
        value += valid ? size : 0;
        out += size;
    }
}

void hyp_slab_release(hyp_slab *slab)
{
    hyp_map_free(slab->dn, slab_bytes(slab));
    free(slab->valid);
    free(slab->before);
    *slab = (hyp_slab){ 0 };
}
