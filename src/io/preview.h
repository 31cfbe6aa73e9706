/*
 * preview.h - a small image of a whole scene, for pictures
 *
 * The image is of dots.  A dot stands for factor x factor pixels of a tile,
 * and has a class, which is that of most of its valid pixels (of equally many,
 * the lowest), and channels: means of values over its valid pixels, such as
 * the DN of a band.  A dot that no valid pixel lies in is of class 0.
 *
 * Tiles whose places are known lie in the image as on the ground; of those
 * that share a dot, a later one lies on top, where it has data.  Other tiles lie
 * side by side, in about as many rows as columns.
 *
 * Each rank keeps the dots whose first row of pixels it owns.  All arithmetic
 * is on integers, so that the image is the same at any rank count.
 */
#ifndef HYP_IO_PREVIEW_H
#define HYP_IO_PREVIEW_H

#include "core/decimate.h"
#include "hyperslab/scene.h"
#include "hyperslab/slab.h"

#include <mpi.h>

#define HYP_PREVIEW_SIDE   2048 /* dots across or down, at most            */
#define HYP_PREVIEW_NODATA HYP_DECIMATE_NODATA /* in a channel: no pixel   */

/* What is shown of the valid pixels of this rank; all borrowed. */
typedef struct hyp_preview_source {
    const hyp_scene *scene;
    const hyp_slab *slab;
    int classes;
    const uint16_t
        *label; /* [pixels], 0..classes-1; NULL: all are of class 1 */
    int channels;
    const int16_t *value; /* [pixels][channels] */
} hyp_preview_source;

/* Where the dots of a tile lie. */
typedef struct hyp_preview_tile {
    int64_t row, col;   /* of its first dot, in the image           */
    int64_t rows, cols; /* dots                                     */
    int64_t first_row;  /* of its pixels, in the scene              */
    int64_t pixel_rows;
    int64_t strip_rows; /* of pixels, that are sent to one rank         */
} hyp_preview_tile;

typedef struct hyp_preview {
    int64_t rows, cols; /* of the image, in dots                          */
    int factor;         /* pixels of a tile across a dot                  */
    bool by_place;      /* else tiles lie side by side                    */
    int channels;
    int tiles;
    hyp_preview_tile *tile; /* [tiles]; owned                             */
    int ranks;
    int64_t *first;  /* [ranks + 1]: first scene row of each rank; owned  */
    int64_t dots;    /* of this rank                                      */
    uint16_t *class; /* [dots], tile by tile; owned                       */
    int16_t *value;  /* [channels][dots]; owned                           */
} hyp_preview;

/*
 * Make the preview of a scene; each rank keeps its dots of it.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; preview is then empty
 * Ownership:  the caller frees with hyp_preview_release()
 * Cost:       a pass over the values that are shown; memory of at most
 *             2 x 2048 x 2048 dots over all ranks
 */
HYP_CHECKED hyp_status hyp_preview_make_all(hyp_preview *preview,
                                            const hyp_preview_source *source,
                                            MPI_Comm comm);

/*
 * Bring the classes of all dots to one rank.
 *
 * Collective: yes
 * Shapes:     *image [rows][cols] on the root, out; NULL elsewhere
 * Errors:     HYP_ENOMEM; *image is NULL
 * Ownership:  the caller frees *image
 * Result:     the same at any rank count
 */
HYP_CHECKED hyp_status hyp_preview_classes_all(const hyp_preview *preview,
                                               int root, MPI_Comm comm,
                                               uint16_t **image);

/*
 * Likewise a channel of all dots; HYP_PREVIEW_NODATA where a dot is of class 0.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_preview_channel_all(const hyp_preview *preview,
                                               int channel, int root,
                                               MPI_Comm comm, int16_t **image);

/* Free what preview owns and leave it empty.  Accepts { 0 }. */
/* Collective: no. */
void hyp_preview_release(hyp_preview *preview);

#endif
