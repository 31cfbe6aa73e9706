/*
 * statistics.h - tables of what the classes hold
 */
#ifndef HYP_CMD_STATISTICS_H
#define HYP_CMD_STATISTICS_H

#include "cmd/job.h"

/*
 * Write classes.csv and deviations.csv.
 *
 * Collective: yes
 * Requires:   the pixels were clustered
 */
HYP_CHECKED hyp_status hyp_statistics_write_all(hyp_job *job);

/*
 * Write pixels.npy, the DN of the valid pixels, if the job makes it.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_statistics_pixels_all(hyp_job *job);

#endif
