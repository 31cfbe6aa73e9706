/* ranks: 1 */
/*
 * test_agreement.c - the best matching against all matchings, the adjusted
 * Rand index against all pairs of pixels, kappa against its definition
 */
#include "test.h"

#include "base/fault.h"
#include "core/agreement.h"
#include "core/matching.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

enum { MOST = 7, PIXELS = 60 };

/* The greatest sum over all ways to give rows columns of their own. */
static int64_t best_of_all(const int64_t *value, int rows, int cols, int row,
                           unsigned taken)
{
    int64_t best = row == rows ? 0 : INT64_MIN;
    int left = rows - row, open = 0;

    for (int j = 0; j < cols; j++)
        open += !(taken >> j & 1);
    if (row < rows && left > open) /* this row may be left out */
        best = best_of_all(value, rows, cols, row + 1, taken);
    for (int j = 0; row < rows && j < cols; j++)
        if (!(taken >> j & 1)) {
            const int64_t sum =
                value[row * cols + j] +
                best_of_all(value, rows, cols, row + 1, taken | 1u << j);

            best = sum > best ? sum : best;
        }
    return best;
}

/* An assignment is valid: as many as can be, each to a column of its own. */
static int64_t sum_of(const int64_t *value, int rows, int cols, const int *to)
{
    unsigned taken = 0;
    int64_t sum = 0;
    int assigned = 0;

    for (int i = 0; i < rows; i++) {
        if (to[i] < 0)
            continue;
        CHECK(to[i] < cols && !(taken >> to[i] & 1));
        taken |= 1u << to[i];
        sum += value[i * cols + to[i]];
        assigned++;
    }
    CHECK(assigned == (rows < cols ? rows : cols));
    return sum;
}

static void test_best_of_all_matchings(void)
{
    uint64_t state = 99;

    for (int rows = 1; rows <= MOST; rows++)
        for (int cols = 1; cols <= MOST; cols++)
            for (uint32_t limit = 2; limit <= 2000000; limit *= 1000) {
                int64_t value[MOST * MOST];
                int to[MOST];

                for (int i = 0; i < rows * cols; i++)
                    value[i] = (int64_t)draw(&state, limit) - limit / 4;
                CHECK(hyp_matching_best(value, rows, cols, to) == HYP_OK);
                CHECK(sum_of(value, rows, cols, to) ==
                      best_of_all(value, rows, cols, 0, 0));
            }
}

static void test_matching_of_many(void)
{
    enum { MANY = 200 };
    static int64_t value[MANY * MANY];
    static int to[MANY];

    /* A permutation, hidden under what must not be taken for it. */
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < MANY; j++)
            value[i * MANY + j] = j == i * 77 % MANY ? 1000 + i : 999;
    for (int i = 0; i < MANY; i++) /* 77 and 200 have no common factor */
        to[i] = -5;
    CHECK(hyp_matching_best(value, MANY, MANY, to) == HYP_OK);
    for (int i = 0; i < MANY; i++)
        CHECK(to[i] == i * 77 % MANY);
}

/* Two maps of few pixels, and their table. */
static int64_t map_a[PIXELS], map_b[PIXELS];

static hyp_contingency table_of(int pixels)
{
    hyp_tally tally = { 0 };
    hyp_contingency table;

    CHECK(hyp_tally_add(&tally, map_a, map_b, pixels) == HYP_OK);
    CHECK(hyp_contingency_init(&table, &tally) == HYP_OK);
    CHECK(table.pixels == pixels);
    hyp_tally_release(&tally);
    return table;
}

static hyp_contingency draw_maps(uint64_t seed, uint32_t classes,
                                 uint32_t noise)
{
    uint64_t state = seed;

    for (int p = 0; p < PIXELS; p++) {
        map_a[p] = draw(&state, classes);
        map_b[p] = draw(&state, 100) < noise ? draw(&state, classes + 1)
                                             : (map_a[p] + 1) % classes + 10;
    }
    return table_of(PIXELS);
}

/* Of all pairs of pixels: together or apart, in either map. */
static double rand_of_pairs(int pixels)
{
    double both = 0, only_a = 0, only_b = 0, none = 0;

    for (int p = 0; p < pixels; p++)
        for (int q = 0; q < p; q++) {
            const bool a = map_a[p] == map_a[q], b = map_b[p] == map_b[q];

            both += a && b;
            only_a += a && !b;
            only_b += !a && b;
            none += !a && !b;
        }
    if (only_a == 0 && only_b == 0)
        return 1;
    return 2 * (both * none - only_a * only_b) /
           ((both + only_a) * (only_a + none) +
            (both + only_b) * (only_b + none));
}

static void test_rand_of_all_pairs(void)
{
    for (uint32_t classes = 1; classes < 8; classes++)
        for (uint32_t noise = 0; noise <= 100; noise += 25) {
            hyp_contingency table =
                draw_maps(classes * 7 + noise, classes, noise);

            CHECK(fabs(hyp_agreement_rand(&table) - rand_of_pairs(PIXELS)) <
                  1e-12);
            CHECK(noise > 0 || hyp_agreement_rand(&table) == 1);
            hyp_contingency_release(&table);
        }
}

/* The example of scikit-learn's documentation, and cases at the edge. */
static void test_rand_of_known_cases(void)
{
    static const struct {
        int64_t a[4], b[4];
        double index;
    } known[] = {
        { { 0, 0, 1, 2 }, { 0, 0, 1, 1 }, 4.0 / 7 },
        { { 0, 0, 1, 1 }, { 0, 0, 1, 2 }, 4.0 / 7 },
        { { 0, 0, 0, 0 }, { 0, 1, 2, 3 }, 0 },
        { { 0, 0, 1, 1 }, { 0, 1, 0, 1 }, -0.5 },
        { { 0, 0, 0, 0 }, { 5, 5, 5, 5 }, 1 },
        { { 0, 1, 2, 3 }, { 9, 8, 7, 6 }, 1 },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        hyp_contingency table;

        memcpy(map_a, known[i].a, sizeof known[i].a);
        memcpy(map_b, known[i].b, sizeof known[i].b);
        table = table_of(4);
        CHECK(fabs(hyp_agreement_rand(&table) - known[i].index) < 1e-15);
        hyp_contingency_release(&table);
    }
}

/* Observed and expected agreement, pixel by pixel. */
static double kappa_of_pixels(const hyp_contingency *table, const int *to)
{
    double observed = 0, expected = 0;

    for (int p = 0; p < PIXELS; p++)
        for (int q = 0; q < PIXELS; q++)
            for (int a = 0; a < table->a_classes; a++)
                if (map_a[p] == table->a_value[a] && to[a] >= 0 &&
                    map_b[q] == table->b_value[to[a]]) {
                    expected += 1.0 / PIXELS / PIXELS;
                    observed += p == q ? 1.0 / PIXELS : 0;
                }
    return (observed - expected) / (1 - expected);
}

static void test_kappa(void)
{
    for (uint32_t classes = 2; classes < 8; classes++)
        for (uint32_t noise = 0; noise <= 100; noise += 25) {
            hyp_contingency table = draw_maps(classes + noise, classes, noise);
            int to[MOST + 1];

            CHECK(hyp_agreement_match_one(&table, to) == HYP_OK);
            CHECK(fabs(hyp_agreement_kappa(&table, to) -
                       kappa_of_pixels(&table, to)) < 1e-12);
            CHECK(noise > 0 || hyp_agreement_kappa(&table, to) == 1);
            hyp_agreement_match_many(&table, to);
            CHECK(fabs(hyp_agreement_kappa(&table, to) -
                       kappa_of_pixels(&table, to)) < 1e-12);
            hyp_contingency_release(&table);
        }
}

static void test_kappa_of_one_class(void)
{
    hyp_contingency table = draw_maps(1, 1, 0);
    int to[1];

    hyp_agreement_match_many(&table, to);
    CHECK(isnan(hyp_agreement_kappa(&table, to)));
    hyp_contingency_release(&table);
}

/* Rows of three classes, whose pixels lie in classes 1, 3 and 5 of B. */
static int64_t cell[] = { 6, 3, 0, 7, 2, 0, 0, 0, 0 };
static int64_t value_a[] = { 1, 2, 5 }, value_b[] = { 1, 3, 5 };
static int64_t count_a[] = { 9, 9, 0 }, count_b[] = { 13, 5, 0 };
static const hyp_contingency small = { .a_classes = 3,
                                       .b_classes = 3,
                                       .a_value = value_a,
                                       .b_value = value_b,
                                       .count = cell,
                                       .a_count = count_a,
                                       .b_count = count_b,
                                       .pixels = 18 };

static void test_ways_to_match(void)
{
    int64_t common;
    int to[3];

    CHECK(hyp_agreement_match_one(&small, to) == HYP_OK);
    CHECK(to[0] == 1 && to[1] == 0 && to[2] == -1); /* 3 + 7, not 6 + 2 */
    CHECK(hyp_agreement_pixels(&small, to) == 10);
    hyp_agreement_match_many(&small, to);
    CHECK(to[0] == 0 && to[1] == 0 && to[2] == 0);
    CHECK(hyp_agreement_pixels(&small, to) == 13);
    CHECK(hyp_agreement_matched(&small, to, 0, &common) == 18 && common == 13);
    CHECK(hyp_agreement_matched(&small, to, 1, &common) == 0 && common == 0);
    hyp_agreement_match_same(&small, to);
    CHECK(to[0] == 0 && to[1] == -1 && to[2] == 2);
    CHECK(hyp_agreement_pixels(&small, to) == 6);
    CHECK(hyp_agreement_matched(&small, to, 0, &common) == 9 && common == 6);
}

/* Counts of a continent: squares of them do not fit in 64 bits. */
static void test_large_counts(void)
{
    int64_t many[] = { INT64_C(1) << 40, 0, 0, INT64_C(3) << 40 };
    int64_t one[] = { INT64_C(1) << 40, INT64_C(3) << 40 };
    const hyp_contingency table = { .a_classes = 2,
                                    .b_classes = 2,
                                    .a_value = value_a,
                                    .b_value = value_b,
                                    .count = many,
                                    .a_count = one,
                                    .b_count = one,
                                    .pixels = INT64_C(1) << 42 };
    int to[2];

    CHECK(hyp_agreement_match_one(&table, to) == HYP_OK);
    CHECK(to[0] == 0 && to[1] == 1);
    CHECK(hyp_agreement_rand(&table) == 1);
    CHECK(hyp_agreement_kappa(&table, to) == 1);
    to[0] = 1;
    to[1] = 0;
    CHECK(fabs(hyp_agreement_kappa(&table, to) + 0.6) < 1e-15);
}

static hyp_status run_matching(void)
{
    int to[3];

    return hyp_agreement_match_one(&small, to);
}

static void test_every_single_failure(void)
{
    bool fired = true;

    for (long nth = 1; fired; nth++) {
        hyp_status st;

        hyp_fault_arm(nth);
        st = run_matching();
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK(st == (fired ? HYP_ENOMEM : HYP_OK));
        CHECK(fired || nth > 1);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_best_of_all_matchings);
    RUN(test_matching_of_many);
    RUN(test_rand_of_all_pairs);
    RUN(test_rand_of_known_cases);
    RUN(test_kappa);
    RUN(test_kappa_of_one_class);
    RUN(test_ways_to_match);
    RUN(test_large_counts);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
