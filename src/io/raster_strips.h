/*
 * raster_strips.h - write a GeoTIFF, however its strips are filled
 */
#ifndef HYP_IO_RASTER_STRIPS_H
#define HYP_IO_RASTER_STRIPS_H

#include "io/raster.h"
#include "io/strips.h"

/* The bytes of a row of the image.  Collective: no. */
size_t hyp_raster_row_bytes(const hyp_raster *raster);

/*
 * Write the image to path, as hyp_raster_write_all() does, from strips that a
 * walk fills.
 *
 * Collective: yes
 * Requires:   strips: of the image
 * Errors:     those of hyp_raster_write_all() and of walk
 * Ownership:  borrows strips
 */
HYP_CHECKED hyp_status hyp_raster_write_strips_all(
    const char *path, const hyp_raster *raster, const hyp_strips *strips,
    hyp_strips_walk *walk, void *context, MPI_Comm comm);

#endif
