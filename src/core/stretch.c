/*
 * stretch.c - values as brightness: a linear stretch between two percentiles
 */
#include "core/stretch.h"

#include "base/mem.h"

#include <stdlib.h>

enum { VALUES = 1 << 16, FIRST = INT16_MIN, BRIGHTEST = 255 };

/* How often each value occurs, nodata left out; returns how many there are. */
static int64_t count_values(const int16_t *value, int64_t count, int16_t nodata,
                            int64_t *times)
{
    for (int64_t i = 0; i < count; i++)
        times[value[i] - FIRST]++;
    count -= times[nodata - FIRST];
    times[nodata - FIRST] = 0;
    return count;
}

/* The value that is number n, from 0, of all in order. */
static int value_number(const int64_t *times, int64_t n)
{
    int v = 0;

    while (v < VALUES - 1 && times[v] <= n)
        n -= times[v++];
    return v + FIRST;
}

static void fill_levels(uint8_t *level, int low, int high)
{
    for (int v = 0; v < VALUES; v++) {
        const int64_t above = v + FIRST - low;
        const int64_t part =
            low == high || above <= 0 ? 0 : BRIGHTEST * above / (high - low);

        level[v] = (uint8_t)(part < BRIGHTEST ? part : BRIGHTEST);
    }
}

hyp_status hyp_stretch(const int16_t *value, int64_t count, int16_t nodata,
                       double tail, uint8_t *level, int step)
{
    int64_t *times, there;
    uint8_t *level_of = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&times, VALUES));
    HYP_TRY(hyp_alloc(&level_of, VALUES));
    there = count_values(value, count, nodata, times);
    if (there > 0)
        fill_levels(
            level_of,
            value_number(times, (int64_t)(tail * (double)(there - 1))),
            value_number(times, (int64_t)((1 - tail) * (double)(there - 1))));
    level_of[nodata - FIRST] = 0;
    for (int64_t i = 0; i < count; i++)
        level[i * step] = level_of[value[i] - FIRST];
out:
    free(times);
    free(level_of);
    return st;
}
