/*
 * options_pca.c - options: principal components
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <math.h>

/* Keys of options without a short name. */
enum { KEY_VARIANCE = 256, KEY_MIN_EIGENVALUE, KEY_WHITEN };

static const struct argp_option options[] = {
    { "variance", KEY_VARIANCE, "F", 0,
      "Keep the components that hold this share of the variance (0.999)", 0 },
    { "min-eigenvalue", KEY_MIN_EIGENVALUE, "V", 0,
      "Keep those with at least this variance, reflectance squared, instead",
      0 },
    { "whiten", KEY_WHITEN, NULL, 0,
      "Divide scores by the root of their eigenvalue: all get variance 1", 0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    s->pca_given |= key >= KEY_VARIANCE && key <= KEY_WHITEN;
    switch (key) {
    case KEY_VARIANCE: /* of ways to choose, the last one counts */
        s->pca.components = 0;
        s->pca.min_eigenvalue = 0;
        return hyp_take_double("variance", arg, 0, 1, &s->pca.variance);
    case KEY_MIN_EIGENVALUE:
        s->pca.components = 0;
        return hyp_take_double("min-eigenvalue", arg, 0, HUGE_VAL,
                               &s->pca.min_eigenvalue);
    case KEY_WHITEN: s->pca.kind = HYP_PCA_WHITENED; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_pca = {
    "Principal components:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
