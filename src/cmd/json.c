/*
 * json.c - what jansson does not do by itself
 */
#include "cmd/json.h"

#include "io/text.h"

#include <stdio.h>

json_t *hyp_json_text(const char *bytes)
{
    json_t *string = json_string(bytes);
    char copy[4096];

    if (string)
        return string;
    snprintf(copy, sizeof copy, "%s", bytes);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c > 127)
            *c = '?';
    return json_string(copy);
}

json_t *hyp_json_numbers(const double *value, int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_real(value[i]));
    return list;
}

hyp_status hyp_json_write(const char *path, const json_t *root, int digits)
{
    FILE *out;
    hyp_status st;

    if (root == NULL)
        return hyp_fail(HYP_ENOMEM, "cannot describe the run as JSON");
    HYP_TRY(hyp_text_create(&out, path));
    json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION((size_t)digits));
    fputc('\n', out);
    st = hyp_text_close(out, path);
out:
    return st;
}
