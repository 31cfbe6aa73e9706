/*
 * nearest.h - the nearest centre of a pixel, as exact arithmetic finds it
 *
 * Distances are computed in float, with a proven bound on their error.  A
 * pixel whose two nearest centres are closer than that is decided again in
 * 128-bit integers, with centres on a grid of 2^-42 DN, finer than 10^-12.
 *
 * The bound.  With u = 2^-24, and n additions in sequence, the computed sum of
 * squares (or of absolute values) of x - c is between D (1 - u)^(n + 3) and
 * D (1 + u)^(n + 3), for the centre c as rounded to float: terms are not
 * negative, and each is rounded at most three times.  Both D and the computed
 * sum are then within a share of (n + 3) u / (1 - (n + 3) u) of each other
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
 * Squares small enough to be lost to underflow are below 2^-126, of distances
 * below 2^-63 DN, far within the grid.  The distance to the true centre
 * differs from that to the rounded one by at most their own distance.
 */
#ifndef HYP_CORE_NEAREST_H
#define HYP_CORE_NEAREST_H

#include "hyperslab/kmeans.h"
#include "kernel/kernel.h"

typedef struct hyp_nearest {
    hyp_distance distance;
    int classes, bands, stride;
    int padded; /* classes, rounded up to HYP_CENTRE_GROUP             */
    hyp_distance_kernel *kernel;
    float *centre;   /* [padded][stride]; past the classes: zero; owned */
    int64_t *grid;   /* [classes][bands], in units of 2^-42 DN; owned       */
    float *found;    /* [padded]: distances of the pixel in hand; owned     */
    double relative; /* error of a computed distance, relative              */
    double moved;    /* greatest distance of a centre from its float twin   */
} hyp_nearest;

/*
 * Make room.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; nearest is then empty
 */
HYP_CHECKED hyp_status hyp_nearest_init(hyp_nearest *nearest,
                                        hyp_distance distance, int classes,
                                        int bands, int stride);

/*
 * Take new centres.
 *
 * Collective: no
 * Shapes:     centre [classes][bands], DN, within +-2^15
 */
void hyp_nearest_set(hyp_nearest *nearest, const double *centre);

/*
 * The nearest centre of a pixel; of equals, the one with the lowest number.
 *
 * Collective: no
 * Shapes:     x [stride]; *slack, out: every other centre is at least so much
 *             farther away, DN
 * Result:     0..classes-1; exactly is counted up if float could not tell
 */
int hyp_nearest_find(const hyp_nearest *nearest, const int16_t *x,
                     double *slack, int64_t *exactly);

/* Free what nearest owns.  Accepts { 0 }.  Collective: no. */
void hyp_nearest_release(hyp_nearest *nearest);

#endif
