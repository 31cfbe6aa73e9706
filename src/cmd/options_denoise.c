/*
 * options_denoise.c - options: pixels without noise
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

enum { KEY_DENOISE = 256 };

static const struct argp_option options[] = {
    { "denoise", KEY_DENOISE, NULL, 0,
      "Also write the pixels without what the components that are not kept "
      "hold: denoised.tif, as large as the kept bands in float32",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    (void)arg;
    if (key != KEY_DENOISE)
        return ARGP_ERR_UNKNOWN;
    s->denoise = true;
    return 0;
}

const hyp_option_group hyp_options_denoise = {
    "Denoising:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
