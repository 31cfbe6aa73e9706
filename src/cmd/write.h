/*
 * write.h - write the results of a job into its staged files
 */
#ifndef HYP_CMD_WRITE_H
#define HYP_CMD_WRITE_H

#include "cmd/job.h"

/*
 * Write classes.tif and its sidecars for each tile, and centroids.csv unless
 * only maps are made; and the same in other formats that were asked for.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_classes_all(hyp_job *job);

/*
 * Write distance.tif for each tile: how far its pixels are from their
 * centroids.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_distances_all(hyp_job *job);

/*
 * Write pca.tif, or mnf.tif, for each tile, and the tables of the components
 * unless only maps are made; and the maps in other formats that were asked for.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_components_all(hyp_job *job);

/*
 * Write denoised.tif for each tile, if it is to be made.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_denoised_all(hyp_job *job);

/*
 * Write model.h5 unless only maps are made, and run.json last.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_record_all(hyp_job *job);

#endif
