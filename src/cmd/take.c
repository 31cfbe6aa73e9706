/*
 * take.c - values of options, as text
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/take.h"

#include "hyperslab/status.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

error_t hyp_take_wrong(const char *option, const char *value,
                       const char *expected)
{
    hyp_fail(HYP_EUSAGE, "--%s '%s': expected %s", option, value, expected);
    return EINVAL;
}

error_t hyp_take_int(const char *option, const char *text, int most, int *value)
{
    char *end, expected[64];
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < 1 || number > most) {
        snprintf(expected, sizeof expected, "a whole number from 1 to %d",
                 most);
        return hyp_take_wrong(option, text, expected);
    }
    *value = (int)number;
    return 0;
}

error_t hyp_take_seed(const char *option, const char *text, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-' || *value > INT64_MAX)
        return hyp_take_wrong(option, text,
                              "a whole number from 0 to 9223372036854775807");
    return 0;
}

error_t hyp_take_double(const char *option, const char *text, double least,
                        double most, double *value)
{
    char *end, expected[64];
    double number = strtod(text, &end);

    if (end == text || *end || !(number >= least && number <= most)) {
        snprintf(expected, sizeof expected, "a number from %g to %g", least,
                 most);
        return hyp_take_wrong(option, text, expected);
    }
    *value = number;
    return 0;
}

error_t hyp_take_time(const char *option, const char *text, double *seconds)
{
    static const char units[] = "smh";
    static const double unit[] = { 1, 60, 3600 };
    char *end;
    const double number = strtod(text, &end);
    const char *found = *end ? strchr(units, *end) : NULL;

    if (!(number >= 0 && number < HUGE_VAL) || end == text ||
        (found ? end[1] != '\0' : *end != '\0' || number > 0))
        return hyp_take_wrong(option, text,
                              "a time such as 90s, 10m or 1.5h, or 0");
    *seconds = found ? number * unit[found - units] : 0;
    return 0;
}

/* A day as 2025-06-12 at the start of text, which then begins behind it; 0 if
   there is none. */
static int take_day(const char **text)
{
    static const char form[] = "dddd-dd-dd";
    int day = 0;

    for (const char *f = form; *f; f++, (*text)++)
        if (*f == 'd' ? **text < '0' || **text > '9' : **text != *f)
            return 0;
        else if (*f == 'd')
            day = 10 * day + (**text - '0');
    return hyp_day_is_one(day) ? day : 0;
}

error_t hyp_take_days(const char *option, const char *text, hyp_days *days)
{
    const char *rest = text;

    days->first = days->last = take_day(&rest);
    if (days->first > 0 && *rest == '/') {
        rest++;
        days->last = take_day(&rest);
    }
    if (days->first == 0 || *rest || days->last < days->first)
        return hyp_take_wrong(option, text,
                              "a day such as 2025-06-12, or two, the first "
                              "and the last: 2025-06-12/2025-06-14");
    return 0;
}

/* One of two words; *second says whether it is the second. */
error_t hyp_take_word(const char *option, const char *text,
                      const char *first_word, const char *second_word,
                      bool *second)
{
    char expected[64];

    *second = strcmp(text, second_word) == 0;
    if (*second || strcmp(text, first_word) == 0)
        return 0;
    snprintf(expected, sizeof expected, "%s or %s", first_word, second_word);
    return hyp_take_wrong(option, text, expected);
}
