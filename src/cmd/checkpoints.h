/*
 * checkpoints.h - leave a run of k-means, and go on with it later
 */
#ifndef HYP_CMD_CHECKPOINTS_H
#define HYP_CMD_CHECKPOINTS_H

#include "cmd/job.h"

/*
 * From now on SIGINT, SIGTERM and SIGUSR1 end k-means after an iteration, and
 * nothing else; but a second SIGINT kills.
 *
 * Collective: no
 */
void hyp_checkpoints_catch_signals(void);

/*
 * Find out what the output folder holds of an interrupted run, before anything
 * is read or made: without --resume there must be none, unless it may be
 * overwritten; else there must be a checkpoint of the same settings.
 *
 * Collective: yes
 * Errors:     HYP_ECREATE; HYP_ENOINPUT, HYP_EUSAGE, HYP_EFORMAT, HYP_EIO,
 *             HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_checkpoints_open_all(hyp_job *job);

/*
 * Have k-means save its state when it is time to, and stop after a signal; with
 * --resume, have it go on from the checkpoint, which must be of the same
 * inputs.
 *
 * Collective: yes
 * Shapes:     start [classes][bands] centres that were given, or NULL
 * Requires:   the pixels are read, and there is room for starts and steps
 * Errors:     HYP_EFORMAT, HYP_EIO, HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_checkpoints_use_all(hyp_job *job,
                                               const double *start,
                                               hyp_kmeans_options *options);

/*
 * Remove the checkpoints of a run that is done, with its results in place.
 *
 * Collective: no
 * Errors:     HYP_ESTOPPED if it is not done, on every rank
 */
HYP_CHECKED hyp_status hyp_checkpoints_close(const hyp_job *job);

/* Free what belongs to checkpoints.  Collective: no. */
void hyp_checkpoints_release(hyp_job *job);

#endif
