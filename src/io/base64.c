/*
 * base64.c - bytes as text
 */
#include "io/base64.h"

enum { GROUPS = 1024 }; /* of three bytes that are written together */

static const char digit[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(const uint8_t *in, char *out)
{
    const uint32_t bits =
        (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | (uint32_t)in[2];

    for (int i = 0; i < 4; i++)
        out[i] = digit[bits >> (18 - 6 * i) & 63];
}

void hyp_base64_write(FILE *out, const uint8_t *bytes, size_t count)
{
    char text[GROUPS][4];
    size_t groups = 0;

    for (; count >= 3; count -= 3, bytes += 3) {
        encode(bytes, text[groups++]);
        if (groups == GROUPS) {
            fwrite(text, 4, groups, out);
            groups = 0;
        }
    }
    if (count > 0) {
        const uint8_t last[3] = { bytes[0], count > 1 ? bytes[1] : 0, 0 };

        encode(last, text[groups]);
        text[groups][3] = '=';
        if (count == 1)
            text[groups][2] = '=';
        groups++;
    }
    fwrite(text, 4, groups, out);
}
