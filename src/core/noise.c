/*
 * noise.c - the noise of a scene, from the differences of neighbouring pixels
 */
#include "hyperslab/noise.h"

#include "base/mem.h"
#include "core/halo.h"
#include "core/products.h"
#include "hyperslab/comm.h"

#include <stdbool.h>
#include <stdlib.h>

/* How far the neighbour is. */
typedef struct step {
    const char *name;
    int down, right;
} step;

static const step steps[] = {
    [HYP_NEIGHBOUR_LOWER_RIGHT] = { "lowerright", 1, 1 },
    [HYP_NEIGHBOUR_LOWER_LEFT] = { "lowerleft", 1, -1 },
    [HYP_NEIGHBOUR_RIGHT] = { "right", 0, 1 },
    [HYP_NEIGHBOUR_LOWER] = { "lower", 1, 0 },
};

const char *hyp_neighbour_name(hyp_neighbour neighbour)
{
    return steps[neighbour].name;
}

/* Cells of a row, from one on, and the pixels of those that are valid. */
typedef struct cells {
    const uint8_t *valid;
    const int16_t *dn; /* of the next valid one */
} cells;

/* Goes through the pairs of neighbours, row by row. */
typedef struct walk {
    const hyp_slab *slab, *below;
    const hyp_neighbours *neighbours;
    step step;
    int image;    /* of the next row, or one before it */
    int64_t row;  /* the next one, of the slab         */
    int64_t left; /* cells of this row                 */
    cells pixel, other;
    int64_t count;
    int64_t *sum; /* [bands]; borrowed */
} walk;

static cells cells_from(const hyp_slab *slab, int64_t row, int64_t col)
{
    const uint8_t *valid = slab->valid + slab->cells[row];
    int64_t pixel = slab->before[row];

    for (int64_t c = 0; c < col; c++)
        pixel += valid[c];
    return (cells){ valid + col, slab->dn + pixel * slab->stride };
}

/* Whether the row after this one belongs to the same image. */
static bool goes_on(walk *w, int64_t row)
{
    const hyp_neighbours *n = w->neighbours;
    const int64_t next = w->slab->first_row + row + 1;

    while (w->image < n->images && n->first_row[w->image] < next)
        w->image++;
    return w->image == n->images || n->first_row[w->image] != next;
}

/* Go to the row's first pair, if it has one. */
static void begin_row(walk *w, int64_t row)
{
    const hyp_slab *slab = w->slab;
    const bool inside = row + w->step.down < slab->rows;
    const hyp_slab *other = inside ? slab : w->below;
    const int64_t col = w->step.right < 0 ? 1 : 0;

    w->left = 0;
    if (w->step.down && (!goes_on(w, row) || (!inside && other->rows == 0)))
        return;
    w->left = slab->cells[row + 1] - slab->cells[row] - abs(w->step.right);
    if (w->left <= 0)
        return;
    w->pixel = cells_from(slab, row, col);
    w->other =
        cells_from(other, inside ? row + w->step.down : 0, col + w->step.right);
}

static void pass(cells *c, int stride)
{
    c->dn += *c->valid++ ? stride : 0;
}

/* A hyp_terms_next. */
static bool next_pair(void *context, const int16_t **x, const int16_t **less)
{
    walk *w = context;
    bool both;

    do {
        while (w->left <= 0) {
            if (w->row == w->slab->rows)
                return false;
            begin_row(w, w->row++);
        }
        both = *w->pixel.valid && *w->other.valid;
        *x = w->pixel.dn;
        *less = w->other.dn;
        pass(&w->pixel, w->slab->stride);
        pass(&w->other, w->slab->stride);
        w->left--;
    } while (!both);
    for (int b = 0; b < w->slab->bands; b++)
        w->sum[b] += (*x)[b] - (*less)[b];
    w->count++;
    return true;
}

/* No two values of a band differ by more. */
static int reach(const hyp_summary *s)
{
    int most = 0;

    for (int b = 0; b < s->bands; b++)
        most = s->high[b] - s->low[b] > most ? s->high[b] - s->low[b] : most;
    return most;
}

static hyp_status make_room(hyp_differences *d, int bands)
{
    const size_t n = (size_t)bands;
    hyp_status st;

    *d = (hyp_differences){ .bands = bands };
    HYP_TRY(hyp_alloc(&d->sum, n));
    HYP_TRY(hyp_alloc(&d->product, n * n));
out:
    return st;
}

static hyp_status sum_up(const hyp_slab *slab, const hyp_slab *below,
                         const hyp_summary *summary,
                         const hyp_neighbours *neighbours, hyp_differences *d)
{
    walk w = { .slab = slab,
               .below = below,
               .neighbours = neighbours,
               .step = steps[neighbours->neighbour],
               .sum = d->sum };
    const hyp_terms terms = { .bands = slab->bands,
                              .width = summary->stride,
                              .reach = reach(summary),
                              .next = next_pair,
                              .context = &w };
    const hyp_status st = hyp_products_of(&terms, d->product);

    d->count = w.count;
    return st;
}

hyp_status hyp_differences_all(const hyp_slab *slab, const hyp_summary *summary,
                               const hyp_neighbours *neighbours, MPI_Comm comm,
                               hyp_differences *d)
{
    hyp_slab below = { 0 };
    hyp_status st = make_room(d, slab->bands);

    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_halo_all(slab, comm, &below));
    st = sum_up(slab, &below, summary, neighbours, d);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Allreduce(MPI_IN_PLACE, &d->count, 1, MPI_INT64_T, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, d->sum, d->bands, MPI_INT64_T, MPI_SUM, comm);
    if (d->count < 2) /* the same on every rank */
        st = hyp_fail(HYP_ENUMERIC,
                      "too few neighbouring pixels are valid to tell noise "
                      "from signal");
out:
    hyp_slab_release(&below);
    if (st != HYP_OK)
        hyp_differences_release(d);
    return st;
}

void hyp_differences_release(hyp_differences *d)
{
    free(d->sum);
    free(d->product);
    *d = (hyp_differences){ 0 };
}
