/*
 * copies.h - write the pixels of a raster into other files on the way
 *
 * A copy is a file that holds the image without compression, all of it in one
 * piece, in an order of its own: such as ENVI's, or a dataset of an HDF5 file.
 * One rank makes the file; then each rank writes the strips that it owns.  The
 * bytes do not depend on the number of ranks.
 */
#ifndef HYP_IO_COPIES_H
#define HYP_IO_COPIES_H

#include "io/disk.h"
#include "io/raster.h"
#include "io/strips.h"

/* The copies of a raster that are being written. */
typedef struct hyp_copies {
    const hyp_raster *raster; /* borrowed, with what copies there are      */
    const hyp_strips *strips; /* borrowed                                  */
    int open;                 /* files                                     */
    hyp_disk_shared file[HYP_MAX_COPIES];
    int64_t at[HYP_MAX_COPIES]; /* of the first sample in each file         */
    char *ordered; /* room for one strip, if any copy needs it; owned       */
} hyp_copies;

/*
 * Make the files of the raster's copies, and open them.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM, HYP_ECREATE, HYP_EIO, those of lay_out; copies is
 *             then empty, and files may be left behind
 * Ownership:  hyp_copies_close_all() closes and frees, and must follow
 */
HYP_CHECKED hyp_status hyp_copies_open_all(hyp_copies *copies,
                                           const hyp_raster *raster,
                                           const hyp_strips *strips,
                                           MPI_Comm comm);

/*
 * Write a strip into all copies.
 *
 * Collective: no
 * Shapes:     rows: the samples of the strip, as the raster has them
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_copies_put(hyp_copies *copies, int64_t strip,
                                      const void *rows, size_t bytes);

/*
 * Flush and close the files, whatever became of this rank's writes.
 *
 * Collective: yes
 * Errors:     those passed in; HYP_EIO
 */
HYP_CHECKED hyp_status hyp_copies_close_all(hyp_copies *copies, hyp_status mine,
                                            MPI_Comm comm);

#endif
