/*
 * take.h - values of options, as text
 *
 * Each takes the text given for an option, and returns 0 or an errno that stops
 * argp; the error is then recorded.
 */
#ifndef HYP_CMD_TAKE_H
#define HYP_CMD_TAKE_H

#include "io/days.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Refuse the text, saying what was expected.  Collective: no. */
error_t hyp_take_wrong(const char *option, const char *text,
                       const char *expected);

/* A whole number in [1, most].  Collective: no. */
error_t hyp_take_int(const char *option, const char *text, int most,
                     int *value);

/* A whole number from 0.  Collective: no. */
error_t hyp_take_seed(const char *option, const char *text, uint64_t *value);

/* A number in [least, most].  Collective: no. */
error_t hyp_take_double(const char *option, const char *text, double least,
                        double most, double *value);

/* A time such as 90s, 10m or 1.5h, in seconds; or 0.  Collective: no. */
error_t hyp_take_time(const char *option, const char *text, double *seconds);

/* A day as 2025-06-12, or two with a slash between.  Collective: no. */
error_t hyp_take_days(const char *option, const char *text, hyp_days *days);

/* One of two words; *second says whether it is the second.  Collective: no. */
error_t hyp_take_word(const char *option, const char *text,
                      const char *first_word, const char *second_word,
                      bool *second);

#endif
