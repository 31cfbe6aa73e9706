/*
 * class_map.h - read class maps: TIFF, ENVI and NumPy files of whole numbers
 */
#ifndef HYP_IO_CLASS_MAP_H
#define HYP_IO_CLASS_MAP_H

#include "hyperslab/georef.h"
#include "hyperslab/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct hyp_class_map {
    const char *path; /* for errors; borrowed                               */
    int64_t rows, cols;
    bool has_nodata;
    int64_t nodata;
    hyp_georef georef; /* of TIFF and ENVI files that know their place      */
    const struct hyp_class_format *format;
    void *reader; /* of the format; owned                                   */
} hyp_class_map;

/*
 * Open a class map for reading: a TIFF of one band, in strips or tiles, of any
 * compression that libtiff has; an ENVI file, by its header or its data; or a
 * NumPy array of two dimensions (.npy).  Values are integers of up to 64 bits.
 *
 * Collective: no
 * Errors:     HYP_ENOINPUT; HYP_EFORMAT; HYP_EIO, HYP_ENOMEM; map is then
 *             closed
 * Ownership:  borrows path; the caller closes with hyp_class_map_close()
 */
HYP_CHECKED hyp_status hyp_class_map_open(hyp_class_map *map, const char *path);

/*
 * Read consecutive rows.  Rows that are read in order are decoded once.
 *
 * Collective: no
 * Shapes:     value [rows][cols], out
 * Errors:     HYP_EFORMAT, HYP_EIO
 */
HYP_CHECKED hyp_status hyp_class_map_read(hyp_class_map *map, int64_t row,
                                          int64_t rows, int64_t *value);

/*
 * Refuse two maps that are not of one grid: of as many rows and columns and,
 * as far as both know it, in one place.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT, naming both
 */
HYP_CHECKED hyp_status hyp_class_map_check_grid(const hyp_class_map *a,
                                                const hyp_class_map *b);

/* Close.  Accepts { 0 }.  Collective: no. */
void hyp_class_map_close(hyp_class_map *map);

#endif
