/*
 * settings.c - parse the command line with argp, one option table a group
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/settings.h"

#include "hyperslab/status.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ITERATIONS = 100000, MOST_PIXELS = 100000 };

/* Keys of options without a short name. */
enum {
    KEY_OVERWRITE = 256,
    KEY_SUBSET,
    KEY_BAD_BANDS,
    KEY_BANDS,
    KEY_NODATA,
    KEY_QUANTUM,
    KEY_MATCH_BANDS,
    KEY_MAX_ITER,
    KEY_INIT,
    KEY_START_CLUSTERS,
    KEY_DISTANCE,
    KEY_SEED,
    KEY_MIN_CHANGE,
    KEY_VARIANCE,
    KEY_COMPONENTS,
    KEY_MIN_EIGENVALUE,
    KEY_EIGEN_GRID,
    KEY_JSON,
    KEY_LAYOUT,
    KEY_ROWS,
    KEY_COLS,
    KEY_SYNTH_BANDS,
    KEY_SYNTH_SEED,
    KEY_NODATA_EDGE,
    KEY_TRUTH,
    KEY_HELP
};

/* Record what was expected, and stop argp. */
static error_t wrong(const char *option, const char *value,
                     const char *expected)
{
    hyp_fail(HYP_EUSAGE, "--%s '%s': expected %s", option, value, expected);
    return EINVAL;
}

/* A whole number in [1, most]. */
static error_t take_int(const char *option, const char *text, int most,
                        int *value)
{
    char *end, expected[64];
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < 1 || number > most) {
        snprintf(expected, sizeof expected, "a whole number from 1 to %d",
                 most);
        return wrong(option, text, expected);
    }
    *value = (int)number;
    return 0;
}

static error_t take_seed(const char *option, const char *text, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-')
        return wrong(option, text, "a whole number from 0");
    return 0;
}

/* A number in [least, most]. */
static error_t take_double(const char *option, const char *text, double least,
                           double most, double *value)
{
    char *end, expected[64];
    double number = strtod(text, &end);

    if (end == text || *end || !(number >= least && number <= most)) {
        snprintf(expected, sizeof expected, "a number from %g to %g", least,
                 most);
        return wrong(option, text, expected);
    }
    *value = number;
    return 0;
}

/* One of two words; *second says whether it is the second. */
static error_t take_word(const char *option, const char *text,
                         const char *first_word, const char *second_word,
                         bool *second)
{
    char expected[64];

    *second = strcmp(text, second_word) == 0;
    if (*second || strcmp(text, first_word) == 0)
        return 0;
    snprintf(expected, sizeof expected, "%s or %s", first_word, second_word);
    return wrong(option, text, expected);
}

/* neon, none, or LO-HI,LO-HI,... in nm. */
static error_t take_bad_bands(hyp_settings *s, const char *text)
{
    const char *at = text;

    s->bad_bands = strcmp(text, "neon") == 0   ? HYP_BAD_BANDS_NEON
                   : strcmp(text, "none") == 0 ? HYP_BAD_BANDS_NONE
                                               : HYP_BAD_BANDS_WINDOWS;
    s->windows = 0;
    while (s->bad_bands == HYP_BAD_BANDS_WINDOWS) {
        hyp_band_window w;
        int used = 0;

        if (s->windows == HYP_MAX_WINDOWS ||
            sscanf(at, "%lf-%lf%n", &w.low, &w.high, &used) != 2 ||
            w.low > w.high || (at[used] != ',' && at[used] != '\0'))
            return wrong("bad-bands", text,
                         "neon, none, or windows LO-HI,LO-HI,... in nm");
        s->window[s->windows++] = w;
        if (at[used] == '\0')
            break;
        at += used + 1;
    }
    return 0;
}

static error_t take_grid(hyp_settings *s, const char *text)
{
    int used = 0;

    s->pca.grid_rows = s->pca.grid_cols = 0;
    if (strcmp(text, "auto") == 0)
        return 0;
    if (sscanf(text, "%dx%d%n", &s->pca.grid_rows, &s->pca.grid_cols, &used) !=
            2 ||
        text[used] || s->pca.grid_rows < 1 || s->pca.grid_cols < 1)
        return wrong("eigen-grid", text, "auto or ROWSxCOLS, such as 2x2");
    return 0;
}

static const struct argp_option output_options[] = {
    { "output", 'o', "DIR", 0, "Write results here (hyperslab-out)", 0 },
    { "overwrite", KEY_OVERWRITE, NULL, 0, "Replace existing results", 0 },
    { "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
    { "verbose", 'v', NULL, 0, "Say how long each part took", 0 },
    { 0 }
};

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case 'o': s->output = arg; return 0;
    case KEY_OVERWRITE: s->overwrite = true; return 0;
    case 'q': s->quiet = true; return 0;
    case 'v': s->verbose = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option reading_options[] = {
    { "subset", KEY_SUBSET, "N", 0, "Keep every N-th of the kept bands (1)",
      0 },
    { "bad-bands", KEY_BAD_BANDS, "RULE", 0,
      "Bands to leave out: neon (the rule of NEON's tutorial), none, or "
      "windows LO-HI,LO-HI,... in nm (neon)",
      0 },
    { "bands", KEY_BANDS, "I-J,...", 0,
      "Keep these bands, counted from 1, instead of --bad-bands", 0 },
    { "nodata", KEY_NODATA, "V", 0,
      "Stored value of missing data (what the file says)", 0 },
    { "quantum", KEY_QUANTUM, "Q", 0,
      "Round floating point reflectance to multiples of Q (0.0001)", 0 },
    { "match-bands", KEY_MATCH_BANDS, NULL, 0,
      "Of tiles whose wavelengths differ, take the bands nearest to those of "
      "the first",
      0 },
    { 0 }
};

static error_t parse_reading(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_SUBSET: return take_int("subset", arg, INT_MAX, &s->subset);
    case KEY_BAD_BANDS: return take_bad_bands(s, arg);
    case KEY_BANDS: s->bands = arg; return 0;
    case KEY_NODATA:
        s->has_nodata = true;
        return take_double("nodata", arg, -HUGE_VAL, HUGE_VAL, &s->nodata);
    case KEY_QUANTUM:
        return take_double("quantum", arg, 1e-9, 1e9, &s->quantum);
    case KEY_MATCH_BANDS: s->match_bands = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option kmeans_options[] = {
    { "classes", 'k', "K", 0, "Number of classes (5)", 0 },
    { "max-iter", KEY_MAX_ITER, "N", 0, "Stop after N iterations (500)", 0 },
    { "init", KEY_INIT, "HOW", 0,
      "Start centres: diagonal of the bounding box, or kmeans++ (diagonal)",
      0 },
    { "start-clusters", KEY_START_CLUSTERS, "FILE", 0,
      "Start from the centroids in a centroids.csv or model.h5", 0 },
    { "distance", KEY_DISTANCE, "D", 0, "l2 or l1 (l2)", 0 },
    { "seed", KEY_SEED, "S", 0, "Seed of the draws of kmeans++ (0)", 0 },
    { "min-change", KEY_MIN_CHANGE, "PERCENT", 0,
      "Stop when fewer of the pixels change their class (0: when none does)",
      0 },
    { 0 }
};

static error_t parse_kmeans(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;
    error_t error;
    bool second;

    switch (key) {
    case 'k': return take_int("classes", arg, HYP_MAX_CLASSES, &s->classes);
    case KEY_MAX_ITER:
        return take_int("max-iter", arg, MOST_ITERATIONS, &s->max_iterations);
    case KEY_START_CLUSTERS: s->start_clusters = arg; return 0;
    case KEY_SEED: return take_seed("seed", arg, &s->seed);
    case KEY_MIN_CHANGE:
        return take_double("min-change", arg, 0, 100, &s->min_change);
    case KEY_INIT:
        error = take_word("init", arg, "diagonal", "kmeans++", &second);
        s->init = second ? HYP_INIT_PLUS_PLUS : HYP_INIT_DIAGONAL;
        return error;
    case KEY_DISTANCE:
        error = take_word("distance", arg, "l2", "l1", &second);
        s->distance = second ? HYP_DISTANCE_L1 : HYP_DISTANCE_L2;
        return error;
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option pca_options[] = {
    { "variance", KEY_VARIANCE, "F", 0,
      "Keep the components that hold this share of the variance (0.999)", 0 },
    { "components", KEY_COMPONENTS, "N", 0, "Keep N components instead", 0 },
    { "min-eigenvalue", KEY_MIN_EIGENVALUE, "V", 0,
      "Keep those with at least this variance, reflectance squared, instead",
      0 },
    { "eigen-grid", KEY_EIGEN_GRID, "RxC", 0,
      "Ranks of the eigensolver; 1x1 gives the same bits at any rank count "
      "(auto)",
      0 },
    { 0 }
};

static error_t parse_pca(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    switch (key) {
    case KEY_VARIANCE:
        return take_double("variance", arg, 0, 1, &s->pca.variance);
    case KEY_COMPONENTS:
        return take_int("components", arg, INT_MAX, &s->pca.components);
    case KEY_MIN_EIGENVALUE:
        return take_double("min-eigenvalue", arg, 0, HUGE_VAL,
                           &s->pca.min_eigenvalue);
    case KEY_EIGEN_GRID: return take_grid(s, arg);
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option json_options[] = {
    { "json", KEY_JSON, NULL, 0, "Print as JSON", 0 }, { 0 }
};

static error_t parse_json(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;

    (void)arg;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    s->json = true;
    return 0;
}

static const struct argp_option synth_options[] = {
    { "layout", KEY_LAYOUT, "L", 0,
      "Chunks: blocks (files up to 2021) or bands (from 2022) (blocks)", 0 },
    { "rows", KEY_ROWS, "N", 0, "Rows (1000)", 0 },
    { "cols", KEY_COLS, "N", 0, "Columns (1000)", 0 },
    { "bands", KEY_SYNTH_BANDS, "N", 0, "Bands (426)", 0 },
    { "seed", KEY_SYNTH_SEED, "S", 0, "Seed of the scene (0)", 0 },
    { "nodata-edge", KEY_NODATA_EDGE, "F", 0,
      "Leave this share of the columns without data, as at the border of a "
      "flight line (0)",
      0 },
    { "truth", KEY_TRUTH, "FILE.tif", 0,
      "Write the class that covers most of each pixel", 0 },
    { "overwrite", KEY_OVERWRITE, NULL, 0, "Replace existing files", 0 },
    { "quiet", 'q', NULL, 0, "Say nothing but errors", 0 },
    { 0 }
};

static error_t parse_synth(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;
    error_t error;
    bool second;
    int count = 1;

    switch (key) {
    case KEY_LAYOUT:
        error = take_word("layout", arg, "blocks", "bands", &second);
        s->synth.layout = second ? HYP_LAYOUT_BANDS : HYP_LAYOUT_BLOCKS;
        return error;
    case KEY_ROWS:
        error = take_int("rows", arg, MOST_PIXELS, &count);
        s->synth.rows = count;
        return error;
    case KEY_COLS:
        error = take_int("cols", arg, MOST_PIXELS, &count);
        s->synth.cols = count;
        return error;
    case KEY_SYNTH_BANDS:
        return take_int("bands", arg, HYP_MAX_BANDS, &s->synth.bands);
    case KEY_SYNTH_SEED: return take_seed("seed", arg, &s->synth.seed);
    case KEY_NODATA_EDGE:
        return take_double("nodata-edge", arg, 0, 1, &s->synth.nodata_edge);
    case KEY_TRUTH: s->truth = arg; return 0;
    case KEY_OVERWRITE: s->overwrite = true; return 0;
    case 'q': s->quiet = true; return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

/* The groups, in the order of the HYP_TAKES_ bits. */
static const struct {
    struct argp argp;
    const char *header;
} group[] = {
    { { output_options, parse_output, NULL, NULL, NULL, NULL, NULL },
      "Output:" },
    { { reading_options, parse_reading, NULL, NULL, NULL, NULL, NULL },
      "Bands and pixels:" },
    { { kmeans_options, parse_kmeans, NULL, NULL, NULL, NULL, NULL },
      "k-means:" },
    { { pca_options, parse_pca, NULL, NULL, NULL, NULL, NULL },
      "Principal components:" },
    { { json_options, parse_json, NULL, NULL, NULL, NULL, NULL }, "Output:" },
    { { synth_options, parse_synth, NULL, NULL, NULL, NULL, NULL },
      "The tile to write:" },
};

enum { GROUPS = sizeof group / sizeof group[0] };

/* What the parser of the command itself needs beside the settings. */
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
        .subset = 1,
        .quantum = 1e-4,
        .classes = 5,
        .max_iterations = 500,
        .pca = { .variance = 0.999 },
    };
    hyp_synth_init(&s->synth);
}

static hyp_status check(const hyp_settings *s, unsigned takes,
                        const char *command)
{
    if (s->tiles == 0)
        return hyp_fail(HYP_EUSAGE, "no tile given; see 'hyperslab %s --help'",
                        command);
    if (takes & HYP_TAKES_SYNTH && s->tiles > 1)
        return hyp_fail(HYP_EUSAGE, "'%s': one tile is written at a time",
                        s->tile[1]);
    return HYP_OK;
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
    const char *arguments = takes & HYP_TAKES_SYNTH ? "TILE.h5" : "TILE.h5...";
    struct argp own = { own_options, parse_own, arguments, summary,
                        child,       NULL,      NULL };
    parse p = { .settings = settings };

    set_defaults(settings);
    for (int i = 0; i < GROUPS; i++)
        if (takes >> i & 1)
            child[p.children++] = (struct argp_child){ &group[i].argp, 0,
                                                       group[i].header, i + 1 };
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
