/*
 * compare.c - hyperslab compare: how alike are two class maps?
 */
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/comparison.h"
#include "cmd/inputs.h"
#include "comm/partition.h"
#include "core/agreement.h"
#include "hyperslab/comm.h"
#include "io/class_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536 }; /* pixels that are looked at together */

/* Two maps of one grid, or the maps of several tiles: pair after pair. */
typedef struct maps {
    const hyp_settings *settings;
    hyp_inputs a, b;
    int64_t *first_row; /* [pairs + 1]: rows before each pair; owned */
    hyp_tally tally;
    int64_t without[4]; /* pixels by what is missing: 1 in A, 2 in B, 3 both */
} maps;

/* The last but one part of a path: the folder of a tile's map. */
static const char *tile_of(const char *path, int *length)
{
    const char *end = strrchr(path, '/'), *begin = end;

    while (end && begin > path && begin[-1] != '/')
        begin--;
    *length = end ? (int)(end - begin) : 0;
    return end ? begin : path;
}

/* Maps of several tiles belong together by the names of the tiles. */
static hyp_status check_pairs(const maps *m)
{
    const hyp_settings *s = m->settings;

    if (m->a.count != m->b.count)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds the maps of %d tile%s, but '%s' of %d; "
                        "gdal_translate makes one map of a VRT",
                        s->tile[0], m->a.count, m->a.count == 1 ? "" : "s",
                        s->tile[1], m->b.count);
    for (int i = 0; m->a.count > 1 && i < m->a.count; i++) {
        int length_a, length_b;
        const char *a = tile_of(m->a.path[i], &length_a);
        const char *b = tile_of(m->b.path[i], &length_b);

        if (length_a != length_b || strncmp(a, b, (size_t)length_a) != 0)
            return hyp_fail(HYP_EFORMAT,
                            "'%s' has a tile '%.*s' where '%s' has '%.*s'",
                            s->tile[0], length_a, a, s->tile[1], length_b, b);
    }
    return HYP_OK;
}

/* Two maps that are open. */
typedef struct pair {
    hyp_class_map a, b;
} pair;

static void take_blank(const hyp_blank *blank, hyp_class_map *map)
{
    if (!blank->given)
        return;
    map->has_nodata = !blank->none;
    map->nodata = blank->value;
}

static void close_pair(pair *p)
{
    hyp_class_map_close(&p->a);
    hyp_class_map_close(&p->b);
}

static hyp_status open_pair(pair *p, const maps *m, int i)
{
    hyp_status st;

    *p = (pair){ 0 };
    HYP_TRY(hyp_class_map_open(&p->a, m->a.path[i]));
    HYP_TRY(hyp_class_map_open(&p->b, m->b.path[i]));
    HYP_TRY(hyp_class_map_check_grid(&p->a, &p->b));
    take_blank(&m->settings->blank[0], &p->a);
    take_blank(&m->settings->blank[1], &p->b);
out:
    if (st != HYP_OK)
        close_pair(p);
    return st;
}

/* On rank 0: look at all maps before any is read. */
static hyp_status measure(maps *m, hyp_comparison *c)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < m->a.count; i++) {
        pair p;

        HYP_TRY(open_pair(&p, m, i));
        m->first_row[i + 1] = m->first_row[i] + p.a.rows;
        if (i == 0) {
            c->a = (hyp_compared){ m->settings->tile[0], p.a.has_nodata,
                                   p.a.nodata };
            c->b = (hyp_compared){ m->settings->tile[1], p.b.has_nodata,
                                   p.b.nodata };
        }
        close_pair(&p);
    }
out:
    return st;
}

/* Keep the pixels that have data in both maps; return how many. */
static int64_t drop_blanks(maps *m, const pair *p, int64_t *a, int64_t *b,
                           int64_t pixels)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < pixels; i++) {
        const int without = (p->a.has_nodata && a[i] == p->a.nodata) +
                            2 * (p->b.has_nodata && b[i] == p->b.nodata);

        a[kept] = a[i];
        b[kept] = b[i];
        kept += without == 0;
        m->without[without]++;
    }
    return kept;
}

static hyp_status count_rows(maps *m, pair *p, int64_t begin, int64_t end)
{
    const int64_t cols = p->a.cols;
    const int64_t together = cols < BLOCK ? BLOCK / cols : 1;
    int64_t *a = NULL, *b = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&a, (size_t)(together * cols)));
    HYP_TRY(hyp_alloc(&b, (size_t)(together * cols)));
    for (int64_t row = begin; row < end; row += together) {
        const int64_t rows = end - row < together ? end - row : together;
        int64_t kept;

        HYP_TRY(hyp_class_map_read(&p->a, row, rows, a));
        HYP_TRY(hyp_class_map_read(&p->b, row, rows, b));
        kept = drop_blanks(m, p, a, b, rows * cols);
        HYP_TRY(hyp_tally_add(&m->tally, a, b, kept));
    }
out:
    free(a);
    free(b);
    return st;
}

/* Count this rank's share of the rows of all pairs. */
static hyp_status count_share(maps *m, int rank, int ranks)
{
    const int64_t all = m->first_row[m->a.count];
    const int64_t begin = hyp_part_start(all, rank, ranks);
    const int64_t end = hyp_part_start(all, rank + 1, ranks);
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < m->a.count; i++) {
        const int64_t top = m->first_row[i], bottom = m->first_row[i + 1];
        const int64_t from = begin > top ? begin : top;
        const int64_t to = end < bottom ? end : bottom;
        pair p;

        if (from >= to)
            continue;
        HYP_TRY(open_pair(&p, m, i));
        st = count_rows(m, &p, from - top, to - top);
        close_pair(&p);
    }
out:
    return st;
}

/* Rank 0 then has the counts of all pixels. */
static hyp_status count_all(maps *m, hyp_comparison *c, MPI_Comm comm)
{
    hyp_status st;
    int rank, ranks;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    HYP_TRY(hyp_inputs_find_maps_all(&m->a, m->settings->tile[0], comm));
    HYP_TRY(hyp_inputs_find_maps_all(&m->b, m->settings->tile[1], comm));
    HYP_TRY(check_pairs(m));
    st = hyp_alloc(&m->first_row, (size_t)m->a.count + 1);
    if (st == HYP_OK && rank == 0)
        st = measure(m, c);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Bcast(m->first_row, m->a.count + 1, MPI_INT64_T, 0, comm);
    HYP_TRY(hyp_agree(comm, count_share(m, rank, ranks)));
    HYP_TRY(hyp_tally_collect_all(&m->tally, comm));
    MPI_Reduce(rank == 0 ? MPI_IN_PLACE : m->without, m->without, 4,
               MPI_INT64_T, MPI_SUM, 0, comm);
out:
    return st;
}

static hyp_status match(hyp_comparison *c)
{
    hyp_status st = hyp_alloc(&c->to, (size_t)c->table.a_classes);

    if (st != HYP_OK)
        return st;
    switch (c->match) {
    case HYP_MATCH_ONE: return hyp_agreement_match_one(&c->table, c->to);
    case HYP_MATCH_MANY: hyp_agreement_match_many(&c->table, c->to); break;
    case HYP_MATCH_SAME: hyp_agreement_match_same(&c->table, c->to); break;
    }
    return HYP_OK;
}

/* On rank 0. */
static hyp_status conclude(const maps *m, hyp_comparison *c)
{
    hyp_status st;

    c->match = m->settings->match;
    c->without_a = m->without[1];
    c->without_b = m->without[2];
    c->without_both = m->without[3];
    HYP_TRY(hyp_contingency_init(&c->table, &m->tally));
    HYP_TRY(match(c));
    if (m->settings->json)
        hyp_comparison_print_json(c);
    else
        hyp_comparison_print(c);
    if (fflush(stdout) != 0 || ferror(stdout))
        st = hyp_fail(HYP_EIO, "cannot write to standard output");
out:
    return st;
}

hyp_status hyp_cmd_compare_all(const hyp_settings *settings, MPI_Comm comm)
{
    maps m = { .settings = settings };
    hyp_comparison c = { 0 };
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(count_all(&m, &c, comm));
    if (rank == 0)
        st = conclude(&m, &c);
    st = hyp_agree(comm, st);
out:
    hyp_comparison_release(&c);
    hyp_tally_release(&m.tally);
    free(m.first_row);
    hyp_inputs_release(&m.a);
    hyp_inputs_release(&m.b);
    return st;
}
