/* ranks: 1 */
/*
 * test_partition.c - parts cover a sequence once, in order, and are balanced
 */
#include "test.h"

#include "pixels.h"

#include "comm/partition.h"

enum { MOST = 64, MOST_PARTS = 41 };

static void check_equal_parts(int64_t total, int parts)
{
    CHECK(hyp_part_start(total, 0, parts) == 0);
    CHECK(hyp_part_start(total, parts, parts) == total);
    for (int part = 0; part < parts; part++) {
        const int64_t first = hyp_part_start(total, part, parts);
        const int64_t count = hyp_part_start(total, part + 1, parts) - first;

        CHECK(count == total / parts || count == (total + parts - 1) / parts);
    }
}

static void test_equal_parts(void)
{
    static const int64_t totals[] = { 0, 1, 2, 3, 7, 64, 100, 1000, 1001 };

    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        for (int parts = 1; parts < MOST_PARTS; parts++)
            check_equal_parts(totals[i], parts);
}

static void test_large_totals(void)
{
    const int64_t total = INT64_C(1) << 40;
    const int parts = 100003;
    int64_t last = 0;

    for (int part = 0; part < parts; part++) {
        const int64_t first = hyp_part_start(total, part, parts);

        CHECK(first >= last && first - last <= total / parts + 1);
        last = first;
    }
}

/*
 * In units of 1 / (2 parts): no part exceeds its share by more than half of
 * the item that begins it and half of the item that ends it.
 */
static void check_weights(const int64_t *weight, int64_t count, int parts)
{
    int64_t start[MOST_PARTS + 1], total = 0, heaviest = 0;

    for (int64_t i = 0; i < count; i++) {
        total += weight[i];
        heaviest = weight[i] > heaviest ? weight[i] : heaviest;
    }
    for (int i = 0; i <= parts; i++)
        start[i] = -1;
    hyp_part_by_weight(weight, count, parts, start);
    CHECK(start[0] == 0);
    CHECK(start[parts] == count);
    for (int part = 0; part < parts; part++) {
        int64_t sum = 0;

        CHECK(start[part] <= start[part + 1]);
        for (int64_t i = start[part]; i < start[part + 1]; i++)
            sum += weight[i];
        CHECK(sum * parts <= total + heaviest * parts);
        CHECK(sum * parts >= total - heaviest * parts);
    }
}

static void test_random_weights(void)
{
    uint64_t state = 1;

    for (int trial = 0; trial < 2000; trial++) {
        const uint32_t limit = trial % 3 == 0 ? 2 : 1 + draw(&state, 1000);
        const int64_t count = draw(&state, MOST);
        int64_t weight[MOST];

        for (int64_t i = 0; i < count; i++)
            weight[i] = draw(&state, limit);
        check_weights(weight, count, 1 + (int)draw(&state, MOST_PARTS - 1));
    }
}

static void test_no_weight_at_all(void)
{
    const int64_t weight[5] = { 0 };

    check_weights(weight, 5, 1);
    check_weights(weight, 5, 3);
    check_weights(weight, 0, 4);
}

static void test_more_parts_than_items(void)
{
    const int64_t weight[3] = { 5, 1, 9 };

    check_weights(weight, 3, 4);
    check_weights(weight, 3, 40);
}

static void test_one_heavy_item(void)
{
    int64_t weight[21], start[4];

    for (int i = 0; i < 21; i++)
        weight[i] = i == 10 ? 1000000 : 1;
    check_weights(weight, 21, 3);
    hyp_part_by_weight(weight, 21, 3, start);
    CHECK(start[1] <= 10 && 10 < start[2]); /* it is in the middle part */
}

static void test_equal_weights_are_equal_parts(void)
{
    int64_t weight[60], start[MOST_PARTS + 1];

    for (int i = 0; i < 60; i++)
        weight[i] = 7;
    for (int parts = 1; parts <= 20; parts++) {
        hyp_part_by_weight(weight, 60, parts, start);
        for (int part = 0; part < parts; part++) {
            const int64_t items = start[part + 1] - start[part];

            CHECK(items == 60 / parts || items == (60 + parts - 1) / parts);
        }
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_equal_parts);
    RUN(test_large_totals);
    RUN(test_random_weights);
    RUN(test_no_weight_at_all);
    RUN(test_more_parts_than_items);
    RUN(test_one_heavy_item);
    RUN(test_equal_weights_are_equal_parts);
    MPI_Finalize();
    return test_status;
}
