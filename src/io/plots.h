/*
 * plots.h - the charts of a run: spectra, variance of components, covariance
 */
#ifndef HYP_IO_PLOTS_H
#define HYP_IO_PLOTS_H

#include "hyperslab/status.h"

#include <stdint.h>

/*
 * Draw the mean spectra of classes, in the colours of the class map; of over
 * 255 classes the first 255.
 *
 * Collective: no
 * Shapes:     wavelength [bands], nm, increasing; spectra [classes][bands];
 *             count [classes]: pixels of each class
 * Units:      spectra / scale is reflectance
 * Errors:     HYP_ENOMEM, HYP_EINTERNAL, HYP_ECREATE, HYP_EIO; a file may be
 *             left behind
 */
HYP_CHECKED hyp_status hyp_plot_spectra(const char *path,
                                        const double *wavelength, int bands,
                                        const double *spectra, int classes,
                                        const int64_t *count, double scale);

/*
 * Draw the share of the variance that each component holds, and their sums.
 *
 * Collective: no
 * Shapes:     share [components], 0..1, of all components, greatest first;
 *             kept: how many of them are
 * Errors:     as above
 */
HYP_CHECKED hyp_status hyp_plot_scree(const char *path, const double *share,
                                      int components, int kept);

/*
 * Draw the covariance of the bands, blue below 0 and red above.
 *
 * Collective: no
 * Shapes:     covariance [bands][bands]
 * Units:      covariance / scale^2 is reflectance squared
 * Errors:     as above
 */
HYP_CHECKED hyp_status hyp_plot_covariance(const char *path,
                                           const double *wavelength, int bands,
                                           const double *covariance,
                                           double scale);

#endif
