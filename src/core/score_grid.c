/*
 * score_grid.c - scores of the pixels as 16-bit integers
 */
#include "hyperslab/score_grid.h"

#include "base/mem.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 1024 }; /* pixels whose scores are looked at together */

/* What the passes over the pixels need; owned. */
typedef struct pass {
    hyp_scores scores;
    float *value; /* [BLOCK][components] */
} pass;

static hyp_status init(hyp_score_grid *grid, pass *p, const hyp_slab *slab)
{
    const int components = grid->pca->components;
    hyp_status st;

    HYP_TRY(hyp_scores_init(&p->scores, grid->pca, slab->stride, grid->scale));
    HYP_TRY(hyp_alloc(&p->value, (size_t)BLOCK * (size_t)components));
    HYP_TRY(hyp_slab_init_alike(&grid->slab, slab, components));
out:
    return st;
}

static float largest_of(const float *value, int64_t count)
{
    float largest = 0;

    for (int64_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(value[i]));
    return largest;
}

static float largest_score(const pass *p, const hyp_slab *slab)
{
    float largest = 0;

    for (int64_t first = 0; first < slab->pixels; first += BLOCK) {
        const int64_t left = slab->pixels - first;
        const int64_t count = left < BLOCK ? left : BLOCK;

        hyp_scores_of(&p->scores, slab, first, count, p->value);
        largest =
            fmaxf(largest, largest_of(p->value, count * p->scores.components));
    }
    return largest;
}

/* The least power of two that is not below largest / INT16_MAX. */
static double choose_step(double largest)
{
    int exponent;
    const double fraction = frexp(largest / INT16_MAX, &exponent);

    if (!(largest > 0)) /* all pixels are equal */
        return 1;
    return ldexp(1, fraction > 0.5 ? exponent : exponent - 1);
}

/* The step of one pixel, which is coarser if its scores do not fit. */
static double step_of(hyp_score_grid *grid, int64_t pixel, const float *value)
{
    const float largest = largest_of(value, grid->pca->components);
    double step = grid->step;

    if (grid->coarser && (double)largest > INT16_MAX * step) {
        step = choose_step(largest);
        grid->coarser[pixel] = (uint8_t)(ilogb(step) - ilogb(grid->step));
    }
    return step;
}

static void round_scores(hyp_score_grid *grid, const pass *p,
                         const hyp_slab *slab)
{
    const int components = p->scores.components;

    for (int64_t first = 0; first < slab->pixels; first += BLOCK) {
        const int64_t left = slab->pixels - first;
        const int64_t count = left < BLOCK ? left : BLOCK;

        hyp_scores_of(&p->scores, slab, first, count, p->value);
        for (int64_t i = 0; i < count; i++) {
            const float *value = p->value + i * components;
            int16_t *out = grid->slab.dn + (first + i) * grid->slab.stride;
            /* exact: a power of two */
            const float steps = (float)(1 / step_of(grid, first + i, value));

            for (int c = 0; c < components; c++)
                out[c] = (int16_t)lrintf(value[c] * steps);
        }
    }
}

hyp_status hyp_score_grid_all(hyp_score_grid *grid, const hyp_slab *slab,
                              const hyp_pca *pca, double scale, MPI_Comm comm)
{
    pass p = { 0 };
    float largest;
    hyp_status st;

    *grid = (hyp_score_grid){ .pca = pca, .scale = scale };
    HYP_TRY(hyp_agree(comm, init(grid, &p, slab)));
    largest = largest_score(&p, slab);
    MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_FLOAT, MPI_MAX, comm);
    grid->step = choose_step(largest);
    round_scores(grid, &p, slab);
out:
    hyp_scores_release(&p.scores);
    free(p.value);
    if (st != HYP_OK)
        hyp_score_grid_release(grid);
    return st;
}

hyp_status hyp_score_grid_apply(hyp_score_grid *grid, const hyp_slab *slab,
                                const hyp_pca *pca, double scale, double step)
{
    pass p = { 0 };
    hyp_status st;

    *grid = (hyp_score_grid){ .pca = pca, .scale = scale, .step = step };
    HYP_TRY(init(grid, &p, slab));
    HYP_TRY(hyp_alloc(&grid->coarser, (size_t)slab->pixels));
    round_scores(grid, &p, slab);
out:
    hyp_scores_release(&p.scores);
    free(p.value);
    if (st != HYP_OK)
        hyp_score_grid_release(grid);
    return st;
}

void hyp_score_grid_of(const hyp_score_grid *grid, const double *spectrum,
                       double *score)
{
    const hyp_pca *pca = grid->pca;
    const double unit = grid->scale * grid->step; /* DN of a step */

    for (int i = 0; i < pca->components; i++) {
        const double *vector = pca->vector + (size_t)i * (size_t)pca->bands;
        double sum = 0;

        for (int b = 0; b < pca->bands; b++)
            sum += (spectrum[b] - pca->mean[b]) * vector[b];
        score[i] = sum / unit;
    }
}

void hyp_score_grid_spectrum(const hyp_score_grid *grid, const double *score,
                             double *spectrum)
{
    const hyp_pca *pca = grid->pca;
    const double unit = grid->scale * grid->step;

    for (int b = 0; b < pca->bands; b++) {
        spectrum[b] = pca->mean[b];
        for (int i = 0; i < pca->components; i++)
            spectrum[b] +=
                score[i] * unit *
                pca->vector[(size_t)i * (size_t)pca->bands + (size_t)b];
    }
}

void hyp_score_grid_release(hyp_score_grid *grid)
{
    hyp_slab_release(&grid->slab);
    free(grid->coarser);
    *grid = (hyp_score_grid){ 0 };
}
