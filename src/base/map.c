/*
 * map.c - large zeroed blocks, straight from the operating system
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise */

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

void hyp_map_trim(void *p, size_t bytes, size_t keep)
{
    size_t from = whole_pages(keep), length = whole_pages(bytes);

    if (from < length)
        madvise((char *)p + from, length - from, MADV_DONTNEED);
}

void hyp_map_free(void *p, size_t bytes)
{
    if (p)
        munmap(p, whole_pages(bytes));
}
