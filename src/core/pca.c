/*
 * pca.c - principal components of the valid pixels of all ranks
 */
#include "hyperslab/pca.h"

#include "base/clock.h"
#include "base/mem.h"
#include "core/components.h"
#include "core/covariance.h"
#include "core/eigen.h"
#include "hyperslab/comm.h"
#include "kernel/kernel.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

hyp_status hyp_pca_init(hyp_pca *pca, const hyp_summary *s, hyp_pca_kind kind)
{
    const size_t n = (size_t)s->bands;
    hyp_status st;

    *pca = (hyp_pca){ .kind = kind, .bands = s->bands };
    HYP_TRY(hyp_alloc(&pca->mean, n));
    HYP_TRY(hyp_alloc(&pca->value, n));
    HYP_TRY(hyp_alloc(&pca->vector, n * n));
    for (int b = 0; b < s->bands; b++)
        pca->mean[b] = (double)s->sum[b] / (double)s->pixels;
out:
    return st;
}

hyp_status hyp_pca_check(const hyp_pca_options *o, int bands, int ranks)
{
    if (o->components > bands)
        return hyp_fail(HYP_EUSAGE, "%d components of %d bands", o->components,
                        bands);
    if (o->grid_rows == 0 && o->grid_cols == 0) /* to be chosen */
        return HYP_OK;
    if (o->grid_rows < 1 || o->grid_cols < 1 ||
        o->grid_cols > ranks / o->grid_rows)
        return hyp_fail(
            HYP_EUSAGE, "an eigen grid of %dx%d does not fit %d rank%s",
            o->grid_rows, o->grid_cols, ranks, ranks == 1 ? "" : "s");
    return HYP_OK;
}

hyp_grid hyp_pca_grid(const hyp_pca_options *o, int bands, int ranks)
{
    return o->grid_rows > 0 ? (hyp_grid){ o->grid_rows, o->grid_cols }
                            : hyp_grid_auto(bands, ranks);
}

static double total_variance(const hyp_pca *pca)
{
    double total = 0;

    for (int i = 0; i < pca->bands; i++)
        total += pca->value[i];
    return total;
}

double hyp_pca_share(const hyp_pca *pca, int i)
{
    double total = total_variance(pca);

    return total > 0 ? pca->value[i] / total : 0;
}

/* The first component at which the share is reached, as SPy's reduce(). */
static int count_by_variance(const hyp_pca *pca, double share)
{
    const double total = total_variance(pca);
    double sum = 0;

    if (!(total > 0)) /* all pixels are equal */
        return 1;
    for (int i = 0; i < pca->bands; i++) {
        sum += pca->value[i];
        if (sum / total >= share)
            return i + 1;
    }
    return pca->bands;
}

static int count_by_eigenvalue(const hyp_pca *pca, double least)
{
    int count = 0;

    while (count < pca->bands && pca->value[count] >= least)
        count++;
    return count > 0 ? count : 1;
}

void hyp_pca_choose(hyp_pca *pca, const hyp_pca_options *o)
{
    if (o->components > 0)
        pca->components = o->components;
    else if (o->min_eigenvalue > 0)
        pca->components = count_by_eigenvalue(pca, o->min_eigenvalue);
    else
        pca->components = count_by_variance(pca, o->variance);
}

void hyp_pca_keep(hyp_pca *pca, const hyp_pca_options *options, hyp_grid grid,
                  const hyp_eigen_quality *quality)
{
    hyp_pca_choose(pca, options);
    pca->grid_rows = grid.rows;
    pca->grid_cols = grid.cols;
    pca->residual = quality->residual;
    pca->orthogonality = quality->orthogonality;
}

/* Variance that is no more than rounding cannot be made one. */
static hyp_status check_kind(const hyp_pca *pca)
{
    const double rounding = pca->bands * DBL_EPSILON * pca->value[0];
    int fit = 0;

    while (fit < pca->components && pca->value[fit] > rounding)
        fit++;
    if (pca->kind == HYP_PCA_WHITENED && fit < pca->components)
        return hyp_fail(HYP_ENUMERIC,
                        "component %d of %d has no variance to be whitened by; "
                        "keep fewer with --components",
                        fit + 1, pca->components);
    return HYP_OK;
}

/* Keep the whole covariance on rank 0: the eigensolver overwrites its part. */
static hyp_status keep_covariance_all(const int64_t *product,
                                      const hyp_summary *s, hyp_grid grid,
                                      const double *part, MPI_Comm comm,
                                      double **covariance)
{
    const size_t size = (size_t)s->bands * (size_t)s->bands;
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (grid.rows * grid.cols > 1) {
        HYP_TRY(hyp_covariance_all(product, s, (hyp_grid){ 1, 1 }, comm,
                                   covariance));
    } else if (rank == 0) {
        st = hyp_alloc(covariance, size);
        if (st == HYP_OK)
            memcpy(*covariance, part, size * sizeof *part);
    }
    st = hyp_agree(comm, st);
    if (rank > 0) {
        free(*covariance);
        *covariance = NULL;
    }
out:
    return st;
}

hyp_status hyp_pca_all(const hyp_slab *slab, const hyp_summary *summary,
                       const hyp_pca_options *options, MPI_Comm comm,
                       hyp_pca *pca, hyp_pca_times *times)
{
    int64_t *product = NULL;
    double *part = NULL, begin = hyp_clock();
    hyp_eigen_quality quality = { 0 };
    hyp_grid grid;
    int size;
    hyp_status st;

    MPI_Comm_size(comm, &size);
    st = hyp_pca_init(pca, summary, options->kind);
    if (st == HYP_OK)
        st = hyp_alloc(&product, (size_t)pca->bands * (size_t)pca->bands);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_pca_check(options, pca->bands, size)); /* the same on all */
    grid = hyp_pca_grid(options, pca->bands, size);
    HYP_TRY(hyp_agree(comm, hyp_products(slab, summary, product)));
    HYP_TRY(hyp_covariance_all(product, summary, grid, comm, &part));
    HYP_TRY(keep_covariance_all(product, summary, grid, part, comm,
                                &pca->covariance));
    times->covariance = hyp_clock() - begin;
    HYP_TRY(hyp_eigen_all(pca->bands, grid, part, comm, pca->value, pca->vector,
                          &quality));
    times->eigen = hyp_clock() - begin - times->covariance;
    hyp_pca_keep(pca, options, grid, &quality);
    st = check_kind(pca); /* the same on every rank */
out:
    free(product);
    free(part);
    if (st != HYP_OK)
        hyp_pca_release(pca);
    return st;
}

void hyp_pca_release(hyp_pca *pca)
{
    free(pca->mean);
    free(pca->value);
    free(pca->vector);
    free(pca->pattern);
    free(pca->covariance);
    free(pca->noise);
    *pca = (hyp_pca){ 0 };
}
