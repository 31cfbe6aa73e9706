/* ranks: 1 2 3 4 */
/*
 * test_contingency.c - pairs of classes that the ranks count add up to the
 * table of all pixels; tables that cannot be; every single failure on every
 * single rank gives one status everywhere
 */
#include "pixels.h"

#include "core/contingency.h"

#include <string.h>

enum { PIXELS = 5000, CLASSES = 40 };

static int64_t map_a[PIXELS], map_b[PIXELS];
static int rank;

/* Class j of a map: values that are far apart, some of them negative. */
static int64_t value_a(int j)
{
    return (j - 10) * INT64_C(1000000007);
}

static int64_t value_b(int j)
{
    return j * 3 - 50;
}

static int class_a[PIXELS], class_b[PIXELS];

static void draw_maps(void)
{
    uint64_t state = 8;

    for (int p = 0; p < PIXELS; p++) {
        class_a[p] = (int)draw(&state, CLASSES);
        class_b[p] = (class_a[p] + (int)draw(&state, 9)) % CLASSES;
        if (p > 0 && draw(&state, 2)) { /* neighbours are alike */
            class_a[p] = class_a[p - 1];
            class_b[p] = class_b[p - 1];
        }
        map_a[p] = value_a(class_a[p]);
        map_b[p] = value_b(class_b[p]);
    }
}

/* This rank's pixels, in two parts; rank 1 of several has none. */
static hyp_status count(hyp_tally *tally)
{
    int64_t begin, own = share_of_rows(PIXELS, MPI_COMM_WORLD, &begin);
    hyp_status st;

    *tally = (hyp_tally){ 0 };
    st = hyp_tally_add(tally, map_a + begin, map_b + begin, own / 3);
    if (st == HYP_OK)
        st = hyp_tally_add(tally, map_a + begin + own / 3,
                           map_b + begin + own / 3, own - own / 3);
    return st;
}

static void check_table(const hyp_contingency *table)
{
    static int64_t want[CLASSES][CLASSES], sum_a[CLASSES], sum_b[CLASSES];

    memset(want, 0, sizeof want);
    memset(sum_a, 0, sizeof sum_a);
    memset(sum_b, 0, sizeof sum_b);
    for (int p = 0; p < PIXELS; p++) {
        want[class_a[p]][class_b[p]]++;
        sum_a[class_a[p]]++;
        sum_b[class_b[p]]++;
    }
    CHECK(table->pixels == PIXELS);
    CHECK(table->a_classes == CLASSES && table->b_classes == CLASSES);
    for (int j = 0; j < CLASSES; j++) {
        CHECK(table->a_value[j] == value_a(j));
        CHECK(table->b_value[j] == value_b(j));
        CHECK(table->a_count[j] == sum_a[j]);
        CHECK(table->b_count[j] == sum_b[j]);
        CHECK(memcmp(table->count + j * CLASSES, want[j], sizeof want[j]) == 0);
    }
}

static void test_table_of_all_ranks(void)
{
    hyp_tally tally;
    hyp_contingency table;

    CHECK(count(&tally) == HYP_OK);
    CHECK(hyp_tally_collect_all(&tally, MPI_COMM_WORLD) == HYP_OK);
    if (rank == 0) {
        CHECK(hyp_contingency_init(&table, &tally) == HYP_OK);
        check_table(&table);
        hyp_contingency_release(&table);
    }
    hyp_tally_release(&tally);
    CHECK(tally.pair == NULL);
}

static void test_no_pixel(void)
{
    hyp_tally tally = { 0 };
    hyp_contingency table;

    CHECK(hyp_tally_collect_all(&tally, MPI_COMM_WORLD) == HYP_OK);
    CHECK(hyp_contingency_init(&table, &tally) == HYP_ENUMERIC);
    CHECK(table.count == NULL);
    hyp_tally_release(&tally);
}

/* One class more than a table may have, in either map. */
static void test_too_many_classes(void)
{
    static int64_t many[HYP_MAX_COMPARED + 1], one[HYP_MAX_COMPARED + 1];

    for (int i = 0; i <= HYP_MAX_COMPARED; i++)
        many[i] = 7 * i;
    for (int of_a = 0; of_a < 2; of_a++)
        for (int more = 0; more < 2; more++) {
            hyp_tally tally = { 0 };
            hyp_contingency table;

            CHECK(hyp_tally_add(&tally, of_a ? many : one, of_a ? one : many,
                                HYP_MAX_COMPARED + more) == HYP_OK);
            CHECK(hyp_contingency_init(&table, &tally) ==
                  (more ? HYP_EFORMAT : HYP_OK));
            CHECK(!more || strstr(hyp_last_error()->text,
                                  of_a ? "map A holds 2049" : "map B holds"));
            hyp_contingency_release(&table);
            hyp_tally_release(&tally);
        }
}

static hyp_status run_count(void)
{
    hyp_contingency table = { 0 };
    hyp_tally tally;
    hyp_status st = hyp_agree(MPI_COMM_WORLD, count(&tally));

    if (st == HYP_OK)
        st = hyp_tally_collect_all(&tally, MPI_COMM_WORLD);
    if (st == HYP_OK) {
        if (rank == 0)
            st = hyp_contingency_init(&table, &tally);
        st = hyp_agree(MPI_COMM_WORLD, st);
    }
    hyp_contingency_release(&table);
    hyp_tally_release(&tally);
    return st;
}

static void test_every_single_failure(void)
{
    fail_each(run_count);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    draw_maps();
    RUN(test_table_of_all_ranks);
    RUN(test_no_pixel);
    RUN(test_too_many_classes);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
