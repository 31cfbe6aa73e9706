/*
 * report.c - hyperslab report: make report.html again from results
 */
#include "cmd/cmd.h"
#include "cmd/page.h"
#include "hyperslab/comm.h"
#include "io/stage.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Where the results of a run lie, and their names in its record. */
typedef struct results {
    const char *folder;
    json_t *files; /* owned */
    char path[4096 + 64];
} results;

/* A hyp_report_find: a file of the run that the record is of, and of no
   earlier one. */
static hyp_report_source find_result(void *context, const char *file)
{
    hyp_report_source found = { 0 };
    results *r = context;
    size_t i;
    json_t *name;

    json_array_foreach(r->files, i, name)
    {
        if (strcmp(json_string_value(name), file) != 0)
            continue;
        snprintf(r->path, sizeof r->path, "%s/%s", r->folder, file);
        found.path = r->path;
        break;
    }
    return found;
}

static bool are_texts(const json_t *list)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) if (!json_is_string(item)) return false;
    return json_array_size(list) > 0;
}

static hyp_status parse_record(results *r, FILE *in)
{
    json_error_t error;
    json_t *root = json_loadf(in, 0, &error);
    json_t *files = json_object_get(root, "files");
    hyp_status st = HYP_OK;

    if (root == NULL)
        st = hyp_fail(HYP_EFORMAT, "'%s': line %d: %s", r->path, error.line,
                      error.text);
    else if (!are_texts(files))
        st = hyp_fail(HYP_EFORMAT,
                      "'%s' does not list the files of a run, as 'files'",
                      r->path);
    else
        r->files = json_incref(files);
    json_decref(root);
    return st;
}

/* Before anything is made: there must be results in the folder. */
static hyp_status find_results(results *r)
{
    FILE *in;
    hyp_status st;

    if (strlen(r->folder) > 4096)
        return hyp_fail(HYP_EUSAGE, "'%.100s...' is too long a name",
                        r->folder);
    snprintf(r->path, sizeof r->path, "%s/%s", r->folder, HYP_RUN_JSON);
    in = fopen(r->path, "r");
    if (in == NULL)
        return hyp_fail(HYP_ENOINPUT,
                        "cannot open '%s': %s; name a folder of results",
                        r->path, strerror(errno));
    st = parse_record(r, in);
    fclose(in);
    return st;
}

hyp_status hyp_cmd_report_all(const hyp_settings *settings, MPI_Comm comm)
{
    static const char *const name[] = { HYP_REPORT_HTML };
    results r = { .folder = settings->tile[0] };
    hyp_stage stage;
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = find_results(&r);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_stage_open_all(&stage, r.folder, true, name, 1, comm));
    if (rank == 0)
        st = hyp_page_write(hyp_stage_path(&stage, name[0]), find_result, &r);
    st = hyp_stage_close_all(&stage, st, comm);
out:
    json_decref(r.files);
    return st;
}
