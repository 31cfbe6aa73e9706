/*
 * project.c - k-means on scores: what goes before it, and what follows
 */
#include "cmd/project.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/spectra.h"
#include "hyperslab/comm.h"
#include "io/table.h"

#include <stdio.h>
#include <stdlib.h>

static hyp_status use_grid_all(hyp_job *job, double begin)
{
    hyp_job_scores *s = &job->scores;
    hyp_status st;

    HYP_TRY(hyp_summary_all(&s->grid.slab, job->comm, &s->summary));
    job->points =
        (hyp_job_points){ &s->grid.slab, &s->summary, 1 / s->grid.step };
    hyp_job_phase(job, "score grid", hyp_clock() - begin);
out:
    return st;
}

hyp_status hyp_project_pixels_all(hyp_job *job)
{
    hyp_job_scores *s = &job->scores;
    const double begin = hyp_clock();
    hyp_status st;

    HYP_TRY(hyp_score_grid_all(&s->grid, &job->slab, &job->pca, job->scale,
                               job->comm));
    HYP_TRY(use_grid_all(job, begin));
    hyp_job_say(job, "k-means on scores, in steps of 1/%g of reflectance",
                1 / s->grid.step);
out:
    return st;
}

hyp_status hyp_project_onto_all(hyp_job *job, double step)
{
    hyp_job_scores *s = &job->scores;
    const double begin = hyp_clock();
    hyp_status st;

    st =
        hyp_score_grid_apply(&s->grid, &job->slab, &job->pca, job->scale, step);
    HYP_TRY(hyp_agree(job->comm, st));
    for (int64_t p = 0; p < job->slab.pixels; p++)
        s->coarser += s->grid.coarser[p] > 0;
    MPI_Allreduce(MPI_IN_PLACE, &s->coarser, 1, MPI_INT64_T, MPI_SUM,
                  job->comm);
    HYP_TRY(use_grid_all(job, begin));
    if (s->coarser > 0)
        hyp_job_say(job,
                    "note: %lld pixels have larger scores than any pixel of "
                    "the training; theirs are rounded to larger steps",
                    (long long)s->coarser);
out:
    return st;
}

hyp_status hyp_project_classes_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_kmeans *km = &job->kmeans;
    const int64_t components = km->bands, bands = job->bands;
    double *spectrum;
    hyp_status st =
        hyp_alloc(&spectrum, (size_t)km->classes * (size_t)job->bands);

    HYP_TRY(hyp_agree(job->comm, st));
    for (int j = 0; j < km->classes; j++)
        hyp_score_grid_spectrum(&job->scores.grid, km->centre + j * components,
                                spectrum + j * bands);
    job->scores.centre = km->centre;
    km->centre = spectrum;
    HYP_TRY(hyp_kmeans_regroup_all(km, &job->slab, &job->summary, job->comm));
    hyp_job_phase(job, "class means", hyp_clock() - begin);
out:
    return st;
}

hyp_status hyp_project_write(const hyp_job *job)
{
    const int classes = job->kmeans.classes, columns = classes + 1;
    const int components = job->pca.components;
    double *value = NULL;
    hyp_names n = { 0 };
    hyp_status st;

    HYP_TRY(hyp_names_init(&n, columns));
    HYP_TRY(hyp_alloc(&value, (size_t)components * (size_t)columns));
    snprintf(n.text[0], HYP_NAME_ROOM, "component");
    for (int j = 0; j < classes; j++)
        snprintf(n.text[j + 1], HYP_NAME_ROOM, "class_%d", j + 1);
    for (int i = 0; i < components; i++) {
        double *row = value + (int64_t)i * columns;

        row[0] = i + 1;
        for (int j = 0; j < classes; j++)
            row[j + 1] = job->scores.centre[(int64_t)j * components + i] *
                         job->scores.grid.step;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, HYP_SCORE_MEANS_CSV),
                         n.pointer, columns, value, components);
out:
    free(value);
    hyp_names_release(&n);
    return st;
}

void hyp_project_release(hyp_job *job)
{
    hyp_score_grid_release(&job->scores.grid);
    hyp_summary_release(&job->scores.summary);
    free(job->scores.centre);
    job->scores = (hyp_job_scores){ 0 };
}
