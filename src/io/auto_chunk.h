/*
 * auto_chunk.h - the chunk that h5py chooses when it is asked for no other
 *
 * NEON's files up to 2021 were written so: a cube of 1000 x 1000 x 426 int16
 * has chunks of 32 x 63 x 27.
 */
#ifndef HYP_IO_AUTO_CHUNK_H
#define HYP_IO_AUTO_CHUNK_H

#include <hdf5.h>
#include <stddef.h>

/*
 * Choose a chunk for a dataset whose elements have the given size in bytes.
 *
 * Collective: no
 * Shapes:     shape [dims]; chunk [dims], out
 * Requires:   every extent is at least 1
 * Result:     that of guess_chunk() in h5py 2 and 3
 */
void hyp_auto_chunk(const hsize_t *shape, int dims, size_t size,
                    hsize_t *chunk);

#endif
