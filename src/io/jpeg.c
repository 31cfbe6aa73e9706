/*
 * jpeg.c - photographs, small
 *
 * The only file that knows libjpeg.  A composite of 1000 x 1000 dots takes
 * 1.6 MB as PNG and a tenth of it as JPEG, which is good enough to look at.
 */
#include "io/jpeg.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>

#include <jpeglib.h>

enum { QUALITY = 85, COLOURS = 3 };

/* An image on its way; libjpeg's errors end where it was begun. */
typedef struct encoder {
    struct jpeg_error_mgr errors; /* first: libjpeg is told of this part */
    jmp_buf begin;
    struct jpeg_compress_struct info;
    unsigned char *bytes;
    unsigned long size;
    uint8_t *row; /* [cols][COLOURS]; owned */
} encoder;

/* What is to be compressed; borrowed. */
typedef struct image {
    const uint8_t *dot; /* [rows][cols][samples] */
    int samples;
    int64_t rows, cols;
} image;

static void refuse(j_common_ptr info)
{
    encoder *e = (encoder *)info->err;
    char text[JMSG_LENGTH_MAX];

    info->err->format_message(info, text);
    hyp_fail(HYP_EINTERNAL, "libjpeg: %s", text);
    longjmp(e->begin, 1);
}

/* The colours of a row, without what else its dots hold. */
static void pick_colours(const image *from, int64_t row, uint8_t *out)
{
    const uint8_t *dot = from->dot + row * from->cols * from->samples;

    for (int64_t i = 0; i < from->cols; i++)
        for (int k = 0; k < COLOURS; k++)
            out[i * COLOURS + k] = dot[i * from->samples + k];
}

static void compress(encoder *e, const image *from)
{
    struct jpeg_compress_struct *info = &e->info;

    info->image_width = (JDIMENSION)from->cols;
    info->image_height = (JDIMENSION)from->rows;
    info->input_components = COLOURS;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, QUALITY, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row = e->row;

        pick_colours(from, info->next_scanline, row);
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

/* No variable here changes after setjmp(). */
static hyp_status encode(encoder *e, const image *from)
{
    if (setjmp(e->begin))
        return hyp_last_error()->code;
    jpeg_create_compress(&e->info);
    jpeg_mem_dest(&e->info, &e->bytes, &e->size);
    compress(e, from);
    return HYP_OK;
}

hyp_status hyp_jpeg_encode(const uint8_t *dot, int samples, int64_t rows,
                           int64_t cols, hyp_jpeg *jpeg)
{
    const image from = { dot, samples, rows, cols };
    encoder e = { .bytes = NULL };
    hyp_status st;

    *jpeg = (hyp_jpeg){ 0 };
    HYP_TRY(hyp_alloc(&e.row, (size_t)cols * COLOURS));
    e.info.err = jpeg_std_error(&e.errors);
    e.errors.error_exit = refuse;
    st = encode(&e, &from);
    jpeg_destroy_compress(&e.info);
    if (st == HYP_OK) /* else libjpeg may have moved the bytes: they are lost */
        *jpeg = (hyp_jpeg){ e.bytes, e.size };
    free(e.row);
out:
    return st;
}
