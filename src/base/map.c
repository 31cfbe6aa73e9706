/*
 * map.c - large zeroed blocks, straight from the operating system
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, madvise, mremap */

#include "base/map.h"

#include "base/fault.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return bytes ? (bytes + page - 1) / page * page : page;
}

hyp_status hyp_map_new(void **p, size_t bytes)
{
    size_t length = whole_pages(bytes);
    void *block = MAP_FAILED;

    *p = NULL;
    if (!hyp_fault())
        block = mmap(NULL, length, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return hyp_fail(HYP_ENOMEM, "cannot allocate %zu bytes: %s", bytes,
                        strerror(errno));
    *p = block;
    return HYP_OK;
}

hyp_status hyp_map_grow(void **p, size_t *bytes, size_t before, size_t after,
                        void **at)
{
    const size_t room = whole_pages(before);
    const size_t total = room + whole_pages(*bytes) + after;
    void *block;
    hyp_status st = hyp_map_new(&block, total);

    if (st != HYP_OK)
        return st;
    *at = (char *)block + room;
    if (mremap(*p, whole_pages(*bytes), whole_pages(*bytes),
               MREMAP_MAYMOVE | MREMAP_FIXED, *at) == MAP_FAILED) {
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
                MADV_DONTNEED);
}

void hyp_map_free(void *p, size_t bytes)
{
    if (p)
        munmap(p, whole_pages(bytes));
}
