/*
 * launch.c - what can be told of the launch before MPI_Init
 */
#include "cmd/launch.h"

#include <stdlib.h>

/* The first of the variables that is set, as a number; else `otherwise`. */
static int from_environment(const char *const *names, int otherwise)
{
    for (; *names; names++) {
        const char *value = getenv(*names);

        if (value && value[0])
            return atoi(value);
    }
    return otherwise;
}

int hyp_launch_rank(void)
{
    static const char *const names[] = { "OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                         "PMI_RANK", "SLURM_PROCID", NULL };

    return from_environment(names, 0);
}

hyp_status hyp_launch_check(int size)
{
    /* mpirun's own answer comes first: under SLURM, it starts its daemons in
       a step whose size is the number of nodes. */
    static const char *const names[] = { "OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
                                         "SLURM_STEP_NUM_TASKS", NULL };
    const int expected = from_environment(names, size);

    if (size > 1 || expected <= 1)
        return HYP_OK;
    return hyp_fail(HYP_ECONFIG,
                    "the launcher started %d processes, but MPI made each of "
                    "them a job of its own; use srun --mpi=pmix, or the mpirun "
                    "of the MPI that hyperslab was built with",
                    expected);
}
