/*
 * settings.c - parse the command line with argp, one option table a group
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/settings.h"

#include "cmd/options.h"
#include "hyperslab/status.h"

#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HELP = 256 };

/* In the order of the HYP_TAKES_ bits. */
static const hyp_option_group *const group[] = {
    &hyp_options_output,     &hyp_options_tiles,    &hyp_options_reading,
    &hyp_options_kmeans,     &hyp_options_pca,      &hyp_options_mnf,
    &hyp_options_components, &hyp_options_json,     &hyp_options_synth,
    &hyp_options_predict,    &hyp_options_pictures, &hyp_options_compare,
    &hyp_options_memory,     &hyp_options_sweep,    &hyp_options_denoise,
};

enum { GROUPS = sizeof group / sizeof group[0], MOST_OPTIONS = 16 };

/* A group with those of its options that the command takes. */
typedef struct taken_group {
    struct argp argp;
    struct argp_option option[MOST_OPTIONS + 1];
} taken_group;

typedef struct parse {
    hyp_settings *settings;
    int children;
    bool help;
} parse;

static const struct argp_option own_options[] = {
    { "help", KEY_HELP, NULL, 0, "Print this help", -1 }, { 0 }
};

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
    parse *p = state->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT:
        for (int i = 0; i < p->children; i++)
            state->child_inputs[i] = p->settings;
        return 0;
    case ARGP_KEY_ARGS: /* getopt has put them last */
        p->settings->tile = (const char *const *)state->argv + state->next;
        p->settings->tiles = state->argc - state->next;
        return 0;
    case KEY_HELP:
        p->help = true;
        state->next = state->argc; /* nothing else matters */
        return 0;
    case ARGP_KEY_ERROR: /* getopt's refusals: keep the better message */
        if (hyp_last_error()->code == HYP_OK)
            hyp_fail(HYP_EUSAGE,
                     "'%s': no such option, or its value is missing; see "
                     "'hyperslab %s --help'",
                     state->argv[state->next - 1], state->argv[0]);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static void set_defaults(hyp_settings *s)
{
    *s = (hyp_settings){
        .output = "hyperslab-out",
        .pictures = true,
        .report = true,
        .subset = 1,
        .quantum = 1e-4,
        .classes = 5,
        .max_iterations = 500,
        .checkpoint_every = 600,
        .pca = { .variance = 0.999 },
        .snr = 10,
        .swept = { .subsets = 1,
                   .subset = { 1 },
                   .shares = 1,
                   .ks = 1,
                   .k = { 5 } },
    };
    hyp_synth_init(&s->synth);
}

/* Scores must not depend on the ranks, if k-means is to have them. */
static hyp_status check_scores(const hyp_settings *s, bool also_pca)
{
    const hyp_pca_options *pca = &s->pca;

    if (s->on_pcs && pca->grid_rows > 0 &&
        (pca->grid_rows > 1 || pca->grid_cols > 1))
        return hyp_fail(HYP_EUSAGE,
                        "--eigen-grid %dx%d: --on-pcs needs 1x1, as "
                        "components of other grids depend on them",
                        pca->grid_rows, pca->grid_cols);
    if (s->on_pcs && pca->kind == HYP_PCA_WHITENED)
        return hyp_fail(HYP_EUSAGE, "--whiten cannot be used with --on-pcs");
    if (!s->on_pcs && s->pca_given && !also_pca)
        return hyp_fail(HYP_EUSAGE, "options of principal components mean "
                                    "nothing to kmeans without --on-pcs");
    return HYP_OK;
}

static hyp_status check(const hyp_settings *s, unsigned takes,
                        const char *command)
{
    if (takes & HYP_TAKES_RESULTS && s->tiles != 1)
        return hyp_fail(HYP_EUSAGE,
                        "name one folder of results; see 'hyperslab %s --help'",
                        command);
    if (takes & HYP_TAKES_COMPARE && s->tiles != 2)
        return hyp_fail(HYP_EUSAGE,
                        "%d map%s given, expected two; see 'hyperslab %s "
                        "--help'",
                        s->tiles, s->tiles == 1 ? "" : "s", command);
    if (s->tiles == 0)
        return hyp_fail(HYP_EUSAGE, "no tile given; see 'hyperslab %s --help'",
                        command);
    if (takes & HYP_TAKES_SYNTH && s->tiles > 1)
        return hyp_fail(HYP_EUSAGE, "'%s': one tile is written at a time",
                        s->tile[1]);
    if (takes & HYP_TAKES_PREDICT && s->model == NULL)
        return hyp_fail(HYP_EUSAGE,
                        "no model given: --model FILE; see 'hyperslab %s "
                        "--help'",
                        command);
    if (takes & HYP_TAKES_MNF && s->hdf5)
        return hyp_fail(HYP_EUSAGE, "--hdf5 does not hold MNF");
    if (takes & HYP_TAKES_KMEANS)
        return check_scores(s, strcmp(command, "kmeans") != 0);
    return HYP_OK;
}

/* A sweep goes without the options that are about one run. */
static void take_group(taken_group *taken, const hyp_option_group *from,
                       unsigned takes)
{
    const struct argp_option *option = from->argp.options;
    int count = 0;

    *taken = (taken_group){ .argp = from->argp };
    for (; option->name || option->doc; option++)
        if (!(takes & HYP_TAKES_SWEEP && option->flags & HYP_OF_ONE_RUN)) {
            assert(count < MOST_OPTIONS);
            taken->option[count++] = *option;
        }
    taken->argp.options = taken->option;
}

static void print_help(const struct argp *argp, const char *command)
{
    char name[64];

    snprintf(name, sizeof name, "hyperslab %s", command);
    setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
    argp_help(argp, stdout,
              ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG, name);
}

hyp_status hyp_settings_parse(hyp_settings *settings, const char *summary,
                              unsigned takes, int argc, char **argv,
                              bool speaks, bool *done)
{
    struct argp_child child[GROUPS + 1] = { { 0 } };
    taken_group taken[GROUPS];
    const char *arguments = takes & HYP_TAKES_SYNTH     ? "TILE.h5"
                            : takes & HYP_TAKES_RESULTS ? "DIR"
                            : takes & HYP_TAKES_COMPARE ? "A B"
                                                        : "TILE.h5...";
    struct argp own = { own_options, parse_own, arguments, summary,
                        child,       NULL,      NULL };
    parse p = { .settings = settings };

    set_defaults(settings);
    for (int i = 0; i < GROUPS; i++)
        if (takes >> i & 1) {
            take_group(&taken[i], group[i], takes);
            child[p.children++] =
                (struct argp_child){ &taken[i].argp, 0, group[i]->header,
                                     i + 1 };
        }
    hyp_set_error(&(hyp_error){ .code = HYP_OK });
    if (argp_parse(&own, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP,
                   NULL, &p) != 0)
        return hyp_last_error()->code;
    *done = p.help;
    if (!p.help)
        return check(settings, takes, argv[0]);
    if (speaks)
        print_help(&own, argv[0]);
    return HYP_OK;
}
