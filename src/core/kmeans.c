/*
 * kmeans.c - exact k-means (Lloyd) over the valid pixels of all ranks
 *
 * Every pixel begins in class 0, whose sum is that of all pixels.  After that
 * only pixels that move are added and taken away, which integers allow: the
 * sums are exact after any number of iterations.  One allreduce of the changes
 * an iteration is all that ranks tell each other; how they wish to go on after
 * it is part of that.
 *
 * To go on from a state, every pixel moves into the class of its label first.
 * The sums that come of it must be those of the state: this tells labels of
 * other pixels, and anything else that does not belong together.
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
    const double *start = o->from ? o->from->centre : o->start;

    if (o->classes < 1 || o->classes > HYP_MAX_CLASSES)
        return hyp_fail(HYP_EUSAGE, "%d classes: expected 1 to %d", o->classes,
                        HYP_MAX_CLASSES);
    if (o->classes > summary->pixels)
        return hyp_fail(HYP_ENUMERIC,
                        "%d classes, but only %lld valid pixels; use a "
                        "smaller -k",
                        o->classes, (long long)summary->pixels);
    if (o->from &&
        (o->from->classes != o->classes || o->from->bands != summary->bands ||
         o->from->iterations > o->max_iterations))
        return hyp_fail(HYP_EUSAGE,
                        "cannot go on from %d classes of %d bands after "
                        "iteration %d to %d of %d in iteration %d",
                        o->from->classes, o->from->bands, o->from->iterations,
                        o->classes, summary->bands, o->max_iterations);
    for (int64_t i = 0; i < (int64_t)o->classes * summary->bands; i++)
        if (!(fabs(start[i]) <= 32768))
            return hyp_fail(HYP_EUSAGE,
                            "start centre of class %lld, band %lld: %g DN is "
                            "not within +-32768",
                            (long long)(i / summary->bands + 1),
                            (long long)(i % summary->bands + 1), start[i]);
    return HYP_OK;
}

static hyp_status init_all(lloyd *l, const hyp_summary *summary)
{
    const hyp_kmeans_options *o = l->options;
    const size_t classes = (size_t)o->classes;
    const size_t bands = (size_t)l->slab->bands;
    hyp_kmeans *km = l->km;
    hyp_status st;

    *km = (hyp_kmeans){ .classes = o->classes,
                        .bands = l->slab->bands,
                        .distance = o->distance };
    HYP_TRY(check(l, summary));
    HYP_TRY(hyp_alloc(&km->centre, classes * bands));
    HYP_TRY(hyp_alloc(&km->sum, classes * bands));
    HYP_TRY(hyp_alloc(&km->count, classes));
    HYP_TRY(hyp_alloc(&km->label, (size_t)l->slab->pixels));
    HYP_TRY(hyp_changes_init(&l->changes, km->classes, l->slab->stride));
    HYP_TRY(hyp_assigner_init(&l->assigner, l->slab, summary, o->distance,
                              km->classes));
    memcpy(km->centre, o->from ? o->from->centre : o->start,
           classes * bands * sizeof(double));
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

/* Move this rank's pixels from class 0 into the classes of the state. */
static hyp_status take_labels(lloyd *l)
{
    const uint16_t *label = l->options->from->label;

    for (int64_t p = 0; p < l->slab->pixels; p++) {
        if (label[p] >= l->km->classes)
            return hyp_fail(HYP_EFORMAT,
                            "the state to go on from has a pixel in class %d "
                            "of %d",
                            label[p] + 1, l->km->classes);
        l->km->label[p] = label[p];
        if (label[p] > 0)
            hyp_changes_move(&l->changes, l->slab->dn + p * l->slab->stride, 0,
                             label[p]);
    }
    return HYP_OK;
}

/* Go on from the state; its sums are compared on every rank alike. */
static hyp_status restore_all(lloyd *l)
{
    const hyp_kmeans *from = l->options->from;
    const size_t classes = (size_t)from->classes;
    hyp_kmeans *km = l->km;
    hyp_status st;

    HYP_TRY(hyp_agree(l->comm, take_labels(l)));
    hyp_changes_sum_all(&l->changes, l->comm);
    update(l);
    if (memcmp(km->count, from->count, classes * sizeof *km->count) != 0 ||
        memcmp(km->sum, from->sum,
               classes * (size_t)km->bands * sizeof *km->sum) != 0)
        return hyp_fail(HYP_EFORMAT, "the state to go on from is of other "
                                     "pixels: its labels do not give its "
                                     "sums");
    km->iterations = from->iterations;
    km->within = within_classes(l);
out:
    return st;
}

static bool has_ended(const lloyd *l, int64_t moved, int64_t pixels)
{
    return moved == 0 ||
           (double)moved < l->options->min_change * (double)pixels;
}

/* Whether there is more to do. */
static bool goes_on(const lloyd *l)
{
    return !l->km->converged && !l->km->stopped &&
           l->km->iterations < l->options->max_iterations;
}

/* Have this rank's wish told with the sums. */
static void vote(const lloyd *l)
{
    const hyp_kmeans_keeper *keeper = &l->options->keeper;
    const hyp_kmeans_wish wish =
        keeper->wish ? keeper->wish(keeper->context) : HYP_KMEANS_GO_ON;

    *hyp_changes_votes(&l->changes, HYP_VOTE_SAVE) = wish == HYP_KMEANS_SAVE;
    *hyp_changes_votes(&l->changes, HYP_VOTE_STOP) = wish == HYP_KMEANS_STOP;
}

/* Do as the ranks have voted; the same on every rank. */
static hyp_status heed_all(lloyd *l)
{
    const hyp_kmeans_keeper *keeper = &l->options->keeper;
    const bool stop = *hyp_changes_votes(&l->changes, HYP_VOTE_STOP) > 0;
    const bool save = *hyp_changes_votes(&l->changes, HYP_VOTE_SAVE) > 0;

    if (!(stop || save) || !goes_on(l))
        return HYP_OK;
    l->km->stopped = stop;
    return keeper->save_all ? keeper->save_all(keeper->context, l->km) : HYP_OK;
}

static void iterate_once_all(lloyd *l, int64_t pixels)
{
    const hyp_kmeans_options *o = l->options;
    hyp_kmeans *km = l->km;
    hyp_kmeans_step step = { .iteration = ++km->iterations };

    hyp_changes_clear(&l->changes);
    hyp_assign(&l->assigner, km->centre, km->label, &l->changes);
    vote(l);
    hyp_changes_sum_all(&l->changes, l->comm);
    update(l);
    step.reassigned = hyp_changes_reassigned(&l->changes);
    step.within = km->within = within_classes(l);
    step.decided_exactly = *hyp_changes_exactly(&l->changes);
    km->converged = has_ended(l, step.reassigned, pixels);
    if (o->observer)
        o->observer(o->observer_context, &step);
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
    if (options->from)
        HYP_TRY(restore_all(&l));
    while (goes_on(&l)) {
        iterate_once_all(&l, summary->pixels);
        HYP_TRY(heed_all(&l));
    }
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
