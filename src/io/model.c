/*
 * model.c - model.h5: classes and components that can be applied again
 */
#include "io/model.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/version.h"
#include "io/h5.h"
#include "io/h5_sink.h"

#include <stdlib.h>
#include <string.h>

static bool put_bands(hid_t file, const hyp_bands *kept,
                      const double *wavelength)
{
    hid_t group =
        H5Gcreate2(file, "bands", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = hyp_h5_put(group, "index", H5T_NATIVE_INT, 0, kept->count,
                         kept->index) &&
              hyp_h5_put(group, "wavelength", H5T_NATIVE_DOUBLE, 0, kept->count,
                         wavelength);

    H5Gclose(group);
    return ok;
}

static const char *name_of(hyp_distance distance)
{
    return distance == HYP_DISTANCE_L1 ? "l1" : "l2";
}

static bool put_kmeans(hid_t file, const hyp_kmeans *km, const double *centroid)
{
    const int64_t all = (int64_t)km->classes * km->bands;
    const int converged = km->converged;
    hid_t group =
        H5Gcreate2(file, "kmeans", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok =
        hyp_h5_put(group, "centroids", H5T_NATIVE_DOUBLE, km->classes, all,
                   centroid) &&
        hyp_h5_put(group, "centroids_dn", H5T_NATIVE_DOUBLE, km->classes, all,
                   km->centre) &&
        hyp_h5_put(group, "sum", H5T_NATIVE_INT64, km->classes, all, km->sum) &&
        hyp_h5_put(group, "count", H5T_NATIVE_INT64, 0, km->classes,
                   km->count) &&
        hyp_h5_put_attribute(group, "iterations", H5T_NATIVE_INT,
                             &km->iterations) &&
        hyp_h5_put_attribute(group, "converged", H5T_NATIVE_INT, &converged) &&
        hyp_h5_put_text(group, "distance", name_of(km->distance));

    H5Gclose(group);
    return ok;
}

static bool put_scores(hid_t file, const hyp_kmeans *km, int components,
                       double step, const double *centroid)
{
    static const char name[] = "kmeans/score_centroids";
    bool ok = hyp_h5_put(file, name, H5T_NATIVE_DOUBLE, km->classes,
                         (int64_t)km->classes * components, centroid);
    hid_t set = ok ? H5Dopen2(file, name, H5P_DEFAULT) : H5I_INVALID_HID;

    ok =
        set >= 0 && hyp_h5_put_attribute(set, "step", H5T_NATIVE_DOUBLE, &step);
    if (set >= 0)
        H5Dclose(set);
    return ok;
}

/* The numbers of a model in the units of the file. */
typedef struct numbers {
    double *wavelength, *centroid, *mean, *value, *vector, *score;
} numbers;

static bool put_mnf(hid_t file, const hyp_pca *mnf, const numbers *n)
{
    const int64_t all = (int64_t)mnf->components * mnf->bands;
    hid_t group =
        H5Gcreate2(file, "mnf", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok =
        hyp_h5_put(group, "mean", H5T_NATIVE_DOUBLE, 0, mnf->bands, n->mean) &&
        hyp_h5_put(group, "mean_dn", H5T_NATIVE_DOUBLE, 0, mnf->bands,
                   mnf->mean) &&
        hyp_h5_put(group, "eigenvalues", H5T_NATIVE_DOUBLE, 0, mnf->bands,
                   mnf->value) &&
        hyp_h5_put(group, "components", H5T_NATIVE_DOUBLE, mnf->components, all,
                   n->vector) &&
        hyp_h5_put(group, "components_dn", H5T_NATIVE_DOUBLE, mnf->components,
                   all, mnf->vector);

    H5Gclose(group);
    return ok;
}

static bool put_pca(hid_t file, const hyp_pca *pca, const numbers *n)
{
    const int whitened = pca->kind == HYP_PCA_WHITENED;
    hid_t group =
        H5Gcreate2(file, "pca", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool ok =
        hyp_h5_put(group, "mean", H5T_NATIVE_DOUBLE, 0, pca->bands, n->mean) &&
        hyp_h5_put(group, "mean_dn", H5T_NATIVE_DOUBLE, 0, pca->bands,
                   pca->mean) &&
        hyp_h5_put(group, "eigenvalues", H5T_NATIVE_DOUBLE, 0, pca->bands,
                   n->value) &&
        hyp_h5_put(group, "components", H5T_NATIVE_DOUBLE, pca->components,
                   (int64_t)pca->components * pca->bands, pca->vector) &&
        hyp_h5_put_attribute(group, "whitened", H5T_NATIVE_INT, &whitened);

    H5Gclose(group);
    return ok;
}

/* A copy of count numbers, each times a factor. */
static hyp_status scaled(const double *from, int64_t count, double divisor,
                         double **out)
{
    hyp_status st = hyp_alloc(out, (size_t)count);

    for (int64_t i = 0; st == HYP_OK && i < count; i++)
        (*out)[i] = from[i] / divisor;
    return st;
}

static hyp_status convert(numbers *n, const hyp_tile *tile,
                          const hyp_bands *kept, double scale,
                          const hyp_kmeans *km, const hyp_pca *pca,
                          const hyp_model_scores *scores)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&n->wavelength, (size_t)kept->count));
    for (int b = 0; b < kept->count; b++)
        n->wavelength[b] = tile->wavelength[kept->index[b]];
    if (km)
        HYP_TRY(scaled(km->centre, (int64_t)km->classes * km->bands, scale,
                       &n->centroid));
    if (pca) {
        HYP_TRY(scaled(pca->mean, pca->bands, scale, &n->mean));
        HYP_TRY(scaled(pca->value, pca->bands, scale * scale, &n->value));
        HYP_TRY(scaled(pca->vector, (int64_t)pca->components * pca->bands,
                       1 / scale, &n->vector));
    }
    if (scores)
        HYP_TRY(scaled(scores->centre, (int64_t)km->classes * pca->components,
                       1 / scores->step, &n->score));
out:
    return st;
}

static bool put_all(hid_t file, const numbers *n, const hyp_bands *kept,
                    double scale, const hyp_kmeans *km, const hyp_pca *pca,
                    const hyp_model_scores *scores)
{
    return hyp_h5_put_text(file, "program", "hyperslab") &&
           hyp_h5_put_text(file, "version", HYP_VERSION) &&
           hyp_h5_put_attribute(file, "dn_per_reflectance", H5T_NATIVE_DOUBLE,
                                &scale) &&
           put_bands(file, kept, n->wavelength) &&
           (!km || put_kmeans(file, km, n->centroid)) &&
           (!pca || (pca->kind == HYP_PCA_NOISE_ADJUSTED ? put_mnf : put_pca)(
                        file, pca, n)) &&
           (!scores ||
            put_scores(file, km, pca->components, scores->step, n->score));
}

hyp_status hyp_model_write(const char *path, const hyp_tile *tile,
                           const hyp_bands *kept, double scale,
                           const hyp_kmeans *km, const hyp_pca *pca,
                           const hyp_model_scores *scores)
{
    numbers n = { 0 };
    hid_t file = H5I_INVALID_HID;
    int failure = 0;
    hyp_status st;
    bool ok;

    HYP_TRY(convert(&n, tile, kept, scale, km, pca, scores));
    if (!hyp_fault())
        file = hyp_h5_sink(path, 0, &failure);
    ok = file >= 0 && put_all(file, &n, kept, scale, km, pca, scores);
    if (file >= 0)
        ok = H5Fclose(file) >= 0 && ok;
    if (failure)
        st =
            hyp_fail(HYP_EIO, "cannot write '%s': %s", path, strerror(failure));
    else if (!ok)
        st = hyp_h5_fail(HYP_EIO, "cannot write '%s'", path);
out:
    free(n.wavelength);
    free(n.centroid);
    free(n.mean);
    free(n.value);
    free(n.score);
    free(n.vector);
    return st;
}

bool hyp_model_is(const char *path)
{
    bool is = H5Fis_hdf5(path) > 0;

    H5Eclear2(H5E_DEFAULT);
    return is;
}

void hyp_spectra_release(hyp_spectra *spectra)
{
    free(spectra->wavelength);
    free(spectra->value);
    *spectra = (hyp_spectra){ 0 };
}
