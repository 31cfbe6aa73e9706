/*
 * sidecar.h - the names, colours and sizes of classes, beside a class map
 *
 * GDAL and terra read them from classes.tif.aux.xml: category names for the
 * legend, and a raster attribute table.  QGIS takes a layer's style from the
 * file of its name that ends in .qml.
 */
#ifndef HYP_IO_SIDECAR_H
#define HYP_IO_SIDECAR_H

#include "hyperslab/status.h"

#include <stdint.h>
#include <stdio.h>

/*
 * Write the sidecar of a class map to path, replacing what is there.  Classes
 * are named with their share of the valid pixels.
 *
 * Collective: no
 * Shapes:     count [classes + 1]: pixels of each class; [0] without data
 * Errors:     HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_sidecar_write(const char *path, int classes,
                                         const int64_t *count);

/*
 * Write a style of QGIS 3 for a class map, likewise: a palette with the same
 * names, without class 0.
 *
 * Collective: no
 * Shapes:     count [classes + 1]
 * Errors:     those of hyp_sidecar_write()
 */
HYP_CHECKED hyp_status hyp_sidecar_write_style(const char *path, int classes,
                                               const int64_t *count);

/*
 * Write the elements of a sidecar into a band of a VRT.
 *
 * Collective: no
 */
void hyp_sidecar_put(FILE *out, int classes, const int64_t *count);

#endif
