/*
 * options_sweep.c - options: what a sweep goes through
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"
#include "core/contingency.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Keys of options without a short name. */
enum { KEY_SUBSET = 256, KEY_PCA };

static const struct argp_option options[] = {
    { "classes", 'k', "K,...", 0, "Numbers of classes (5)", 0 },
    { "subset", KEY_SUBSET, "N,...", 0, "Keep every N-th of the kept bands (1)",
      0 },
    { "pca", KEY_PCA, "F,...", 0,
      "Cluster the scores of the components that hold this share of the "
      "variance; 0: cluster the bands (0)",
      0 },
    { 0 }
};

/* Copy what comes before the next comma, and step over it; false at the end. */
static bool next_part(const char **text, char *part, size_t room)
{
    size_t length;

    if (*text == NULL)
        return false;
    length = strcspn(*text, ",");
    snprintf(part, room, "%.*s", (int)length, *text);
    *text = (*text)[length] ? *text + length + 1 : NULL;
    return true;
}

/* Whole numbers in [1, most], or numbers in [0, 1]; one of them is NULL. */
static error_t take_list(const char *option, const char *text, int most,
                         int *count, int *whole, double *share)
{
    char part[64];
    int n = 0;

    for (const char *at = text; next_part(&at, part, sizeof part); n++) {
        error_t error;

        if (n == HYP_MAX_SWEPT) {
            snprintf(part, sizeof part, "at most %d values", HYP_MAX_SWEPT);
            return hyp_take_wrong(option, text, part);
        }
        error = whole ? hyp_take_int(option, part, most, &whole[n])
                      : hyp_take_double(option, part, 0, 1, &share[n]);
        if (error)
            return error;
    }
    *count = n;
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_swept *s = &((hyp_settings *)state->input)->swept;

    switch (key) {
    case 'k':
        return take_list("classes", arg, HYP_MAX_COMPARED, &s->ks, s->k, NULL);
    case KEY_SUBSET:
        return take_list("subset", arg, INT_MAX, &s->subsets, s->subset, NULL);
    case KEY_PCA: return take_list("pca", arg, 0, &s->shares, NULL, s->share);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_sweep = {
    "Sweep: every value with every other; the first ones are the reference:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
