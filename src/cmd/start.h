/*
 * start.h - where k-means starts
 */
#ifndef HYP_CMD_START_H
#define HYP_CMD_START_H

#include "cmd/job.h"

/*
 * The start centres in the centroids.csv or model.h5 that the options name,
 * which must be of the same bands; k-means on scores takes their scores.
 *
 * Collective: yes
 * Shapes:     centre [classes][bands of the points], out, in their units
 * Errors:     HYP_ENOINPUT, HYP_EFORMAT for a file of other bands or another
 *             number of classes, naming what differs; HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_start_given_all(const hyp_job *job, double *centre);

/*
 * Start centres that need no file: on the diagonal, or the number-th ones, from
 * 0, that k-means++ draws.
 *
 * Collective: yes
 * Shapes:     centre [classes][bands of the points], out, in their units
 * Errors:     HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_start_drawn_all(const hyp_settings *settings,
                                           int classes, int number,
                                           const hyp_job_points *points,
                                           MPI_Comm comm, double *centre);

#endif
