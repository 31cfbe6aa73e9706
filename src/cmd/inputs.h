/*
 * inputs.h - the files that the command line speaks of
 */
#ifndef HYP_CMD_INPUTS_H
#define HYP_CMD_INPUTS_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stddef.h>

typedef struct hyp_inputs {
    int count;
    const char **path; /* [count]; owned           */
    char *text;        /* what path points to; owned */
} hyp_inputs;

/*
 * List the tiles that arguments name: a tile, a folder (its *.h5, in the order
 * of their names), or @FILE (the tiles and folders that its lines name, from the
 * current folder; blank lines and those that begin with # are skipped).  Rank 0
 * looks; the others are told.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT for a list that cannot be read, or a folder or list
 *             that names no tile, or one that is not there; HYP_EUSAGE if two
 *             are one file; HYP_ENOMEM; inputs is then empty
 * Ownership:  the caller frees with hyp_inputs_release()
 */
HYP_CHECKED hyp_status hyp_inputs_find_all(hyp_inputs *inputs,
                                           const char *const *argument,
                                           int arguments, MPI_Comm comm);

/*
 * List the class maps that an argument names: a map, or a folder of results,
 * whose map it is, or those of its tiles in the order of their names.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT for a folder without maps; HYP_ENOMEM; inputs is
 *             then empty
 * Ownership:  the caller frees with hyp_inputs_release()
 */
HYP_CHECKED hyp_status hyp_inputs_find_maps_all(hyp_inputs *inputs,
                                                const char *argument,
                                                MPI_Comm comm);

/* Free what inputs owns.  Accepts { 0 }.  Collective: no. */
void hyp_inputs_release(hyp_inputs *inputs);

#endif
