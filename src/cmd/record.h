/*
 * record.h - run.json: what was run, on what, and how long it took
 */
#ifndef HYP_CMD_RECORD_H
#define HYP_CMD_RECORD_H

#include "cmd/job.h"

/*
 * Write run.json into its staged file.
 *
 * Collective: yes (the times of all ranks are gathered)
 */
HYP_CHECKED hyp_status hyp_record_write_all(const hyp_job *job);

#endif
