/*
 * scores.c - project pixels on the principal components
 */
#include "hyperslab/pca.h"

#include "base/mem.h"
#include "kernel/kernel.h"

#include <stdlib.h>

enum { WIDTH = HYP_PROJECT_WIDTH, BLOCK = 256 }; /* pixels of a block */

hyp_status hyp_scores_init(hyp_scores *s, const hyp_pca *pca, double scale)
{
    const size_t bands = (size_t)pca->bands;
    hyp_status st;

    *s = (hyp_scores){ .bands = pca->bands,
                       .components = pca->components,
                       .groups = (pca->components + WIDTH - 1) / WIDTH };
    HYP_TRY(hyp_alloc(&s->mean, bands));
    HYP_TRY(hyp_alloc(&s->direction, (size_t)s->groups * bands * WIDTH));
    HYP_TRY(hyp_alloc(&s->block, (size_t)BLOCK * WIDTH));
    for (int b = 0; b < pca->bands; b++)
        s->mean[b] = (float)pca->mean[b];
    for (int i = 0; i < pca->components; i++)
        for (int b = 0; b < pca->bands; b++)
            s->direction[((size_t)(i / WIDTH) * bands + (size_t)b) * WIDTH +
                         (size_t)(i % WIDTH)] =
                (float)(pca->vector[(size_t)i * bands + (size_t)b] / scale);
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
            out[p * s->components + first + i] = s->block[p * WIDTH + i];
}

void hyp_scores_of(const hyp_scores *s, const hyp_slab *slab, int64_t first,
                   int64_t pixels, float *out)
{
    const hyp_kernels *kernels = hyp_kernels_here();

    for (int64_t p = 0; p < pixels; p += BLOCK) {
        const int64_t count = pixels - p < BLOCK ? pixels - p : BLOCK;

        for (int g = 0; g < s->groups; g++) {
            kernels->project(
                slab->dn + (first + p) * slab->stride, count, slab->stride,
                s->bands, s->mean,
                s->direction + (size_t)g * (size_t)s->bands * WIDTH, s->block);
            place(s, g, count, out + p * s->components);
        }
    }
}

void hyp_scores_release(hyp_scores *s)
{
    free(s->mean);
    free(s->direction);
    free(s->block);
    *s = (hyp_scores){ 0 };
}
