/*
 * checkpoint_read.c - find out where a run of k-means stood
 *
 * The whole file is checked against its seal before anything is believed.
 */
#include "io/checkpoint.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/disk.h"
#include "io/h5.h"
#include "io/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sizes of what is read: as 64-bit numbers, to tell all ranks. */
typedef struct sizes {
    int64_t classes, bands, iterations, starts, pixels, label_bytes, labels_at;
} sizes;

/* The shape of a dataset of one or two dimensions; 0 if it is not. */
static int shape_of(hid_t file, const char *name, hsize_t shape[2])
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = set < 0 ? set : H5Dget_space(set);
    int dims = space < 0 ? 0 : H5Sget_simple_extent_ndims(space);

    if (dims != 1 && dims != 2)
        dims = 0;
    if (dims)
        H5Sget_simple_extent_dims(space, shape, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    return dims;
}

/* Read a dataset of count values. */
static bool get(hid_t file, const char *name, hid_t type, int64_t count,
                void *out)
{
    hsize_t shape[2] = { 0, 1 };
    hid_t set;
    bool ok;

    if (!shape_of(file, name, shape) || shape[0] * shape[1] != (hsize_t)count)
        return false;
    set = H5Dopen2(file, name, H5P_DEFAULT);
    ok = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    H5Dclose(set);
    return ok;
}

static bool measure_labels(hid_t file, sizes *n)
{
    hid_t set = H5Dopen2(file, "labels", H5P_DEFAULT);
    hid_t type = set < 0 ? set : H5Dget_type(set);
    bool ok = type >= 0 && (H5Tequal(type, H5T_NATIVE_UINT8) > 0 ||
                            H5Tequal(type, H5T_NATIVE_UINT16) > 0);

    if (ok) {
        n->label_bytes = (int64_t)H5Tget_size(type);
        n->labels_at = (int64_t)H5Dget_offset(set);
    }
    if (type >= 0)
        H5Tclose(type);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

static bool measure(hid_t file, sizes *n)
{
    hsize_t sum[2], steps[2], starts[2], labels[2];
    bool ok = shape_of(file, "kmeans/sum", sum) == 2 &&
              shape_of(file, "steps/within", steps) == 1 &&
              shape_of(file, "starts/within", starts) == 1 &&
              shape_of(file, "labels", labels) == 1 && measure_labels(file, n);

    if (!ok)
        return false;
    n->classes = (int64_t)sum[0];
    n->bands = (int64_t)sum[1];
    n->iterations = (int64_t)steps[0];
    n->starts = (int64_t)starts[0];
    n->pixels = (int64_t)labels[0];
    return n->classes <= HYP_MAX_CLASSES && n->bands <= HYP_MAX_BANDS;
}

static hyp_status make_room(hyp_checkpoint *c, const sizes *n)
{
    const size_t classes = (size_t)n->classes, bands = (size_t)n->bands;
    hyp_kmeans *km = &c->state;
    hyp_status st;

    c->pixels = n->pixels;
    c->starts = (int)n->starts;
    c->label_bytes = (int)n->label_bytes;
    c->labels_at = n->labels_at;
    *km = (hyp_kmeans){ .classes = (int)n->classes,
                        .bands = (int)n->bands,
                        .iterations = (int)n->iterations };
    HYP_TRY(hyp_alloc(&km->centre, classes * bands));
    HYP_TRY(hyp_alloc(&km->sum, classes * bands));
    HYP_TRY(hyp_alloc(&km->count, classes));
    HYP_TRY(hyp_alloc(&c->step, (size_t)n->iterations));
    HYP_TRY(hyp_alloc(&c->within, (size_t)n->starts));
out:
    return st;
}

static bool get_steps(hid_t file, hyp_kmeans_step *step, int count,
                      int64_t *whole, double *within)
{
    bool ok = get(file, "steps/reassigned", H5T_NATIVE_INT64, count, whole) &&
              get(file, "steps/within", H5T_NATIVE_DOUBLE, count, within);

    for (int i = 0; ok && i < count; i++)
        step[i] = (hyp_kmeans_step){ .iteration = i + 1,
                                     .reassigned = whole[i],
                                     .within = within[i] };
    ok = ok &&
         get(file, "steps/decided_exactly", H5T_NATIVE_INT64, count, whole);
    for (int i = 0; ok && i < count; i++)
        step[i].decided_exactly = whole[i];
    return ok;
}

static bool get_state(hid_t file, hyp_kmeans *km)
{
    const int64_t all = (int64_t)km->classes * km->bands;

    return get(file, "kmeans/centre", H5T_NATIVE_DOUBLE, all, km->centre) &&
           get(file, "kmeans/sum", H5T_NATIVE_INT64, all, km->sum) &&
           get(file, "kmeans/count", H5T_NATIVE_INT64, km->classes, km->count);
}

static hyp_status get_identity(hid_t file, hyp_checkpoint *c)
{
    hid_t attribute = H5Aopen(file, "identity", H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    char *text = NULL;
    hyp_status st = HYP_OK;

    H5Tset_size(type, H5T_VARIABLE);
    if (attribute < 0 || H5Aread(attribute, type, &text) < 0)
        st = hyp_h5_fail(HYP_EFORMAT, "does not say what it is of");
    else
        st = hyp_alloc(&c->identity, strlen(text) + 1);
    if (st == HYP_OK)
        strcpy(c->identity, text);
    H5free_memory(text);
    H5Tclose(type);
    if (attribute >= 0)
        H5Aclose(attribute);
    return st;
}

static hyp_status get_all(hid_t file, hyp_checkpoint *c, sizes *n)
{
    int64_t *whole = NULL;
    double *within = NULL;
    hyp_status st;

    if (!measure(file, n))
        return hyp_h5_fail(HYP_EFORMAT, "is not as a checkpoint is");
    HYP_TRY(make_room(c, n));
    HYP_TRY(get_identity(file, c));
    HYP_TRY(hyp_alloc(&whole, (size_t)n->iterations));
    HYP_TRY(hyp_alloc(&within, (size_t)n->iterations));
    if (!get_state(file, &c->state) ||
        !get_steps(file, c->step, (int)n->iterations, whole, within) ||
        !get(file, "starts/within", H5T_NATIVE_DOUBLE, n->starts, c->within))
        st = hyp_h5_fail(HYP_EFORMAT, "is not as a checkpoint is");
out:
    free(whole);
    free(within);
    return st;
}

/* On rank 0. */
static hyp_status read_file(hyp_checkpoint *c, sizes *n)
{
    hid_t file = H5I_INVALID_HID;
    hyp_status st;

    hyp_h5_quiet();
    if (!hyp_fault())
        file = H5Fopen(c->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return hyp_h5_fail(HYP_EIO, "cannot read");
    st = get_all(file, c, n);
    H5Fclose(file);
    return st;
}

/* Tell the other ranks what rank 0 has read. */
static hyp_status tell_all(hyp_checkpoint *c, sizes *n, MPI_Comm comm)
{
    hyp_kmeans *km = &c->state;
    hyp_status st = HYP_OK;
    int rank, all;

    MPI_Comm_rank(comm, &rank);
    MPI_Bcast(n, sizeof *n / sizeof(int64_t), MPI_INT64_T, 0, comm);
    if (rank > 0)
        st = make_room(c, n);
    HYP_TRY(hyp_agree(comm, st));
    all = km->classes * km->bands;
    MPI_Bcast(km->centre, all, MPI_DOUBLE, 0, comm);
    MPI_Bcast(km->sum, all, MPI_INT64_T, 0, comm);
    MPI_Bcast(km->count, km->classes, MPI_INT64_T, 0, comm);
    MPI_Bcast(c->within, c->starts, MPI_DOUBLE, 0, comm);
    MPI_Bcast(c->step, km->iterations * (int)sizeof *c->step, MPI_BYTE, 0,
              comm);
out:
    return st;
}

static hyp_status open_one_all(hyp_checkpoint *c, const char *folder,
                               const char *name, MPI_Comm comm)
{
    sizes n = { 0 };
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(hyp_agree(comm, hyp_disk_path(&c->path, folder, name)));
    HYP_TRY(hyp_seal_check_all(c->path, comm));
    if (rank == 0)
        st = read_file(c, &n);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(tell_all(c, &n, comm));
out:
    if (st != HYP_OK)
        hyp_fail_while(st, "'%s/%s'", folder, name);
    if (st != HYP_OK)
        hyp_checkpoint_release(c);
    return st;
}

hyp_status hyp_checkpoint_open_all(hyp_checkpoint *c, const char *folder,
                                   MPI_Comm comm)
{
    hyp_error latest;
    hyp_status st;

    *c = (hyp_checkpoint){ 0 };
    st = open_one_all(c, folder, HYP_CHECKPOINT_H5, comm);
    if (st != HYP_ENOINPUT && st != HYP_EFORMAT && st != HYP_EIO)
        return st;
    latest = *hyp_last_error();
    st = open_one_all(c, folder, HYP_CHECKPOINT_OLD_H5, comm);
    if (latest.code == HYP_ENOINPUT && st == HYP_ENOINPUT)
        return hyp_fail(st, "'%s' holds no checkpoint to resume", folder);
    if (latest.code == HYP_ENOINPUT)
        return st;
    if (st == HYP_OK)
        snprintf(c->damage, sizeof c->damage, "%s", latest.text);
    if (st != HYP_ENOINPUT && st != HYP_EFORMAT)
        return st;
    hyp_set_error(&latest);
    return latest.code;
}

hyp_status hyp_checkpoint_labels(hyp_checkpoint *c, int64_t first,
                                 int64_t pixels)
{
    const size_t bytes = (size_t)pixels * (size_t)c->label_bytes;
    uint16_t *label;
    uint8_t *narrow;
    hyp_status st;
    int fd = -1;

    HYP_TRY(hyp_alloc(&c->state.label, (size_t)pixels));
    if (first + pixels > c->pixels)
        return hyp_fail(HYP_EFORMAT, "'%s' is of %lld pixels", c->path,
                        (long long)c->pixels);
    label = c->state.label;
    narrow = (uint8_t *)label;
    if (!hyp_fault())
        fd = open(c->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return hyp_fail(HYP_EIO, "'%s': %s", c->path, strerror(errno));
    st = hyp_disk_read(fd, label, bytes, c->labels_at + first * c->label_bytes);
    close(fd);
    if (c->label_bytes == 1)
        for (int64_t p = pixels - 1; p >= 0; p--) /* from the end: in place */
            label[p] = narrow[p];
    if (st != HYP_OK)
        hyp_fail_while(st, "'%s'", c->path);
out:
    return st;
}

void hyp_checkpoint_release(hyp_checkpoint *c)
{
    hyp_kmeans_release(&c->state);
    free(c->path);
    free(c->identity);
    free(c->step);
    free(c->within);
    *c = (hyp_checkpoint){ 0 };
}
