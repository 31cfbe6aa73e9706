/*
 * auto_chunk.c - the chunk that h5py chooses when it is asked for no other
 */
#include "io/auto_chunk.h"

#include <math.h>
#include <stdbool.h>

static double product(const hsize_t *extent, int dims)
{
    double elements = 1;

    for (int d = 0; d < dims; d++)
        elements *= (double)extent[d];
    return elements;
}

/* Larger datasets get larger chunks, from 8 KiB to 1 MiB. */
static double target_bytes(double dataset_bytes)
{
    const double target = 16384 * pow(2, log10(dataset_bytes / 1048576));

    return fmin(fmax(target, 8192), 1048576);
}

static bool small_enough(double bytes, double target)
{
    return bytes < 1048576 &&
           (bytes < target || fabs(bytes - target) / target < 0.5);
}

void hyp_auto_chunk(const hsize_t *shape, int dims, size_t size, hsize_t *chunk)
{
    const double target = target_bytes(product(shape, dims) * (double)size);
    int halve = 0;

    for (int d = 0; d < dims; d++)
        chunk[d] = shape[d];
    while (!small_enough(product(chunk, dims) * (double)size, target) &&
           product(chunk, dims) > 1) {
        chunk[halve] = (chunk[halve] + 1) / 2;
        halve = (halve + 1) % dims;
    }
}
