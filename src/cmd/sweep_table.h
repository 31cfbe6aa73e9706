/*
 * sweep_table.h - what a sweep has found, and how it is printed and written
 */
#ifndef HYP_CMD_SWEEP_TABLE_H
#define HYP_CMD_SWEEP_TABLE_H

#include "core/likeness.h"
#include "core/quality.h"

#include <jansson.h>

/* One setting, and what came of it. */
typedef struct hyp_sweep_line {
    int classes, subset;
    double share;   /* of the variance; 0: the bands were clustered          */
    int dimensions; /* bands or components                                   */
    double step;    /* of what was clustered, reflectance                    */
    int iterations;
    bool converged;
    double within; /* sum of squares within the classes, reflectance squared */
    hyp_quality quality;
    hyp_likeness first;  /* with the first line                              */
    hyp_likeness same_k; /* with the first line of as many classes           */
    double seconds;      /* of k-means                                       */
} hyp_sweep_line;

typedef struct hyp_sweep {
    int64_t pixels;
    int count;
    hyp_sweep_line *line; /* [count]; owned */
} hyp_sweep;

/* Print it on stdout, for people.  Collective: no. */
void hyp_sweep_print(const hyp_sweep *sweep);

/* Print it on stdout, as JSON.  Collective: no. */
void hyp_sweep_print_json(const hyp_sweep *sweep);

/* It as JSON; the caller owns it.  Collective: no. */
json_t *hyp_sweep_describe(const hyp_sweep *sweep);

/* Write it as CSV.  Errors: HYP_ECREATE, HYP_EIO, HYP_ENOMEM. */
/* Collective: no. */
HYP_CHECKED hyp_status hyp_sweep_write(const hyp_sweep *sweep,
                                       const char *path);

/* Free what sweep owns.  Accepts { 0 }.  Collective: no. */
void hyp_sweep_release(hyp_sweep *sweep);

#endif
