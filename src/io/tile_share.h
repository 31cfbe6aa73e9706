/*
 * tile_share.h - open a tile on one rank, and tell the others
 */
#ifndef HYP_IO_TILE_SHARE_H
#define HYP_IO_TILE_SHARE_H

#include "hyperslab/tile.h"

#include <hdf5.h>

/*
 * Open a file for reading.
 *
 * Collective: no
 * Errors:     HYP_ENOINPUT, HYP_EFORMAT, HYP_EIO; *file is then not open
 * Ownership:  the caller closes *file
 */
HYP_CHECKED hyp_status hyp_tile_open_file(const char *path, hid_t *file);

/*
 * Read and check what a file says about its cube.
 *
 * Collective: no
 * Errors:     those of hyp_tile_open_all(); *tile is NULL
 * Ownership:  the caller frees with hyp_tile_free()
 */
HYP_CHECKED hyp_status hyp_tile_read(const char *path, hyp_tile **tile);

/*
 * Give every rank the tile that rank root has.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; *tile is NULL on every rank but root
 * Ownership:  the caller frees with hyp_tile_free()
 */
HYP_CHECKED hyp_status hyp_tile_share_all(hyp_tile **tile, int root,
                                          MPI_Comm comm);

#endif
