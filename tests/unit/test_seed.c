/* ranks: 1 2 3 4 5 */
/*
 * test_seed.c - summaries and start centres against plain loops over all
 * pixels; the same at any rank count; every single failure on every single
 * rank gives one status everywhere
 */
#include "hyperslab/kmeans.h"
#include "scene.h"

#include <math.h>
#include <string.h>

static int rank;

/* Two groups of unequal size, far apart. */
static int16_t two_groups(int64_t place, int b)
{
    return (int16_t)((place % 20 == 0 ? 9000 : 0) + (place + b) % 5);
}

static void test_diagonal(void)
{
    double centre[CLASSES * BANDS];
    part from;

    use(blobs, 20);
    from = make_part(MPI_COMM_WORLD);
    for (int classes = 1; classes <= CLASSES; classes++) {
        hyp_kmeans_diagonal(&from.summary, classes, centre);
        for (int b = 0; b < bands; b++) {
            double low = INFINITY, high = -INFINITY, step = 0;

            for (int p = 0; p < pixels; p++) {
                low = fmin(low, every[p][b]);
                high = fmax(high, every[p][b]);
            }
            if (classes > 1)
                step = (high - low) / (classes - 1);
            for (int j = 0; j < classes; j++)
                CHECK(centre[j * bands + b] == low + j * step);
        }
    }
    free_part(&from);
}

static bool is_pixel(const double *centre)
{
    for (int p = 0; p < pixels; p++) {
        int same = 0;

        for (int b = 0; b < bands; b++)
            same += centre[b] == every[p][b];
        if (same == bands)
            return true;
    }
    return false;
}

static void test_plus_plus_at_any_rank_count(void)
{
    double shared[CLASSES * BANDS], alone[CLASSES * BANDS];
    part from, whole;
    int different = 0;

    use(blobs, 11);
    from = make_part(MPI_COMM_WORLD);
    whole = make_part(MPI_COMM_SELF);
    for (uint64_t seed = 0; seed < 20; seed++) {
        const size_t bytes = (size_t)(CLASSES * bands) * sizeof *shared;
        double before = seed ? shared[0] : 0;

        CHECK(hyp_kmeans_plus_plus_all(&from.slab, &from.summary, CLASSES, seed,
                                       MPI_COMM_WORLD, shared) == HYP_OK);
        CHECK(hyp_kmeans_plus_plus_all(&whole.slab, &whole.summary, CLASSES,
                                       seed, MPI_COMM_SELF, alone) == HYP_OK);
        CHECK(memcmp(shared, alone, bytes) == 0);
        for (int j = 0; j < CLASSES; j++) {
            CHECK(is_pixel(shared + j * bands));
            for (int i = 0; i < j; i++) /* no pixel twice: its weight is 0 */
                CHECK(memcmp(shared + i * bands, shared + j * bands,
                             (size_t)bands * sizeof *shared) != 0);
        }
        different += shared[0] != before;
    }
    CHECK(different > 15); /* the seed matters */
    free_part(&from);
    free_part(&whole);
}

static void test_plus_plus_prefers_the_far(void)
{
    double centre[2 * BANDS];
    int few_first = 0;
    part from;

    use(two_groups, 4);
    from = make_part(MPI_COMM_WORLD);
    for (uint64_t seed = 0; seed < 100; seed++) {
        CHECK(hyp_kmeans_plus_plus_all(&from.slab, &from.summary, 2, seed,
                                       MPI_COMM_WORLD, centre) == HYP_OK);
        CHECK(fabs(centre[0] - centre[bands]) > 8000); /* one of each group */
        few_first += centre[0] > 8000;
    }
    CHECK(few_first < 20); /* first: every pixel alike; 5 % are expected */
    free_part(&from);
}

static void test_plus_plus_on_equal_pixels(void)
{
    double centre[4 * BANDS];
    part from;

    use(constant, 6);
    from = make_part(MPI_COMM_WORLD);
    CHECK(hyp_kmeans_plus_plus_all(&from.slab, &from.summary, 4, 1,
                                   MPI_COMM_WORLD, centre) == HYP_OK);
    for (int i = 0; i < 4 * bands; i++)
        CHECK(centre[i] == 100 + i % bands);
    free_part(&from);
}

static int64_t sum_of_squares(void)
{
    int64_t sum = 0;

    for (int p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            sum += (int64_t)every[p][b] * every[p][b];
    return sum;
}

static void test_summary(void)
{
    part from;
    int64_t first = 0;

    use(blobs, BANDS);
    from = make_part(MPI_COMM_WORLD);
    for (int b = 0; b < bands; b++) {
        int low = every[0][b], high = low;
        int64_t sum = 0;

        for (int p = 0; p < pixels; p++) {
            low = every[p][b] < low ? every[p][b] : low;
            high = every[p][b] > high ? every[p][b] : high;
            sum += every[p][b];
        }
        CHECK(from.summary.low[b] == low && from.summary.high[b] == high);
        CHECK(from.summary.sum[b] == sum);
    }
    CHECK(from.summary.squares[0] + (from.summary.squares[1] << 32) ==
          sum_of_squares());
    MPI_Exscan(&from.slab.pixels, &first, 1, MPI_INT64_T, MPI_SUM,
               MPI_COMM_WORLD);
    CHECK(from.summary.first == (rank == 0 ? 0 : first));
    free_part(&from);
}

static int16_t nothing(int64_t place, int b)
{
    return (int16_t)(b == (int)(place % 3) ? NODATA : 5);
}

static void test_summary_of_no_pixels(void)
{
    hyp_summary summary;
    hyp_slab slab;

    CHECK(make_slab(&slab, rows, COLS, 3, nothing, NODATA, MPI_COMM_WORLD) ==
          HYP_OK);
    CHECK(hyp_summary_all(&slab, MPI_COMM_WORLD, &summary) == HYP_ENUMERIC);
    CHECK(summary.low == NULL && summary.sum == NULL);
    hyp_slab_release(&slab);
}

/* What the loops over failures run again and again. */
static part victim;

static hyp_status run_summary(void)
{
    hyp_summary summary;
    const hyp_status st =
        hyp_summary_all(&victim.slab, MPI_COMM_WORLD, &summary);

    CHECK(st == HYP_OK || (summary.low == NULL && summary.sum == NULL));
    hyp_summary_release(&summary);
    return st;
}

static hyp_status run_plus_plus(void)
{
    double centre[3 * BANDS];

    return hyp_kmeans_plus_plus_all(&victim.slab, &victim.summary, 3, 1,
                                    MPI_COMM_WORLD, centre);
}

static void test_every_single_failure(void)
{
    use(blobs, 5);
    victim = make_part(MPI_COMM_WORLD);
    fail_each(run_summary);
    fail_each(run_plus_plus);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    RUN(test_summary);
    RUN(test_summary_of_no_pixels);
    RUN(test_diagonal);
    RUN(test_plus_plus_at_any_rank_count);
    RUN(test_plus_plus_prefers_the_far);
    RUN(test_plus_plus_on_equal_pixels);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
