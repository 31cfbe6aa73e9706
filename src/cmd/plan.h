/*
 * plan.h - what a run will read, and whether it fits, before it reads
 */
#ifndef HYP_CMD_PLAN_H
#define HYP_CMD_PLAN_H

#include "cmd/job.h"

/*
 * Choose the bands of a job, and refuse it if its nodes have too little memory.
 * For a dry run, print the plan on standard output.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM, naming how many nodes would do; those of
 *             hyp_job_choose_all(); HYP_EIO if the plan cannot be printed
 */
HYP_CHECKED hyp_status hyp_plan_all(hyp_job *job);

#endif
