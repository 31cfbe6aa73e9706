/*
 * h5_sink.c - writing HDF5 files that survive a full disk
 */
#include "io/h5_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct sink {
    H5FD_t public; /* HDF5's own part; must come first        */
    int fd;
    haddr_t end_allocated, end_written;
    int *failure; /* the caller's; its first errno, or 0      */
} sink;

static void note(sink *s)
{
    if (*s->failure == 0)
        *s->failure = errno;
}

/* HDF5 first tries to open a file that it is to create. */
static H5FD_t *open_sink(const char *path, unsigned flags, hid_t access,
                         haddr_t most)
{
    int *const *failure = H5Pget_driver_info(access);
    const int mode = (flags & H5F_ACC_RDWR ? O_RDWR : O_RDONLY) |
                     (flags & H5F_ACC_CREAT ? O_CREAT : 0) |
                     (flags & H5F_ACC_TRUNC ? O_TRUNC : 0);
    sink *s = calloc(1, sizeof *s);

    (void)most;
    if (s == NULL)
        return NULL;
    s->failure = *failure;
    s->fd = open(path, mode, 0666);
    *s->failure = s->fd < 0 ? errno : 0;
    if (s->fd < 0) {
        free(s);
        return NULL;
    }
    s->end_written = (haddr_t)lseek(s->fd, 0, SEEK_END);
    return &s->public;
}

static herr_t close_sink(H5FD_t *file)
{
    sink *s = (sink *)file;

    if (close(s->fd) != 0)
        note(s);
    free(s);
    return 0;
}

static herr_t query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
             H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const sink *)file)->end_allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((sink *)file)->end_allocated = address;
    return 0;
}

static haddr_t get_written(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const sink *)file)->end_written;
}

/* What was never written, or was lost, reads as zero. */
static herr_t read_sink(H5FD_t *file, H5FD_mem_t type, hid_t transfer,
                        haddr_t address, size_t bytes, void *data)
{
    sink *s = (sink *)file;
    char *to = data;

    (void)type;
    (void)transfer;
    while (bytes > 0) {
        const ssize_t got = pread(s->fd, to, bytes, (off_t)address);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            note(s);
        if (got <= 0)
            break;
        to += got;
        bytes -= (size_t)got;
        address += (haddr_t)got;
    }
    memset(to, 0, bytes);
    return 0;
}

static herr_t write_sink(H5FD_t *file, H5FD_mem_t type, hid_t transfer,
                         haddr_t address, size_t bytes, const void *data)
{
    sink *s = (sink *)file;
    const char *from = data;

    (void)type;
    (void)transfer;
    if (s->end_written < address + bytes)
        s->end_written = address + bytes;
    while (bytes > 0 && *s->failure == 0) {
        const ssize_t put = pwrite(s->fd, from, bytes, (off_t)address);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            note(s);
            break;
        }
        from += put;
        bytes -= (size_t)put;
        address += (haddr_t)put;
    }
    return 0;
}

static herr_t truncate_sink(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    sink *s = (sink *)file;

    (void)transfer;
    (void)closing;
    if (s->end_written != s->end_allocated &&
        ftruncate(s->fd, (off_t)s->end_allocated) != 0)
        note(s);
    s->end_written = s->end_allocated;
    return 0;
}

static const H5FD_class_t driver = {
    .name = "hyperslab_sink",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(int *),
    .open = open_sink,
    .close = close_sink,
    .query = query,
    .get_eoa = get_allocated,
    .set_eoa = set_allocated,
    .get_eof = get_written,
    .read = read_sink,
    .write = write_sink,
    .truncate = truncate_sink,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t hyp_h5_sink(const char *path, int head, int *failure)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    const hid_t create = H5Pcreate(H5P_FILE_CREATE);
    const hid_t id = H5FDregister(&driver);
    hid_t file;

    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    H5Pset_driver(access, id, &failure);
    H5Pset_userblock(create, (hsize_t)head);
    file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
    H5FDunregister(id); /* the file holds on to it */
    H5Pclose(create);
    H5Pclose(access);
    return file;
}

static bool put(hid_t group, const char *name, hid_t type, hid_t space,
                const void *data)
{
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    hid_t set;
    bool ok;

    H5Pset_obj_track_times(how, false);
    set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    ok = set >= 0 &&
         H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;

    if (set >= 0)
        ok = H5Dclose(set) >= 0 && ok;
    H5Pclose(how);
    H5Sclose(space);
    return ok;
}

bool hyp_h5_put(hid_t group, const char *name, hid_t type, int64_t rows,
                int64_t count, const void *data)
{
    const hsize_t shape[2] = { (hsize_t)(rows ? rows : count),
                               (hsize_t)(rows ? count / rows : 1) };

    return put(group, name, type, H5Screate_simple(rows ? 2 : 1, shape, NULL),
               data);
}

bool hyp_h5_put_scalar(hid_t group, const char *name, hid_t type,
                       const void *value)
{
    return put(group, name, type, H5Screate(H5S_SCALAR), value);
}

bool hyp_h5_put_room(hid_t group, const char *name, hid_t type, int dimensions,
                     const hsize_t *shape, int64_t *at)
{
    hid_t space = H5Screate_simple(dimensions, shape, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    hid_t set;

    H5Pset_layout(how, H5D_CONTIGUOUS);
    H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(how, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(how, false);
    set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    *at = set < 0 ? -1 : (int64_t)H5Dget_offset(set);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
    return *at >= 0;
}

bool hyp_h5_put_attribute(hid_t object, const char *name, hid_t type,
                          const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;

    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return ok;
}

bool hyp_h5_put_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    bool ok;

    H5Tset_size(type, H5T_VARIABLE);
    ok = hyp_h5_put_attribute(object, name, type, &text);
    H5Tclose(type);
    return ok;
}
