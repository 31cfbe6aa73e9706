/*
 * identity.c - what decides the labels of a run, to tell it from other runs
 */
#include "cmd/identity.h"

#include "io/seal.h"

#include <stdlib.h>
#include <string.h>

void hyp_identity_set_components(json_t *root, const hyp_pca_options *pca)
{
    if (pca->components > 0)
        json_object_set_new(root, "components", json_integer(pca->components));
    else if (pca->min_eigenvalue > 0)
        json_object_set_new(root, "min-eigenvalue",
                            json_real(pca->min_eigenvalue));
    else
        json_object_set_new(root, "variance", json_real(pca->variance));
}

json_t *hyp_identity_settings(const hyp_settings *s)
{
    static const char *const rule[] = { "neon", "none", "windows" };
    json_t *root = json_pack(
        "{s:i, s:s, s:f, s:i, s:s, s:s, s:f}", "subset", s->subset, "bad-bands",
        rule[s->bad_bands], "quantum", s->quantum, "classes", s->classes,
        "init", s->init == HYP_INIT_DIAGONAL ? "diagonal" : "kmeans++",
        "distance", s->distance == HYP_DISTANCE_L2 ? "l2" : "l1", "min-change",
        s->min_change);

    if (s->bad_bands == HYP_BAD_BANDS_WINDOWS) {
        json_t *list = json_array();

        for (int i = 0; i < s->windows; i++)
            json_array_append_new(
                list, json_pack("[f,f]", s->window[i].low, s->window[i].high));
        json_object_set_new(root, "bad-bands", list);
    }
    if (s->init == HYP_INIT_PLUS_PLUS)
        json_object_set_new(root, "seed", json_integer((json_int_t)s->seed));
    if (s->restarts > 1) { /* which is the best depends on where all end */
        json_object_set_new(root, "restarts", json_integer(s->restarts));
        json_object_set_new(root, "max-iter", json_integer(s->max_iterations));
    }
    if (s->on_pcs) {
        json_object_set_new(root, "on-pcs", json_true());
        hyp_identity_set_components(root, &s->pca);
    }
    if (s->bands)
        json_object_set_new(root, "bands", json_string(s->bands));
    if (s->match_bands)
        json_object_set_new(root, "match-bands", json_true());
    if (s->has_nodata)
        json_object_set_new(root, "nodata", json_real(s->nodata));
    return root;
}

static json_t *shapes_of(const hyp_scene *scene)
{
    json_t *list = json_array();

    for (int i = 0; i < scene->tiles; i++)
        json_array_append_new(
            list, json_pack("[I,I]", (json_int_t)scene->tile[i].tile->rows,
                            (json_int_t)scene->tile[i].tile->cols));
    return list;
}

static json_t *wavelengths_of(const hyp_job *job)
{
    json_t *list = json_array();

    for (int b = 0; b < job->bands; b++)
        json_array_append_new(list,
                              json_real(hyp_scene_wavelength(&job->scene, b)));
    return list;
}

static json_t *sums_of(const hyp_summary *summary)
{
    json_t *list = json_array();

    for (int b = 0; b < summary->bands; b++)
        json_array_append_new(list, json_integer(summary->sum[b]));
    return list;
}

/* In the order in which they are compared; the names are for people. */
static json_t *inputs_of(const hyp_job *job, const double *start)
{
    const hyp_summary *summary = job->points.summary;
    /* The parts depend on how ranks share; their sum does not. */
    const int64_t carry = summary->squares[0] >> 32;
    json_t *root = json_pack(
        "{s:o, s:o, s:I, s:o, s:[I,I]}", "rows and columns of the tiles",
        shapes_of(&job->scene), "wavelengths of the kept bands",
        wavelengths_of(job), "valid pixels", (json_int_t)summary->pixels,
        "sums of the bands", sums_of(summary), "sum of the squares",
        (json_int_t)(summary->squares[0] & UINT32_MAX),
        (json_int_t)(summary->squares[1] + carry));
    const size_t count =
        (size_t)job->settings->classes * (size_t)summary->bands;
    hyp_sealed centres = { 0 };

    if (start == NULL)
        return root;
    hyp_sealed_add(&centres, start, count * sizeof *start);
    json_object_set_new(root, "checksum of the start clusters",
                        json_integer(centres.checksum));
    return root;
}

hyp_status hyp_identity_write(const hyp_job *job, const double *start,
                              char **text)
{
    json_t *root = json_pack("{s:o, s:o}", "settings",
                             hyp_identity_settings(job->settings), "inputs",
                             inputs_of(job, start));

    *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return *text ? HYP_OK
                 : hyp_fail(HYP_ENOMEM, "cannot describe the run as JSON");
}

/* One part of an identity; NULL if there is none. */
static json_t *part_of(const char *text, const char *name)
{
    json_t *root = json_loads(text, 0, NULL);
    json_t *part = json_incref(json_object_get(root, name));

    json_decref(root);
    return part;
}

/* The name of the first value that is not the same in both; or NULL. */
static const char *difference(json_t *one, json_t *other)
{
    const char *key;
    json_t *value;

    json_object_foreach(
        one, key,
        value) if (!json_equal(value, json_object_get(other, key))) return key;
    json_object_foreach(other, key, value) if (json_object_get(one, key) ==
                                               NULL) return key;
    return NULL;
}

/* "--subset 2", or "no --bands". */
static void describe(char *text, size_t room, const json_t *settings,
                     const char *key)
{
    const json_t *value = json_object_get(settings, key);
    char *json = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
                                               JSON_REAL_PRECISION(9))
                       : NULL;

    if (value == NULL)
        snprintf(text, room, "no --%s", key);
    else if (json_is_true(value))
        snprintf(text, room, "--%s", key);
    else
        snprintf(text, room, "--%s %s", key,
                 json_is_string(value) ? json_string_value(value)
                 : json                ? json
                                       : "?");
    free(json);
}

hyp_status hyp_identity_compare_settings(const char *theirs,
                                         const hyp_settings *settings)
{
    json_t *before = part_of(theirs, "settings");
    json_t *now = hyp_identity_settings(settings);
    const char *key = difference(before, now);
    char had[256], has[256];
    hyp_status st = HYP_OK;

    if (now == NULL)
        st = hyp_fail(HYP_ENOMEM, "cannot describe the run as JSON");
    else if (before == NULL)
        st = hyp_fail(HYP_EFORMAT, "the checkpoint does not say of what");
    else if (key) {
        describe(had, sizeof had, before, key);
        describe(has, sizeof has, now, key);
        st = hyp_fail(HYP_EUSAGE, "the checkpoint has %s, this run %s", had,
                      has);
    }
    json_decref(before);
    json_decref(now);
    return st;
}

hyp_status hyp_identity_compare_inputs(const char *theirs, const char *ours)
{
    json_t *before = part_of(theirs, "inputs"), *now = part_of(ours, "inputs");
    const char *key = difference(before, now);
    const json_t *had = json_object_get(before, key ? key : "");
    const json_t *has = json_object_get(now, key ? key : "");
    hyp_status st = HYP_OK;

    if (now == NULL)
        st = hyp_fail(HYP_ENOMEM, "cannot describe the run as JSON");
    else if (before == NULL)
        st = hyp_fail(HYP_EFORMAT, "the checkpoint does not say of what");
    else if (json_is_integer(had) && json_is_integer(has))
        st = hyp_fail(HYP_EFORMAT,
                      "the checkpoint is of other inputs: %s: %lld, of this "
                      "run %lld",
                      key, (long long)json_integer_value(had),
                      (long long)json_integer_value(has));
    else if (key)
        st = hyp_fail(HYP_EFORMAT,
                      "the checkpoint is of other inputs: the %s differ", key);
    json_decref(before);
    json_decref(now);
    return st;
}
