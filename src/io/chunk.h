/*
 * chunk.h - decode one chunk of a tile's cube into int16 DN
 */
#ifndef HYP_IO_CHUNK_H
#define HYP_IO_CHUNK_H

#include "hyperslab/tile.h"

#include <hdf5.h>

/* Stands for nodata in values that were converted to int16. */
#define HYP_CONVERTED_NODATA INT16_MIN

typedef struct hyp_chunk_reader {
    const hyp_tile *tile;  /* borrowed                                     */
    const hyp_bands *kept; /* borrowed                                     */
    double quantum;        /* reflectance of one DN, for float cubes       */
    hid_t dataset;         /* borrowed                                     */
    int fd;                /* of the same file, for advice; or -1; owned   */
    struct libdeflate_decompressor *inflater; /* owned                      */
    void *stored;     /* as in the file: compressed; owned            */
    void *elements;   /* inflated, before unshuffling; owned          */
    void *unshuffled; /* before conversion to int16; owned            */
} hyp_chunk_reader;

/* A chunk's place among the chunks, and its first element in the cube. */
typedef struct hyp_chunk {
    int64_t index;
    int64_t row, col; /* of its first element */
    int band;
    int slot; /* its number among the chunks along the band axis */
} hyp_chunk;

/* The chunk with that index in row, column, band order.  Collective: no. */
hyp_chunk hyp_chunk_at(const hyp_tile *tile, int64_t index);

/* Elements of one chunk, edge chunks included.  Collective: no. */
int64_t hyp_chunk_elements(const hyp_tile *tile);

/*
 * Prepare to decode chunks of an open dataset.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; reader is then empty
 */
HYP_CHECKED hyp_status hyp_chunk_reader_init(hyp_chunk_reader *reader,
                                             const hyp_tile *tile,
                                             const hyp_bands *kept,
                                             double quantum, hid_t dataset);

/*
 * Decode a chunk: integers that fit are narrowed, float reflectance is
 * rounded to multiples of the quantum, nodata and NaN of converted types
 * become HYP_CONVERTED_NODATA.
 *
 * Collective: no
 * Shapes:     dn [chunk.rows][chunk.cols][chunk.bands], out; what lies past
 *             the edge of the cube, or in a band that is not kept, is undefined
 * Errors:     HYP_EIO, HYP_EFORMAT, naming the chunk or the first pixel whose
 *             value does not fit
 */
HYP_CHECKED hyp_status hyp_chunk_read(hyp_chunk_reader *reader,
                                      const hyp_chunk *chunk, int16_t *dn);

/*
 * Tell the file system that a chunk will be read soon, if that can be told: the
 * disk then works while other chunks are inflated.
 *
 * Collective: no
 */
void hyp_chunk_announce(const hyp_chunk_reader *reader, const hyp_chunk *chunk);

/* Free what reader owns.  Accepts { 0 }.  Collective: no. */
void hyp_chunk_reader_release(hyp_chunk_reader *reader);

#endif
