/*
 * png.h - write PNG files, and read them
 */
#ifndef HYP_IO_PNG_H
#define HYP_IO_PNG_H

#include "hyperslab/status.h"

#include <stdint.h>

typedef enum hyp_png_kind {
    HYP_PNG_PALETTE, /* an index of the palette a dot                */
    HYP_PNG_DRAWING, /* red, green and blue a dot, in large areas    */
    HYP_PNG_PHOTO,   /* red, green and blue a dot, ever different    */
    HYP_PNG_CUTOUT   /* the same, and opacity                        */
} hyp_png_kind;

/* An image; all borrowed. */
typedef struct hyp_png {
    hyp_png_kind kind;
    int64_t rows, cols;
    const uint8_t *dot; /* [rows][cols][samples of the kind]                */
    const uint8_t (*palette)[3]; /* [colours]; the first one is transparent */
    int colours;                 /* 2 to 256                                */
    const char *title, *description; /* Latin-1; kept in the file           */
} hyp_png;

/* The bytes that a dot takes.  Collective: no. */
int hyp_png_samples(hyp_png_kind kind);

/*
 * Write an image to path, replacing what is there.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO, HYP_ENOMEM; HYP_EINTERNAL if libpng
 *             refuses the image; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_png_write(const char *path, const hyp_png *image);

/*
 * Read a file as red, green and blue; what is transparent becomes black.
 *
 * Collective: no
 * Shapes:     *rgb [*rows][*cols][3], out
 * Errors:     HYP_EFORMAT, HYP_ENOMEM; *rgb is then NULL
 * Ownership:  the caller frees *rgb
 */
HYP_CHECKED hyp_status hyp_png_read(const char *path, uint8_t **rgb,
                                    int64_t *rows, int64_t *cols);

#endif
