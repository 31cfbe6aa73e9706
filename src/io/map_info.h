/*
 * map_info.h - where the pixels of a raster lie, in ENVI's words
 *
 * "UTM, 1.000, 1.000, 368000.0, 4307000.0, 1.0, 1.0, 18, North, WGS-84": the
 * projection, a pixel counted from 1, its place, the pixel size, and for UTM
 * the zone.  NEON's tiles have it as Map_Info, ENVI's headers as map info.
 */
#ifndef HYP_IO_MAP_INFO_H
#define HYP_IO_MAP_INFO_H

#include "hyperslab/georef.h"

/*
 * Read a map info.  The EPSG code is that of a UTM zone, or 0.
 *
 * Collective: no
 * Result:     an unknown place if the text is none, or the grid is rotated,
 *             which *rotated says
 */
hyp_georef hyp_map_info_read(const char *text, bool *rotated);

#endif
