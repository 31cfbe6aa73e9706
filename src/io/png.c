/*
 * png.c - write PNG files, and read them
 *
 * The only file that knows libpng.  Its settings are for speed: on 1000 x 1000
 * dots of true colour, the filter "up" and Huffman codes alone took 20 ms and
 * 1.58 MB; level 1 took 35 ms and 1.69 MB, level 6 took 190 ms and 1.56 MB.
 */
#include "io/png.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/version.h"
#include "io/text.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BUFFER = 1 << 18 }; /* bytes a chunk of compressed data */

int hyp_png_samples(hyp_png_kind kind)
{
    switch (kind) {
    case HYP_PNG_PALETTE: return 1;
    case HYP_PNG_DRAWING:
    case HYP_PNG_PHOTO: return 3;
    case HYP_PNG_CUTOUT: return 4;
    }
    return 0;
}

static int colour_type(hyp_png_kind kind)
{
    switch (kind) {
    case HYP_PNG_PALETTE: return PNG_COLOR_TYPE_PALETTE;
    case HYP_PNG_DRAWING:
    case HYP_PNG_PHOTO: return PNG_COLOR_TYPE_RGB;
    case HYP_PNG_CUTOUT: return PNG_COLOR_TYPE_RGB_ALPHA;
    }
    return PNG_COLOR_TYPE_RGB;
}

/* libpng's errors end here: what failed is recorded, and write_image() ends. */
static void refuse(png_structp png, png_const_charp message)
{
    if (hyp_last_error()->code == HYP_OK)
        hyp_fail(HYP_EINTERNAL, "libpng: %s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t bytes)
{
    void *room = hyp_fault() ? NULL : malloc(bytes);

    (void)png;
    if (room == NULL)
        hyp_fail(HYP_ENOMEM, "cannot allocate %zu bytes", (size_t)bytes);
    return room;
}

static void release(png_structp png, png_voidp room)
{
    (void)png;
    free(room);
}

/* What goes wrong here is seen when the file is closed. */
static void put_bytes(png_structp png, png_bytep bytes, size_t count)
{
    fwrite(bytes, 1, count, png_get_io_ptr(png));
}

static void flush(png_structp png)
{
    (void)png;
}

static void put_header(png_structp png, png_infop info, const hyp_png *image)
{
    const char *const word[][2] = { { "Software", "hyperslab " HYP_VERSION },
                                    { "Title", image->title },
                                    { "Description", image->description } };
    png_text text[3] = { { 0 } };

    png_set_IHDR(png, info, (png_uint_32)image->cols, (png_uint_32)image->rows,
                 8, colour_type(image->kind), PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (image->kind == HYP_PNG_PALETTE) {
        png_color colour[PNG_MAX_PALETTE_LENGTH];
        const png_byte opacity = 0; /* of the first; the others are opaque */

        for (int i = 0; i < image->colours; i++)
            colour[i] = (png_color){ image->palette[i][0], image->palette[i][1],
                                     image->palette[i][2] };
        png_set_PLTE(png, info, colour, image->colours);
        png_set_tRNS(png, info, &opacity, 1, NULL);
    }
    for (int i = 0; i < 3; i++) {
        text[i].compression = PNG_TEXT_COMPRESSION_NONE;
        text[i].key = (png_charp)word[i][0];
        text[i].text = (png_charp)word[i][1];
    }
    png_set_text(png, info, text, 3);
    png_write_info(png, info);
}

static void put_dots(png_structp png, const hyp_png *image)
{
    const int64_t row_bytes = image->cols * hyp_png_samples(image->kind);

    for (int64_t row = 0; row < image->rows; row++)
        png_write_row(png, image->dot + row * row_bytes);
}

static void choose_compression(png_structp png, hyp_png_kind kind)
{
    const bool smooth = kind == HYP_PNG_PHOTO || kind == HYP_PNG_CUTOUT;

    png_set_compression_buffer_size(png, BUFFER);
    png_set_compression_level(png, 1);
    png_set_filter(png, PNG_FILTER_TYPE_BASE,
                   smooth ? PNG_FILTER_UP : PNG_FILTER_NONE);
    if (smooth)
        png_set_compression_strategy(png, Z_HUFFMAN_ONLY);
}

/* No variable here changes after setjmp(). */
static hyp_status write_image(png_structp png, png_infop info, FILE *out,
                              const hyp_png *image)
{
    if (setjmp(png_jmpbuf(png)))
        return hyp_last_error()->code;
    png_set_write_fn(png, out, put_bytes, flush);
    choose_compression(png, image->kind);
    put_header(png, info, image);
    put_dots(png, image);
    png_write_end(png, info);
    return HYP_OK;
}

static hyp_status make_structs(png_structp *png, png_infop *info)
{
    hyp_set_error(&(hyp_error){ .code = HYP_OK }); /* see refuse() */
    *png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, refuse,
                                     ignore, NULL, allocate, release);
    *info = *png ? png_create_info_struct(*png) : NULL;
    if (*info == NULL && hyp_last_error()->code == HYP_OK)
        return hyp_fail(HYP_EINTERNAL, "libpng does not start");
    return hyp_last_error()->code;
}

hyp_status hyp_png_write(const char *path, const hyp_png *image)
{
    png_structp png;
    png_infop info;
    FILE *out;
    hyp_status st = hyp_text_create(&out, path);

    if (st != HYP_OK)
        return st;
    st = make_structs(&png, &info);
    if (st == HYP_OK)
        st = write_image(png, info, out, image);
    png_destroy_write_struct(&png, &info);
    if (st == HYP_OK)
        return hyp_text_close(out, path);
    fclose(out);
    return hyp_fail_while(st, "writing '%s'", path);
}

hyp_status hyp_png_read(const char *path, uint8_t **rgb, int64_t *rows,
                        int64_t *cols)
{
    const png_color black = { 0, 0, 0 };
    png_image image;
    hyp_status st = HYP_OK;

    *rgb = NULL;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path))
        return hyp_fail(HYP_EFORMAT, "cannot read '%s': %s", path,
                        image.message);
    image.format = PNG_FORMAT_RGB;
    *rows = image.height;
    *cols = image.width;
    st = hyp_alloc(rgb, PNG_IMAGE_SIZE(image));
    if (st == HYP_OK && !png_image_finish_read(&image, &black, *rgb, 0, NULL))
        st = hyp_fail(HYP_EFORMAT, "cannot read '%s': %s", path, image.message);
    png_image_free(&image);
    if (st != HYP_OK) {
        free(*rgb);
        *rgb = NULL;
    }
    return st;
}
