/* ranks: 1 2 3 4 */
/*
 * test_covariance.c - products and covariances against 128-bit integers, for
 * every block of every grid that the ranks fill
 */
#include "base/wide.h"
#include "core/covariance.h"
#include "guard.h"
#include "pixels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 13, COLS = 7, MOST_BANDS = 130 };

static int rank, size;
static int bands;

static int16_t spectrum(int64_t place, int b)
{
    uint64_t state = (uint64_t)(place * 131 + b) * 2654435761u + 1;

    draw(&state, 2);
    if (place % 11 == 4 && b == 0)
        return -9999;
    return (int16_t)((int)draw(&state, 65536) - 32768);
}

/* All values at one end of their range. */
static int16_t extreme(int64_t place, int b)
{
    return (int16_t)(place % 2 || b % 2 ? INT16_MIN : INT16_MAX);
}

static bool is_valid(pixel_value *value, int64_t place)
{
    return value == extreme || value(place, 0) != -9999;
}

/* Sums over the image, whoever owns its rows. */
static hyp_int128 naive_sum(pixel_value *value, int i)
{
    hyp_int128 sum = 0;

    for (int64_t place = 0; place < ROWS * COLS; place++)
        if (is_valid(value, place))
            sum += value(place, i);
    return sum;
}

static hyp_int128 naive_product(pixel_value *value, int i, int j)
{
    hyp_int128 sum = 0;

    for (int64_t place = 0; place < ROWS * COLS; place++)
        if (is_valid(value, place))
            sum += (hyp_int128)value(place, i) * value(place, j);
    return sum;
}

static hyp_int128 naive_count(pixel_value *value)
{
    hyp_int128 count = 0;

    for (int64_t place = 0; place < ROWS * COLS; place++)
        count += is_valid(value, place);
    return count;
}

/* The same of values less the middles of their bands. */
static hyp_int128 naive_shifted(pixel_value *value, const hyp_summary *summary,
                                int i, int j)
{
    const int from_i = hyp_summary_middle(summary, i);
    const int from_j = hyp_summary_middle(summary, j);
    hyp_int128 sum = 0;

    for (int64_t place = 0; place < ROWS * COLS; place++)
        if (is_valid(value, place))
            sum += (hyp_int128)(value(place, i) - from_i) *
                   (value(place, j) - from_j);
    return sum;
}

static void test_products(void)
{
    static const int some_bands[] = { 1, 2, 31, 33, 65 };

    for (int i = 0; i < 10; i++) {
        pixel_value *value = i < 5 ? spectrum : extreme;
        int64_t *product;
        hyp_summary summary;
        hyp_slab slab;

        bands = some_bands[i % 5];
        product = malloc((size_t)(bands * bands) * sizeof *product);
        CHECK(make_slab(&slab, ROWS, COLS, bands, value, -9999,
                        MPI_COMM_SELF) == HYP_OK);
        CHECK(hyp_summary_all(&slab, MPI_COMM_SELF, &summary) == HYP_OK);
        CHECK(hyp_products(&slab, &summary, product) == HYP_OK);
        for (int r = 0; r < bands; r++)
            for (int c = 0; c <= r; c++)
                CHECK(product[r * bands + c] ==
                      naive_shifted(value, &summary, r, c));
        free(product);
        hyp_summary_release(&summary);
        hyp_slab_release(&slab);
    }
}

static void set_pixels(hyp_slab *slab, int low, int high)
{
    for (int64_t p = 0; p < slab->pixels; p++) {
        slab->dn[p * slab->stride] = (int16_t)(p % 2 ? low : high);
        slab->dn[p * slab->stride + 1] = (int16_t)high;
        slab->dn[p * slab->stride + 2] = (int16_t)(p % 3 ? 1 : low);
    }
}

static int64_t product_of(const hyp_slab *slab, const hyp_summary *summary,
                          int i, int j)
{
    int64_t sum = 0;

    for (int64_t p = 0; p < slab->pixels; p++)
        sum +=
            (int64_t)(slab->dn[p * slab->stride + i] -
                      hyp_summary_middle(summary, i)) *
            (slab->dn[p * slab->stride + j] - hyp_summary_middle(summary, j));
    return sum;
}

/* More pixels than one panel; ranges at which sums of 32 bits hold 1, 2, 3 ...
   pairs, and the range that only BLAS can take. */
static void test_products_of_wide_ranges(void)
{
    static const int ranges[] = { 2,     1000,  16383, 23168, 23172, 32766,
                                  46338, 46344, 65533, 65534, 65535 };

    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        const int low = -32768, high = low + ranges[k];
        int64_t product[9] = { 0 };
        hyp_summary summary;
        hyp_slab slab;

        CHECK(even_slab(&slab, 0, 3001, 1, 3) == HYP_OK);
        set_pixels(&slab, low, high);
        CHECK(hyp_summary_all(&slab, MPI_COMM_SELF, &summary) == HYP_OK);
        CHECK(hyp_products(&slab, &summary, product) == HYP_OK);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j <= i; j++)
                CHECK(product[3 * i + j] == product_of(&slab, &summary, i, j));
        hyp_summary_release(&summary);
        hyp_slab_release(&slab);
    }
}

/* Every third pixel, where they lie: what is between them, and beyond the last
   one, is not looked at. */
static void test_products_of_some_pixels(void)
{
    enum { STEP = 3 };
    int64_t product[9] = { 0 };
    hyp_summary summary;
    hyp_slab slab, view;
    size_t length;

    CHECK(even_slab(&slab, 0, 40, 1, 3) == HYP_OK);
    set_pixels(&slab, -40, 90);
    CHECK(hyp_summary_all(&slab, MPI_COMM_SELF, &summary) == HYP_OK);
    view = slab;
    view.pixels = (slab.pixels + STEP - 1) / STEP;
    view.stride = slab.stride * STEP;
    length = (size_t)(slab.pixels * slab.stride) * sizeof *view.dn;
    view.dn = guard_new(length);
    memcpy(view.dn, slab.dn, length);
    CHECK(hyp_products(&view, &summary, product) == HYP_OK);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            CHECK(product[3 * i + j] == product_of(&view, &summary, i, j));
    guard_free(view.dn, length);
    hyp_summary_release(&summary);
    hyp_slab_release(&slab);
}

static void test_products_of_no_pixels(void)
{
    int64_t product[4] = { 7, 7, 7, 7 };
    int16_t ends[32] = { 0 };
    hyp_summary summary = {
        .bands = 2, .stride = 32, .low = ends, .high = ends
    };
    hyp_slab slab;

    CHECK(even_slab(&slab, 0, 0, 5, 2) == HYP_OK);
    CHECK(hyp_products(&slab, &summary, product) == HYP_OK);
    CHECK(product[0] == 0 && product[2] == 0 && product[3] == 0);
    hyp_slab_release(&slab);
}

/* ScaLAPACK's own words: where an index of the matrix lies. */
static int owner_of(int global, int parts)
{
    return global / HYP_EIGEN_BLOCK % parts;
}

static int local_of(int global, int parts)
{
    return global / (HYP_EIGEN_BLOCK * parts) * HYP_EIGEN_BLOCK +
           global % HYP_EIGEN_BLOCK;
}

static int count_local(int n, int coordinate, int parts)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        count += owner_of(i, parts) == coordinate;
    return count;
}

static void check_part(const double *part, hyp_grid grid, pixel_value *value)
{
    const int row = rank / grid.cols, col = rank % grid.cols;
    const int rows = count_local(bands, row, grid.rows);
    const hyp_int128 n = naive_count(value);
    hyp_int128 *sum = malloc((size_t)bands * sizeof *sum);
    int64_t wrong = 0;

    for (int i = 0; i < bands; i++)
        sum[i] = naive_sum(value, i);
    for (int j = 0; j < bands; j++)
        for (int i = 0; i < bands; i++) {
            hyp_int128 top;

            if (owner_of(i, grid.rows) != row || owner_of(j, grid.cols) != col)
                continue;
            top = n * naive_product(value, i, j) - sum[i] * sum[j];
            wrong +=
                part[local_of(j, grid.cols) * rows + local_of(i, grid.rows)] !=
                (double)top / (double)(n * (n - 1));
        }
    CHECK(wrong == 0);
    free(sum);
}

static void check_grid(hyp_grid grid, pixel_value *value)
{
    int64_t *product = calloc((size_t)(bands * bands), sizeof *product);
    double *part = NULL;
    hyp_summary summary;
    hyp_slab slab;

    CHECK(make_slab(&slab, ROWS, COLS, bands, value, -9999, MPI_COMM_WORLD) ==
          HYP_OK);
    CHECK(hyp_summary_all(&slab, MPI_COMM_WORLD, &summary) == HYP_OK);
    CHECK(hyp_products(&slab, &summary, product) == HYP_OK);
    CHECK(hyp_covariance_all(product, &summary, grid, MPI_COMM_WORLD, &part) ==
          HYP_OK);
    if (rank < grid.rows * grid.cols)
        check_part(part, grid, value);
    free(part);
    free(product);
    hyp_summary_release(&summary);
    hyp_slab_release(&slab);
}

static void test_blocks_of_every_grid(void)
{
    static const int orders[] = { 1, 2, 5, 63, 64, 65, 130 };

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (int rows = 1; rows <= size; rows++)
            for (int cols = 1; rows * cols <= size; cols++) {
                bands = orders[i];
                check_grid((hyp_grid){ rows, cols }, spectrum);
            }
    bands = 3;
    check_grid((hyp_grid){ 1, 1 }, extreme);
}

static void test_grid_arithmetic(void)
{
    for (int n = 1; n <= 400; n += 7)
        for (int parts = 1; parts <= 5; parts++)
            for (int part = 0; part < parts; part++) {
                const int count = count_local(n, part, parts);

                CHECK(hyp_grid_local(n, part, parts) == count);
                for (int i = 0; i < count; i++) {
                    const int global = hyp_grid_global(i, part, parts);

                    CHECK(global < n && owner_of(global, parts) == part);
                    CHECK(local_of(global, parts) == i);
                }
            }
}

static void test_auto_grid(void)
{
    for (int n = 1; n <= 900; n += 13)
        for (int ranks = 1; ranks <= 70; ranks++) {
            const hyp_grid grid = hyp_grid_auto(n, ranks);
            const int side = (n + 127) / 128, most = side * side;

            CHECK(grid.rows >= 1 && grid.rows == grid.cols);
            CHECK(grid.rows * grid.cols <= ranks);
            CHECK(grid.rows * grid.cols <= most);
            CHECK((grid.rows + 1) * (grid.rows + 1) >
                  (ranks < most ? ranks : most));
        }
}

static void test_too_few_pixels(void)
{
    int64_t product[4] = { 4, 2, 2, 1 };
    hyp_summary summary = { .bands = 2, .pixels = 1 };
    double *part;

    CHECK(hyp_covariance_all(product, &summary, (hyp_grid){ 1, 1 },
                             MPI_COMM_WORLD, &part) == HYP_ENUMERIC);
    CHECK(part == NULL);
}

static hyp_slab victim;
static hyp_summary victim_summary;

static hyp_status run_covariance(void)
{
    int64_t product[65 * 65];
    double *part = NULL;
    hyp_status st;

    st = hyp_agree(MPI_COMM_WORLD,
                   hyp_products(&victim, &victim_summary, product));
    if (st == HYP_OK)
        st = hyp_covariance_all(product, &victim_summary,
                                (hyp_grid){ 1, size > 1 ? 2 : 1 },
                                MPI_COMM_WORLD, &part);
    CHECK((st == HYP_OK) == (part != NULL));
    free(part);
    return st;
}

static void test_every_single_failure(void)
{
    bands = 65;
    CHECK(make_slab(&victim, ROWS, COLS, bands, spectrum, -9999,
                    MPI_COMM_WORLD) == HYP_OK);
    CHECK(hyp_summary_all(&victim, MPI_COMM_WORLD, &victim_summary) == HYP_OK);
    fail_each(run_covariance);
    hyp_summary_release(&victim_summary);
    hyp_slab_release(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_products);
    RUN(test_products_of_wide_ranges);
    RUN(test_products_of_some_pixels);
    RUN(test_products_of_no_pixels);
    RUN(test_grid_arithmetic);
    RUN(test_auto_grid);
    RUN(test_blocks_of_every_grid);
    RUN(test_too_few_pixels);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
