/*
 * predict.c - apply classes that are known to the pixels of all ranks
 */
#include "hyperslab/kmeans.h"

#include "base/mem.h"
#include "core/assign.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>

/* What assigning takes; owned. */
typedef struct workshop {
    hyp_assigner assigner;
    hyp_changes changes;
    hyp_nearest nearest; /* for pixels in coarser units; else empty */
    double *centre;      /* [classes][bands], in these units        */
} workshop;

static hyp_status open_workshop(workshop *w, const hyp_kmeans *km,
                                const hyp_slab *slab, bool some_are_coarser,
                                const hyp_summary *summary)
{
    hyp_status st;

    HYP_TRY(hyp_changes_init(&w->changes, km->classes, slab->stride));
    HYP_TRY(hyp_assigner_init(&w->assigner, slab, summary, km->distance,
                              km->classes));
    if (some_are_coarser) {
        HYP_TRY(hyp_nearest_init(&w->nearest, km->distance, km->classes,
                                 km->bands, slab->stride));
        HYP_TRY(hyp_alloc(&w->centre, (size_t)km->classes * (size_t)km->bands));
    }
out:
    return st;
}

static void close_workshop(workshop *w)
{
    hyp_assigner_release(&w->assigner);
    hyp_changes_release(&w->changes);
    hyp_nearest_release(&w->nearest);
    free(w->centre);
}

static int greatest(const uint8_t *value, int64_t count)
{
    int most = 0;

    for (int64_t i = 0; i < count; i++)
        most = value[i] > most ? value[i] : most;
    return most;
}

/* Assign the pixels in units of 2^power again, to the centres in such units. */
static void assign_coarser(workshop *w, hyp_kmeans *km, const hyp_slab *slab,
                           const uint8_t *coarser, int power)
{
    for (int64_t i = 0; i < (int64_t)km->classes * km->bands; i++)
        w->centre[i] = ldexp(km->centre[i], -power);
    hyp_nearest_set(&w->nearest, w->centre);
    for (int64_t p = 0; p < slab->pixels; p++) {
        const int16_t *x = slab->dn + p * slab->stride;
        double slack;
        int label;

        if (coarser[p] != power)
            continue;
        label = hyp_nearest_find(&w->nearest, x, &slack,
                                 hyp_changes_exactly(&w->changes));
        if (label != km->label[p])
            hyp_changes_move(&w->changes, x, km->label[p], label);
        km->label[p] = (uint16_t)label;
    }
}

hyp_status hyp_kmeans_predict_all(hyp_kmeans *km, const hyp_slab *slab,
                                  const uint8_t *coarser,
                                  const hyp_summary *summary, MPI_Comm comm)
{
    const int most = coarser ? greatest(coarser, slab->pixels) : 0;
    workshop w = { 0 };
    hyp_status st;

    st = hyp_alloc(&km->label, (size_t)slab->pixels);
    if (st == HYP_OK)
        st = hyp_alloc(&km->count, (size_t)km->classes);
    if (st == HYP_OK)
        st = open_workshop(&w, km, slab, most > 0, summary);
    HYP_TRY(hyp_agree(comm, st));
    hyp_assign(&w.assigner, km->centre, km->label, &w.changes);
    for (int power = 1; power <= most; power++)
        assign_coarser(&w, km, slab, coarser, power);
    hyp_changes_sum_all(&w.changes, comm);
    for (int j = 0; j < km->classes; j++)
        km->count[j] = hyp_changes_of_count(&w.changes, j);
    km->count[0] += summary->pixels; /* where all pixels began */
out:
    close_workshop(&w);
    return st;
}

/* The order of the additions is fixed: sixteen sums side by side.  x is in
   units, a power of two. */
static double distance(const int16_t *x, double unit, const double *centre,
                       int bands, bool absolute)
{
    enum { LANES = 16 };
    double sum[LANES] = { 0 }, all = 0;
    int b = 0;

    for (; b + LANES <= bands; b += LANES)
        for (int i = 0; i < LANES; i++) {
            const double d = x[b + i] * unit - centre[b + i];

            sum[i] += absolute ? fabs(d) : d * d;
        }
    for (int i = 0; b + i < bands; i++) {
        const double d = x[b + i] * unit - centre[b + i];

        sum[i] += absolute ? fabs(d) : d * d;
    }
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return absolute ? all : sqrt(all);
}

void hyp_kmeans_distances(const hyp_kmeans *km, const hyp_slab *slab,
                          const uint8_t *coarser, int64_t first, int64_t pixels,
                          double scale, float *out)
{
    const bool absolute = km->distance == HYP_DISTANCE_L1;

    for (int64_t p = 0; p < pixels; p++) {
        const int16_t *x = slab->dn + (first + p) * slab->stride;
        const double unit = coarser ? ldexp(1, coarser[first + p]) : 1;
        const double *centre =
            km->centre + (int64_t)km->label[first + p] * km->bands;

        out[p] =
            (float)(distance(x, unit, centre, km->bands, absolute) / scale);
    }
}
