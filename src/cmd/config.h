/*
 * config.h - options from a JSON file, such as the settings in a run.json
 */
#ifndef HYP_CMD_CONFIG_H
#define HYP_CMD_CONFIG_H

#include "hyperslab/status.h"

#include <mpi.h>

/* Settings as arguments of a command. */
typedef struct hyp_config {
    int count;
    char **name;     /* [count]: of the options; owned, as are the texts    */
    char **argument; /* [count]: "--NAME=VALUE", or "--NAME"; likewise      */
} hyp_config;

/*
 * Read an object whose keys are names of options, or one that has such an object
 * as "settings".  Texts and numbers are values as they are, lists their items
 * with commas between, pairs in lists ranges.  `true` gives the option without a
 * value; `false` and `null` do not give it.  Rank 0 reads the file.
 *
 * Collective: yes
 * Errors:     HYP_ECONFIG, naming the file, and the key; HYP_ENOMEM; config is
 *             then empty
 * Ownership:  the caller frees with hyp_config_release()
 */
HYP_CHECKED hyp_status hyp_config_read_all(hyp_config *config, const char *path,
                                           MPI_Comm comm);

/* Free what config owns.  Accepts { 0 }.  Collective: no. */
void hyp_config_release(hyp_config *config);

#endif
