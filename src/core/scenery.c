/*
 * scenery.c - a modelled landscape as an imaging spectrometer would see it
 */
#include "hyperslab/scenery.h"

#include "base/mem.h"
#include "base/random.h"
#include "core/landscape.h"
#include "core/materials.h"
#include "hyperslab/slab.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SHADOW     (HYP_MATERIALS + 1) /* its class in the truth */
#define DN         10000.0 /* digital numbers in a reflectance of 1 */
#define NOISE      (UINT64_C(1) << 20) /* stream of the sensor's noise */
#define BYTE_SIGMA 147.79895579145     /* of the sum of four random bytes */

struct hyp_scenery {
    int64_t rows, cols;
    int bands;
    uint64_t seed;
    double nodata_edge;
    float *spectrum; /* [HYP_SPECTRA][bands] digital numbers; owned          */
    float *noise;    /* [bands] digital numbers, standard deviation; owned   */
};

/* The boundary of the data runs from one side of its mean to the other. */
static bool outside(const hyp_scenery *scenery, int64_t row, int64_t col)
{
    const double edge = scenery->nodata_edge;
    const double lean = edge < 0.5 ? edge : 1 - edge;
    const double down = ((double)row + 0.5) / (double)scenery->rows - 0.5;

    return (double)col + 0.5 < (double)scenery->cols * (edge + lean * down);
}

/* How much of each spectrum a pixel shows. */
static void mix(const hyp_ground *g, int p, float *share)
{
    const double green = hyp_ground_forest(g, p) + g->value[HYP_GRASS][p];
    const double soil = g->value[HYP_PALE_SOIL][p] + g->value[HYP_DARK_SOIL][p];
    const double dry = g->value[HYP_DRY_GRASS][p];
    const double water = g->value[HYP_WATER][p];
    const double rough = 1 - water;
    /* Relative to level ground; crowns and furrows break the light up. */
    const double lit = (1 - 0.82 * g->shadow[p]) *
                       (water + rough * g->light[p] / HYP_LEVEL_SUN *
                                    g->value[HYP_TEXTURE][p]);
    const double within[HYP_SPECTRA] = {
        [HYP_PIGMENT] = lit * green,
        [HYP_RED_EDGE] = lit * green,
        [HYP_LEAF_WATER] = lit * (green + 0.3 * dry),
        [HYP_CANOPY] = lit * green,
        [HYP_LIGNIN] = lit * (dry + 0.5 * soil + 0.3 * green),
        [HYP_IRON] = lit * (soil + g->value[HYP_TILE_ROOF][p]),
        [HYP_CLAY] = lit * soil,
        [HYP_MOISTURE] = lit * (soil + 0.5 * dry),
        [HYP_TURBIDITY] = water,
        [HYP_PAINT] = lit * hyp_ground_built(g, p),
        [HYP_HAZE] = 1,
        [HYP_SKYLIGHT] = g->shadow[p] * rough,
        [HYP_VAPOUR] = lit * rough,
    };

    for (int m = 0; m < HYP_MATERIALS; m++)
        share[m] = (float)(lit * g->value[m][p]);
    for (int m = HYP_MATERIALS; m < HYP_SPECTRA; m++)
        share[m] = (float)(within[m] * g->value[m][p]);
}

/* Nearly normal, variance 1: the sum of four bytes.  Two bands share a draw. */
static float gaussian(uint64_t key, int band)
{
    const uint64_t bits =
        hyp_random_mix(key + (uint64_t)(band >> 1)) >> (band & 1 ? 32 : 0);
    const int sum = (int)(bits & 255) + (int)(bits >> 8 & 255) +
                    (int)(bits >> 16 & 255) + (int)(bits >> 24 & 255);

    return (float)(sum - 510) * (float)(1 / BYTE_SIGMA);
}

/* The spectrum of one pixel with data; index is its place in the scene. */
static void expose(const hyp_scenery *scenery, const float *share,
                   uint64_t index, int first, int bands, int16_t *dn)
{
    const uint64_t key = hyp_random_bits(scenery->seed, NOISE, index);
    float sum[HYP_MAX_BANDS];

    memset(sum, 0, (size_t)bands * sizeof *sum);
    for (int m = 0; m < HYP_SPECTRA; m++) {
        const float *spectrum =
            scenery->spectrum + (size_t)m * (size_t)scenery->bands + first;
        const float weight = share[m];

        if (weight != 0) /* most materials are absent from most pixels */
            for (int b = 0; b < bands; b++)
                sum[b] += weight * spectrum[b];
    }
    for (int b = 0; b < bands; b++)
        sum[b] += scenery->noise[first + b] * gaussian(key, first + b);
    for (int b = 0; b < bands; b++) /* to nearest, for numbers of any sign */
        dn[b] = (int16_t)((int)(sum[b] + 8192.5f) - 8192);
}

void hyp_scenery_dn(const hyp_scenery *scenery, int64_t row, int64_t col,
                    int64_t cols, int first, int bands, int16_t *dn)
{
    const uint64_t start = (uint64_t)(row * scenery->cols);
    float share[HYP_SPECTRA];
    hyp_ground g;

    for (int64_t c = 0; c < cols; c += HYP_SEGMENT) {
        const int pixels =
            (int)(cols - c < HYP_SEGMENT ? cols - c : HYP_SEGMENT);

        hyp_ground_survey(&g, scenery->seed, row, col + c, pixels);
        for (int p = 0; p < pixels; p++, dn += bands) {
            if (outside(scenery, row, col + c + p)) {
                for (int b = 0; b < bands; b++)
                    dn[b] = HYP_SCENERY_NODATA;
                continue;
            }
            mix(&g, p, share);
            expose(scenery, share, start + (uint64_t)(col + c + p), first,
                   bands, dn);
        }
    }
}

int hyp_scenery_truth(const hyp_scenery *scenery, int64_t row, int64_t col)
{
    hyp_ground g;
    int most = 0;

    hyp_ground_survey(&g, scenery->seed, row, col, 1);
    if (outside(scenery, row, col))
        return 0;
    if (g.shadow[0] > 0.5)
        return SHADOW;
    for (int m = 1; m < HYP_MATERIALS; m++)
        if (g.value[m][0] > g.value[most][0])
            most = m;
    return most + 1;
}

const char *hyp_scenery_name(int truth)
{
    if (truth == 0)
        return "nodata";
    if (truth == SHADOW)
        return "shadow";
    return hyp_material_name((hyp_spectrum)(truth - 1));
}

/* Direction of the vector (x, y) in degrees, 0..360 from x towards y: the
   polynomial 4.4.49 of Abramowitz and Stegun, good to 0.001 degrees, because
   the last bits of a library's atan2 differ between machines. */
static double direction(double x, double y)
{
    const double large = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    const double small = fabs(x) > fabs(y) ? fabs(y) : fabs(x);
    const double t = large > 0 ? small / large : 0, q = t * t;
    double angle =
        57.29577951308232 * t *
        (0.999866 +
         q * (-0.3302995 + q * (0.180141 + q * (-0.085133 + q * 0.0208351))));

    if (fabs(y) > fabs(x))
        angle = 90 - angle;
    if (x < 0)
        angle = 180 - angle;
    return y < 0 ? 360 - angle : angle;
}

static double surface_code(const hyp_ground *g, int p)
{
    if (g->value[HYP_WATER][p] > 0.5)
        return 17;
    return g->shadow[p] > 0.5 ? 1 : 5;
}

/* across: -1 at the west end of the row .. 1 at its east end.  Two lines, each
   flown over the middle of its half, 1 km above the ground. */
static void describe(const hyp_ground *g, int p, double across,
                     hyp_scenery_site *site)
{
    const double east = g->east[p], north = g->north[p];
    const double aside = 500 * (across < 0 ? across + 0.5 : across - 0.5);
    const double haze = g->value[HYP_HAZE][p];

    site->elevation = g->value[HYP_ELEVATION][p];
    site->slope = direction(1, sqrt(east * east + north * north));
    site->aspect = direction(-north, -east); /* downhill */
    site->illumination = g->light[p];
    site->sky_view = 1 - 0.35 * g->shadow[p] - site->slope / 180;
    site->shadow = g->shadow[p] > 0.5;
    site->vegetation = hyp_ground_forest(g, p) > 0.6;
    site->water_vapour = 1.8 + 0.1 * g->value[HYP_VAPOUR][p];
    site->visibility = 40 - 8 * haze;
    site->optical_depth = 0.12 + 0.04 * haze;
    site->path_length = sqrt(1e6 + aside * aside);
    site->zenith = direction(1000, fabs(aside));
    site->azimuth = aside < 0 ? 90 : 270;
    site->surface = surface_code(g, p);
    site->weather = across < 0 ? 1 : 2;
    site->line = across >= 0;
    site->date = 20250612;
}

void hyp_scenery_sites(const hyp_scenery *scenery, int64_t row, int64_t col,
                       int64_t cols, hyp_scenery_site *site)
{
    hyp_ground g;

    for (int64_t c = 0; c < cols; c += HYP_SEGMENT) {
        const int pixels =
            (int)(cols - c < HYP_SEGMENT ? cols - c : HYP_SEGMENT);

        hyp_ground_survey(&g, scenery->seed, row, col + c, pixels);
        for (int p = 0; p < pixels; p++) {
            const double place = (double)(col + c + p) + 0.5;

            describe(&g, p, 2 * place / (double)scenery->cols - 1,
                     site + c + p);
            site[c + p].nodata = outside(scenery, row, col + c + p);
        }
    }
}

/* Tables in digital numbers: formulas are evaluated once, not per pixel. */
static void tabulate(hyp_scenery *scenery, const double *wavelength)
{
    for (int b = 0; b < scenery->bands; b++) {
        const double w = wavelength[b];

        for (int m = 0; m < HYP_SPECTRA; m++)
            scenery->spectrum[(size_t)m * (size_t)scenery->bands + (size_t)b] =
                (float)(DN * hyp_material_reflectance((hyp_spectrum)m, w));
        scenery->noise[b] = (float)(DN * hyp_material_noise(w));
    }
}

hyp_status hyp_scenery_new(hyp_scenery **out, int64_t rows, int64_t cols,
                           int bands, const double *wavelength,
                           double nodata_edge, uint64_t seed)
{
    hyp_scenery *scenery = NULL;
    hyp_status st;

    HYP_TRY(hyp_alloc(&scenery, 1));
    HYP_TRY(hyp_alloc(&scenery->spectrum, HYP_SPECTRA * (size_t)bands));
    HYP_TRY(hyp_alloc(&scenery->noise, (size_t)bands));
    scenery->rows = rows;
    scenery->cols = cols;
    scenery->bands = bands;
    scenery->seed = seed;
    scenery->nodata_edge = nodata_edge;
    tabulate(scenery, wavelength);
out:
    if (st != HYP_OK)
        hyp_scenery_free(&scenery);
    *out = scenery;
    return st;
}

void hyp_scenery_free(hyp_scenery **scenery)
{
    if (*scenery != NULL) {
        free((*scenery)->spectrum);
        free((*scenery)->noise);
        free(*scenery);
    }
    *scenery = NULL;
}
