/*
 * summary.c - range and sum of each band over all valid pixels of all ranks
 */
#include "hyperslab/summary.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "kernel/kernel.h"

#include <stdlib.h>

enum { TOGETHER = 1 << 16 }; /* pixels whose squares add up to 64 bits */

static hyp_status init(hyp_summary *s, const hyp_slab *slab)
{
    hyp_status st;

    *s = (hyp_summary){ .bands = slab->bands, .stride = slab->stride };
    HYP_TRY(hyp_alloc(&s->low, (size_t)s->stride));
    HYP_TRY(hyp_alloc(&s->high, (size_t)s->stride));
    HYP_TRY(hyp_alloc(&s->sum, (size_t)s->stride));
    for (int b = 0; b < s->stride; b++) {
        s->low[b] = INT16_MAX;
        s->high[b] = INT16_MIN;
    }
out:
    return st;
}

static void summarise(hyp_summary *s, const hyp_slab *slab)
{
    const hyp_kernels *kernels = hyp_kernels_here();

    for (int64_t p = 0; p < slab->pixels; p += TOGETHER) {
        const int64_t left = slab->pixels - p;
        int64_t square = kernels->summarise(
            slab->dn + p * slab->stride, left < TOGETHER ? left : TOGETHER,
            slab->stride, s->low, s->high, s->sum);

        s->squares[0] += square & UINT32_MAX;
        s->squares[1] += square >> 32;
    }
}

hyp_status hyp_summary_all(const hyp_slab *slab, MPI_Comm comm, hyp_summary *s)
{
    hyp_status st = init(s, slab);

    HYP_TRY(hyp_agree(comm, st));
    summarise(s, slab);
    MPI_Exscan(&slab->pixels, &s->first, 1, MPI_INT64_T, MPI_SUM, comm);
    MPI_Allreduce(&slab->pixels, &s->pixels, 1, MPI_INT64_T, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, s->low, s->stride, MPI_INT16_T, MPI_MIN, comm);
    MPI_Allreduce(MPI_IN_PLACE, s->high, s->stride, MPI_INT16_T, MPI_MAX, comm);
    MPI_Allreduce(MPI_IN_PLACE, s->squares, 2, MPI_INT64_T, MPI_SUM, comm);
    MPI_Allreduce(MPI_IN_PLACE, s->sum, s->stride, MPI_INT64_T, MPI_SUM, comm);
    if (s->pixels == 0) /* the same on every rank */
        st = hyp_fail(HYP_ENUMERIC,
                      "no valid pixel: every pixel has nodata in a kept band");
out:
    if (st != HYP_OK)
        hyp_summary_release(s);
    return st;
}

void hyp_summary_release(hyp_summary *s)
{
    free(s->low);
    free(s->high);
    free(s->sum);
    *s = (hyp_summary){ 0 };
}
