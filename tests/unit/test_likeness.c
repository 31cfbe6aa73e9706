/* ranks: 1 2 3 4 */
/*
 * test_likeness.c - clusterings that are spread over ranks: equal ones under
 * other numbers, one that differs by known pixels, halves that have nothing in
 * common; none; every failure
 */
#include "core/likeness.h"
#include "pixels.h"

#include <math.h>
#include <stdbool.h>

enum { PIXELS = 12000 };

static uint16_t one[PIXELS], other[PIXELS];
static int64_t first, count;

/* 12000 pixels, of which this rank has its share. */
static void make(int (*class_of)(int64_t), int (*also)(int64_t))
{
    count = share_of_rows(PIXELS, MPI_COMM_WORLD, &first);
    for (int64_t p = 0; p < count; p++) {
        one[p] = (uint16_t)class_of(first + p);
        other[p] = (uint16_t)also(first + p);
    }
}

static int thirds(int64_t place)
{
    return (int)(place % 3);
}

static int renamed(int64_t place)
{
    return (int)(place % 3) == 1 ? 500 : 7 - (int)(place % 3);
}

/* 300 pixels of each third are in a class of their own. */
static int moved(int64_t place)
{
    return place < 900 ? 3 : thirds(place);
}

static int halves(int64_t place)
{
    return (int)(place / 3 % 2);
}

static hyp_likeness compare(void)
{
    hyp_likeness found = { NAN, NAN };

    CHECK(hyp_likeness_all(one, other, count, MPI_COMM_WORLD, &found) ==
          HYP_OK);
    return found;
}

static bool near(double found, double wanted)
{
    return fabs(found - wanted) < 1e-14;
}

static double pairs(double n)
{
    return n * (n - 1) / 2;
}

/* Hubert and Arabie's index, from sums of pairs. */
static double index_of(double both, double a, double b)
{
    const double chance = a * b / pairs(PIXELS);

    return (both - chance) / ((a + b) / 2 - chance);
}

static void test_values(void)
{
    hyp_likeness found;

    make(thirds, renamed);
    found = compare();
    CHECK(found.rand == 1 && found.agreement == 1);
    make(thirds, moved);
    found = compare();
    CHECK(near(found.agreement, 11100.0 / PIXELS));
    CHECK(near(found.rand,
               index_of(3 * (pairs(3700) + pairs(300)), 3 * pairs(4000),
                        3 * pairs(3700) + pairs(900))));
    make(thirds, halves);
    found = compare();
    CHECK(near(found.agreement, 4000.0 / PIXELS));
    CHECK(near(found.rand,
               index_of(6 * pairs(2000), 3 * pairs(4000), 2 * pairs(6000))));
}

static void test_no_pixels(void)
{
    hyp_likeness found;

    CHECK(hyp_likeness_all(one, other, 0, MPI_COMM_WORLD, &found) ==
          HYP_ENUMERIC);
}

static hyp_status run_all(void)
{
    hyp_likeness found;

    return hyp_likeness_all(one, other, count, MPI_COMM_WORLD, &found);
}

/* The second rank of three has no pixel, and nothing that can fail. */
static void test_every_single_failure(void)
{
    make(thirds, moved);
    fail_each(run_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_values);
    RUN(test_no_pixels);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
