/*
 * tiff_layout.h - let libtiff and libgeotiff lay out a file without writing it
 *
 * libtiff writes into a client that keeps the header and the directory, and
 * only notes where the data of each strip would go.
 */
#ifndef HYP_IO_TIFF_LAYOUT_H
#define HYP_IO_TIFF_LAYOUT_H

#include "hyperslab/status.h"
#include "io/raster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HYP_TIFF_HEAD 16 /* bytes of the longer, BigTIFF, header */

/* How the pixels are stored: what libtiff must know beside the raster. */
typedef struct hyp_tiff_strips {
    bool deflate;        /* each strip is a zlib stream; else plain samples */
    int64_t height;      /* rows in a strip                                 */
    int64_t count;       /* of strips                                       */
    const int64_t *size; /* [count] stored bytes of each; borrowed         */
} hyp_tiff_strips;

/* The bytes of the file that are not strips, and their places. */
typedef struct hyp_tiff_layout {
    unsigned char head[HYP_TIFF_HEAD]; /* of the file, at 0               */
    size_t head_bytes;
    unsigned char *tail; /* [tail_bytes] after the strips; owned          */
    size_t tail_bytes, tail_room;
    int64_t tail_at; /* where in the file the tail goes                   */
    int64_t bytes;   /* of the whole file                                 */
} hyp_tiff_layout;

/*
 * Lay out the file of a raster: classic TIFF if that can hold it, else
 * BigTIFF.  Nothing is printed, whatever libtiff has to say.
 *
 * Collective: no (libtiff's handlers are per process: one thread at a time)
 * Shapes:     offset [strips->count], out: where in the file each strip goes
 * Errors:     HYP_ENOMEM; HYP_EINTERNAL with libtiff's words; layout is empty
 * Ownership:  the caller frees with hyp_tiff_layout_release()
 */
HYP_CHECKED hyp_status hyp_tiff_layout_init(hyp_tiff_layout *layout,
                                            const hyp_raster *raster,
                                            const hyp_tiff_strips *strips,
                                            int64_t *offset);

/* Free what layout owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_tiff_layout_release(hyp_tiff_layout *layout);

#endif
