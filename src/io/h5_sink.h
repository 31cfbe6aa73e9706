/*
 * h5_sink.h - writing HDF5 files that survive a full disk
 *
 * When HDF5 1.10 cannot write what it holds in memory, closing the file fails,
 * and the remains crash the program when HDF5 ends.  This file driver never
 * reports a failed write to HDF5; it reports it to the caller, through a
 * number that is looked at after each step.
 */
#ifndef HYP_IO_H5_SINK_H
#define HYP_IO_H5_SINK_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Create a file, in the oldest format that its contents allow, behind a head of
 * some bytes that HDF5 does not look at (its user block).  From then on
 * *failure is the errno of its first failed operation, or 0; what was to be
 * written after that may be lost.
 *
 * Collective: no
 * Requires:   head is 0, 512, or a greater power of 2; failure outlives the
 *             file
 * Result:     negative if the file cannot be created
 * Ownership:  the caller closes the file with H5Fclose(), which closes all of
 *             its objects too
 */
hid_t hyp_h5_sink(const char *path, int head, int *failure);

/*
 * Write count values as a dataset of shape [rows][count / rows], or [count] if
 * rows is 0; without time stamps: the same results are the same bytes.
 *
 * Collective: no
 * Result:     whether HDF5 was content
 */
bool hyp_h5_put(hid_t group, const char *name, hid_t type, int64_t rows,
                int64_t count, const void *data);

/* Write one value as a dataset without dimensions.  Likewise.
   Collective: no. */
bool hyp_h5_put_scalar(hid_t group, const char *name, hid_t type,
                       const void *value);

/*
 * Make a dataset whose values others write later: its room in one piece,
 * without values.  Likewise without time stamps.
 *
 * Collective: no
 * Shapes:     shape [dimensions]
 * Result:     whether HDF5 was content; *at: where in the file the room begins
 */
bool hyp_h5_put_room(hid_t group, const char *name, hid_t type, int dimensions,
                     const hsize_t *shape, int64_t *at);

/* Write one value as an attribute.  Likewise.  Collective: no. */
bool hyp_h5_put_attribute(hid_t object, const char *name, hid_t type,
                          const void *value);

/* Write a text as an attribute.  Likewise.  Collective: no. */
bool hyp_h5_put_text(hid_t object, const char *name, const char *text);

#endif
