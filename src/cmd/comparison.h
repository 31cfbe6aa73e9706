/*
 * comparison.h - what was found of two class maps, and how it is printed
 */
#ifndef HYP_CMD_COMPARISON_H
#define HYP_CMD_COMPARISON_H

#include "cmd/settings.h"
#include "core/contingency.h"

/* One of the two: a map, or the maps of several tiles. */
typedef struct hyp_compared {
    const char *argument; /* on the command line; borrowed */
    bool has_nodata;      /* of the first map                */
    int64_t nodata;
} hyp_compared;

typedef struct hyp_comparison {
    hyp_compared a, b;
    hyp_contingency table; /* owned                                          */
    int64_t without_a, without_b, without_both; /* pixels that are left out:
                                                   no data in A only, ...    */
    hyp_match match;
    int *to; /* [table.a_classes]: the class of B, or -1; owned              */
} hyp_comparison;

/*
 * Print a comparison on stdout, for people.
 *
 * Collective: no
 */
void hyp_comparison_print(const hyp_comparison *comparison);

/*
 * Print it as JSON.
 *
 * Collective: no
 */
void hyp_comparison_print_json(const hyp_comparison *comparison);

/* Free what comparison owns.  Accepts { 0 }.  Collective: no. */
void hyp_comparison_release(hyp_comparison *comparison);

#endif
