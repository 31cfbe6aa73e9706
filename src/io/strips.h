/*
 * strips.h - cut an image whose rows lie on many ranks into strips
 *
 * The height of a strip depends on the image alone, not on the ranks.  If ranks
 * own whole rows, in order, a strip belongs to the rank that owns its first
 * row; ranks that own later rows of it send them there.  Else (join.h) each
 * rank is given as many strips as any other.
 */
#ifndef HYP_IO_STRIPS_H
#define HYP_IO_STRIPS_H

#include "hyperslab/status.h"
#include "io/raster.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hyp_strips {
    int64_t rows; /* of the whole image                            */
    size_t row_bytes;
    int64_t height;     /* rows in a strip; the last one may have fewer  */
    int64_t count;      /* of all strips                                 */
    int64_t begin, end; /* strips that this rank owns: begin to end - 1  */
    int64_t *first;     /* [ranks + 1]: first row of each rank; NULL if ranks
                           do not own whole rows; owned                  */
} hyp_strips;

/*
 * Take the filled rows of one strip.
 *
 * Collective: no
 * Ownership:  borrows rows until it returns
 */
typedef hyp_status hyp_strips_put(void *context, int64_t strip,
                                  const void *rows, size_t bytes);

/*
 * Share out the strips of an image.  The height of all but the last is a
 * multiple of that many rows.
 *
 * Collective: yes
 * Requires:   rows and row_bytes are the same on every rank; 1 or more
 * Errors:     HYP_ENOMEM; HYP_EUSAGE for an image that TIFF cannot hold;
 *             HYP_EINTERNAL if the ranks' rows do not add up to rows
 * Ownership:  the caller frees with hyp_strips_release()
 */
HYP_CHECKED hyp_status hyp_strips_init_all(hyp_strips *strips, int64_t rows,
                                           size_t row_bytes, int multiple,
                                           int64_t rows_here, MPI_Comm comm);

/*
 * Share out the strips of an image whose rows no rank owns.
 *
 * Collective: no (every rank finds the same)
 * Requires:   rows and row_bytes are 1 or more
 * Errors:     HYP_EUSAGE for an image that TIFF cannot hold
 */
HYP_CHECKED hyp_status hyp_strips_share(hyp_strips *strips, int64_t rows,
                                        size_t row_bytes, MPI_Comm comm);

/* The first of the strips so shared that a rank owns; of `ranks`: how many
   strips there are.  Collective: no. */
int64_t hyp_strips_first_of(const hyp_strips *strips, int rank, int ranks);

/* The bytes of a strip before compression.  Collective: no. */
size_t hyp_strips_bytes(const hyp_strips *strips, int64_t strip);

/*
 * Fill the strips that this rank owns, and put them in order; after a failure,
 * put nothing more.
 *
 * Collective: yes
 */
typedef hyp_status hyp_strips_walk(void *context, const hyp_strips *strips,
                                   hyp_strips_put *put, void *put_context,
                                   MPI_Comm comm);

/*
 * Fill this rank's rows in order, each once, and put the strips that it owns
 * in order.  After a failure, nothing more is filled or put.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM, those of fill and of put
 * Cost:       memory of two strips; at most one message sent by each rank
 */
HYP_CHECKED hyp_status hyp_strips_walk_all(const hyp_strips *strips,
                                           hyp_raster_fill *fill,
                                           void *fill_context,
                                           hyp_strips_put *put,
                                           void *put_context, MPI_Comm comm);

/* Free what strips owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_strips_release(hyp_strips *strips);

#endif
