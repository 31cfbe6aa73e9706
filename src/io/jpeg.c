/*
 * jpeg.c - photographs, small
 *
 * The only file that knows libjpeg.  A composite of 1000 x 1000 dots takes
 * 1.6 MB as PNG and a tenth of it as JPEG, which is good enough to look at.
 */
#include "io/jpeg.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>

#include <jpeglib.h>

enum { QUALITY = 85, SAMPLES = 3 };

/* An image on its way; libjpeg's errors end where it was begun. */
typedef struct encoder {
    struct jpeg_error_mgr errors; /* first: libjpeg is told of this part */
    jmp_buf begin;
    struct jpeg_compress_struct info;
    unsigned char *bytes;
    unsigned long size;
} encoder;

static void refuse(j_common_ptr info)
{
    encoder *e = (encoder *)info->err;
    char text[JMSG_LENGTH_MAX];

    info->err->format_message(info, text);
    hyp_fail(HYP_EINTERNAL, "libjpeg: %s", text);
    longjmp(e->begin, 1);
}

static void compress(struct jpeg_compress_struct *info, const uint8_t *rgb,
                     int64_t rows, int64_t cols)
{
    info->image_width = (JDIMENSION)cols;
    info->image_height = (JDIMENSION)rows;
    info->input_components = SAMPLES;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, QUALITY, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row =
            (JSAMPROW)(rgb + (int64_t)info->next_scanline * cols * SAMPLES);

        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

/* No variable here changes after setjmp(). */
static hyp_status encode(encoder *e, const uint8_t *rgb, int64_t rows,
                         int64_t cols)
{
    if (setjmp(e->begin))
        return hyp_last_error()->code;
    jpeg_create_compress(&e->info);
    jpeg_mem_dest(&e->info, &e->bytes, &e->size);
    compress(&e->info, rgb, rows, cols);
    return HYP_OK;
}

hyp_status hyp_jpeg_encode(const uint8_t *rgb, int64_t rows, int64_t cols,
                           uint8_t **bytes, size_t *size)
{
    encoder e = { .bytes = NULL };
    hyp_status st;

    *bytes = NULL;
    *size = 0;
    if (hyp_fault())
        return hyp_fail(HYP_ENOMEM, "cannot allocate room for a JPEG image");
    e.info.err = jpeg_std_error(&e.errors);
    e.errors.error_exit = refuse;
    st = encode(&e, rgb, rows, cols);
    jpeg_destroy_compress(&e.info);
    if (st == HYP_OK) {
        *bytes = e.bytes;
        *size = e.size;
    } else {
        free(e.bytes);
    }
    return st;
}
