/*
 * cube.h - read the kept bands of a scene into the ranks' slabs
 */
#ifndef HYP_CUBE_H
#define HYP_CUBE_H

#include "hyperslab/scene.h"
#include "hyperslab/slab.h"

/* How many bytes a rank has decoded, of those that it will.  Called after each
   turn, on each rank.  Collective: no. */
typedef void hyp_cube_progress(void *context, int64_t done, int64_t total);

struct hyp_mask;

typedef struct hyp_cube_options {
    bool has_nodata; /* nodata below replaces what the file says            */
    double nodata;
    double quantum; /* reflectance of one DN, where the file holds floats   */
    struct hyp_mask *mask; /* of the scene, of pixels to leave out; or NULL */
    hyp_cube_progress *progress; /* or NULL */
    void *progress_context;
} hyp_cube_options;

/*
 * Read the kept bands of all tiles, without the pixels that are invalid in any
 * of them, or masked.  Each rank gets consecutive rows of the scene, as many as give all
 * ranks equal numbers of valid pixels to 2 %, or as equal as whole rows can.
 *
 * Collective: yes
 * Requires:   hyp_scene_keep()
 * Errors:     HYP_ENOMEM, HYP_EIO, HYP_EFORMAT; slab is then empty
 * Ownership:  the caller frees with hyp_slab_release()
 * Cost:       every chunk that holds a kept band is read and inflated once, by
 *             one rank; rows that another rank owns are sent to it
 */
HYP_CHECKED hyp_status hyp_cube_read_all(const hyp_scene *scene,
                                         const hyp_cube_options *options,
                                         MPI_Comm comm, hyp_slab *slab);

/* What reading takes of a rank. */
typedef struct hyp_cube_needs {
    int64_t first_row, rows; /* that it fills with pixels, before it gives
                                some to others                             */
    int64_t chunks;          /* that it decodes                            */
    int64_t stored_bytes;    /* of these chunks, in the files              */
    int64_t decoded_bytes;   /* of these chunks, as int16                  */
    int64_t largest_bytes;   /* of one of them, in the files               */
    int64_t buffer_bytes;    /* for what it decodes and receives at a time */
} hyp_cube_needs;

/*
 * Say what hyp_cube_read_all() will take of a rank, without reading.
 *
 * Collective: no
 * Requires:   hyp_scene_keep()
 * Errors:     HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_cube_measure(const hyp_scene *scene, int rank,
                                        int ranks, hyp_cube_needs *needs);

/* DN per unit of reflectance in the slabs read with the options. */
/* Collective: no. */
double hyp_cube_scale(const hyp_tile *tile, const hyp_cube_options *options);

#endif
