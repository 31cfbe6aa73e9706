/* ranks: 1 2 3 */
/*
 * test_deviations.c - standard deviations of classes against two passes in
 * long double; extremes of DN; classes of no pixel and of one; every failure
 */
#include "hyperslab/deviations.h"
#include "pixels.h"

#include <math.h>

enum { ROWS = 24, COLS = 40, BANDS = 37, CLASSES = 4, PIXELS = ROWS * COLS };
enum { EMPTY = 2, SINGLE = 3 }; /* classes of no pixel, and of one */

static int16_t random_value(int64_t place, int b)
{
    uint64_t state = (uint64_t)(place * BANDS + b) * 7919 + 1;

    draw(&state, 2);
    return (int16_t)((int)draw(&state, 20000) - 4000);
}

/* As far from each other as DN can be: their squares add up beyond 2^40. */
static int16_t extreme_value(int64_t place, int b)
{
    return (place + b) % 3 ? INT16_MAX : INT16_MIN + 1;
}

static int16_t constant_value(int64_t place, int b)
{
    (void)place;
    return (int16_t)(b == 0 ? INT16_MIN + 1 : 1234 - b);
}

static int class_of(int64_t place)
{
    return place == PIXELS / 2 ? SINGLE : place % 5 == 0 ? 1 : 0;
}

/* Sums over the whole image, of which each rank has some rows. */
static void fill_sums(hyp_kmeans *km, pixel_value *value)
{
    for (int64_t p = 0; p < PIXELS; p++) {
        const int j = class_of(p);

        km->count[j]++;
        for (int b = 0; b < BANDS; b++)
            km->sum[j * BANDS + b] += value(p, b);
    }
}

static double expected(const hyp_kmeans *km, pixel_value *value, int class,
                       int b)
{
    const int64_t count = km->count[class];
    const long double mean =
        count ? (long double)km->sum[class * BANDS + b] / (long double)count
              : 0;
    long double sum = 0;

    for (int64_t p = 0; p < PIXELS; p++)
        if (class_of(p) == class)
            sum += (value(p, b) - mean) * (value(p, b) - mean);
    return count < 2 ? 0 : (double)sqrtl(sum / (long double)(count - 1));
}

static hyp_status find_all(pixel_value *value, hyp_slab *slab, hyp_kmeans *km,
                           hyp_deviations *d)
{
    hyp_status st =
        make_slab(slab, ROWS, COLS, BANDS, value, INT16_MIN, MPI_COMM_WORLD);

    HYP_TRY(hyp_agree(MPI_COMM_WORLD, st));
    for (int64_t p = 0; p < slab->pixels; p++)
        km->label[p] = (uint16_t)class_of(slab->first_row * COLS + p);
    st = hyp_deviations_all(slab, km, MPI_COMM_WORLD, d);
out:
    return st;
}

static void check(pixel_value *value)
{
    static uint16_t label[PIXELS];
    int64_t sum[CLASSES * BANDS] = { 0 }, count[CLASSES] = { 0 };
    hyp_kmeans km = { .classes = CLASSES,
                      .bands = BANDS,
                      .sum = sum,
                      .count = count,
                      .label = label };
    hyp_slab slab = { 0 };
    hyp_deviations d;

    fill_sums(&km, value);
    CHECK(find_all(value, &slab, &km, &d) == HYP_OK);
    CHECK(d.classes == CLASSES && d.bands == BANDS);
    for (int j = 0; j < CLASSES; j++)
        for (int b = 0; b < BANDS; b++) {
            const double want = expected(&km, value, j, b);

            CHECK(fabs(d.value[j * BANDS + b] - want) <= 4e-16 * want);
            CHECK((j != EMPTY && j != SINGLE) || d.value[j * BANDS + b] == 0);
        }
    hyp_deviations_release(&d);
    CHECK(d.value == NULL);
    hyp_slab_release(&slab);
}

static void test_values(void)
{
    check(random_value);
    check(extreme_value);
    check(constant_value);
}

static hyp_status run_all(void)
{
    static uint16_t label[PIXELS];
    int64_t sum[CLASSES * BANDS] = { 0 }, count[CLASSES] = { 0 };
    hyp_kmeans km = { .classes = CLASSES,
                      .bands = BANDS,
                      .sum = sum,
                      .count = count,
                      .label = label };
    hyp_slab slab = { 0 };
    hyp_deviations d = { 0 };
    const hyp_status st = find_all(random_value, &slab, &km, &d);

    CHECK(st == HYP_OK || d.value == NULL);
    hyp_deviations_release(&d);
    hyp_slab_release(&slab);
    return st;
}

static void test_every_single_failure(void)
{
    fail_each(run_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_values);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
