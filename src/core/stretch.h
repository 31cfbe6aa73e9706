/*
 * stretch.h - values as brightness: a linear stretch between two percentiles
 *
 * As Spectral Python's imshow() stretches: of n values in order, the lower
 * limit is number (int)(tail * (n - 1)), the upper one number
 * (int)((1 - tail) * (n - 1)); what lies beyond is as dark, or as bright, as
 * they are.
 * Source: spectral, get_rgb() and get_histogram_cdf_points().
 */
#ifndef HYP_CORE_STRETCH_H
#define HYP_CORE_STRETCH_H

#include "hyperslab/status.h"

#include <stdint.h>

/*
 * Stretch an image of one value a dot to 0..255, rounded down, each value by
 * itself; 0 if the limits are one, and where there is nodata.
 *
 * Collective: no
 * Shapes:     value [count]; level, out: every step-th of its bytes
 * Errors:     HYP_ENOMEM
 * Result:     exact
 */
HYP_CHECKED hyp_status hyp_stretch(const int16_t *value, int64_t count,
                                   int16_t nodata, double tail, uint8_t *level,
                                   int step);

#endif
