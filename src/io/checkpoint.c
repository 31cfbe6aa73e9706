/*
 * checkpoint.c - save where a run of k-means stands
 *
 * Rank 0 lays the file out, with room for the labels in one piece; the ranks
 * write theirs there; rank 0 seals it and gives it its name.
 */
#include "io/checkpoint.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "hyperslab/version.h"
#include "io/disk.h"
#include "io/h5.h"
#include "io/h5_sink.h"
#include "io/seal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNFINISHED "." HYP_CHECKPOINT_H5 ".tmp"

enum { PIECE = 1 << 20 }; /* bytes of labels that are written at a time */

typedef struct writer {
    const char *folder;
    const hyp_course *course;
    const hyp_slab *slab;
    const hyp_summary *summary;
    const hyp_kmeans *state;
    char *written, *latest, *old; /* paths; owned                     */
    unsigned char *piece;         /* [PIECE]; owned                   */
    int64_t place[2];             /* of the labels; bytes of the file */
    int label_bytes;
    hyp_sealed labels; /* of this rank, then of all                   */
} writer;

static hyp_status prepare(writer *w)
{
    hyp_status st;

    HYP_TRY(hyp_disk_path(&w->written, w->folder, UNFINISHED));
    HYP_TRY(hyp_disk_path(&w->latest, w->folder, HYP_CHECKPOINT_H5));
    HYP_TRY(hyp_disk_path(&w->old, w->folder, HYP_CHECKPOINT_OLD_H5));
    HYP_TRY(hyp_alloc(&w->piece, PIECE));
out:
    return st;
}

static bool put_state(hid_t file, const hyp_kmeans *km)
{
    const int64_t all = (int64_t)km->classes * km->bands;
    hid_t group =
        H5Gcreate2(file, "kmeans", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok =
        hyp_h5_put_attribute(group, "iterations", H5T_NATIVE_INT,
                             &km->iterations) &&
        hyp_h5_put(group, "centre", H5T_NATIVE_DOUBLE, km->classes, all,
                   km->centre) &&
        hyp_h5_put(group, "sum", H5T_NATIVE_INT64, km->classes, all, km->sum) &&
        hyp_h5_put(group, "count", H5T_NATIVE_INT64, 0, km->classes, km->count);

    H5Gclose(group);
    return ok;
}

/* One column of the steps: 64-bit numbers, a step apart. */
static bool put_column(hid_t group, const char *name, hid_t type,
                       const writer *w, const void *first, int64_t *column)
{
    const char *from = first;

    for (int i = 0; i < w->state->iterations; i++)
        memcpy(&column[i], from + (size_t)i * sizeof(hyp_kmeans_step),
               sizeof *column);
    return hyp_h5_put(group, name, type, 0, w->state->iterations, column);
}

static bool put_steps(hid_t file, const writer *w, int64_t *column)
{
    const hyp_kmeans_step *step = w->course->step;
    hid_t group =
        H5Gcreate2(file, "steps", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = put_column(group, "reassigned", H5T_NATIVE_INT64, w,
                         &step->reassigned, column) &&
              put_column(group, "within", H5T_NATIVE_DOUBLE, w, &step->within,
                         column) &&
              put_column(group, "decided_exactly", H5T_NATIVE_INT64, w,
                         &step->decided_exactly, column);

    H5Gclose(group);
    return ok;
}

static bool put_starts(hid_t file, const hyp_course *course)
{
    hid_t group =
        H5Gcreate2(file, "starts", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = hyp_h5_put(group, "within", H5T_NATIVE_DOUBLE, 0, course->starts,
                         course->within);

    H5Gclose(group);
    return ok;
}

/* Room for the labels. */
static bool put_labels(hid_t file, writer *w)
{
    const hsize_t pixels = (hsize_t)w->summary->pixels;

    return hyp_h5_put_room(file, "labels",
                           w->label_bytes == 1 ? H5T_NATIVE_UINT8
                                               : H5T_NATIVE_UINT16,
                           1, &pixels, &w->place[0]);
}

/* On rank 0: all of the file, but the labels themselves and the seal. */
static hyp_status lay_out(writer *w)
{
    hid_t file = H5I_INVALID_HID;
    int64_t *column;
    int failure = 0;
    hyp_status st = hyp_alloc(&column, (size_t)w->state->iterations);
    bool ok;

    if (st != HYP_OK)
        return st;
    if (!hyp_fault())
        file = hyp_h5_sink(w->written, HYP_SEAL_BYTES, &failure);
    ok = file >= 0 && hyp_h5_put_text(file, "program", "hyperslab") &&
         hyp_h5_put_text(file, "version", HYP_VERSION) &&
         hyp_h5_put_text(file, "identity", w->course->identity) &&
         put_state(file, w->state) && put_steps(file, w, column) &&
         put_starts(file, w->course) && put_labels(file, w);
    if (file >= 0)
        ok = H5Fclose(file) >= 0 && ok;
    free(column);
    if (failure)
        return hyp_fail(HYP_EIO, "%s", strerror(failure));
    return ok ? HYP_OK : hyp_h5_fail(HYP_EIO, "cannot write");
}

/* Labels [first, first + count) of this rank, as the file has them. */
static void pack(const writer *w, int64_t first, int64_t count)
{
    const uint16_t *label = w->state->label + first;

    if (w->label_bytes == 1)
        for (int64_t p = 0; p < count; p++)
            w->piece[p] = (unsigned char)label[p];
    else
        memcpy(w->piece, label, (size_t)count * sizeof *label);
}

static hyp_status write_labels(writer *w, hyp_disk_shared *file)
{
    const int64_t most = PIECE / w->label_bytes, pixels = w->slab->pixels;
    hyp_status st = HYP_OK;

    for (int64_t p = 0; st == HYP_OK && p < pixels; p += most) {
        const int64_t count = pixels - p < most ? pixels - p : most;
        const size_t bytes = (size_t)(count * w->label_bytes);

        pack(w, p, count);
        st = hyp_disk_write_shared(file, w->labels.at + w->labels.bytes,
                                   w->piece, bytes);
        hyp_sealed_add(&w->labels, w->piece, bytes);
    }
    return st;
}

static hyp_status write_labels_all(writer *w, MPI_Comm comm)
{
    hyp_disk_shared file;
    hyp_status st;

    MPI_Bcast(w->place, 2, MPI_INT64_T, 0, comm);
    w->labels.at = w->place[0] + w->summary->first * w->label_bytes;
    HYP_TRY(hyp_disk_open_all(w->written, w->place[1], comm, &file));
    HYP_TRY(hyp_disk_close_all(&file, write_labels(w, &file), comm));
    HYP_TRY(hyp_sealed_join_all(&w->labels, comm));
out:
    return st;
}

/* On rank 0.  If the first renaming is the last thing that happens, the old one
   is there still. */
static hyp_status finish(const writer *w)
{
    hyp_status st;

    HYP_TRY(hyp_seal_close(w->written, &w->labels));
    HYP_TRY(hyp_disk_flush(w->written));
    if (access(w->latest, F_OK) == 0)
        HYP_TRY(hyp_disk_rename(w->latest, w->old));
    HYP_TRY(hyp_disk_rename(w->written, w->latest));
    HYP_TRY(hyp_disk_flush(w->folder));
out:
    return st;
}

static void release(writer *w)
{
    free(w->written);
    free(w->latest);
    free(w->old);
    free(w->piece);
}

hyp_status hyp_checkpoint_write_all(const char *folder,
                                    const hyp_course *course,
                                    const hyp_slab *slab,
                                    const hyp_summary *summary,
                                    const hyp_kmeans *state, MPI_Comm comm)
{
    writer w = { .folder = folder,
                 .course = course,
                 .slab = slab,
                 .summary = summary,
                 .state = state,
                 .label_bytes = state->classes > UINT8_MAX + 1 ? 2 : 1 };
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(hyp_agree(comm, prepare(&w)));
    if (rank == 0) {
        st = lay_out(&w);
        if (st == HYP_OK)
            st = hyp_disk_take_room(w.written, &w.place[1]);
    }
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(write_labels_all(&w, comm));
    if (rank == 0)
        st = finish(&w);
    HYP_TRY(hyp_agree(comm, st));
out:
    if (st != HYP_OK && rank == 0 && w.written)
        unlink(w.written);
    release(&w);
    return st == HYP_OK
               ? st
               : hyp_fail_while(st, "'%s/%s'", folder, HYP_CHECKPOINT_H5);
}

bool hyp_checkpoint_exists(const char *folder)
{
    static const char *const names[] = { HYP_CHECKPOINT_H5,
                                         HYP_CHECKPOINT_OLD_H5 };
    char path[4096 + 32];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

hyp_status hyp_checkpoint_remove(const char *folder)
{
    static const char *const names[] = { UNFINISHED, HYP_CHECKPOINT_OLD_H5,
                                         HYP_CHECKPOINT_H5 };
    char path[4096 + 32];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            return hyp_fail(HYP_EIO, "cannot remove '%s': %s", path,
                            strerror(errno));
    }
    return HYP_OK;
}
