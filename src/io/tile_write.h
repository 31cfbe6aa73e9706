/*
 * tile_write.h - write a modelled scene as a tile in NEON's HDF5 format
 *
 * The scene is that of hyperslab/scenery.h; the layouts are described in
 * docs/synthetic-tiles.md.
 */
#ifndef HYP_IO_TILE_WRITE_H
#define HYP_IO_TILE_WRITE_H

#include "hyperslab/scenery.h"
#include "hyperslab/status.h"

#include <mpi.h>
#include <stdint.h>

typedef enum hyp_layout {
    HYP_LAYOUT_BLOCKS, /* as up to 2021 (.001): h5py's automatic chunks   */
    HYP_LAYOUT_BANDS   /* as from 2022 (.002): a chunk is one whole band  */
} hyp_layout;

typedef struct hyp_synth {
    int64_t rows, cols;
    int bands;
    uint64_t seed;
    hyp_layout layout;
    double nodata_edge; /* share of the columns without data, 0..1        */
    double west, north; /* outer edges of the first pixel, metres         */
    int utm_zone;       /* 1..60, northern hemisphere, WGS 84             */
    char site[5];       /* four characters and a null                     */
} hyp_synth;

/*
 * Fill in the defaults: 1000 x 1000 x 426 in blocks, seed 0, data everywhere,
 * at the Smithsonian Environmental Research Center (SERC), UTM zone 18.
 *
 * Collective: no
 */
void hyp_synth_init(hyp_synth *synth);

/*
 * The scene that a tile shows, for its truth.
 *
 * Collective: no
 * Errors:     HYP_EUSAGE if the description cannot be met, HYP_ENOMEM
 * Ownership:  the caller frees *out with hyp_scenery_free()
 */
HYP_CHECKED hyp_status hyp_synth_scenery(const hyp_synth *synth,
                                         hyp_scenery **out);

/*
 * Write the tile to path, replacing any file there.  The ranks model and
 * compress the cube together; rank 0 owns the file.
 *
 * Collective: yes
 * Requires:   path and synth are the same on every rank
 * Errors:     HYP_EUSAGE, HYP_ENOMEM, HYP_ECREATE, HYP_EIO; part of a file may
 *             be left behind, for the caller to remove
 * Result:     the same bytes at any rank count
 * Cost:       dominated by deflating the cube; about 130 MB a rank for bands,
 *             5 MB for blocks; twice a chunk if that is more
 */
HYP_CHECKED hyp_status hyp_tile_write_all(const char *path,
                                          const hyp_synth *synth,
                                          MPI_Comm comm);

#endif
