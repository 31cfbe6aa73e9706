/*
 * spectra.h - write spectra of a job as a table
 */
#ifndef HYP_CMD_SPECTRA_H
#define HYP_CMD_SPECTRA_H

#include "cmd/job.h"

enum { HYP_NAME_ROOM = 48 };

/* Names of columns or bands, and a pointer to each. */
typedef struct hyp_names {
    char (*text)[HYP_NAME_ROOM]; /* [count]; owned */
    const char **pointer;        /* [count]; owned */
} hyp_names;

/*
 * Make room for names.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM
 * Ownership:  the caller frees with hyp_names_release(), whatever the status
 */
HYP_CHECKED hyp_status hyp_names_init(hyp_names *names, int count);

/* Free what names owns.  Accepts { 0 }.  Collective: no. */
void hyp_names_release(hyp_names *names);

/*
 * Write spectra into a staged file of the job, as columns: wavelength_nm, then
 * PREFIX_1, PREFIX_2, ...
 *
 * Collective: no (rank 0 calls it)
 * Shapes:     spectra [count][job->bands], to be divided by divisor
 */
HYP_CHECKED hyp_status hyp_spectra_write(const hyp_job *job, const char *file,
                                         const char *prefix,
                                         const double *spectra, int count,
                                         double divisor);

#endif
