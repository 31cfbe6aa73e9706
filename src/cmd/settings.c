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

/* Of one command.  It points into itself. */
typedef struct parser {
    struct argp argp;
    struct argp_child child[GROUPS + 1];
    taken_group taken[GROUPS];
    int children;
    hyp_settings *settings;
    bool help;
} parser;

static const struct argp_option own_options[] = {
    { "help", KEY_HELP, NULL, 0, "Print this help", -1 }, { 0 }
};

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
    parser *p = state->input;

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
        .restarts = 1,
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

static hyp_status check_starts(const hyp_settings *s)
{
    if (s->restarts > 1 && s->start_clusters)
        return hyp_fail(HYP_EUSAGE,
                        "--restarts %d: all would be the same, from "
                        "--start-clusters; leave one of the two out",
                        s->restarts);
    if (s->restarts > 1 && s->init != HYP_INIT_PLUS_PLUS)
        return hyp_fail(HYP_EUSAGE,
                        "--restarts %d: all would be the same, on the "
                        "diagonal; add --init kmeans++",
                        s->restarts);
    return HYP_OK;
}

static hyp_status check(const hyp_settings *s, unsigned takes,
                        const char *command)
{
    hyp_status st = HYP_OK;

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
        st = check_starts(s);
    if (st == HYP_OK && takes & HYP_TAKES_KMEANS)
        st = check_scores(s, strcmp(command, "kmeans") != 0);
    return st;
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

static void prepare(parser *p, hyp_settings *settings, unsigned takes)
{
    *p = (parser){ .settings = settings };
    for (int i = 0; i < GROUPS; i++)
        if (takes >> i & 1) {
            take_group(&p->taken[i], group[i], takes);
            p->child[p->children++] =
                (struct argp_child){ &p->taken[i].argp, 0, group[i]->header,
                                     i + 1 };
        }
    p->argp = (struct argp){ .options = own_options,
                             .parser = parse_own,
                             .children = p->child };
    set_defaults(settings);
}

static hyp_status parse_line(parser *p, int argc, char **argv)
{
    hyp_set_error(&(hyp_error){ .code = HYP_OK });
    if (argp_parse(&p->argp, argc, argv,
                   ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, p) != 0)
        return hyp_last_error()->code;
    return HYP_OK;
}

hyp_status hyp_settings_parse(hyp_settings *settings, const char *summary,
                              unsigned takes, int argc, char **argv,
                              bool speaks, bool *done)
{
    parser p;
    hyp_status st;

    prepare(&p, settings, takes);
    p.argp.args_doc = takes & HYP_TAKES_SYNTH     ? "TILE.h5"
                      : takes & HYP_TAKES_RESULTS ? "DIR"
                      : takes & HYP_TAKES_COMPARE ? "A B"
                                                  : "TILE.h5...";
    p.argp.doc = summary;
    HYP_TRY(parse_line(&p, argc, argv));
    *done = p.help;
    if (p.help && speaks)
        print_help(&p.argp, argv[0]);
    if (!p.help && settings->config == NULL)
        st = check(settings, takes, argv[0]);
out:
    return st;
}

static const struct argp_option *find(const char *name, unsigned takes)
{
    const unsigned leaves = takes & HYP_TAKES_SWEEP ? HYP_OF_ONE_RUN : 0;

    for (int i = 0; i < GROUPS; i++) {
        const struct argp_option *option = group[i]->argp.options;

        for (; takes >> i & 1 && (option->name || option->doc); option++)
            if (option->name && strcmp(option->name, name) == 0 &&
                !((unsigned)option->flags & leaves))
                return option;
    }
    return NULL;
}

static bool is_known(const char *name)
{
    return strcmp(name, "config") != 0 &&
           (find(name, ~(unsigned)HYP_TAKES_SWEEP) ||
            find(name, HYP_TAKES_SWEEP));
}

/* On a command line, the last one counts; the keys of a file have no order. */
static hyp_status refuse_two(const hyp_config *given)
{
    static const char *const way[] = { "components", "min-eigenvalue",
                                       "variance" };
    const char *found = NULL;

    for (size_t i = 0; i < sizeof way / sizeof *way; i++)
        for (int j = 0; j < given->count; j++) {
            if (strcmp(given->name[j], way[i]) != 0)
                continue;
            if (found)
                return hyp_fail(HYP_ECONFIG,
                                "%s and %s: one of them says how many "
                                "components to keep",
                                found, way[i]);
            found = way[i];
        }
    return HYP_OK;
}

/* Of the file's settings, those that the command takes: in the order of argv. */
static hyp_status choose_given(const hyp_config *given, unsigned takes,
                               char **argument, int *count)
{
    for (int i = 0; i < given->count; i++) {
        const char *name = given->name[i];
        const struct argp_option *option = find(name, takes);

        if (!is_known(name))
            return hyp_fail(HYP_ECONFIG, "%s: no such setting", name);
        if (option == NULL)
            continue;
        if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL) &&
            !strchr(given->argument[i], '='))
            return hyp_fail(HYP_ECONFIG, "%s: true is not its value, %s", name,
                            option->arg);
        argument[(*count)++] = given->argument[i];
    }
    return refuse_two(given);
}

static hyp_status parse_given(parser *p, unsigned takes)
{
    const hyp_config *given = &p->settings->given;
    char name[] = "--config", **argument;
    int count = 0;
    hyp_status st = hyp_alloc(&argument, (size_t)given->count + 2);

    if (st != HYP_OK)
        return st;
    argument[count++] = name;
    HYP_TRY(choose_given(given, takes, argument, &count));
    HYP_TRY(parse_line(p, count, argument));
out:
    free(argument);
    return st;
}

/* What was wrong, with the file's name before it. */
static hyp_status blame(const char *path)
{
    char wrong[sizeof hyp_last_error()->text];

    snprintf(wrong, sizeof wrong, "%s", hyp_last_error()->text);
    return hyp_fail(HYP_ECONFIG, "'%s': %s", path, wrong);
}

hyp_status hyp_settings_configure_all(hyp_settings *settings, unsigned takes,
                                      int argc, char **argv, MPI_Comm comm)
{
    const char *const path = settings->config;
    parser p;
    hyp_status st;

    if (path == NULL)
        return HYP_OK;
    prepare(&p, settings, takes);
    HYP_TRY(hyp_config_read_all(&settings->given, path, comm));
    st = parse_given(&p, takes);
    if (st != HYP_OK)
        HYP_TRY(blame(path));
    settings->pca_given = false;         /* not by who calls */
    HYP_TRY(parse_line(&p, argc, argv)); /* this has the last word */
    st = check(settings, takes, argv[0]);
out:
    return st;
}

void hyp_settings_release(hyp_settings *settings)
{
    hyp_config_release(&settings->given);
}
