/*
 * materials.h - reflectance spectra as formulas
 *
 * A pixel of the modelled landscape is a weighted sum of these spectra: those
 * of the pure materials, and modes by which materials vary within themselves
 * or light and air change what is seen.
 *
 * Only + - * / and sqrt are used, so that the values have the same bits on any
 * machine, whatever its mathematical library.
 */
#ifndef HYP_CORE_MATERIALS_H
#define HYP_CORE_MATERIALS_H

typedef enum hyp_spectrum {
    HYP_GRASS,
    HYP_BROADLEAF,
    HYP_CONIFER,
    HYP_DRY_GRASS,
    HYP_PALE_SOIL,
    HYP_DARK_SOIL,
    HYP_WATER,
    HYP_ASPHALT,
    HYP_METAL_ROOF,
    HYP_TILE_ROOF,
    HYP_MATERIALS, /* those above are materials, those below are modes */
    HYP_PIGMENT = HYP_MATERIALS,
    HYP_RED_EDGE,
    HYP_LEAF_WATER,
    HYP_CANOPY,
    HYP_LIGNIN,
    HYP_IRON,
    HYP_CLAY,
    HYP_MOISTURE,
    HYP_TURBIDITY,
    HYP_PAINT,
    HYP_HAZE,
    HYP_SKYLIGHT,
    HYP_VAPOUR,
    HYP_SPECTRA
} hyp_spectrum;

/*
 * Reflectance of a material, or the change of it that a mode makes, at one
 * wavelength.
 *
 * Collective: no
 * Units:      nm; reflectance 0..1 for materials
 */
double hyp_material_reflectance(hyp_spectrum spectrum, double wavelength);

/*
 * Standard deviation of the sensor's noise, as reflectance: larger at the ends
 * of the range, and much larger where water vapour hides the ground.
 *
 * Collective: no
 */
double hyp_material_noise(double wavelength);

/* The name of a material, such as "broadleaf forest".  Collective: no. */
const char *hyp_material_name(hyp_spectrum material);

#endif
