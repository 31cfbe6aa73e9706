/*
 * options_synth.c - options: the tile to write
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

enum { MOST_PIXELS = 100000 };

/* Keys of options without a short name. */
enum {
    KEY_LAYOUT = 256,
    KEY_ROWS,
    KEY_COLS,
    KEY_BANDS,
    KEY_SEED,
    KEY_NODATA_EDGE,
    KEY_TRUTH,
    KEY_OVERWRITE
};

static const struct argp_option options[] = {
    { "layout", KEY_LAYOUT, "L", 0,
      "Chunks: blocks (files up to 2021) or bands (from 2022) (blocks)", 0 },
    { "rows", KEY_ROWS, "N", 0, "Rows (1000)", 0 },
    { "cols", KEY_COLS, "N", 0, "Columns (1000)", 0 },
    { "bands", KEY_BANDS, "N", 0, "Bands (426)", 0 },
    { "seed", KEY_SEED, "S", 0, "Seed of the scene (0)", 0 },
    { "nodata-edge", KEY_NODATA_EDGE, "F", 0,
      "Leave this share of the columns without data, as at the border of a "
      "flight line (0)",
      0 },
    { "truth", KEY_TRUTH, "FILE.tif", 0,
      "Write the class that covers most of each pixel", 0 },
    { "overwrite", KEY_OVERWRITE, NULL, 0, "Replace existing files", 0 },
    { "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;
    error_t error;
    bool second;
    int count = 1;

    switch (key) {
    case KEY_LAYOUT:
        error = hyp_take_word("layout", arg, "blocks", "bands", &second);
        s->synth.layout = second ? HYP_LAYOUT_BANDS : HYP_LAYOUT_BLOCKS;
        return error;
    case KEY_ROWS:
        error = hyp_take_int("rows", arg, MOST_PIXELS, &count);
        s->synth.rows = count;
        return error;
    case KEY_COLS:
        error = hyp_take_int("cols", arg, MOST_PIXELS, &count);
        s->synth.cols = count;
        return error;
    case KEY_BANDS:
        return hyp_take_int("bands", arg, HYP_MAX_BANDS, &s->synth.bands);
    case KEY_SEED: return hyp_take_seed("seed", arg, &s->synth.seed);
    case KEY_NODATA_EDGE:
        return hyp_take_double("nodata-edge", arg, 0, 1, &s->synth.nodata_edge);
    case KEY_TRUTH: s->truth = arg; return 0;
    case KEY_OVERWRITE: s->overwrite = true; return 0;
    case 'q': s->quiet = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_synth = {
    "The tile to write:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
