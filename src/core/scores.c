/*
 * scores.c - project pixels on the principal components
 *
 * Pixels are taken less the mean in whole DN, which is exact; what that lacks
 * of the mean is taken from the scores.
 */
#include "hyperslab/pca.h"

#include "base/mem.h"
#include "kernel/kernel.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = HYP_LANES, BLOCK = 64 }; /* pixels of a block */

double hyp_pca_unit(const hyp_pca *pca, int i, double scale)
{
    switch (pca->kind) {
    case HYP_PCA_PLAIN: return scale;
    case HYP_PCA_WHITENED: return sqrt(pca->value[i]);
    case HYP_PCA_NOISE_ADJUSTED: break; /* its vectors are in such units */
    }
    return 1;
}

/* Component i along the bands, in units of the scores. */
static void set_direction(hyp_scores *s, const hyp_pca *pca, int i,
                          double scale)
{
    const double unit = hyp_pca_unit(pca, i, scale);
    const double *vector = pca->vector + (size_t)i * (size_t)pca->bands;
    float *out = s->direction + (size_t)(i / WIDTH) * (size_t)s->bands * WIDTH +
                 i % WIDTH;
    double shift = 0;

    for (int b = 0; b < s->bands; b++) {
        out[b * WIDTH] = (float)(vector[b] / unit);
        shift += (pca->mean[b] - s->offset[b]) * vector[b] / unit;
    }
    s->shift[i] = (float)shift;
}

hyp_status hyp_scores_init(hyp_scores *s, const hyp_pca *pca, int stride,
                           double scale)
{
    const size_t groups = (size_t)(pca->components + WIDTH - 1) / WIDTH;
    hyp_status st;

    *s = (hyp_scores){ .bands = pca->bands,
                       .stride = stride,
                       .components = pca->components,
                       .groups = (int)groups };
    HYP_TRY(hyp_alloc(&s->offset, (size_t)stride));
    HYP_TRY(hyp_alloc(&s->direction, groups * (size_t)pca->bands * WIDTH));
    HYP_TRY(hyp_alloc(&s->shift, groups * WIDTH));
    HYP_TRY(hyp_alloc(&s->block, (size_t)BLOCK * WIDTH));
    for (int b = 0; b < pca->bands; b++)
        s->offset[b] = (int16_t)lrint(pca->mean[b]);
    for (int i = 0; i < pca->components; i++)
        set_direction(s, pca, i, scale);
out:
    if (st != HYP_OK)
        hyp_scores_release(s);
    return st;
}

/* Copy one group of components of a block to its columns of the output. */
static void place(const hyp_scores *s, int group, int64_t pixels, float *out)
{
    const int first = group * WIDTH;
    const int rest = s->components - first;
    const int count = rest < WIDTH ? rest : WIDTH;

    for (int64_t p = 0; p < pixels; p++)
        for (int i = 0; i < count; i++)
            out[p * s->components + first + i] =
                s->block[p * WIDTH + i] - s->shift[first + i];
}

void hyp_scores_of(const hyp_scores *s, const hyp_slab *slab, int64_t first,
                   int64_t pixels, float *out)
{
    const hyp_kernels *kernels = hyp_kernels_here();

    for (int64_t p = 0; p < pixels; p += BLOCK) {
        const int64_t count = pixels - p < BLOCK ? pixels - p : BLOCK;

        for (int g = 0; g < s->groups; g++) {
            kernels->embed(slab->dn + (first + p) * s->stride, count, s->stride,
                           s->bands, s->offset,
                           s->direction + (size_t)g * (size_t)s->bands * WIDTH,
                           s->block);
            place(s, g, count, out + p * s->components);
        }
    }
}

void hyp_scores_release(hyp_scores *s)
{
    free(s->offset);
    free(s->direction);
    free(s->shift);
    free(s->block);
    *s = (hyp_scores){ 0 };
}
