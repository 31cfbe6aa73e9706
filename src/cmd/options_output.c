/*
 * options_output.c - options: where results go, and what is said
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

enum { KEY_OVERWRITE = 256, KEY_MOSAIC_TIF, KEY_NO_PICTURES, KEY_NO_REPORT };

static const struct argp_option options[] = {
    { "output", 'o', "DIR", 0, "Write results here (hyperslab-out)", 0 },
    { "overwrite", KEY_OVERWRITE, NULL, 0, "Replace existing results", 0 },
    { "mosaic-tif", KEY_MOSAIC_TIF, NULL, 0,
      "Of several tiles, write one GeoTIFF of each map instead of one a tile "
      "and a VRT",
      0 },
    { "no-pictures", KEY_NO_PICTURES, NULL, 0, "Write no PNG files", 0 },
    { "no-report", KEY_NO_REPORT, NULL, 0, "Write no report.html", 0 },
    { "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
    { "verbose", 'v', NULL, 0, "Say how long each part took", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case 'o': s->output = arg; return 0;
    case KEY_OVERWRITE: s->overwrite = true; return 0;
    case KEY_MOSAIC_TIF: s->mosaic_tif = true; return 0;
    case KEY_NO_PICTURES: s->pictures = false; return 0;
    case KEY_NO_REPORT: s->report = false; return 0;
    case 'q': s->quiet = true; return 0;
    case 'v': s->verbose = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_output = {
    "Output:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
