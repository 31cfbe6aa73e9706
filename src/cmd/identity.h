/*
 * identity.h - what decides the labels of a run, to tell it from other runs
 *
 * The settings that matter, and the inputs by what all ranks know of them
 * exactly: names and dates of files do not.
 */
#ifndef HYP_CMD_IDENTITY_H
#define HYP_CMD_IDENTITY_H

#include "cmd/job.h"

#include <jansson.h>

/*
 * The settings that decide labels, under their names on the command line.
 *
 * Collective: no
 * Ownership:  the caller drops the reference; NULL if memory is short
 */
json_t *hyp_identity_settings(const hyp_settings *settings);

/*
 * Add the one setting that decides how many components are kept.
 *
 * Collective: no
 */
void hyp_identity_set_components(json_t *settings,
                                 const hyp_pca_options *options);

/*
 * The identity of a run as a text.
 *
 * Collective: no
 * Shapes:     start [classes][bands] centres that were given, or NULL
 * Errors:     HYP_ENOMEM
 * Ownership:  the caller frees *text
 */
HYP_CHECKED hyp_status hyp_identity_write(const hyp_job *job,
                                          const double *start, char **text);

/*
 * Compare the settings of an identity with those of this run.
 *
 * Collective: no
 * Errors:     HYP_EUSAGE, naming the first that differs; HYP_EFORMAT if it is
 *             no identity; HYP_ENOMEM
 */
HYP_CHECKED hyp_status
hyp_identity_compare_settings(const char *theirs, const hyp_settings *settings);

/*
 * Compare the inputs of two identities.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT, naming what differs first; HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_identity_compare_inputs(const char *theirs,
                                                   const char *ours);

#endif
