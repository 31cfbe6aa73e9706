/*
 * map.h - large zeroed blocks, straight from the operating system
 *
 * Pages appear when they are first written, zeroed by the kernel: no second
 * pass over memory to clear it, and what is trimmed goes back at once.  Huge
 * pages are not asked for: where memory is full of cached files, the kernel
 * takes longer to make room for them than they save.
 */
#ifndef HYP_BASE_MAP_H
#define HYP_BASE_MAP_H

#include "hyperslab/status.h"

#include <stddef.h>

/*
 * Map a block of bytes, page-aligned.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; *p is NULL
 * Ownership:  the caller releases with hyp_map_free(), giving the same bytes
 */
HYP_CHECKED hyp_status hyp_map_new(void **p, size_t bytes);

/* Give back what lies past the first keep bytes.  Collective: no. */
void hyp_map_trim(void *p, size_t bytes, size_t keep);

/* Unmap; accepts NULL.  Collective: no. */
void hyp_map_free(void *p, size_t bytes);

#endif
