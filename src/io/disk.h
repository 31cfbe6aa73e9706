/*
 * disk.h - plain files, of one rank or of all, with every failure seen
 *
 * The texts of errors leave the naming of an open file to the caller.
 */
#ifndef HYP_IO_DISK_H
#define HYP_IO_DISK_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Have MPI-IO do without shared file pointers, which nothing here uses, unless
 * the environment says otherwise.
 *
 * Collective: no
 * Requires:   called before MPI_Init()
 */
void hyp_disk_settle(void);

/*
 * The path of a file in a folder.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM
 * Ownership:  the caller frees *path
 */
HYP_CHECKED hyp_status hyp_disk_path(char **path, const char *folder,
                                     const char *name);

/*
 * Take the room that a file needs: a full disk is then found here, on one rank,
 * and not later in the middle of a parallel write.  File systems that cannot
 * promise room get a file of the right length.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_reserve(int fd, int64_t bytes);

/*
 * Take the room of a file that is there, which may have holes.
 *
 * Collective: no
 * Errors:     HYP_EIO
 * Result:     *bytes: how long the file is
 */
HYP_CHECKED hyp_status hyp_disk_take_room(const char *path, int64_t *bytes);

/*
 * Make a file of a length, replacing what is there, and take its room.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO; *fd is then closed
 * Ownership:  the caller closes with hyp_disk_close()
 */
HYP_CHECKED hyp_status hyp_disk_create(const char *path, int64_t bytes,
                                       int *fd);

/*
 * Close a file, whatever became of the writes to it.
 *
 * Collective: no
 * Errors:     those passed in; HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_close(int fd, hyp_status mine);

/*
 * Write all of the bytes at a place of the file.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_write(int fd, const void *data, size_t bytes,
                                      int64_t at);

/*
 * Read all of the bytes from a place of the file.
 *
 * Collective: no
 * Errors:     HYP_EIO, also if the file ends before
 */
HYP_CHECKED hyp_status hyp_disk_read(int fd, void *data, size_t bytes,
                                     int64_t at);

/*
 * Ask the disk to take some bytes of a file, those up to its end if there are 0,
 * and do not wait until it has.  Only flushing tells of failures.
 *
 * Collective: no
 */
void hyp_disk_push(int fd, int64_t at, int64_t bytes);

/*
 * Bring what was written through any descriptor, or renamed in a folder, to the
 * disk.
 *
 * Collective: no
 * Errors:     HYP_EIO; HYP_EINTERNAL if there is no such file
 */
HYP_CHECKED hyp_status hyp_disk_flush(const char *path);

/*
 * Give a file a name, which may be that of another file, in one step.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_rename(const char *from, const char *to);

/* A file that all ranks write; owned. */
typedef struct hyp_disk_shared {
    MPI_File file;
    int fd; /* of the same file: MPI does not give its own away            */
    int64_t begin, end; /* bytes written last by this rank, one behind the
                           other, that the disk is not yet asked to take   */
} hyp_disk_shared;

/*
 * Open a file that rank 0 has made, in its full length, for writing.
 *
 * Collective: yes
 * Errors:     HYP_ECREATE, HYP_EIO, among others if a rank does not see the
 *             file that rank 0 made; the file is then not open
 * Ownership:  hyp_disk_close_all() closes
 */
HYP_CHECKED hyp_status hyp_disk_open_all(const char *path, int64_t bytes,
                                         MPI_Comm comm,
                                         hyp_disk_shared *shared);

/*
 * Write at a place of the file.  Where a rank writes in order, the bytes are on
 * their way to the disk before the file is flushed.
 *
 * Collective: no
 * Requires:   bytes is below 2^31
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_write_shared(hyp_disk_shared *shared,
                                             int64_t at, const void *data,
                                             size_t bytes);

/*
 * Flush and close, whatever became of this rank's writes.
 *
 * Collective: yes
 * Errors:     those passed in; HYP_EIO
 */
HYP_CHECKED hyp_status hyp_disk_close_all(hyp_disk_shared *shared,
                                          hyp_status mine, MPI_Comm comm);

#endif
