/*
 * options_memory.c - options: whether a run fits, and where its pixels lie
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

enum { KEY_DRY_RUN = 256, KEY_SCRATCH };

static const struct argp_option options[] = {
    { "dry-run", KEY_DRY_RUN, NULL, 0,
      "Say what would be read, and what memory and time it takes; read nothing",
      0 },
    { "scratch", KEY_SCRATCH, "DIR", 0,
      "Keep the pixels in files in this folder, on a disk of the node, instead "
      "of memory",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_DRY_RUN: s->dry_run = true; return 0;
    case KEY_SCRATCH: s->scratch = arg; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_memory = {
    "Memory:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
