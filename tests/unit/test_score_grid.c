/* ranks: 1 2 3 4 */
/*
 * test_score_grid.c - scores on a grid against plain double; spectra of scores;
 * equal pixels; classes of the grid in terms of the pixels; every failure
 */
#include "base/mem.h"
#include "hyperslab/kmeans.h"
#include "hyperslab/score_grid.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

enum { ROWS = 30, COLS = 41, BANDS = 37, PIXELS = ROWS * COLS, CLASSES = 4 };
enum { NODATA = -9999 };

static const double scale = 10000;

/* Some pixels hold nodata. */
static int16_t spectra(int64_t place, int b)
{
    uint64_t state = (uint64_t)place * 7919 + 1;
    int light;

    draw(&state, 2);
    light = (int)draw(&state, 3000);
    state += (uint64_t)b * 104729;
    draw(&state, 2);
    if (place % 17 == 3)
        return NODATA;
    return (int16_t)(light + 50 * b + (int)draw(&state, 200) - 100);
}

static int16_t constant(int64_t place, int b)
{
    (void)place;
    return (int16_t)(1000 + b);
}

typedef struct scene {
    hyp_slab slab;
    hyp_summary summary;
    hyp_pca pca;
    hyp_score_grid grid;
} scene;

static hyp_status open_all(scene *s, pixel_value *value, int components)
{
    const hyp_pca_options options = { .components = components,
                                      .grid_rows = 1,
                                      .grid_cols = 1 };
    hyp_pca_times times;
    hyp_status st;

    *s = (scene){ 0 };
    st = make_slab(&s->slab, ROWS, COLS, BANDS, value, NODATA, MPI_COMM_WORLD);
    HYP_TRY(hyp_agree(MPI_COMM_WORLD, st));
    HYP_TRY(hyp_summary_all(&s->slab, MPI_COMM_WORLD, &s->summary));
    HYP_TRY(hyp_pca_all(&s->slab, &s->summary, &options, MPI_COMM_WORLD,
                        &s->pca, &times));
    HYP_TRY(
        hyp_score_grid_all(&s->grid, &s->slab, &s->pca, scale, MPI_COMM_WORLD));
out:
    return st;
}

static void close_scene(scene *s)
{
    hyp_score_grid_release(&s->grid);
    hyp_pca_release(&s->pca);
    hyp_summary_release(&s->summary);
    hyp_slab_release(&s->slab);
}

/* The places of the pixels stay; what follows the components is zero. */
static void check_shape(const scene *s, int components)
{
    const hyp_slab *of = &s->slab, *slab = &s->grid.slab;
    const size_t rows = (size_t)of->rows;

    CHECK(slab->pixels == of->pixels && slab->rows == of->rows);
    CHECK(slab->first_row == of->first_row && slab->bands == components);
    CHECK(slab->stride >= components && slab->stride % 32 == 0);
    CHECK(memcmp(slab->cells, of->cells, (rows + 1) * sizeof(int64_t)) == 0);
    CHECK(memcmp(slab->before, of->before, (rows + 1) * sizeof(int64_t)) == 0);
    CHECK(memcmp(slab->valid, of->valid, (size_t)of->cells[rows]) == 0);
    for (int64_t p = 0; p < slab->pixels; p++)
        for (int c = components; c < slab->stride; c++)
            CHECK(slab->dn[p * slab->stride + c] == 0);
}

/* Each to the nearest step, but for what float loses of the score. */
static void check_values(const scene *s, int components)
{
    double spectrum[BANDS], score[BANDS], largest = 0;
    int exponent;

    for (int64_t p = 0; p < s->slab.pixels; p++) {
        const int16_t *steps = s->grid.slab.dn + p * s->grid.slab.stride;

        for (int b = 0; b < BANDS; b++)
            spectrum[b] = s->slab.dn[p * s->slab.stride + b];
        hyp_score_grid_of(&s->grid, spectrum, score);
        for (int c = 0; c < components; c++) {
            CHECK(fabs(steps[c] - score[c]) <= 0.51);
            largest = fmax(largest, fabs(score[c]));
        }
    }
    MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX,
                  MPI_COMM_WORLD);
    CHECK(largest <= INT16_MAX + 0.1 && largest > INT16_MAX / 2 - 0.1);
    CHECK(frexp(s->grid.step, &exponent) == 0.5);
}

/* With all components, the spectrum of the scores is the spectrum. */
static void check_spectra(const scene *s, int components)
{
    double spectrum[BANDS], score[BANDS], back[BANDS], again[BANDS];

    for (int b = 0; b < BANDS; b++)
        spectrum[b] = 500 + 40 * b;
    hyp_score_grid_of(&s->grid, spectrum, score);
    hyp_score_grid_spectrum(&s->grid, score, back);
    hyp_score_grid_of(&s->grid, back, again);
    for (int b = 0; b < BANDS && components == BANDS; b++)
        CHECK(fabs(back[b] - spectrum[b]) < 1e-9);
    for (int c = 0; c < components; c++)
        CHECK(fabs(again[c] - score[c]) < 1e-9);
}

static void test_values(void)
{
    static const int components[] = { 1, 3, BANDS };

    for (int i = 0; i < 3; i++) {
        scene s;

        CHECK(open_all(&s, spectra, components[i]) == HYP_OK);
        check_shape(&s, components[i]);
        check_values(&s, components[i]);
        check_spectra(&s, components[i]);
        close_scene(&s);
        CHECK(s.grid.slab.dn == NULL && s.grid.slab.pixels == 0);
    }
}

/* On the grid of all, all pixels are as they were. */
static void check_same(const scene *s)
{
    hyp_score_grid again;

    CHECK(hyp_score_grid_apply(&again, &s->slab, &s->pca, scale,
                               s->grid.step) == HYP_OK);
    CHECK(again.step == s->grid.step);
    CHECK(memcmp(again.slab.dn, s->grid.slab.dn,
                 (size_t)(again.slab.pixels * again.slab.stride) * 2) == 0);
    for (int64_t p = 0; p < s->slab.pixels; p++)
        CHECK(again.coarser[p] == 0);
    hyp_score_grid_release(&again);
    CHECK(again.coarser == NULL && again.slab.dn == NULL);
}

/* On one that is 2^5 times as fine, some of the scores fit. */
static void check_finer(const scene *s, int components)
{
    const double unit = scale * s->grid.step / 32;
    hyp_score_grid fine;
    double spectrum[BANDS], score[BANDS];
    int fit = 0, coarse = 0;

    CHECK(hyp_score_grid_apply(&fine, &s->slab, &s->pca, scale,
                               s->grid.step / 32) == HYP_OK);
    for (int64_t p = 0; p < s->slab.pixels; p++) {
        const int16_t *steps = fine.slab.dn + p * fine.slab.stride;
        const double own = unit * ldexp(1, fine.coarser[p]);
        double largest = 0;

        for (int b = 0; b < BANDS; b++)
            spectrum[b] = s->slab.dn[p * s->slab.stride + b];
        hyp_score_grid_of(&s->grid, spectrum, score);
        for (int c = 0; c < components; c++) {
            const double wanted = score[c] * scale * s->grid.step / own;

            CHECK(fabs(steps[c] - wanted) <= 0.51);
            largest = fmax(largest, fabs(wanted));
        }
        CHECK(largest <= INT16_MAX + 0.1);
        CHECK(fine.coarser[p] == 0 || largest > INT16_MAX / 2 - 0.1);
        CHECK(fine.coarser[p] <= 5);
        fit += fine.coarser[p] == 0;
        coarse += fine.coarser[p] > 1;
    }
    CHECK(s->slab.pixels < 100 || (fit > 0 && coarse > 0));
    hyp_score_grid_release(&fine);
}

static void test_given_steps(void)
{
    static const int components[] = { 1, 3 };

    for (int i = 0; i < 2; i++) {
        scene s;

        CHECK(open_all(&s, spectra, components[i]) == HYP_OK);
        check_same(&s);
        check_finer(&s, components[i]);
        close_scene(&s);
    }
}

static void test_equal_pixels(void)
{
    scene s;

    CHECK(open_all(&s, constant, 2) == HYP_OK);
    CHECK(s.grid.step > 0 && s.grid.step <= 1);
    for (int64_t p = 0; p < s.slab.pixels; p++)
        CHECK(memcmp(s.grid.slab.dn + p * s.grid.slab.stride, s.grid.slab.dn,
                     4) == 0);
    close_scene(&s);
}

static int class_of(int64_t p)
{
    return p % 7 == 0 ? 3 : p % 2 == 0 ? 0 : 1; /* none in class 2 */
}

/* Classes that belong to the grid at first; room for spectra. */
static hyp_status make_classes(const scene *s, hyp_kmeans *km)
{
    hyp_status st;

    *km = (hyp_kmeans){ .classes = CLASSES, .bands = s->grid.slab.bands };
    HYP_TRY(hyp_alloc(&km->sum, (size_t)CLASSES * (size_t)km->bands));
    HYP_TRY(hyp_alloc(&km->centre, (size_t)CLASSES * BANDS));
    HYP_TRY(hyp_alloc(&km->count, (size_t)CLASSES));
    HYP_TRY(hyp_alloc(&km->label, (size_t)s->slab.pixels));
    for (int64_t p = 0; p < s->slab.pixels; p++) {
        km->label[p] = (uint16_t)class_of(p);
        km->count[class_of(p)]++;
    }
    for (int i = 0; i < CLASSES * BANDS; i++)
        km->centre[i] = -i;
out:
    return st;
}

static hyp_status regroup_all(const scene *s, hyp_kmeans *km)
{
    hyp_status st;

    HYP_TRY(hyp_agree(MPI_COMM_WORLD, make_classes(s, km)));
    MPI_Allreduce(MPI_IN_PLACE, km->count, CLASSES, MPI_INT64_T, MPI_SUM,
                  MPI_COMM_WORLD);
    st = hyp_kmeans_regroup_all(km, &s->slab, &s->summary, MPI_COMM_WORLD);
out:
    return st;
}

static void test_regroup(void)
{
    int64_t sum[CLASSES][BANDS] = { { 0 } };
    hyp_kmeans km;
    scene s;

    CHECK(open_all(&s, spectra, 3) == HYP_OK);
    CHECK(regroup_all(&s, &km) == HYP_OK);
    CHECK(km.bands == BANDS);
    for (int64_t p = 0; p < s.slab.pixels; p++)
        for (int b = 0; b < BANDS; b++)
            sum[class_of(p)][b] += s.slab.dn[p * s.slab.stride + b];
    MPI_Allreduce(MPI_IN_PLACE, sum, CLASSES * BANDS, MPI_INT64_T, MPI_SUM,
                  MPI_COMM_WORLD);
    for (int j = 0; j < CLASSES; j++)
        for (int b = 0; b < BANDS; b++) {
            const double mean = (double)sum[j][b] / (double)km.count[j];
            const double centre = km.centre[j * BANDS + b];

            CHECK(km.sum[j * BANDS + b] == sum[j][b]);
            CHECK(j == 2 ? centre == -(j * BANDS + b) : centre == mean);
        }
    hyp_kmeans_release(&km);
    close_scene(&s);
}

static hyp_status run_all(void)
{
    hyp_kmeans km = { 0 };
    hyp_score_grid again = { 0 };
    scene s;
    hyp_status st = open_all(&s, spectra, 3), mine;

    CHECK(st == HYP_OK || s.grid.slab.dn == NULL);
    if (st == HYP_OK)
        st = regroup_all(&s, &km);
    if (st == HYP_OK) {
        mine = hyp_score_grid_apply(&again, &s.slab, &s.pca, scale, 1);
        CHECK(mine == HYP_OK || again.slab.dn == NULL);
        st = hyp_agree(MPI_COMM_WORLD, mine);
    }
    hyp_score_grid_release(&again);
    hyp_kmeans_release(&km);
    close_scene(&s);
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
    RUN(test_given_steps);
    RUN(test_equal_pixels);
    RUN(test_regroup);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
