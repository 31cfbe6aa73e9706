/*
 * options_predict.c - options: what is applied to tiles
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

static const struct argp_option options[] = {
    { "model", 'm', "FILE", 0,
      "Apply this model.h5, or the one in this folder of results", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    if (key != 'm')
        return ARGP_ERR_UNKNOWN;
    s->model = arg;
    return 0;
}

const hyp_option_group hyp_options_predict = {
    "Model:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
