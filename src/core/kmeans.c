/*
 * kmeans.c - exact k-means (Lloyd) over the valid pixels of all ranks
 *
 * Every pixel begins in class 0, whose sum is that of all pixels.  After that
 * only pixels that move are added and taken away, which integers allow: the
 * sums are exact after any number of iterations.  One allreduce of the changes
 * an iteration is all that ranks tell each other.
 */
#include "hyperslab/kmeans.h"

#include "base/mem.h"
#include "base/wide.h"
#include "core/nearest.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct lloyd {
    const hyp_slab *slab;
    const hyp_kmeans_options *options;
    MPI_Comm comm;
    hyp_kmeans *km;
    hyp_nearest nearest;
    hyp_uint128 squares; /* sum of x^2 over all pixels and bands, all ranks */

    /* What an iteration changes, summed over the ranks by one allreduce:
       sums [classes][stride], counts [classes], reassigned, exactly. */
    int64_t *change;
    int change_count;
} lloyd;

static int64_t *change_of_sum(const lloyd *l, int class)
{
    return l->change + (int64_t) class * l->slab->stride;
}

static int64_t *change_of_count(const lloyd *l, int class)
{
    return l->change + (int64_t)l->km->classes * l->slab->stride + class;
}

static int64_t *reassigned(const lloyd *l)
{
    return change_of_count(l, l->km->classes);
}

static int64_t *exactly(const lloyd *l)
{
    return reassigned(l) + 1;
}

/* Sum of squares of the slab, then of all ranks, in two halves of 64 bits. */
static hyp_uint128 squares_all(const hyp_slab *slab, MPI_Comm comm)
{
    hyp_uint128 sum = 0;
    int64_t part[2];

    for (int64_t p = 0; p < slab->pixels; p++) {
        const int16_t *x = slab->dn + p * slab->stride;
        int64_t pixel = 0;

        for (int b = 0; b < slab->stride; b++)
            pixel += (int64_t)(x[b] * x[b]);
        sum += (uint64_t)pixel;
    }
    part[0] = (int64_t)(sum & UINT32_MAX);
    part[1] = (int64_t)(sum >> 32);
    MPI_Allreduce(MPI_IN_PLACE, part, 2, MPI_INT64_T, MPI_SUM, comm);
    return ((hyp_uint128)part[1] << 32) + (hyp_uint128)part[0];
}

static hyp_status check(const lloyd *l, const hyp_summary *summary)
{
    const hyp_kmeans_options *o = l->options;

    if (o->classes < 1 || o->classes > HYP_MAX_CLASSES)
        return hyp_fail(HYP_EUSAGE, "%d classes: expected 1 to %d", o->classes,
                        HYP_MAX_CLASSES);
    if (o->classes > summary->pixels)
        return hyp_fail(HYP_ENUMERIC,
                        "%d classes, but only %lld valid pixels; use a "
                        "smaller -k",
                        o->classes, (long long)summary->pixels);
    for (int64_t i = 0; i < (int64_t)o->classes * summary->bands; i++)
        if (!(fabs(o->start[i]) <= 32768))
            return hyp_fail(HYP_EUSAGE,
                            "start centre of class %lld, band %lld: %g DN is "
                            "not within +-32768",
                            (long long)(i / summary->bands + 1),
                            (long long)(i % summary->bands + 1), o->start[i]);
    return HYP_OK;
}

static hyp_status init_all(lloyd *l, const hyp_summary *summary)
{
    const size_t classes = (size_t)l->options->classes;
    const size_t bands = (size_t)l->slab->bands;
    hyp_kmeans *km = l->km;
    hyp_status st;

    *km =
        (hyp_kmeans){ .classes = l->options->classes, .bands = l->slab->bands };
    HYP_TRY(check(l, summary));
    l->change_count = km->classes * (l->slab->stride + 1) + 2;
    HYP_TRY(hyp_alloc(&km->centre, classes * bands));
    HYP_TRY(hyp_alloc(&km->sum, classes * bands));
    HYP_TRY(hyp_alloc(&km->count, classes));
    HYP_TRY(hyp_alloc(&km->label, (size_t)l->slab->pixels));
    HYP_TRY(hyp_alloc(&l->change, (size_t)l->change_count));
    HYP_TRY(hyp_nearest_init(&l->nearest, l->options->distance, km->classes,
                             km->bands, l->slab->stride));
    memcpy(km->centre, l->options->start, classes * bands * sizeof(double));
    memcpy(km->sum, summary->sum, bands * sizeof(int64_t));
    km->count[0] = summary->pixels;
out:
    return hyp_agree(l->comm, st);
}

static void move_pixel(const lloyd *l, const int16_t *x, int from, int to)
{
    int64_t *less = change_of_sum(l, from), *more = change_of_sum(l, to);

    for (int b = 0; b < l->slab->stride; b++) {
        less[b] -= x[b];
        more[b] += x[b];
    }
    --*change_of_count(l, from);
    ++*change_of_count(l, to);
    ++*reassigned(l);
}

/* Give every pixel of this rank its nearest centre, and note what changes. */
static void assign(const lloyd *l)
{
    const hyp_slab *slab = l->slab;

    memset(l->change, 0, (size_t)l->change_count * sizeof *l->change);
    for (int64_t p = 0; p < slab->pixels; p++) {
        const int16_t *x = slab->dn + p * slab->stride;
        int from = l->km->label[p];
        int to = hyp_nearest_find(&l->nearest, x, exactly(l));

        if (to == from)
            continue;
        l->km->label[p] = (uint16_t)to;
        move_pixel(l, x, from, to);
    }
}

/* Take over the changes of all ranks; classes with pixels get their means. */
static void update(const lloyd *l)
{
    hyp_kmeans *km = l->km;

    for (int j = 0; j < km->classes; j++) {
        const int64_t *change = change_of_sum(l, j);
        int64_t *sum = km->sum + (int64_t)j * km->bands;
        double *centre = km->centre + (int64_t)j * km->bands;

        km->count[j] += *change_of_count(l, j);
        for (int b = 0; b < km->bands; b++) {
            sum[b] += change[b];
            if (km->count[j] > 0)
                centre[b] = (double)sum[b] / (double)km->count[j];
        }
    }
}

/*
 * Sum of squared distances to the class means: sum x^2 - sum over classes of
 * |sum x|^2 / count, whole numbers apart from one fraction a class.
 */
static double within_classes(const lloyd *l)
{
    const hyp_kmeans *km = l->km;
    hyp_uint128 whole = l->squares;
    double fractions = 0;

    for (int j = 0; j < km->classes; j++) {
        const int64_t *sum = km->sum + (int64_t)j * km->bands;
        const hyp_uint128 count = (hyp_uint128)km->count[j];
        hyp_uint128 square = 0;

        if (count == 0)
            continue;
        for (int b = 0; b < km->bands; b++) {
            hyp_uint128 size = (hyp_uint128)(sum[b] < 0 ? -sum[b] : sum[b]);

            square += size * size;
        }
        whole -= square / count;
        fractions += (double)(square % count) / (double)count;
    }
    return (double)whole - fractions;
}

static bool has_ended(const lloyd *l, int64_t moved, int64_t pixels)
{
    return moved == 0 ||
           (double)moved < l->options->min_change * (double)pixels;
}

static void iterate_all(lloyd *l, int64_t pixels)
{
    const hyp_kmeans_options *o = l->options;
    hyp_kmeans *km = l->km;

    while (!km->converged && km->iterations < o->max_iterations) {
        hyp_nearest_set(&l->nearest, km->centre);
        assign(l);
        MPI_Allreduce(MPI_IN_PLACE, l->change, l->change_count, MPI_INT64_T,
                      MPI_SUM, l->comm);
        update(l);
        km->iterations++;
        km->within = within_classes(l);
        km->converged = has_ended(l, *reassigned(l), pixels);
        if (o->observer)
            o->observer(o->observer_context,
                        &(hyp_kmeans_step){ .iteration = km->iterations,
                                            .reassigned = *reassigned(l),
                                            .within = km->within,
                                            .decided_exactly = *exactly(l) });
    }
}

hyp_status hyp_kmeans_all(const hyp_slab *slab, const hyp_summary *summary,
                          const hyp_kmeans_options *options, MPI_Comm comm,
                          hyp_kmeans *out)
{
    lloyd l = { .slab = slab, .options = options, .comm = comm, .km = out };
    hyp_status st;

    HYP_TRY(init_all(&l, summary));
    l.squares = squares_all(slab, comm);
    iterate_all(&l, summary->pixels);
out:
    hyp_nearest_release(&l.nearest);
    free(l.change);
    if (st != HYP_OK)
        hyp_kmeans_release(out);
    return st;
}

void hyp_kmeans_release(hyp_kmeans *km)
{
    free(km->centre);
    free(km->sum);
    free(km->count);
    free(km->label);
    *km = (hyp_kmeans){ 0 };
}
