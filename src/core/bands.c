/*
 * bands.c - which bands of a tile are kept
 */
#include "hyperslab/bands.h"

#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    NEON_FIRST = 10, /* bands that the tutorial drops at either end */
    NEON_LAST = 15
};

/* Turn a flag per band into a list. */
static hyp_status list(hyp_bands *kept, const bool *keep, int bands)
{
    hyp_status st;

    kept->count = 0;
    st = hyp_alloc(&kept->index, (size_t)bands);
    if (st != HYP_OK)
        return st;
    for (int b = 0; b < bands; b++)
        if (keep[b])
            kept->index[kept->count++] = b;
    if (kept->count == 0) {
        hyp_bands_release(kept);
        return hyp_fail(HYP_ENUMERIC, "none of the %d bands is kept", bands);
    }
    return HYP_OK;
}

static int last_below(const double *wavelength, int bands, double low)
{
    for (int b = bands - 1; b >= 0; b--)
        if (wavelength[b] < low)
            return b;
    return 0;
}

static int first_above(const double *wavelength, int bands, double high)
{
    for (int b = 0; b < bands; b++)
        if (wavelength[b] > high)
            return b;
    return bands;
}

hyp_status hyp_bands_neon(hyp_bands *kept, const double *wavelength, int bands,
                          const hyp_band_window *window, int windows)
{
    bool *keep;
    hyp_status st = hyp_alloc(&keep, (size_t)bands);

    *kept = (hyp_bands){ 0 };
    if (st != HYP_OK)
        return st;
    for (int b = NEON_FIRST; b < bands - NEON_LAST; b++)
        keep[b] = true;
    for (int i = 0; i < windows; i++) {
        int stop = first_above(wavelength, bands, window[i].high);

        for (int b = last_below(wavelength, bands, window[i].low); b < stop;
             b++)
            keep[b] = false;
    }
    st = list(kept, keep, bands);
    free(keep);
    return st;
}

static bool inside(double wavelength, const hyp_band_window *window,
                   int windows)
{
    for (int i = 0; i < windows; i++)
        if (window[i].low <= wavelength && wavelength <= window[i].high)
            return true;
    return false;
}

hyp_status hyp_bands_outside(hyp_bands *kept, const double *wavelength,
                             int bands, const hyp_band_window *window,
                             int windows)
{
    bool *keep;
    hyp_status st = hyp_alloc(&keep, (size_t)bands);

    *kept = (hyp_bands){ 0 };
    if (st != HYP_OK)
        return st;
    for (int b = 0; b < bands; b++)
        keep[b] = !inside(wavelength[b], window, windows);
    st = list(kept, keep, bands);
    free(keep);
    return st;
}

/* Read "I" or "I-J" at *text, with 1 <= I <= J <= bands; step over it. */
static bool parse_range(const char **text, int bands, long *first, long *last)
{
    char *end;

    *first = *last = strtol(*text, &end, 10);
    if (end == *text)
        return false;
    if (*end == '-') {
        *text = end + 1;
        *last = strtol(*text, &end, 10);
        if (end == *text)
            return false;
    }
    *text = end;
    return 1 <= *first && *first <= *last && *last <= bands;
}

hyp_status hyp_bands_listed(hyp_bands *kept, const char *text, int bands)
{
    const char *at = text;
    bool *keep;
    hyp_status st = hyp_alloc(&keep, (size_t)bands);

    *kept = (hyp_bands){ 0 };
    if (st != HYP_OK)
        return st;
    for (;;) {
        const char *part = at;
        long first, last;

        if (!parse_range(&at, bands, &first, &last) ||
            (*at != ',' && *at != '\0')) {
            st = hyp_fail(HYP_EUSAGE,
                          "bands '%s': expected I-J,I-J,... within 1-%d at "
                          "'%s'",
                          text, bands, part);
            goto out;
        }
        for (long b = first; b <= last; b++)
            keep[b - 1] = true;
        if (*at++ == '\0')
            break;
    }
    st = list(kept, keep, bands);
out:
    free(keep);
    return st;
}

hyp_status hyp_bands_copy(hyp_bands *copy, const hyp_bands *kept)
{
    hyp_status st = hyp_alloc(&copy->index, (size_t)kept->count);

    copy->count = st == HYP_OK ? kept->count : 0;
    for (int i = 0; i < copy->count; i++)
        copy->index[i] = kept->index[i];
    return st;
}

static int nearest(const double *wavelength, int bands, double wanted)
{
    int best = 0;

    for (int b = 1; b < bands; b++)
        if (fabs(wavelength[b] - wanted) < fabs(wavelength[best] - wanted))
            best = b;
    return best;
}

hyp_status hyp_bands_nearest(hyp_bands *kept, const double *wavelength,
                             int bands, const double *wanted, int count)
{
    hyp_status st = hyp_alloc(&kept->index, (size_t)count);

    kept->count = st == HYP_OK ? count : 0;
    for (int i = 0; i < kept->count; i++) {
        kept->index[i] = nearest(wavelength, bands, wanted[i]);
        if (i > 0 && kept->index[i] <= kept->index[i - 1]) {
            hyp_bands_release(kept);
            return hyp_fail(HYP_EFORMAT,
                            "one band is the nearest to both %g and %g nm",
                            wanted[i - 1], wanted[i]);
        }
    }
    return st;
}

void hyp_bands_subset(hyp_bands *kept, int n)
{
    hyp_bands_subsets(kept, &n, 1);
}

void hyp_bands_subsets(hyp_bands *kept, const int *n, int count)
{
    int taken = 0;

    for (int b = 0; b < kept->count; b++)
        for (int i = 0; i < count; i++)
            if (b % n[i] == 0) {
                kept->index[taken++] = kept->index[b];
                break;
            }
    kept->count = taken;
}

void hyp_bands_release(hyp_bands *kept)
{
    free(kept->index);
    *kept = (hyp_bands){ 0 };
}
