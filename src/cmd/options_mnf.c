/*
 * options_mnf.c - options: minimum noise fraction
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <math.h>
#include <string.h>

/* Keys of options without a short name. */
enum { KEY_SNR = 256, KEY_NOISE_FROM };

static error_t take_neighbour(const char *text, hyp_neighbour *neighbour)
{
    for (int i = 0; i < HYP_NEIGHBOURS; i++)
        if (strcmp(text, hyp_neighbour_name((hyp_neighbour)i)) == 0) {
            *neighbour = (hyp_neighbour)i;
            return 0;
        }
    return hyp_take_wrong("noise-from", text,
                          "lowerright, lowerleft, right or lower");
}

static const struct argp_option options[] = {
    { "snr", KEY_SNR, "F", 0,
      "Keep the components with at least this signal to noise ratio (10)", 0 },
    { "noise-from", KEY_NOISE_FROM, "WHERE", 0,
      "Take noise from the differences of pixels and their neighbours: "
      "lowerright (default), lowerleft, right or lower",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_SNR: return hyp_take_double("snr", arg, 0, HUGE_VAL, &s->snr);
    case KEY_NOISE_FROM: return take_neighbour(arg, &s->noise_from);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_mnf = {
    "Minimum noise fraction:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
