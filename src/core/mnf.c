/*
 * mnf.c - minimum noise fraction, as Spectral Python finds it
 *
 * With N = U D U', the noise of D^-1/2 U' x is white.  The eigenvectors w of the
 * covariance C = D^-1/2 U' S U D^-1/2 of such pixels give v = U D^-1/2 w, and a
 * score of one adds U D^1/2 w to a pixel.  Spectral Python whitens by
 * U D^-1/2 U', which gives the same v.
 */
#include "hyperslab/mnf.h"

#include "base/clock.h"
#include "base/mem.h"
#include "core/components.h"
#include "core/covariance.h"
#include "hyperslab/comm.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Matrices [n][n] and what they are made with. */
typedef struct work {
    int n;
    hyp_grid grid;
    MPI_Comm comm;
    int rank;
    int64_t *product; /* of the pixels; owned        */
    double *value;    /* [n], of the noise; owned    */
    double *vector;   /* of the noise, as rows; owned */
    double *white;    /* C; owned                    */
    double *room[2];  /* owned                       */
} work;

static hyp_status make_room(work *w)
{
    const size_t n = (size_t)w->n;
    hyp_status st;

    HYP_TRY(hyp_alloc(&w->product, n * n));
    HYP_TRY(hyp_alloc(&w->value, n));
    HYP_TRY(hyp_alloc(&w->vector, n * n));
    HYP_TRY(hyp_alloc(&w->white, n * n));
    HYP_TRY(hyp_alloc(&w->room[0], n * n));
    HYP_TRY(hyp_alloc(&w->room[1], n * n));
out:
    return st;
}

static void work_release(work *w)
{
    free(w->product);
    free(w->value);
    free(w->vector);
    free(w->white);
    free(w->room[0]);
    free(w->room[1]);
}

/* The whole covariance of the pixels, on rank 0. */
static hyp_status find_signal_all(work *w, const hyp_slab *slab,
                                  const hyp_summary *summary,
                                  double **covariance)
{
    hyp_status st = hyp_products(slab, summary, w->product);

    HYP_TRY(hyp_agree(w->comm, st));
    HYP_TRY(hyp_covariance_all(w->product, summary, (hyp_grid){ 1, 1 }, w->comm,
                               covariance));
    if (w->rank != 0) {
        free(*covariance);
        *covariance = NULL;
    }
out:
    return st;
}

/* The whole covariance of the noise, on every rank. */
static hyp_status find_noise_all(work *w, const hyp_slab *slab,
                                 const hyp_summary *summary,
                                 const hyp_neighbours *neighbours,
                                 int64_t *pairs, double **noise)
{
    const int all = w->n * w->n;
    hyp_differences d = { 0 };
    double *whole = NULL;
    hyp_totals totals;
    hyp_status st;

    HYP_TRY(hyp_agree(w->comm, hyp_alloc(noise, (size_t)all)));
    HYP_TRY(hyp_differences_all(slab, summary, neighbours, w->comm, &d));
    totals = (hyp_totals){ d.bands, d.count, d.sum };
    HYP_TRY(hyp_covariance_of_all(d.product, &totals, (hyp_grid){ 1, 1 },
                                  w->comm, &whole));
    for (int i = 0; w->rank == 0 && i < all; i++)
        (*noise)[i] = whole[i] / 2;
    MPI_Bcast(*noise, all, MPI_DOUBLE, 0, w->comm);
    *pairs = d.count;
out:
    free(whole);
    hyp_differences_release(&d);
    return st;
}

/* Noise that is no more than rounding cannot be made one. */
static hyp_status check_noise(const work *w)
{
    const double least = w->n * DBL_EPSILON * w->value[0];
    int noisy = 0;

    while (noisy < w->n && w->value[noisy] > least)
        noisy++;
    if (noisy == w->n)
        return HYP_OK;
    return hyp_fail(
        HYP_ENUMERIC,
        "differences of neighbouring pixels have %d independent "
        "directions, fewer than the %d bands; keep fewer bands with "
        "--subset or --bands, or use more pixels",
        noisy, w->n);
}

/* c = a b, or a b' */
static void multiply(int n, const double *a, const double *b,
                     CBLAS_TRANSPOSE transpose, double *c)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, transpose, n, n, n, 1, a, n, b, n,
                0, c, n);
}

/* The noise's eigenvectors, each times its standard deviation to a power. */
static void scale_vectors(const work *w, double power, double *out)
{
    for (int i = 0; i < w->n; i++) {
        const double factor = pow(w->value[i], power / 2);

        for (int b = 0; b < w->n; b++)
            out[i * w->n + b] = w->vector[i * w->n + b] * factor;
    }
}

/* From the covariance of the pixels to that of pixels whose noise is white. */
static void whiten(const work *w, const double *signal)
{
    scale_vectors(w, -1, w->room[0]);
    multiply(w->n, w->room[0], signal, CblasNoTrans, w->room[1]);
    multiply(w->n, w->room[1], w->room[0], CblasTrans, w->white);
    for (int i = 0; i < w->n; i++)
        for (int j = 0; j < i; j++)
            w->white[j * w->n + i] = w->white[i * w->n + j];
}

/* From directions of the noise's eigenvectors to those of the bands. */
static void turn_back(const work *w, hyp_pca *mnf)
{
    scale_vectors(w, 1, w->room[0]);
    multiply(w->n, mnf->vector, w->room[0], CblasNoTrans, mnf->pattern);
    scale_vectors(w, -1, w->room[0]);
    multiply(w->n, mnf->vector, w->room[0], CblasNoTrans, w->room[1]);
    for (int i = 0; i < w->n; i++) {
        double *vector = mnf->vector + i * w->n;
        double *pattern = mnf->pattern + i * w->n;
        const double sign = hyp_eigen_sign(w->n, w->room[1] + i * w->n);

        for (int b = 0; b < w->n; b++) {
            vector[b] = sign * w->room[1][i * w->n + b];
            pattern[b] *= sign;
        }
    }
}

/* Rank 0 multiplies, so that all have the same bits. */
static hyp_status solve_all(work *w, hyp_pca *mnf, hyp_eigen_quality *quality)
{
    const int all = w->n * w->n;
    hyp_status st;

    HYP_TRY(hyp_eigen_whole_all(w->n, w->grid, mnf->noise, w->comm, w->value,
                                w->vector, quality));
    HYP_TRY(check_noise(w)); /* the same on every rank */
    if (w->rank == 0)
        whiten(w, mnf->covariance);
    MPI_Bcast(w->white, all, MPI_DOUBLE, 0, w->comm);
    HYP_TRY(hyp_eigen_whole_all(w->n, w->grid, w->white, w->comm, mnf->value,
                                mnf->vector, quality));
    if (w->rank == 0)
        turn_back(w, mnf);
    MPI_Bcast(mnf->vector, all, MPI_DOUBLE, 0, w->comm);
    MPI_Bcast(mnf->pattern, all, MPI_DOUBLE, 0, w->comm);
out:
    return st;
}

static hyp_status init(hyp_pca *mnf, const hyp_summary *summary, work *w)
{
    hyp_status st;

    HYP_TRY(hyp_pca_init(mnf, summary, HYP_PCA_NOISE_ADJUSTED));
    HYP_TRY(hyp_alloc(&mnf->pattern, (size_t)w->n * (size_t)w->n));
    HYP_TRY(make_room(w));
out:
    return st;
}

hyp_status hyp_mnf_all(const hyp_slab *slab, const hyp_summary *summary,
                       const hyp_neighbours *neighbours,
                       const hyp_pca_options *options, MPI_Comm comm,
                       hyp_pca *mnf, int64_t *pairs, hyp_pca_times *times)
{
    work w = { .n = slab->bands, .comm = comm };
    const double begin = hyp_clock();
    hyp_eigen_quality quality = { 0 };
    int size;
    hyp_status st;

    MPI_Comm_rank(comm, &w.rank);
    MPI_Comm_size(comm, &size);
    w.grid = hyp_pca_grid(options, w.n, size);
    HYP_TRY(hyp_agree(comm, init(mnf, summary, &w)));
    HYP_TRY(hyp_pca_check(options, w.n, size)); /* the same on every rank */
    HYP_TRY(find_signal_all(&w, slab, summary, &mnf->covariance));
    HYP_TRY(find_noise_all(&w, slab, summary, neighbours, pairs, &mnf->noise));
    times->covariance = hyp_clock() - begin;
    HYP_TRY(solve_all(&w, mnf, &quality));
    times->eigen = hyp_clock() - begin - times->covariance;
    hyp_pca_keep(mnf, options, w.grid, &quality);
out:
    work_release(&w);
    if (st != HYP_OK)
        hyp_pca_release(mnf);
    return st;
}
