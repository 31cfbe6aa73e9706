/* ranks: 1 2 3 4 */
/*
 * test_pca.c - components against LAPACK's dsyev on a covariance computed in
 * 128-bit integers; how many are kept; scores against double; every single
 * failure on every single rank gives one status everywhere
 */
#include "base/wide.h"
#include "hyperslab/pca.h"
#include "pixels.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void dsyev_(const char *job, const char *triangle, const int *n, double *a,
            const int *leading, double *w, double *work, const int *lwork,
            int *info);

enum {
    ROWS = 29,
    COLS = 31,
    PLACES = ROWS * COLS,
    MOST_BANDS = 65,
    NODATA = -9999
};

static int rank, size;
static int bands;
static pixel_value *value;

/* Mixtures of five spectra and noise: eigenvalues fall off slowly. */
static int16_t mixture(int64_t place, int b)
{
    uint64_t state = (uint64_t)place * 65537 + 3;
    double sum = 300;

    if (draw(&state, 9) == 0 && b == (int)(place % 2))
        return NODATA;
    for (int m = 1; m <= 5; m++)
        sum += draw(&state, 1000) * (1 + sin(0.1 * m * b)) / m;
    state += (uint64_t)b * 7919;
    draw(&state, 2);
    return (int16_t)(sum + draw(&state, 40));
}

static int16_t constant(int64_t place, int b)
{
    (void)place;
    return (int16_t)(5 + b);
}

/* One pixel is valid. */
static int16_t lonely(int64_t place, int b)
{
    return (int16_t)(place == 100 ? 5 + b : NODATA);
}

static int16_t every[PLACES][MOST_BANDS];
static int pixels;

static void use(pixel_value *scene, int scene_bands)
{
    value = scene;
    bands = scene_bands;
    pixels = 0;
    for (int64_t place = 0; place < PLACES; place++) {
        bool valid = true;

        for (int b = 0; b < bands; b++) {
            every[pixels][b] = value(place, b);
            valid = valid && every[pixels][b] != NODATA;
        }
        pixels += valid;
    }
}

typedef struct part {
    hyp_slab slab;
    hyp_summary summary;
} part;

static part make_part(MPI_Comm comm)
{
    part made;

    CHECK(make_slab(&made.slab, ROWS, COLS, bands, value, NODATA, comm) ==
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
                      hyp_pca *pca)
{
    hyp_pca_times times = { -1, -1 };
    const hyp_status st =
        hyp_pca_all(&from->slab, &from->summary, &options, comm, pca, &times);

    CHECK(st != HYP_OK || (times.covariance >= 0 && times.eigen >= 0));
    CHECK(st == HYP_OK || (pca->mean == NULL && pca->vector == NULL &&
                           pca->value == NULL && pca->components == 0));
    return st;
}

static double covariance[MOST_BANDS * MOST_BANDS], mean[MOST_BANDS];

static void naive_covariance(void)
{
    hyp_int128 sum[MOST_BANDS] = { 0 };

    for (int b = 0; b < bands; b++) {
        for (int p = 0; p < pixels; p++)
            sum[b] += every[p][b];
        mean[b] = (double)sum[b] / pixels;
    }
    for (int i = 0; i < bands; i++)
        for (int j = 0; j < bands; j++) {
            hyp_int128 top = 0;

            for (int p = 0; p < pixels; p++)
                top += every[p][i] * every[p][j];
            top = top * pixels - sum[i] * sum[j];
            covariance[i * bands + j] =
                (double)top / ((double)pixels * (pixels - 1));
        }
}

static void by_lapack(double *eigenvalue)
{
    const int lwork = 64 * MOST_BANDS;
    double a[MOST_BANDS * MOST_BANDS], work[64 * MOST_BANDS];
    int info;

    memcpy(a, covariance, sizeof a);
    dsyev_("N", "U", &bands, a, &bands, eigenvalue, work, &lwork, &info);
    CHECK(info == 0);
}

/* |C v - lambda v|, relative to the greatest eigenvalue. */
static double residual_of(const hyp_pca *pca, int i)
{
    const double *v = pca->vector + (size_t)i * (size_t)bands;
    double sum = 0;

    for (int r = 0; r < bands; r++) {
        double d = -pca->value[i] * v[r];

        for (int c = 0; c < bands; c++)
            d += covariance[r * bands + c] * v[c];
        sum += d * d;
    }
    return sqrt(sum) / pca->value[0];
}

static void check_components(const hyp_pca *pca)
{
    double want[MOST_BANDS], total = 0;

    by_lapack(want);
    for (int b = 0; b < bands; b++)
        total += want[b];
    for (int i = 0; i < bands; i++) {
        const double *v = pca->vector + (size_t)i * (size_t)bands;
        int greatest = 0;

        CHECK(pca->mean[i] == mean[i]);
        CHECK(fabs(pca->value[i] - want[bands - 1 - i]) <=
              1e-13 * bands * want[bands - 1]);
        CHECK(fabs(hyp_pca_share(pca, i) - want[bands - 1 - i] / total) <
              1e-12);
        CHECK(residual_of(pca, i) <= 1e-12);
        for (int b = 1; b < bands; b++)
            if (fabs(v[b]) > fabs(v[greatest]))
                greatest = b;
        CHECK(v[greatest] > 0);
    }
    CHECK(pca->residual <= 1e-10 && pca->orthogonality <= 1e-10);
}

static void test_components(void)
{
    static const int some_bands[] = { 1, 2, 33, 64, 65 };

    for (size_t i = 0; i < sizeof some_bands / sizeof *some_bands; i++)
        for (int rows = 0; rows <= size; rows++)
            for (int cols = rows ? 1 : 0; rows * cols <= size; cols++) {
                hyp_pca pca;
                part from;

                use(mixture, some_bands[i]);
                from = make_part(MPI_COMM_WORLD);
                naive_covariance();
                CHECK(fit(&from,
                          (hyp_pca_options){ .variance = 0.999,
                                             .grid_rows = rows,
                                             .grid_cols = cols },
                          MPI_COMM_WORLD, &pca) == HYP_OK);
                check_components(&pca);
                CHECK(rows == 0 ||
                      (pca.grid_rows == rows && pca.grid_cols == cols));
                hyp_pca_release(&pca);
                CHECK(pca.mean == NULL && pca.vector == NULL);
                free_part(&from);
                if (rows == 0)
                    break;
            }
}

static int kept(const part *from, hyp_pca_options options)
{
    hyp_pca pca;
    int components;

    CHECK(fit(from, options, MPI_COMM_WORLD, &pca) == HYP_OK);
    components = pca.components;
    hyp_pca_release(&pca);
    return components;
}

static void test_how_many_are_kept(void)
{
    double eigenvalue[MOST_BANDS], total = 0, sum = 0;
    part from;

    use(mixture, 20);
    from = make_part(MPI_COMM_WORLD);
    naive_covariance();
    by_lapack(eigenvalue);
    for (int b = 0; b < bands; b++)
        total += eigenvalue[b];
    for (int i = 0; i < bands - 1; i++) {
        const double next = eigenvalue[bands - 2 - i];

        sum += eigenvalue[bands - 1 - i];
        CHECK(kept(&from, (hyp_pca_options){ .variance = sum / total -
                                                         1e-9 }) == i + 1);
        CHECK(kept(&from, (hyp_pca_options){ .variance = sum / total +
                                                         1e-9 }) == i + 2);
        CHECK(kept(&from, (hyp_pca_options){ .variance = 0.5,
                                             .min_eigenvalue =
                                                 next * 1.0001 }) == i + 1);
        CHECK(kept(&from, (hyp_pca_options){ .variance = 0.5,
                                             .min_eigenvalue = 1e300,
                                             .components = i + 1 }) == i + 1);
    }
    CHECK(kept(&from, (hyp_pca_options){ .min_eigenvalue = 1e300 }) == 1);
    CHECK(kept(&from, (hyp_pca_options){ .variance = 1 }) == bands);
    CHECK(kept(&from, (hyp_pca_options){ .components = bands }) == bands);
    free_part(&from);
}

static void test_same_bits_as_one_rank(void)
{
    const hyp_pca_options options = { .variance = 0.9,
                                      .grid_rows = 1,
                                      .grid_cols = 1 };
    const size_t bytes = MOST_BANDS * sizeof(double);
    part shared, whole;
    hyp_pca one, two;

    use(mixture, MOST_BANDS);
    shared = make_part(MPI_COMM_WORLD);
    whole = make_part(MPI_COMM_SELF);
    CHECK(fit(&shared, options, MPI_COMM_WORLD, &one) == HYP_OK);
    CHECK(fit(&whole, options, MPI_COMM_SELF, &two) == HYP_OK);
    CHECK(memcmp(one.mean, two.mean, bytes) == 0);
    CHECK(memcmp(one.value, two.value, bytes) == 0);
    CHECK(memcmp(one.vector, two.vector, MOST_BANDS * bytes) == 0);
    CHECK(one.components == two.components);
    hyp_pca_release(&one);
    hyp_pca_release(&two);
    free_part(&shared);
    free_part(&whole);
}

static void test_bad_options(void)
{
    const hyp_pca_options bad[] = {
        { .components = 6 },
        { .variance = 0.9, .grid_rows = size + 1, .grid_cols = 1 },
        { .variance = 0.9, .grid_rows = size, .grid_cols = 2 },
        { .variance = 0.9, .grid_rows = 1, .grid_cols = 0 },
        { .variance = 0.9, .grid_rows = -1, .grid_cols = -1 },
    };
    hyp_pca pca;
    part from;

    use(mixture, 5);
    from = make_part(MPI_COMM_WORLD);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(fit(&from, bad[i], MPI_COMM_WORLD, &pca) == HYP_EUSAGE);
    free_part(&from);
}

static void test_one_pixel(void)
{
    hyp_pca pca;
    part from;

    use(lonely, 4);
    CHECK(pixels == 1);
    from = make_part(MPI_COMM_WORLD);
    CHECK(fit(&from, (hyp_pca_options){ .variance = 0.9 }, MPI_COMM_WORLD,
              &pca) == HYP_ENUMERIC);
    free_part(&from);
}

/* No variance: whatever is kept, nothing is NaN and nothing is lost. */
static void test_all_pixels_equal(void)
{
    hyp_pca pca;
    part from;

    use(constant, 7);
    from = make_part(MPI_COMM_WORLD);
    CHECK(fit(&from, (hyp_pca_options){ .variance = 0.999 }, MPI_COMM_WORLD,
              &pca) == HYP_OK);
    CHECK(pca.components >= 1 && pca.components <= bands);
    for (int i = 0; i < bands; i++) {
        CHECK(pca.value[i] == 0 && hyp_pca_share(&pca, i) == 0);
        CHECK(pca.mean[i] == 5 + i);
    }
    hyp_pca_release(&pca);
    free_part(&from);
}

static void naive_score(const hyp_pca *pca, const int16_t *x, int i,
                        double scale, double *score, double *sum)
{
    const double *v = pca->vector + (size_t)i * (size_t)bands;

    if (pca->kind == HYP_PCA_WHITENED)
        scale = sqrt(pca->value[i]);
    *score = *sum = 0;
    for (int b = 0; b < bands; b++) {
        *score += (x[b] - pca->mean[b]) * v[b] / scale;
        *sum += (fabs((double)x[b]) + fabs(pca->mean[b])) * fabs(v[b]) / scale;
    }
}

static void check_scores(const hyp_pca *pca, const hyp_slab *slab, double scale,
                         const float *out)
{
    const double bound = (bands + 6) * 0x1p-24;
    int64_t wrong = 0;

    for (int64_t p = 0; p < slab->pixels; p++)
        for (int i = 0; i < pca->components; i++) {
            const double found = out[p * pca->components + i];
            double score, sum;

            naive_score(pca, slab->dn + p * slab->stride, i, scale, &score,
                        &sum);
            wrong += !(fabs(found - score) <= bound * sum);
        }
    CHECK(wrong == 0);
}

/* The same pixels again, in calls of other lengths and from other places. */
static void check_offsets(const hyp_scores *scores, const hyp_slab *slab,
                          const float *all)
{
    static const int64_t steps[] = { 1, 7, 8, 255, 256, 257 };
    const size_t width = (size_t)scores->components;
    float *out = malloc(((size_t)slab->pixels + 1) * width * sizeof *out);

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (int64_t p = 0; p < slab->pixels; p += steps[i]) {
            const int64_t rest = slab->pixels - p;
            const int64_t count = rest < steps[i] ? rest : steps[i];

            hyp_scores_of(scores, slab, p, count, out);
            CHECK(memcmp(out, all + (size_t)p * width,
                         (size_t)count * width * sizeof *out) == 0);
        }
    free(out);
}

static void test_scores(void)
{
    static const int components[] = { 1, 3, 16, 17, 32, 33 };
    const double scale = 10000;
    part from;

    use(mixture, 33);
    from = make_part(MPI_COMM_WORLD);
    for (size_t i = 0; i < sizeof components / sizeof *components; i++) {
        const size_t room = (size_t)(from.slab.pixels * components[i]);
        float *out = malloc((room + 1) * sizeof *out);
        hyp_scores scores;
        hyp_pca pca;

        out[room] = 77;
        CHECK(fit(&from, (hyp_pca_options){ .components = components[i] },
                  MPI_COMM_WORLD, &pca) == HYP_OK);
        CHECK(hyp_scores_init(&scores, &pca, from.slab.stride, scale) ==
              HYP_OK);
        hyp_scores_of(&scores, &from.slab, 0, from.slab.pixels, out);
        check_scores(&pca, &from.slab, scale, out);
        check_offsets(&scores, &from.slab, out);
        CHECK(out[room] == 77);
        hyp_scores_release(&scores);
        CHECK(scores.offset == NULL && scores.block == NULL);
        hyp_pca_release(&pca);
        free(out);
    }
    free_part(&from);
}

/* Whitened scores have variance 1, and are else those that they would be. */
static void test_whitening(void)
{
    const int components = 6;
    double squares[6] = { 0 };
    hyp_scores scores;
    hyp_pca pca;
    float *out;
    part from;

    use(mixture, 40);
    from = make_part(MPI_COMM_WORLD);
    out = malloc((size_t)(from.slab.pixels * components + 1) * sizeof *out);
    CHECK(fit(&from,
              (hyp_pca_options){ .components = components,
                                 .kind = HYP_PCA_WHITENED },
              MPI_COMM_WORLD, &pca) == HYP_OK);
    CHECK(hyp_scores_init(&scores, &pca, from.slab.stride, 1e4) == HYP_OK);
    hyp_scores_of(&scores, &from.slab, 0, from.slab.pixels, out);
    check_scores(&pca, &from.slab, 1e4, out);
    for (int64_t k = 0; k < from.slab.pixels * components; k++)
        squares[k % components] += (double)out[k] * (double)out[k];
    MPI_Allreduce(MPI_IN_PLACE, squares, components, MPI_DOUBLE, MPI_SUM,
                  MPI_COMM_WORLD);
    for (int i = 0; i < components; i++)
        CHECK(fabs(squares[i] / (pixels - 1) - 1) < 1e-5);
    hyp_scores_release(&scores);
    hyp_pca_release(&pca);
    free(out);
    free_part(&from);
}

static void test_nothing_to_whiten_by(void)
{
    hyp_pca pca;
    part from;

    use(constant, 7);
    from = make_part(MPI_COMM_WORLD);
    CHECK(fit(&from,
              (hyp_pca_options){ .variance = 0.999, .kind = HYP_PCA_WHITENED },
              MPI_COMM_WORLD, &pca) == HYP_ENUMERIC);
    free_part(&from);
}

/* Scores of one rank's pixels are those that one rank alone computes. */
static void test_scores_at_any_rank_count(void)
{
    const hyp_pca_options options = { .components = 5,
                                      .grid_rows = 1,
                                      .grid_cols = 1 };
    float *shared, *alone;
    part from, whole;
    hyp_scores scores;
    hyp_pca pca;

    use(mixture, 40);
    from = make_part(MPI_COMM_WORLD);
    whole = make_part(MPI_COMM_SELF);
    shared = malloc((size_t)pixels * 5 * sizeof *shared);
    alone = malloc((size_t)pixels * 5 * sizeof *alone);
    CHECK(fit(&from, options, MPI_COMM_WORLD, &pca) == HYP_OK);
    CHECK(hyp_scores_init(&scores, &pca, from.slab.stride, 1) == HYP_OK);
    hyp_scores_of(&scores, &from.slab, 0, from.slab.pixels, shared);
    hyp_scores_of(&scores, &whole.slab, 0, whole.slab.pixels, alone);
    CHECK(memcmp(shared, alone + from.summary.first * 5,
                 (size_t)from.slab.pixels * 5 * sizeof *shared) == 0);
    hyp_scores_release(&scores);
    hyp_pca_release(&pca);
    free(shared);
    free(alone);
    free_part(&from);
    free_part(&whole);
}

static void test_scores_without_memory(void)
{
    hyp_scores scores;
    hyp_pca pca;
    part from;

    use(mixture, 4);
    from = make_part(MPI_COMM_WORLD);
    CHECK(fit(&from, (hyp_pca_options){ .components = 2 }, MPI_COMM_WORLD,
              &pca) == HYP_OK);
    for (long nth = 1; nth <= 5; nth++) {
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_scores_init(&scores, &pca, from.slab.stride, 1);
        CHECK(hyp_fault_fired() == (nth <= 4));
        CHECK(st == (nth <= 4 ? HYP_ENOMEM : HYP_OK));
        CHECK((scores.offset == NULL) == (nth <= 4));
        hyp_fault_arm(0);
        hyp_scores_release(&scores);
    }
    hyp_pca_release(&pca);
    free_part(&from);
}

static part victim;
static hyp_pca_options victim_options;

static hyp_status run_pca(void)
{
    hyp_pca pca;
    const hyp_status st = fit(&victim, victim_options, MPI_COMM_WORLD, &pca);

    hyp_pca_release(&pca);
    return st;
}

static void test_every_single_failure(void)
{
    use(mixture, 12);
    victim = make_part(MPI_COMM_WORLD);
    victim_options = (hyp_pca_options){ .variance = 0.99 };
    fail_each(run_pca);
    victim_options.grid_rows = 1;
    victim_options.grid_cols = size;
    fail_each(run_pca);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_components);
    RUN(test_how_many_are_kept);
    RUN(test_same_bits_as_one_rank);
    RUN(test_bad_options);
    RUN(test_one_pixel);
    RUN(test_all_pixels_equal);
    RUN(test_scores);
    RUN(test_whitening);
    RUN(test_nothing_to_whiten_by);
    RUN(test_scores_at_any_rank_count);
    RUN(test_scores_without_memory);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
