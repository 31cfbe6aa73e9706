/*
 * config.c - options from a JSON file, such as the settings in a run.json
 */
#include "cmd/config.h"

#include "base/mem.h"
#include "hyperslab/comm.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool put_scalar(FILE *out, const json_t *value)
{
    char *number;

    if (json_is_string(value))
        return fputs(json_string_value(value), out) >= 0;
    if (!json_is_number(value))
        return false;
    number = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (number)
        fputs(number, out);
    free(number);
    return number != NULL;
}

/* LO-HI */
static bool put_range(FILE *out, const json_t *pair)
{
    if (json_array_size(pair) != 2 || !put_scalar(out, json_array_get(pair, 0)))
        return false;
    fputc('-', out);
    return put_scalar(out, json_array_get(pair, 1));
}

static bool put_list(FILE *out, const json_t *list)
{
    bool good = json_array_size(list) > 0;
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        if (i > 0)
            fputc(',', out);
        good = good && (json_is_array(item) ? put_range(out, item)
                                            : put_scalar(out, item));
    }
    return good;
}

static bool put_argument(FILE *out, const char *name, const json_t *value)
{
    fprintf(out, "--%s", name);
    if (json_is_true(value))
        return true;
    fputc('=', out);
    return json_is_array(value) ? put_list(out, value) : put_scalar(out, value);
}

static hyp_status add(hyp_config *c, const char *path, const char *name,
                      const json_t *value)
{
    size_t size;
    FILE *out = open_memstream(&c->argument[c->count], &size);
    bool good;

    if (out == NULL)
        return hyp_fail(HYP_ENOMEM, "cannot keep the settings of '%s'", path);
    good = put_argument(out, name, value);
    good = fclose(out) == 0 && good;
    c->name[c->count++] = strdup(name);
    if (!good || c->name[c->count - 1] == NULL)
        return hyp_fail(HYP_ECONFIG,
                        "'%s': %s: expected a text, a number, true, or a list "
                        "of them",
                        path, name);
    return HYP_OK;
}

static hyp_status add_all(hyp_config *c, const char *path, const json_t *root)
{
    const json_t *inner = json_object_get(root, "settings");
    json_t *settings = (json_t *)(json_is_object(inner) ? inner : root);
    const size_t most = json_object_size(settings);
    const char *name;
    json_t *value;
    hyp_status st;

    if (!json_is_object(settings))
        return hyp_fail(HYP_ECONFIG,
                        "'%s': expected a JSON object with settings, such as a "
                        "run.json",
                        path);
    HYP_TRY(hyp_alloc(&c->name, most));
    HYP_TRY(hyp_alloc(&c->argument, most));
    json_object_foreach(settings, name, value)
    {
        if (!json_is_false(value) && !json_is_null(value))
            HYP_TRY(add(c, path, name, value));
    }
out:
    return st;
}

/* The file as one line; NULL on error. */
static hyp_status read_file(const char *path, char **text)
{
    json_error_t error;
    FILE *in = fopen(path, "r");
    json_t *root;

    *text = NULL;
    if (in == NULL)
        return hyp_fail(HYP_ECONFIG, "cannot open '%s': %s", path,
                        strerror(errno));
    root = json_loadf(in, 0, &error);
    fclose(in);
    if (root == NULL)
        return hyp_fail(HYP_ECONFIG, "'%s': line %d: %s", path, error.line,
                        error.text);
    *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return *text ? HYP_OK : hyp_fail(HYP_ENOMEM, "no memory for '%s'", path);
}

/* The text of rank 0 on every rank. */
static hyp_status share_all(char **text, MPI_Comm comm)
{
    int64_t bytes;
    hyp_status st = HYP_OK;

    bytes = *text ? (int64_t)strlen(*text) + 1 : 0;
    MPI_Bcast(&bytes, 1, MPI_INT64_T, 0, comm);
    if (*text == NULL)
        st = hyp_alloc(text, (size_t)bytes);
    st = hyp_agree(comm, st);
    if (st == HYP_OK)
        MPI_Bcast(*text, (int)bytes, MPI_CHAR, 0, comm);
    return st;
}

hyp_status hyp_config_read_all(hyp_config *config, const char *path,
                               MPI_Comm comm)
{
    char *text = NULL;
    json_t *root = NULL;
    hyp_status st = HYP_OK;
    int rank;

    *config = (hyp_config){ 0 };
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = read_file(path, &text);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(share_all(&text, comm));
    root = json_loads(text, 0, NULL);
    st = root ? add_all(config, path, root)
              : hyp_fail(HYP_ENOMEM, "no memory for '%s'", path);
    st = hyp_agree(comm, st);
out:
    json_decref(root);
    free(text);
    if (st != HYP_OK)
        hyp_config_release(config);
    return st;
}

void hyp_config_release(hyp_config *config)
{
    for (int i = 0; i < config->count; i++) {
        free(config->name[i]);
        free(config->argument[i]);
    }
    free(config->name);
    free(config->argument);
    *config = (hyp_config){ 0 };
}
