/*
 * start.h - where k-means starts
 */
#ifndef HYP_CMD_START_H
#define HYP_CMD_START_H

#include "cmd/job.h"

/*
 * The start centres that the options ask for: on the diagonal, drawn by
 * k-means++, or read from a centroids.csv or model.h5 of the same bands, of
 * which k-means on scores takes the scores.
 *
 * Collective: yes
 * Shapes:     *centre [classes][bands of the points], in units of the points
 * Errors:     HYP_ENOINPUT, HYP_EFORMAT for a file of other bands or another
 *             number of classes, naming what differs; HYP_ENOMEM
 * Ownership:  the caller frees *centre
 */
HYP_CHECKED hyp_status hyp_start_centres_all(const hyp_job *job,
                                             double **centre);

/*
 * Those of them that need no file: on the diagonal, or drawn by k-means++.
 *
 * Collective: yes
 * Shapes:     centre [classes][bands of the points], out
 * Errors:     HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_start_drawn_all(const hyp_settings *settings,
                                           int classes,
                                           const hyp_job_points *points,
                                           MPI_Comm comm, double *centre);

#endif
