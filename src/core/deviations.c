/*
 * deviations.c - how far the pixels of each class lie from its mean
 */
#include "hyperslab/deviations.h"

#include "base/mem.h"
#include "base/wide.h"
#include "hyperslab/comm.h"
#include "kernel/kernel.h"

#include <math.h>
#include <stdlib.h>

/* The sum of squares about the mean is (N S2 - S S) / N, and exact so far. */
static double deviation(int64_t count, int64_t sum, int64_t square)
{
    const hyp_int128 times_count =
        (hyp_int128)count * square - (hyp_int128)sum * sum;

    if (count < 2)
        return 0;
    return sqrt((double)times_count / ((double)count * (double)(count - 1)));
}

hyp_status hyp_deviations_all(const hyp_slab *slab, const hyp_kmeans *km,
                              MPI_Comm comm, hyp_deviations *d)
{
    const int64_t stride = slab->stride, bands = slab->bands;
    int64_t *square;
    hyp_status st;

    *d = (hyp_deviations){ .classes = km->classes, .bands = slab->bands };
    st = hyp_alloc(&square, (size_t)(km->classes * stride));
    if (st == HYP_OK)
        st = hyp_alloc(&d->value, (size_t)(km->classes * bands));
    HYP_TRY(hyp_agree(comm, st));
    hyp_kernels_here()->add_squares(slab->dn, slab->pixels, slab->stride,
                                    km->label, square);
    MPI_Allreduce(MPI_IN_PLACE, square, (int)(km->classes * stride),
                  MPI_INT64_T, MPI_SUM, comm);
    for (int j = 0; j < km->classes; j++)
        for (int64_t b = 0; b < bands; b++)
            d->value[j * bands + b] = deviation(
                km->count[j], km->sum[j * bands + b], square[j * stride + b]);
out:
    free(square);
    if (st != HYP_OK)
        hyp_deviations_release(d);
    return st;
}

void hyp_deviations_release(hyp_deviations *d)
{
    free(d->value);
    *d = (hyp_deviations){ 0 };
}
