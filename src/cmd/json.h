/*
 * json.h - what jansson does not do by itself
 */
#ifndef HYP_CMD_JSON_H
#define HYP_CMD_JSON_H

#include "hyperslab/status.h"

#include <jansson.h>

/*
 * Text as JSON takes it: names of files need not be UTF-8.
 *
 * Collective: no
 * Result:     what is not UTF-8 is in ASCII, with question marks
 * Ownership:  the caller's
 */
json_t *hyp_json_text(const char *bytes);

/* A list of numbers; the caller's.  Collective: no. */
json_t *hyp_json_numbers(const double *value, int count);

/*
 * Write to path, replacing what is there.
 *
 * Collective: no
 * Shapes:     root: NULL if it could not be made; digits: of numbers, at most;
 *             doubles need 17 to come back the same
 * Errors:     HYP_ENOMEM, HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_json_write(const char *path, const json_t *root,
                                      int digits);

#endif
