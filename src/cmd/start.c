/*
 * start.c - where k-means starts
 */
#include "cmd/start.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/model.h"
#include "io/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double same_wavelength = 0.5; /* nm */

/* Turn a table of centroids into spectra: one row a band becomes one row a
   class. */
static hyp_status spectra_of_table(const hyp_table *table, hyp_spectra *spectra)
{
    hyp_status st;

    *spectra =
        (hyp_spectra){ .count = table->columns - 1, .bands = table->rows };
    HYP_TRY(hyp_alloc(&spectra->wavelength, (size_t)table->rows));
    HYP_TRY(hyp_alloc(&spectra->value,
                      (size_t)table->rows * (size_t)spectra->count));
    for (int b = 0; b < table->rows; b++) {
        const double *row = table->value + (size_t)b * (size_t)table->columns;

        spectra->wavelength[b] = row[0];
        for (int j = 0; j < spectra->count; j++)
            spectra->value[(size_t)j * (size_t)table->rows + (size_t)b] =
                row[j + 1];
    }
out:
    if (st != HYP_OK)
        hyp_spectra_release(spectra);
    return st;
}

static hyp_status read_spectra(const char *path, hyp_spectra *spectra)
{
    hyp_table table = { 0 };
    hyp_status st;

    *spectra = (hyp_spectra){ 0 };
    if (hyp_model_is(path))
        return hyp_model_read_centroids(path, spectra);
    st = hyp_table_read(&table, path);
    if (st == HYP_OK)
        st = spectra_of_table(&table, spectra);
    hyp_table_release(&table);
    return st;
}

/* Refuse centroids of other classes or bands than this run's. */
static hyp_status compare(const hyp_job *job, const hyp_spectra *spectra)
{
    const hyp_settings *s = job->settings;

    if (spectra->count != s->classes)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds %d centroids, but -k asks for %d classes",
                        s->start_clusters, spectra->count, s->classes);
    if (spectra->bands != job->bands)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds %d bands, but this run keeps %d",
                        s->start_clusters, spectra->bands, job->bands);
    for (int b = 0; b < spectra->bands; b++) {
        double ours = hyp_scene_wavelength(&job->scene, b);

        if (fabs(spectra->wavelength[b] - ours) > same_wavelength)
            return hyp_fail(HYP_EFORMAT,
                            "'%s': band %d is at %g nm, but this run's at %g "
                            "nm",
                            s->start_clusters, b + 1, spectra->wavelength[b],
                            ours);
    }
    for (int i = 0; i < spectra->count * spectra->bands; i++)
        if (!(fabs(spectra->value[i] * job->scale) <= INT16_MAX))
            return hyp_fail(HYP_EFORMAT,
                            "'%s': class %d, band %d: reflectance %g is out "
                            "of range",
                            s->start_clusters, i / spectra->bands + 1,
                            i % spectra->bands + 1, spectra->value[i]);
    return HYP_OK;
}

/* Rank 0 reads the file; the others are told. */
static hyp_status read_start_all(const hyp_job *job, double *centre)
{
    const int count = job->settings->classes * job->bands;
    hyp_spectra spectra = { 0 };
    hyp_status st = HYP_OK;

    if (job->rank == 0) {
        st = read_spectra(job->settings->start_clusters, &spectra);
        if (st == HYP_OK)
            st = compare(job, &spectra);
        for (int i = 0; st == HYP_OK && i < count; i++)
            centre[i] = spectra.value[i] * job->scale;
        hyp_spectra_release(&spectra);
    }
    st = hyp_agree(job->comm, st);
    if (st == HYP_OK)
        MPI_Bcast(centre, count, MPI_DOUBLE, 0, job->comm);
    return st;
}

/* Spectra in DN become what is clustered. */
static void project(const hyp_job *job, const double *spectrum, double *centre)
{
    const int bands = job->bands, components = job->points.slab->bands;

    for (int j = 0; j < job->settings->classes; j++)
        if (job->settings->on_pcs)
            hyp_score_grid_of(&job->scores.grid, spectrum + (int64_t)j * bands,
                              centre + (int64_t)j * components);
        else
            memcpy(centre + (int64_t)j * bands, spectrum + (int64_t)j * bands,
                   (size_t)bands * sizeof *centre);
}

hyp_status hyp_start_given_all(const hyp_job *job, double *centre)
{
    double *spectrum;
    hyp_status st = hyp_alloc(&spectrum, (size_t)job->settings->classes *
                                             (size_t)job->bands);

    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(read_start_all(job, spectrum));
    project(job, spectrum, centre);
out:
    free(spectrum);
    return st;
}

hyp_status hyp_start_drawn_all(const hyp_settings *settings, int classes,
                               int number, const hyp_job_points *points,
                               MPI_Comm comm, double *centre)
{
    if (settings->init == HYP_INIT_PLUS_PLUS)
        return hyp_kmeans_plus_plus_all(points->slab, points->summary, classes,
                                        settings->seed + (uint64_t)number, comm,
                                        centre);
    hyp_kmeans_diagonal(points->summary, classes, centre);
    return HYP_OK;
}
