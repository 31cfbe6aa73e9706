/* ranks: 1 */
/*
 * test_stretch.c - stretches against sorted values and exact fractions
 */
#include "test.h"

#include "core/stretch.h"
#include "pixels.h"

#include <string.h>

enum { MOST = 5000, STEP = 3 };

static int16_t value[MOST];
static uint8_t level[MOST * STEP];

static int compare(const void *a, const void *b)
{
    return *(const int16_t *)a - *(const int16_t *)b;
}

/* What the limits should be; false if there is no value at all. */
static bool find_limits(int count, int16_t nodata, double tail, int *low,
                        int *high)
{
    static int16_t sorted[MOST];
    int there = 0;

    for (int i = 0; i < count; i++)
        if (value[i] != nodata)
            sorted[there++] = value[i];
    qsort(sorted, (size_t)there, sizeof *sorted, compare);
    if (there > 0) {
        *low = sorted[(int)(tail * (there - 1))];
        *high = sorted[(int)((1 - tail) * (there - 1))];
    }
    return there > 0;
}

static void check_stretch(int count, int16_t nodata, double tail)
{
    int low = 0, high = 0, wrong = 0;
    const bool any = find_limits(count, nodata, tail, &low, &high);

    memset(level, 99, sizeof level);
    CHECK(hyp_stretch(value, count, nodata, tail, level, STEP) == HYP_OK);
    for (int i = 0; i < count; i++) {
        const int x = value[i], within = x < low ? low : x > high ? high : x;
        int expected = 0;

        if (any && x != nodata && high > low)
            expected = (int)((int64_t)255 * (within - low) / (high - low));
        wrong += level[i * STEP] != expected;
        wrong += level[i * STEP + 1] != 99; /* not ours */
    }
    CHECK(wrong == 0);
}

static void fill(int count, int from, uint32_t range, int nodata_every)
{
    static uint64_t state = 3;

    for (int i = 0; i < count; i++)
        value[i] = draw(&state, (uint32_t)nodata_every) == 0
                       ? INT16_MIN
                       : (int16_t)(from + (int)draw(&state, range));
}

static void test_limits_and_levels(void)
{
    static const double tails[] = { 0, 0.01, 0.03, 0.25, 0.5 };

    for (size_t t = 0; t < sizeof tails / sizeof *tails; t++) {
        fill(MOST, -300, 9000, 20);
        check_stretch(MOST, INT16_MIN, tails[t]);
        fill(MOST, -32768, 65536, 1000000);
        check_stretch(MOST, INT16_MIN, tails[t]);
        check_stretch(MOST, 32767, tails[t]);
        fill(MOST, 5, 3, 3);
        check_stretch(MOST, INT16_MIN, tails[t]);
        for (int count = 0; count < 9; count++)
            check_stretch(count, INT16_MIN, tails[t]);
    }
}

static void test_one_value_and_none(void)
{
    fill(40, 7, 1, 1000000);
    check_stretch(40, INT16_MIN, 0.03);
    fill(40, 7, 1, 1);
    check_stretch(40, INT16_MIN, 0.03);
}

static hyp_status stretch_all(void)
{
    return hyp_agree(MPI_COMM_WORLD,
                     hyp_stretch(value, 40, INT16_MIN, 0.03, level, STEP));
}

static void test_every_single_failure(void)
{
    fail_each(stretch_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_limits_and_levels);
    RUN(test_one_value_and_none);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
