/*
 * job.c - one run over a scene, from the files to what is written
 */
#include "cmd/job.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "cmd/checkpoints.h"
#include "cmd/formats.h"
#include "cmd/project.h"
#include "cmd/stac.h"
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

void hyp_job_show(void *context, int64_t done, int64_t total)
{
    hyp_job *job = context;

    if (job->rank == 0)
        hyp_progress_show(&job->progress, done, total);
}

static void start_clock(hyp_job *job)
{
    time_t now = time(NULL);
    struct tm utc;

    job->begin = hyp_clock();
    gmtime_r(&now, &utc);
    strftime(job->started, sizeof job->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Whether the report has room for all spectra, whatever bands are kept. */
static bool is_small(const hyp_job *job)
{
    const hyp_tile *tile = job->scene.tile[0].tile;
    const int subset = job->settings->subset;
    const int64_t bands = (tile->bands + subset - 1) / subset;

    return job->scene.tiles == 1 && tile->rows <= HYP_PREVIEW_SIDE &&
           tile->cols <= HYP_PREVIEW_SIDE &&
           job->scene.cells * bands <= HYP_SMALL_SCENE;
}

/* Whether the job finds classes, which takes checkpoints. */
static bool clusters(const hyp_job *job)
{
    return job->makes.classes && !job->makes.maps_only &&
           !job->settings->dry_run;
}

static hyp_status open_mask(hyp_job *job)
{
    if (job->settings->mask == NULL)
        return HYP_OK;
    job->cube.mask = &job->mask;
    return hyp_mask_open(&job->mask, job->settings->mask, &job->scene);
}

hyp_status hyp_job_open_all(hyp_job *job, const hyp_settings *settings,
                            hyp_products makes, MPI_Comm comm)
{
    hyp_status st;

    *job = (hyp_job){ .settings = settings,
                      .comm = comm,
                      .makes = makes,
                      .cube = { .has_nodata = settings->has_nodata,
                                .nodata = settings->nodata,
                                .quantum = settings->quantum,
                                .progress = hyp_job_show,
                                .progress_context = job } };
    MPI_Comm_rank(comm, &job->rank);
    MPI_Comm_size(comm, &job->size);
    start_clock(job);
    hyp_progress_init(&job->progress,
                      settings->quiet ? HYP_PROGRESS_NONE : settings->progress,
                      settings->progress_every);
    if (clusters(job))
        hyp_checkpoints_catch_signals();
    hyp_job_say(job, "hyperslab %s on %d rank%s", HYP_VERSION, job->size,
                job->size == 1 ? "" : "s");
    HYP_TRY(hyp_inputs_find_all(&job->inputs, settings->tile, settings->tiles,
                                comm));
    HYP_TRY(hyp_scene_open_all(&job->scene, job->inputs.path, job->inputs.count,
                               comm));
    if (clusters(job))
        HYP_TRY(hyp_checkpoints_open_all(job));
    job->makes.pixels =
        makes.classes && makes.pictures && makes.report && is_small(job);
    HYP_TRY(hyp_agree(comm, open_mask(job)));
    HYP_TRY(hyp_formats_check_all(job));
    HYP_TRY(hyp_stac_open_all(job));
    if (!settings->dry_run)
        HYP_TRY(hyp_outputs_open_all(&job->outputs, settings->output,
                                     settings->overwrite || settings->resume,
                                     job->makes, &job->scene,
                                     settings->mosaic_tif, comm));
    hyp_job_phase(job, "open", hyp_clock() - job->begin);
out:
    return st;
}

static void say_what_was_read_all(const hyp_job *job)
{
    int64_t least = job->slab.pixels, most = least;
    char masked[64] = "";

    if (job->settings->mask)
        snprintf(masked, sizeof masked, ", %lld masked",
                 (long long)job->masked);
    hyp_job_say(job, "%lld valid pixels, %lld without data%s",
                (long long)job->summary.pixels, (long long)hyp_job_nodata(job),
                masked);
    if (!job->settings->verbose)
        return;
    MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_INT64_T, MPI_MIN, job->comm);
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT64_T, MPI_MAX, job->comm);
    hyp_job_say(job, "valid pixels a rank: %lld to %lld", (long long)least,
                (long long)most);
}

hyp_status hyp_job_read_all(hyp_job *job)
{
    double begin = hyp_clock();
    hyp_status st;

    hyp_map_into(job->settings->scratch);
    hyp_progress_begin(&job->progress, "reading", job->size);
    st = hyp_cube_read_all(&job->scene, &job->cube, job->comm, &job->slab);
    hyp_progress_end(&job->progress);
    HYP_TRY(st);
    hyp_job_phase(job, "read", hyp_clock() - begin);
    begin = hyp_clock();
    HYP_TRY(hyp_summary_all(&job->slab, job->comm, &job->summary));
    job->masked = job->slab.masked;
    MPI_Allreduce(MPI_IN_PLACE, &job->masked, 1, MPI_INT64_T, MPI_SUM,
                  job->comm);
    job->points = (hyp_job_points){ &job->slab, &job->summary, job->scale };
    hyp_job_phase(job, "summary", hyp_clock() - begin);
    say_what_was_read_all(job);
out:
    return st;
}

hyp_status hyp_job_reduce_all(hyp_job *job)
{
    hyp_pca_options options = job->settings->pca;
    hyp_pca_times times;
    hyp_status st;

    options.min_eigenvalue *= job->scale * job->scale; /* in DN squared */
    if (job->settings->on_pcs)
        options.grid_rows = options.grid_cols = 1;
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
    hyp_status st = hyp_outputs_close_all(&job->outputs, mine, job->comm);

    if (st == HYP_OK && !job->settings->dry_run)
        hyp_job_say(job, "wrote '%s' in %.2f s", job->settings->output,
                    hyp_clock() - job->begin);
    if (st == HYP_OK && clusters(job))
        st = hyp_checkpoints_close(job);
    hyp_checkpoints_release(job);
    hyp_project_release(job);
    hyp_pca_release(&job->pca);
    hyp_kmeans_release(&job->kmeans);
    hyp_summary_release(&job->summary);
    hyp_slab_release(&job->slab);
    hyp_scene_release(&job->scene);
    hyp_inputs_release(&job->inputs);
    free(job->start_within);
    free(job->step);
    free(job->seconds);
    free(job->flown);
    hyp_mask_close(&job->mask);
    hyp_shown_release(&job->shown);
    return st;
}
