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

/*
 * Print all that is known of tiles as JSON on stdout: an object, or an array of
 * them if there are several.
 *
 * Collective: no
 */
HYP_CHECKED hyp_status hyp_record_print_tiles(const hyp_scene *scene);

#endif
