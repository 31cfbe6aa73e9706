/*
 * options_pictures.c - options: what is left out of what people look at
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

enum { KEY_NO_PICTURES = 256, KEY_NO_REPORT };

static const struct argp_option options[] = {
    { "no-pictures", KEY_NO_PICTURES, NULL, HYP_OF_ONE_RUN,
      "Write no PNG files", 0 },
    { "no-report", KEY_NO_REPORT, NULL, 0, "Write no report.html", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    (void)arg;
    switch (key) {
    case KEY_NO_PICTURES: s->pictures = false; return 0;
    case KEY_NO_REPORT: s->report = false; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_pictures = {
    "Pictures and the report:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
