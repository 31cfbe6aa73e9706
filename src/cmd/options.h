/*
 * options.h - the groups of options, one file each
 *
 * A command takes some of the groups (settings.h).  Keys of options need to be
 * unique within their group only.
 */
#ifndef HYP_CMD_OPTIONS_H
#define HYP_CMD_OPTIONS_H

#include "cmd/settings.h"

#include <argp.h>

/* A flag of options, beside those of argp, which ignores it: they are about one
   run, and sweeps do without them. */
#define HYP_OF_ONE_RUN 0x10000

typedef struct hyp_option_group {
    const char *header; /* in --help                          */
    struct argp argp;   /* its input is the hyp_settings      */
} hyp_option_group;

extern const hyp_option_group hyp_options_output;
extern const hyp_option_group hyp_options_tiles;
extern const hyp_option_group hyp_options_reading;
extern const hyp_option_group hyp_options_kmeans;
extern const hyp_option_group hyp_options_pca;
extern const hyp_option_group hyp_options_mnf;
extern const hyp_option_group hyp_options_components;
extern const hyp_option_group hyp_options_json;
extern const hyp_option_group hyp_options_synth;
extern const hyp_option_group hyp_options_predict;
extern const hyp_option_group hyp_options_compare;
extern const hyp_option_group hyp_options_memory;
extern const hyp_option_group hyp_options_pictures;
extern const hyp_option_group hyp_options_sweep;
extern const hyp_option_group hyp_options_denoise;

#endif
