/*
 * products.c - exact sums of products of whole numbers
 */
#include "core/products.h"

#include "base/mem.h"
#include "kernel/products.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

enum { PANEL = 512 }; /* vectors prepared at a time: they stay in the cache */

static void add_lower(const int64_t *sum, int width, int bands,
                      int64_t *product)
{
    for (int i = 0; i < bands; i++)
        for (int j = 0; j <= i; j++)
            product[i * bands + j] += sum[i * width + j];
}

/* The next vectors, in pairs; returns how many pairs. */
static int pack_panel(const hyp_terms *t, const hyp_products_kernels *kernels,
                      int16_t *pair)
{
    const int16_t *x, *x_less, *y, *y_less;
    int pairs = 0;

    while (pairs < PANEL / 2 && t->next(t->context, &x, &x_less)) {
        if (!t->next(t->context, &y, &y_less))
            y = y_less = x_less; /* zeros */
        kernels->pack(x, x_less, y, y_less, t->width, pair);
        pair += 2 * t->width;
        pairs++;
    }
    return pairs;
}

/* By the kernels of this machine; depth: pairs whose sums fit in 32 bits. */
static hyp_status sum_of_pairs(const hyp_terms *t,
                               const hyp_products_kernels *kernels, int depth,
                               int64_t *product)
{
    const size_t width = (size_t)t->width;
    int16_t *panel = NULL;
    int64_t *sum = NULL;
    int pairs;
    hyp_status st;

    HYP_TRY(hyp_alloc(&panel, kernels->room(PANEL / 2, t->width)));
    HYP_TRY(hyp_alloc(&sum, width * width));
    while ((pairs = pack_panel(t, kernels, panel)) > 0)
        kernels->add(panel, pairs, depth, t->bands, t->width, sum);
    add_lower(sum, t->width, t->bands, product);
out:
    free(panel);
    free(sum);
    return st;
}

/* The next vectors as doubles; returns how many. */
static int widen_panel(const hyp_terms *t, double *out)
{
    const int16_t *x, *less;
    int count = 0;

    while (count < PANEL && t->next(t->context, &x, &less)) {
        for (int b = 0; b < t->bands; b++)
            *out++ = x[b] - less[b];
        count++;
    }
    return count;
}

static void flush(double *sum, int64_t *product, int bands)
{
    for (int64_t i = 0; i < (int64_t)bands * bands; i++)
        product[i] += (int64_t)sum[i];
    memset(sum, 0, (size_t)bands * (size_t)bands * sizeof *sum);
}

/* By BLAS: the plain way, for any machine and any range.  exact: products whose
   sums stay within 2^53, so that double holds them, in whatever order BLAS
   adds. */
static hyp_status sum_by_blas(const hyp_terms *t, int64_t exact,
                              int64_t *product)
{
    const int bands = t->bands;
    double *panel = NULL, *sum = NULL;
    int64_t added = 0;
    int count;
    hyp_status st;

    HYP_TRY(hyp_alloc(&panel, (size_t)PANEL * (size_t)bands));
    HYP_TRY(hyp_alloc(&sum, (size_t)bands * (size_t)bands));
    while ((count = widen_panel(t, panel)) > 0) {
        if (added + count > exact) {
            flush(sum, product, bands);
            added = 0;
        }
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, bands, count, 1,
                    panel, bands, 1, sum, bands);
        added += count;
    }
    flush(sum, product, bands);
out:
    free(panel);
    free(sum);
    return st;
}

hyp_status hyp_products_of(const hyp_terms *t, int64_t *product)
{
    const hyp_products_kernels *kernels = hyp_products_here();
    const int64_t reach = t->reach > 0 ? t->reach : 1;
    const int64_t square = reach * reach;

    memset(product, 0, (size_t)t->bands * (size_t)t->bands * sizeof *product);
    if (kernels == NULL || reach > INT16_MAX)
        return sum_by_blas(t, (INT64_C(1) << 53) / square, product);
    return sum_of_pairs(t, kernels, (int)(INT32_MAX / (2 * square)), product);
}
