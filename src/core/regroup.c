/*
 * regroup.c - classes that were found by some values, in terms of others
 */
#include "hyperslab/kmeans.h"

#include "base/mem.h"
#include "core/changes.h"
#include "hyperslab/comm.h"

#include <stdlib.h>
#include <string.h>

static hyp_status make_room(hyp_kmeans *km, const hyp_slab *slab,
                            hyp_changes *changes)
{
    hyp_status st;

    free(km->sum);
    km->sum = NULL;
    km->bands = slab->bands;
    HYP_TRY(hyp_alloc(&km->sum, (size_t)km->classes * (size_t)km->bands));
    HYP_TRY(hyp_changes_init(changes, km->classes, slab->stride));
out:
    return st;
}

hyp_status hyp_kmeans_regroup_all(hyp_kmeans *km, const hyp_slab *slab,
                                  const hyp_summary *summary, MPI_Comm comm)
{
    hyp_changes changes = { 0 };
    hyp_status st;

    HYP_TRY(hyp_agree(comm, make_room(km, slab, &changes)));
    for (int64_t p = 0; p < slab->pixels; p++)
        if (km->label[p] > 0)
            hyp_changes_move(&changes, slab->dn + p * slab->stride, 0,
                             km->label[p]);
    hyp_changes_sum_all(&changes, comm);
    memcpy(km->sum, summary->sum, (size_t)km->bands * sizeof *km->sum);
    for (int j = 0; j < km->classes; j++) {
        const int64_t *change = hyp_changes_of_sum(&changes, j);
        int64_t *sum = km->sum + (int64_t)j * km->bands;
        double *centre = km->centre + (int64_t)j * km->bands;

        for (int b = 0; b < km->bands; b++) {
            sum[b] += change[b];
            if (km->count[j] > 0)
                centre[b] = (double)sum[b] / (double)km->count[j];
        }
    }
out:
    hyp_changes_release(&changes);
    return st;
}
