/*
 * options_output.c - options: where results go, and what is said
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <string.h>

enum {
    KEY_OVERWRITE = 256,
    KEY_MOSAIC_TIF,
    KEY_PROGRESS,
    KEY_ENVI,
    KEY_HDF5,
    KEY_STAC,
    KEY_CONFIG
};

static const struct argp_option options[] = {
    { "output", 'o', "DIR", 0, "Write results here (hyperslab-out)", 0 },
    { "config", KEY_CONFIG, "FILE", 0,
      "Take settings from this JSON file, such as the run.json of another run; "
      "options that are given here replace those in it",
      0 },
    { "overwrite", KEY_OVERWRITE, NULL, 0, "Replace existing results", 0 },
    { "mosaic-tif", KEY_MOSAIC_TIF, NULL, HYP_OF_ONE_RUN,
      "Of several tiles, write one GeoTIFF of each map instead of one a tile "
      "and a VRT",
      0 },
    { "envi", KEY_ENVI, NULL, HYP_OF_ONE_RUN,
      "Write the maps and the centroids in ENVI's formats too", 0 },
    { "hdf5", KEY_HDF5, NULL, HYP_OF_ONE_RUN,
      "Write the maps as HDF5 too: maps.nc, netCDF-4 after CF 1.8", 0 },
    { "stac", KEY_STAC, "DAY[/DAY]", HYP_OF_ONE_RUN | OPTION_ARG_OPTIONAL,
      "Describe the files in a STAC item: item.json; DAY, as 2025-06-12, or "
      "the first and the last day, is when the tiles were flown, if they do "
      "not say",
      0 },
    { "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
    { "progress", KEY_PROGRESS, "HOW", 0,
      "How far reading and writing have come: bar, plain (a line every 10 s; "
      "plain:TIME for others), none, or auto (a bar on a terminal, else plain)",
      0 },
    { "verbose", 'v', NULL, 0, "Say how long each part took", 0 },
    { 0 }
};

/* bar, plain, none or auto; a time may follow the first two. */
static error_t take_progress(hyp_settings *s, const char *text)
{
    static const struct {
        const char *word;
        hyp_progress_way way;
    } known[] = { { "auto", HYP_PROGRESS_AUTO },
                  { "bar", HYP_PROGRESS_BAR },
                  { "plain", HYP_PROGRESS_PLAIN },
                  { "none", HYP_PROGRESS_NONE } };
    const size_t length = strcspn(text, ":");

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].word) == length &&
            strncmp(known[i].word, text, length) == 0) {
            s->progress = known[i].way;
            return text[length] ? hyp_take_time("progress", text + length + 1,
                                                &s->progress_every)
                                : 0;
        }
    return hyp_take_wrong("progress", text, "auto, bar, plain or none");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case 'o': s->output = arg; return 0;
    case KEY_CONFIG: s->config = arg; return 0;
    case KEY_OVERWRITE: s->overwrite = true; return 0;
    case KEY_MOSAIC_TIF: s->mosaic_tif = true; return 0;
    case KEY_ENVI: s->envi = true; return 0;
    case KEY_HDF5: s->hdf5 = true; return 0;
    case KEY_STAC:
        s->stac = true;
        return arg ? hyp_take_days("stac", arg, &s->flown) : 0;
    case 'q': s->quiet = true; return 0;
    case KEY_PROGRESS: return take_progress(s, arg);
    case 'v': s->verbose = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_output = {
    "Output:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
