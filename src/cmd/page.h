/*
 * page.h - report.html: which results it shows
 */
#ifndef HYP_CMD_PAGE_H
#define HYP_CMD_PAGE_H

#include "cmd/job.h"
#include "io/report.h"

/*
 * Write the report of results to path.
 *
 * Collective: no
 * Errors:     those of hyp_report_write()
 */
HYP_CHECKED hyp_status hyp_page_write(const char *path, hyp_report_find *find,
                                      void *context);

/*
 * Write the report of a job into its staged file, if the job makes one.
 *
 * Collective: yes
 * Requires:   all other outputs were written
 */
HYP_CHECKED hyp_status hyp_page_write_all(hyp_job *job);

#endif
