/*
 * materials.c - reflectance spectra as formulas
 *
 * A spectrum is a level with smooth steps up or down (the red edge of leaves),
 * multiplied by absorption dips (chlorophyll, liquid water, minerals), plus
 * bumps.  The numbers were chosen by eye after published spectral libraries;
 * they are no measurements.
 */
#include "core/materials.h"

#include <math.h>
#include <stddef.h>

#define MAX_FEATURES 8

/* At centre nm, width nm to each side; strength: height, or depth of a dip. */
struct feature {
    double centre, width, strength;
};

/* Unused features have width 0. */
struct formula {
    const char *name;
    double level;
    struct feature step[3], dip[MAX_FEATURES], bump[5];
};

static const struct formula formulas[HYP_SPECTRA] = {
    [HYP_GRASS] = { "green grass",
                    0.115,
                    { { 716, 17, 0.34 },
                      { 1390, 70, -0.15 },
                      { 1900, 80, -0.13 } },
                    { { 470, 70, 0.62 },
                      { 672, 36, 0.66 },
                      { 975, 32, 0.06 },
                      { 1195, 42, 0.10 },
                      { 1450, 62, 0.52 },
                      { 1945, 72, 0.62 },
                      { 2110, 60, 0.10 },
                      { 2520, 170, 0.45 } },
                    { { 0 } } },
    [HYP_BROADLEAF] = { "broadleaf forest",
                        0.085,
                        { { 722, 19, 0.40 },
                          { 1390, 70, -0.20 },
                          { 1900, 80, -0.15 } },
                        { { 475, 70, 0.64 },
                          { 674, 40, 0.70 },
                          { 972, 32, 0.08 },
                          { 1195, 42, 0.13 },
                          { 1450, 66, 0.60 },
                          { 1945, 76, 0.70 },
                          { 1780, 40, 0.05 },
                          { 2520, 170, 0.45 } },
                        { { 0 } } },
    [HYP_CONIFER] = { "conifer forest",
                      0.055,
                      { { 719, 21, 0.22 },
                        { 1385, 80, -0.12 },
                        { 1890, 80, -0.085 } },
                      { { 480, 80, 0.55 },
                        { 672, 42, 0.60 },
                        { 976, 36, 0.11 },
                        { 1200, 46, 0.17 },
                        { 1450, 70, 0.62 },
                        { 1945, 76, 0.66 },
                        { 2310, 50, 0.10 },
                        { 2520, 160, 0.40 } },
                      { { 0 } } },
    [HYP_DRY_GRASS] = { "dry grass and litter",
                        0.05,
                        { { 640, 190, 0.27 },
                          { 1050, 260, 0.09 },
                          { 2020, 110, -0.12 } },
                        { { 400, 110, 0.35 },
                          { 1200, 40, 0.03 },
                          { 1455, 50, 0.17 },
                          { 1935, 60, 0.25 },
                          { 2100, 55, 0.17 },
                          { 2305, 40, 0.12 },
                          { 2490, 90, 0.24 } },
                        { { 0 } } },
    [HYP_PALE_SOIL] = { "pale soil",
                        0.08,
                        { { 600, 130, 0.25 }, { 1100, 420, 0.11 } },
                        { { 870, 90, 0.05 },
                          { 1415, 26, 0.10 },
                          { 1920, 40, 0.18 },
                          { 2206, 22, 0.16 },
                          { 2345, 30, 0.06 },
                          { 2520, 120, 0.16 } },
                        { { 0 } } },
    [HYP_DARK_SOIL] = { "dark moist soil",
                        0.03,
                        { { 720, 220, 0.13 }, { 1200, 420, 0.11 } },
                        { { 500, 60, 0.16 },
                          { 900, 110, 0.09 },
                          { 1450, 70, 0.30 },
                          { 1940, 80, 0.42 },
                          { 2208, 26, 0.07 },
                          { 2520, 160, 0.30 } },
                        { { 0 } } },
    [HYP_WATER] = { "water",
                    0.058,
                    { { 700, 45, -0.035 }, { 890, 90, -0.0225 } },
                    { { 440, 60, 0.35 }, { 672, 18, 0.10 } },
                    { { 565, 55, 0.02 }, { 705, 12, 0.006 } } },
    [HYP_ASPHALT] = { "asphalt",
                      0.07,
                      { { 560, 160, 0.055 }, { 1500, 700, 0.06 } },
                      { { 1730, 20, 0.03 },
                        { 2310, 34, 0.09 },
                        { 2480, 80, 0.05 } },
                      { { 0 } } },
    [HYP_METAL_ROOF] = { "bright roof",
                         0.55,
                         { { 420, 40, 0.32 }, { 1250, 380, 0.30 } },
                         { { 395, 40, 0.40 },
                           { 1210, 25, 0.04 },
                           { 1725, 22, 0.10 },
                           { 2310, 40, 0.16 },
                           { 1420, 30, 0.06 } },
                         { { 0 } } },
    [HYP_TILE_ROOF] = { "red tile roof",
                        0.06,
                        { { 590, 32, 0.24 },
                          { 760, 120, 0.08 },
                          { 1250, 320, 0.09 } },
                        { { 530, 40, 0.18 },
                          { 870, 85, 0.24 },
                          { 1930, 40, 0.08 },
                          { 2207, 26, 0.07 } },
                        { { 0 } } },
    [HYP_PIGMENT] = { .bump = { { 480, 60, -0.012 },
                                { 556, 34, 0.035 },
                                { 640, 40, 0.016 },
                                { 705, 14, 0.055 } } },
    [HYP_RED_EDGE] = { .bump = { { 722, 16, 0.09 },
                                 { 760, 40, 0.03 },
                                 { 880, 90, -0.015 } } },
    [HYP_LEAF_WATER] = { .bump = { { 975, 34, 0.030 },
                                   { 1200, 48, 0.045 },
                                   { 1500, 130, 0.075 },
                                   { 1720, 120, 0.045 },
                                   { 2200, 190, 0.060 } } },
    [HYP_CANOPY] = { .step = { { 730, 22, 0.11 },
                               { 1160, 90, -0.035 },
                               { 1380, 80, -0.055 } } },
    [HYP_LIGNIN] = { .bump = { { 1690, 60, 0.020 },
                               { 2100, 60, -0.045 },
                               { 2225, 45, 0.030 },
                               { 2310, 36, -0.035 },
                               { 620, 120, 0.020 } } },
    [HYP_IRON] = { .bump = { { 480, 80, -0.035 },
                             { 660, 70, 0.055 },
                             { 880, 90, -0.050 },
                             { 540, 36, -0.018 } } },
    [HYP_CLAY] = { .bump = { { 1415, 30, -0.030 },
                             { 2206, 28, -0.065 },
                             { 2345, 32, -0.030 },
                             { 2120, 50, 0.020 } } },
    [HYP_MOISTURE] = { .step = { { 1150, 420, -0.085 } },
                       .bump = { { 1450, 80, -0.040 }, { 1940, 90, -0.060 } } },
    [HYP_TURBIDITY] = { .bump = { { 575, 70, 0.055 },
                                  { 690, 50, 0.040 },
                                  { 810, 30, 0.022 } } },
    [HYP_PAINT] = { .bump = { { 450, 60, 0.14 },
                              { 620, 60, -0.12 },
                              { 1000, 220, 0.08 },
                              { 1725, 60, -0.06 },
                              { 2300, 90, -0.07 } } },
    [HYP_HAZE] = { .bump = { { 350, 110, 0.020 }, { 520, 150, 0.004 } } },
    [HYP_SKYLIGHT] = { .level = 0.004,
                       .bump = { { 400, 130, 0.045 }, { 780, 120, 0.018 } } },
    [HYP_VAPOUR] = { .bump = { { 725, 8, -0.006 },
                               { 820, 9, -0.006 },
                               { 940, 22, -0.030 },
                               { 1132, 24, -0.035 },
                               { 2010, 30, 0.020 } } },
};

/* From 0 far below the feature's centre to 1 far above it. */
static double rise(const struct feature *feature, double wavelength)
{
    const double t = (wavelength - feature->centre) / feature->width;

    return 0.5 + 0.5 * t / sqrt(1 + t * t);
}

/* 1 at the feature's centre, 1/4 a width away, 0 far from it. */
static double peak(const struct feature *feature, double wavelength)
{
    const double t = (wavelength - feature->centre) / feature->width;

    return 1 / ((1 + t * t) * (1 + t * t));
}

/* What is left of the signal where water vapour hides the ground: there the
   atmospheric correction divides next to nothing by next to nothing. */
static double visible(double wavelength)
{
    static const struct feature first = { 1395, 42, 0.70 };
    static const struct feature second = { 1870, 62, 0.75 };

    return (1 - first.strength * peak(&first, wavelength)) *
           (1 - second.strength * peak(&second, wavelength));
}

double hyp_material_reflectance(hyp_spectrum spectrum, double wavelength)
{
    const struct formula *formula = &formulas[spectrum];
    double value = formula->level;
    const struct feature *f;

    for (f = formula->step; f < formula->step + 3 && f->width > 0; f++)
        value += f->strength * rise(f, wavelength);
    for (f = formula->dip; f < formula->dip + MAX_FEATURES && f->width > 0; f++)
        value *= 1 - f->strength * peak(f, wavelength);
    for (f = formula->bump; f < formula->bump + 5 && f->width > 0; f++)
        value += f->strength * peak(f, wavelength);
    return value * visible(wavelength);
}

double hyp_material_noise(double wavelength)
{
    static const struct feature peaks[] = {
        { 375, 30, 0.0080 },  { 762, 6, 0.0010 },   { 940, 22, 0.0014 },
        { 1130, 26, 0.0014 }, { 1400, 24, 0.0220 }, { 1870, 36, 0.0600 },
        { 2010, 30, 0.0012 }, { 2520, 40, 0.0150 },
    };
    static const struct feature infrared = { 2250, 150, 0.0008 };
    double sigma = 0.0006 + infrared.strength * rise(&infrared, wavelength);

    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++)
        sigma += peaks[i].strength * peak(&peaks[i], wavelength);
    return sigma;
}

const char *hyp_material_name(hyp_spectrum material)
{
    return formulas[material].name;
}
