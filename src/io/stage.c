/*
 * stage.c - outputs appear all together, or not at all
 */
#include "io/stage.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The texts one after the other; the caller frees *joined. */
static hyp_status join(char **joined, const char *const text[5])
{
    size_t room = 1;
    hyp_status st;

    for (int i = 0; i < 5; i++)
        room += strlen(text[i]);
    st = hyp_alloc(joined, room);
    for (int i = 0; st == HYP_OK && i < 5; i++)
        strcat(*joined, text[i]);
    return st;
}

static const char *slash_after(const char *dir)
{
    const size_t length = strlen(dir);

    return length > 0 && dir[length - 1] == '/' ? "" : "/";
}

static hyp_status name_file(hyp_stage_file *file, const char *dir,
                            const char *name)
{
    const char *slash = strchr(name, '/');
    const char *last = slash ? slash + 1 : name;
    const char *folder;
    hyp_status st;

    HYP_TRY(join(&file->name, (const char *const[5]){ name, "", "", "", "" }));
    if (slash)
        file->name[slash - name] = '\0'; /* for a moment: the folder's name */
    st = join(&file->folder,
              (const char *const[5]){ dir, slash ? slash_after(dir) : "",
                                      slash ? file->name : "", "", "" });
    if (slash)
        file->name[slash - name] = '/';
    if (st != HYP_OK)
        return st;
    folder = file->folder;
    HYP_TRY(join(&file->written,
                 (const char *const[5]){ folder, slash_after(folder), ".", last,
                                         ".tmp" }));
    HYP_TRY(join(&file->kept, (const char *const[5]){
                                  folder, slash_after(folder), last, "", "" }));
out:
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
    HYP_TRY(hyp_alloc(&stage->file, (size_t)count));
    stage->count = count;
    HYP_TRY(hyp_alloc(&stage->made, (size_t)count));
    for (int i = 0; i < count; i++)
        HYP_TRY(name_file(&stage->file[i], dir, names[i]));
out:
    return st;
}

static hyp_status refuse_dir(const char *dir, int cause)
{
    return hyp_fail(HYP_ECREATE, "cannot make output folder '%s': %s", dir,
                    strerror(cause));
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
        return refuse_dir(stage->dir, cause);
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
        return refuse_dir(stage->dir, errno);
    if (!S_ISDIR(info.st_mode))
        return refuse_dir(stage->dir, ENOTDIR);
    if (access(stage->dir, W_OK | X_OK) != 0)
        return hyp_fail(HYP_ECREATE, "cannot write to output folder '%s': %s",
                        stage->dir, strerror(errno));
out:
    return st;
}

/* The folders in dir that files are to lie in. */
static hyp_status make_folders(hyp_stage *stage)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < stage->count; i++) {
        const char *folder = stage->file[i].folder;
        const int failed =
            hyp_fault() ? (errno = EIO, -1) : mkdir(folder, 0777);

        if (failed && errno != EEXIST)
            HYP_TRY(refuse_dir(folder, errno));
        stage->made[i] = !failed;
    }
out:
    return st;
}

/* Remove the folders that this run made, innermost first, while empty.  The
   inner ones may not have come to be. */
static void remove_dirs(hyp_stage *stage)
{
    for (int i = 0; i < stage->count; i++)
        if (stage->made[i])
            rmdir(stage->file[i].folder);
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
        if (lstat(stage->file[i].kept, &info) == 0)
            return hyp_fail(HYP_ECREATE,
                            "output '%s' exists; use --overwrite or another "
                            "--output",
                            stage->file[i].kept);
    return HYP_OK;
}

/* On rank 0. */
static hyp_status prepare(hyp_stage *stage, bool overwrite)
{
    hyp_status st;

    HYP_TRY(make_dirs(stage));
    if (!overwrite)
        HYP_TRY(refuse_existing(stage));
    HYP_TRY(make_folders(stage));
    for (int i = 0; i < stage->count; i++)
        unlink(stage->file[i].written);
    return HYP_OK;
out:
    remove_dirs(stage);
    return st;
}

static void release(hyp_stage *stage)
{
    for (int i = 0; i < stage->count; i++) {
        free(stage->file[i].name);
        free(stage->file[i].folder);
        free(stage->file[i].written);
        free(stage->file[i].kept);
    }
    free(stage->file);
    free(stage->made);
    free(stage->dir);
    *stage = (hyp_stage){ 0 };
}

hyp_status hyp_stage_open_all(hyp_stage *stage, const char *dir, bool overwrite,
                              const char *const *names, int count,
                              MPI_Comm comm)
{
    hyp_status st;
    int rank;

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
        if (strcmp(stage->file[i].name, name) == 0)
            return stage->file[i].written;
    return NULL;
}

/* Flush the folders that hold the files: files of one lie side by side. */
static hyp_status flush_folders(const hyp_stage *stage)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < stage->count; i++) {
        const char *folder = stage->file[i].folder;

        if (i == 0 || strcmp(folder, stage->file[i - 1].folder) != 0)
            HYP_TRY(hyp_disk_flush(folder));
    }
out:
    return st;
}

/* On rank 0.  *renamed counts the files that have got their names. */
static hyp_status keep(const hyp_stage *stage, int *renamed)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < stage->count; i++)
        HYP_TRY(hyp_disk_flush(stage->file[i].written));
    for (; *renamed < stage->count; ++*renamed)
        HYP_TRY(hyp_disk_rename(stage->file[*renamed].written,
                                stage->file[*renamed].kept));
    st = flush_folders(stage);
out:
    return st;
}

/* On rank 0.  Half of the results would be worse than none. */
static void discard(hyp_stage *stage, int renamed)
{
    for (int i = 0; i < stage->count; i++)
        unlink(i < renamed ? stage->file[i].kept : stage->file[i].written);
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
