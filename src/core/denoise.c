/*
 * denoise.c - pixels without what the components that were not kept hold
 */
#include "hyperslab/denoise.h"

#include "base/mem.h"
#include "kernel/kernel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* pixels */

/* As the combine kernel takes rows. */
static int padded(int columns)
{
    return (columns + HYP_DOUBLES - 1) / HYP_DOUBLES * HYP_DOUBLES;
}

static void set_component(hyp_denoiser *d, const hyp_pca *pca, int i)
{
    const size_t at = (size_t)i * (size_t)pca->bands;
    const double *vector = pca->vector + at;
    const double *pattern = pca->pattern ? pca->pattern + at : vector;

    for (int b = 0; b < d->bands; b++) {
        d->direction[b * d->score_stride + i] = vector[b];
        d->pattern[i * d->pixel_stride + b] = pattern[b];
    }
}

hyp_status hyp_denoiser_init(hyp_denoiser *d, const hyp_pca *pca, double scale)
{
    const size_t pixel = (size_t)padded(pca->bands);
    const size_t score = (size_t)padded(pca->components);
    hyp_status st;

    assert(pca->pattern || pca->kind != HYP_PCA_NOISE_ADJUSTED);
    *d = (hyp_denoiser){ .bands = pca->bands,
                         .components = pca->components,
                         .scale = scale,
                         .pixel_stride = (int)pixel,
                         .score_stride = (int)score };
    HYP_TRY(hyp_alloc(&d->mean, pixel));
    HYP_TRY(hyp_alloc(&d->direction, pixel * score));
    HYP_TRY(hyp_alloc(&d->pattern, score * pixel));
    HYP_TRY(hyp_alloc(&d->pixel, BLOCK * pixel));
    HYP_TRY(hyp_alloc(&d->score, BLOCK * score));
    memcpy(d->mean, pca->mean, (size_t)pca->bands * sizeof *d->mean);
    for (int i = 0; i < pca->components; i++)
        set_component(d, pca, i);
out:
    if (st != HYP_OK)
        hyp_denoiser_release(d);
    return st;
}

static void find_scores(const hyp_denoiser *d, const int16_t *dn, int stride,
                        int pixels)
{
    for (int p = 0; p < pixels; p++)
        for (int b = 0; b < d->bands; b++)
            d->pixel[p * d->pixel_stride + b] = dn[p * stride + b] - d->mean[b];
    memset(d->score, 0, (size_t)(BLOCK * d->score_stride) * sizeof *d->score);
    hyp_kernels_here()->combine(d->pixel, d->pixel_stride, pixels, d->bands,
                                d->direction, d->score_stride, d->score);
}

static void turn_back(const hyp_denoiser *d, int pixels, float *out)
{
    for (int p = 0; p < pixels; p++)
        memcpy(d->pixel + p * d->pixel_stride, d->mean,
               (size_t)d->pixel_stride * sizeof *d->pixel);
    hyp_kernels_here()->combine(d->score, d->score_stride, pixels,
                                d->components, d->pattern, d->pixel_stride,
                                d->pixel);
    for (int p = 0; p < pixels; p++)
        for (int b = 0; b < d->bands; b++)
            out[p * d->bands + b] =
                (float)(d->pixel[p * d->pixel_stride + b] / d->scale);
}

void hyp_denoise(const hyp_denoiser *d, const hyp_slab *slab, int64_t first,
                 int64_t pixels, float *out)
{
    for (int64_t block = 0; block < pixels; block += BLOCK) {
        const int64_t left = pixels - block;
        const int count = left < BLOCK ? (int)left : BLOCK;

        find_scores(d, slab->dn + (first + block) * slab->stride, slab->stride,
                    count);
        turn_back(d, count, out + block * d->bands);
    }
}

void hyp_denoiser_release(hyp_denoiser *d)
{
    free(d->mean);
    free(d->direction);
    free(d->pattern);
    free(d->pixel);
    free(d->score);
    *d = (hyp_denoiser){ 0 };
}
