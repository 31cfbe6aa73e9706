/*
 * options_compare.c - options: how two class maps are compared
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys of options without a short name. */
enum { KEY_MATCH = 256, KEY_NODATA_A, KEY_NODATA_B };

static const struct argp_option options[] = {
    { "match", KEY_MATCH, "HOW", 0,
      "Classes of A and B: one to one, the best way; many of A to one of B; or "
      "the same numbers: one, many, same (one)",
      0 },
    { "nodata-a", KEY_NODATA_A, "V", 0,
      "Value of missing data in A, or none (what the file says)", 0 },
    { "nodata-b", KEY_NODATA_B, "V", 0, "The same in B", 0 },
    { 0 }
};

static error_t take_match(const char *text, hyp_match *match)
{
    static const char *const words[] = { "one", "many", "same" };

    for (int i = 0; i < 3; i++)
        if (strcmp(text, words[i]) == 0) {
            *match = (hyp_match)i;
            return 0;
        }
    return hyp_take_wrong("match", text, "one, many or same");
}

static error_t take_blank(const char *option, const char *text,
                          hyp_blank *blank)
{
    char *end;

    *blank = (hyp_blank){ .given = true, .none = strcmp(text, "none") == 0 };
    if (blank->none)
        return 0;
    errno = 0;
    blank->value = strtoll(text, &end, 10);
    if (end == text || *end || errno)
        return hyp_take_wrong(option, text, "a whole number, or none");
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_MATCH: return take_match(arg, &s->match);
    case KEY_NODATA_A: return take_blank("nodata-a", arg, &s->blank[0]);
    case KEY_NODATA_B: return take_blank("nodata-b", arg, &s->blank[1]);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_compare = {
    "Comparison:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
