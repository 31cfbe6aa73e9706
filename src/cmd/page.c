/*
 * page.c - report.html: which results it shows
 */
#include "cmd/page.h"

#include "base/clock.h"
#include "hyperslab/comm.h"

#include <string.h>

/* The most important ones first: the page has room for so much. */
static const hyp_report_part parts[] = {
    { HYP_RUN_JSON, HYP_RUN_JSON, HYP_REPORT_JSON },
    { HYP_SWEEP_CSV, HYP_SWEEP_CSV, HYP_REPORT_TABLE },
    { HYP_CLASSES_CSV, HYP_CLASSES_CSV, HYP_REPORT_TABLE },
    { HYP_CLASSES_PNG, HYP_CLASSES_PNG, HYP_REPORT_BYTES },
    { HYP_TRUECOLOR_PNG, "truecolor", HYP_REPORT_PHOTO },
    { HYP_CENTROIDS_CSV, HYP_CENTROIDS_CSV, HYP_REPORT_TABLE },
    { HYP_DEVIATIONS_CSV, HYP_DEVIATIONS_CSV, HYP_REPORT_TABLE },
    { HYP_EIGENVALUES_CSV, HYP_EIGENVALUES_CSV, HYP_REPORT_TABLE },
    { HYP_COMPONENTS_CSV, HYP_COMPONENTS_CSV, HYP_REPORT_TABLE },
    { HYP_COVARIANCE_NPY, HYP_COVARIANCE_NPY, HYP_REPORT_BYTES },
    { HYP_FALSECOLOR_PNG, "falsecolor", HYP_REPORT_PHOTO },
    { HYP_PIXELS_NPY, HYP_PIXELS_NPY, HYP_REPORT_BYTES },
};

hyp_status hyp_page_write(const char *path, hyp_report_find *find,
                          void *context)
{
    return hyp_report_write(path, parts, sizeof parts / sizeof parts[0], find,
                            context);
}

/* A hyp_report_find: files that a job has staged. */
static hyp_report_source find_staged(void *context, const char *file)
{
    const hyp_job *job = context;
    hyp_report_source found = { .path = hyp_output_path(&job->outputs, file) };

    if (strcmp(file, HYP_TRUECOLOR_PNG) == 0)
        found.photo = &job->shown.photo[HYP_TRUE_COLOUR];
    if (strcmp(file, HYP_FALSECOLOR_PNG) == 0)
        found.photo = &job->shown.photo[HYP_FALSE_COLOUR];
    return found;
}

hyp_status hyp_page_write_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_status st = HYP_OK;

    if (!job->makes.report)
        return HYP_OK;
    if (job->rank == 0)
        st = hyp_page_write(hyp_output_path(&job->outputs, HYP_REPORT_HTML),
                            find_staged, job);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "report", hyp_clock() - begin);
out:
    return st;
}
