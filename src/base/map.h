/*
 * map.h - large zeroed blocks, straight from the operating system
 *
 * Pages appear when they are first written, zeroed by the kernel: no second
 * pass over memory to clear it, and what is forgotten goes back at once.  Huge
 * pages are not asked for: where memory is full of cached files, or was given
 * back to the host of a virtual machine, they take longer to find than they save.
 *
 * The blocks may lie in files instead, for what is larger than memory.  Such a
 * file has no name: it is gone when its block is unmapped, however the program
 * ends.  Its room on the disk is taken at once, so that no write can fail.
 */
#ifndef HYP_BASE_MAP_H
#define HYP_BASE_MAP_H

#include "hyperslab/status.h"

#include <stddef.h>

/*
 * Have blocks from now on lie in files in a folder; NULL: in memory, as at
 * first.
 *
 * Collective: no
 * Ownership:  borrows folder
 */
void hyp_map_into(const char *folder);

/*
 * Map a block of bytes, page-aligned.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; HYP_ECREATE, HYP_EIO for a file; *p is NULL
 * Ownership:  the caller releases with hyp_map_free(), giving the same bytes
 */
HYP_CHECKED hyp_status hyp_map_new(void **p, size_t bytes);

/*
 * Map more room on either side of a block; its contents move without being
 * copied.
 *
 * Collective: no
 * Shapes:     *p, *bytes: the block, in and out; before: a multiple of 64, and
 *             after: bytes wanted on either side
 * Result:     *at: where the contents begin in the new block, a multiple of 64
 * Errors:     as hyp_map_new(); the block is then as it was
 */
HYP_CHECKED hyp_status hyp_map_grow(void **p, size_t *bytes, size_t before,
                                    size_t after, void **at);

/*
 * Give the memory of bytes [from, to) of a block back, but for pages that are
 * only partly in that range.  What they held is lost.
 *
 * Collective: no
 */
void hyp_map_forget(void *p, size_t from, size_t to);

/* Unmap; accepts NULL.  Collective: no. */
void hyp_map_free(void *p, size_t bytes);

#endif
