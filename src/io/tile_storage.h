/*
 * tile_storage.h - how the cube of a tile lies in its file
 */
#ifndef HYP_IO_TILE_STORAGE_H
#define HYP_IO_TILE_STORAGE_H

#include "hyperslab/tile.h"

#include <hdf5.h>

/*
 * Fill in the element type, the chunks, their filters and stored sizes.
 *
 * Collective: no
 * Requires:   tile->path, cube and shape are set
 * Errors:     HYP_EFORMAT for a type that is not a number; HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_tile_storage_read(hyp_tile *tile, hid_t cube);

/* The name of an element's type, such as "int16".  Collective: no. */
const char *hyp_element_name(hyp_element element);

/* Bytes of one element.  Collective: no. */
int hyp_element_size(hyp_element element);

#endif
