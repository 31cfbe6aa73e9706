/*
 * tile.h - one NEON reflectance file: what it holds and how it is stored
 */
#ifndef HYP_TILE_H
#define HYP_TILE_H

#include "hyperslab/bands.h"
#include "hyperslab/georef.h"
#include "hyperslab/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/* What a value is once it has been read, before it becomes int16 DN. */
typedef enum hyp_element {
    HYP_ELEMENT_INT16,
    HYP_ELEMENT_INT32,
    HYP_ELEMENT_FLOAT32
} hyp_element;

/* How the cube is cut up in the file, or is cut up for reading. */
typedef struct hyp_chunking {
    int64_t rows, cols; /* of one chunk                                      */
    int bands;          /* of one chunk                                      */
    bool in_file;       /* a chunked dataset; else chunks of our own choice  */
    bool raw;           /* our own inflater can decode it; else H5Dread does */
    bool shuffle;       /* bytes are shuffled before deflate                 */
    bool fletcher32;    /* four bytes of checksum follow each chunk          */
    char filters[128];  /* for people, such as "gzip 3"                      */
} hyp_chunking;

typedef struct hyp_tile {
    char path[4096];
    char site[64];
    char cube[192]; /* path of the reflectance dataset in the file           */
    int64_t rows, cols;
    int bands;
    hyp_element element;
    double fill; /* value of chunks that were never written                  */
    hyp_chunking chunk;
    double scale; /* reflectance = value / scale                             */
    bool has_nodata;
    double nodata;
    int windows; /* of water vapour, usually 2     */
    hyp_band_window window[HYP_MAX_WINDOWS]; /* nm                           */
    bool default_windows; /* the file names none            */
    char map_info[512];
    bool rotated; /* the grid is not north-up; georef is then empty          */
    hyp_georef georef;
    double *wavelength; /* [bands], nm; owned                                */
    double *fwhm;       /* [bands], nm, or NULL if the file has none; owned  */
    int64_t chunks;     /* of the whole cube                                 */
    int64_t *stored;    /* [chunks]: bytes in the file, in row, column, band
                           order of the chunks; owned                        */
} hyp_tile;

/*
 * Read and check what a file says about its cube.  Rank 0 reads; the others
 * are told.  No file stays open.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT, HYP_EFORMAT, HYP_EIO, HYP_ENOMEM; *tile is NULL
 * Ownership:  the caller frees with hyp_tile_free()
 */
HYP_CHECKED hyp_status hyp_tile_open_all(const char *path, MPI_Comm comm,
                                         hyp_tile **tile);

/* Free *tile and set it to NULL.  Accepts NULL.  Collective: no. */
void hyp_tile_free(hyp_tile **tile);

#endif
