/*
 * guard.h - buffers that end exactly at an unreadable page
 *
 * A read or write of one byte past the end is a segmentation fault, whatever
 * the compiler or the sanitizer makes of vector loads.
 */
#ifndef HYP_TEST_GUARD_H
#define HYP_TEST_GUARD_H

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline size_t guard_room(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (bytes + page - 1) / page * page;
}

/* Zeroed bytes whose end is the beginning of a page without access. */
static inline void *guard_new(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = guard_room(bytes);
    const int zero = open("/dev/zero", O_RDWR);
    char *base =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);

    close(zero);
    if (base == MAP_FAILED || mprotect(base + room, page, PROT_NONE) != 0)
        abort();
    return base + room - bytes;
}

/* Release what guard_new(bytes) gave. */
static inline void guard_free(void *p, size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = guard_room(bytes);

    munmap((char *)p + bytes - room, room + page);
}

#endif
