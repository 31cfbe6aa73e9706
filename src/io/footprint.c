/*
 * footprint.c - what a run takes of a rank's memory, before it begins
 *
 * tests/cli/memory.sh holds it against what runs took.
 */
#include "io/footprint.h"

#include "kernel/bound.h"

/* int16 in 64 bytes, as hyp_slab_init() pads pixels. */
enum { LANES = 32 };

enum {
    POINT = sizeof(hyp_bound_point),         /* a pixel: core/subspace.h     */
    SLACK = sizeof(float) + sizeof(int32_t), /* a pixel: core/assign.h      */
    LABEL = sizeof(uint16_t),      /* a pixel: hyperslab/kmeans.h           */
    VALID = 1,                     /* a cell: hyperslab/slab.h              */
    STARTS = 2 * sizeof(int64_t),  /* a row: hyperslab/slab.h               */
    BALANCE = 3 * sizeof(int64_t), /* a row of the scene: core/balance.c    */
    /* A class and band: centres, their sums and changes, as they are in
       double, float and on the grid of exact distances. */
    CENTRE = 7 * sizeof(double),
    /* A pair of bands: products of a rank and of all, eigenvectors, and what
       ScaLAPACK works in. */
    MATRIX = 10 * sizeof(double)
};

static const int64_t strip = 64 << 10; /* at least: io/strips.c */

/* What MPI, HDF5 and others take once they are used; measured. */
static const int64_t libraries = 12 << 20;

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A strip, the same again as it is sent or compressed, and a map's table of
   them.  Compressed classes are kept until they are written. */
static int64_t maps_of(const hyp_footprint_task *t)
{
    return 4 * (strip + t->row_bytes) +
           t->map_rows * 2 * (int64_t)sizeof(int64_t) +
           (t->classes ? t->cells : 0) +
           t->cells * t->pictured * (int64_t)sizeof(int16_t);
}

static int64_t stride_of(int bands)
{
    return (bands + LANES - 1) / LANES * LANES;
}

hyp_footprint hyp_footprint_of(const hyp_footprint_task *t)
{
    const int64_t stride = stride_of(t->bands);
    hyp_footprint f = {
        .pixels = t->cells * (stride + stride_of(t->picked)) *
                  (int64_t)sizeof(int16_t),
        .buffers = t->buffers,
        .marks = t->cells * VALID + t->rows * STARTS + t->scene_rows * BALANCE,
        .decoder = t->decoder,
        .maps = maps_of(t),
    };

    if (t->classes) {
        f.bounds = t->bounded ? t->cells * POINT : 0;
        f.labels = t->cells * LABEL * (1 + t->labels);
        f.kmeans = t->cells * SLACK + t->classes * stride * CENTRE +
                   stride * stride * MATRIX;
    }
    if (t->components)
        f.pca = stride * stride * MATRIX;
    return f;
}

static int64_t largest(int64_t reading, int64_t kmeans, int64_t rest)
{
    return greater(reading, greater(kmeans, rest));
}

int64_t hyp_footprint_memory(const hyp_footprint *f, bool in_files)
{
    const int64_t large = in_files ? 0 : 1;

    return libraries + large * f->pixels + f->marks +
           largest(large * f->buffers + f->decoder,
                   large * f->bounds + f->labels + f->kmeans,
                   f->labels + greater(f->pca, f->maps));
}

int64_t hyp_footprint_files(const hyp_footprint *f)
{
    return f->pixels + greater(f->buffers, f->bounds);
}
