/*
 * footprint.h - what a run takes of a rank's memory, before it begins
 *
 * A model of what the parts of the program allocate, from numbers alone.  It
 * takes all pixels for valid: those that are not take less.
 */
#ifndef HYP_IO_FOOTPRINT_H
#define HYP_IO_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

/* What the rank with the most is to do. */
typedef struct hyp_footprint_task {
    int64_t cells;      /* pixels of its rows, valid or not              */
    int64_t rows;       /* its rows                                      */
    int64_t scene_rows; /* all ranks' rows                               */
    int bands;          /* kept                                          */
    int64_t buffers;    /* bytes that one turn of reading decodes and
                           receives                                      */
    int64_t decoder;    /* bytes of a chunk as it is stored              */
    int classes;        /* of k-means; 0: none                           */
    int labels;         /* of further clusterings that are kept          */
    int picked;         /* bands of slabs that are made from the slab    */
    bool bounded;       /* whether k-means keeps bounds: Euclidean ones  */
    bool components;    /* whether there is a PCA                        */
    int pictured;       /* values of a pixel that pictures need          */
    int64_t row_bytes;  /* of the widest row of a map                    */
    int64_t map_rows;   /* of the highest map                            */
} hyp_footprint_task;

/* Bytes. */
typedef struct hyp_footprint {
    /* In large blocks, which may lie in files (base/map.h): */
    int64_t pixels;  /* the slab                                             */
    int64_t buffers; /* while reading                                        */
    int64_t bounds;  /* of the pixels, during k-means                        */
    /* In small ones, always in memory: */
    int64_t marks;   /* which cells are valid, and where rows begin          */
    int64_t decoder; /* while reading                                        */
    int64_t kmeans;  /* labels, slack and centres                            */
    int64_t labels;  /* what of that stays                                   */
    int64_t pca;     /* matrices                                             */
    int64_t maps;    /* strips, and what pictures show                       */
} hyp_footprint;

/* The model.  Collective: no. */
hyp_footprint hyp_footprint_of(const hyp_footprint_task *task);

/* The most that is in memory at one time, if large blocks do not lie in files,
   or if they do.  Collective: no. */
int64_t hyp_footprint_memory(const hyp_footprint *footprint, bool in_files);

/* The most that large blocks take at one time.  Collective: no. */
int64_t hyp_footprint_files(const hyp_footprint *footprint);

#endif
