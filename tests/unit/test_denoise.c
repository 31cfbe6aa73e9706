/* ranks: 1 2 3 */
/*
 * test_denoise.c - pixels there and back against plain loops, for each kind of
 * components; all components give the pixels back; the same bits in any cut;
 * every single failure
 */
#include "hyperslab/denoise.h"
#include "hyperslab/mnf.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

enum { ROWS = 19, COLS = 23, BANDS = 37, NODATA = -9999 };

static const double scale = 5000;

/* Smooth and noisy; a few pixels hold nodata. */
static int16_t spectra(int64_t place, int b)
{
    const double row = (double)(place / COLS), col = (double)(place % COLS);
    uint64_t state = (uint64_t)(place * 8191 + b * 127 + 5);

    draw(&state, 2);
    if (place % 29 == 3)
        return NODATA;
    return (int16_t)(3000 + 900 * sin(row / 6 + b / 9.0) +
                     700 * cos(col / 8 - b / 5.0) +
                     draw(&state, (uint32_t)(40 + 3 * b)));
}

typedef struct scene {
    hyp_slab slab;
    hyp_summary summary;
    hyp_pca pca;
} scene;

static void open_all(scene *s, hyp_pca_kind kind, int components)
{
    static const int64_t first_row[] = { 0 };
    const hyp_neighbours neighbours = { HYP_NEIGHBOUR_LOWER_RIGHT, 1,
                                        first_row };
    const hyp_pca_options options = {
        .components = components, .grid_rows = 1, .grid_cols = 1, .kind = kind
    };
    hyp_pca_times times;
    int64_t pairs;

    *s = (scene){ 0 };
    CHECK(make_slab(&s->slab, ROWS, COLS, BANDS, spectra, NODATA,
                    MPI_COMM_WORLD) == HYP_OK);
    CHECK(hyp_summary_all(&s->slab, MPI_COMM_WORLD, &s->summary) == HYP_OK);
    if (kind == HYP_PCA_NOISE_ADJUSTED)
        CHECK(hyp_mnf_all(&s->slab, &s->summary, &neighbours, &options,
                          MPI_COMM_WORLD, &s->pca, &pairs, &times) == HYP_OK);
    else
        CHECK(hyp_pca_all(&s->slab, &s->summary, &options, MPI_COMM_WORLD,
                          &s->pca, &times) == HYP_OK);
}

static void close_scene(scene *s)
{
    hyp_pca_release(&s->pca);
    hyp_summary_release(&s->summary);
    hyp_slab_release(&s->slab);
}

static double along(const double *x, const double *mean, const double *v)
{
    double sum = 0;

    for (int b = 0; b < BANDS; b++)
        sum += (x[b] - mean[b]) * v[b];
    return sum;
}

/* mean + sum (x - mean)'v_i p_i, DN; the p_i are the v_i of components that are
   perpendicular to each other. */
static void by_double(const hyp_pca *pca, const int16_t *dn, double *out)
{
    double x[BANDS];

    for (int b = 0; b < BANDS; b++)
        x[b] = dn[b];
    memcpy(out, pca->mean, sizeof x);
    for (int i = 0; i < pca->components; i++) {
        const double *v = pca->vector + i * BANDS;
        const double *p = pca->pattern ? pca->pattern + i * BANDS : v;
        const double score = along(x, pca->mean, v);

        for (int b = 0; b < BANDS; b++)
            out[b] += score * p[b];
    }
}

/* Bit by bit; and all components leave nothing out, but what float loses. */
static void check_pixels(const scene *s, const float *got)
{
    double want[BANDS];

    for (int64_t p = 0; p < s->slab.pixels; p++) {
        const int16_t *dn = s->slab.dn + p * s->slab.stride;

        by_double(&s->pca, dn, want);
        for (int b = 0; b < BANDS; b++) {
            const float found = got[p * BANDS + b];

            CHECK(found == (float)(want[b] / scale));
            CHECK(s->pca.components < BANDS ||
                  fabs((double)found * scale - dn[b]) <=
                      0x1p-24 * fabs((double)dn[b]) + 1e-8);
        }
    }
}

/* Pixels do not depend on how many are asked for. */
static void check_cuts(const hyp_denoiser *d, const scene *s, const float *all)
{
    float some[7 * BANDS];

    for (int64_t p = 0; p < s->slab.pixels; p += 7) {
        const int64_t left = s->slab.pixels - p, count = left < 7 ? left : 7;

        hyp_denoise(d, &s->slab, p, count, some);
        CHECK(memcmp(some, all + p * BANDS,
                     (size_t)(count * BANDS) * sizeof *some) == 0);
    }
}

static void test_there_and_back(void)
{
    static const int some_components[] = { 1, 5, BANDS };

    for (int kind = 0; kind <= HYP_PCA_NOISE_ADJUSTED; kind++)
        for (int i = 0; i < 3; i++) {
            hyp_denoiser d;
            float *got;
            scene s;

            open_all(&s, (hyp_pca_kind)kind, some_components[i]);
            got = calloc((size_t)(s.slab.pixels + 1) * BANDS, sizeof *got);
            CHECK(hyp_denoiser_init(&d, &s.pca, scale) == HYP_OK);
            hyp_denoise(&d, &s.slab, 0, s.slab.pixels, got);
            check_pixels(&s, got);
            check_cuts(&d, &s, got);
            hyp_denoiser_release(&d);
            CHECK(d.pattern == NULL && d.pixel == NULL);
            free(got);
            close_scene(&s);
        }
}

static scene victim;

static hyp_status run_all(void)
{
    hyp_denoiser d;
    const hyp_status st = hyp_denoiser_init(&d, &victim.pca, scale);

    CHECK(st == HYP_OK || (d.mean == NULL && d.score == NULL));
    hyp_denoiser_release(&d);
    return hyp_agree(MPI_COMM_WORLD, st);
}

static void test_every_single_failure(void)
{
    open_all(&victim, HYP_PCA_NOISE_ADJUSTED, 3);
    fail_each(run_all);
    close_scene(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_there_and_back);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
