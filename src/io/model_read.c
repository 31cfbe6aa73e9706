/*
 * model_read.c - read a model, and tell all ranks
 */
#include "io/model.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/h5.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_DN (-(double)INT16_MIN)
#define SCORES  "kmeans/score_centroids"

/* A file that is being read, and its name for errors. */
typedef struct source {
    hid_t file;
    const char *path;
} source;

static hyp_status open_source(source *from, const char *path)
{
    *from = (source){ H5I_INVALID_HID, path };
    hyp_h5_quiet();
    if (access(path, R_OK) != 0)
        return hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", path,
                        strerror(errno));
    from->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (from->file < 0)
        return hyp_h5_fail(HYP_EFORMAT, "cannot read '%s' as a model", path);
    return HYP_OK;
}

static void close_source(source *from)
{
    if (from->file >= 0)
        H5Fclose(from->file);
    H5Eclear2(H5E_DEFAULT); /* what was looked for, and not there */
}

/* Rows and columns of a dataset, one column if it has one dimension; 0 and 0
   if there is none such. */
static void measure(const source *from, const char *name, int64_t *rows,
                    int64_t *cols)
{
    hsize_t size[2] = { 0, 1 };
    hid_t set = H5Dopen2(from->file, name, H5P_DEFAULT);
    hid_t space = set >= 0 ? H5Dget_space(set) : H5I_INVALID_HID;
    const int dims = space >= 0 ? H5Sget_simple_extent_ndims(space) : 0;

    if (dims == 1 || dims == 2)
        H5Sget_simple_extent_dims(space, size, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    *rows = (int64_t)size[0];
    *cols = *rows > 0 ? (int64_t)size[1] : 0;
}

/* Read all of a dataset, which must have so many rows and columns. */
static hyp_status get(const source *from, const char *name, hid_t type,
                      int64_t rows, int64_t cols, void *out)
{
    int64_t r, c;
    hid_t set;
    bool ok;

    measure(from, name, &r, &c);
    if (r != rows || c != cols)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': expected a dataset %s of %lld x %lld numbers",
                        from->path, name, (long long)rows, (long long)cols);
    set = H5Dopen2(from->file, name, H5P_DEFAULT);
    ok = set >= 0 && !hyp_fault() &&
         H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    if (set >= 0)
        H5Dclose(set);
    return ok ? HYP_OK
              : hyp_h5_fail(HYP_EIO, "'%s': cannot read %s", from->path, name);
}

/* The same for numbers within +-limit. */
static hyp_status get_within(const source *from, const char *name, double limit,
                             int64_t rows, int64_t cols, double *out)
{
    hyp_status st = get(from, name, H5T_NATIVE_DOUBLE, rows, cols, out);

    for (int64_t i = 0; st == HYP_OK && i < rows * cols; i++)
        if (!(fabs(out[i]) <= limit))
            st = hyp_fail(HYP_EFORMAT,
                          "'%s': %s: %g in row %lld is out of range",
                          from->path, name, out[i], (long long)(i / cols + 1));
    return st;
}

hyp_status hyp_model_read_centroids(const char *path, hyp_spectra *spectra)
{
    int64_t classes, bands, lengths, one;
    source from;
    hyp_status st;

    *spectra = (hyp_spectra){ 0 };
    HYP_TRY(open_source(&from, path));
    measure(&from, "kmeans/centroids", &classes, &bands);
    measure(&from, "bands/wavelength", &lengths, &one);
    if (classes < 1 || classes > HYP_MAX_CLASSES || bands < 1 ||
        bands > HYP_MAX_BANDS || lengths != bands)
        HYP_TRY(
            hyp_fail(HYP_EFORMAT, "'%s' holds no centroids of k-means", path));
    HYP_TRY(hyp_alloc(&spectra->wavelength, (size_t)bands));
    HYP_TRY(hyp_alloc(&spectra->value, (size_t)(classes * bands)));
    HYP_TRY(get(&from, "bands/wavelength", H5T_NATIVE_DOUBLE, bands, one,
                spectra->wavelength));
    HYP_TRY(get(&from, "kmeans/centroids", H5T_NATIVE_DOUBLE, classes, bands,
                spectra->value));
    spectra->count = (int)classes;
    spectra->bands = (int)bands;
out:
    close_source(&from);
    if (st != HYP_OK)
        hyp_spectra_release(spectra);
    return st;
}

/* The sizes that all arrays of a model follow from. */
typedef struct sizes {
    double scale, step;
    int bands, classes, components;
    hyp_distance distance;
    hyp_pca_kind kind;
} sizes;

static sizes sizes_of(const hyp_model *model)
{
    return (sizes){ .scale = model->scale,
                    .step = model->step,
                    .bands = model->kept.count,
                    .classes = model->kmeans.classes,
                    .components = model->pca.components,
                    .distance = model->kmeans.distance,
                    .kind = model->pca.kind };
}

static hyp_status make_room(hyp_model *model, const sizes *s)
{
    const size_t bands = (size_t)s->bands;
    hyp_status st;

    model->scale = s->scale;
    model->step = s->step;
    HYP_TRY(hyp_alloc(&model->kept.index, bands));
    model->kept.count = s->bands;
    HYP_TRY(hyp_alloc(&model->wavelength, bands));
    model->kmeans =
        (hyp_kmeans){ .classes = s->classes,
                      .bands = s->step > 0 ? s->components : s->bands,
                      .distance = s->distance };
    HYP_TRY(hyp_alloc(&model->kmeans.centre,
                      (size_t)s->classes * (size_t)model->kmeans.bands));
    model->pca = (hyp_pca){ .kind = s->kind,
                            .bands = s->bands,
                            .components = s->components };
    HYP_TRY(hyp_alloc(&model->pca.mean, bands));
    HYP_TRY(hyp_alloc(&model->pca.value, bands));
    HYP_TRY(hyp_alloc(&model->pca.vector, (size_t)s->components * bands));
out:
    return st;
}

/* Of the group of k-means: "l2" or "l1". */
static hyp_status find_distance(const source *from, hyp_distance *distance)
{
    hid_t group = H5Oopen(from->file, "kmeans", H5P_DEFAULT);
    char text[8] = "";

    if (group >= 0) {
        hyp_h5_attribute(group, "distance", text, sizeof text);
        H5Oclose(group);
    }
    *distance = strcmp(text, "l1") == 0 ? HYP_DISTANCE_L1 : HYP_DISTANCE_L2;
    if (*distance == HYP_DISTANCE_L2 && strcmp(text, "l2") != 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': the distance of k-means is '%s', expected l2 "
                        "or l1",
                        from->path, text);
    return HYP_OK;
}

/* Of the components, if there are some. */
static hyp_pca_kind find_kind(const source *from)
{
    static const char *const name[] = { "whitened", NULL };
    hid_t group = H5Oopen(from->file, "pca", H5P_DEFAULT);
    double whitened = 0;

    if (group < 0)
        return HYP_PCA_NOISE_ADJUSTED;
    hyp_h5_number(group, name, &whitened);
    H5Oclose(group);
    return whitened != 0 ? HYP_PCA_WHITENED : HYP_PCA_PLAIN;
}

/* Of the classes: that of the grid of their scores; 0 if they are of spectra.
   Only with a power of two are the centroids in steps what they were. */
static hyp_status find_step(const source *from, const sizes *s, double *step)
{
    static const char *const name[] = { "step", NULL };
    int exponent;
    hid_t set;
    bool found;

    *step = 0;
    if (H5Lexists(from->file, SCORES, H5P_DEFAULT) <= 0)
        return HYP_OK;
    if (s->components == 0 || s->kind != HYP_PCA_PLAIN)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds classes of scores, but not the components "
                        "that the scores are of",
                        from->path);
    set = H5Oopen(from->file, SCORES, H5P_DEFAULT);
    found = set >= 0 && hyp_h5_number(set, name, step);
    if (set >= 0)
        H5Oclose(set);
    if (!found || frexp(*step, &exponent) != 0.5 || abs(exponent) > 64)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': " SCORES ": its step is %g, expected a power of "
                        "two",
                        from->path, *step);
    return HYP_OK;
}

/* What the file holds, by its shapes. */
static hyp_status find_sizes(const source *from, sizes *s)
{
    static const char *const scale[] = { "dn_per_reflectance", NULL };
    int64_t bands, classes, components, cols;
    hyp_status st = HYP_OK;

    *s = (sizes){ 0 };
    measure(from, "bands/wavelength", &bands, &cols);
    if (!hyp_h5_number(from->file, scale, &s->scale) ||
        !(s->scale > 0 && s->scale <= DBL_MAX) || bands < 1 ||
        bands > HYP_MAX_BANDS)
        return hyp_fail(HYP_EFORMAT, "'%s' is not a model.h5 of hyperslab",
                        from->path);
    measure(from, "kmeans/centroids_dn", &classes, &cols);
    measure(from, "pca/components", &components, &cols);
    if (components == 0)
        measure(from, "mnf/components_dn", &components, &cols);
    if (classes == 0 && components == 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds neither classes nor components",
                        from->path);
    if (classes > HYP_MAX_CLASSES || components > bands)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' holds %lld classes and %lld components of %lld "
                        "bands, more than can be",
                        from->path, (long long)classes, (long long)components,
                        (long long)bands);
    s->bands = (int)bands;
    s->classes = (int)classes;
    s->components = (int)components;
    s->kind = find_kind(from);
    if (classes > 0)
        st = find_distance(from, &s->distance);
    if (st == HYP_OK && classes > 0)
        st = find_step(from, s, &s->step);
    return st;
}

static hyp_status read_bands(const source *from, hyp_model *model)
{
    const int bands = model->kept.count;
    hyp_status st;

    HYP_TRY(get_within(from, "bands/wavelength", DBL_MAX, bands, 1,
                       model->wavelength));
    HYP_TRY(
        get(from, "bands/index", H5T_NATIVE_INT, bands, 1, model->kept.index));
    for (int b = 0; b < bands; b++)
        if (model->kept.index[b] < 0)
            HYP_TRY(hyp_fail(HYP_EFORMAT, "'%s': bands/index: %d is below 0",
                             from->path, model->kept.index[b]));
out:
    return st;
}

static hyp_status check_whitening(const source *from, const hyp_pca *pca)
{
    for (int i = 0; pca->kind == HYP_PCA_WHITENED && i < pca->components; i++)
        if (!(pca->value[i] > 0))
            return hyp_fail(HYP_EFORMAT,
                            "'%s': pca/eigenvalues: %g in row %d cannot be "
                            "whitened by",
                            from->path, pca->value[i], i + 1);
    return HYP_OK;
}

static hyp_status read_pca(const source *from, double scale, hyp_pca *pca)
{
    hyp_status st;

    HYP_TRY(get_within(from, "pca/mean_dn", MOST_DN, pca->bands, 1, pca->mean));
    HYP_TRY(get_within(from, "pca/eigenvalues", DBL_MAX, pca->bands, 1,
                       pca->value));
    HYP_TRY(check_whitening(from, pca));
    HYP_TRY(get_within(from, "pca/components", 2, pca->components, pca->bands,
                       pca->vector));
    for (int b = 0; b < pca->bands; b++) /* back from reflectance */
        pca->value[b] *= scale * scale;
out:
    return st;
}

static hyp_status read_mnf(const source *from, hyp_pca *mnf)
{
    hyp_status st;

    HYP_TRY(get_within(from, "mnf/mean_dn", MOST_DN, mnf->bands, 1, mnf->mean));
    HYP_TRY(get_within(from, "mnf/eigenvalues", DBL_MAX, mnf->bands, 1,
                       mnf->value));
    HYP_TRY(get_within(from, "mnf/components_dn", DBL_MAX, mnf->components,
                       mnf->bands, mnf->vector));
out:
    return st;
}

/* Centroids in DN, or in steps of the grid of scores: both are the very numbers
   that pixels were compared with. */
static hyp_status read_centres(const source *from, double step, hyp_kmeans *km)
{
    hyp_status st;

    if (step == 0)
        return get_within(from, "kmeans/centroids_dn", MOST_DN, km->classes,
                          km->bands, km->centre);
    HYP_TRY(get_within(from, SCORES, MOST_DN * step, km->classes, km->bands,
                       km->centre));
    for (int64_t i = 0; i < (int64_t)km->classes * km->bands; i++)
        km->centre[i] /= step;
out:
    return st;
}

static hyp_status read_parts(const source *from, hyp_model *model)
{
    hyp_status st;

    HYP_TRY(read_bands(from, model));
    if (model->kmeans.classes > 0)
        HYP_TRY(read_centres(from, model->step, &model->kmeans));
    if (model->pca.components > 0 && model->pca.kind == HYP_PCA_NOISE_ADJUSTED)
        HYP_TRY(read_mnf(from, &model->pca));
    else if (model->pca.components > 0)
        HYP_TRY(read_pca(from, model->scale, &model->pca));
out:
    return st;
}

/* On rank 0. */
static hyp_status read_model(const char *path, hyp_model *model)
{
    source from;
    sizes s;
    hyp_status st;

    HYP_TRY(open_source(&from, path));
    HYP_TRY(find_sizes(&from, &s));
    HYP_TRY(make_room(model, &s));
    HYP_TRY(read_parts(&from, model));
out:
    close_source(&from);
    return st;
}

static void tell_all(hyp_model *model, MPI_Comm comm)
{
    const int bands = model->kept.count;
    const hyp_kmeans *km = &model->kmeans;
    const hyp_pca *pca = &model->pca;

    MPI_Bcast(model->kept.index, bands, MPI_INT, 0, comm);
    MPI_Bcast(model->wavelength, bands, MPI_DOUBLE, 0, comm);
    MPI_Bcast(km->centre, km->classes * km->bands, MPI_DOUBLE, 0, comm);
    MPI_Bcast(pca->mean, bands, MPI_DOUBLE, 0, comm);
    MPI_Bcast(pca->value, bands, MPI_DOUBLE, 0, comm);
    MPI_Bcast(pca->vector, pca->components * bands, MPI_DOUBLE, 0, comm);
}

hyp_status hyp_model_open_all(const char *path, MPI_Comm comm, hyp_model *model)
{
    hyp_status st = HYP_OK;
    sizes s;
    int rank;

    *model = (hyp_model){ 0 };
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = read_model(path, model);
    HYP_TRY(hyp_agree(comm, st));
    s = sizes_of(model);
    MPI_Bcast(&s, (int)sizeof s, MPI_BYTE, 0, comm);
    if (rank != 0)
        st = make_room(model, &s);
    HYP_TRY(hyp_agree(comm, st));
    tell_all(model, comm);
out:
    if (st != HYP_OK)
        hyp_model_release(model);
    return st;
}

void hyp_model_release(hyp_model *model)
{
    hyp_bands_release(&model->kept);
    free(model->wavelength);
    hyp_kmeans_release(&model->kmeans);
    hyp_pca_release(&model->pca);
    *model = (hyp_model){ 0 };
}
