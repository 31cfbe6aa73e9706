/*
 * scenery.c - a modelled landscape as an imaging spectrometer would see it
 *
 * Smooth random fields say how much of each material covers a pixel and how
 * its spectrum departs from the pure one.  A field is value noise: random
 * numbers on lattices of halving pitch, interpolated.  Covers mix gradually,
 * as at real field edges and in real canopies; that is what makes k-means slow
 * to settle.
 */
#include "hyperslab/scenery.h"

#include "base/mem.h"
#include "base/random.h"
#include "core/materials.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT    64 /* pixels of a row that are modelled at a time */
#define MAX_BANDS  4096
#define SHADOW     (HYP_MATERIALS + 1) /* its class in the truth */
#define DN         10000.0           /* digital numbers in a reflectance of 1 */
#define NOISE      UINT64_C(1) << 20 /* stream of the sensor's noise */
#define BYTE_SIGMA 147.79895579145   /* of the sum of four random bytes */

enum { TEXTURE = HYP_SPECTRA, CAST, ELEVATION, FIELDS };

/* Fields of the materials and modes; then light, shadow and ground. */
struct field {
    int scale, octaves; /* widest lattice pitch in pixels; number of them  */
    double bias, gain;  /* value = bias + gain * noise, noise in -1..1     */
};

static const struct field fields[FIELDS] = {
    [HYP_GRASS] = { 180, 6, 0.30, 1.0 },
    [HYP_BROADLEAF] = { 260, 7, 0.44, 1.1 },
    [HYP_CONIFER] = { 220, 7, 0.08, 1.1 },
    [HYP_DRY_GRASS] = { 150, 6, 0.10, 1.0 },
    [HYP_PALE_SOIL] = { 170, 5, -0.08, 1.0 },
    [HYP_DARK_SOIL] = { 190, 5, 0.05, 1.0 },
    [HYP_WATER] = { 420, 4, -0.5, 2.2 },
    [HYP_ASPHALT] = { 64, 4, -0.25, 1.1 },
    [HYP_METAL_ROOF] = { 40, 3, -0.55, 1.6 },
    [HYP_TILE_ROOF] = { 36, 3, -0.55, 1.5 },
    [HYP_PIGMENT] = { 120, 6, 0, 1.2 },
    [HYP_RED_EDGE] = { 90, 6, 0, 1.0 },
    [HYP_LEAF_WATER] = { 140, 6, 0, 1.2 },
    [HYP_CANOPY] = { 60, 5, 0, 1.8 },
    [HYP_LIGNIN] = { 80, 5, 0, 1.2 },
    [HYP_IRON] = { 200, 5, 0, 1.3 },
    [HYP_CLAY] = { 160, 5, 0, 1.2 },
    [HYP_MOISTURE] = { 130, 5, 0, 1.3 },
    [HYP_TURBIDITY] = { 300, 5, 0.2, 1.2 },
    [HYP_PAINT] = { 48, 3, 0, 1.3 },
    [HYP_HAZE] = { 900, 3, 0.3, 1.0 },
    [HYP_SKYLIGHT] = { 30, 3, 1.0, 0.4 },
    [HYP_VAPOUR] = { 700, 4, 0, 1.2 },
    [TEXTURE] = { 24, 4, 1.0, 0.42 },
    [CAST] = { 14, 3, -0.55, 3.0 },
    [ELEVATION] = { 500, 5, 30.0, 28.0 },
};

struct hyp_scenery {
    int64_t rows, cols;
    int bands;
    uint64_t seed;
    double nodata_edge;
    float *spectrum; /* [HYP_SPECTRA][bands] digital numbers; owned          */
    float *noise;    /* [bands] digital numbers, standard deviation; owned   */
};

/* Up to SEGMENT pixels of one row: the ground, and the light on it. */
struct segment {
    int pixels;
    double value[FIELDS][SEGMENT]; /* covers are normalised: their sum is 1 */
    double east[SEGMENT];          /* climb towards the east, m per m       */
    double north[SEGMENT];         /* and towards the north                 */
    double light[SEGMENT];         /* cosine of the sun's incidence angle   */
    double shadow[SEGMENT];        /* 0 sunlit .. 1 in cast shadow          */
    bool nodata[SEGMENT];
};

static double smooth(double t)
{
    return t * t * (3 - 2 * t);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* One row of a lattice, interpolated between two of its lines. */
static void lattice(uint64_t seed, uint64_t stream, int64_t y, double ty,
                    int64_t x, int nodes, double *line)
{
    for (int i = 0; i < nodes; i++) {
        const uint64_t node = (uint64_t)y << 32 | (uint64_t)(x + i);
        const double a = hyp_random_uniform(seed, stream, node);
        const double b =
            hyp_random_uniform(seed, stream, node + (UINT64_C(1) << 32));

        line[i] = 2 * (a + (b - a) * ty) - 1;
    }
}

/* Add weight times the noise of one lattice pitch. */
static void add_octave(uint64_t seed, uint64_t stream, int pitch, double weight,
                       int64_t row, int64_t col, int pixels, double *value)
{
    double line[SEGMENT + 2];
    const int64_t first = col / pitch;
    const int nodes = (int)((col + pixels - 1) / pitch - first) + 2;
    int node = 0, step = (int)(col % pitch);

    lattice(seed, stream, row / pitch,
            smooth(((double)(row % pitch) + 0.5) / pitch), first, nodes, line);
    for (int p = 0; p < pixels; p++) {
        const double t = smooth((step + 0.5) / pitch);

        value[p] += weight * (line[node] + (line[node + 1] - line[node]) * t);
        if (++step == pitch) {
            step = 0;
            node++;
        }
    }
}

/* The values of field f at consecutive pixels of a row. */
static void evaluate(uint64_t seed, int f, int64_t row, int64_t col, int pixels,
                     double *value)
{
    const struct field *field = &fields[f];
    double weight = field->gain * 0.65;
    int pitch = field->scale;

    for (int p = 0; p < pixels; p++)
        value[p] = field->bias;
    for (int octave = 0; octave < field->octaves && pitch > 0; octave++) {
        const uint64_t stream = (uint64_t)(f * 16 + octave);
        const int shift = f * 37 + octave * 11; /* lattices must not align */

        add_octave(seed, stream, pitch, weight, row + shift, col + shift,
                   pixels, value);
        weight *= 0.52;
        pitch /= 2;
    }
}

/* Slopes by differences to the next pixels; the sun stands in the south. */
static void light_terrain(const hyp_scenery *scenery, int64_t row, int64_t col,
                          struct segment *s)
{
    const double sun[3] = { 0.2868, -0.4967, 0.8192 }; /* east, north, up */
    double here[SEGMENT + 1], below[SEGMENT];

    evaluate(scenery->seed, ELEVATION, row, col, s->pixels, here);
    evaluate(scenery->seed, ELEVATION, row, col + s->pixels, 1,
             here + s->pixels);
    evaluate(scenery->seed, ELEVATION, row + 1, col, s->pixels, below);
    for (int p = 0; p < s->pixels; p++) {
        const double east = here[p + 1] - here[p], north = here[p] - below[p];
        const double length = sqrt(1 + east * east + north * north);

        s->value[ELEVATION][p] = here[p];
        s->east[p] = east;
        s->north[p] = north;
        s->light[p] =
            clamp((sun[2] - sun[0] * east - sun[1] * north) / length, 0.05, 1);
    }
}

/* Turn the fields of the materials into shares of the pixel. */
static void normalise(struct segment *s, int p)
{
    double sum = 0;

    for (int m = 0; m < HYP_MATERIALS; m++) {
        const double cover =
            clamp(s->value[m][p], m == HYP_GRASS ? 0.05 : 0, 10);

        s->value[m][p] = cover * cover;
        sum += s->value[m][p];
    }
    for (int m = 0; m < HYP_MATERIALS; m++)
        s->value[m][p] /= sum;
}

/* The boundary of the data runs from one side of its mean to the other. */
static bool outside(const hyp_scenery *scenery, int64_t row, int64_t col)
{
    const double edge = scenery->nodata_edge;
    const double lean = edge < 0.5 ? edge : 1 - edge;
    const double down = ((double)row + 0.5) / (double)scenery->rows - 0.5;

    return (double)col + 0.5 < (double)scenery->cols * (edge + lean * down);
}

static double forest(const struct segment *s, int p)
{
    return s->value[HYP_BROADLEAF][p] + s->value[HYP_CONIFER][p];
}

static double built(const struct segment *s, int p)
{
    return s->value[HYP_ASPHALT][p] + s->value[HYP_METAL_ROOF][p] +
           s->value[HYP_TILE_ROOF][p];
}

static void survey(const hyp_scenery *scenery, int64_t row, int64_t col,
                   int pixels, struct segment *s)
{
    s->pixels = pixels;
    for (int f = 0; f < ELEVATION; f++)
        evaluate(scenery->seed, f, row, col, pixels, s->value[f]);
    light_terrain(scenery, row, col, s);
    for (int p = 0; p < pixels; p++) {
        normalise(s, p);
        s->shadow[p] = clamp(s->value[CAST][p], 0, 1) *
                       clamp(1.5 * (forest(s, p) + built(s, p)), 0, 1);
        s->nodata[p] = outside(scenery, row, col + p);
    }
}

/* How much of each spectrum a pixel shows. */
static void mix(const struct segment *s, int p, float *share)
{
    const double green = forest(s, p) + s->value[HYP_GRASS][p];
    const double soil = s->value[HYP_PALE_SOIL][p] + s->value[HYP_DARK_SOIL][p];
    const double dry = s->value[HYP_DRY_GRASS][p];
    const double water = s->value[HYP_WATER][p];
    const double rough = 1 - water;
    /* Relative to level ground; crowns and furrows break the light up. */
    const double lit = (1 - 0.82 * s->shadow[p]) *
                       (water + rough * s->light[p] / 0.8192 *
                                    clamp(s->value[TEXTURE][p], 0.3, 1.7));
    const double within[HYP_SPECTRA] = {
        [HYP_PIGMENT] = lit * green,
        [HYP_RED_EDGE] = lit * green,
        [HYP_LEAF_WATER] = lit * (green + 0.3 * dry),
        [HYP_CANOPY] = lit * green,
        [HYP_LIGNIN] = lit * (dry + 0.5 * soil + 0.3 * green),
        [HYP_IRON] = lit * (soil + s->value[HYP_TILE_ROOF][p]),
        [HYP_CLAY] = lit * soil,
        [HYP_MOISTURE] = lit * (soil + 0.5 * dry),
        [HYP_TURBIDITY] = water,
        [HYP_PAINT] = lit * built(s, p),
        [HYP_HAZE] = 1,
        [HYP_SKYLIGHT] = s->shadow[p] * rough,
        [HYP_VAPOUR] = lit * rough,
    };

    for (int m = 0; m < HYP_MATERIALS; m++)
        share[m] = (float)(lit * s->value[m][p]);
    for (int m = HYP_MATERIALS; m < HYP_SPECTRA; m++)
        share[m] = (float)(within[m] * s->value[m][p]);
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
    float sum[MAX_BANDS];

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
    struct segment s;

    for (int64_t c = 0; c < cols; c += SEGMENT) {
        const int pixels = (int)(cols - c < SEGMENT ? cols - c : SEGMENT);

        survey(scenery, row, col + c, pixels, &s);
        for (int p = 0; p < pixels; p++, dn += bands) {
            if (s.nodata[p]) {
                for (int b = 0; b < bands; b++)
                    dn[b] = HYP_SCENERY_NODATA;
                continue;
            }
            mix(&s, p, share);
            expose(scenery, share, start + (uint64_t)(col + c + p), first,
                   bands, dn);
        }
    }
}

int hyp_scenery_truth(const hyp_scenery *scenery, int64_t row, int64_t col)
{
    struct segment s;
    int most = 0;

    survey(scenery, row, col, 1, &s);
    if (s.nodata[0])
        return 0;
    if (s.shadow[0] > 0.5)
        return SHADOW;
    for (int m = 1; m < HYP_MATERIALS; m++)
        if (s.value[m][0] > s.value[most][0])
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

static double surface_code(const struct segment *s, int p)
{
    if (s->value[HYP_WATER][p] > 0.5)
        return 17;
    return s->shadow[p] > 0.5 ? 1 : 5;
}

/* across: -1 at the west end of the row .. 1 at its east end.  Two lines, each
   flown over the middle of its half, 1 km above the ground. */
static void describe(const struct segment *s, int p, double across,
                     hyp_scenery_site *site)
{
    const double east = s->east[p], north = s->north[p];
    const double aside = 500 * (across < 0 ? across + 0.5 : across - 0.5);
    const double haze = s->value[HYP_HAZE][p];

    site->elevation = s->value[ELEVATION][p];
    site->slope = direction(1, sqrt(east * east + north * north));
    site->aspect = direction(-north, -east); /* downhill */
    site->illumination = s->light[p];
    site->sky_view = 1 - 0.35 * s->shadow[p] - site->slope / 180;
    site->shadow = s->shadow[p] > 0.5;
    site->vegetation = forest(s, p) > 0.6;
    site->water_vapour = 1.8 + 0.1 * s->value[HYP_VAPOUR][p];
    site->visibility = 40 - 8 * haze;
    site->optical_depth = 0.12 + 0.04 * haze;
    site->path_length = sqrt(1e6 + aside * aside);
    site->zenith = direction(1000, fabs(aside));
    site->azimuth = aside < 0 ? 90 : 270;
    site->surface = surface_code(s, p);
    site->weather = across < 0 ? 1 : 2;
    site->line = across >= 0;
    site->date = 20250612;
    site->nodata = s->nodata[p];
}

void hyp_scenery_sites(const hyp_scenery *scenery, int64_t row, int64_t col,
                       int64_t cols, hyp_scenery_site *site)
{
    struct segment s;

    for (int64_t c = 0; c < cols; c += SEGMENT) {
        const int pixels = (int)(cols - c < SEGMENT ? cols - c : SEGMENT);

        survey(scenery, row, col + c, pixels, &s);
        for (int p = 0; p < pixels; p++) {
            const double place = (double)(col + c + p) + 0.5;

            describe(&s, p, 2 * place / (double)scenery->cols - 1,
                     site + c + p);
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
