/*
 * options_components.c - options: components of any kind
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Keys of options without a short name. */
enum { KEY_COMPONENTS = 256, KEY_EIGEN_GRID };

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
    { "components", KEY_COMPONENTS, "N", 0, "Keep N components instead", 0 },
    { "eigen-grid", KEY_EIGEN_GRID, "RxC", 0,
      "Ranks of the eigensolver; 1x1 gives the same bits at any rank count "
      "(auto)",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    s->pca_given |= key == KEY_COMPONENTS || key == KEY_EIGEN_GRID;
    switch (key) {
    case KEY_COMPONENTS:
        return hyp_take_int("components", arg, INT_MAX, &s->pca.components);
    case KEY_EIGEN_GRID: return take_grid(s, arg);
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_components = {
    "Components:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
