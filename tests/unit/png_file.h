/*
 * png_file.h - PNG files as libpng reads them, in files of this process
 */
#ifndef HYP_TEST_PNG_FILE_H
#define HYP_TEST_PNG_FILE_H

#include "test.h"

#include <png.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char png_path[] = "/tmp/hyperslab-png-XXXXXX";

static inline void png_path_make(void)
{
    const int fd = mkstemp(png_path);

    CHECK(fd >= 0);
    close(fd);
}

/* Red, green, blue and opacity of each dot; the caller frees. */
static inline uint8_t *read_png(int rows, int cols)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    uint8_t *dot = calloc((size_t)rows * (size_t)cols, 4);

    CHECK(png_image_begin_read_from_file(&image, png_path) != 0);
    CHECK(image.width == (png_uint_32)cols &&
          image.height == (png_uint_32)rows);
    image.format = PNG_FORMAT_RGBA;
    if (image.width == (png_uint_32)cols && image.height == (png_uint_32)rows)
        CHECK(png_image_finish_read(&image, NULL, dot, 0, NULL) != 0);
    CHECK(image.warning_or_error == 0);
    png_image_free(&image);
    return dot;
}

#endif
