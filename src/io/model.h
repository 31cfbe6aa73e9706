/*
 * model.h - model.h5: classes and components that can be applied again
 *
 *   /                   attributes: program, version, dn_per_reflectance
 *   /bands/index        [bands] int32, counted from 0 in the tile
 *   /bands/wavelength   [bands] float64, nm
 *   /kmeans             attributes: iterations, converged
 *   /kmeans/centroids   [classes][bands] float64, reflectance
 *   /kmeans/sum         [classes][bands] int64, of the DN of each class
 *   /kmeans/count       [classes] int64, pixels of each class
 *   /pca/mean           [bands] float64, reflectance
 *   /pca/eigenvalues    [bands] float64, reflectance squared
 *   /pca/components     [components][bands] float64
 */
#ifndef HYP_IO_MODEL_H
#define HYP_IO_MODEL_H

#include "hyperslab/bands.h"
#include "hyperslab/kmeans.h"
#include "hyperslab/pca.h"
#include "hyperslab/tile.h"

/* Spectra of a file, in reflectance. */
typedef struct hyp_spectra {
    int count, bands;
    double *wavelength; /* [bands], nm; owned          */
    double *value;      /* [count][bands]; owned       */
} hyp_spectra;

/*
 * Write a model to path, replacing what is there.
 *
 * Collective: no
 * Shapes:     kmeans, pca: NULL where there is none; scale: DN per unit of
 *             reflectance
 * Errors:     HYP_ENOMEM, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_model_write(const char *path, const hyp_tile *tile,
                                       const hyp_bands *kept, double scale,
                                       const hyp_kmeans *kmeans,
                                       const hyp_pca *pca);

/* Whether the file may be a model: whether it is HDF5.  Collective: no. */
bool hyp_model_is(const char *path);

/*
 * Read the centroids of a model.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT if the file holds none; HYP_ENOMEM; spectra is then
 *             empty
 * Ownership:  the caller frees with hyp_spectra_release()
 */
HYP_CHECKED hyp_status hyp_model_read_centroids(const char *path,
                                                hyp_spectra *spectra);

/* Free what spectra owns.  Accepts { 0 }.  Collective: no. */
void hyp_spectra_release(hyp_spectra *spectra);

#endif
