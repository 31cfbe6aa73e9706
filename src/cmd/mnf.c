/*
 * mnf.c - hyperslab mnf: components in the order of their signal to noise ratio
 */
#include "hyperslab/mnf.h"

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/plan.h"
#include "cmd/write.h"
#include "hyperslab/comm.h"

#include <stdlib.h>

/* Where each tile begins in the scene. */
static hyp_status list_tiles(const hyp_scene *scene, int64_t **first_row)
{
    hyp_status st = hyp_alloc(first_row, (size_t)scene->tiles);

    for (int i = 0; st == HYP_OK && i < scene->tiles; i++)
        (*first_row)[i] = scene->tile[i].first_row;
    return st;
}

static void say_what_was_found(const hyp_job *job)
{
    const hyp_pca *mnf = &job->pca;
    const double least = mnf->value[mnf->components - 1] - 1;

    hyp_job_say(job,
                "MNF: %d of %d components kept, signal to noise %.4g to %.4g; "
                "noise from %lld pairs of pixels",
                mnf->components, mnf->bands, mnf->value[0] - 1, least,
                (long long)job->pairs);
    if (job->settings->pca.components == 0 && least < job->settings->snr)
        hyp_job_say(job,
                    "note: no component has a signal to noise ratio of %g; the "
                    "first is kept",
                    job->settings->snr);
}

static hyp_status separate_all(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    hyp_pca_options options = s->pca;
    hyp_neighbours neighbours = { s->noise_from, job->scene.tiles, NULL };
    int64_t *first_row;
    hyp_pca_times times;
    hyp_status st;

    options.min_eigenvalue = s->snr + 1;
    HYP_TRY(hyp_agree(job->comm, list_tiles(&job->scene, &first_row)));
    neighbours.first_row = first_row;
    HYP_TRY(hyp_mnf_all(&job->slab, &job->summary, &neighbours, &options,
                        job->comm, &job->pca, &job->pairs, &times));
    hyp_job_phase(job, "covariances", times.covariance);
    hyp_job_phase(job, "eigen", times.eigen);
    say_what_was_found(job);
out:
    free(first_row);
    return st;
}

hyp_status hyp_cmd_mnf_all(const hyp_settings *settings, MPI_Comm comm)
{
    const hyp_products makes = { .mnf = true,
                                 .envi = settings->envi,
                                 .denoised = settings->denoise,
                                 .stac = settings->stac };
    hyp_job job;
    hyp_status st;

    HYP_TRY(hyp_job_open_all(&job, settings, makes, comm));
    HYP_TRY(hyp_plan_all(&job));
    if (settings->dry_run)
        goto out;
    HYP_TRY(hyp_job_read_all(&job));
    HYP_TRY(separate_all(&job));
    HYP_TRY(hyp_write_components_all(&job));
    HYP_TRY(hyp_write_denoised_all(&job));
    HYP_TRY(hyp_write_record_all(&job));
out:
    return hyp_job_finish_all(&job, st);
}
