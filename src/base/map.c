/*
 * map.c - large zeroed blocks, straight from the operating system
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, O_TMPFILE, madvise, mremap */

#include "base/map.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return bytes ? (bytes + page - 1) / page * page : page;
}

static const char *scratch; /* folder of the files; NULL: none */

void hyp_map_into(const char *folder)
{
    scratch = folder;
}

/* A file without a name; not every file system makes one at once. */
static int open_file(void)
{
    char path[4096];
    int fd = hyp_fault() ? (errno = EIO, -1)
                         : open(scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if (snprintf(path, sizeof path, "%s/hyperslab-XXXXXX", scratch) >=
        (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* Take room on the disk, but for bytes [from, to), which come from elsewhere. */
static int take_room(int fd, size_t length, size_t from, size_t to)
{
    int failure = ftruncate(fd, (off_t)length) == 0 ? 0 : errno;

    if (failure == 0 && hyp_fault())
        failure = ENOSPC;
    if (failure == 0 && from > 0)
        failure = posix_fallocate(fd, 0, (off_t)from);
    if (failure == 0 && to < length)
        failure = posix_fallocate(fd, (off_t)to, (off_t)(length - to));
    return failure;
}

static hyp_status map_file(void **p, size_t length, size_t from, size_t to)
{
    const int fd = open_file();
    hyp_status st = HYP_OK;
    int failure;

    if (fd < 0)
        return hyp_fail(HYP_ECREATE, "cannot create a file in '%s': %s",
                        scratch, strerror(errno));
    failure = take_room(fd, length, from, to);
    if (failure != 0)
        st = hyp_fail(HYP_EIO, "'%s': %s (%zu bytes needed)", scratch,
                      strerror(failure), length);
    if (st == HYP_OK) {
        *p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (*p == MAP_FAILED)
            st = hyp_fail(HYP_ENOMEM, "cannot map %zu bytes of a file: %s",
                          length, strerror(errno));
    }
    close(fd); /* the mapping keeps it */
    return st;
}

static hyp_status map_memory(void **p, size_t length)
{
    *p = hyp_fault() ? MAP_FAILED
                     : mmap(NULL, length, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return *p == MAP_FAILED
               ? hyp_fail(HYP_ENOMEM, "cannot allocate %zu bytes: %s", length,
                          strerror(errno))
               : HYP_OK;
}

/* Whole pages, of which [from, to) will be mapped to others. */
static hyp_status map(void **p, size_t length, size_t from, size_t to)
{
    hyp_status st =
        scratch ? map_file(p, length, from, to) : map_memory(p, length);

    if (st != HYP_OK)
        *p = NULL;
    return st;
}

hyp_status hyp_map_new(void **p, size_t bytes)
{
    return map(p, whole_pages(bytes), 0, 0);
}

hyp_status hyp_map_grow(void **p, size_t *bytes, size_t before, size_t after,
                        void **at)
{
    const size_t room = whole_pages(before), length = whole_pages(*bytes);
    const size_t total = whole_pages(room + length + after);
    void *block;
    hyp_status st = map(&block, total, room, room + length);

    if (st != HYP_OK)
        return st;
    *at = (char *)block + room;
    if (mremap(*p, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, *at) ==
        MAP_FAILED) {
        st = hyp_fail(HYP_ENOMEM, "cannot move %zu bytes: %s", *bytes,
                      strerror(errno));
        hyp_map_free(block, total);
        return st;
    }
    *p = block;
    *bytes = total;
    return HYP_OK;
}

void hyp_map_forget(void *p, size_t from, size_t to)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t first = whole_pages(from), last = to / page * page;

    if (from > 0 ? first < last : last > 0)
        madvise((char *)p + (from ? first : 0), last - (from ? first : 0),
                scratch ? MADV_REMOVE : MADV_DONTNEED);
}

void hyp_map_free(void *p, size_t bytes)
{
    if (p)
        munmap(p, whole_pages(bytes));
}
