/*
 * read_plan.c - which rank decodes which chunks of a tile, and in what turns
 */
#include "io/read_plan.h"

#include "base/mem.h"
#include "comm/partition.h"

#include <stdlib.h>

enum { GROUP_BYTES = 32 << 20 }; /* a larger chunk is a group by itself */

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int slots(const hyp_tile *tile)
{
    return (tile->bands + tile->chunk.bands - 1) / tile->chunk.bands;
}

/* Which kept bands lie in the chunks of each slot, and where in the chunk. */
static void place_bands(hyp_read_plan *p, const hyp_bands *kept)
{
    const int width = p->tile->chunk.bands;
    int k = 0;

    for (int slot = 0; slot < slots(p->tile); slot++) {
        p->first_kept[slot] = k;
        for (; k < kept->count && kept->index[k] < (slot + 1) * width; k++)
            p->offset[k] = (int16_t)(kept->index[k] - slot * width);
    }
    p->first_kept[slots(p->tile)] = k;
}

/* List the chunks that hold a kept band, and share them out by stored size. */
static hyp_status share_chunks(hyp_read_plan *p)
{
    int64_t *weight;
    hyp_status st = hyp_alloc(&weight, (size_t)p->tile->chunks);

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < p->tile->chunks; i++)
        if (hyp_read_plan_kept(p, hyp_chunk_at(p->tile, i).slot) > 0) {
            weight[p->needed_count] = p->tile->stored[i];
            p->needed[p->needed_count++] = i;
        }
    hyp_part_by_weight(weight, p->needed_count, p->ranks, p->start);
    free(weight);
    return HYP_OK;
}

hyp_status hyp_read_plan_init(hyp_read_plan *p, const hyp_tile *tile,
                              const hyp_bands *kept, int ranks)
{
    hyp_status st;

    *p = (hyp_read_plan){ .tile = tile,
                          .ranks = ranks,
                          .chunk_elements = hyp_chunk_elements(tile) };
    HYP_TRY(hyp_alloc(&p->needed, (size_t)tile->chunks));
    HYP_TRY(hyp_alloc(&p->first_kept, (size_t)slots(tile) + 1));
    HYP_TRY(hyp_alloc(&p->offset, (size_t)kept->count));
    HYP_TRY(hyp_alloc(&p->start, (size_t)ranks + 1));
    HYP_TRY(hyp_alloc(&p->next, (size_t)ranks));
    HYP_TRY(hyp_alloc(&p->turn, (size_t)ranks));
    place_bands(p, kept);
    HYP_TRY(share_chunks(p));
out:
    if (st != HYP_OK)
        hyp_read_plan_release(p);
    return st;
}

hyp_chunk hyp_read_plan_chunk(const hyp_read_plan *p, int64_t n)
{
    return hyp_chunk_at(p->tile, p->needed[n]);
}

int hyp_read_plan_kept(const hyp_read_plan *p, int slot)
{
    return p->first_kept[slot + 1] - p->first_kept[slot];
}

/* The longest group that begins at chunk `begin` and ends before `limit`. */
static hyp_group group_at(const hyp_read_plan *p, int64_t begin, int64_t limit)
{
    const int64_t bytes = p->chunk_elements * (int64_t)sizeof(int16_t);
    const int64_t most =
        greater(1, lesser(HYP_GROUP_CHUNKS, GROUP_BYTES / bytes));
    hyp_group g = { begin, begin };
    hyp_chunk first;

    if (begin == limit)
        return g;
    first = hyp_read_plan_chunk(p, begin);
    while (g.end < limit && g.end - begin < most) {
        hyp_chunk chunk = hyp_read_plan_chunk(p, g.end);

        if (chunk.row != first.row || chunk.col != first.col)
            break;
        g.end++;
    }
    return g;
}

void hyp_read_plan_rewind(hyp_read_plan *p)
{
    for (int s = 0; s < p->ranks; s++)
        p->next[s] = p->start[s];
}

bool hyp_read_plan_next(hyp_read_plan *p)
{
    bool more = false;

    for (int s = 0; s < p->ranks; s++) {
        p->turn[s] = group_at(p, p->next[s], p->start[s + 1]);
        p->next[s] = p->turn[s].end;
        more = more || p->turn[s].begin < p->turn[s].end;
    }
    return more;
}

hyp_rows hyp_read_plan_rows(const hyp_read_plan *p, int rank)
{
    return (hyp_rows){ hyp_part_start(p->tile->rows, rank, p->ranks),
                       hyp_part_start(p->tile->rows, rank + 1, p->ranks) };
}

hyp_rows hyp_read_plan_shared(const hyp_read_plan *p, hyp_group g, int rank)
{
    const hyp_rows own = hyp_read_plan_rows(p, rank);
    hyp_rows shared = { 0, 0 };
    int64_t top, bottom;

    if (g.begin == g.end)
        return shared;
    top = hyp_read_plan_chunk(p, g.begin).row;
    bottom = lesser(top + p->tile->chunk.rows, p->tile->rows);
    shared.begin = greater(top, own.begin);
    shared.end = greater(shared.begin, lesser(bottom, own.end));
    return shared;
}

int64_t hyp_read_plan_piece(const hyp_read_plan *p, hyp_rows rows)
{
    return (rows.end - rows.begin) * p->tile->chunk.cols * p->tile->chunk.bands;
}

void hyp_read_plan_release(hyp_read_plan *p)
{
    free(p->needed);
    free(p->first_kept);
    free(p->offset);
    free(p->start);
    free(p->next);
    free(p->turn);
    *p = (hyp_read_plan){ 0 };
}
