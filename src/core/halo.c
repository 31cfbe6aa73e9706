/*
 * halo.c - the row below a slab's last one, which another rank owns
 */
#include "core/halo.h"

#include "base/mem.h"
#include "hyperslab/comm.h"

#include <stdbool.h>
#include <stdlib.h>

enum { TAG = 3 };

/* The ranks whose rows are next to this rank's; MPI_PROC_NULL: none. */
typedef struct neighbours {
    int above, below;
} neighbours;

static hyp_status find_all(const hyp_slab *slab, MPI_Comm comm, neighbours *n)
{
    int64_t *rows;
    int rank, size;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    HYP_TRY(hyp_agree(comm, hyp_alloc(&rows, (size_t)size)));
    MPI_Allgather(&slab->rows, 1, MPI_INT64_T, rows, 1, MPI_INT64_T, comm);
    n->above = rank - 1;
    while (n->above >= 0 && rows[n->above] == 0)
        n->above--;
    n->below = rank + 1;
    while (n->below < size && rows[n->below] == 0)
        n->below++;
    if (slab->rows == 0 || n->above < 0)
        n->above = MPI_PROC_NULL;
    if (slab->rows == 0 || n->below == size)
        n->below = MPI_PROC_NULL;
out:
    free(rows);
    return st;
}

/* Send the first row up, and receive that of the rank below. */
static void exchange(const hyp_slab *slab, neighbours n, MPI_Comm comm,
                     hyp_slab *below)
{
    const bool sends = n.above != MPI_PROC_NULL;
    const int cells = sends ? (int)slab->cells[1] : 0;
    const int pixels = sends ? (int)slab->before[1] : 0;
    MPI_Datatype pixel;

    MPI_Type_contiguous(slab->stride, MPI_INT16_T, &pixel);
    MPI_Type_commit(&pixel);
    MPI_Sendrecv(slab->valid, cells, MPI_BYTE, n.above, TAG, below->valid,
                 below->rows > 0 ? (int)below->cells[1] : 0, MPI_BYTE, n.below,
                 TAG, comm, MPI_STATUS_IGNORE);
    MPI_Sendrecv(slab->dn, pixels, pixel, n.above, TAG, below->dn,
                 (int)below->pixels, pixel, n.below, TAG, comm,
                 MPI_STATUS_IGNORE);
    MPI_Type_free(&pixel);
}

hyp_status hyp_halo_all(const hyp_slab *slab, MPI_Comm comm, hyp_slab *below)
{
    int64_t own[2] = { 0, 0 }, theirs[2] = { 0, 0 }; /* cells and pixels */
    neighbours n;
    hyp_status st;

    *below = (hyp_slab){ 0 };
    HYP_TRY(find_all(slab, comm, &n));
    if (slab->rows > 0) {
        own[0] = slab->cells[1];
        own[1] = slab->before[1];
    }
    MPI_Sendrecv(own, 2, MPI_INT64_T, n.above, TAG, theirs, 2, MPI_INT64_T,
                 n.below, TAG, comm, MPI_STATUS_IGNORE);
    if (n.below != MPI_PROC_NULL)
        st = hyp_slab_init(below, slab->first_row + slab->rows, 1, &theirs[0],
                           slab->bands);
    HYP_TRY(hyp_agree(comm, st));
    below->pixels = theirs[1];
    if (below->rows > 0)
        below->before[1] = theirs[1];
    exchange(slab, n, comm, below);
out:
    if (st != HYP_OK)
        hyp_slab_release(below);
    return st;
}
