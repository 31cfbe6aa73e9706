/*
 * cluster.c - the k-means of a job
 *
 * Of starts that have ended only their sums of squares are kept, so that a
 * checkpoint holds one result, as without restarts.
 */
#include "cmd/cluster.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/checkpoints.h"
#include "cmd/start.h"
#include "hyperslab/comm.h"

#include <stdio.h>
#include <stdlib.h>

/* Say the line that SPy says, and keep the step for the record. */
static void observe(void *context, const hyp_kmeans_step *step)
{
    hyp_job *job = context;

    hyp_job_say(job, "k-means iteration %d - %lld pixels reassigned.",
                step->iteration, (long long)step->reassigned);
    if (job->rank == 0 && hyp_progress_is_asked())
        fprintf(stderr,
                "k-means: iteration %d, %lld pixels reassigned; %.0f s since "
                "the start\n",
                step->iteration, (long long)step->reassigned,
                hyp_clock() - job->begin);
    job->step[job->steps] = *step;
    job->seconds[job->steps++] = hyp_clock() - job->begin;
}

static hyp_status make_room(hyp_job *job, double **centre)
{
    const hyp_settings *s = job->settings;
    const size_t most = (size_t)s->max_iterations;
    const size_t bands = (size_t)job->points.slab->bands;
    hyp_status st;

    HYP_TRY(hyp_alloc(&job->start_within, (size_t)s->restarts));
    HYP_TRY(hyp_alloc(&job->step, most));
    HYP_TRY(hyp_alloc(&job->seconds, most));
    HYP_TRY(hyp_alloc(centre, (size_t)s->classes * bands));
out:
    return st;
}

/* From the start with this number, or from where the options say. */
static hyp_status cluster_once_all(hyp_job *job, hyp_kmeans_options *options,
                                   int number, double *centre)
{
    const hyp_settings *s = job->settings;
    hyp_status st;

    hyp_kmeans_release(&job->kmeans);
    if (options->from == NULL) {
        job->steps = job->resumed_after = 0;
        if (s->start_clusters == NULL)
            HYP_TRY(hyp_start_drawn_all(s, s->classes, number, &job->points,
                                        job->comm, centre));
    }
    HYP_TRY(hyp_kmeans_all(job->points.slab, job->points.summary, options,
                           job->comm, &job->kmeans));
    options->from = NULL; /* is left behind */
out:
    return st;
}

static void say_of_start(const hyp_job *job, int number)
{
    const double scale = job->points.scale;

    if (job->settings->restarts > 1)
        hyp_job_say(job,
                    "k-means start %d of %d ended after %d iterations: %.9g "
                    "within classes",
                    number + 1, job->settings->restarts, job->kmeans.iterations,
                    job->kmeans.within / (scale * scale));
}

/* The first of equals. */
static int best_of(const double *within, int count)
{
    int best = 0;

    for (int i = 1; i < count; i++)
        if (within[i] < within[best])
            best = i;
    return best;
}

/* Until a signal stops them, too: the state is then that of a start, or of the
   best one on its way again. */
static hyp_status cluster_starts_all(hyp_job *job, hyp_kmeans_options *options,
                                     double *centre)
{
    const int starts = job->settings->restarts;
    int best;
    hyp_status st;

    while (job->starts < starts) {
        HYP_TRY(cluster_once_all(job, options, job->starts, centre));
        if (job->kmeans.stopped)
            return HYP_OK;
        say_of_start(job, job->starts);
        job->start_within[job->starts++] = job->kmeans.within;
    }
    best = best_of(job->start_within, starts);
    if (best == starts - 1 && options->from == NULL)
        return HYP_OK;
    hyp_job_say(job, "k-means start %d of %d is the best: once more", best + 1,
                starts);
    st = cluster_once_all(job, options, best, centre);
out:
    return st;
}

hyp_status hyp_cluster_all(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    const double begin = hyp_clock();
    hyp_kmeans_options options = {
        .classes = s->classes,
        .max_iterations = s->max_iterations,
        .distance = s->distance,
        .min_change = s->min_change / 100,
        .observer = observe,
        .observer_context = job,
    };
    double *centre = NULL;
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, make_room(job, &centre)));
    options.start = centre;
    if (s->start_clusters)
        HYP_TRY(hyp_start_given_all(job, centre));
    HYP_TRY(hyp_checkpoints_use_all(job, s->start_clusters ? centre : NULL,
                                    &options));
    HYP_TRY(cluster_starts_all(job, &options, centre));
    hyp_job_phase(job, "k-means",
                  hyp_clock() - begin - job->checkpoints.seconds);
    if (job->checkpoints.written > 0)
        hyp_job_phase(job, "checkpoints", job->checkpoints.seconds);
    hyp_job_say(job, "k-means %s with %d classes after %d iterations",
                job->kmeans.converged ? "converged" : "stopped",
                job->kmeans.classes, job->kmeans.iterations);
out:
    free(centre);
    return st;
}
