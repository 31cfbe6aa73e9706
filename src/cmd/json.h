/*
 * json.h - what jansson does not do by itself
 */
#ifndef HYP_CMD_JSON_H
#define HYP_CMD_JSON_H

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

#endif
