/*
 * agreement.h - how alike two classifications of the same pixels are
 *
 * Classes of a clustering have no names of their own.  The adjusted Rand index
 * needs none; the other measures follow a matching of the classes of map A to
 * those of map B.
 */
#ifndef HYP_CORE_AGREEMENT_H
#define HYP_CORE_AGREEMENT_H

#include "core/contingency.h"

/*
 * The adjusted Rand index: 1 for equal partitions, 0 on average for those made
 * by chance.
 * Source: Hubert and Arabie, Comparing partitions, Journal of Classification
 * 2, 1985, equation 5.
 *
 * Collective: no
 * Result:     1 too where the index is not defined: both partitions have but
 *             one class, or a class for every pixel
 */
double hyp_agreement_rand(const hyp_contingency *table);

/*
 * Match classes one to one, so that as many pixels as possible agree.
 *
 * Collective: no
 * Shapes:     to [a_classes], out: the class of B, or -1: none has pixels in
 *             common with it, or is left
 * Errors:     HYP_ENOMEM
 * Cost:       at most n^2 m steps, for n classes of the one map and m >= n of
 *             the other
 */
HYP_CHECKED hyp_status hyp_agreement_match_one(const hyp_contingency *table,
                                               int *to);

/*
 * Match each class of A to the class of B that most of its pixels have; of
 * equals, to that of the lowest value.
 *
 * Collective: no
 * Shapes:     to [a_classes], out
 */
void hyp_agreement_match_many(const hyp_contingency *table, int *to);

/*
 * Match classes of the same value.
 *
 * Collective: no
 * Shapes:     to [a_classes], out; -1: B has no such class
 */
void hyp_agreement_match_same(const hyp_contingency *table, int *to);

/*
 * The pixels whose class in A is matched to their class in B: divided by all
 * pixels, the overall accuracy.
 *
 * Collective: no
 */
int64_t hyp_agreement_pixels(const hyp_contingency *table, const int *to);

/*
 * Cohen's kappa, after the matching: agreement beyond that of chance, as a
 * share of what chance leaves.  Classes of A without a match agree with
 * nothing.
 * Source: Cohen, A coefficient of agreement for nominal scales, Educational
 * and Psychological Measurement 20, 1960.
 *
 * Collective: no
 * Result:     NaN if both maps have but one class, and the same
 */
double hyp_agreement_kappa(const hyp_contingency *table, const int *to);

/*
 * The pixels of A whose classes are matched to class b.
 *
 * Collective: no
 * Result:     *common: those of them that have class b in B
 */
int64_t hyp_agreement_matched(const hyp_contingency *table, const int *to,
                              int b, int64_t *common);

#endif
