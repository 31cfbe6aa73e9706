/*
 * slab.h - the valid pixels of the rows that one rank owns
 *
 * Pixels are stored one after the other, band fastest, in row order, without
 * the invalid ones.  What a map needs to put them back is kept beside them: a
 * bit for each pixel of the rows, and the number of valid pixels before each
 * row.
 */
#ifndef HYP_SLAB_H
#define HYP_SLAB_H

#include "hyperslab/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HYP_MAX_BANDS 2048 /* exact distances then fit in 128 bits */

typedef struct hyp_slab {
    int64_t first_row; /* of this rank's rows in the tile                     */
    int64_t rows, cols;
    int bands;      /* kept bands                                            */
    int stride;     /* int16 from pixel to pixel: bands rounded up to 64 B   */
    int64_t pixels; /* valid ones                                            */
    int16_t *dn;    /* [pixels][stride]; owned; past the bands: zero         */
    uint64_t
        *valid; /* bit row * cols + col, set if the pixel is valid; owned */
    int64_t *before; /* [rows + 1]: valid pixels before each row; owned       */
} hyp_slab;

/*
 * Make room for rows x cols pixels, all valid, all zero.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; slab is then empty
 * Ownership:  the caller frees with hyp_slab_release()
 */
HYP_CHECKED hyp_status hyp_slab_init(hyp_slab *slab, int64_t first_row,
                                     int64_t rows, int64_t cols, int bands);

/*
 * Drop the pixels that hold the value nodata in any band, and close the gaps.
 *
 * Collective: no
 * Requires:   slab->pixels == rows * cols: called once, after filling
 * Cost:       one pass over the pixels
 */
void hyp_slab_drop(hyp_slab *slab, int16_t nodata);

/* The valid pixels of some of the slab's rows.  Collective: no. */
static inline int64_t hyp_slab_pixels_in(const hyp_slab *slab, int64_t row,
                                         int64_t rows)
{
    return slab->before[row + rows] - slab->before[row];
}

/*
 * Lay the values of the valid pixels of some rows out as an image, with nodata
 * in the other places.
 *
 * Collective: no
 * Shapes:     values [hyp_slab_pixels_in(rows)][size bytes]; nodata [size
 *             bytes]; image [rows][cols][size bytes], out
 * Requires:   the rows lie within the slab; row counts from its first row
 */
void hyp_slab_spread(const hyp_slab *slab, const void *values,
                     const void *nodata, size_t size, int64_t row, int64_t rows,
                     void *image);

/* Free what slab owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_slab_release(hyp_slab *slab);

#endif
