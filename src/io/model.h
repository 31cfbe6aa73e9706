/*
 * model.h - model.h5: classes and components that can be applied again
 *
 *   /                   attributes: program, version, dn_per_reflectance
 *   /bands/index        [bands] int32, counted from 0 in the tile
 *   /bands/wavelength   [bands] float64, nm
 *   /kmeans             attributes: iterations, converged, distance (l2 or l1)
 *   /kmeans/centroids   [classes][bands] float64, reflectance
 *   /kmeans/centroids_dn  the same in DN: the very numbers that pixels are
 *                       compared with, which division and product would lose
 *   /kmeans/sum         [classes][bands] int64, of the DN of each class
 *   /kmeans/count       [classes] int64, pixels of each class
 *   /kmeans/score_centroids  of k-means on scores, [classes][components]
 *                       float64, reflectance; its attribute step is that of
 *                       the grid, a power of two.  The other numbers are then
 *                       those of the classes' spectra
 *   /pca                attribute: whitened, 1 if scores are divided by the
 *                       roots of their eigenvalues, else 0
 *   /pca/mean           [bands] float64, reflectance
 *   /pca/mean_dn        the same in DN
 *   /pca/eigenvalues    [bands] float64, reflectance squared
 *   /pca/components     [components][bands] float64
 *   /mnf                instead of /pca, with the same names; scores of
 *                       reflectance are (x - mean) components'
 *   /mnf/eigenvalues    signal to noise ratios plus one
 *   /mnf/components_dn  the same components for DN, whose noise is one
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

/* What k-means clustered instead of spectra. */
typedef struct hyp_model_scores {
    double step;          /* of their grid, reflectance         */
    const double *centre; /* [classes][components], steps       */
} hyp_model_scores;

/*
 * Write a model to path, replacing what is there.
 *
 * Collective: no
 * Shapes:     kmeans, pca, scores: NULL where there is none; scale: DN per unit
 *             of reflectance
 * Errors:     HYP_ENOMEM, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_model_write(const char *path, const hyp_tile *tile,
                                       const hyp_bands *kept, double scale,
                                       const hyp_kmeans *kmeans,
                                       const hyp_pca *pca,
                                       const hyp_model_scores *scores);

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

/* Classes, components, or both, and the bands that they are made of. */
typedef struct hyp_model {
    double scale;       /* DN per unit of reflectance                        */
    hyp_bands kept;     /* of the tile that the model was made of; owned     */
    double *wavelength; /* [kept.count], nm; owned                           */
    hyp_kmeans kmeans;  /* its distance and centres; classes 0: none; owned  */
    double step;        /* of the grid of scores that the classes are of,
                           reflectance: centres are in such steps, and bands
                           are components; 0: the classes are of spectra     */
    hyp_pca pca;        /* its mean, value, and as many vectors as components;
                           components 0: none; owned                         */
} hyp_model;

/*
 * Read a model on rank 0, and tell the others.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT; HYP_EFORMAT if the file is no model, holds neither
 *             classes nor components, classes of scores without components, or
 *             numbers that cannot be; HYP_EIO, HYP_ENOMEM; model is then empty
 * Ownership:  the caller frees with hyp_model_release()
 */
HYP_CHECKED hyp_status hyp_model_open_all(const char *path, MPI_Comm comm,
                                          hyp_model *model);

/* Free what model owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_model_release(hyp_model *model);

/* Free what spectra owns.  Accepts { 0 }.  Collective: no. */
void hyp_spectra_release(hyp_spectra *spectra);

#endif
