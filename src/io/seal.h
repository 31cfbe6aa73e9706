/*
 * seal.h - files that can be told to be whole
 *
 * A sealed file begins with a head of text, which HDF5 does not look at: the
 * length of the file, and the CRC-32 of all that follows.  A file that was torn
 * or has decayed is thus found out before HDF5, which may crash on it, sees it.
 */
#ifndef HYP_IO_SEAL_H
#define HYP_IO_SEAL_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#define HYP_SEAL_BYTES 512 /* of the head */

/* Consecutive bytes of a file, and their CRC-32. */
typedef struct hyp_sealed {
    int64_t at, bytes;
    uint32_t checksum;
} hyp_sealed;

/* Take in the bytes that follow those of a part.  Collective: no. */
void hyp_sealed_add(hyp_sealed *part, const void *data, size_t bytes);

/*
 * Join the parts of all ranks, which follow one another in rank order.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM
 * Result:     part, on every rank: the whole; the same however it is shared out
 */
HYP_CHECKED hyp_status hyp_sealed_join_all(hyp_sealed *part, MPI_Comm comm);

/*
 * Seal a file whose head is still empty.
 *
 * Collective: no
 * Shapes:     known: a part of the file that need not be read again
 * Errors:     HYP_EIO, HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_seal_close(const char *path,
                                      const hyp_sealed *known);

/*
 * Check that a file is what was sealed.  Each rank looks at its share.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT if there is none or it may not be read; HYP_EFORMAT
 *             if it is damaged, or was never sealed; HYP_EIO, HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_seal_check_all(const char *path, MPI_Comm comm);

#endif
