/*
 * pictures.h - PNG files of what a job found
 */
#ifndef HYP_CMD_PICTURES_H
#define HYP_CMD_PICTURES_H

#include "cmd/job.h"

/*
 * Write the pictures, if there are to be any.  The ranks share them out.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_pictures_write_all(hyp_job *job);

#endif
