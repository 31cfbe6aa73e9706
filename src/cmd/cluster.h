/*
 * cluster.h - the k-means of a job
 */
#ifndef HYP_CMD_CLUSTER_H
#define HYP_CMD_CLUSTER_H

#include "cmd/job.h"

/*
 * Cluster the points: the pixels that were read, or their scores.  Of several
 * starts the job has the best, the first of equals; if a signal stops it, the
 * one that was under way.
 *
 * Collective: yes
 * Result:     job->kmeans, its steps, and where the starts ended
 * Cost:       that of the starts; the best is made again unless it was the last
 */
HYP_CHECKED hyp_status hyp_cluster_all(hyp_job *job);

#endif
