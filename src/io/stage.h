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
#include <stddef.h>

/* One output file; all owned. */
typedef struct hyp_stage_file {
    char *name;    /* as the caller knows it: "file" or "folder/file" */
    char *folder;  /* dir or dir/folder                               */
    char *written; /* folder/.file.tmp                                */
    char *kept;    /* folder/file                                     */
} hyp_stage_file;

typedef struct hyp_stage {
    char *dir;       /* owned                                                 */
    size_t existing; /* leading bytes of dir that this run did not make       */
    int count;
    hyp_stage_file *file; /* [count]; owned                                   */
    bool *made;           /* [count]: whether this run made the folder of the
                             file, within dir; owned                          */
} hyp_stage;

/*
 * Prepare a folder for the named files: make it, with its parents and the
 * folders in it that names speak of, if they are not there, and refuse to replace any of the files unless overwrite is set.
 * Temporary files of a run that was killed are removed.
 *
 * Collective: yes (rank 0 looks and makes; all ranks know)
 * Requires:   at most one slash in a name
 * Errors:     HYP_ECREATE, naming the file or folder; HYP_ENOMEM; nothing is
 *             left behind
 * Ownership:  hyp_stage_close_all() frees, and must follow
 */
HYP_CHECKED hyp_status hyp_stage_open_all(hyp_stage *stage, const char *dir,
                                          bool overwrite,
                                          const char *const *names, int count,
                                          MPI_Comm comm);

/*
 * The temporary path under which to write one of the named files; NULL for
 * any other name.
 *
 * Collective: no
 * Ownership:  belongs to the stage
 */
const char *hyp_stage_path(const hyp_stage *stage, const char *name);

/*
 * Keep or discard: if mine is HYP_OK on every rank, flush and rename every
 * file; else remove what was written, and the folders if this run made them
 * and they are empty.  The stage is then empty.
 *
 * Collective: yes
 * Errors:     those passed in; HYP_EIO; HYP_EINTERNAL if a named file was not
 *             written; then none of the files is left
 */
HYP_CHECKED hyp_status hyp_stage_close_all(hyp_stage *stage, hyp_status mine,
                                           MPI_Comm comm);

#endif
