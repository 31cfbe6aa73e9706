/*
 * class_npy.c - class maps that are NumPy arrays
 *
 * A magic number, a version, the length of a header, and the header: a Python
 * dictionary such as {'descr': '<i8', 'fortran_order': False, 'shape': (3, 4), }.
 * Source: NumPy, NEP 1, "A simple file format for NumPy arrays".
 */
#include "io/class_format.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX = 12, MOST_HEADER = 4096 };

static const char magic[] = "\x93NUMPY";

typedef struct header {
    char text[MOST_HEADER + 1];
    int64_t end; /* of the header: where the data begin */
} header;

static bool is_npy(const char *path, const unsigned char *first, size_t bytes)
{
    (void)path;
    return bytes >= PREFIX && memcmp(first, magic, sizeof magic - 1) == 0;
}

static hyp_status read_header(const char *path, header *h)
{
    unsigned char prefix[PREFIX] = { 0 };
    FILE *in = fopen(path, "rb");
    size_t length = 0, got = 0;

    if (in && fread(prefix, 1, PREFIX, in) == PREFIX) {
        const int start =
            prefix[6] == 1 ? 10 : PREFIX; /* version 1, or later */

        length = prefix[8] + 256u * prefix[9];
        if (prefix[6] > 1)
            length += 65536u * prefix[10] + 16777216u * prefix[11];
        h->end = start + (int64_t)length;
        if (length <= MOST_HEADER && fseek(in, start, SEEK_SET) == 0)
            got = fread(h->text, 1, length, in);
    }
    if (in)
        fclose(in);
    h->text[got] = '\0';
    if (got == 0 || got != length)
        return hyp_fail(HYP_EFORMAT, "'%s' has no header of a NumPy array",
                        path);
    return HYP_OK;
}

/* What follows a key of the dictionary. */
static const char *value_of(const header *h, const char *key)
{
    const char *found = strstr(h->text, key);

    if (found == NULL)
        return "";
    found += strlen(key);
    return found + strspn(found, " :");
}

/* Such as '<i8': byte order, kind, bytes. */
static hyp_status read_kind(const char *path, const header *h,
                            hyp_integers *kind)
{
    const uint16_t one = 1;
    const bool little = *(const unsigned char *)&one == 1;
    char order = 0, type = 0;
    int used = 0;

    *kind = (hyp_integers){ 0 };
    sscanf(value_of(h, "'descr'"), "'%c%c%d'%n", &order, &type, &kind->bytes,
           &used);
    if (used == 0 || strchr("<>|=", order) == NULL ||
        strchr("iub", type) == NULL ||
        (kind->bytes != 1 && kind->bytes != 2 && kind->bytes != 4 &&
         kind->bytes != 8))
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds numbers of type %.20s; a class map holds "
                        "integers: save map.astype('i4')",
                        path, value_of(h, "'descr'"));
    kind->is_signed = type == 'i';
    kind->swapped = order == (little ? '>' : '<');
    return HYP_OK;
}

static hyp_status read_shape(hyp_class_map *map, const header *h)
{
    long long rows = 0, cols = 0;
    int used = 0;

    sscanf(value_of(h, "'shape'"), "(%lld, %lld)%n", &rows, &cols, &used);
    if (used == 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' has the shape %.40s; a class map has rows and "
                        "columns",
                        map->path, value_of(h, "'shape'"));
    if (strncmp(value_of(h, "'fortran_order'"), "False", 5) != 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' is stored by columns; save "
                        "numpy.ascontiguousarray(map)",
                        map->path);
    map->rows = rows;
    map->cols = cols;
    return HYP_OK;
}

static hyp_status open_npy(hyp_class_map *map)
{
    hyp_integers kind;
    header h;
    hyp_status st;

    HYP_TRY(read_header(map->path, &h));
    HYP_TRY(read_kind(map->path, &h, &kind));
    HYP_TRY(read_shape(map, &h));
    HYP_TRY(hyp_class_raw_open(map, map->path, h.end, &kind));
out:
    return st;
}

const hyp_class_format hyp_class_npy = { is_npy, open_npy, hyp_class_raw_read,
                                         hyp_class_raw_close };
