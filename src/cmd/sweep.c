/*
 * sweep.c - hyperslab sweep: cluster a scene in several ways
 *
 * The bands that any of the settings needs are read once.  Each line starts
 * afresh and ends with the labels of a run of its own: a start from the
 * centroids of another line would be faster, and end elsewhere.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/page.h"
#include "cmd/plan.h"
#include "cmd/record.h"
#include "cmd/start.h"
#include "hyperslab/comm.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct sweep {
    hyp_job *job;
    hyp_sweep *found;
    int done;         /* lines                                              */
    uint16_t **label; /* [swept.ks][pixels of the slab], of the first lines;
                         owned                                              */
    double components, scores, clustering, measuring; /* seconds */
} sweep;

/* What is clustered: bands, or scores. */
typedef struct view {
    hyp_job_points points;
    int subset;
    double share;
} view;

/* From the start with this number; best is replaced by what is better. */
static hyp_status improve_all(const sweep *s, const view *v, int number,
                              double *centre, hyp_kmeans *best)
{
    const hyp_settings *settings = s->job->settings;
    const hyp_kmeans_options options = {
        .classes = best->classes,
        .max_iterations = settings->max_iterations,
        .distance = settings->distance,
        .min_change = settings->min_change / 100,
        .start = centre,
    };
    hyp_kmeans km = { 0 }, worse;
    hyp_status st;

    HYP_TRY(hyp_start_drawn_all(settings, best->classes, number, &v->points,
                                s->job->comm, centre));
    HYP_TRY(hyp_kmeans_all(v->points.slab, v->points.summary, &options,
                           s->job->comm, &km));
    if (number == 0 || km.within < best->within) {
        worse = *best;
        *best = km;
        km = worse;
    }
out:
    hyp_kmeans_release(&km);
    return st;
}

static hyp_status cluster_all(sweep *s, const view *v, hyp_kmeans *km,
                              double *seconds)
{
    const size_t bands = (size_t)v->points.slab->bands;
    const double begin = hyp_clock();
    double *centre;
    hyp_status st = hyp_alloc(&centre, (size_t)km->classes * bands);

    HYP_TRY(hyp_agree(s->job->comm, st));
    for (int i = 0; i < s->job->settings->restarts; i++)
        HYP_TRY(improve_all(s, v, i, centre, km));
    *seconds = hyp_clock() - begin;
    s->clustering += *seconds;
    MPI_Allreduce(MPI_IN_PLACE, seconds, 1, MPI_DOUBLE, MPI_MAX, s->job->comm);
out:
    free(centre);
    return st;
}

static void say_of_line(const sweep *s, const hyp_sweep_line *l)
{
    hyp_job_say(s->job,
                "k-means %d of %d: -k %d --subset %d --pca %g (%d %s) %s after "
                "%d iterations",
                s->done, s->found->count, l->classes, l->subset, l->share,
                l->dimensions, l->share > 0 ? "components" : "bands",
                l->converged ? "converged" : "stopped", l->iterations);
}

/* Cluster, measure and compare: one line of the table. */
static hyp_status add_line_all(sweep *s, const view *v, int i)
{
    const int classes = s->job->settings->swept.k[i];
    hyp_sweep_line *line = &s->found->line[s->done++];
    hyp_kmeans km = { .classes = classes };
    const uint16_t *label;
    double begin;
    hyp_status st;

    *line = (hyp_sweep_line){ .classes = classes,
                              .subset = v->subset,
                              .share = v->share,
                              .dimensions = v->points.slab->bands,
                              .step = 1 / v->points.scale };
    HYP_TRY(cluster_all(s, v, &km, &line->seconds));
    label = km.label;
    line->iterations = km.iterations;
    line->converged = km.converged;
    line->within = km.within / (v->points.scale * v->points.scale);
    begin = hyp_clock();
    HYP_TRY(hyp_quality_all(v->points.slab, &km, s->job->comm, &line->quality));
    if (s->label[i] == NULL) {
        s->label[i] = km.label; /* which is kept */
        km.label = NULL;
    }
    HYP_TRY(hyp_likeness_all(label, s->label[0], v->points.slab->pixels,
                             s->job->comm, &line->first));
    HYP_TRY(hyp_likeness_all(label, s->label[i], v->points.slab->pixels,
                             s->job->comm, &line->same_k));
    s->measuring += hyp_clock() - begin;
    say_of_line(s, line);
out:
    hyp_kmeans_release(&km);
    return st;
}

static hyp_status add_lines_all(sweep *s, const view *v)
{
    const hyp_swept *swept = &s->job->settings->swept;
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < swept->ks; i++)
        st = add_line_all(s, v, i);
    return st;
}

/* Cluster the scores that hold a share of the variance of what is viewed. */
static hyp_status sweep_scores_all(sweep *s, const view *bands, hyp_pca *pca,
                                   double share)
{
    const hyp_pca_options options = { .variance = share };
    const double begin = hyp_clock();
    hyp_score_grid grid = { 0 };
    hyp_summary summary = { 0 };
    view v = { .subset = bands->subset, .share = share };
    hyp_status st;

    hyp_pca_choose(pca, &options);
    HYP_TRY(hyp_score_grid_all(&grid, bands->points.slab, pca,
                               bands->points.scale, s->job->comm));
    HYP_TRY(hyp_summary_all(&grid.slab, s->job->comm, &summary));
    v.points = (hyp_job_points){ &grid.slab, &summary, 1 / grid.step };
    s->scores += hyp_clock() - begin;
    HYP_TRY(add_lines_all(s, &v));
out:
    hyp_summary_release(&summary);
    hyp_score_grid_release(&grid);
    return st;
}

/* On one rank, so that labels do not depend on how many there are. */
static hyp_status find_components_all(sweep *s, const view *bands, hyp_pca *pca)
{
    const hyp_pca_options options = { .components = 1,
                                      .grid_rows = 1,
                                      .grid_cols = 1 };
    const double begin = hyp_clock();
    hyp_pca_times times;
    hyp_status st;

    st = hyp_pca_all(bands->points.slab, bands->points.summary, &options,
                     s->job->comm, pca, &times);
    s->components += hyp_clock() - begin;
    return st;
}

static hyp_status sweep_bands_all(sweep *s, const view *bands)
{
    const hyp_swept *swept = &s->job->settings->swept;
    hyp_pca pca = { 0 };
    hyp_status st = HYP_OK;

    for (int i = 0; i < swept->shares; i++) {
        const double share = swept->share[i];

        if (share > 0 && pca.bands == 0)
            HYP_TRY(find_components_all(s, bands, &pca));
        if (share > 0)
            HYP_TRY(sweep_scores_all(s, bands, &pca, share));
        else
            HYP_TRY(add_lines_all(s, bands));
    }
out:
    hyp_pca_release(&pca);
    return st;
}

static bool is_needed(const hyp_swept *swept, int band)
{
    for (int i = 0; i < swept->subsets; i++)
        if (band % swept->subset[i] == 0)
            return true;
    return false;
}

/* Which of the bands that were read are every n-th of all: place [bands]. */
static int find_bands(const sweep *s, int n, int16_t *place)
{
    int count = 0, read = 0;

    for (int band = 0; read < s->job->bands; band++) {
        if (!is_needed(&s->job->settings->swept, band))
            continue;
        if (band % n == 0)
            place[count++] = (int16_t)read;
        read++;
    }
    return count;
}

static hyp_status pick_bands_all(const sweep *s, int subset, hyp_slab *slab,
                                 hyp_summary *summary)
{
    int16_t *place;
    hyp_status st = hyp_alloc(&place, (size_t)s->job->bands);

    if (st == HYP_OK)
        st = hyp_slab_pick(slab, &s->job->slab, place,
                           find_bands(s, subset, place));
    free(place);
    HYP_TRY(hyp_agree(s->job->comm, st));
    HYP_TRY(hyp_summary_all(slab, s->job->comm, summary));
out:
    return st;
}

/* All lines of one subset; its bands are picked if more were read. */
static hyp_status sweep_subset_all(sweep *s, int subset)
{
    hyp_job *job = s->job;
    const hyp_swept *swept = &job->settings->swept;
    const bool all = swept->subsets == 1 || subset == 1;
    hyp_slab slab = { 0 };
    hyp_summary summary = { 0 };
    const view v = { .points = { all ? &job->slab : &slab,
                                 all ? &job->summary : &summary, job->scale },
                     .subset = subset };
    hyp_status st = HYP_OK;

    if (!all)
        HYP_TRY(pick_bands_all(s, subset, &slab, &summary));
    HYP_TRY(sweep_bands_all(s, &v));
out:
    hyp_summary_release(&summary);
    hyp_slab_release(&slab);
    return st;
}

/* All settings are of the same pixels; with several subsets, a pixel may lack
   data in the bands of another one only. */
static void say_of_partial_all(const hyp_job *job)
{
    int64_t partial = job->slab.partial;

    MPI_Allreduce(MPI_IN_PLACE, &partial, 1, MPI_INT64_T, MPI_SUM, job->comm);
    if (partial > 0 && job->settings->swept.subsets > 1)
        hyp_job_say(job,
                    "note: %lld pixels have data in some of the bands only; "
                    "they are left out of every setting, where kmeans with "
                    "one --subset may keep them",
                    (long long)partial);
}

/* Refuse at once what the last line would refuse; the same on every rank. */
static hyp_status check_classes(const hyp_job *job)
{
    const hyp_swept *swept = &job->settings->swept;

    for (int i = 0; i < swept->ks; i++)
        if (swept->k[i] > job->summary.pixels)
            return hyp_fail(HYP_ENUMERIC,
                            "%d classes, but only %lld valid pixels; use a "
                            "smaller -k",
                            swept->k[i], (long long)job->summary.pixels);
    return HYP_OK;
}

static hyp_status sweep_all(hyp_job *job, hyp_sweep *found)
{
    const hyp_swept *swept = &job->settings->swept;
    sweep s = { .job = job, .found = found };
    hyp_status st;

    HYP_TRY(check_classes(job));
    say_of_partial_all(job);
    found->pixels = job->summary.pixels;
    found->count = hyp_swept_count(swept);
    st = hyp_alloc(&found->line, (size_t)found->count);
    if (st == HYP_OK)
        st = hyp_alloc(&s.label, (size_t)swept->ks);
    HYP_TRY(hyp_agree(job->comm, st));
    for (int i = 0; i < swept->subsets; i++)
        HYP_TRY(sweep_subset_all(&s, swept->subset[i]));
    hyp_job_phase(job, "components", s.components);
    hyp_job_phase(job, "scores", s.scores);
    hyp_job_phase(job, "k-means", s.clustering);
    hyp_job_phase(job, "statistics", s.measuring);
out:
    for (int i = 0; s.label && i < swept->ks; i++)
        free(s.label[i]);
    free(s.label);
    return st;
}

static hyp_status write_all(hyp_job *job, const hyp_sweep *found)
{
    hyp_status st = HYP_OK;

    job->sweep = found;
    if (job->rank == 0)
        st = hyp_sweep_write(found,
                             hyp_output_path(&job->outputs, HYP_SWEEP_CSV));
    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(hyp_record_write_all(job));
    HYP_TRY(hyp_page_write_all(job));
out:
    return st;
}

static hyp_status print(const hyp_sweep *found, bool json)
{
    if (json)
        hyp_sweep_print_json(found);
    else
        hyp_sweep_print(found);
    if (fflush(stdout) != 0 || ferror(stdout))
        return hyp_fail(HYP_EIO, "cannot write to standard output");
    return HYP_OK;
}

hyp_status hyp_cmd_sweep_all(const hyp_settings *settings, MPI_Comm comm)
{
    const hyp_products makes = { .sweep = true, .report = settings->report };
    hyp_sweep found = { 0 };
    hyp_job job;
    int rank;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(hyp_job_open_all(&job, settings, makes, comm));
    HYP_TRY(hyp_plan_all(&job));
    if (settings->dry_run)
        goto out;
    HYP_TRY(hyp_job_read_all(&job));
    HYP_TRY(sweep_all(&job, &found));
    HYP_TRY(write_all(&job, &found));
out:
    st = hyp_job_finish_all(&job, st);
    if (st == HYP_OK && rank == 0 && !settings->dry_run)
        st = print(&found, settings->json);
    hyp_sweep_release(&found);
    return hyp_agree(comm, st);
}
