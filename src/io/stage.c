/*
 * stage.c - outputs appear all together, or not at all
 */
#include "io/stage.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* dir/<before>name<after>; the caller frees *path. */
static hyp_status join(char **path, const char *dir, const char *before,
                       const char *name, const char *after)
{
    const size_t length = strlen(dir);
    const char *slash = length > 0 && dir[length - 1] == '/' ? "" : "/";
    const size_t room =
        length + strlen(before) + strlen(name) + strlen(after) + 2;
    hyp_status st = hyp_alloc(path, room);

    if (st == HYP_OK)
        snprintf(*path, room, "%s%s%s%s%s", dir, slash, before, name, after);
    return st;
}

static hyp_status name_files(hyp_stage *stage, const char *dir,
                             const char *const *names, int count)
{
    const size_t bytes = strlen(dir) + 1;
    hyp_status st;

    HYP_TRY(hyp_alloc(&stage->dir, bytes));
    memcpy(stage->dir, dir, bytes);
    stage->existing = strlen(dir);
    stage->count = count;
    for (int i = 0; i < count; i++) {
        stage->name[i] = names[i];
        HYP_TRY(join(&stage->written[i], dir, ".", names[i], ".tmp"));
        HYP_TRY(join(&stage->kept[i], dir, "", names[i], ""));
    }
out:
    return st;
}

static hyp_status refuse_dir(const hyp_stage *stage, int cause)
{
    return hyp_fail(HYP_ECREATE, "cannot make output folder '%s': %s",
                    stage->dir, strerror(cause));
}

/* Make one folder of the path, the first end bytes of dir, if it is missing. */
static hyp_status make_one(hyp_stage *stage, size_t end)
{
    const char cut = stage->dir[end];
    int failed, cause;

    stage->dir[end] = '\0';
    failed = hyp_fault() ? (errno = EIO, -1) : mkdir(stage->dir, 0777);
    cause = errno;
    stage->dir[end] = cut;
    if (failed && cause != EEXIST)
        return refuse_dir(stage, cause);
    if (!failed && stage->existing >= end)
        stage->existing = end - 1; /* the outermost of those that are made */
    return HYP_OK;
}

/* As mkdir -p does.  A parent that exists may turn out not to be a folder: the
   next mkdir, or the check at the end, will say so. */
static hyp_status make_dirs(hyp_stage *stage)
{
    const size_t length = strlen(stage->dir);
    hyp_status st = HYP_OK;
    struct stat info;

    for (size_t end = 1; end <= length; end++)
        if ((stage->dir[end] == '/' || end == length) &&
            stage->dir[end - 1] != '/')
            HYP_TRY(make_one(stage, end));
    if (stat(stage->dir, &info) != 0)
        return refuse_dir(stage, errno);
    if (!S_ISDIR(info.st_mode))
        return refuse_dir(stage, ENOTDIR);
    if (access(stage->dir, W_OK | X_OK) != 0)
        return hyp_fail(HYP_ECREATE, "cannot write to output folder '%s': %s",
                        stage->dir, strerror(errno));
out:
    return st;
}

/* Remove the folders that this run made, innermost first, while empty.  The
   inner ones may not have come to be. */
static void remove_dirs(hyp_stage *stage)
{
    for (size_t end = strlen(stage->dir); end > stage->existing; end--) {
        if (stage->dir[end] != '/' && stage->dir[end] != '\0')
            continue;
        stage->dir[end] = '\0';
        if (stage->dir[end - 1] != '/' && rmdir(stage->dir) != 0 &&
            errno != ENOENT)
            return;
    }
}

static hyp_status refuse_existing(const hyp_stage *stage)
{
    struct stat info;

    for (int i = 0; i < stage->count; i++)
        if (lstat(stage->kept[i], &info) == 0)
            return hyp_fail(HYP_ECREATE,
                            "output '%s' exists; use --overwrite or another "
                            "--output",
                            stage->kept[i]);
    return HYP_OK;
}

/* On rank 0. */
static hyp_status prepare(hyp_stage *stage, bool overwrite)
{
    hyp_status st;

    HYP_TRY(make_dirs(stage));
    if (!overwrite)
        HYP_TRY(refuse_existing(stage));
    for (int i = 0; i < stage->count; i++)
        unlink(stage->written[i]);
    return HYP_OK;
out:
    remove_dirs(stage);
    return st;
}

static void release(hyp_stage *stage)
{
    for (int i = 0; i < stage->count; i++) {
        free(stage->written[i]);
        free(stage->kept[i]);
    }
    free(stage->dir);
    *stage = (hyp_stage){ 0 };
}

hyp_status hyp_stage_open_all(hyp_stage *stage, const char *dir, bool overwrite,
                              const char *const *names, int count,
                              MPI_Comm comm)
{
    hyp_status st;
    int rank;

    assert(count <= HYP_STAGE_FILES);
    *stage = (hyp_stage){ 0 };
    st = name_files(stage, dir, names, count);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = prepare(stage, overwrite);
    HYP_TRY(hyp_agree(comm, st));
    return HYP_OK;
out:
    release(stage);
    return st;
}

const char *hyp_stage_path(const hyp_stage *stage, const char *name)
{
    for (int i = 0; i < stage->count; i++)
        if (strcmp(stage->name[i], name) == 0)
            return stage->written[i];
    return NULL;
}

/* Bring what was written through any descriptor, or renamed, to the disk. */
static hyp_status flush(const char *path)
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

static hyp_status rename_file(const char *from, const char *to)
{
    const int failed = hyp_fault() ? (errno = EIO, -1) : rename(from, to);

    if (failed)
        return hyp_fail(HYP_EIO, "cannot rename '%s' to '%s': %s", from, to,
                        strerror(errno));
    return HYP_OK;
}

/* On rank 0.  *renamed counts the files that have got their names. */
static hyp_status keep(const hyp_stage *stage, int *renamed)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < stage->count; i++)
        HYP_TRY(flush(stage->written[i]));
    for (; *renamed < stage->count; ++*renamed)
        HYP_TRY(rename_file(stage->written[*renamed], stage->kept[*renamed]));
    st = flush(stage->dir);
out:
    return st;
}

/* On rank 0.  Half of the results would be worse than none. */
static void discard(hyp_stage *stage, int renamed)
{
    for (int i = 0; i < stage->count; i++)
        unlink(i < renamed ? stage->kept[i] : stage->written[i]);
    remove_dirs(stage);
}

hyp_status hyp_stage_close_all(hyp_stage *stage, hyp_status mine, MPI_Comm comm)
{
    const hyp_status agreed = hyp_agree(comm, mine);
    hyp_status st = agreed;
    int rank, renamed = 0;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0) {
        if (st == HYP_OK)
            st = keep(stage, &renamed);
        if (st != HYP_OK)
            discard(stage, renamed);
    }
    st = agreed == HYP_OK ? hyp_agree(comm, st) : agreed;
    release(stage);
    return st;
}
