/*
 * slab.h - the valid pixels of the rows that one rank owns
 *
 * The rows of a scene are those of its first tile, then those of the second,
 * and so on; their lengths may differ from tile to tile.  A slab has some of
 * them, one after the other.  Its pixels are stored band fastest, in row order,
 * without the invalid ones.  What a map needs to put them back is kept beside
 * them: which cells of the rows hold a valid pixel, and how many there are
 * before each row.
 */
#ifndef HYP_SLAB_H
#define HYP_SLAB_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#define HYP_MAX_BANDS 2048 /* exact distances then fit in 128 bits */

typedef struct hyp_slab {
    int64_t first_row; /* of this rank's rows in the scene                    */
    int64_t rows;
    int bands;      /* kept bands                                            */
    int stride;     /* int16 from pixel to pixel: bands rounded up to 64 B   */
    int64_t pixels; /* valid ones                                            */
    int16_t *dn;    /* [pixels][stride], in block; past the bands: zero      */
    void *block;    /* owned                                                 */
    size_t block_bytes;
    int64_t *cells;  /* [rows + 1]: cells before each row; owned             */
    int64_t *before; /* [rows + 1]: valid pixels before each row; owned      */
    uint8_t *valid;  /* [cells]: 1 if the cell's pixel is valid, else 0;
                        owned                                                */
    int64_t partial; /* pixels that this rank counted as invalid although they
                        have data in some bands                              */
    int64_t masked;  /* pixels with data that this rank marked by a mask      */
} hyp_slab;

/*
 * Make room for rows of pixels, all valid, all zero.
 *
 * Collective: no
 * Shapes:     cols [rows]: the length of each row
 * Errors:     HYP_ENOMEM; slab is then empty
 * Ownership:  the caller frees with hyp_slab_release()
 */
HYP_CHECKED hyp_status hyp_slab_init(hyp_slab *slab, int64_t first_row,
                                     int64_t rows, const int64_t *cols,
                                     int bands);

/*
 * Make room for other values of the pixels of a slab, all zero.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; slab is then empty
 * Ownership:  the caller frees with hyp_slab_release()
 */
HYP_CHECKED hyp_status hyp_slab_init_alike(hyp_slab *slab, const hyp_slab *of,
                                           int bands);

/*
 * Make a slab of some bands of a slab.
 *
 * Collective: no
 * Shapes:     band [bands]: which of the bands of `from`, increasing
 * Errors:     HYP_ENOMEM; slab is then empty
 * Ownership:  the caller frees with hyp_slab_release()
 */
HYP_CHECKED hyp_status hyp_slab_pick(hyp_slab *slab, const hyp_slab *from,
                                     const int16_t *band, int bands);

/*
 * Count those pixels of some rows that were marked because one of their bands
 * is nodata, but not all are.
 *
 * Collective: no
 * Requires:   the rows lie within the slab, and none was dropped; row counts
 *             from the slab's first
 */
void hyp_slab_count_partial(hyp_slab *slab, int64_t row, int64_t rows,
                            int16_t nodata);

/*
 * Drop those pixels of some rows that are marked, and close the gaps.
 *
 * Collective: no
 * Requires:   rows are dropped in order, each once, after filling and marking;
 *             the slab is of use when the last one has been
 */
void hyp_slab_drop(hyp_slab *slab, int64_t row, int64_t rows);

/*
 * Move rows between neighbouring ranks until every rank has as many valid
 * pixels as whole rows allow, if one has over 2 % more than its share.
 *
 * Collective: yes
 * Requires:   ranks own consecutive rows, in rank order
 * Errors:     HYP_ENOMEM; the slabs are then as they were
 * Cost:       one allgather of 16 bytes a row; what moves is sent once, and
 *             its memory given back at once
 */
HYP_CHECKED hyp_status hyp_slab_balance_all(hyp_slab *slab, MPI_Comm comm);

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
