/*
 * nearest.c - the nearest centre of a pixel, as exact arithmetic finds it
 */
#include "core/nearest.h"

#include "base/mem.h"
#include "base/wide.h"

#include <math.h>
#include <stdlib.h>

enum { GRID_BITS = 42 };
static const double grid_step = 0x1p-42; /* DN */

hyp_status hyp_nearest_init(hyp_nearest *n, hyp_distance distance, int classes,
                            int bands, int stride)
{
    const hyp_kernels *kernels = hyp_kernels_here();
    const double roundings = stride / 16 + 4 + 3;
    hyp_status st;

    *n = (hyp_nearest){
        .distance = distance,
        .classes = classes,
        .bands = bands,
        .stride = stride,
        .padded = (classes + HYP_CENTRE_GROUP - 1) / HYP_CENTRE_GROUP *
                  HYP_CENTRE_GROUP,
        .kernel =
            distance == HYP_DISTANCE_L2 ? kernels->squares : kernels->absolutes,
        .relative = roundings * 0x1p-24 / (1 - roundings * 0x1p-24),
    };
    HYP_TRY(hyp_alloc(&n->centre, (size_t)n->padded * (size_t)stride));
    HYP_TRY(hyp_alloc(&n->grid, (size_t)classes * (size_t)bands));
    HYP_TRY(hyp_alloc(&n->found, (size_t)n->padded));
out:
    if (st != HYP_OK)
        hyp_nearest_release(n);
    return st;
}

void hyp_nearest_set(hyp_nearest *n, const double *centre)
{
    n->moved = 0;
    for (int j = 0; j < n->classes; j++) {
        double squares = 0, absolutes = 0;

        for (int b = 0; b < n->bands; b++) {
            double c = centre[(int64_t)j * n->bands + b];
            int64_t on_grid = llrint(c / grid_step);
            float rounded = (float)c;
            double off = (double)on_grid * grid_step - (double)rounded;

            n->grid[(int64_t)j * n->bands + b] = on_grid;
            n->centre[(int64_t)j * n->stride + b] = rounded;
            squares += off * off;
            absolutes += fabs(off);
        }
        n->moved = fmax(n->moved, n->distance == HYP_DISTANCE_L2 ? sqrt(squares)
                                                                 : absolutes);
    }
    n->moved *= 1 + 1e-9; /* it was rounded itself, bands * 2^-53 at most */
}

static hyp_uint128 exact_distance(const hyp_nearest *n, const int16_t *x, int j)
{
    const int64_t *centre = n->grid + (int64_t)j * n->bands;
    hyp_uint128 sum = 0;

    for (int b = 0; b < n->bands; b++) {
        /* |x - c| <= 2^16 DN, 2^58 steps; squares of 2^11 bands: 2^127 */
        int64_t d = (int64_t)x[b] * (INT64_C(1) << GRID_BITS) - centre[b];
        hyp_uint128 size = (hyp_uint128)(d < 0 ? -d : d);

        sum += n->distance == HYP_DISTANCE_L2 ? size * size : size;
    }
    return sum;
}

static int find_exactly(const hyp_nearest *n, const int16_t *x)
{
    hyp_uint128 least = exact_distance(n, x, 0);
    int label = 0;

    for (int j = 1; j < n->classes; j++) {
        hyp_uint128 d = exact_distance(n, x, j);

        if (d < least) {
            least = d;
            label = j;
        }
    }
    return label;
}

/* How much farther `next` is than `near`, whatever the errors of both. */
static double gap(const hyp_nearest *n, float near, float next)
{
    double low = next, high = near;

    if (n->distance == HYP_DISTANCE_L2) { /* bounds hold for the squares */
        low = sqrt(low);
        high = sqrt(high);
    }
    return low * (1 - n->relative) - high * (1 + n->relative) - 2 * n->moved;
}

int hyp_nearest_find(const hyp_nearest *n, const int16_t *x, double *slack,
                     int64_t *exactly)
{
    float near = INFINITY, next = INFINITY;
    int label = 0;

    n->kernel(x, n->centre, n->padded, n->stride, n->found);
    for (int j = 0; j < n->classes; j++) {
        float d = n->found[j];

        if (d < near) {
            next = near;
            near = d;
            label = j;
        } else if (d < next) {
            next = d;
        }
    }
    *slack = gap(n, near, next);
    if (*slack > 0)
        return label;
    *slack = 0;
    ++*exactly;
    return find_exactly(n, x);
}

void hyp_nearest_release(hyp_nearest *n)
{
    free(n->centre);
    free(n->grid);
    free(n->found);
    *n = (hyp_nearest){ 0 };
}
