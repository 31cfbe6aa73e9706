/*
 * options_json.c - options: what is printed
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

enum { KEY_JSON = 256 };

static const struct argp_option options[] = {
    { "json", KEY_JSON, NULL, 0, "Print as JSON", 0 }, { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    (void)arg;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    s->json = true;
    return 0;
}

const hyp_option_group hyp_options_json = {
    "Output:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
