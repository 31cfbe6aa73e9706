/*
 * write_components.c - write what PCA or MNF found: maps of scores, and tables
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/formats.h"
#include "cmd/maps.h"
#include "cmd/spectra.h"
#include "hyperslab/comm.h"
#include "io/npy.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What the scores need, and the time that the arithmetic takes. */
typedef struct score_source {
    hyp_job *job;
    hyp_scores scores;
    float *nodata; /* [components] of NaN; owned */
    double seconds;
    int64_t pixels; /* done */
} score_source;

static hyp_status score_source_init(score_source *source, hyp_job *job)
{
    hyp_status st;

    *source = (score_source){ .job = job };
    HYP_TRY(hyp_scores_init(&source->scores, &job->pca, job->slab.stride,
                            job->scale));
    HYP_TRY(hyp_alloc(&source->nodata, (size_t)job->pca.components));
    for (int i = 0; i < job->pca.components; i++)
        source->nodata[i] = NAN;
out:
    return st;
}

static void score_source_release(score_source *source)
{
    hyp_scores_release(&source->scores);
    free(source->nodata);
}

/* A hyp_map_values. */
static void find_scores(void *context, int64_t first, int64_t pixels, void *out)
{
    score_source *source = context;
    const hyp_slab *slab = &source->job->slab;
    const double begin = hyp_clock();

    hyp_scores_of(&source->scores, slab, first, pixels, out);
    hyp_shown_keep(source->job, first, pixels, out);
    source->seconds += hyp_clock() - begin;
    source->pixels += pixels;
    hyp_job_show(source->job, source->pixels, slab->pixels);
}

static void name_components(const hyp_pca *pca, hyp_names *n)
{
    for (int i = 0; i < pca->components; i++)
        if (pca->kind == HYP_PCA_NOISE_ADJUSTED)
            snprintf(n->text[i], HYP_NAME_ROOM, "MNF%d (SNR %.4g)", i + 1,
                     pca->value[i] - 1);
        else
            snprintf(n->text[i], HYP_NAME_ROOM, "PC%d (%.4g %%)", i + 1,
                     100 * hyp_pca_share(pca, i));
}

/* *seconds: of the arithmetic alone. */
static hyp_status write_score_maps_all(hyp_job *job, double *seconds)
{
    score_source source;
    hyp_formats formats = { 0 };
    hyp_names n = { 0 };
    const bool mnf = job->makes.mnf;
    hyp_map_kind kind = { .file = mnf ? HYP_MNF_TIF : HYP_PCA_TIF,
                          .raster = { .bands = job->pca.components,
                                      .sample = HYP_SAMPLE_FLOAT32,
                                      .nodata = "nan" },
                          .values = find_scores,
                          .context = &source };
    hyp_status st;

    st = score_source_init(&source, job);
    if (st == HYP_OK)
        st = hyp_names_init(&n, job->pca.components);
    if (st == HYP_OK)
        st = hyp_formats_init(&formats, job);
    HYP_TRY(hyp_agree(job->comm, st));
    name_components(&job->pca, &n);
    kind.raster.band_names = n.pointer;
    kind.nodata = source.nodata;
    hyp_formats_add_scores(&formats, job, &kind.raster);
    HYP_TRY(hyp_maps_write_all(job, &kind));
    if (job->rank == 0)
        st = hyp_maps_write_vrt(job, mnf ? HYP_MNF_VRT : HYP_PCA_VRT, &kind, 0,
                                NULL);
    *seconds = source.seconds;
out:
    score_source_release(&source);
    hyp_formats_release(&formats);
    hyp_names_release(&n);
    return st;
}

static hyp_status write_ratios(const hyp_job *job)
{
    static const char *const columns[] = { "component", "eigenvalue", "snr" };
    const hyp_pca *mnf = &job->pca;
    double(*row)[3];
    hyp_status st = hyp_alloc(&row, (size_t)mnf->bands);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < mnf->bands; i++) {
        row[i][0] = i + 1;
        row[i][1] = mnf->value[i];
        row[i][2] = mnf->value[i] - 1;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, HYP_EIGENVALUES_CSV),
                         columns, 3, row[0], mnf->bands);
    free(row);
    return st;
}

static hyp_status write_eigenvalues(const hyp_job *job)
{
    static const char *const columns[] = { "component", "eigenvalue", "share",
                                           "cumulated" };
    const hyp_pca *pca = &job->pca;
    double(*row)[4], cumulated = 0;
    hyp_status st = hyp_alloc(&row, (size_t)pca->bands);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < pca->bands; i++) {
        cumulated += hyp_pca_share(pca, i);
        row[i][0] = i + 1;
        row[i][1] = pca->value[i] / (job->scale * job->scale);
        row[i][2] = hyp_pca_share(pca, i);
        row[i][3] = cumulated;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, HYP_EIGENVALUES_CSV),
                         columns, 4, row[0], pca->bands);
    free(row);
    return st;
}

/* In reflectance squared. */
static hyp_status write_covariance(const hyp_job *job, const char *file,
                                   const double *covariance)
{
    const int64_t bands = job->bands, all = bands * bands;
    double *value;
    hyp_status st = hyp_alloc(&value, (size_t)all);

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < all; i++)
        value[i] = covariance[i] / (job->scale * job->scale);
    st = hyp_npy_write(hyp_output_path(&job->outputs, file), HYP_NPY_FLOAT64,
                       bands, bands, value);
    free(value);
    return st;
}

/* On rank 0. */
static hyp_status write_tables(const hyp_job *job)
{
    const hyp_pca *pca = &job->pca;
    const bool mnf = job->makes.mnf;
    hyp_status st;

    HYP_TRY(mnf ? write_ratios(job) : write_eigenvalues(job));
    HYP_TRY(write_covariance(job, HYP_COVARIANCE_NPY, pca->covariance));
    if (mnf)
        HYP_TRY(write_covariance(job, HYP_NOISE_NPY, pca->noise));
    st = hyp_spectra_write(job, HYP_COMPONENTS_CSV, mnf ? "mnf" : "pc",
                           pca->vector, pca->components,
                           mnf ? 1 / job->scale : 1);
out:
    return st;
}

hyp_status hyp_write_components_all(hyp_job *job)
{
    const double begin = hyp_clock();
    double scores = 0;
    hyp_status st;

    if (job->makes.pictures)
        HYP_TRY(hyp_agree(job->comm, hyp_shown_expect(job)));
    hyp_progress_begin(&job->progress, "writing scores", 0);
    st = write_score_maps_all(job, &scores);
    hyp_progress_end(&job->progress);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "scores", scores);
    if (job->rank == 0 && !job->makes.maps_only)
        st = write_tables(job);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write scores", hyp_clock() - begin - scores);
out:
    return st;
}
