/*
 * cf.h - the maps of a tile as one netCDF-4 file after the CF conventions 1.8
 *
 * A netCDF-4 file is an HDF5 file whose dimensions are dimension scales: xarray,
 * netCDF4, GDAL and Panoply open it as netCDF, h5py and MATLAB as HDF5.  Source:
 * CF Conventions 1.8, sections 3.5, 4 and 5.6; NUG, appendix B.
 */
#ifndef HYP_IO_CF_H
#define HYP_IO_CF_H

#include "io/raster.h"

/* What a file holds; borrowed. */
typedef struct hyp_cf {
    int classes;         /* of its class map; 0: it has none     */
    int components;      /* of its scores; 0: it has none        */
    const double *share; /* [components] of the variance, 0 to 1 */
} hyp_cf;

/*
 * Hyp_copy_lay_outs of the class map and of the scores; copy->context is a
 * hyp_cf, the same for both, and copy->order is HYP_ORDER_BANDS.  The class map
 * comes first, and makes the whole file; the scores make it if it has no class
 * map.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO, HYP_ENOMEM, those of hyp_crs_wkt()
 */
HYP_CHECKED hyp_status hyp_cf_lay_out_classes(const hyp_copy *copy,
                                              const hyp_raster *raster,
                                              hyp_copy_place *place);

/* Likewise.  Collective: no. */
HYP_CHECKED hyp_status hyp_cf_lay_out_scores(const hyp_copy *copy,
                                             const hyp_raster *raster,
                                             hyp_copy_place *place);

#endif
