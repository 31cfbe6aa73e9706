/*
 * options_pca.c - options: principal components
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Keys of options without a short name. */
enum {
    KEY_VARIANCE = 256,
    KEY_COMPONENTS,
    KEY_MIN_EIGENVALUE,
    KEY_WHITEN,
    KEY_EIGEN_GRID
};

static error_t take_grid(hyp_settings *s, const char *text)
{
    int used = 0;

    s->pca.grid_rows = s->pca.grid_cols = 0;
    if (strcmp(text, "auto") == 0)
        return 0;
    if (sscanf(text, "%dx%d%n", &s->pca.grid_rows, &s->pca.grid_cols, &used) !=
            2 ||
        text[used] || s->pca.grid_rows < 1 || s->pca.grid_cols < 1)
        return hyp_take_wrong("eigen-grid", text,
                              "auto or ROWSxCOLS, such as 2x2");
    return 0;
}

static const struct argp_option options[] = {
    { "variance", KEY_VARIANCE, "F", 0,
      "Keep the components that hold this share of the variance (0.999)", 0 },
    { "components", KEY_COMPONENTS, "N", 0, "Keep N components instead", 0 },
    { "min-eigenvalue", KEY_MIN_EIGENVALUE, "V", 0,
      "Keep those with at least this variance, reflectance squared, instead",
      0 },
    { "whiten", KEY_WHITEN, NULL, 0,
      "Divide scores by the root of their eigenvalue: all get variance 1", 0 },
    { "eigen-grid", KEY_EIGEN_GRID, "RxC", 0,
      "Ranks of the eigensolver; 1x1 gives the same bits at any rank count "
      "(auto)",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_VARIANCE:
        return hyp_take_double("variance", arg, 0, 1, &s->pca.variance);
    case KEY_COMPONENTS:
        return hyp_take_int("components", arg, INT_MAX, &s->pca.components);
    case KEY_MIN_EIGENVALUE:
        return hyp_take_double("min-eigenvalue", arg, 0, HUGE_VAL,
                               &s->pca.min_eigenvalue);
    case KEY_WHITEN: s->pca.kind = HYP_PCA_WHITENED; return 0;
    case KEY_EIGEN_GRID: return take_grid(s, arg);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_pca = {
    "Principal components:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
