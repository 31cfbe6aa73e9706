/*
 * read_plan.c - which rank decodes which chunks of a scene, and in what turns
 */
#include "io/read_plan.h"

#include "base/mem.h"
#include "comm/partition.h"

#include <stdlib.h>

enum { GROUP_BYTES = 64 << 20 }; /* of a turn's chunks in one place */

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Places of chunks along the band axis, needed or not. */
static int places(const hyp_tile *tile)
{
    return (tile->bands + tile->chunk.bands - 1) / tile->chunk.bands;
}

/* Chunks of a tile that hold a kept band. */
static int64_t needed_of(const hyp_tile_plan *t)
{
    return t->of->tile->chunks / places(t->of->tile) * t->slots;
}

/* Which kept bands lie in the chunks of each slot, and where in the chunk. */
static void place_bands(hyp_tile_plan *t)
{
    const hyp_bands *kept = &t->of->kept;
    const int width = t->of->tile->chunk.bands;
    int k = 0;

    for (int slot = 0; slot < places(t->of->tile); slot++) {
        t->first_kept[slot] = k;
        for (; k < kept->count && kept->index[k] < (slot + 1) * width; k++)
            t->offset[k] = (int16_t)(kept->index[k] - slot * width);
        if (k > t->first_kept[slot])
            t->slot[t->slots++] = slot;
    }
    t->first_kept[places(t->of->tile)] = k;
}

static hyp_status plan_tile(hyp_tile_plan *t, const hyp_scene_tile *of)
{
    const size_t along_bands = (size_t)places(of->tile);
    hyp_status st;

    t->of = of;
    HYP_TRY(hyp_alloc(&t->slot, along_bands));
    HYP_TRY(hyp_alloc(&t->first_kept, along_bands + 1));
    HYP_TRY(hyp_alloc(&t->offset, (size_t)of->kept.count));
    place_bands(t);
out:
    return st;
}

/* Give each rank as many cells as whole rows allow. */
static hyp_status share_rows(hyp_read_plan *p, const hyp_scene *scene)
{
    int64_t *weight;
    hyp_status st = hyp_alloc(&weight, (size_t)scene->rows);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < scene->tiles; i++)
        for (int64_t row = 0; row < scene->tile[i].tile->rows; row++)
            weight[scene->tile[i].first_row + row] = scene->tile[i].tile->cols;
    hyp_part_by_weight(weight, scene->rows, p->ranks, p->row);
    free(weight);
    return HYP_OK;
}

/* Where the r-th sharer's slots begin: as hyp_part_by_weight() has it, for slots
   of the same weight. */
static int first_dealt(const hyp_tile_plan *t, int r)
{
    return (2 * t->slots * r + t->sharers - 1) / (2 * t->sharers);
}

/* Deal the slots of a tile out, one after the other. */
static hyp_status deal(hyp_tile_plan *t)
{
    int *slot, next = 0;
    hyp_status st = hyp_alloc(&slot, (size_t)t->slots);

    if (st != HYP_OK)
        return st;
    for (int i = 0; next < t->slots; i++)
        for (int r = 0; r < t->sharers; r++)
            if (first_dealt(t, r) + i < first_dealt(t, r + 1))
                slot[first_dealt(t, r) + i] = t->slot[next++];
    free(t->slot);
    t->slot = slot;
    return HYP_OK;
}

/* How many ranks, of those that a tile takes, share a place of it. */
static int sharers_of(const hyp_tile_plan *t, double ranks)
{
    const double places_of_rows = (double)needed_of(t) / t->slots;
    const double sharers = ranks / places_of_rows + 0.05;

    return sharers < 1 ? 1 : sharers > t->slots ? t->slots : (int)sharers;
}

/* The stored bytes of a tile's needed chunks, and of all of them. */
static int64_t weigh(const hyp_tile_plan *t, int64_t *weight)
{
    const int64_t *stored = t->of->tile->stored;
    int64_t total = 0;

    for (int64_t n = 0; n < needed_of(t); n++) {
        weight[n] = stored[hyp_read_plan_chunk(t, t->first + n).index];
        total += weight[n];
    }
    return total;
}

/* Deal the chunks of a tile out, if ranks share a place of it.  They count as
   equally large: neighbours are, more or less, and a turn's are neighbours. */
static hyp_status deal_tile(hyp_tile_plan *t, double ranks, int64_t stored,
                            int64_t *weight)
{
    t->sharers = sharers_of(t, ranks);
    if (t->sharers == 1)
        return HYP_OK;
    for (int64_t n = 0; n < needed_of(t); n++)
        weight[n] = stored / needed_of(t);
    return deal(t);
}

/* Cut the chunks into runs. */
static hyp_status share_chunks(hyp_read_plan *p)
{
    int64_t *weight = NULL, *stored = NULL, total = 0;
    hyp_status st;

    HYP_TRY(hyp_alloc(&weight, (size_t)p->needed));
    HYP_TRY(hyp_alloc(&stored, (size_t)p->tiles));
    for (int i = 0; i < p->tiles; i++) {
        stored[i] = weigh(&p->tile[i], weight + p->tile[i].first);
        total += stored[i];
    }
    for (int i = 0; i < p->tiles; i++)
        HYP_TRY(deal_tile(&p->tile[i],
                          (double)p->ranks * (double)stored[i] /
                              (double)greater(total, 1),
                          stored[i], weight + p->tile[i].first));
    hyp_part_by_weight(weight, p->needed, p->ranks, p->start);
out:
    free(weight);
    free(stored);
    return st;
}

hyp_status hyp_read_plan_init(hyp_read_plan *p, const hyp_scene *scene,
                              int ranks)
{
    hyp_status st;

    *p = (hyp_read_plan){ .tiles = scene->tiles, .ranks = ranks };
    HYP_TRY(hyp_alloc(&p->tile, (size_t)p->tiles));
    HYP_TRY(hyp_alloc(&p->row, (size_t)ranks + 1));
    HYP_TRY(hyp_alloc(&p->start, (size_t)ranks + 1));
    HYP_TRY(hyp_alloc(&p->next, (size_t)ranks));
    HYP_TRY(hyp_alloc(&p->turn, (size_t)ranks));
    for (int i = 0; i < p->tiles; i++) {
        HYP_TRY(plan_tile(&p->tile[i], &scene->tile[i]));
        p->tile[i].first = p->needed;
        p->needed += needed_of(&p->tile[i]);
    }
    HYP_TRY(share_rows(p, scene));
    HYP_TRY(share_chunks(p));
out:
    if (st != HYP_OK)
        hyp_read_plan_release(p);
    return st;
}

const hyp_tile_plan *hyp_read_plan_tile(const hyp_read_plan *p, int64_t n)
{
    int low = 0, high = p->tiles - 1;

    while (low < high) { /* the last tile whose first chunk is not after n */
        const int middle = (low + high + 1) / 2;

        if (p->tile[middle].first <= n)
            low = middle;
        else
            high = middle - 1;
    }
    return &p->tile[low];
}

bool hyp_read_plan_together(const hyp_read_plan *p, hyp_group a, hyp_group b)
{
    const hyp_tile_plan *t = hyp_read_plan_tile(p, a.begin);

    return a.begin < a.end && b.begin < b.end &&
           t == hyp_read_plan_tile(p, b.begin) &&
           (a.begin - t->first) / t->slots == (b.begin - t->first) / t->slots;
}

hyp_chunk hyp_read_plan_chunk(const hyp_tile_plan *t, int64_t n)
{
    const int64_t place = (n - t->first) / t->slots;
    const int slot = t->slot[(n - t->first) % t->slots];

    return hyp_chunk_at(t->of->tile, place * places(t->of->tile) + slot);
}

int hyp_read_plan_kept(const hyp_tile_plan *t, int slot)
{
    return t->first_kept[slot + 1] - t->first_kept[slot];
}

/* The longest group that begins at chunk `begin` and ends before `limit`. */
static hyp_group group_at(const hyp_read_plan *p, int64_t begin, int64_t limit)
{
    const hyp_tile_plan *t = hyp_read_plan_tile(p, begin);
    int64_t bytes, most, place_end;

    if (begin == limit)
        return (hyp_group){ begin, begin };
    bytes = hyp_chunk_elements(t->of->tile) * (int64_t)sizeof(int16_t);
    most = lesser(HYP_GROUP_CHUNKS, GROUP_BYTES / bytes) / t->sharers;
    most = greater(1, most);
    place_end = begin + t->slots - (begin - t->first) % t->slots;
    return (hyp_group){ begin, lesser(lesser(begin + most, place_end), limit) };
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

hyp_rows hyp_read_plan_shared(const hyp_read_plan *p, hyp_group g, int rank)
{
    hyp_rows shared = { 0, 0 };
    const hyp_tile_plan *t;
    const hyp_tile *tile;
    int64_t top, bottom;

    if (g.begin == g.end)
        return shared;
    t = hyp_read_plan_tile(p, g.begin);
    tile = t->of->tile;
    top = hyp_read_plan_chunk(t, g.begin).row;
    bottom = lesser(top + tile->chunk.rows, tile->rows) + t->of->first_row;
    top += t->of->first_row;
    shared.begin = greater(top, p->row[rank]);
    shared.end = greater(shared.begin, lesser(bottom, p->row[rank + 1]));
    return shared;
}

int64_t hyp_read_plan_piece(const hyp_tile_plan *t, hyp_rows rows)
{
    const hyp_chunking *chunk = &t->of->tile->chunk;

    return (rows.end - rows.begin) * chunk->cols * chunk->bands;
}

void hyp_read_plan_release(hyp_read_plan *p)
{
    for (int i = 0; p->tile && i < p->tiles; i++) {
        free(p->tile[i].slot);
        free(p->tile[i].first_kept);
        free(p->tile[i].offset);
    }
    free(p->tile);
    free(p->row);
    free(p->start);
    free(p->next);
    free(p->turn);
    *p = (hyp_read_plan){ 0 };
}
