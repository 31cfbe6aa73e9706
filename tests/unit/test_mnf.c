/* ranks: 1 2 3 4 */
/*
 * test_mnf.c - components against LAPACK's dsygv on covariances computed in
 * 128-bit integers; every single failure on every single rank gives one status
 * everywhere
 */
#include "base/wide.h"
#include "hyperslab/mnf.h"
#include "pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void dsygv_(const int *type, const char *job, const char *triangle,
            const int *n, double *a, const int *lda, double *b, const int *ldb,
            double *w, double *work, const int *lwork, int *info);

enum { ROWS = 17, COLS = 19, PLACES = ROWS * COLS, MOST_BANDS = 70 };

static int size;
static int bands;

/* A smooth scene, and noise of other sizes in other bands. */
static int16_t scene(int64_t place, int b)
{
    const double row = (double)(place / COLS), col = (double)(place % COLS);
    uint64_t state = (uint64_t)(place * 8191 + b * 127 + 5);

    draw(&state, 2);
    return (int16_t)(3000 + 900 * sin(row / 6 + b / 9.0) +
                     700 * cos(col / 8 - b / 5.0) +
                     draw(&state, (uint32_t)(20 + 3 * b)));
}

/* The last band is twice the first. */
static int16_t dependent(int64_t place, int b)
{
    return (int16_t)(b == bands - 1 ? 2 * scene(place, 0) : scene(place, b));
}

typedef struct part {
    hyp_slab slab;
    hyp_summary summary;
} part;

static part make_part(pixel_value *value, MPI_Comm comm)
{
    part made;

    CHECK(make_slab(&made.slab, ROWS, COLS, bands, value, -9999, comm) ==
          HYP_OK);
    CHECK(hyp_summary_all(&made.slab, comm, &made.summary) == HYP_OK);
    return made;
}

static void free_part(part *made)
{
    hyp_summary_release(&made->summary);
    hyp_slab_release(&made->slab);
}

static hyp_status fit(const part *from, hyp_pca_options options, MPI_Comm comm,
                      hyp_pca *mnf)
{
    static const int64_t first_row[] = { 0 };
    const hyp_neighbours neighbours = { HYP_NEIGHBOUR_LOWER_RIGHT, 1,
                                        first_row };
    hyp_pca_times times = { -1, -1 };
    int64_t pairs = -1;
    const hyp_status st = hyp_mnf_all(&from->slab, &from->summary, &neighbours,
                                      &options, comm, mnf, &pairs, &times);

    CHECK(st != HYP_OK || (times.covariance >= 0 && times.eigen >= 0 &&
                           pairs == (ROWS - 1) * (COLS - 1)));
    CHECK(st == HYP_OK || (mnf->mean == NULL && mnf->vector == NULL &&
                           mnf->pattern == NULL && mnf->noise == NULL));
    return st;
}

static double signal[MOST_BANDS * MOST_BANDS], noise[MOST_BANDS * MOST_BANDS];

static hyp_int128 pixel(int64_t place, int b)
{
    return scene(place, b);
}

static hyp_int128 difference(int64_t k, int b)
{
    const int64_t place = k / (COLS - 1) * COLS + k % (COLS - 1);

    return scene(place, b) - scene(place + COLS + 1, b);
}

static void naive_covariance(hyp_int128 (*value)(int64_t, int), int64_t count,
                             double divisor, double *out)
{
    for (int i = 0; i < bands; i++)
        for (int j = 0; j < bands; j++) {
            hyp_int128 product = 0, sum_i = 0, sum_j = 0;

            for (int64_t k = 0; k < count; k++) {
                product += value(k, i) * value(k, j);
                sum_i += value(k, i);
                sum_j += value(k, j);
            }
            out[i * bands + j] = (double)(count * product - sum_i * sum_j) /
                                 ((double)count * (double)(count - 1)) /
                                 divisor;
        }
}

static void by_lapack(double *value)
{
    const int type = 1, lwork = 64 * MOST_BANDS;
    double a[MOST_BANDS * MOST_BANDS], b[MOST_BANDS * MOST_BANDS];
    double work[64 * MOST_BANDS];
    int info;

    memcpy(a, signal, sizeof a);
    memcpy(b, noise, sizeof b);
    dsygv_(&type, "N", "U", &bands, a, &bands, b, &bands, value, work, &lwork,
           &info);
    CHECK(info == 0);
}

static double along(const double *matrix, const double *v, int row)
{
    double sum = 0;

    for (int b = 0; b < bands; b++)
        sum += matrix[row * bands + b] * v[b];
    return sum;
}

/* S v = l N v, the pattern is N v, and v' N v = 1. */
static void check_vector(const hyp_pca *mnf, int i)
{
    const double *v = mnf->vector + i * bands, *p = mnf->pattern + i * bands;
    double off = 0, length = 0, all = 0;
    int greatest = 0;

    for (int b = 0; b < bands; b++) {
        const double nv = along(noise, v, b), sv = along(signal, v, b);

        off = fmax(off, fabs(sv - mnf->value[i] * nv));
        off = fmax(off, fabs(p[b] - nv));
        length += v[b] * nv;
        all = fmax(all, fabs(sv) + fabs(nv));
        greatest = fabs(v[b]) > fabs(v[greatest]) ? b : greatest;
    }
    CHECK(off <= 1e-9 * all);
    CHECK(fabs(length - 1) < 1e-10);
    CHECK(v[greatest] > 0);
}

static void check_components(const hyp_pca *mnf)
{
    double want[MOST_BANDS];
    int rank;

    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    naive_covariance(pixel, PLACES, 1, signal);
    naive_covariance(difference, (ROWS - 1) * (COLS - 1), 2, noise);
    by_lapack(want);
    CHECK(mnf->kind == HYP_PCA_NOISE_ADJUSTED);
    CHECK((mnf->covariance != NULL) == (rank == 0));
    for (int i = 0; i < bands * bands; i++) {
        CHECK(mnf->noise[i] == noise[i]);
        CHECK(rank > 0 || mnf->covariance[i] == signal[i]);
    }
    for (int i = 0; i < bands; i++) {
        CHECK(fabs(mnf->value[i] - want[bands - 1 - i]) <=
              1e-11 * want[bands - 1]);
        check_vector(mnf, i);
    }
}

static void test_components(void)
{
    static const int some_bands[] = { 1, 2, 33, MOST_BANDS };

    for (size_t i = 0; i < sizeof some_bands / sizeof *some_bands; i++)
        for (int rows = 1; rows <= size; rows++)
            for (int cols = 1; rows * cols <= size; cols++) {
                const hyp_pca_options options = { .components = 1,
                                                  .grid_rows = rows,
                                                  .grid_cols = cols };
                hyp_pca mnf;
                part from;

                bands = some_bands[i];
                from = make_part(scene, MPI_COMM_WORLD);
                CHECK(fit(&from, options, MPI_COMM_WORLD, &mnf) == HYP_OK);
                check_components(&mnf);
                CHECK(mnf.components == 1 && mnf.grid_cols == cols);
                hyp_pca_release(&mnf);
                CHECK(mnf.pattern == NULL && mnf.noise == NULL);
                free_part(&from);
            }
}

static void test_same_bits_as_one_rank(void)
{
    const hyp_pca_options options = { .min_eigenvalue = 2,
                                      .grid_rows = 1,
                                      .grid_cols = 1 };
    part shared, whole;
    hyp_pca one, two;
    size_t bytes;

    bands = MOST_BANDS;
    bytes = (size_t)(bands * bands) * sizeof(double);
    shared = make_part(scene, MPI_COMM_WORLD);
    whole = make_part(scene, MPI_COMM_SELF);
    CHECK(fit(&shared, options, MPI_COMM_WORLD, &one) == HYP_OK);
    CHECK(fit(&whole, options, MPI_COMM_SELF, &two) == HYP_OK);
    CHECK(memcmp(one.value, two.value, MOST_BANDS * sizeof(double)) == 0);
    CHECK(memcmp(one.vector, two.vector, bytes) == 0);
    CHECK(memcmp(one.pattern, two.pattern, bytes) == 0);
    CHECK(one.components == two.components);
    CHECK(one.value[one.components - 1] >= 2 && one.value[one.components] < 2);
    hyp_pca_release(&one);
    hyp_pca_release(&two);
    free_part(&shared);
    free_part(&whole);
}

static void test_refusals(void)
{
    hyp_pca mnf;
    part from;

    bands = 6;
    from = make_part(dependent, MPI_COMM_WORLD);
    CHECK(fit(&from, (hyp_pca_options){ .components = 1 }, MPI_COMM_WORLD,
              &mnf) == HYP_ENUMERIC);
    CHECK(strstr(hyp_last_error()->text, "5 independent directions") != NULL);
    free_part(&from);
    from = make_part(scene, MPI_COMM_WORLD);
    CHECK(fit(&from, (hyp_pca_options){ .components = 7 }, MPI_COMM_WORLD,
              &mnf) == HYP_EUSAGE);
    free_part(&from);
}

static part victim;

static hyp_status run_mnf(void)
{
    const hyp_pca_options options = { .components = 2 };
    hyp_pca mnf;
    const hyp_status st = fit(&victim, options, MPI_COMM_WORLD, &mnf);

    hyp_pca_release(&mnf);
    return st;
}

static void test_every_single_failure(void)
{
    bands = 9;
    victim = make_part(scene, MPI_COMM_WORLD);
    fail_each(run_mnf);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_components);
    RUN(test_same_bits_as_one_rank);
    RUN(test_refusals);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
