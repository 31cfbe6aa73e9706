/*
 * predict.c - apply classes that are known to the pixels of all ranks
 */
#include "hyperslab/kmeans.h"

#include "base/mem.h"
#include "core/assign.h"
#include "hyperslab/comm.h"

#include <math.h>

static hyp_status make_room(hyp_kmeans *km, const hyp_slab *slab,
                            const hyp_summary *summary, hyp_assigner *assigner,
                            hyp_changes *changes)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&km->label, (size_t)slab->pixels));
    HYP_TRY(hyp_alloc(&km->count, (size_t)km->classes));
    HYP_TRY(hyp_changes_init(changes, km->classes, slab->stride));
    HYP_TRY(
        hyp_assigner_init(assigner, slab, summary, km->distance, km->classes));
out:
    return st;
}

hyp_status hyp_kmeans_predict_all(hyp_kmeans *km, const hyp_slab *slab,
                                  const hyp_summary *summary, MPI_Comm comm)
{
    hyp_assigner assigner = { 0 };
    hyp_changes changes = { 0 };
    hyp_status st;

    st = make_room(km, slab, summary, &assigner, &changes);
    HYP_TRY(hyp_agree(comm, st));
    hyp_assign(&assigner, km->centre, km->label, &changes);
    hyp_changes_sum_all(&changes, comm);
    for (int j = 0; j < km->classes; j++)
        km->count[j] = hyp_changes_of_count(&changes, j);
    km->count[0] += summary->pixels; /* where all pixels began */
out:
    hyp_assigner_release(&assigner);
    hyp_changes_release(&changes);
    return st;
}

/* The order of the additions is fixed: sixteen sums side by side. */
static double distance(const int16_t *x, const double *centre, int bands,
                       bool absolute)
{
    enum { LANES = 16 };
    double sum[LANES] = { 0 }, all = 0;
    int b = 0;

    for (; b + LANES <= bands; b += LANES)
        for (int i = 0; i < LANES; i++) {
            const double d = x[b + i] - centre[b + i];

            sum[i] += absolute ? fabs(d) : d * d;
        }
    for (int i = 0; b + i < bands; i++) {
        const double d = x[b + i] - centre[b + i];

        sum[i] += absolute ? fabs(d) : d * d;
    }
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return absolute ? all : sqrt(all);
}

void hyp_kmeans_distances(const hyp_kmeans *km, const hyp_slab *slab,
                          int64_t first, int64_t pixels, double scale,
                          float *out)
{
    const bool absolute = km->distance == HYP_DISTANCE_L1;

    for (int64_t p = 0; p < pixels; p++) {
        const int16_t *x = slab->dn + (first + p) * slab->stride;
        const double *centre =
            km->centre + (int64_t)km->label[first + p] * km->bands;

        out[p] = (float)(distance(x, centre, km->bands, absolute) / scale);
    }
}
