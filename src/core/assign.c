/*
 * assign.c - give every pixel its nearest centre, looking at few of them
 */
#include "core/assign.h"

#include "base/mem.h"
#include "kernel/fetch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 1024, /* watched pixels that are looked at together: they stay in
                     the second cache                                         */
    LEAD = 64,    /* pixels ahead whose lines are fetched: the memory's delay */
    FEW = 16,     /* a list of less than one in so many is worth keeping ...  */
    AHEAD = 8     /* ... for as many iterations like the last one             */
};

/* Covers the roundings to float of a bound, of either sign. */
static const double unit = 0x1p-22;

/* The subspace knows centres as they are, the exact decision as they are on
   its grid: at most 2^-43 * sqrt(2048) DN apart, each. */
static const float grid = 1e-9f;

static float rounded_up(double value)
{
    return (float)(value * (1 + unit));
}

hyp_status hyp_assigner_init(hyp_assigner *a, const hyp_slab *slab,
                             const hyp_summary *summary, hyp_distance distance,
                             int classes)
{
    const size_t count = (size_t)classes;
    hyp_status st;

    *a = (hyp_assigner){ .slab = slab,
                         .kernels = hyp_kernels_here(),
                         .unsafe = slab->pixels };
    if (slab->pixels > INT32_MAX)
        return hyp_fail(HYP_EUSAGE, "%lld pixels on a rank; use more ranks",
                        (long long)slab->pixels);
    HYP_TRY(hyp_nearest_init(&a->nearest, distance, classes, slab->bands,
                             slab->stride));
    if (distance == HYP_DISTANCE_L2)
        HYP_TRY(hyp_subspace_init(&a->subspace, slab, summary, classes));
    HYP_TRY(hyp_alloc(&a->centre, count * (size_t)slab->bands));
    HYP_TRY(hyp_alloc(&a->drift, count));
    HYP_TRY(hyp_alloc(&a->used, count));
    HYP_TRY(hyp_alloc(&a->latest, count));
    HYP_TRY(hyp_alloc(&a->limit, count));
    HYP_TRY(hyp_alloc(&a->horizon, count));
    HYP_TRY(hyp_alloc(&a->slack, (size_t)slab->pixels));
    HYP_TRY(hyp_alloc(&a->watch, (size_t)slab->pixels));
    HYP_TRY(hyp_alloc(&a->list, (size_t)BLOCK + LEAD));
    for (int64_t p = 0; p < slab->pixels; p++)
        a->slack[p] = -INFINITY;
    for (int j = 0; j < classes; j++)
        a->horizon[j] = -INFINITY;
out:
    if (st != HYP_OK)
        hyp_assigner_release(a);
    return st;
}

/* How far centre j has moved, in the distance that counts; rounded up. */
static double drift_of(const hyp_assigner *a, const double *centre, int j)
{
    const int bands = a->slab->bands;
    double squares = 0, absolutes = 0;

    for (int b = 0; b < bands; b++) {
        int64_t at = (int64_t)j * bands + b;
        double d = centre[at] - a->centre[at];

        squares += d * d;
        absolutes += fabs(d);
    }
    return (a->nearest.distance == HYP_DISTANCE_L2 ? sqrt(squares)
                                                   : absolutes) *
               (1 + 1e-9) +
           1e-9; /* roundings of the sum, and of centres to the grid */
}

/* Let the slack of each class pay for the drift of the centres. */
static void use_up(hyp_assigner *a)
{
    const int classes = a->nearest.classes;
    double first = 0, second = 0;
    int farthest = 0;

    for (int j = 0; j < classes; j++)
        if (a->drift[j] > first) {
            second = first;
            first = a->drift[j];
            farthest = j;
        } else if (a->drift[j] > second) {
            second = a->drift[j];
        }
    for (int j = 0; j < classes; j++) {
        a->latest[j] = a->drift[j] + (j == farthest ? second : first);
        a->used[j] += a->latest[j];
        a->limit[j] = rounded_up(a->used[j]);
    }
}

static void take_centres(hyp_assigner *a, const double *centre)
{
    const int classes = a->nearest.classes;

    if (a->started) {
        for (int j = 0; j < classes; j++)
            a->drift[j] = drift_of(a, centre, j);
        use_up(a);
    }
    a->started = true;
    memcpy(a->centre, centre,
           (size_t)classes * (size_t)a->slab->bands * sizeof *centre);
    hyp_nearest_set(&a->nearest, centre);
    if (a->subspace.point)
        hyp_subspace_set(&a->subspace, centre);
}

/*
 * Note the class and the slack that were found for a pixel.  The limit is above
 * what its class has used up by at most 5/4 unit, and the sum and the product
 * are rounded by at most 1/4 unit each: 2 units less is below the true sum.
 */
static void settle(hyp_assigner *a, int64_t p, int to, float slack,
                   uint16_t *label, hyp_changes *changes)
{
    const int from = label[p];

    a->slack[p] = (slack + a->limit[to]) * (float)(1 - 2 * unit);
    if (to == from)
        return;
    label[p] = (uint16_t)to;
    hyp_changes_move(changes, a->slab->dn + p * a->slab->stride, from, to);
}

/* Look at all bands of a pixel. */
static void settle_in_full(hyp_assigner *a, int64_t p, uint16_t *label,
                           hyp_changes *changes)
{
    double slack;
    int to = hyp_nearest_find(&a->nearest, a->slab->dn + p * a->slab->stride,
                              &slack, hyp_changes_exactly(changes));

    settle(a, p, to, (float)slack, label, changes);
}

/* Look at pixels of the list in the subspace, by sixteens; those that it cannot
   tell are fetched, stay on the list, and are looked at in full at last. */
static void settle_in_subspace(hyp_assigner *a, int64_t count, uint16_t *label,
                               hyp_changes *changes)
{
    int64_t rest = 0;

    for (int i = 0; i < LEAD && count > 0; i++) /* the last one fills up */
        a->list[count + i] = a->list[count - 1];
    for (int64_t k = 0; k < count; k += HYP_LANES) {
        const int32_t *pixel = a->list + k;
        const int64_t left = count - k;
        _Alignas(64) int32_t best[HYP_LANES];
        _Alignas(64) float slack[HYP_LANES];

        for (int i = LEAD - HYP_LANES; i < LEAD; i++)
            hyp_subspace_fetch(&a->subspace, pixel[i]);
        hyp_subspace_bound(&a->subspace, pixel, best, slack);
        for (int i = 0; i < HYP_LANES && i < left; i++)
            if (slack[i] > grid) {
                settle(a, pixel[i], best[i], slack[i], label, changes);
            } else {
                hyp_fetch(a->slab->dn + (int64_t)pixel[i] * a->slab->stride,
                          a->slab->stride);
                a->list[rest++] = pixel[i];
            }
    }
    for (int64_t k = 0; k < rest; k++)
        settle_in_full(a, a->list[k], label, changes);
}

static void settle_list(hyp_assigner *a, int64_t count, uint16_t *label,
                        hyp_changes *changes)
{
    if (a->subspace.point)
        settle_in_subspace(a, count, label, changes);
    else
        for (int64_t k = 0; k < count; k++)
            settle_in_full(a, a->list[k], label, changes);
}

/* Whether a pixel that is not watched may have become unsafe. */
static bool is_behind(const hyp_assigner *a)
{
    for (int j = 0; j < a->nearest.classes; j++)
        if (a->limit[j] > a->horizon[j])
            return true;
    return false;
}

/*
 * Choose anew which pixels to watch.  Where few are unsafe, watching those that
 * a few more iterations can reach saves passing over all of them each time.
 */
static void look_out(hyp_assigner *a, const uint16_t *label)
{
    const int ahead = a->unsafe * FEW < a->slab->pixels ? AHEAD : 0;

    for (int j = 0; j < a->nearest.classes; j++)
        a->horizon[j] = rounded_up(a->used[j] + ahead * a->latest[j]);
    a->watched = a->kernels->unsafe(a->slack, label, a->horizon, 0,
                                    a->slab->pixels, a->watch);
}

/* List the unsafe ones among some of the watched pixels. */
static int64_t list_unsafe(hyp_assigner *a, int64_t first, int64_t last,
                           const uint16_t *label)
{
    int64_t count = 0;

    for (int64_t i = first; i < last; i++) {
        const int32_t p = a->watch[i];

        a->list[count] = p;
        count += !(a->slack[p] > a->limit[label[p]]);
    }
    return count;
}

void hyp_assign(hyp_assigner *a, const double *centre, uint16_t *label,
                hyp_changes *changes)
{
    const bool first = !a->started;

    take_centres(a, centre);
    if (is_behind(a))
        look_out(a, label);
    a->unsafe = 0;
    for (int64_t i = 0; i < a->watched; i += BLOCK) {
        const int64_t last = i + BLOCK < a->watched ? i + BLOCK : a->watched;
        const int64_t count = list_unsafe(a, i, last, label);

        if (first && a->subspace.point) /* all are watched, in order */
            hyp_subspace_embed(&a->subspace, a->slab, i, last);
        settle_list(a, count, label, changes);
        a->unsafe += count;
    }
}

void hyp_assigner_release(hyp_assigner *a)
{
    hyp_nearest_release(&a->nearest);
    hyp_subspace_release(&a->subspace);
    free(a->centre);
    free(a->drift);
    free(a->used);
    free(a->latest);
    free(a->limit);
    free(a->horizon);
    free(a->slack);
    free(a->watch);
    free(a->list);
    *a = (hyp_assigner){ 0 };
}
