/*
 * base64.h - bytes as text
 *
 * Source: RFC 4648, section 4.
 */
#ifndef HYP_IO_BASE64_H
#define HYP_IO_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Characters that stand for so many bytes.  Collective: no. */
static inline size_t hyp_base64_length(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

/*
 * Write bytes as text to a file whose closing tells of failures.
 *
 * Collective: no
 */
void hyp_base64_write(FILE *out, const uint8_t *bytes, size_t count);

#endif
