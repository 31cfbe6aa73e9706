/*
 * jpeg.h - photographs, small
 */
#ifndef HYP_IO_JPEG_H
#define HYP_IO_JPEG_H

#include "hyperslab/status.h"

#include <stddef.h>
#include <stdint.h>

/* A JPEG file in memory. */
typedef struct hyp_jpeg {
    uint8_t *bytes; /* owned */
    size_t size;
} hyp_jpeg;

/*
 * Compress an image.
 *
 * Collective: no
 * Shapes:     dot [rows][cols][samples], of which the first three are red,
 *             green and blue
 * Requires:   1 to 65500 rows and columns; 3 or 4 samples
 * Errors:     HYP_ENOMEM, HYP_EINTERNAL; jpeg is then empty
 * Ownership:  the caller frees jpeg->bytes
 */
HYP_CHECKED hyp_status hyp_jpeg_encode(const uint8_t *dot, int samples,
                                       int64_t rows, int64_t cols,
                                       hyp_jpeg *jpeg);

#endif
