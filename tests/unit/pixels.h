/*
 * pixels.h - slabs made in memory, shared out over ranks, and the loop that
 * makes every single fallible step on every single rank fail
 */
#ifndef HYP_TEST_PIXELS_H
#define HYP_TEST_PIXELS_H

#include "test.h"

#include "base/fault.h"
#include "hyperslab/comm.h"
#include "hyperslab/slab.h"

#include <stdint.h>
#include <stdlib.h>

/* A repeatable draw below limit: independent of the library's generator. */
static inline uint32_t draw(uint64_t *state, uint32_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)((*state >> 33) % limit);
}

/* The value of band b of the pixel at that place of the whole image. */
typedef int16_t pixel_value(int64_t place, int b);

/*
 * Rows of a rank: even shares, but none for rank 1 of three or more ranks, nor
 * for the last of five.
 */
static inline int64_t share_of_rows(int64_t rows, MPI_Comm comm, int64_t *first)
{
    int rank, size, owners, me;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    owners = size - (size >= 3) - (size >= 5);
    me = rank - (size >= 3 && rank > 1);
    *first = rows * (me < owners ? me : owners) / owners;
    if ((size >= 3 && rank == 1) || me >= owners)
        return 0;
    return rows * (me + 1) / owners - *first;
}

/* A slab of rows that all have the same length. */
static inline hyp_status even_slab(hyp_slab *slab, int64_t first, int64_t rows,
                                   int64_t cols, int bands)
{
    int64_t *length = calloc((size_t)rows + 1, sizeof *length);
    hyp_status st;

    for (int64_t row = 0; row < rows; row++)
        length[row] = cols;
    st = hyp_slab_init(slab, first, rows, length, bands);
    free(length);
    return st;
}

/* Mark the pixels of some rows that hold nodata, as reading them does. */
static inline void mark_nodata(hyp_slab *slab, int64_t row, int64_t rows,
                               int16_t nodata)
{
    for (int64_t p = slab->cells[row]; p < slab->cells[row + rows]; p++)
        for (int b = 0; b < slab->bands; b++)
            if (slab->dn[p * slab->stride + b] == nodata)
                slab->valid[p] = 0;
}

/* This rank's share of an image, without the pixels that hold nodata. */
static inline hyp_status make_slab(hyp_slab *slab, int64_t rows, int64_t cols,
                                   int bands, pixel_value *value,
                                   int16_t nodata, MPI_Comm comm)
{
    int64_t first, count = share_of_rows(rows, comm, &first);
    hyp_status st = even_slab(slab, first, count, cols, bands);

    if (st != HYP_OK)
        return st;
    for (int64_t p = 0; p < count * cols; p++)
        for (int b = 0; b < bands; b++)
            slab->dn[p * slab->stride + b] = value(first * cols + p, b);
    mark_nodata(slab, 0, count, nodata);
    hyp_slab_drop(slab, 0, slab->rows);
    return HYP_OK;
}

/*
 * Let the first, second, ... fallible step of each rank fail, until a run ends
 * without a failure: all ranks must return one status, and name the victim.
 */
static inline void fail_each(hyp_status (*run_all)(void))
{
    int rank, size;

    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int victim = 0; victim < size; victim++) {
        int fired = 1;

        for (long nth = 1; fired; nth++) {
            int range[2];
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = run_all();
            fired = hyp_fault_fired();
            hyp_fault_arm(0);
            MPI_Bcast(&fired, 1, MPI_INT, victim, MPI_COMM_WORLD);
            CHECK((st != HYP_OK) == fired);
            CHECK(!fired || st == HYP_ENOMEM || st == HYP_EIO ||
                  st == HYP_ECREATE);
            CHECK(!fired || hyp_last_error()->rank == victim);
            range[0] = (int)st;
            range[1] = -(int)st;
            MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_INT, MPI_MAX,
                          MPI_COMM_WORLD);
            CHECK(range[0] == -range[1]);
            CHECK(!(nth == 1 && victim == 0) || fired); /* something can */
        }
    }
}

#endif
