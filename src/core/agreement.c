/*
 * agreement.c - how alike two classifications of the same pixels are
 */
#include "core/agreement.h"

#include "base/mem.h"
#include "base/wide.h"
#include "core/matching.h"

#include <math.h>
#include <stdlib.h>

/* Pairs of pixels that fall into one cell. */
static hyp_uint128 pairs_in(const int64_t *count, int64_t cells)
{
    hyp_uint128 pairs = 0;

    for (int64_t i = 0; i < cells; i++) {
        const hyp_uint128 n = (hyp_uint128)count[i];

        pairs += n > 0 ? n * (n - 1) / 2 : 0;
    }
    return pairs;
}

double hyp_agreement_rand(const hyp_contingency *c)
{
    const double all = (double)pairs_in(&c->pixels, 1);
    const double a = (double)pairs_in(c->a_count, c->a_classes);
    const double b = (double)pairs_in(c->b_count, c->b_classes);
    const double both =
        (double)pairs_in(c->count, (int64_t)c->a_classes * c->b_classes);
    const double expected = all > 0 ? a / all * b : 0;
    const double most = (a + b) / 2;

    return most == expected ? 1 : (both - expected) / (most - expected);
}

hyp_status hyp_agreement_match_one(const hyp_contingency *c, int *to)
{
    hyp_status st = hyp_matching_best(c->count, c->a_classes, c->b_classes, to);

    for (int a = 0; st == HYP_OK && a < c->a_classes; a++)
        if (to[a] >= 0 && c->count[(int64_t)a * c->b_classes + to[a]] == 0)
            to[a] = -1;
    return st;
}

void hyp_agreement_match_many(const hyp_contingency *c, int *to)
{
    for (int a = 0; a < c->a_classes; a++) {
        const int64_t *row = c->count + (int64_t)a * c->b_classes;

        to[a] = 0;
        for (int b = 1; b < c->b_classes; b++)
            if (row[b] > row[to[a]])
                to[a] = b;
    }
}

void hyp_agreement_match_same(const hyp_contingency *c, int *to)
{
    int b = 0;

    for (int a = 0; a < c->a_classes; a++) { /* values ascend in both */
        while (b < c->b_classes && c->b_value[b] < c->a_value[a])
            b++;
        to[a] = b < c->b_classes && c->b_value[b] == c->a_value[a] ? b : -1;
    }
}

int64_t hyp_agreement_pixels(const hyp_contingency *c, const int *to)
{
    int64_t pixels = 0;

    for (int a = 0; a < c->a_classes; a++)
        if (to[a] >= 0)
            pixels += c->count[(int64_t)a * c->b_classes + to[a]];
    return pixels;
}

double hyp_agreement_kappa(const hyp_contingency *c, const int *to)
{
    const hyp_uint128 n = (hyp_uint128)c->pixels;
    const hyp_uint128 agree = (hyp_uint128)hyp_agreement_pixels(c, to);
    hyp_uint128 chance = 0; /* times n squared */

    for (int a = 0; a < c->a_classes; a++)
        if (to[a] >= 0)
            chance +=
                (hyp_uint128)c->a_count[a] * (hyp_uint128)c->b_count[to[a]];
    if (n * n == chance)
        return NAN;
    return (double)((hyp_int128)(n * agree) - (hyp_int128)chance) /
           (double)(n * n - chance);
}

int64_t hyp_agreement_matched(const hyp_contingency *c, const int *to, int b,
                              int64_t *common)
{
    int64_t pixels = 0;

    *common = 0;
    for (int a = 0; a < c->a_classes; a++)
        if (to[a] == b) {
            pixels += c->a_count[a];
            *common += c->count[(int64_t)a * c->b_classes + b];
        }
    return pixels;
}
