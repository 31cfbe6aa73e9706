/*
 * landscape.h - what covers the ground, and how it is lit
 *
 * Smooth random fields say how much of each material covers a pixel and how
 * its spectrum departs from the pure one.  They are evaluated for short runs
 * of pixels, so that they need no memory but the stack.
 */
#ifndef HYP_CORE_LANDSCAPE_H
#define HYP_CORE_LANDSCAPE_H

#include "core/materials.h"

#include <stdint.h>

#define HYP_SEGMENT 64 /* most pixels of a row that are surveyed at once */
#define HYP_LEVEL_SUN \
    0.8192 /* cosine of the sun's zenith angle, 35 degrees   */

/* Fields beside those of the spectra. */
enum {
    HYP_TEXTURE = HYP_SPECTRA, /* crowns and furrows break the light up */
    HYP_CAST,                  /* shadow, where something can cast it   */
    HYP_ELEVATION,             /* metres                                */
    HYP_FIELDS
};

/* Up to HYP_SEGMENT pixels of one row. */
typedef struct hyp_ground {
    int pixels;
    double value[HYP_FIELDS][HYP_SEGMENT]; /* of materials: shares, sum 1 */
    double east[HYP_SEGMENT];   /* climb towards the east, m per m       */
    double north[HYP_SEGMENT];  /* and towards the north                 */
    double light[HYP_SEGMENT];  /* cosine of the sun's incidence angle   */
    double shadow[HYP_SEGMENT]; /* 0 sunlit .. 1 in cast shadow          */
} hyp_ground;

/*
 * Find out about pixels of a row, from column col on.
 *
 * Collective: no
 * Requires:   1 <= pixels <= HYP_SEGMENT; row, col >= 0
 * Result:     depends on seed, row and column of each pixel only
 */
void hyp_ground_survey(hyp_ground *ground, uint64_t seed, int64_t row,
                       int64_t col, int pixels);

/* The share of pixel p under trees.  Collective: no. */
double hyp_ground_forest(const hyp_ground *ground, int p);

/* The share of pixel p under roads and roofs.  Collective: no. */
double hyp_ground_built(const hyp_ground *ground, int p);

#endif
