/*
 * run.c - hyperslab run: cluster a tile and reduce it
 */
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/write.h"

static const char *const outputs[] = { HYP_CLASSES_TIF,     HYP_CLASSES_SIDECAR,
                                       HYP_CENTROIDS_CSV,   HYP_PCA_TIF,
                                       HYP_EIGENVALUES_CSV, HYP_COMPONENTS_CSV,
                                       HYP_MODEL_H5,        HYP_RUN_JSON };

hyp_status hyp_cmd_run_all(const hyp_settings *settings, MPI_Comm comm)
{
    hyp_job job;
    hyp_status st;

    HYP_TRY(hyp_job_open_all(&job, settings, outputs,
                             sizeof outputs / sizeof outputs[0], comm));
    HYP_TRY(hyp_job_read_all(&job));
    HYP_TRY(hyp_job_cluster_all(&job));
    HYP_TRY(hyp_job_reduce_all(&job));
    HYP_TRY(hyp_write_classes_all(&job));
    HYP_TRY(hyp_write_components_all(&job));
    HYP_TRY(hyp_write_record_all(&job, true, true));
out:
    return hyp_job_finish_all(&job, st);
}
