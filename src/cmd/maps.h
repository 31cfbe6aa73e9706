/*
 * maps.h - write one kind of map: of each tile, or one of all tiles
 */
#ifndef HYP_CMD_MAPS_H
#define HYP_CMD_MAPS_H

#include "cmd/job.h"
#include "io/raster.h"

/*
 * Compute the samples of consecutive valid pixels of the slab.
 *
 * Collective: no
 * Shapes:     out [pixels][bands] samples, all to be written; pixels >= 1
 */
typedef void hyp_map_values(void *context, int64_t first, int64_t pixels,
                            void *out);

/*
 * Finish a map: write what goes with it.
 *
 * Collective: yes, over the ranks that wrote the map; others pass it by
 * Shapes:     tile: whose map it is; 0 for one of all tiles
 */
typedef hyp_status hyp_map_finish(void *context, int tile, MPI_Comm comm);

/* All borrowed. */
typedef struct hyp_map_kind {
    const char *file;       /* its name in its folder                         */
    hyp_raster raster;      /* all but its size and place; paths of copies are
                               names in the folder of the file                */
    const void *nodata;     /* a pixel that has no data                       */
    hyp_map_values *values; /* called for pixels of the slab, in any order    */
    hyp_map_finish *finish; /* or NULL                                        */
    void *context;          /* of values and finish                           */
} hyp_map_kind;

/*
 * Write the maps into their staged files.  A tile's map is written by the ranks
 * that have rows of it; maps of other tiles are written at the same time.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; those of hyp_raster_write_all() and finish
 */
HYP_CHECKED hyp_status hyp_maps_write_all(const hyp_job *job,
                                          const hyp_map_kind *kind);

/*
 * Join the maps of all tiles in a VRT, if the job has VRTs.
 *
 * Collective: no (rank 0 calls it)
 * Shapes:     file: of the VRT; count [classes + 1]: pixels of each class, or
 *             NULL
 */
HYP_CHECKED hyp_status hyp_maps_write_vrt(const hyp_job *job, const char *file,
                                          const hyp_map_kind *kind, int classes,
                                          const int64_t *count);

#endif
