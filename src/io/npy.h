/*
 * npy.h - arrays as NumPy keeps them in a file
 *
 * Source: NumPy Enhancement Proposal 1, format version 1.0.
 */
#ifndef HYP_IO_NPY_H
#define HYP_IO_NPY_H

#include "hyperslab/status.h"

#include <stdint.h>

typedef enum hyp_npy_type { HYP_NPY_INT16, HYP_NPY_FLOAT64 } hyp_npy_type;

/*
 * Write [rows][columns] of a type to path, replacing what is there.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_npy_write(const char *path, hyp_npy_type type,
                                     int64_t rows, int64_t columns,
                                     const void *value);

#endif
