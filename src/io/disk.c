/*
 * disk.c - plain files, of one rank or of all, with every failure seen
 */
#define _GNU_SOURCE /* fallocate, sync_file_range */

#include "io/disk.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 2 << 20 }; /* bytes that the disk is asked to take at once */

/*
 * Open MPI's shared file pointers come in components, each with something that a
 * crash leaves behind.  `lockedfile` and `individual` have files beside the one
 * that is opened.  `sm` has a semaphore named after the file: while one user has
 * it, other users on the same machine cannot open a file of that name.  One of
 * the components must be there, or no file can be opened; but `sm` with this
 * priority is chosen for none.
 */
void hyp_disk_settle(void)
{
    setenv("OMPI_MCA_sharedfp", "sm", 0);
    setenv("OMPI_MCA_sharedfp_sm_priority", "-1", 0);
}

hyp_status hyp_disk_path(char **path, const char *folder, const char *name)
{
    const size_t room = strlen(folder) + strlen(name) + 2;
    hyp_status st = hyp_alloc(path, room);

    if (st == HYP_OK)
        snprintf(*path, room, "%s/%s", folder, name);
    return st;
}

hyp_status hyp_disk_reserve(int fd, int64_t bytes)
{
    int failed =
        hyp_fault() ? (errno = ENOSPC, -1) : fallocate(fd, 0, 0, bytes);

    if (failed && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
        failed = ftruncate(fd, bytes);
    if (failed)
        return hyp_fail(HYP_EIO, "%s (%" PRId64 " bytes needed)",
                        strerror(errno), bytes);
    return HYP_OK;
}

hyp_status hyp_disk_take_room(const char *path, int64_t *bytes)
{
    struct stat info;
    hyp_status st;
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return hyp_fail(HYP_EIO, "%s", strerror(errno));
    if (fstat(fd, &info) != 0)
        st = hyp_fail(HYP_EIO, "%s", strerror(errno));
    else
        st = hyp_disk_reserve(fd, *bytes = (int64_t)info.st_size);
    return hyp_disk_close(fd, st);
}

hyp_status hyp_disk_create(const char *path, int64_t bytes, int *fd)
{
    hyp_status st;

    *fd = hyp_fault()
              ? (errno = EIO, -1)
              : open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    if (*fd < 0)
        return hyp_fail(HYP_ECREATE, "%s", strerror(errno));
    st = hyp_disk_reserve(*fd, bytes);
    return st == HYP_OK ? st : hyp_disk_close(*fd, st);
}

hyp_status hyp_disk_close(int fd, hyp_status mine)
{
    if (close(fd) != 0 && mine == HYP_OK)
        return hyp_fail(HYP_EIO, "%s", strerror(errno));
    return mine;
}

hyp_status hyp_disk_write(int fd, const void *data, size_t bytes, int64_t at)
{
    const unsigned char *next = data;

    while (bytes > 0) {
        const ssize_t done =
            hyp_fault() ? (errno = EIO, -1) : pwrite(fd, next, bytes, at);

        if (done < 0)
            return hyp_fail(HYP_EIO, "%s", strerror(errno));
        next += done;
        bytes -= (size_t)done;
        at += done;
    }
    return HYP_OK;
}

hyp_status hyp_disk_read(int fd, void *data, size_t bytes, int64_t at)
{
    unsigned char *next = data;

    while (bytes > 0) {
        const ssize_t done =
            hyp_fault() ? (errno = EIO, -1) : pread(fd, next, bytes, at);

        if (done < 0)
            return hyp_fail(HYP_EIO, "%s", strerror(errno));
        if (done == 0)
            return hyp_fail(HYP_EIO, "ends %zu bytes early", bytes);
        next += done;
        bytes -= (size_t)done;
        at += done;
    }
    return HYP_OK;
}

void hyp_disk_push(int fd, int64_t at, int64_t bytes)
{
    sync_file_range(fd, at, bytes, SYNC_FILE_RANGE_WRITE);
}

hyp_status hyp_disk_flush(const char *path)
{
    hyp_status st = HYP_OK;
    int fd = -1;

    if (!hyp_fault())
        fd = open(path, O_RDONLY | O_CLOEXEC);
    else
        errno = EIO;
    if (fd < 0 && errno == ENOENT)
        return hyp_fail(HYP_EINTERNAL, "output '%s' was never written", path);
    /* EINVAL: a file system that has nothing to flush. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        st = hyp_fail(HYP_EIO, "cannot flush '%s': %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return st;
}

hyp_status hyp_disk_rename(const char *from, const char *to)
{
    const int failed = hyp_fault() ? (errno = EIO, -1) : rename(from, to);

    if (failed)
        return hyp_fail(HYP_EIO, "cannot rename '%s' to '%s': %s", from, to,
                        strerror(errno));
    return HYP_OK;
}

/* Ask before the collective open, which may fail on all ranks or on one. */
static hyp_status see(const char *path, int64_t bytes, int *fd)
{
    struct stat info;

    *fd = hyp_fault() ? -1 : open(path, O_WRONLY | O_CLOEXEC);
    if (*fd < 0)
        return hyp_fail(HYP_ECREATE,
                        "%s, although rank 0 made it; the output folder must "
                        "be on a file system that all ranks share",
                        strerror(errno));
    if (fstat(*fd, &info) != 0 || info.st_size != bytes)
        return hyp_fail(HYP_EIO,
                        "is not the file that rank 0 made; the output folder "
                        "must be on a file system that all ranks share");
    return HYP_OK;
}

static hyp_status check(int code, const char *verb)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;

    if (code == MPI_SUCCESS)
        return HYP_OK;
    MPI_Error_string(code, text, &length);
    return hyp_fail(HYP_EIO, "cannot %s: %s", verb, text);
}

/* After the file itself: with any descriptor of it, its locks go. */
static void close_own(hyp_disk_shared *shared)
{
    if (shared->fd >= 0)
        close(shared->fd);
    shared->fd = -1;
}

/* If the open fails on some ranks only, the others' handles are left to
   MPI_Finalize: closing a file takes every rank. */
hyp_status hyp_disk_open_all(const char *path, int64_t bytes, MPI_Comm comm,
                             hyp_disk_shared *shared)
{
    hyp_status st;

    *shared = (hyp_disk_shared){ .fd = -1 };
    HYP_TRY(hyp_agree(comm, see(path, bytes, &shared->fd)));
    st = check(MPI_File_open(comm, path, MPI_MODE_WRONLY, MPI_INFO_NULL,
                             &shared->file),
               "open");
    HYP_TRY(hyp_agree(comm, st));
    return HYP_OK;
out:
    close_own(shared);
    return st;
}

/* Push what was written in order, once it is enough. */
static void push(hyp_disk_shared *shared, int64_t at, size_t bytes)
{
    if (at != shared->end)
        shared->begin = at;
    shared->end = at + (int64_t)bytes;
    if (shared->end - shared->begin < PIECE)
        return;
    hyp_disk_push(shared->fd, shared->begin, shared->end - shared->begin);
    shared->begin = shared->end;
}

hyp_status hyp_disk_write_shared(hyp_disk_shared *shared, int64_t at,
                                 const void *data, size_t bytes)
{
    MPI_Status status;
    int code, done;

    if (hyp_fault())
        return check(MPI_ERR_IO, "write");
    code = MPI_File_write_at(shared->file, (MPI_Offset)at, data, (int)bytes,
                             MPI_BYTE, &status);
    if (code != MPI_SUCCESS)
        return check(code, "write");
    MPI_Get_count(&status, MPI_BYTE, &done);
    if ((size_t)done != bytes)
        return hyp_fail(HYP_EIO,
                        "cannot write: only %d of %zu bytes went "
                        "through, the disk may be full",
                        done, bytes);
    push(shared, at, bytes);
    return HYP_OK;
}

hyp_status hyp_disk_close_all(hyp_disk_shared *shared, hyp_status mine,
                              MPI_Comm comm)
{
    const int synced = MPI_File_sync(shared->file);
    const int closed = MPI_File_close(&shared->file);

    close_own(shared);
    if (mine == HYP_OK)
        mine = check(synced, "flush");
    if (mine == HYP_OK)
        mine = check(closed, "close");
    return hyp_agree(comm, mine);
}
