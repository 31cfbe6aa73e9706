/*
 * npy.c - arrays as NumPy keeps them in a file
 */
#include "io/npy.h"

#include "io/text.h"

#include <string.h>

enum { MAGIC = 10, ALIGNMENT = 64 }; /* bytes before the header; of the data */

static const union {
    uint16_t number;
    char first_byte;
} order = { .number = 1 };

static const char *const name_of[] = {
    [HYP_NPY_INT16] = "i2", [HYP_NPY_FLOAT64] = "f8"
};
static const size_t size_of[] = { [HYP_NPY_INT16] = 2, [HYP_NPY_FLOAT64] = 8 };

/* "\x93NUMPY", version 1.0, length of the header, and the header, filled up
   with blanks so that the values are aligned. */
static void put_header(FILE *out, const char *type, int64_t rows,
                       int64_t columns)
{
    char header[2 * ALIGNMENT - MAGIC + 1];
    const int length = (int)sizeof header - 1;
    const int used = snprintf(
        header, sizeof header,
        "{'descr': '%c%s', 'fortran_order': False, 'shape': (%lld, %lld), }",
        order.first_byte ? '<' : '>', type, (long long)rows,
        (long long)columns);

    memset(header + used, ' ', (size_t)(length - used));
    header[length - 1] = '\n';
    fwrite("\x93NUMPY\x01", 1, 8, out); /* with the zero at the end */
    fputc(length & 255, out);
    fputc(length >> 8, out);
    fwrite(header, 1, (size_t)length, out);
}

hyp_status hyp_npy_write(const char *path, hyp_npy_type type, int64_t rows,
                         int64_t columns, const void *value)
{
    FILE *out;
    hyp_status st = hyp_text_create(&out, path);

    if (st != HYP_OK)
        return st;
    put_header(out, name_of[type], rows, columns);
    fwrite(value, size_of[type], (size_t)(rows * columns), out);
    return hyp_text_close(out, path);
}
