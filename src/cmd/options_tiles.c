/*
 * options_tiles.c - options: how tiles are taken, whatever is made of them
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <math.h>

enum { KEY_NODATA = 256, KEY_MATCH_BANDS, KEY_MASK };

static const struct argp_option options[] = {
    { "nodata", KEY_NODATA, "V", 0,
      "Stored value of missing data (what the file says)", 0 },
    { "mask", KEY_MASK, "FILE", 0,
      "Leave out the pixels where this map, a TIFF of one band, is 0 or nodata",
      0 },
    { "match-bands", KEY_MATCH_BANDS, NULL, 0,
      "Where wavelengths differ from those of the first tile, or of the model, "
      "take the nearest bands",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_NODATA:
        s->has_nodata = true;
        return hyp_take_double("nodata", arg, -HUGE_VAL, HUGE_VAL, &s->nodata);
    case KEY_MASK: s->mask = arg; return 0;
    case KEY_MATCH_BANDS: s->match_bands = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_tiles = {
    "Tiles:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
