/* ranks: 1 2 3 4 */
/*
 * test_eigen.c - ScaLAPACK on every grid that the ranks fill against LAPACK's
 * dsyev on the whole matrix, easy matrices and degenerate ones
 */
#include "core/eigen.h"
#include "pixels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void dsyev_(const char *job, const char *triangle, const int *n, double *a,
            const int *leading, double *w, double *work, const int *lwork,
            int *info);

static int rank, size;

typedef void make_matrix(int n, double *matrix);

/* A covariance as spectra have it: every eigenvalue far from the next. */
static void smooth(int n, double *matrix)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            matrix[i * n + j] =
                1e5 * exp(-abs(i - j) / 40.0) * (1 + (i + 1) * (j + 1) * 1e-3);
}

static void noise(int n, double *matrix)
{
    uint64_t state = 17;

    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            matrix[i * n + j] = matrix[j * n + i] =
                (double)draw(&state, 2000001) - 1e6;
}

static void identity(int n, double *matrix)
{
    for (int i = 0; i < n * n; i++)
        matrix[i] = i % (n + 1) == 0;
}

static void zero(int n, double *matrix)
{
    memset(matrix, 0, (size_t)(n * n) * sizeof *matrix);
}

static void diagonal(int n, double *matrix)
{
    zero(n, matrix);
    for (int i = 0; i < n; i++)
        matrix[i * n + i] = (i * 37) % n + 1;
}

static void rank_one(int n, double *matrix)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            matrix[i * n + j] = (double)(i % 7 - 3) * (j % 7 - 3);
}

/* The covariance of fewer pixels than bands. */
static void rank_three(int n, double *matrix)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            matrix[i * n + j] =
                1e4 + 3.0 * i * j + (double)(i * i % 11) * (double)(j * j % 11);
}

/* Deal a whole matrix to the grid, as the header says it lies. */
static double *deal(int n, hyp_grid grid, const double *whole)
{
    const int row = rank / grid.cols, col = rank % grid.cols;
    int rows, cols;
    double *part;

    if (rank >= grid.rows * grid.cols)
        return malloc(1);
    rows = hyp_grid_local(n, row, grid.rows);
    cols = hyp_grid_local(n, col, grid.cols);
    part = malloc((size_t)(rows * cols) * sizeof *part + 1);
    for (int j = 0; j < cols; j++)
        for (int i = 0; i < rows; i++)
            part[j * rows + i] = whole[hyp_grid_global(i, row, grid.rows) * n +
                                       hyp_grid_global(j, col, grid.cols)];
    return part;
}

/* All eigenvalues by LAPACK, least first. */
static void by_lapack(int n, const double *whole, double *value)
{
    const int lwork = 64 * n + 64;
    double *a = malloc((size_t)(n * n) * sizeof *a);
    double *work = malloc((size_t)lwork * sizeof *work);
    int info;

    memcpy(a, whole, (size_t)(n * n) * sizeof *a);
    dsyev_("N", "U", &n, a, &n, value, work, &lwork, &info);
    CHECK(info == 0);
    free(work);
    free(a);
}

static double frobenius(int n, const double *matrix)
{
    double sum = 0;

    for (int i = 0; i < n * n; i++)
        sum += matrix[i] * matrix[i];
    return sqrt(sum);
}

static void check_vectors(int n, const double *whole, const double *value,
                          const double *vector)
{
    const double norm = frobenius(n, whole);
    double residual = 0, worst = 0;

    for (int i = 0; i < n; i++) {
        const double *v = vector + i * n;

        for (int r = 0; r < n; r++) {
            double d = -value[i] * v[r];

            for (int c = 0; c < n; c++)
                d += whole[r * n + c] * v[c];
            residual += d * d;
        }
        for (int k = 0; k <= i; k++) {
            double dot = -(double)(i == k);

            for (int c = 0; c < n; c++)
                dot += v[c] * vector[k * n + c];
            worst = fmax(worst, fabs(dot));
        }
    }
    CHECK(sqrt(residual) <= 1e-12 * n * norm);
    CHECK(worst <= 1e-12 * n);
}

static void check_signs(int n, const double *vector)
{
    for (int i = 0; i < n; i++) {
        int greatest = 0;

        for (int b = 1; b < n; b++)
            if (fabs(vector[i * n + b]) > fabs(vector[i * n + greatest]))
                greatest = b;
        CHECK(vector[i * n + greatest] > 0);
    }
}

/* Whether all ranks hold the same bytes. */
static bool same_everywhere(const void *mine, size_t bytes)
{
    void *first = malloc(bytes);
    bool same;

    memcpy(first, mine, bytes);
    MPI_Bcast(first, (int)bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
    same = memcmp(first, mine, bytes) == 0;
    free(first);
    return same;
}

static void check_solution(int n, const double *whole, const double *value,
                           const double *vector)
{
    const double norm = frobenius(n, whole);
    double *want = malloc((size_t)n * sizeof *want);

    by_lapack(n, whole, want);
    for (int i = 0; i < n; i++) {
        CHECK(fabs(value[i] - want[n - 1 - i]) <= 1e-13 * n * norm);
        CHECK(i == 0 || value[i] <= value[i - 1]);
    }
    check_vectors(n, whole, value, vector);
    check_signs(n, vector);
    CHECK(same_everywhere(value, (size_t)n * sizeof *value));
    CHECK(same_everywhere(vector, (size_t)(n * n) * sizeof *vector));
    free(want);
}

static void check_grid(int n, hyp_grid grid, make_matrix *make)
{
    double *whole = malloc((size_t)(n * n) * sizeof *whole);
    double *vector = malloc((size_t)(n * n) * sizeof *vector);
    double *value = malloc((size_t)n * sizeof *value), *part;
    hyp_eigen_quality quality = { -1, -1 };
    hyp_status st;

    make(n, whole);
    part = deal(n, grid, whole);
    st = hyp_eigen_all(n, grid, part, MPI_COMM_WORLD, value, vector, &quality);
    CHECK(st == HYP_OK);
    if (st == HYP_OK) {
        check_solution(n, whole, value, vector);
        CHECK(quality.residual >= 0 && quality.residual <= 1e-10);
        CHECK(quality.orthogonality >= 0 && quality.orthogonality <= 1e-10);
        CHECK(same_everywhere(&quality, sizeof quality));
    } else {
        fprintf(stderr, "# n %d, grid %dx%d: %s\n", n, grid.rows, grid.cols,
                hyp_last_error()->text);
    }
    free(part);
    free(value);
    free(vector);
    free(whole);
}

static void check_all_grids(make_matrix *make)
{
    static const int orders[] = { 1, 2, 5, 63, 64, 65, 130 };

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (int rows = 1; rows <= size; rows++)
            for (int cols = 1; rows * cols <= size; cols++)
                check_grid(orders[i], (hyp_grid){ rows, cols }, make);
}

static void test_smooth_matrices(void)
{
    check_all_grids(smooth);
}

static void test_noise(void)
{
    check_all_grids(noise);
}

static void test_identity(void)
{
    check_all_grids(identity);
}

static void test_zero(void)
{
    check_all_grids(zero);
}

static void test_diagonal_matrices(void)
{
    check_all_grids(diagonal);
}

static void test_deficient_matrices(void)
{
    check_all_grids(rank_one);
    check_all_grids(rank_three);
}

static void test_known_answer(void)
{
    double matrix[4] = { 2, -1, -1, 2 }, value[2], vector[4];
    hyp_eigen_quality quality;

    CHECK(hyp_eigen_all(2, (hyp_grid){ 1, 1 }, matrix, MPI_COMM_WORLD, value,
                        vector, &quality) == HYP_OK);
    CHECK(fabs(value[0] - 3) < 1e-14 && fabs(value[1] - 1) < 1e-14);
    CHECK(fabs(fabs(vector[0]) - sqrt(0.5)) < 1e-14);
    CHECK(fabs(vector[0] + vector[1]) < 1e-14);
    CHECK(fabs(vector[2] - sqrt(0.5)) < 1e-14);
}

/* On one rank of the grid the bits are those of one rank alone. */
static void test_same_bits_as_one_rank(void)
{
    enum { N = 65 };
    static double a[N * N], b[N * N], one[N * N], two[N * N];
    double value[N], other[N];
    hyp_eigen_quality quality;

    smooth(N, a);
    smooth(N, b);
    CHECK(hyp_eigen_all(N, (hyp_grid){ 1, 1 }, a, MPI_COMM_WORLD, value, one,
                        &quality) == HYP_OK);
    CHECK(hyp_eigen_all(N, (hyp_grid){ 1, 1 }, b, MPI_COMM_SELF, other, two,
                        &quality) == HYP_OK);
    CHECK(memcmp(value, other, sizeof value) == 0);
    CHECK(memcmp(one, two, sizeof one) == 0);
}

static hyp_status run_eigen(void)
{
    enum { N = 66 };
    static double whole[N * N], vector[N * N];
    const hyp_grid grid = { size > 3 ? 2 : 1, size > 1 ? 2 : 1 };
    double value[N], *part;
    hyp_eigen_quality quality;
    hyp_status st;

    smooth(N, whole);
    part = deal(N, grid, whole);
    st = hyp_eigen_all(N, grid, part, MPI_COMM_WORLD, value, vector, &quality);
    free(part);
    return st;
}

static void test_every_single_failure(void)
{
    fail_each(run_eigen);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_known_answer);
    RUN(test_smooth_matrices);
    RUN(test_noise);
    RUN(test_diagonal_matrices);
    RUN(test_identity);
    RUN(test_zero);
    RUN(test_deficient_matrices);
    RUN(test_same_bits_as_one_rank);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
