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
#include "core/assign.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct lloyd {
    const hyp_slab *slab;
    const hyp_kmeans_options *options;
    MPI_Comm comm;
    hyp_kmeans *km;
    hyp_assigner assigner;
    hyp_changes changes;
    hyp_uint128 squares; /* sum of x^2 over all pixels and bands, all ranks */
} lloyd;

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
    HYP_TRY(hyp_alloc(&km->centre, classes * bands));
    HYP_TRY(hyp_alloc(&km->sum, classes * bands));
    HYP_TRY(hyp_alloc(&km->count, classes));
    HYP_TRY(hyp_alloc(&km->label, (size_t)l->slab->pixels));
    HYP_TRY(hyp_changes_init(&l->changes, km->classes, l->slab->stride));
    HYP_TRY(hyp_assigner_init(&l->assigner, l->slab, summary,
                              l->options->distance, km->classes));
    memcpy(km->centre, l->options->start, classes * bands * sizeof(double));
    memcpy(km->sum, summary->sum, bands * sizeof(int64_t));
    km->count[0] = summary->pixels;
out:
    return hyp_agree(l->comm, st);
}

/* Take over the changes of all ranks; classes with pixels get their means. */
static void update(const lloyd *l)
{
    hyp_kmeans *km = l->km;

    for (int j = 0; j < km->classes; j++) {
        const int64_t *change = hyp_changes_of_sum(&l->changes, j);
        int64_t *sum = km->sum + (int64_t)j * km->bands;
        double *centre = km->centre + (int64_t)j * km->bands;

        km->count[j] += hyp_changes_of_count(&l->changes, j);
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
        hyp_kmeans_step step = { .iteration = ++km->iterations };

        hyp_changes_clear(&l->changes);
        hyp_assign(&l->assigner, km->centre, km->label, &l->changes);
        hyp_changes_sum_all(&l->changes, l->comm);
        update(l);
        step.reassigned = hyp_changes_reassigned(&l->changes);
        step.within = km->within = within_classes(l);
        step.decided_exactly = *hyp_changes_exactly(&l->changes);
        km->converged = has_ended(l, step.reassigned, pixels);
        if (o->observer)
            o->observer(o->observer_context, &step);
    }
}

hyp_status hyp_kmeans_all(const hyp_slab *slab, const hyp_summary *summary,
                          const hyp_kmeans_options *options, MPI_Comm comm,
                          hyp_kmeans *out)
{
    lloyd l = { .slab = slab, .options = options, .comm = comm, .km = out };
    hyp_status st;

    HYP_TRY(init_all(&l, summary));
    l.squares = ((hyp_uint128)(uint64_t)summary->squares[1] << 32) +
                (uint64_t)summary->squares[0];
    iterate_all(&l, summary->pixels);
out:
    hyp_assigner_release(&l.assigner);
    hyp_changes_release(&l.changes);
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
