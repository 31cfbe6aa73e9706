/*
 * quality.c - how well classes are told apart
 *
 * Sums over pixels are of integers: each term is put on a grid as fine as the
 * number of pixels allows in 64 bits.  All else is computed from what every
 * rank has, in one order.
 */
#include "core/quality.h"

#include "base/mem.h"
#include "core/nearest.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    SUM_BITS = 62,      /* of a sum over all pixels          */
    DISTANCE_BITS = 22, /* |x - c| < 2^16 sqrt(HYP_MAX_BANDS) */
    MOST_BITS = 40      /* below the point, whatever the room */
};

typedef struct measure {
    const hyp_slab *slab;
    const hyp_kmeans *km;
    hyp_nearest nearest;
    int64_t pixels; /* of all ranks                                     */
    int classes;    /* that have pixels                                 */
    double unit;    /* of the distances: 2^-n DN                        */
    double part;    /* of the silhouettes                               */
    int64_t *sum;   /* [classes + 1]: distances of the pixels of each class
                       from its centroid, in units; then the silhouettes, in
                       parts; owned                                          */
    double *spread; /* [classes]: mean distance from the centroid; owned     */
} measure;

/* The unit in which the sum of so many terms below 2^bits fits. */
static double finest(int64_t terms, int bits)
{
    int log = 0;

    while (terms >> log > 0)
        log++;
    bits = SUM_BITS - bits - log;
    return ldexp(1, bits < MOST_BITS ? -bits : -MOST_BITS);
}

static hyp_status init(measure *m)
{
    const hyp_kmeans *km = m->km;
    hyp_status st;

    for (int j = 0; j < km->classes; j++) {
        m->pixels += km->count[j];
        m->classes += km->count[j] > 0;
    }
    m->unit = finest(m->pixels, DISTANCE_BITS);
    m->part = finest(m->pixels, 0);
    HYP_TRY(hyp_alloc(&m->sum, (size_t)km->classes + 1));
    HYP_TRY(hyp_alloc(&m->spread, (size_t)km->classes));
    HYP_TRY(hyp_nearest_init(&m->nearest, HYP_DISTANCE_L2, km->classes,
                             km->bands, m->slab->stride));
    hyp_nearest_set(&m->nearest, km->centre);
out:
    return st;
}

/* The least of the squared distances from centroids other than the own. */
static float nearest_other(const measure *m, int own)
{
    float least = HUGE_VALF;

    for (int j = 0; j < m->km->classes; j++)
        if (j != own && m->km->count[j] > 0)
            least = fminf(least, m->nearest.found[j]);
    return least;
}

/* A pixel alone in its class has no silhouette: 0, as Rousseeuw has it. */
static double silhouette(double own, double other, int64_t count)
{
    const double most = fmax(own, other);

    return count == 1 || !(most > 0) ? 0 : (other - own) / most;
}

static void add_pixels(measure *m)
{
    const hyp_kmeans *km = m->km;
    const hyp_nearest *n = &m->nearest;

    for (int64_t p = 0; p < m->slab->pixels; p++) {
        const int own = km->label[p];
        double a, b;

        n->kernel(m->slab->dn + p * m->slab->stride, n->centre, n->padded,
                  n->stride, n->found);
        a = sqrt((double)n->found[own]);
        b = sqrt((double)nearest_other(m, own));
        m->sum[own] += llrint(a / m->unit);
        m->sum[km->classes] +=
            llrint(silhouette(a, b, km->count[own]) / m->part);
    }
}

static double distance(const double *one, const double *other, int bands)
{
    double square = 0;

    for (int b = 0; b < bands; b++)
        square += (one[b] - other[b]) * (one[b] - other[b]);
    return sqrt(square);
}

/* The worst of the likenesses of a class to the others; classes with one
   centroid are not compared, as in scikit-learn. */
static double worst_likeness(const measure *m, int i)
{
    const hyp_kmeans *km = m->km;
    const double *centre = km->centre + (int64_t)i * km->bands;
    double worst = 0;

    for (int j = 0; j < km->classes; j++) {
        const double apart =
            distance(centre, km->centre + (int64_t)j * km->bands, km->bands);

        if (j != i && km->count[j] > 0 && apart > 0)
            worst = fmax(worst, (m->spread[i] + m->spread[j]) / apart);
    }
    return worst;
}

static double davies_bouldin(const measure *m)
{
    const hyp_kmeans *km = m->km;
    double sum = 0;

    for (int j = 0; j < km->classes; j++)
        if (km->count[j] > 0)
            m->spread[j] = (double)m->sum[j] * m->unit / (double)km->count[j];
    for (int j = 0; j < km->classes; j++)
        if (km->count[j] > 0)
            sum += worst_likeness(m, j);
    return sum / m->classes;
}

/* The sum of squares between the classes, from their means. */
static double between_classes(const measure *m)
{
    const hyp_kmeans *km = m->km;
    double sum = 0;

    for (int b = 0; b < km->bands; b++) {
        int64_t total = 0;
        double mean;

        for (int j = 0; j < km->classes; j++)
            total += km->sum[(int64_t)j * km->bands + b];
        mean = (double)total / (double)m->pixels;
        for (int j = 0; j < km->classes; j++) {
            const double off = km->centre[(int64_t)j * km->bands + b] - mean;

            sum += (double)km->count[j] * off * off;
        }
    }
    return sum;
}

static double calinski_harabasz(const measure *m)
{
    const double within = m->km->within;

    if (!(within > 0))
        return NAN;
    return between_classes(m) / (m->classes - 1) *
           ((double)(m->pixels - m->classes) / within);
}

hyp_status hyp_quality_all(const hyp_slab *slab, const hyp_kmeans *kmeans,
                           MPI_Comm comm, hyp_quality *q)
{
    measure m = { .slab = slab, .km = kmeans };
    hyp_status st;

    *q = (hyp_quality){ NAN, NAN, NAN };
    HYP_TRY(hyp_agree(comm, init(&m)));
    if (m.classes < 2)
        goto out;
    add_pixels(&m);
    MPI_Allreduce(MPI_IN_PLACE, m.sum, kmeans->classes + 1, MPI_INT64_T,
                  MPI_SUM, comm);
    q->calinski_harabasz = calinski_harabasz(&m);
    q->davies_bouldin = davies_bouldin(&m);
    q->silhouette = (double)m.sum[kmeans->classes] * m.part / (double)m.pixels;
out:
    hyp_nearest_release(&m.nearest);
    free(m.sum);
    free(m.spread);
    return st;
}
