/* ranks: 1 */
/*
 * test_nearest.c - the nearest centre against distances in whole numbers of
 * 2^-42 DN, on pixels made to be hard: ties, centres one bit apart, pixels on
 * the bisector; the claimed error of the float distances against what it is
 */
#include "test.h"

#include "base/wide.h"
#include "core/nearest.h"
#include "pixels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BANDS = 426, MOST_STRIDE = 448, MOST_CLASSES = 20 };

static uint64_t state = 3;
static double centre[MOST_CLASSES * MOST_BANDS];
static int16_t x[MOST_STRIDE] __attribute__((aligned(64)));

static int stride_of(int bands)
{
    return (bands + 31) / 32 * 32;
}

/* A centre as a whole number of 2^-42 DN: the tests use no others. */
static hyp_int128 in_steps(double c)
{
    const double steps = ldexp(c, 42);

    CHECK(steps == rint(steps));
    return (hyp_int128)steps;
}

static hyp_uint128 whole_distance(hyp_distance distance, int bands, int j)
{
    hyp_uint128 sum = 0;

    for (int b = 0; b < bands; b++) {
        hyp_int128 d = (hyp_int128)x[b] * ((hyp_int128)1 << 42) -
                       in_steps(centre[j * bands + b]);

        sum += distance == HYP_DISTANCE_L2 ? (hyp_uint128)(d * d)
                                           : (hyp_uint128)(d < 0 ? -d : d);
    }
    return sum;
}

static int brute_force(hyp_distance distance, int classes, int bands)
{
    hyp_uint128 least = 0;
    int label = -1;

    for (int j = 0; j < classes; j++) {
        hyp_uint128 d = whole_distance(distance, bands, j);

        if (label < 0 || d < least) {
            least = d;
            label = j;
        }
    }
    return label;
}

static void set_pixel(int bands, int16_t value)
{
    memset(x, 0, sizeof x);
    for (int b = 0; b < bands; b++)
        x[b] = value;
}

static void random_pixel(int bands, int low, int high)
{
    set_pixel(bands, 0);
    for (int b = 0; b < bands; b++)
        x[b] = (int16_t)(low + (int)draw(&state, (uint32_t)(high - low + 1)));
}

/* Every other centre is at least so much farther away, or it says nothing. */
static void check_slack(const hyp_nearest *n, int found, double slack)
{
    for (int j = 0; j < n->classes; j++) {
        hyp_uint128 far = whole_distance(n->distance, n->bands, j);
        hyp_uint128 near = whole_distance(n->distance, n->bands, found);
        long double gap =
            n->distance == HYP_DISTANCE_L2
                ? sqrtl((long double)far) - sqrtl((long double)near)
                : (long double)(far - near);

        CHECK(j == found || slack <= ldexpl(gap, -42) + 1e-15L);
    }
    CHECK(slack >= 0);
}

/* Compare on the pixel and centres at hand; count what was decided exactly. */
static int64_t check_with(hyp_nearest *n)
{
    int64_t exactly = 0;
    double slack;
    const int found = hyp_nearest_find(n, x, &slack, &exactly);

    check_slack(n, found, slack);
    CHECK(found == brute_force(n->distance, n->classes, n->bands));
    CHECK(exactly == 0 || exactly == 1);
    return exactly;
}

static void prepare(hyp_nearest *n, hyp_distance distance, int classes,
                    int bands)
{
    CHECK(hyp_nearest_init(n, distance, classes, bands, stride_of(bands)) ==
          HYP_OK);
    hyp_nearest_set(n, centre);
}

static int64_t check(hyp_distance distance, int classes, int bands)
{
    hyp_nearest n;
    int64_t exactly;

    prepare(&n, distance, classes, bands);
    exactly = check_with(&n);
    hyp_nearest_release(&n);
    CHECK(n.centre == NULL && n.grid == NULL && n.found == NULL);
    return exactly;
}

/* Run a test for both distances and some numbers of bands. */
static void each_shape(void (*test)(hyp_distance distance, int bands))
{
    static const int bands[] = { 1, 2, 31, 32, 33, 173, 426 };

    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) {
        test(HYP_DISTANCE_L2, bands[i]);
        test(HYP_DISTANCE_L1, bands[i]);
    }
}

static void tie(hyp_distance distance, int bands)
{
    random_pixel(bands, -500, 10000);
    for (int b = 0; b < bands; b++) {
        centre[b] = x[b] + 300; /* farther than the two that tie */
        centre[bands + b] = x[b] + 7;
        centre[2 * bands + b] = x[b] - 7;
    }
    CHECK(check(distance, 3, bands) == 1);
    CHECK(brute_force(distance, 3, bands) == 1); /* the lowest of equals */
}

static void test_exact_ties(void)
{
    each_shape(tie);
}

static void duplicates(hyp_distance distance, int bands)
{
    random_pixel(bands, -500, 10000);
    for (int j = 0; j < 9; j++) /* 0 and 3 and 6 alike, ... */
        for (int b = 0; b < bands; b++)
            centre[j * bands + b] = (j % 3) * 1000 + 0.125 * b;
    CHECK(check(distance, 9, bands) == 1);
    CHECK(brute_force(distance, 9, bands) < 3);
}

static void test_duplicates(void)
{
    each_shape(duplicates);
}

/* Move one coordinate of one of two tied centres by a single bit. */
static void one_bit(hyp_distance distance, int bands)
{
    for (int moved = 0; moved < 2; moved++)
        for (int nearer = 0; nearer < 2; nearer++) {
            double *c = centre + moved * bands + (moved ? bands - 1 : 0);

            random_pixel(bands, 1100, 1900); /* centres in 2^10 .. 2^11 */
            for (int b = 0; b < bands; b++) {
                centre[b] = x[b] + 64;
                centre[bands + b] = x[b] - 64;
            }
            *c = nextafter(*c, (moved == 1) == (nearer == 1) ? 1e9 : -1e9);
            CHECK(check(distance, 2, bands) == 1);
            CHECK(brute_force(distance, 2, bands) ==
                  (nearer ? moved : 1 - moved));
        }
}

static void test_centres_one_bit_apart(void)
{
    each_shape(one_bit);
}

static void extremes(hyp_distance distance, int bands)
{
    static const int16_t values[] = { INT16_MIN, -32767, -1,       0,
                                      1,         32766,  INT16_MAX };

    for (int b = 0; b < bands; b++) {
        centre[b] = 32768;
        centre[bands + b] = -32768;
        centre[2 * bands + b] = b % 2 ? 32768 : -32768;
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        set_pixel(bands, values[i]);
        check(distance, 3, bands);
        x[bands - 1] = INT16_MIN;
        check(distance, 3, bands);
    }
}

static void test_extremes(void)
{
    each_shape(extremes);
}

static void single(hyp_distance distance, int bands)
{
    random_pixel(bands, -32768, 32767);
    for (int b = 0; b < bands; b++)
        centre[b] = x[b] * 0.5;
    CHECK(check(distance, 1, bands) == 0);
}

static void test_one_class(void)
{
    each_shape(single);
}

/* Pixels within a DN or so of the bisector of two centres among many. */
static void bisector(hyp_distance distance, int bands)
{
    hyp_nearest n;

    for (int i = 0; i < MOST_CLASSES * bands; i++)
        centre[i] = 1024 + draw(&state, 1 << 20) * 0x1p-10 +
                    draw(&state, 1 << 20) * 0x1p-41;
    prepare(&n, distance, MOST_CLASSES, bands);
    for (int trial = 0; trial < 300; trial++) {
        const int j = (int)draw(&state, MOST_CLASSES);
        const int k = (int)draw(&state, MOST_CLASSES);

        set_pixel(bands, 0);
        for (int b = 0; b < bands; b++)
            x[b] = (int16_t)(lrint((centre[j * bands + b] +
                                    centre[k * bands + b]) /
                                   2) +
                             (trial % 3 == 0 ? (int)draw(&state, 3) - 1 : 0));
        check_with(&n);
    }
    hyp_nearest_release(&n);
}

static void test_pixels_near_a_bisector(void)
{
    each_shape(bisector);
}

/* Two centres, mirrored at the pixel, and then pushed by 2^-42 .. 2^-10 DN. */
static void nudge(hyp_distance distance, int bands)
{
    int64_t exactly = 0;

    for (int power = -42; power <= -10; power++) {
        random_pixel(bands, 1200, 1800);
        for (int b = 0; b < bands; b++) {
            const double away = draw(&state, 1 << 16) * 0x1p-10 + 1;

            centre[b] = x[b] + away;
            centre[bands + b] = x[b] - away;
        }
        centre[draw(&state, (uint32_t)(2 * bands))] += ldexp(1, power);
        exactly += check(distance, 2, bands);
    }
    CHECK(exactly > 0);
}

static void test_near_ties(void)
{
    each_shape(nudge);
}

/*
 * Two centres at the same offsets from the pixel, in another order of bands,
 * and whole numbers all: nothing is rounded but the float sums, which differ
 * although the distances do not, or only by the least that they can.
 */
static void shuffled(hyp_distance distance, int bands)
{
    for (int trial = 0; trial < 60; trial++) {
        random_pixel(bands, 3000, 9000);
        for (int b = 0; b < bands; b++)
            centre[b] = (int)draw(&state, 6001) - 3000;
        for (int b = 0; b < bands; b++)
            centre[bands + b] = x[b] + centre[(b * 5 + trial) % bands];
        for (int b = 0; b < bands; b++)
            centre[b] = x[b] - centre[b];
        if (trial % 3 > 0) /* else they tie */
            centre[(trial % 3 - 1) * bands] += trial % 2 ? 1 : -1;
        check(distance, 2, bands);
    }
}

static void test_the_same_terms_in_another_order(void)
{
    each_shape(shuffled);
}

/*
 * Centres that float cannot hold, within a DN of the pixel: what they lose by
 * being rounded is more than what tells them apart.
 */
static void rounded_centres(hyp_distance distance, int bands)
{
    for (int trial = 0; trial < 60; trial++) {
        random_pixel(bands, 9000, 15000);
        for (int b = 0; b < bands; b++) {
            const double off = (int)draw(&state, 1 << 30) - (1 << 29);

            centre[b] = x[b] + off * 0x1p-30;
            centre[bands + (b * 5 + trial) % bands] =
                x[(b * 5 + trial) % bands] - off * 0x1p-30;
        }
        centre[trial % 2 * bands] += trial % 3 * 0x1p-16;
        check(distance, 2, bands);
    }
}

static void test_centres_that_float_rounds(void)
{
    each_shape(rounded_centres);
}

/* Clusters that are apart: the float distances should nearly always do. */
static void ordinary(hyp_distance distance, int bands)
{
    hyp_nearest n;
    int64_t exactly = 0;

    if (bands < 31) /* few bands: near ties are no accident */
        return;
    for (int i = 0; i < 5 * bands; i++)
        centre[i] = 1024 + draw(&state, 1 << 23) * 0x1p-10;
    prepare(&n, distance, 5, bands);
    for (int trial = 0; trial < 1000; trial++) {
        random_pixel(bands, 0, 10000);
        exactly += check_with(&n);
    }
    CHECK(exactly <= 5);
    hyp_nearest_release(&n);
}

static void test_ordinary_data_are_rarely_decided_exactly(void)
{
    each_shape(ordinary);
}

static long double true_distance(const hyp_nearest *n, int j)
{
    long double sum = 0;

    for (int b = 0; b < n->stride; b++) {
        const long double d =
            (long double)x[b] - (long double)n->centre[j * n->stride + b];

        sum += n->distance == HYP_DISTANCE_L2 ? d * d : fabsl(d);
    }
    return sum;
}

static double greatest_error;

/* The kernel's error against the claim, and the centres' against theirs. */
static void claim(hyp_distance distance, int bands)
{
    hyp_nearest n;

    for (int i = 0; i < MOST_CLASSES * bands; i++)
        centre[i] = ((int)draw(&state, 1 << 30) - (1 << 29)) * 0x1p-15 +
                    draw(&state, 1 << 20) * 0x1p-37;
    prepare(&n, distance, MOST_CLASSES, bands);
    CHECK(n.relative > 0 && n.relative < 1e-4);
    for (int trial = 0; trial < 500; trial++) {
        int64_t exactly = 0;
        double slack;

        random_pixel(bands, trial % 2 ? -32768 : 0, trial % 2 ? 32767 : 4000);
        hyp_nearest_find(&n, x, &slack, &exactly);
        for (int j = 0; j < n.classes; j++) {
            const long double want = true_distance(&n, j);
            const double error = (double)(fabsl(n.found[j] - want) / want);

            CHECK(want == 0 || error <= n.relative);
            greatest_error = fmax(greatest_error, error / n.relative);
        }
    }
    for (int j = 0; j < n.classes; j++) {
        long double off = 0;

        for (int b = 0; b < bands; b++) {
            const long double d = (long double)centre[j * bands + b] -
                                  (long double)n.centre[j * n.stride + b];

            off += distance == HYP_DISTANCE_L2 ? d * d : fabsl(d);
        }
        CHECK((distance == HYP_DISTANCE_L2 ? sqrtl(off) : off) <= n.moved);
    }
    hyp_nearest_release(&n);
}

static void test_claimed_errors_hold(void)
{
    greatest_error = 0;
    each_shape(claim);
    printf("# greatest error: %.2f of what is claimed\n", greatest_error);
    CHECK(greatest_error > 0.02); /* else nothing was measured */
}

static void test_every_single_failure(void)
{
    for (long nth = 1; nth <= 4; nth++) {
        hyp_nearest n;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_nearest_init(&n, HYP_DISTANCE_L2, 3, 5, 32);
        CHECK(hyp_fault_fired() == (nth <= 3));
        CHECK(st == (nth <= 3 ? HYP_ENOMEM : HYP_OK));
        CHECK((n.centre == NULL) == (nth <= 3));
        hyp_fault_arm(0);
        hyp_nearest_release(&n);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_exact_ties);
    RUN(test_duplicates);
    RUN(test_centres_one_bit_apart);
    RUN(test_extremes);
    RUN(test_one_class);
    RUN(test_pixels_near_a_bisector);
    RUN(test_near_ties);
    RUN(test_centres_that_float_rounds);
    RUN(test_the_same_terms_in_another_order);
    RUN(test_ordinary_data_are_rarely_decided_exactly);
    RUN(test_claimed_errors_hold);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
