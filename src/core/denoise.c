/*
 * denoise.c - pixels without what the components that were not kept hold
 */
#include "hyperslab/denoise.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* pixels whose scores are kept at a time */

/* What a score of one of component i adds to a pixel. */
static void set_pattern(hyp_denoiser *d, const hyp_pca *pca, int i,
                        double scale)
{
    const size_t at = (size_t)i * (size_t)pca->bands;
    const double *from = pca->pattern ? pca->pattern + at : pca->vector + at;
    const double unit = pca->pattern ? 1 : hyp_pca_unit(pca, i, scale);

    for (int b = 0; b < pca->bands; b++)
        d->pattern[at + (size_t)b] = from[b] * unit / scale;
}

hyp_status hyp_denoiser_init(hyp_denoiser *d, const hyp_pca *pca, int stride,
                             double scale)
{
    const size_t bands = (size_t)pca->bands;
    const size_t components = (size_t)pca->components;
    hyp_status st;

    assert(pca->pattern || pca->kind != HYP_PCA_NOISE_ADJUSTED);
    *d = (hyp_denoiser){ 0 };
    HYP_TRY(hyp_scores_init(&d->scores, pca, stride, scale));
    HYP_TRY(hyp_alloc(&d->mean, bands));
    HYP_TRY(hyp_alloc(&d->pattern, components * bands));
    HYP_TRY(hyp_alloc(&d->score, BLOCK * components));
    HYP_TRY(hyp_alloc(&d->sum, bands));
    for (int b = 0; b < pca->bands; b++)
        d->mean[b] = pca->mean[b] / scale;
    for (int i = 0; i < pca->components; i++)
        set_pattern(d, pca, i, scale);
out:
    if (st != HYP_OK)
        hyp_denoiser_release(d);
    return st;
}

/* The pixel that has these scores. */
static void turn_back(const hyp_denoiser *d, const float *score, float *out)
{
    const int bands = d->scores.bands;
    double *sum = d->sum;

    memcpy(sum, d->mean, (size_t)bands * sizeof *sum);
    for (int i = 0; i < d->scores.components; i++) {
        const double *pattern = d->pattern + (size_t)i * (size_t)bands;

        for (int b = 0; b < bands; b++)
            sum[b] += (double)score[i] * pattern[b];
    }
    for (int b = 0; b < bands; b++)
        out[b] = (float)sum[b];
}

void hyp_denoise(const hyp_denoiser *d, const hyp_slab *slab, int64_t first,
                 int64_t pixels, float *out)
{
    for (int64_t block = 0; block < pixels; block += BLOCK) {
        const int64_t left = pixels - block;
        const int64_t count = left < BLOCK ? left : BLOCK;

        hyp_scores_of(&d->scores, slab, first + block, count, d->score);
        for (int64_t p = 0; p < count; p++)
            turn_back(d, d->score + p * d->scores.components,
                      out + (block + p) * d->scores.bands);
    }
}

void hyp_denoiser_release(hyp_denoiser *d)
{
    hyp_scores_release(&d->scores);
    free(d->mean);
    free(d->pattern);
    free(d->score);
    free(d->sum);
    *d = (hyp_denoiser){ 0 };
}
