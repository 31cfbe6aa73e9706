/*
 * pca.c - hyperslab pca: principal components of a tile
 */
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/page.h"
#include "cmd/pictures.h"
#include "cmd/plan.h"
#include "cmd/write.h"

hyp_status hyp_cmd_pca_all(const hyp_settings *settings, MPI_Comm comm)
{
    const hyp_products makes = { .components = true,
                                 .denoised = settings->denoise,
                                 .pictures = settings->pictures,
                                 .report = settings->report,
                                 .envi = settings->envi,
                                 .hdf5 = settings->hdf5 };
    hyp_job job;
    hyp_status st;

    HYP_TRY(hyp_job_open_all(&job, settings, makes, comm));
    HYP_TRY(hyp_plan_all(&job));
    if (settings->dry_run)
        goto out;
    HYP_TRY(hyp_job_read_all(&job));
    HYP_TRY(hyp_job_reduce_all(&job));
    HYP_TRY(hyp_write_components_all(&job));
    HYP_TRY(hyp_write_denoised_all(&job));
    HYP_TRY(hyp_pictures_write_all(&job));
    HYP_TRY(hyp_write_record_all(&job));
    HYP_TRY(hyp_page_write_all(&job));
out:
    return hyp_job_finish_all(&job, st);
}
