/*
 * write.h - write the results of a job into its staged files
 */
#ifndef HYP_CMD_WRITE_H
#define HYP_CMD_WRITE_H

#include "cmd/job.h"

#define HYP_CLASSES_TIF     "classes.tif"
#define HYP_CLASSES_SIDECAR "classes.tif.aux.xml"
#define HYP_CENTROIDS_CSV   "centroids.csv"
#define HYP_PCA_TIF         "pca.tif"
#define HYP_EIGENVALUES_CSV "eigenvalues.csv"
#define HYP_COMPONENTS_CSV  "components.csv"
#define HYP_MODEL_H5        "model.h5"
#define HYP_RUN_JSON        "run.json"

/*
 * Write classes.tif, its sidecar and centroids.csv.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_classes_all(hyp_job *job);

/*
 * Write pca.tif, eigenvalues.csv and components.csv.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_write_components_all(hyp_job *job);

/*
 * Write model.h5, and run.json last.
 *
 * Collective: yes
 * Shapes:     classes, components: whether the job has them
 */
HYP_CHECKED hyp_status hyp_write_record_all(hyp_job *job, bool classes,
                                            bool components);

#endif
