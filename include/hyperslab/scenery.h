/*
 * scenery.h - a modelled landscape as an imaging spectrometer would see it
 *
 * Every pixel is a mixture of materials whose spectra are formulas, lit by a
 * sloping sun, varied smoothly in space and along the spectrum, and noisy.  A
 * value depends on the seed, the shape of the scene and its own place only:
 * any part of the scene can be made anywhere, in any order, with equal bits.
 */
#ifndef HYP_SCENERY_H
#define HYP_SCENERY_H

#include "hyperslab/status.h"

#include <stdint.h>

#define HYP_SCENERY_NODATA  (-9999)
#define HYP_SCENERY_CLASSES 12 /* of the truth; class 0 is nodata */

typedef struct hyp_scenery hyp_scenery;

/* What a tile says about a pixel beside its spectrum; nodata pixels too. */
typedef struct hyp_scenery_site {
    double elevation;     /* m                                             */
    double slope;         /* degrees                                       */
    double aspect;        /* degrees clockwise from north                  */
    double illumination;  /* cosine of the sun's angle of incidence, 0..1  */
    double sky_view;      /* share of the sky that is seen, 0..1           */
    double shadow;        /* 1 in cast shadow, else 0                      */
    double vegetation;    /* 1 for dark dense vegetation, else 0           */
    double water_vapour;  /* column, cm                                    */
    double visibility;    /* km                                            */
    double optical_depth; /* of aerosol at 550 nm                          */
    double path_length;   /* from sensor to ground, m                      */
    double zenith;        /* towards the sensor, degrees                   */
    double azimuth;       /* towards the sensor, degrees                   */
    double surface;       /* ATCOR's code: 1 shadow, 5 land, 17 water      */
    double weather;       /* 1 green, 2 yellow, 3 red                      */
    double line;          /* the flightline that saw it, from 0            */
    double date;          /* of that flight, yyyymmdd                      */
    int nodata;           /* outside of every flightline                   */
} hyp_scenery_site;

/*
 * Make a scene of rows x cols pixels, 1 m each, seen at the given wavelengths.
 * A slanted edge on the west holds no data, over the share nodata_edge of the
 * columns on average.
 *
 * Collective: no
 * Shapes:     wavelength [bands] double, copied
 * Units:      wavelength nm; nodata_edge 0..1
 * Requires:   rows, cols >= 1; 1 <= bands <= 4096; 0 <= nodata_edge <= 1
 * Errors:     HYP_ENOMEM; *out is then NULL
 * Ownership:  the caller frees *out with hyp_scenery_free()
 */
HYP_CHECKED hyp_status hyp_scenery_new(hyp_scenery **out, int64_t rows,
                                       int64_t cols, int bands,
                                       const double *wavelength,
                                       double nodata_edge, uint64_t seed);

/* Free *scenery and set it to NULL; NULL is fine.  Collective: no. */
void hyp_scenery_free(hyp_scenery **scenery);

/*
 * The digital numbers (reflectance times 10000) of cols pixels of a row, from
 * column col on, in the bands first .. first + bands - 1; HYP_SCENERY_NODATA
 * in every band of a pixel without data.
 *
 * Collective: no
 * Shapes:     dn [cols][bands], out
 * Requires:   pixels and bands lie within the scene
 * Result:     the same bits on any machine and for any division of the scene
 */
void hyp_scenery_dn(const hyp_scenery *scenery, int64_t row, int64_t col,
                    int64_t cols, int first, int bands, int16_t *dn);

/*
 * The class that truly covers most of a pixel: 0 if it has no data, else
 * 1 .. HYP_SCENERY_CLASSES - 1.
 *
 * Collective: no
 */
int hyp_scenery_truth(const hyp_scenery *scenery, int64_t row, int64_t col);

/*
 * The name of a class of the truth, such as "broadleaf forest".
 *
 * Collective: no
 * Requires:   0 <= truth < HYP_SCENERY_CLASSES
 */
const char *hyp_scenery_name(int truth);

/*
 * Describe the ground, the light and the air at cols pixels of a row.
 *
 * Collective: no
 * Shapes:     site [cols], out
 */
void hyp_scenery_sites(const hyp_scenery *scenery, int64_t row, int64_t col,
                       int64_t cols, hyp_scenery_site *site);

#endif
