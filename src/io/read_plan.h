/*
 * read_plan.h - which rank decodes which chunks of a scene, and in what turns
 *
 * The chunks that hold a kept band, tile after tile and in the order of each
 * file's grid, are cut into one run per rank, of equal stored size.  Then all
 * ranks take turns: in each, a rank decodes a group of its chunks that lie in
 * one place of the rows.  Where several ranks share a place, its chunks are
 * dealt out, so that those of one turn lie beside each other along the band
 * axis.  Every rank follows the plan of all, so that nothing about it has to be
 * sent.
 */
#ifndef HYP_IO_READ_PLAN_H
#define HYP_IO_READ_PLAN_H

#include "hyperslab/scene.h"
#include "io/chunk.h"

#include <stdbool.h>

/* Chunks in one place that are decoded in a turn, by all who share it, at most:
   single bands of them make 64 bytes of a pixel. */
#define HYP_GROUP_CHUNKS 32

/* Consecutive chunks [begin, end) of the needed ones, in one place. */
typedef struct hyp_group {
    int64_t begin, end;
} hyp_group;

/* Where the kept bands of one tile lie in its chunks. */
typedef struct hyp_tile_plan {
    const hyp_scene_tile *of; /* borrowed                                     */
    int64_t first;            /* of its needed chunks among all               */
    int slots;                /* needed chunks at each place of its rows      */
    int sharers;              /* ranks that these are dealt out to            */
    int *slot;       /* [slots]: their places along the band axis, in the order
                        in which they are needed; owned                      */
    int *first_kept; /* [places + 1]: first kept band of the chunks at each
                        place along the band axis; owned                     */
    int16_t *offset; /* [kept]: of a kept band within its chunk; owned       */
} hyp_tile_plan;

typedef struct hyp_read_plan {
    int tiles, ranks;
    hyp_tile_plan *tile; /* [tiles]; owned                                   */
    int64_t needed;      /* chunks that hold a kept band                     */
    int64_t *row;        /* [ranks + 1]: first row of each rank; owned       */
    int64_t *start;      /* [ranks + 1]: each rank's run of needed; owned    */
    int64_t *next;       /* [ranks]: first chunk of the next turn; owned     */
    hyp_group *turn;     /* [ranks]: what each decodes in this turn; owned   */
} hyp_read_plan;

/*
 * Make the plan.
 *
 * Collective: no (every rank makes the same)
 * Requires:   the bands of the scene have been chosen
 * Errors:     HYP_ENOMEM; plan is then empty
 * Ownership:  borrows scene; the caller frees with hyp_read_plan_release()
 */
HYP_CHECKED hyp_status hyp_read_plan_init(hyp_read_plan *plan,
                                          const hyp_scene *scene, int ranks);

/* Go back to before the first turn.  Collective: no. */
void hyp_read_plan_rewind(hyp_read_plan *plan);

/* Go to the next turn; false if all have been taken.  Collective: no. */
bool hyp_read_plan_next(hyp_read_plan *plan);

/* The tile that holds the n-th of the needed chunks.  Collective: no. */
const hyp_tile_plan *hyp_read_plan_tile(const hyp_read_plan *plan, int64_t n);

/* Whether two groups lie in one place, the same rows and columns of a tile.
   Collective: no. */
bool hyp_read_plan_together(const hyp_read_plan *plan, hyp_group a,
                            hyp_group b);

/* The n-th of the needed chunks, which lies in that tile.  Collective: no. */
hyp_chunk hyp_read_plan_chunk(const hyp_tile_plan *tile, int64_t n);

/* How many kept bands the chunks of a slot hold.  Collective: no. */
int hyp_read_plan_kept(const hyp_tile_plan *tile, int slot);

/* The rows of a group that a rank owns.  Collective: no. */
hyp_rows hyp_read_plan_shared(const hyp_read_plan *plan, hyp_group group,
                              int rank);

/* Elements of one chunk of a tile that lie in the rows.  Collective: no. */
int64_t hyp_read_plan_piece(const hyp_tile_plan *tile, hyp_rows rows);

/* Free what plan owns.  Accepts { 0 }.  Collective: no. */
void hyp_read_plan_release(hyp_read_plan *plan);

#endif
