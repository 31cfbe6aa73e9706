/*
 * options_reading.c - options: which bands are kept, and how they are read
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Keys of options without a short name. */
enum { KEY_SUBSET = 256, KEY_BAD_BANDS, KEY_BANDS, KEY_QUANTUM };

/* neon, none, or LO-HI,LO-HI,... in nm. */
static error_t take_bad_bands(hyp_settings *s, const char *text)
{
    const char *at = text;

    s->bad_bands = strcmp(text, "neon") == 0   ? HYP_BAD_BANDS_NEON
                   : strcmp(text, "none") == 0 ? HYP_BAD_BANDS_NONE
                                               : HYP_BAD_BANDS_WINDOWS;
    s->windows = 0;
    while (s->bad_bands == HYP_BAD_BANDS_WINDOWS) {
        hyp_band_window w;
        int used = 0;

        if (s->windows == HYP_MAX_WINDOWS ||
            sscanf(at, "%lf-%lf%n", &w.low, &w.high, &used) != 2 ||
            w.low > w.high || (at[used] != ',' && at[used] != '\0'))
            return hyp_take_wrong(
                "bad-bands", text,
                "neon, none, or windows LO-HI,LO-HI,... in nm");
        s->window[s->windows++] = w;
        if (at[used] == '\0')
            break;
        at += used + 1;
    }
    return 0;
}

static const struct argp_option options[] = {
    { "subset", KEY_SUBSET, "N", HYP_OF_ONE_RUN,
      "Keep every N-th of the kept bands (1)", 0 },
    { "bad-bands", KEY_BAD_BANDS, "RULE", 0,
      "Bands to leave out: neon (the rule of NEON's tutorial), none, or "
      "windows LO-HI,LO-HI,... in nm (neon)",
      0 },
    { "bands", KEY_BANDS, "I-J,...", 0,
      "Keep these bands, counted from 1, instead of --bad-bands", 0 },
    { "quantum", KEY_QUANTUM, "Q", 0,
      "Round floating point reflectance to multiples of Q (0.0001)", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_SUBSET: return hyp_take_int("subset", arg, INT_MAX, &s->subset);
    case KEY_BAD_BANDS: s->bands = NULL; return take_bad_bands(s, arg);
    case KEY_BANDS: s->bands = arg; return 0;
    case KEY_QUANTUM:
        return hyp_take_double("quantum", arg, 1e-9, 1e9, &s->quantum);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_reading = {
    "Bands:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
