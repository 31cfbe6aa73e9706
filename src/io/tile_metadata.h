/*
 * tile_metadata.h - what the groups and attributes of a tile say
 */
#ifndef HYP_IO_TILE_METADATA_H
#define HYP_IO_TILE_METADATA_H

#include "hyperslab/tile.h"

#include <hdf5.h>

/*
 * Fill in everything about the cube but its shape and chunks: scale, nodata,
 * windows, place on Earth, wavelengths.
 *
 * Collective: no
 * Requires:   tile->path, site, bands and element are set
 * Errors:     HYP_EFORMAT if there are no usable wavelengths; HYP_ENOMEM,
 *             HYP_EIO
 */
HYP_CHECKED hyp_status hyp_tile_metadata_read(hyp_tile *tile, hid_t file,
                                              hid_t cube);

#endif
