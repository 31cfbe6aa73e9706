/*
 * h5.h - reading HDF5 leniently: numbers and texts however they are stored
 *
 * All functions are local: they serve rank 0, which alone reads metadata.
 * What NEON and those who rewrite its files vary (scalars or one-element
 * arrays, fixed or variable-length strings, number types, letter case) is
 * taken as it comes.
 */
#ifndef HYP_IO_H5_H
#define HYP_IO_H5_H

#include "hyperslab/status.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/* Stop HDF5 from printing its errors by itself.  Collective: no. */
void hyp_h5_quiet(void);

/* Version of the HDF5 library, such as "1.10.8".  Collective: no. */
void hyp_h5_version(char *text, size_t size);

/*
 * Record a failure followed by what HDF5 said about it, in one line.
 *
 * Collective: no
 */
hyp_status hyp_h5_fail(hyp_status code, const char *fmt, ...) HYP_PRINTF(2, 3);

/*
 * Open the first of the NULL-terminated names that is an object of the group.
 *
 * Collective: no
 * Result:     an identifier to close with H5Oclose(); negative if none is
 */
hid_t hyp_h5_open_any(hid_t group, const char *const *names);

/*
 * Read the first of the named attributes as a number; a numeric text counts.
 *
 * Collective: no
 * Result:     false, and *value unchanged, if there is none
 */
bool hyp_h5_number(hid_t object, const char *const *names, double *value);

/*
 * Read up to count numbers of an attribute.
 *
 * Collective: no
 * Result:     false if there is no such attribute with at least count numbers
 */
bool hyp_h5_numbers(hid_t object, const char *name, double *value, int count);

/*
 * Read an attribute's text: its one string, or its strings joined by commas; a
 * number becomes its digits.
 *
 * Collective: no
 * Result:     false, and text empty, if there is none
 */
bool hyp_h5_attribute(hid_t object, const char *name, char *text, size_t size);

/*
 * Read a dataset's text: its one string, or its strings joined by commas; a
 * number becomes its digits.
 *
 * Collective: no
 * Result:     false, and text empty, if there is none
 */
bool hyp_h5_text(hid_t group, const char *const *names, char *text,
                 size_t size);

/*
 * Read all elements of the first of the named datasets as doubles.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, HYP_EIO; HYP_OK with *values NULL if there is none
 * Ownership:  the caller frees *values
 */
HYP_CHECKED hyp_status hyp_h5_vector(hid_t group, const char *const *names,
                                     double **values, int *count);

#endif
