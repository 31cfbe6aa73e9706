/*
 * assign.c - give every pixel its nearest centre, looking at few of them
 */
#include "core/assign.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = HYP_ASSIGN_GROUP,
    TURN = 64 /* groups whose pixels are listed together */
};

/* Covers the roundings to float of a bound, of either sign. */
static const double unit = 0x1p-22;

/* The subspace knows centres as they are, the exact decision as they are on
   its grid: at most 2^-43 * sqrt(2048) DN apart, each. */
static const float grid = 1e-9f;

static float rounded_down(double value, double size)
{
    return isinf(value) ? (float)value : (float)(value - size * unit);
}

/* Pixels that do not exist are safe for ever; the others not yet. */
static void reset(hyp_assigner *a)
{
    for (int64_t p = 0; p < a->groups * GROUP; p++)
        a->slack[p] = p < a->slab->pixels ? -INFINITY : INFINITY;
    for (int64_t g = 0; g < a->groups; g++)
        a->spare[g] = -INFINITY;
}

hyp_status hyp_assigner_init(hyp_assigner *a, const hyp_slab *slab,
                             const hyp_summary *summary, hyp_distance distance,
                             int classes)
{
    const size_t count = (size_t)classes;
    hyp_status st;

    *a = (hyp_assigner){ .slab = slab,
                         .kernels = hyp_kernels_here(),
                         .groups = (slab->pixels + GROUP - 1) / GROUP };
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
    HYP_TRY(hyp_alloc(&a->limit, count));
    HYP_TRY(hyp_alloc(&a->slack, (size_t)a->groups * GROUP));
    HYP_TRY(hyp_alloc(&a->spare, (size_t)a->groups));
    HYP_TRY(hyp_alloc(&a->list, (size_t)TURN * GROUP + HYP_LANES));
    reset(a);
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
    double first = 0, second = 0, most = 0;
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
        double use = a->drift[j] + (j == farthest ? second : first);

        a->used[j] += use;
        a->limit[j] = (float)(a->used[j] * (1 + unit));
        most = fmax(most, use);
    }
    a->spent += most;
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
    if (a->subspace.embedded)
        hyp_subspace_set(&a->subspace, centre);
}

/* Note the class and the slack that were found for a pixel. */
static void settle(hyp_assigner *a, int64_t p, int to, double slack,
                   uint16_t *label, hyp_changes *changes)
{
    const int from = label[p];

    a->slack[p] = rounded_down(slack + a->used[to], slack + 2 * a->used[to]);
    if (to == from)
        return;
    label[p] = (uint16_t)to;
    hyp_changes_move(changes, a->slab->dn + p * a->slab->stride, from, to);
}

/* Ask for the spectra of pixels that will be needed: those that move, and
   those that the subspace cannot tell. */
static void prefetch(const hyp_assigner *a, const int32_t *pixel,
                     const int32_t *best, const float *slack,
                     const uint16_t *label)
{
    enum { LINE = 64 / sizeof(int16_t) };

    for (int i = 0; i < HYP_LANES; i++)
        if (best[i] != label[pixel[i]] || !(slack[i] > grid)) {
            const int16_t *x =
                a->slab->dn + (int64_t)pixel[i] * a->slab->stride;

            for (int b = 0; b < a->slab->stride; b += LINE)
                __builtin_prefetch(x + b);
        }
}

/* Look at all bands of a pixel. */
static void settle_in_full(hyp_assigner *a, int64_t p, uint16_t *label,
                           hyp_changes *changes)
{
    double slack;
    int to = hyp_nearest_find(&a->nearest, a->slab->dn + p * a->slab->stride,
                              &slack, hyp_changes_exactly(changes));

    settle(a, p, to, slack, label, changes);
}

/* Assign the pixels of the list, by sixteens; the last one fills up. */
static void settle_list(hyp_assigner *a, int64_t count, uint16_t *label,
                        hyp_changes *changes)
{
    for (int i = 0; i < HYP_LANES && count > 0; i++)
        a->list[count + i] = a->list[count - 1];
    for (int64_t k = 0; k < count; k += HYP_LANES) {
        const int32_t *pixel = a->list + k;
        const int64_t left = count - k;
        _Alignas(64) int32_t best[HYP_LANES];
        _Alignas(64) float slack[HYP_LANES];

        a->kernels->bound(a->subspace.embedded, pixel, &a->subspace.centre,
                          best, slack);
        prefetch(a, pixel, best, slack, label);
        for (int i = 0; i < HYP_LANES && i < left; i++)
            if (slack[i] > grid)
                settle(a, pixel[i], best[i], slack[i], label, changes);
            else
                settle_in_full(a, pixel[i], label, changes);
    }
}

/* Assign the pixels of some groups that are not safe. */
static void visit(hyp_assigner *a, int64_t first, int64_t last, uint16_t *label,
                  hyp_changes *changes)
{
    int64_t count = 0;

    for (int64_t g = first; g < last; g++)
        if (!((double)a->spare[g] > a->spent))
            count += a->kernels->unsafe(a->slack, label, a->limit, g * GROUP,
                                        (g + 1) * GROUP, a->list + count);
    if (a->subspace.embedded)
        settle_list(a, count, label, changes);
    else
        for (int64_t k = 0; k < count; k++)
            settle_in_full(a, a->list[k], label, changes);
    for (int64_t g = first; g < last; g++)
        if (!((double)a->spare[g] > a->spent)) {
            float least = a->kernels->spare(a->slack + g * GROUP,
                                            label + g * GROUP, a->limit, GROUP);

            a->spare[g] =
                rounded_down(least + a->spent, fabs(least) + 2 * a->spent);
        }
}

void hyp_assign(hyp_assigner *a, const double *centre, uint16_t *label,
                hyp_changes *changes)
{
    take_centres(a, centre);
    for (int64_t g = 0; g < a->groups; g += TURN)
        visit(a, g, g + TURN < a->groups ? g + TURN : a->groups, label,
              changes);
}

void hyp_assigner_release(hyp_assigner *a)
{
    hyp_nearest_release(&a->nearest);
    hyp_subspace_release(&a->subspace);
    free(a->centre);
    free(a->drift);
    free(a->used);
    free(a->limit);
    free(a->slack);
    free(a->spare);
    free(a->list);
    *a = (hyp_assigner){ 0 };
}
