/*
 * memory_room.h - how much memory may still be taken, and what limits it
 *
 * Limits are those of the machine, of the cgroup (version 1 or 2, and all that
 * it lies in), of the job in SLURM, and of the process (ulimit).  Pages that
 * only cache files can be had again, so they do not count as taken.
 */
#ifndef HYP_IO_MEMORY_ROOM_H
#define HYP_IO_MEMORY_ROOM_H

#include <stdint.h>

#define HYP_ROOM_UNKNOWN INT64_MAX

typedef struct hyp_memory_room {
    int64_t bytes;  /* that may still be taken; HYP_ROOM_UNKNOWN: no limit
                        is known                                           */
    char limit[40]; /* what sets it, for people                            */
} hyp_memory_room;

/*
 * The room that the processes of this node have together.
 *
 * Collective: no
 * Shapes:     root: "", or a folder to look for /proc and /sys in, for tests;
 *             taken: bytes that the job's processes of this node have already
 */
hyp_memory_room hyp_memory_room_of_node(const char *root, int64_t taken);

/* The room that this process has by itself.  Likewise.  Collective: no. */
hyp_memory_room hyp_memory_room_of_process(const char *root);

/* The memory that this process has in use, bytes; 0: unknown. */
/* Collective: no. */
int64_t hyp_memory_used(const char *root);

#endif
