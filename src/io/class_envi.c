/*
 * class_envi.c - class maps that are ENVI files, such as Spectral Python saves
 *
 * The data are samples and nothing else; a header of text lies beside them:
 * NAME.hdr beside NAME or NAME.img, or NAME.img.hdr beside NAME.img.  Either
 * may be named.
 */
#include "io/class_format.h"

#include "base/mem.h"
#include "io/map_info.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_PATH = 4096, MOST_TEXT = 1 << 20 };

static const char extension[] = ".hdr";

static bool ends_with(const char *path, const char *end)
{
    const size_t length = strlen(path);

    return length > strlen(end) &&
           strcasecmp(path + length - strlen(end), end) == 0;
}

/* The length of a path without the extension of its last part. */
static int stem(const char *path)
{
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');

    return (int)(dot && dot > path && (!slash || dot > slash + 1)
                     ? (size_t)(dot - path)
                     : strlen(path));
}

/* Whether there is a file whose path begins and ends so; out is its path. */
static bool is_there(const char *begin, int length, const char *end, char *out)
{
    snprintf(out, MOST_PATH, "%.*s%s", length, begin, end);
    return access(out, R_OK) == 0;
}

/* The header of a file that is named by its data, or is the header. */
static bool find_header(const char *path, char *header)
{
    if (ends_with(path, extension)) {
        snprintf(header, MOST_PATH, "%s", path);
        return true;
    }
    return is_there(path, (int)strlen(path), extension, header) ||
           is_there(path, stem(path), extension, header);
}

/* The data that belong to a header that was named. */
static bool find_data(const char *path, char *data)
{
    static const char *const ends[] = { "",     ".img", ".dat", ".raw",
                                        ".bin", ".bsq", ".bil", ".bip" };

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (is_there(path, stem(path), ends[i], data))
            return true;
    return false;
}

static bool is_envi(const char *path, const unsigned char *first, size_t bytes)
{
    char header[MOST_PATH];

    if (ends_with(path, extension))
        return bytes >= 4 && memcmp(first, "ENVI", 4) == 0;
    return find_header(path, header);
}

/* A field of a header, as "key = value" or "key = { value }". */
typedef struct field {
    const char *key, *value;
    size_t key_length, value_length;
} field;

/* Find the next field; false if there is none. */
static bool next_field(const char **at, field *f)
{
    const char *equals, *end;

    *at += strspn(*at, " \t\r\n");
    equals = strchr(*at, '=');
    if (equals == NULL)
        return false;
    f->key = *at;
    f->key_length = (size_t)(equals - *at);
    while (f->key_length > 0 &&
           isspace((unsigned char)f->key[f->key_length - 1]))
        f->key_length--;
    f->value = equals + 1 + strspn(equals + 1, " \t");
    end = f->value + (*f->value == '{' ? strcspn(f->value, "}")
                                       : strcspn(f->value, "\r\n"));
    f->value_length = (size_t)(end - f->value);
    *at = *end ? end + 1 : end;
    return true;
}

/* The value of a field, cut to the room; false if there is none. */
static bool find(const char *text, const char *key, char *value, size_t room)
{
    const char *at = text + strlen("ENVI");
    field f;

    while (next_field(&at, &f))
        if (f.key_length == strlen(key) &&
            strncasecmp(f.key, key, f.key_length) == 0) {
            snprintf(value, room, "%.*s", (int)f.value_length, f.value);
            return true;
        }
    return false;
}

static bool find_number(const char *text, const char *key, int64_t *value)
{
    char digits[32], *end;
    int64_t number;

    if (!find(text, key, digits, sizeof digits))
        return false;
    number = strtoll(digits, &end, 10);
    if (end == digits || end[strspn(end, " \t")] != '\0')
        return false;
    *value = number;
    return true;
}

/* Whole, since lists of names may be long; the caller frees *text. */
static hyp_status read_text(const char *path, char **text)
{
    FILE *in = fopen(path, "r");
    size_t bytes;
    hyp_status st = hyp_alloc(text, MOST_TEXT);

    if (st == HYP_OK && in) {
        bytes = fread(*text, 1, MOST_TEXT - 1, in);
        (*text)[bytes] = '\0';
    }
    if (in)
        fclose(in);
    if (st == HYP_OK && strncmp(*text, "ENVI", 4) != 0)
        st = hyp_fail(HYP_EFORMAT, "'%s' is not a header of ENVI", path);
    return st;
}

/* ENVI's numbers for types. */
static hyp_status read_kind(const char *text, const char *header,
                            hyp_integers *kind)
{
    static const struct {
        int type, bytes;
        bool is_signed;
    } known[] = { { 1, 1, false },  { 2, 2, true },   { 3, 4, true },
                  { 12, 2, false }, { 13, 4, false }, { 14, 8, true },
                  { 15, 8, false } };
    const uint16_t one = 1;
    const bool big = *(const unsigned char *)&one == 0;
    int64_t type = 0, order = 0;

    find_number(text, "byte order", &order);
    find_number(text, "data type", &type);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].type == type) {
            *kind = (hyp_integers){ known[i].bytes, known[i].is_signed,
                                    (order == 1) != big };
            return HYP_OK;
        }
    return hyp_fail(HYP_EFORMAT,
                    "'%s': data type %lld; a class map holds integers", header,
                    (long long)type);
}

static hyp_status read_fields(hyp_class_map *map, const char *text,
                              const char *header, int64_t *offset)
{
    char place[512];
    int64_t bands = 1;
    bool rotated;

    *offset = 0;
    if (!find_number(text, "lines", &map->rows) ||
        !find_number(text, "samples", &map->cols))
        return hyp_fail(HYP_EFORMAT, "'%s' says not how many lines or samples",
                        header);
    find_number(text, "bands", &bands);
    if (bands != 1)
        return hyp_fail(HYP_EFORMAT, "'%s' has %lld bands; a class map has one",
                        header, (long long)bands);
    find_number(text, "header offset", offset);
    map->has_nodata = find_number(text, "data ignore value", &map->nodata);
    if (find(text, "map info", place, sizeof place))
        map->georef = hyp_map_info_read(place, &rotated);
    return HYP_OK;
}

static hyp_status open_envi(hyp_class_map *map)
{
    char header[MOST_PATH], data[MOST_PATH], *text = NULL;
    hyp_integers kind;
    int64_t offset;
    hyp_status st;

    find_header(map->path, header);
    snprintf(data, sizeof data, "%s", map->path);
    if (ends_with(map->path, extension) && !find_data(map->path, data))
        HYP_TRY(hyp_fail(HYP_ENOINPUT,
                         "'%s': no data beside the header, such as '%.*s.img'",
                         map->path, stem(map->path), map->path));
    HYP_TRY(read_text(header, &text));
    HYP_TRY(read_fields(map, text, header, &offset));
    HYP_TRY(read_kind(text, header, &kind));
    HYP_TRY(hyp_class_raw_open(map, data, offset, &kind));
out:
    free(text);
    return st;
}

const hyp_class_format hyp_class_envi = { is_envi, open_envi,
                                          hyp_class_raw_read,
                                          hyp_class_raw_close };
