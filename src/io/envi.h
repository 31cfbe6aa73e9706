/*
 * envi.h - rasters and spectra as ENVI keeps them: plain samples, and a header
 *
 * ENVI, Spectral Python, GDAL and QGIS open them.  Source: NV5 Geospatial, "ENVI
 * Header Files" and "ENVI Spectral Libraries".
 */
#ifndef HYP_IO_ENVI_H
#define HYP_IO_ENVI_H

#include "io/raster.h"

/* What a header says that the raster does not; borrowed. */
typedef struct hyp_envi {
    const char *description;
    int classes;              /* of a class map; 0: it is none             */
    const double *wavelength; /* [bands], nm; NULL: bands are not of light */
    const double *fwhm;       /* [bands], nm, or NULL                      */
} hyp_envi;

/*
 * A hyp_copy_lay_out: copy->path gets the samples, copy->header the header.
 * copy->context is a hyp_envi.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO, those of hyp_crs_wkt()
 */
HYP_CHECKED hyp_status hyp_envi_lay_out(const hyp_copy *copy,
                                        const hyp_raster *raster,
                                        hyp_copy_place *place);

/* Spectra of one instrument; all borrowed. */
typedef struct hyp_envi_library {
    int spectra, bands;
    const char *const *name;  /* [spectra]                     */
    const double *wavelength; /* [bands], nm                  */
    const double *fwhm;       /* [bands], nm, or NULL         */
    const double *value;      /* [spectra][bands], reflectance */
} hyp_envi_library;

/*
 * Write a spectral library to path, and its header to another, replacing what
 * is there.
 *
 * Collective: no
 * Requires:   names hold no comma and no brace
 * Errors:     HYP_ECREATE, HYP_EIO; files may be left behind
 */
HYP_CHECKED hyp_status hyp_envi_write_library(const char *path,
                                              const char *header,
                                              const hyp_envi_library *library);

#endif
