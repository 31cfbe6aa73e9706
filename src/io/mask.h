/*
 * mask.h - which pixels of a scene are to be used
 *
 * A mask is a map of one band: 0, or its nodata, is where pixels are left out.
 * It is of the tile's grid, or lies over all tiles, on the grid of each.
 */
#ifndef HYP_IO_MASK_H
#define HYP_IO_MASK_H

#include "hyperslab/scene.h"
#include "hyperslab/slab.h"
#include "io/class_map.h"

/* Where a tile begins in the mask. */
typedef struct hyp_mask_place {
    int64_t row, col;
} hyp_mask_place;

typedef struct hyp_mask {
    hyp_class_map map;
    hyp_mask_place *place; /* [scene's tiles]; owned       */
    int64_t *value;        /* [map.cols]: a row; owned     */
} hyp_mask;

/*
 * Open the mask of a scene, and find its tiles in it.
 *
 * Collective: no
 * Errors:     those of hyp_class_map_open(); HYP_EFORMAT, naming the tile, if
 *             the mask does not cover it, or is of another grid; mask is then
 *             empty
 * Ownership:  borrows path; the caller closes with hyp_mask_close()
 */
HYP_CHECKED hyp_status hyp_mask_open(hyp_mask *mask, const char *path,
                                     const hyp_scene *scene);

/*
 * Mark those pixels of a row of a slab as invalid that the mask leaves out.
 *
 * Collective: no
 * Requires:   the slab is of the mask's scene, and the row, counted from the
 *             slab's first, of this tile; none of its pixels was dropped
 * Errors:     those of hyp_class_map_read()
 */
HYP_CHECKED hyp_status hyp_mask_apply(hyp_mask *mask, const hyp_scene *scene,
                                      int tile, hyp_slab *slab, int64_t row);

/* Close.  Accepts { 0 }.  Collective: no. */
void hyp_mask_close(hyp_mask *mask);

#endif
