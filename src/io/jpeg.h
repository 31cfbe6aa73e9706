/*
 * jpeg.h - photographs, small
 */
#ifndef HYP_IO_JPEG_H
#define HYP_IO_JPEG_H

#include "hyperslab/status.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Compress an image.
 *
 * Collective: no
 * Shapes:     rgb [rows][cols][3]
 * Requires:   1 to 65500 rows and columns
 * Errors:     HYP_ENOMEM, HYP_EINTERNAL; *bytes is then NULL
 * Ownership:  the caller frees *bytes
 */
HYP_CHECKED hyp_status hyp_jpeg_encode(const uint8_t *rgb, int64_t rows,
                                       int64_t cols, uint8_t **bytes,
                                       size_t *size);

#endif
