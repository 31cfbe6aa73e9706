/*
 * job.c - one run over a tile, from the file to what is written
 */
#include "cmd/job.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/start.h"
#include "hyperslab/comm.h"
#include "hyperslab/version.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void hyp_job_say(const hyp_job *job, const char *fmt, ...)
{
    va_list args;

    if (job->rank != 0 || job->settings->quiet)
        return;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}

void hyp_job_phase(hyp_job *job, const char *name, double seconds)
{
    job->phase[job->phases].name = name;
    job->phase[job->phases++].seconds = seconds;
    if (job->settings->verbose)
        hyp_job_say(job, "%s: %.3f s", name, seconds);
}

static void start_clock(hyp_job *job)
{
    time_t now = time(NULL);
    struct tm utc;

    job->begin = hyp_clock();
    gmtime_r(&now, &utc);
    strftime(job->started, sizeof job->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

hyp_status hyp_job_open_all(hyp_job *job, const hyp_settings *settings,
                            const char *const *outputs, int count,
                            MPI_Comm comm)
{
    hyp_status st;

    *job = (hyp_job){ .settings = settings, .comm = comm };
    MPI_Comm_rank(comm, &job->rank);
    MPI_Comm_size(comm, &job->size);
    start_clock(job);
    hyp_job_say(job, "hyperslab %s on %d rank%s", HYP_VERSION, job->size,
                job->size == 1 ? "" : "s");
    HYP_TRY(hyp_tile_open_all(settings->tile, comm, &job->tile));
    HYP_TRY(hyp_stage_open_all(&job->stage, settings->output,
                               settings->overwrite, outputs, count, comm));
    job->staged = true;
    hyp_job_phase(job, "open", hyp_clock() - job->begin);
out:
    return st;
}

/* The bands that the options ask for; the same on every rank. */
static hyp_status choose_bands(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    const hyp_tile *tile = job->tile;
    hyp_status st;

    if (s->bands)
        st = hyp_bands_listed(&job->kept, s->bands, tile->bands);
    else if (s->bad_bands == HYP_BAD_BANDS_NEON)
        st = hyp_bands_neon(&job->kept, tile->wavelength, tile->bands,
                            tile->window, tile->windows);
    else
        st = hyp_bands_outside(&job->kept, tile->wavelength, tile->bands,
                               s->window, s->windows);
    if (st != HYP_OK)
        return st;
    hyp_bands_subset(&job->kept, s->subset);
    if (job->kept.count > HYP_MAX_BANDS)
        return hyp_fail(HYP_EUSAGE,
                        "%d bands are kept, more than %d; use --subset",
                        job->kept.count, HYP_MAX_BANDS);
    return HYP_OK;
}

static void say_what_is_read(const hyp_job *job)
{
    const hyp_tile *tile = job->tile;

    hyp_job_say(job, "reading '%s': %lld x %lld pixels, %d of %d bands",
                tile->path, (long long)tile->rows, (long long)tile->cols,
                job->kept.count, tile->bands);
    if (tile->element == HYP_ELEMENT_FLOAT32)
        hyp_job_say(job,
                    "note: floating point values are rounded to multiples of "
                    "%g of reflectance (--quantum)",
                    job->cube.quantum);
    if (tile->georef.epsg == 0)
        hyp_job_say(job, "note: the tile has no %s; maps get no CRS",
                    tile->rotated                        ? "north-up grid"
                    : hyp_georef_is_known(&tile->georef) ? "EPSG code"
                                                         : "map info");
    if (tile->default_windows &&
        job->settings->bad_bands == HYP_BAD_BANDS_NEON && !job->settings->bands)
        hyp_job_say(job, "note: the tile names no band windows; 1340-1445 "
                         "and 1790-1955 nm are left out");
}

hyp_status hyp_job_read_all(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    double begin = hyp_clock();
    int64_t all = job->tile->rows * job->tile->cols;
    hyp_status st;

    job->cube = (hyp_cube_options){ .has_nodata = s->has_nodata,
                                    .nodata = s->nodata,
                                    .quantum = s->quantum };
    HYP_TRY(hyp_agree(job->comm, choose_bands(job)));
    HYP_TRY(hyp_pca_check(&s->pca, job->kept.count, job->size));
    job->scale = hyp_cube_scale(job->tile, &job->cube);
    say_what_is_read(job);
    HYP_TRY(hyp_cube_read_all(job->tile, &job->kept, &job->cube, job->comm,
                              &job->slab));
    hyp_job_phase(job, "read", hyp_clock() - begin);
    begin = hyp_clock();
    HYP_TRY(hyp_summary_all(&job->slab, job->comm, &job->summary));
    hyp_job_phase(job, "summary", hyp_clock() - begin);
    hyp_job_say(job, "%lld valid pixels, %lld without data",
                (long long)job->summary.pixels,
                (long long)(all - job->summary.pixels));
out:
    return st;
}

/* Say the line that SPy says, and keep the step for the record. */
static void observe(void *context, const hyp_kmeans_step *step)
{
    hyp_job *job = context;

    hyp_job_say(job, "k-means iteration %d - %lld pixels reassigned.",
                step->iteration, (long long)step->reassigned);
    job->step[job->steps++] =
        (hyp_job_step){ .step = *step, .seconds = hyp_clock() - job->begin };
}

hyp_status hyp_job_cluster_all(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    hyp_kmeans_options options = {
        .classes = s->classes,
        .max_iterations = s->max_iterations,
        .distance = s->distance,
        .min_change = s->min_change / 100,
        .observer = observe,
        .observer_context = job,
    };
    double *start = NULL, begin = hyp_clock();
    hyp_status st;

    st = hyp_alloc(&job->step, (size_t)s->max_iterations);
    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(hyp_start_centres_all(job, &start));
    options.start = start;
    HYP_TRY(hyp_kmeans_all(&job->slab, &job->summary, &options, job->comm,
                           &job->kmeans));
    hyp_job_phase(job, "k-means", hyp_clock() - begin);
    hyp_job_say(job, "k-means %s with %d classes after %d iterations",
                job->kmeans.converged ? "converged" : "stopped",
                job->kmeans.classes, job->kmeans.iterations);
out:
    free(start);
    return st;
}

hyp_status hyp_job_reduce_all(hyp_job *job)
{
    hyp_pca_options options = job->settings->pca;
    hyp_pca_times times;
    hyp_status st;

    options.min_eigenvalue *= job->scale * job->scale; /* in DN squared */
    HYP_TRY(hyp_pca_all(&job->slab, &job->summary, &options, job->comm,
                        &job->pca, &times));
    hyp_job_phase(job, "covariance", times.covariance);
    hyp_job_phase(job, "eigen", times.eigen);
    hyp_job_say(job,
                "PCA: %d of %d components kept; |CV - VL| / |C| = %.1e, "
                "|V'V - I| / n = %.1e on a %dx%d grid",
                job->pca.components, job->pca.bands, job->pca.residual,
                job->pca.orthogonality, job->pca.grid_rows, job->pca.grid_cols);
out:
    return st;
}

hyp_status hyp_job_finish_all(hyp_job *job, hyp_status mine)
{
    hyp_status st = mine;

    if (job->staged)
        st = hyp_stage_close_all(&job->stage, mine, job->comm);
    if (st == HYP_OK)
        hyp_job_say(job, "wrote '%s' in %.2f s", job->settings->output,
                    hyp_clock() - job->begin);
    hyp_pca_release(&job->pca);
    hyp_kmeans_release(&job->kmeans);
    hyp_summary_release(&job->summary);
    hyp_slab_release(&job->slab);
    hyp_bands_release(&job->kept);
    hyp_tile_free(&job->tile);
    free(job->step);
    return st;
}
