/*
 * class_raw.c - class maps whose rows lie in a file as they are
 */
#define _GNU_SOURCE /* byteswap.h */

#include "io/class_format.h"

#include "base/fault.h"
#include "base/mem.h"

#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct raw {
    int fd;
    int64_t offset; /* of the first row */
    hyp_integers kind;
    unsigned char *row; /* owned */
} raw;

static int64_t widen_one(const hyp_integers *kind, const unsigned char *stored)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (kind->bytes) {
    case 1: return kind->is_signed ? (int8_t)stored[0] : stored[0];
    case 2:
        memcpy(&two, stored, 2);
        two = kind->swapped ? bswap_16(two) : two;
        return kind->is_signed ? (int16_t)two : two;
    case 4:
        memcpy(&four, stored, 4);
        four = kind->swapped ? bswap_32(four) : four;
        return kind->is_signed ? (int32_t)four : (int64_t)four;
    default:
        memcpy(&eight, stored, 8);
        return (int64_t)(kind->swapped ? bswap_64(eight) : eight);
    }
}

void hyp_integers_widen(const hyp_integers *kind, const void *stored,
                        int64_t count, int64_t *value)
{
    const unsigned char *at = stored;

    for (int64_t i = 0; i < count; i++)
        value[i] = widen_one(kind, at + i * kind->bytes);
}

static hyp_status check_length(const raw *r, const hyp_class_map *map,
                               const char *path)
{
    struct stat about;
    int64_t wanted;

    if (map->rows < 1 || map->cols < 1 || r->offset < 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds no pixels: %lld x %lld from byte %lld on",
                        path, (long long)map->rows, (long long)map->cols,
                        (long long)r->offset);
    if (__builtin_mul_overflow(map->rows, map->cols, &wanted) ||
        __builtin_mul_overflow(wanted, r->kind.bytes, &wanted) ||
        __builtin_add_overflow(wanted, r->offset, &wanted))
        wanted = INT64_MAX;
    if (fstat(r->fd, &about) != 0 || about.st_size < wanted)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' has %lld bytes, too few for %lld x %lld pixels "
                        "of %d bytes",
                        path, (long long)about.st_size, (long long)map->rows,
                        (long long)map->cols, r->kind.bytes);
    return HYP_OK;
}

hyp_status hyp_class_raw_open(hyp_class_map *map, const char *path,
                              int64_t offset, const hyp_integers *kind)
{
    raw *r;
    hyp_status st;

    HYP_TRY(hyp_alloc(&r, 1));
    *r = (raw){ .fd = -1, .offset = offset, .kind = *kind };
    map->reader = r;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0)
        HYP_TRY(hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", path,
                         strerror(errno)));
    HYP_TRY(check_length(r, map, path));
    HYP_TRY(hyp_alloc(&r->row, (size_t)map->cols * (size_t)kind->bytes));
out:
    return st;
}

static hyp_status read_row(const hyp_class_map *map, int64_t row)
{
    const raw *r = map->reader;
    const int64_t bytes = map->cols * r->kind.bytes;
    int64_t done = 0;

    while (done < bytes) {
        const ssize_t got =
            hyp_fault() ? (errno = EIO, -1)
                        : pread(r->fd, r->row + done, (size_t)(bytes - done),
                                r->offset + row * bytes + done);

        if (got <= 0)
            return hyp_fail(HYP_EIO, "cannot read '%s': %s", map->path,
                            got < 0 ? strerror(errno) : "the file has shrunk");
        done += got;
    }
    return HYP_OK;
}

hyp_status hyp_class_raw_read(hyp_class_map *map, int64_t row, int64_t rows,
                              int64_t *value)
{
    const raw *r = map->reader;
    hyp_status st = HYP_OK;

    for (int64_t i = 0; i < rows; i++) {
        HYP_TRY(read_row(map, row + i));
        hyp_integers_widen(&r->kind, r->row, map->cols, value + i * map->cols);
    }
out:
    return st;
}

void hyp_class_raw_close(hyp_class_map *map)
{
    raw *r = map->reader;

    if (r == NULL)
        return;
    if (r->fd >= 0)
        close(r->fd);
    free(r->row);
    free(r);
    map->reader = NULL;
}
