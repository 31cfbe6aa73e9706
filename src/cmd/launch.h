/*
 * launch.h - what can be told of the launch before MPI_Init
 */
#ifndef HYP_CMD_LAUNCH_H
#define HYP_CMD_LAUNCH_H

#include "hyperslab/status.h"

/* The rank that the launcher gave this process, or 0.  Collective: no. */
int hyp_launch_rank(void);

/*
 * Refuse to be one of several jobs of one rank, which is what srun or mpirun
 * of another MPI make of this program: all would write the same files.
 *
 * Collective: no
 * Shapes:     size: of MPI_COMM_WORLD
 * Errors:     HYP_ECONFIG
 */
HYP_CHECKED hyp_status hyp_launch_check(int size);

#endif
