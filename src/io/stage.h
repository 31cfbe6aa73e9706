/*
 * stage.h - outputs appear all together, or not at all
 *
 * Files are written under temporary names in the output folder.  When every
 * rank is content they are flushed and renamed, in the order in which they
 * were named; otherwise they are removed.
 */
#ifndef HYP_IO_STAGE_H
#define HYP_IO_STAGE_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stdbool.h>

#define HYP_STAGE_FILES 16
#define HYP_STAGE_PATH  4096

typedef struct hyp_stage {
    char dir[HYP_STAGE_PATH];
    bool made_dir;                          /* by this run: remove on failure */
    int count;                              /* of the files                   */
    const char *name[HYP_STAGE_FILES];      /* final names; borrowed          */
    char path[HYP_STAGE_FILES][HYP_STAGE_PATH]; /* where each is written      */
} hyp_stage;

/*
 * Prepare a folder for the named files: make it if it is not there, and refuse
 * to replace any of the files unless overwrite is set.
 *
 * Collective: yes (rank 0 looks and makes; all ranks know)
 * Errors:     HYP_ECREATE, naming the file or folder; nothing is left behind
 */
HYP_CHECKED hyp_status hyp_stage_open_all(hyp_stage *stage, const char *dir,
                                          bool overwrite,
                                          const char *const *names, int count,
                                          MPI_Comm comm);

/*
 * The temporary path under which to write one of the named files.
 *
 * Collective: no
 * Ownership:  belongs to the stage
 */
const char *hyp_stage_path(const hyp_stage *stage, const char *name);

/*
 * Keep or discard: if mine is HYP_OK on every rank, flush and rename every
 * file; else remove what was written, and the folder if this run made it.
 *
 * Collective: yes
 * Errors:     those passed in; HYP_EIO
 */
HYP_CHECKED hyp_status hyp_stage_close_all(hyp_stage *stage, hyp_status mine,
                                           MPI_Comm comm);

#endif
