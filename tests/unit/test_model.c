/* ranks: 1 */
/*
 * test_model.c - what a model holds, read back with HDF5 itself and by the
 * reader; files that hold none; no failure goes unseen
 */
#include "test.h"

#include "base/fault.h"
#include "io/h5.h"
#include "io/model.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TILE_BANDS = 9, BANDS = 4, CLASSES = 3, COMPONENTS = 2 };

static char path[] = "/tmp/hyperslab-model-XXXXXX";
static const double scale = 10000;

/* A run's results, filled with numbers that each name their place. */
static double wavelength[TILE_BANDS], centre[CLASSES * BANDS];
static double mean[BANDS], value[BANDS], vector[BANDS * BANDS];
static int64_t sum[CLASSES * BANDS], count[CLASSES] = { 5, 0, 1 };
static int index_of[BANDS] = { 1, 2, 5, 8 };
static hyp_tile tile = { .bands = TILE_BANDS, .wavelength = wavelength };
static const hyp_bands kept = { BANDS, index_of };
static const hyp_kmeans kmeans = { .classes = CLASSES,
                                   .bands = BANDS,
                                   .iterations = 17,
                                   .converged = true,
                                   .centre = centre,
                                   .sum = sum,
                                   .count = count };
static const hyp_pca pca = { .bands = BANDS,
                             .components = COMPONENTS,
                             .mean = mean,
                             .value = value,
                             .vector = vector };

static void fill(void)
{
    for (int b = 0; b < TILE_BANDS; b++)
        wavelength[b] = 400 + 5.1 * b;
    for (int i = 0; i < CLASSES * BANDS; i++) {
        sum[i] = -((INT64_C(1) << 60) + i);
        centre[i] = 1000.0 / 3 * i - 100;
    }
    for (int i = 0; i < BANDS; i++) {
        mean[i] = 100.0 / 7 * i;
        value[i] = 1e6 / (i + 1);
    }
    for (int i = 0; i < BANDS * BANDS; i++)
        vector[i] = 1.0 / (i + 3);
}

/* Open a dataset of the model, and check its shape; cols 0: one dimension. */
static hid_t open_set(hid_t file, const char *name, hsize_t rows, hsize_t cols)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    hsize_t size[2] = { 0, 0 };

    CHECK(set >= 0);
    CHECK(H5Sget_simple_extent_ndims(space) == (cols ? 2 : 1));
    H5Sget_simple_extent_dims(space, size, NULL);
    CHECK(size[0] == rows && size[1] == cols);
    H5Sclose(space);
    return set;
}

/* Each value times the factor should be what was written. */
static void check_doubles(hid_t file, const char *name, hsize_t rows,
                          hsize_t cols, const double *want, double divisor)
{
    hid_t set = open_set(file, name, rows, cols);
    double found[BANDS * BANDS];

    CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                  found) >= 0);
    for (hsize_t i = 0; i < rows * (cols ? cols : 1); i++)
        CHECK(found[i] == want[i] / divisor);
    H5Dclose(set);
}

static void check_integers(hid_t file, const char *name, hsize_t rows,
                           hsize_t cols, const int64_t *want)
{
    hid_t set = open_set(file, name, rows, cols);
    int64_t found[BANDS * BANDS];

    CHECK(H5Dread(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                  found) >= 0);
    for (hsize_t i = 0; i < rows * (cols ? cols : 1); i++)
        CHECK(found[i] == want[i]);
    H5Dclose(set);
}

static double number(hid_t file, const char *object, const char *name)
{
    hid_t attribute =
        H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    double found = -1;

    CHECK(attribute >= 0);
    H5Aread(attribute, H5T_NATIVE_DOUBLE, &found);
    H5Aclose(attribute);
    return found;
}

static void check_distance(hid_t file, const char *want)
{
    hid_t attribute =
        H5Aopen_by_name(file, "kmeans", "distance", H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    char *found = NULL;

    H5Tset_size(type, H5T_VARIABLE);
    CHECK(H5Aread(attribute, type, &found) >= 0);
    CHECK(found && strcmp(found, want) == 0);
    H5free_memory(found);
    H5Tclose(type);
    H5Aclose(attribute);
}

static void check_bands(hid_t file)
{
    double want[BANDS];
    int64_t index[BANDS];

    for (int b = 0; b < BANDS; b++) {
        want[b] = wavelength[index_of[b]];
        index[b] = index_of[b];
    }
    check_doubles(file, "bands/wavelength", BANDS, 0, want, 1);
    check_integers(file, "bands/index", BANDS, 0, index);
    CHECK(number(file, ".", "dn_per_reflectance") == scale);
}

static void test_what_the_file_holds(void)
{
    hid_t file;

    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca, NULL) ==
          HYP_OK);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_bands(file);
    check_doubles(file, "kmeans/centroids", CLASSES, BANDS, centre, scale);
    check_doubles(file, "kmeans/centroids_dn", CLASSES, BANDS, centre, 1);
    check_integers(file, "kmeans/sum", CLASSES, BANDS, sum);
    check_integers(file, "kmeans/count", CLASSES, 0, count);
    CHECK(number(file, "kmeans", "iterations") == 17);
    CHECK(number(file, "kmeans", "converged") == 1);
    check_distance(file, "l2");
    check_doubles(file, "pca/mean", BANDS, 0, mean, scale);
    check_doubles(file, "pca/mean_dn", BANDS, 0, mean, 1);
    check_doubles(file, "pca/eigenvalues", BANDS, 0, value, scale * scale);
    check_doubles(file, "pca/components", COMPONENTS, BANDS, vector, 1);
    CHECK(H5Fget_obj_count(file, H5F_OBJ_ALL) == 1);
    H5Fclose(file);
}

static void test_classes_of_scores(void)
{
    static double score[CLASSES * COMPONENTS];
    const hyp_model_scores scores = { 0.25, score };
    hid_t file;

    for (int i = 0; i < CLASSES * COMPONENTS; i++)
        score[i] = 3 * i - 7.5;
    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca, &scores) ==
          HYP_OK);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_doubles(file, "kmeans/score_centroids", CLASSES, COMPONENTS, score,
                  4);
    CHECK(number(file, "kmeans/score_centroids", "step") == 0.25);
    check_doubles(file, "kmeans/centroids", CLASSES, BANDS, centre, scale);
    H5Fclose(file);
}

static void test_read_back(void)
{
    hyp_spectra spectra;

    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, NULL, NULL) ==
          HYP_OK);
    CHECK(hyp_model_read_centroids(path, &spectra) == HYP_OK);
    CHECK(spectra.count == CLASSES && spectra.bands == BANDS);
    for (int b = 0; b < BANDS && spectra.wavelength; b++)
        CHECK(spectra.wavelength[b] == wavelength[index_of[b]]);
    for (int i = 0; i < CLASSES * BANDS && spectra.value; i++)
        CHECK(spectra.value[i] == centre[i] / scale);
    hyp_spectra_release(&spectra);
    CHECK(spectra.value == NULL && spectra.wavelength == NULL);
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}

static bool has(const char *name)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const bool found = H5Lexists(file, name, H5P_DEFAULT) > 0;

    H5Fclose(file);
    return found;
}

static void check_no_centroids(hyp_status want)
{
    hyp_spectra spectra;

    CHECK(hyp_model_read_centroids(path, &spectra) == want);
    CHECK(spectra.value == NULL && spectra.wavelength == NULL);
    CHECK(spectra.count == 0 && spectra.bands == 0);
    CHECK(strstr(hyp_last_error()->text, path) != NULL);
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}

static void test_parts_that_are_left_out(void)
{
    CHECK(hyp_model_write(path, &tile, &kept, scale, NULL, &pca, NULL) ==
          HYP_OK);
    CHECK(has("pca") && has("bands") && !has("kmeans"));
    check_no_centroids(HYP_EFORMAT);
    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, NULL, NULL) ==
          HYP_OK);
    CHECK(!has("pca") && has("kmeans"));
    CHECK(hyp_model_write(path, &tile, &kept, scale, NULL, NULL, NULL) ==
          HYP_OK);
    CHECK(has("bands") && !has("pca") && !has("kmeans"));
    check_no_centroids(HYP_EFORMAT);
}

/* Take an object out of a whole model. */
static void without(const char *name)
{
    hid_t file;

    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca, NULL) ==
          HYP_OK);
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    CHECK(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    H5Fclose(file);
}

static void test_missing_groups(void)
{
    static const char *const needed[] = { "kmeans", "kmeans/centroids", "bands",
                                          "bands/wavelength" };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        without(needed[i]);
        check_no_centroids(HYP_EFORMAT);
    }
}

/* As many centroids as no whole number of spectra has. */
static void test_shapes_that_do_not_fit(void)
{
    const hsize_t odd = BANDS * CLASSES - 1;
    hid_t file, space;

    without("kmeans/centroids");
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    space = H5Screate_simple(1, &odd, NULL);
    H5Dclose(H5Dcreate2(file, "kmeans/centroids", H5T_NATIVE_DOUBLE, space,
                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(file);
    check_no_centroids(HYP_EFORMAT);
}

static void test_no_hdf5_file(void)
{
    FILE *file = fopen(path, "w");

    fputs("wavelength_nm,class_1\n", file);
    fclose(file);
    check_no_centroids(HYP_EFORMAT);
}

static void test_no_place_to_write(void)
{
    CHECK(hyp_model_write("/nowhere/model.h5", &tile, &kept, scale, &kmeans,
                          &pca, NULL) == HYP_EIO);
    CHECK(strstr(hyp_last_error()->text, "'/nowhere/model.h5'") != NULL);
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}

static void test_every_failure_to_write(void)
{
    bool fired = true;

    for (long nth = 1; fired; nth++) {
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca, NULL);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
        CHECK(!fired || st == HYP_ENOMEM || st == HYP_EIO);
        CHECK(fired || nth > 5); /* four copies, and the file */
        CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    }
}

static void test_every_failure_to_read(void)
{
    bool fired = true;

    CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca, NULL) ==
          HYP_OK);
    for (long nth = 1; fired; nth++) {
        hyp_spectra spectra;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_model_read_centroids(path, &spectra);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
        CHECK((spectra.value == NULL) == fired);
        CHECK(!fired || spectra.wavelength == NULL);
        CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
        hyp_spectra_release(&spectra);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    hyp_h5_quiet();
    close(mkstemp(path));
    fill();
    RUN(test_what_the_file_holds);
    RUN(test_classes_of_scores);
    RUN(test_read_back);
    RUN(test_parts_that_are_left_out);
    RUN(test_missing_groups);
    RUN(test_shapes_that_do_not_fit);
    RUN(test_no_hdf5_file);
    RUN(test_no_place_to_write);
    RUN(test_every_failure_to_write);
    RUN(test_every_failure_to_read);
    unlink(path);
    MPI_Finalize();
    return test_status;
}
