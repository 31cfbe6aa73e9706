/*
 * cmd.h - what main.c knows about a subcommand
 */
#ifndef HYP_CMD_CMD_H
#define HYP_CMD_CMD_H

#include "cmd/settings.h"
#include "hyperslab/status.h"

#include <mpi.h>

typedef hyp_status hyp_cmd_fn(const hyp_settings *settings, MPI_Comm comm);

typedef struct hyp_cmd {
    const char *name;
    hyp_cmd_fn *run_all; /* collective: every rank runs the same command */
    unsigned takes;      /* groups of options                            */
    const char *summary;
} hyp_cmd;

hyp_cmd_fn hyp_cmd_compare_all;
hyp_cmd_fn hyp_cmd_info_all;
hyp_cmd_fn hyp_cmd_kmeans_all;
hyp_cmd_fn hyp_cmd_mnf_all;
hyp_cmd_fn hyp_cmd_pca_all;
hyp_cmd_fn hyp_cmd_predict_all;
hyp_cmd_fn hyp_cmd_report_all;
hyp_cmd_fn hyp_cmd_run_all;
hyp_cmd_fn hyp_cmd_sweep_all;
hyp_cmd_fn hyp_cmd_synth_all;

#endif
