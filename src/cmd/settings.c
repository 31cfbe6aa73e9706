/*
 * settings.c - parse the command line with argp, one option table a group
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/settings.h"

#include "base/mem.h"
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

static hyp_status parse_line(const struct argp *argp, parse *p, int argc,
                             char **argv)
{
    hyp_set_error(&(hyp_error){ .code = HYP_OK });
    if (argp_parse(argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP,
                   NULL, p) != 0)
        return hyp_last_error()->code;
    return HYP_OK;
}

static bool is_option(const char *name, unsigned takes)
{
    const unsigned leaves = takes & HYP_TAKES_SWEEP ? HYP_OF_ONE_RUN : 0;

    for (int i = 0; i < GROUPS; i++) {
        const struct argp_option *option = group[i]->argp.options;

        for (; takes >> i & 1 && (option->name || option->doc); option++)
            if (option->name && strcmp(option->name, name) == 0 &&
                !((unsigned)option->flags & leaves))
                return true;
    }
    return false;
}

/* Of the file's settings, those that the command takes: in the order of argv. */
static hyp_status choose_given(const hyp_settings *s, const char *path,
                               unsigned takes, char **argument, int *count)
{
    const hyp_config *given = &s->given;

    for (int i = 0; i < given->count; i++) {
        const char *name = given->name[i];

        if (strcmp(name, "config") == 0 ||
            (!is_option(name, ~(unsigned)HYP_TAKES_SWEEP) &&
             !is_option(name, HYP_TAKES_SWEEP)))
            return hyp_fail(HYP_ECONFIG, "'%s': %s: no such setting", path,
                            name);
        if (is_option(name, takes))
            argument[(*count)++] = given->argument[i];
    }
    return HYP_OK;
}

/* The defaults, and on top of them the settings in the file. */
static hyp_status start_from_file(const struct argp *argp, parse *p,
                                  unsigned takes)
{
    hyp_settings *s = p->settings;
    const char *const path = s->config;
    char name[] = "--config", wrong[sizeof hyp_last_error()->text];
    char **argument = NULL;
    int count = 0;
    hyp_status st;

    set_defaults(s);
    HYP_TRY(hyp_config_read(&s->given, path));
    HYP_TRY(hyp_alloc(&argument, (size_t)s->given.count + 2));
    argument[count++] = name;
    HYP_TRY(choose_given(s, path, takes, argument, &count));
    st = parse_line(argp, p, count, argument);
    if (st != HYP_OK) {
        snprintf(wrong, sizeof wrong, "%s", hyp_last_error()->text);
        st = hyp_fail(HYP_ECONFIG, "'%s': %s", path, wrong);
    }
    s->pca_given = false; /* not by who calls */
out:
    free(argument);
    return st;
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
    hyp_status st;

    set_defaults(settings);
    for (int i = 0; i < GROUPS; i++)
        if (takes >> i & 1) {
            take_group(&taken[i], group[i], takes);
            child[p.children++] =
                (struct argp_child){ &taken[i].argp, 0, group[i]->header,
                                     i + 1 };
        }
    HYP_TRY(parse_line(&own, &p, argc, argv));
    if (settings->config &&
        !p.help) { /* what is given here has the last word */
        HYP_TRY(start_from_file(&own, &p, takes));
        HYP_TRY(parse_line(&own, &p, argc, argv));
    }
    *done = p.help;
    if (!p.help)
        st = check(settings, takes, argv[0]);
    else if (speaks)
        print_help(&own, argv[0]);
out:
    return st;
}

void hyp_settings_release(hyp_settings *settings)
{
    hyp_config_release(&settings->given);
}
