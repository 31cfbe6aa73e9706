/*
 * contingency.c - how often the classes of two maps meet on a pixel
 */
#include "core/contingency.h"

#include "base/mem.h"
#include "base/random.h"
#include "hyperslab/comm.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    FIRST_ROOM = 256,
    MOST_PAIRS = HYP_MAX_COMPARED * HYP_MAX_COMPARED,
    TAG_PAIRS = 83
};

/* Where a pair is, or where it would go. */
static int64_t find_slot(const hyp_tally *t, int64_t a, int64_t b)
{
    int64_t at = (int64_t)(hyp_random_bits(0, (uint64_t)a, (uint64_t)b) &
                           (uint64_t)(t->slots - 1));

    while (t->slot[at] &&
           (t->pair[t->slot[at] - 1].a != a || t->pair[t->slot[at] - 1].b != b))
        at = (at + 1) & (t->slots - 1);
    return at;
}

/* Make room for twice as many pairs. */
static hyp_status grow(hyp_tally *t)
{
    hyp_tally more = { .pairs = t->pairs,
                       .room = t->room ? 2 * t->room : FIRST_ROOM };
    hyp_status st;

    more.slots = 4 * more.room;
    HYP_TRY(hyp_alloc(&more.pair, (size_t)more.room));
    HYP_TRY(hyp_alloc(&more.slot, (size_t)more.slots));
    for (int64_t i = 0; i < t->pairs; i++) {
        more.pair[i] = t->pair[i];
        more.slot[find_slot(&more, t->pair[i].a, t->pair[i].b)] =
            (int32_t)(i + 1);
    }
    hyp_tally_release(t);
    *t = more;
    return HYP_OK;
out:
    hyp_tally_release(&more);
    return st;
}

/* Count some pixels of one pair. */
static hyp_status add(hyp_tally *t, int64_t a, int64_t b, int64_t count)
{
    int64_t at;
    hyp_status st = HYP_OK;

    if (t->pairs == t->room)
        HYP_TRY(grow(t));
    at = find_slot(t, a, b);
    if (t->slot[at] == 0) {
        if (t->pairs == MOST_PAIRS)
            return hyp_fail(HYP_EFORMAT,
                            "more than %d pairs of classes: these are not "
                            "class maps",
                            MOST_PAIRS);
        t->pair[t->pairs++] = (hyp_pair){ .a = a, .b = b };
        t->slot[at] = (int32_t)t->pairs;
    }
    t->pair[t->slot[at] - 1].count += count;
out:
    return st;
}

/* Neighbours are mostly alike: runs are counted as one. */
hyp_status hyp_tally_add(hyp_tally *t, const int64_t *a, const int64_t *b,
                         int64_t pixels)
{
    hyp_status st = HYP_OK;
    int64_t run;

    for (int64_t p = 0; st == HYP_OK && p < pixels; p += run) {
        run = 1;
        while (p + run < pixels && a[p + run] == a[p] && b[p + run] == b[p])
            run++;
        st = add(t, a[p], b[p], run);
    }
    return st;
}

/* On rank 0: take over the pairs of the others, one rank after the other.  If
   that fails, they are received all the same. */
static hyp_status receive(hyp_tally *t, hyp_pair *theirs, const int64_t *pairs,
                          int ranks, MPI_Comm comm)
{
    hyp_status st = HYP_OK;

    for (int r = 1; r < ranks; r++) {
        MPI_Recv(theirs, (int)(pairs[r] * (int64_t)sizeof *theirs), MPI_BYTE, r,
                 TAG_PAIRS, comm, MPI_STATUS_IGNORE);
        for (int64_t i = 0; st == HYP_OK && i < pairs[r]; i++)
            st = add(t, theirs[i].a, theirs[i].b, theirs[i].count);
    }
    return st;
}

hyp_status hyp_tally_collect_all(hyp_tally *t, MPI_Comm comm)
{
    hyp_pair *theirs = NULL;
    int64_t *pairs = NULL, most = t->pairs;
    int rank, ranks;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT64_T, MPI_MAX, comm);
    st = hyp_alloc(&pairs, (size_t)ranks);
    if (st == HYP_OK && rank == 0)
        st = hyp_alloc(&theirs, (size_t)most);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Gather(&t->pairs, 1, MPI_INT64_T, pairs, 1, MPI_INT64_T, 0, comm);
    if (rank == 0)
        st = receive(t, theirs, pairs, ranks, comm);
    else
        MPI_Send(t->pair, (int)(t->pairs * (int64_t)sizeof *t->pair), MPI_BYTE,
                 0, TAG_PAIRS, comm);
    st = hyp_agree(comm, st);
out:
    free(theirs);
    free(pairs);
    return st;
}

void hyp_tally_release(hyp_tally *t)
{
    free(t->pair);
    free(t->slot);
    *t = (hyp_tally){ 0 };
}

static int ascending(const void *one, const void *other)
{
    const int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

    return (a > b) - (a < b);
}

/* Sort values, and drop those that are there already. */
static int64_t sort_out(int64_t *value, int64_t count)
{
    int64_t kept = 0;

    qsort(value, (size_t)count, sizeof *value, ascending);
    for (int64_t i = 0; i < count; i++)
        if (kept == 0 || value[i] != value[kept - 1])
            value[kept++] = value[i];
    return kept;
}

/* The classes of one of the maps, ascending. */
static hyp_status list_classes(const hyp_tally *t, bool of_a, int64_t **value,
                               int *classes)
{
    hyp_status st = hyp_alloc(value, (size_t)t->pairs);
    int64_t count;

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < t->pairs; i++)
        (*value)[i] = of_a ? t->pair[i].a : t->pair[i].b;
    count = sort_out(*value, t->pairs);
    if (count > HYP_MAX_COMPARED)
        return hyp_fail(HYP_EFORMAT, "map %s holds %lld classes, more than %d",
                        of_a ? "A" : "B", (long long)count, HYP_MAX_COMPARED);
    *classes = (int)count;
    return HYP_OK;
}

static int64_t place(const int64_t *value, int classes, int64_t wanted)
{
    const int64_t *found =
        bsearch(&wanted, value, (size_t)classes, sizeof *value, ascending);

    return found - value;
}

static void fill(hyp_contingency *c, const hyp_tally *t)
{
    for (int64_t i = 0; i < t->pairs; i++) {
        const hyp_pair *pair = &t->pair[i];
        const int64_t a = place(c->a_value, c->a_classes, pair->a);
        const int64_t b = place(c->b_value, c->b_classes, pair->b);

        c->count[a * c->b_classes + b] = pair->count;
        c->a_count[a] += pair->count;
        c->b_count[b] += pair->count;
        c->pixels += pair->count;
    }
}

hyp_status hyp_contingency_init(hyp_contingency *c, const hyp_tally *tally)
{
    hyp_status st;

    *c = (hyp_contingency){ 0 };
    if (tally->pairs == 0)
        return hyp_fail(HYP_ENUMERIC, "no pixel has data in both maps");
    HYP_TRY(list_classes(tally, true, &c->a_value, &c->a_classes));
    HYP_TRY(list_classes(tally, false, &c->b_value, &c->b_classes));
    HYP_TRY(hyp_alloc(&c->count, (size_t)c->a_classes * (size_t)c->b_classes));
    HYP_TRY(hyp_alloc(&c->a_count, (size_t)c->a_classes));
    HYP_TRY(hyp_alloc(&c->b_count, (size_t)c->b_classes));
    fill(c, tally);
out:
    if (st != HYP_OK)
        hyp_contingency_release(c);
    return st;
}

void hyp_contingency_release(hyp_contingency *c)
{
    free(c->a_value);
    free(c->b_value);
    free(c->count);
    free(c->a_count);
    free(c->b_count);
    *c = (hyp_contingency){ 0 };
}
