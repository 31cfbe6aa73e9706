/*
 * options_kmeans.c - options: k-means
 */
#define _GNU_SOURCE /* argp.h */

#include "cmd/options.h"

#include "cmd/take.h"

enum { MOST_ITERATIONS = 100000, MOST_STARTS = 10000 };

/* Keys of options without a short name. */
enum {
    KEY_MAX_ITER = 256,
    KEY_INIT,
    KEY_START_CLUSTERS,
    KEY_DISTANCE,
    KEY_SEED,
    KEY_RESTARTS,
    KEY_MIN_CHANGE,
    KEY_CHECKPOINT_EVERY,
    KEY_RESUME,
    KEY_ON_PCS
};

static const struct argp_option options[] = {
    { "classes", 'k', "K", HYP_OF_ONE_RUN, "Number of classes (5)", 0 },
    { "max-iter", KEY_MAX_ITER, "N", 0, "Stop after N iterations (500)", 0 },
    { "init", KEY_INIT, "HOW", 0,
      "Start centres: diagonal of the bounding box, or kmeans++ (diagonal)",
      0 },
    { "start-clusters", KEY_START_CLUSTERS, "FILE", HYP_OF_ONE_RUN,
      "Start from the centroids in a centroids.csv or model.h5", 0 },
    { "distance", KEY_DISTANCE, "D", 0, "l2 or l1 (l2)", 0 },
    { "seed", KEY_SEED, "S", 0, "Seed of the draws of kmeans++ (0)", 0 },
    { "restarts", KEY_RESTARTS, "N", 0,
      "Start N times, with the seeds S, S + 1, ..., and keep the result that "
      "has "
      "the least within-class sum of squares (1)",
      0 },
    { "min-change", KEY_MIN_CHANGE, "PERCENT", 0,
      "Stop when fewer of the pixels change their class (0: when none does)",
      0 },
    { "checkpoint-every", KEY_CHECKPOINT_EVERY, "TIME", HYP_OF_ONE_RUN,
      "Save where k-means stands after this time, such as 90s or 1h, again and "
      "again; 0: only when SIGINT, SIGTERM or SIGUSR1 stops it (10m)",
      0 },
    { "resume", KEY_RESUME, NULL, HYP_OF_ONE_RUN,
      "Go on from the checkpoint in the output folder", 0 },
    { "on-pcs", KEY_ON_PCS, NULL, HYP_OF_ONE_RUN,
      "Cluster the scores of the principal components, instead of the bands",
      0 },
    { 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    hyp_settings *s = state->input;
    error_t error;
    bool second;

    switch (key) {
    case 'k': return hyp_take_int("classes", arg, HYP_MAX_CLASSES, &s->classes);
    case KEY_MAX_ITER:
        return hyp_take_int("max-iter", arg, MOST_ITERATIONS,
                            &s->max_iterations);
    case KEY_START_CLUSTERS: s->start_clusters = arg; return 0;
    case KEY_SEED: return hyp_take_seed("seed", arg, &s->seed);
    case KEY_RESTARTS:
        return hyp_take_int("restarts", arg, MOST_STARTS, &s->restarts);
    case KEY_MIN_CHANGE:
        return hyp_take_double("min-change", arg, 0, 100, &s->min_change);
    case KEY_CHECKPOINT_EVERY:
        return hyp_take_time("checkpoint-every", arg, &s->checkpoint_every);
    case KEY_RESUME: s->resume = true; return 0;
    case KEY_ON_PCS: s->on_pcs = true; return 0;
    case KEY_INIT:
        error = hyp_take_word("init", arg, "diagonal", "kmeans++", &second);
        s->init = second ? HYP_INIT_PLUS_PLUS : HYP_INIT_DIAGONAL;
        return error;
    case KEY_DISTANCE:
        error = hyp_take_word("distance", arg, "l2", "l1", &second);
        s->distance = second ? HYP_DISTANCE_L1 : HYP_DISTANCE_L2;
        return error;
    }
    return ARGP_ERR_UNKNOWN;
}

const hyp_option_group hyp_options_kmeans = {
    "k-means:",
    { options, parse, NULL, NULL, NULL, NULL, NULL },
};
