/*
 * h5_sink.h - an HDF5 file that survives a full disk
 *
 * When HDF5 1.10 cannot write what it holds in memory, closing the file fails,
 * and the remains crash the program when HDF5 ends.  This file driver never
 * reports a failed write to HDF5; it reports it to the caller, through a
 * number that is looked at after each step.
 */
#ifndef HYP_IO_H5_SINK_H
#define HYP_IO_H5_SINK_H

#include <hdf5.h>

/*
 * Create a file, in the oldest format that its contents allow.  From then on
 * *failure is the errno of its first failed operation, or 0; what was to be
 * written after that may be lost.
 *
 * Collective: no
 * Requires:   failure outlives the file
 * Result:     negative if the file cannot be created
 * Ownership:  the caller closes the file with H5Fclose(), which closes all of
 *             its objects too
 */
hid_t hyp_h5_sink(const char *path, int *failure);

#endif
