/*
 * class_format.h - what a format of class maps must be able to do
 */
#ifndef HYP_IO_CLASS_FORMAT_H
#define HYP_IO_CLASS_FORMAT_H

#include "io/class_map.h"

#include <stddef.h>

typedef struct hyp_class_format {
    /* Whether the file may be of this format, from its first bytes. */
    bool (*is)(const char *path, const unsigned char *first, size_t bytes);

    /* Fill in all of map but its path and format, of which path is set. */
    hyp_status (*open)(hyp_class_map *map);

    /* As hyp_class_map_read(), of rows that exist. */
    hyp_status (*read)(hyp_class_map *map, int64_t row, int64_t rows,
                       int64_t *value);

    /* Free the reader, which may be NULL. */
    void (*close)(hyp_class_map *map);
} hyp_class_format;

extern const hyp_class_format hyp_class_tiff;
extern const hyp_class_format hyp_class_npy;
extern const hyp_class_format hyp_class_envi;

/* How integers are stored. */
typedef struct hyp_integers {
    int bytes; /* 1, 2, 4 or 8 */
    bool is_signed;
    bool swapped; /* the other byte order than this machine's */
} hyp_integers;

/*
 * Widen stored integers.
 *
 * Collective: no
 * Result:     values of 2^63 and more become negative
 */
void hyp_integers_widen(const hyp_integers *kind, const void *stored,
                        int64_t count, int64_t *value);

/*
 * Let a map be read from a file that holds its rows one after the other, as
 * they are, from an offset on.
 *
 * Collective: no
 * Requires:   map->rows and cols are set
 * Errors:     HYP_ENOINPUT; HYP_EFORMAT if the file is too short; HYP_ENOMEM;
 *             map->reader is then NULL
 */
HYP_CHECKED hyp_status hyp_class_raw_open(hyp_class_map *map, const char *path,
                                          int64_t offset,
                                          const hyp_integers *kind);

/* The functions of a format whose maps are read so.  Collective: no. */
hyp_status hyp_class_raw_read(hyp_class_map *map, int64_t row, int64_t rows,
                              int64_t *value);

/* Likewise.  Collective: no. */
void hyp_class_raw_close(hyp_class_map *map);

#endif
