/* ranks: 1 2 3 4 5 */
/*
 * test_noise.c - differences of neighbours against plain loops over the images,
 * whoever owns their rows; every single failure on every single rank
 */
#include "hyperslab/noise.h"
#include "pixels.h"

#include <stdbool.h>
#include <string.h>

enum { IMAGES = 4, ROWS = 25, MOST_COLS = 12, BANDS = 33, NODATA = -9999 };

/* Images of one row, of one column, and larger ones, below each other. */
static const int64_t first_row[IMAGES] = { 0, 9, 10, 18 };
static const int64_t cols_of[IMAGES] = { 9, 12, 1, 7 };

static int bands;

typedef int16_t cell_value(int64_t row, int64_t col, int b);

static cell_value *value;

static int16_t any_value(int64_t row, int64_t col, int b)
{
    uint64_t state = (uint64_t)(row * 7919 + col * 131 + b);

    draw(&state, 2);
    return (int16_t)((int)draw(&state, 12000) - 1000);
}

static int16_t holed(int64_t row, int64_t col, int b)
{
    return (row * 5 + col * 3) % 7 == 0 && b == (row + col) % bands
               ? NODATA
               : any_value(row, col, b);
}

/* Differences that 16 bits do not hold. */
static int16_t extreme(int64_t row, int64_t col, int b)
{
    return (row + col + b) % 3 ? INT16_MIN : INT16_MAX;
}

/* Differences of the greatest number that 16 bits hold. */
static int16_t just_fitting(int64_t row, int64_t col, int b)
{
    return (row * col + b) % 3 ? 0 : INT16_MAX;
}

/* One row in two has no data. */
static int16_t striped(int64_t row, int64_t col, int b)
{
    return row % 2 ? NODATA : any_value(row, col, b);
}

static int image_of(int64_t row)
{
    int image = 0;

    while (image + 1 < IMAGES && first_row[image + 1] <= row)
        image++;
    return image;
}

static bool is_valid(int64_t row, int64_t col)
{
    for (int b = 0; b < bands; b++)
        if (value(row, col, b) == NODATA)
            return false;
    return true;
}

typedef struct part {
    hyp_slab slab;
    hyp_summary summary;
} part;

static part make_part(MPI_Comm comm)
{
    int64_t first, length[ROWS], rows = share_of_rows(ROWS, comm, &first);
    part made;
    int16_t *out;

    for (int64_t row = 0; row < rows; row++)
        length[row] = cols_of[image_of(first + row)];
    CHECK(hyp_slab_init(&made.slab, first, rows, length, bands) == HYP_OK);
    out = made.slab.dn;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t col = 0; col < length[row]; col++) {
            for (int b = 0; b < bands; b++)
                out[b] = value(first + row, col, b);
            out += made.slab.stride;
        }
    mark_nodata(&made.slab, 0, rows, NODATA);
    hyp_slab_drop(&made.slab, 0, made.slab.rows);
    CHECK(hyp_summary_all(&made.slab, comm, &made.summary) == HYP_OK);
    return made;
}

static void free_part(part *made)
{
    hyp_summary_release(&made->summary);
    hyp_slab_release(&made->slab);
}

static int64_t want_count, want_sum[BANDS], want_product[BANDS * BANDS];

static void add_pair(int64_t row, int64_t col, int64_t down, int64_t right)
{
    int64_t d[BANDS];

    want_count++;
    for (int b = 0; b < bands; b++) {
        d[b] = (int64_t)value(row, col, b) - value(row + down, col + right, b);
        want_sum[b] += d[b];
    }
    for (int i = 0; i < bands; i++)
        for (int j = 0; j <= i; j++)
            want_product[i * bands + j] += d[i] * d[j];
}

static void naive(int64_t down, int64_t right)
{
    want_count = 0;
    memset(want_sum, 0, sizeof want_sum);
    memset(want_product, 0, sizeof want_product);
    for (int64_t row = 0; row + down < ROWS; row++)
        for (int64_t col = 0; col < cols_of[image_of(row)]; col++)
            if (image_of(row + down) == image_of(row) && col + right >= 0 &&
                col + right < cols_of[image_of(row)] && is_valid(row, col) &&
                is_valid(row + down, col + right))
                add_pair(row, col, down, right);
}

static hyp_status differ(const part *from, hyp_neighbour neighbour,
                         MPI_Comm comm, hyp_differences *d)
{
    const hyp_neighbours neighbours = { neighbour, IMAGES, first_row };
    const hyp_status st =
        hyp_differences_all(&from->slab, &from->summary, &neighbours, comm, d);

    CHECK(st == HYP_OK || (d->sum == NULL && d->product == NULL));
    return st;
}

static void check_direction(const part *from, hyp_neighbour neighbour)
{
    hyp_differences d;
    int64_t wrong = 0;

    CHECK(differ(from, neighbour, MPI_COMM_WORLD, &d) == HYP_OK);
    MPI_Allreduce(MPI_IN_PLACE, d.product, bands * bands, MPI_INT64_T, MPI_SUM,
                  MPI_COMM_WORLD);
    CHECK(d.bands == bands && d.count == want_count);
    for (int i = 0; i < bands; i++) {
        wrong += d.sum[i] != want_sum[i];
        for (int j = 0; j <= i; j++)
            wrong += d.product[i * bands + j] != want_product[i * bands + j];
    }
    CHECK(wrong == 0);
    hyp_differences_release(&d);
    CHECK(d.sum == NULL && d.product == NULL);
}

static void check_all_directions(cell_value *scene, int scene_bands)
{
    part from;

    value = scene;
    bands = scene_bands;
    from = make_part(MPI_COMM_WORLD);
    naive(1, 1);
    check_direction(&from, HYP_NEIGHBOUR_LOWER_RIGHT);
    naive(1, -1);
    check_direction(&from, HYP_NEIGHBOUR_LOWER_LEFT);
    naive(0, 1);
    check_direction(&from, HYP_NEIGHBOUR_RIGHT);
    naive(1, 0);
    check_direction(&from, HYP_NEIGHBOUR_LOWER);
    free_part(&from);
}

static void test_differences(void)
{
    check_all_directions(any_value, 1);
    check_all_directions(any_value, BANDS);
    check_all_directions(holed, 3);
    check_all_directions(holed, BANDS);
}

static void test_wide_ranges(void)
{
    check_all_directions(extreme, 5);
    check_all_directions(just_fitting, 5);
}

/* No pixel has a neighbour below it. */
static void test_too_few_pairs(void)
{
    hyp_differences d;
    part from;

    value = striped;
    bands = 2;
    from = make_part(MPI_COMM_WORLD);
    naive(1, 0);
    CHECK(want_count == 0);
    CHECK(differ(&from, HYP_NEIGHBOUR_LOWER, MPI_COMM_WORLD, &d) ==
          HYP_ENUMERIC);
    CHECK(differ(&from, HYP_NEIGHBOUR_LOWER_RIGHT, MPI_COMM_WORLD, &d) ==
          HYP_ENUMERIC);
    naive(0, 1);
    check_direction(&from, HYP_NEIGHBOUR_RIGHT);
    free_part(&from);
}

static part victim;

static hyp_status run_differences(void)
{
    hyp_differences d;
    const hyp_status st =
        differ(&victim, HYP_NEIGHBOUR_LOWER_RIGHT, MPI_COMM_WORLD, &d);

    hyp_differences_release(&d);
    return st;
}

static void test_every_single_failure(void)
{
    value = holed;
    bands = 6;
    victim = make_part(MPI_COMM_WORLD);
    fail_each(run_differences);
    value = extreme;
    free_part(&victim);
    victim = make_part(MPI_COMM_WORLD);
    fail_each(run_differences);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_differences);
    RUN(test_wide_ranges);
    RUN(test_too_few_pairs);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
