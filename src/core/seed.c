/*
 * seed.c - start centres of k-means
 */
#include "hyperslab/kmeans.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/wide.h"
#include "hyperslab/comm.h"

#include <stdlib.h>

void hyp_kmeans_diagonal(const hyp_summary *s, int classes, double *centre)
{
    for (int b = 0; b < s->bands; b++) {
        const double low = s->low[b], high = s->high[b];
        const double step = classes > 1 ? (high - low) / (classes - 1) : 0;

        for (int j = 0; j < classes; j++)
            centre[(int64_t)j * s->bands + b] = low + j * step;
    }
}

typedef struct draw {
    const hyp_slab *slab;
    MPI_Comm comm;
    int rank, size;
    int64_t *square;    /* [pixels]: squared distance to the nearest centre */
    hyp_uint128 *total; /* [size]: sum of square, per rank                  */
    int16_t *pixel;     /* [stride]: the pixel that was drawn last          */
} draw;

static hyp_status init_all(draw *d)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&d->square, (size_t)d->slab->pixels));
    HYP_TRY(hyp_alloc(&d->total, (size_t)d->size));
    HYP_TRY(hyp_alloc(&d->pixel, (size_t)d->slab->stride));
    for (int64_t p = 0; p < d->slab->pixels; p++)
        d->square[p] = 1; /* the first centre: every pixel alike */
out:
    return hyp_agree(d->comm, st);
}

static void release(draw *d)
{
    free(d->square);
    free(d->total);
    free(d->pixel);
}

static void sum_all(draw *d)
{
    hyp_uint128 mine = 0;

    for (int64_t p = 0; p < d->slab->pixels; p++)
        mine += (uint64_t)d->square[p];
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, d->total, sizeof mine, MPI_BYTE,
                  d->comm);
}

/* A number below limit, from 128 random bits. */
static hyp_uint128 random_below(hyp_uint128 limit, uint64_t seed, int index)
{
    const uint64_t high = hyp_random_bits(seed, 0, (uint64_t)index);
    const uint64_t low = hyp_random_bits(seed, 1, (uint64_t)index);

    return (((hyp_uint128)high << 64) | low) % limit;
}

/* The pixel of this slab in whose share of the total the target falls. */
static int64_t find(const draw *d, hyp_uint128 target)
{
    int64_t p = 0;

    while (p + 1 < d->slab->pixels && target >= (uint64_t)d->square[p])
        target -= (uint64_t)d->square[p++];
    return p;
}

/* Draw a pixel by its weight, and give it to every rank. */
static void draw_all(draw *d, uint64_t seed, int index)
{
    hyp_uint128 total = 0, target;
    int owner = 0;

    sum_all(d);
    for (int r = 0; r < d->size; r++)
        total += d->total[r];
    if (total == 0) /* every pixel is a centre already: repeat the last one */
        return;
    target = random_below(total, seed, index);
    while (target >= d->total[owner])
        target -= d->total[owner++];
    if (owner == d->rank) {
        const int16_t *x = d->slab->dn + find(d, target) * d->slab->stride;

        for (int b = 0; b < d->slab->stride; b++)
            d->pixel[b] = x[b];
    }
    MPI_Bcast(d->pixel, d->slab->stride, MPI_INT16_T, owner, d->comm);
}

/* Let the new centre come nearer to the pixels than the centres before it. */
static void approach(draw *d, bool first)
{
    for (int64_t p = 0; p < d->slab->pixels; p++) {
        const int16_t *x = d->slab->dn + p * d->slab->stride;
        int64_t square = 0;

        for (int b = 0; b < d->slab->bands; b++) {
            int64_t off = (int64_t)x[b] - d->pixel[b];

            square += off * off;
        }
        if (first || square < d->square[p])
            d->square[p] = square;
    }
}

hyp_status hyp_kmeans_plus_plus_all(const hyp_slab *slab,
                                    const hyp_summary *summary, int classes,
                                    uint64_t seed, MPI_Comm comm,
                                    double *centre)
{
    draw d = { .slab = slab, .comm = comm };
    hyp_status st;

    MPI_Comm_rank(comm, &d.rank);
    MPI_Comm_size(comm, &d.size);
    HYP_TRY(init_all(&d));
    for (int j = 0; j < classes; j++) {
        draw_all(&d, seed, j);
        for (int b = 0; b < summary->bands; b++)
            centre[(int64_t)j * summary->bands + b] = d.pixel[b];
        approach(&d, j == 0);
    }
out:
    release(&d);
    return st;
}
