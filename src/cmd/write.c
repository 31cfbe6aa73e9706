/*
 * write.c - write what is left of a job: the model and the record
 */
#include "cmd/write.h"

#include "cmd/record.h"
#include "cmd/stac.h"
#include "hyperslab/comm.h"
#include "io/model.h"

hyp_status hyp_write_record_all(hyp_job *job)
{
    const hyp_scene_tile *first = &job->scene.tile[0];
    const hyp_model_scores scores = { job->scores.grid.step,
                                      job->scores.centre };
    hyp_status st = HYP_OK;

    if (job->rank == 0 && !job->makes.maps_only)
        st = hyp_model_write(hyp_output_path(&job->outputs, HYP_MODEL_H5),
                             first->tile, &first->kept, job->scale,
                             job->makes.classes ? &job->kmeans : NULL,
                             job->pca.components > 0 ? &job->pca : NULL,
                             job->makes.of_scores ? &scores : NULL);
    if (st == HYP_OK && job->rank == 0)
        st = hyp_stac_write(job);
    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(hyp_record_write_all(job));
out:
    return st;
}
