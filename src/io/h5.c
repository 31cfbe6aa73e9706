/*
 * h5.c - reading HDF5 leniently: numbers and texts however they are stored
 */
#include "io/h5.h"

#include "base/fault.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 4096 };

void hyp_h5_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void hyp_h5_version(char *text, size_t size)
{
    unsigned major, minor, release;

    H5get_libversion(&major, &minor, &release);
    snprintf(text, size, "%u.%u.%u", major, minor, release);
}

/* Keep the description of the innermost error, which says why. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *text)
{
    (void)n;
    if (error->desc && error->desc[0])
        snprintf(text, TEXT_SIZE, "%s", error->desc);
    return 0;
}

hyp_status hyp_h5_fail(hyp_status code, const char *fmt, ...)
{
    char what[TEXT_SIZE], why[TEXT_SIZE] = "";
    va_list args;

    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, innermost, why);
    H5Eclear2(H5E_DEFAULT);
    for (char *c = why; *c; c++) /* HDF5 may put a date with a line end here */
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return why[0] ? hyp_fail(code, "%s: %s", what, why)
                  : hyp_fail(code, "%s", what);
}

hid_t hyp_h5_open_any(hid_t group, const char *const *names)
{
    for (; *names; names++)
        if (H5Lexists(group, *names, H5P_DEFAULT) > 0) {
            hid_t object = H5Oopen(group, *names, H5P_DEFAULT);

            if (object >= 0)
                return object;
        }
    return H5I_INVALID_HID;
}

/* A string-like source of values: an attribute or a dataset. */
typedef struct source {
    hid_t id;
    bool attribute;
} source;

static herr_t read_source(source from, hid_t type, void *out)
{
    return from.attribute
               ? H5Aread(from.id, type, out)
               : H5Dread(from.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
}

static hssize_t elements(source from)
{
    hid_t space =
        from.attribute ? H5Aget_space(from.id) : H5Dget_space(from.id);
    hssize_t count = H5Sget_simple_extent_npoints(space);

    H5Sclose(space);
    return count;
}

static void append(char *text, size_t size, const char *more, size_t length)
{
    size_t used = strlen(text);

    if (used && used + 1 < size)
        text[used++] = ',';
    snprintf(text + used, size - used, "%.*s", (int)length, more);
}

static bool read_variable_strings(source from, size_t count, char *text,
                                  size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t file_type =
        from.attribute ? H5Aget_type(from.id) : H5Dget_type(from.id);
    char **strings = calloc(count, sizeof *strings);
    bool ok;

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5Tget_cset(file_type));
    ok = strings && read_source(from, type, strings) >= 0;
    for (size_t i = 0; ok && i < count; i++)
        if (strings[i]) {
            append(text, size, strings[i], strlen(strings[i]));
            H5free_memory(strings[i]);
        }
    free(strings);
    H5Tclose(file_type);
    H5Tclose(type);
    return ok;
}

static bool read_fixed_strings(source from, hid_t type, size_t count,
                               char *text, size_t size)
{
    size_t width = H5Tget_size(type);
    char *strings = calloc(count, width + 1);
    bool ok = strings && read_source(from, type, strings) >= 0;

    for (size_t i = 0; ok && i < count; i++)
        append(text, size, strings + i * width,
               strnlen(strings + i * width, width));
    free(strings);
    return ok;
}

static bool read_number_as_text(source from, char *text, size_t size)
{
    double value;

    if (elements(from) != 1 || read_source(from, H5T_NATIVE_DOUBLE, &value) < 0)
        return false;
    snprintf(text, size, "%.17g", value);
    return true;
}

static bool read_text(source from, char *text, size_t size)
{
    const hssize_t limit = 64; /* fields of a Map_Info stored one by one */
    hid_t type = from.attribute ? H5Aget_type(from.id) : H5Dget_type(from.id);
    hssize_t count = elements(from);
    bool ok = count >= 1 && count <= limit;

    text[0] = '\0';
    if (ok && H5Tget_class(type) != H5T_STRING)
        ok = read_number_as_text(from, text, size);
    else if (ok && H5Tis_variable_str(type) > 0)
        ok = read_variable_strings(from, (size_t)count, text, size);
    else if (ok)
        ok = read_fixed_strings(from, type, (size_t)count, text, size);
    H5Tclose(type);
    return ok;
}

bool hyp_h5_attribute(hid_t object, const char *name, char *text, size_t size)
{
    source from = { .id = H5I_INVALID_HID, .attribute = true };
    bool ok;

    if (H5Aexists(object, name) > 0)
        from.id = H5Aopen(object, name, H5P_DEFAULT);
    ok = from.id >= 0 && read_text(from, text, size);
    if (!ok)
        text[0] = '\0';
    if (from.id >= 0)
        H5Aclose(from.id);
    return ok;
}

bool hyp_h5_number(hid_t object, const char *const *names, double *value)
{
    for (; *names; names++) {
        char text[TEXT_SIZE], *end;
        const bool found = hyp_h5_attribute(object, *names, text, sizeof text);
        const double number = found ? strtod(text, &end) : 0;

        if (found && end != text) {
            *value = number;
            return true;
        }
    }
    return false;
}

bool hyp_h5_numbers(hid_t object, const char *name, double *value, int count)
{
    source from = { .attribute = true };
    double *all = NULL;
    hssize_t stored;
    bool ok = false;

    if (H5Aexists(object, name) <= 0)
        return false;
    from.id = H5Aopen(object, name, H5P_DEFAULT);
    if (from.id < 0)
        return false;
    stored = elements(from);
    if (stored >= count)
        all = calloc((size_t)stored, sizeof *all);
    if (all && read_source(from, H5T_NATIVE_DOUBLE, all) >= 0) {
        memcpy(value, all, (size_t)count * sizeof *value);
        ok = true;
    }
    free(all);
    H5Aclose(from.id);
    return ok;
}

bool hyp_h5_text(hid_t group, const char *const *names, char *text, size_t size)
{
    source from = { .id = hyp_h5_open_any(group, names) };
    bool ok = from.id >= 0 && H5Iget_type(from.id) == H5I_DATASET &&
              read_text(from, text, size);

    if (!ok)
        text[0] = '\0';
    if (from.id >= 0)
        H5Oclose(from.id);
    return ok;
}

hyp_status hyp_h5_vector(hid_t group, const char *const *names, double **values,
                         int *count)
{
    const hssize_t limit = 1 << 20;
    source from = { .id = hyp_h5_open_any(group, names) };
    hyp_status st = HYP_OK;
    hssize_t stored;

    *values = NULL;
    *count = 0;
    if (from.id < 0)
        return HYP_OK;
    stored = H5Iget_type(from.id) == H5I_DATASET ? elements(from) : 0;
    if (stored < 1 || stored > limit)
        goto out;
    HYP_TRY(hyp_alloc(values, (size_t)stored));
    if (hyp_fault() || read_source(from, H5T_NATIVE_DOUBLE, *values) < 0) {
        free(*values);
        *values = NULL;
        st = hyp_h5_fail(HYP_EIO, "cannot read '%s'", names[0]);
        goto out;
    }
    *count = (int)stored;
out:
    H5Oclose(from.id);
    return st;
}
