/*
 * project.h - k-means on scores: what goes before it, and what follows
 */
#ifndef HYP_CMD_PROJECT_H
#define HYP_CMD_PROJECT_H

#include "cmd/job.h"

/*
 * Let k-means have the scores of the pixels, on a grid.
 *
 * Collective: yes
 * Requires:   the components were found
 */
HYP_CHECKED hyp_status hyp_project_pixels_all(hyp_job *job);

/*
 * Let a model's classes have the scores of the pixels, on the grid of its
 * training, and say how many pixels have larger ones than it had.
 *
 * Collective: yes
 * Shapes:     step: of the grid, reflectance
 */
HYP_CHECKED hyp_status hyp_project_onto_all(hyp_job *job, double step);

/*
 * Keep the centroids that k-means found among the scores, and give the classes
 * their mean spectra; those without pixels, that of their centroid.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_project_classes_all(hyp_job *job);

/*
 * Write score_centroids.csv: rows of components, columns of classes,
 * reflectance.
 *
 * Collective: no (rank 0 calls it)
 */
HYP_CHECKED hyp_status hyp_project_write(const hyp_job *job);

/* Free what the job has of scores.  Collective: no. */
void hyp_project_release(hyp_job *job);

#endif
