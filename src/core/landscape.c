/*
 * landscape.c - what covers the ground, and how it is lit
 *
 * A field is value noise: random numbers on lattices of halving pitch,
 * interpolated.  Covers mix gradually, as at real field edges and in real
 * canopies; that is what makes k-means slow to settle.
 */
#include "core/landscape.h"

#include "base/random.h"

#include <math.h>

/* Fields of the materials and modes; then light, shadow and ground. */
struct field {
    int scale, octaves; /* widest lattice pitch in pixels; number of them  */
    double bias, gain;  /* value = bias + gain * noise, noise in -1..1     */
};

static const struct field fields[HYP_FIELDS] = {
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
    [HYP_PIGMENT] = { 120, 6, 0, 1.68 },
    [HYP_RED_EDGE] = { 90, 6, 0, 1.4 },
    [HYP_LEAF_WATER] = { 140, 6, 0, 1.68 },
    [HYP_CANOPY] = { 60, 5, 0, 2.52 },
    [HYP_LIGNIN] = { 80, 5, 0, 1.68 },
    [HYP_IRON] = { 200, 5, 0, 1.82 },
    [HYP_CLAY] = { 160, 5, 0, 1.68 },
    [HYP_MOISTURE] = { 130, 5, 0, 1.82 },
    [HYP_TURBIDITY] = { 300, 5, 0.28, 1.68 },
    [HYP_PAINT] = { 48, 3, 0, 1.82 },
    [HYP_HAZE] = { 900, 3, 0.42, 1.4 },
    [HYP_SKYLIGHT] = { 30, 3, 1.4, 0.56 },
    [HYP_VAPOUR] = { 700, 4, 0, 1.68 },
    [HYP_TEXTURE] = { 24, 4, 1.0, 0.42 },
    [HYP_CAST] = { 14, 3, -0.55, 3.0 },
    [HYP_ELEVATION] = { 500, 5, 30.0, 28.0 },
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
    double line[HYP_SEGMENT + 2];
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
static void light_terrain(hyp_ground *g, uint64_t seed, int64_t row,
                          int64_t col)
{
    const double sun[3] = { 0.2868, -0.4967,
                            HYP_LEVEL_SUN }; /* east, north, up */
    double here[HYP_SEGMENT + 1], below[HYP_SEGMENT];

    evaluate(seed, HYP_ELEVATION, row, col, g->pixels, here);
    evaluate(seed, HYP_ELEVATION, row, col + g->pixels, 1, here + g->pixels);
    evaluate(seed, HYP_ELEVATION, row + 1, col, g->pixels, below);
    for (int p = 0; p < g->pixels; p++) {
        const double east = here[p + 1] - here[p], north = here[p] - below[p];
        const double length = sqrt(1 + east * east + north * north);

        g->value[HYP_ELEVATION][p] = here[p];
        g->east[p] = east;
        g->north[p] = north;
        g->light[p] =
            clamp((sun[2] - sun[0] * east - sun[1] * north) / length, 0.05, 1);
    }
}

/* Turn the fields of the materials into shares of the pixel. */
static void normalise(hyp_ground *g, int p)
{
    double sum = 0;

    for (int m = 0; m < HYP_MATERIALS; m++) {
        const double cover =
            clamp(g->value[m][p], m == HYP_GRASS ? 0.05 : 0, 10);

        g->value[m][p] = cover * sqrt(cover);
        sum += g->value[m][p];
    }
    for (int m = 0; m < HYP_MATERIALS; m++)
        g->value[m][p] /= sum;
}

double hyp_ground_forest(const hyp_ground *g, int p)
{
    return g->value[HYP_BROADLEAF][p] + g->value[HYP_CONIFER][p];
}

double hyp_ground_built(const hyp_ground *g, int p)
{
    return g->value[HYP_ASPHALT][p] + g->value[HYP_METAL_ROOF][p] +
           g->value[HYP_TILE_ROOF][p];
}

void hyp_ground_survey(hyp_ground *g, uint64_t seed, int64_t row, int64_t col,
                       int pixels)
{
    g->pixels = pixels;
    for (int f = 0; f < HYP_ELEVATION; f++)
        evaluate(seed, f, row, col, pixels, g->value[f]);
    light_terrain(g, seed, row, col);
    for (int p = 0; p < pixels; p++) {
        normalise(g, p);
        g->value[HYP_TEXTURE][p] = clamp(g->value[HYP_TEXTURE][p], 0.3, 1.7);
        g->shadow[p] =
            clamp(g->value[HYP_CAST][p], 0, 1) *
            clamp(1.5 * (hyp_ground_forest(g, p) + hyp_ground_built(g, p)), 0,
                  1);
    }
}
