/*
 * matching.h - the best assignment of rows to columns
 */
#ifndef HYP_CORE_MATCHING_H
#define HYP_CORE_MATCHING_H

#include "hyperslab/status.h"

#include <stdint.h>

/*
 * Assign rows to columns, no two to the same, so that the sum of the values in
 * the places that are taken is greatest.  As many are assigned as there are of
 * the fewer.
 * Source: the shortest augmenting paths of Jonker and Volgenant, Computing 38,
 * 1987, as Crouse, IEEE Transactions on Aerospace and Electronic Systems 52,
 * 2016, gives them for rectangular tables.
 *
 * Collective: no
 * Shapes:     value [rows][cols]; to [rows], out: a column, or -1
 * Requires:   values within +-2^61
 * Errors:     HYP_ENOMEM
 * Result:     exact: values are integers; which of several best assignments it
 *             is depends on the values only
 * Cost:       n^2 m steps at most, n the fewer of rows and columns, m the more
 */
HYP_CHECKED hyp_status hyp_matching_best(const int64_t *value, int rows,
                                         int cols, int *to);

#endif
