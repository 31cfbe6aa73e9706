/*
 * run.c - hyperslab run, kmeans, pca: from tiles to maps
 */
#include "cmd/cluster.h"
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/page.h"
#include "cmd/pictures.h"
#include "cmd/plan.h"
#include "cmd/project.h"
#include "cmd/statistics.h"
#include "cmd/write.h"

/* Classes of the pixels, or of their scores. */
static hyp_status cluster_all(hyp_job *job)
{
    const bool scores = job->makes.of_scores;
    hyp_status st;

    if (scores)
        HYP_TRY(hyp_project_pixels_all(job));
    HYP_TRY(hyp_cluster_all(job));
    if (scores)
        HYP_TRY(hyp_project_classes_all(job));
    HYP_TRY(hyp_write_classes_all(job));
    HYP_TRY(hyp_statistics_write_all(job));
out:
    return st;
}

static hyp_status make_all(const hyp_settings *settings, bool classes,
                           bool components, MPI_Comm comm)
{
    const hyp_products makes = { .classes = classes,
                                 .of_scores = settings->on_pcs,
                                 .components = components,
                                 .denoised = settings->denoise,
                                 .pictures = settings->pictures,
                                 .report = settings->report,
                                 .envi = settings->envi,
                                 .hdf5 = settings->hdf5,
                                 .stac = settings->stac };
    hyp_job job;
    hyp_status st;

    HYP_TRY(hyp_job_open_all(&job, settings, makes, comm));
    HYP_TRY(hyp_plan_all(&job));
    if (settings->dry_run)
        goto out;
    HYP_TRY(hyp_job_read_all(&job));
    if (components || makes.of_scores)
        HYP_TRY(hyp_job_reduce_all(&job));
    if (classes)
        HYP_TRY(cluster_all(&job));
    if (components)
        HYP_TRY(hyp_write_components_all(&job));
    HYP_TRY(hyp_write_denoised_all(&job));
    HYP_TRY(hyp_pictures_write_all(&job));
    HYP_TRY(hyp_statistics_pixels_all(&job));
    HYP_TRY(hyp_write_record_all(&job));
    HYP_TRY(hyp_page_write_all(&job));
out:
    return hyp_job_finish_all(&job, st);
}

hyp_status hyp_cmd_run_all(const hyp_settings *settings, MPI_Comm comm)
{
    return make_all(settings, true, true, comm);
}

hyp_status hyp_cmd_kmeans_all(const hyp_settings *settings, MPI_Comm comm)
{
    return make_all(settings, true, false, comm);
}

hyp_status hyp_cmd_pca_all(const hyp_settings *settings, MPI_Comm comm)
{
    return make_all(settings, false, true, comm);
}
