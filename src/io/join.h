/*
 * join.h - write one GeoTIFF of parts whose rows lie on many ranks
 *
 * The rows of all parts, one part after the other, are shared out over the
 * ranks; so a row of the image comes from several parts and ranks.  Each rank
 * writes as many strips of the image as any other.  Ranks take turns: in each,
 * a rank is sent what lies in one of its strips.
 */
#ifndef HYP_IO_JOIN_H
#define HYP_IO_JOIN_H

#include "io/raster.h"

/* A rectangle of the image. */
typedef struct hyp_join_part {
    int64_t row, col; /* of its first pixel in the image */
    int64_t rows, cols;
} hyp_join_part;

/* All borrowed. */
typedef struct hyp_join {
    int parts;
    const hyp_join_part *part; /* [parts]: a later one lies on top, where it
                                  has data                                   */
    const void *nodata;        /* a pixel of the image that has no data       */
    hyp_raster_fill *fill;     /* called for rows of one part at a time, in
                                  any order                                  */
    void *context;
} hyp_join;

/*
 * Write the image to path, without data where no part lies.  The file is
 * complete and on disk on return.
 *
 * Collective: yes
 * Shapes:     rows_here: how many of the parts' rows this rank has; ranks have
 *             consecutive rows, in rank order
 * Requires:   the parts lie within the image
 * Errors:     those of hyp_raster_write_all()
 * Result:     the same bytes at any rank count, and for any order of parts
 *             that do not overlap
 * Cost:       each row is filled and sent once; memory of two strips, and of
 *             what overlaps in one
 */
HYP_CHECKED hyp_status hyp_join_write_all(const char *path,
                                          const hyp_raster *raster,
                                          const hyp_join *join,
                                          int64_t rows_here, MPI_Comm comm);

#endif
