/* ranks: 1 2 3 */
/*
 * test_model_read.c - every rank gets the model that was written, bit for bit;
 * files that are no model, or not a whole one; every single failure on every
 * single rank gives one status everywhere
 */
#include "pixels.h"

#include "io/h5.h"
#include "io/model.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { TILE_BANDS = 9, BANDS = 4, CLASSES = 3, COMPONENTS = 2 };

static char path[64];
static int rank;
static const double scale = 10000;

static double wavelength[TILE_BANDS], centre[CLASSES * BANDS];
static double mean[BANDS], value[BANDS], vector[BANDS * BANDS];
static int64_t sum[CLASSES * BANDS], count[CLASSES];
static int index_of[BANDS] = { 1, 2, 5, 8 };
static hyp_tile tile = { .bands = TILE_BANDS, .wavelength = wavelength };
static const hyp_bands kept = { BANDS, index_of };
static hyp_kmeans kmeans = { .classes = CLASSES,
                             .bands = BANDS,
                             .centre = centre,
                             .sum = sum,
                             .count = count };
static const hyp_pca pca = { .bands = BANDS,
                             .components = COMPONENTS,
                             .mean = mean,
                             .value = value,
                             .vector = vector };

/* Numbers that division by the scale and the product with it do not keep. */
static void fill(void)
{
    for (int b = 0; b < TILE_BANDS; b++)
        wavelength[b] = 400 + 5.1 * b;
    for (int i = 0; i < CLASSES * BANDS; i++)
        centre[i] = 1000.0 / 3 * i - 100;
    for (int b = 0; b < BANDS; b++) {
        mean[b] = 1000.0 / 7 * b;
        value[b] = 1e6 / (b + 1);
    }
    for (int i = 0; i < BANDS * BANDS; i++)
        vector[i] = 1.0 / (i + 3);
}

/* Rank 0 writes; all ranks may then read. */
static void write_model(const hyp_kmeans *km, const hyp_pca *components)
{
    if (rank == 0)
        CHECK(hyp_model_write(path, &tile, &kept, scale, km, components,
                              NULL) == HYP_OK);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void check_bands(const hyp_model *model)
{
    CHECK(model->scale == scale && model->kept.count == BANDS);
    for (int b = 0; b < BANDS && model->kept.count == BANDS; b++) {
        CHECK(model->kept.index[b] == index_of[b]);
        CHECK(model->wavelength[b] == wavelength[index_of[b]]);
    }
}

static void test_what_was_written(void)
{
    hyp_model model;

    write_model(&kmeans, &pca);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    check_bands(&model);
    CHECK(model.kmeans.classes == CLASSES && model.kmeans.bands == BANDS);
    CHECK(model.kmeans.distance == HYP_DISTANCE_L2);
    CHECK(memcmp(model.kmeans.centre, centre, sizeof centre) == 0);
    CHECK(model.pca.components == COMPONENTS && model.pca.bands == BANDS);
    CHECK(memcmp(model.pca.mean, mean, sizeof mean) == 0);
    CHECK(memcmp(model.pca.vector, vector,
                 COMPONENTS * BANDS * sizeof *vector) == 0);
    for (int b = 0; b < BANDS; b++)
        CHECK(fabs(model.pca.value[b] - value[b]) <= 1e-15 * value[b]);
    hyp_model_release(&model);
    CHECK(model.wavelength == NULL && model.kmeans.centre == NULL);
}

static void test_parts(void)
{
    hyp_model model;

    kmeans.distance = HYP_DISTANCE_L1;
    write_model(&kmeans, NULL);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    check_bands(&model);
    CHECK(model.kmeans.classes == CLASSES && model.pca.components == 0);
    CHECK(model.kmeans.distance == HYP_DISTANCE_L1);
    hyp_model_release(&model);
    kmeans.distance = HYP_DISTANCE_L2;

    MPI_Barrier(MPI_COMM_WORLD);
    write_model(NULL, &pca);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    check_bands(&model);
    CHECK(model.kmeans.classes == 0 && model.pca.components == COMPONENTS);
    hyp_model_release(&model);
}

/* The file must be refused, and the words name it. */
static void check_refused(hyp_status want, const char *words)
{
    hyp_model model;

    MPI_Barrier(MPI_COMM_WORLD);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == want);
    CHECK(strstr(hyp_last_error()->text, path) != NULL);
    CHECK(strstr(hyp_last_error()->text, words) != NULL);
    CHECK(model.wavelength == NULL && model.kmeans.centre == NULL);
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_parts_that_are_missing(void)
{
    static const struct {
        const char *name, *words;
    } needed[] = {
        { "bands", "not a model.h5" },
        { "bands/wavelength", "not a model.h5" },
        { "bands/index", "bands/index" },
        { "pca/mean_dn", "pca/mean_dn" },
        { "pca/eigenvalues", "pca/eigenvalues" },
    };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        write_model(&kmeans, &pca);
        if (rank == 0) {
            hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);

            CHECK(H5Ldelete(file, needed[i].name, H5P_DEFAULT) >= 0);
            H5Fclose(file);
        }
        check_refused(HYP_EFORMAT, needed[i].words);
    }
    write_model(NULL, NULL);
    check_refused(HYP_EFORMAT, "neither classes nor components");
}

static void test_attributes_that_are_missing(void)
{
    static const struct {
        const char *object, *name, *words;
    } needed[] = { { ".", "dn_per_reflectance", "not a model.h5" },
                   { "kmeans", "distance", "distance of k-means is ''" } };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        write_model(&kmeans, &pca);
        if (rank == 0) {
            hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);

            CHECK(H5Adelete_by_name(file, needed[i].object, needed[i].name,
                                    H5P_DEFAULT) >= 0);
            H5Fclose(file);
        }
        check_refused(HYP_EFORMAT, needed[i].words);
    }
}

/* A dataset with other numbers: [rows][cols], or [rows] if cols is 0. */
static void replace_in(const hyp_pca *components, const char *name,
                       hsize_t rows, hsize_t cols, const double *number)
{
    const hsize_t size[2] = { rows, cols };
    hid_t file, space, set;

    write_model(&kmeans, components);
    if (rank != 0)
        return;
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    space = H5Screate_simple(cols ? 2 : 1, size, NULL);
    CHECK(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    set = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT,
                     H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   number) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

static void replace(const char *name, hsize_t rows, hsize_t cols,
                    const double *number)
{
    replace_in(&pca, name, rows, cols, number);
}

static void test_numbers_that_cannot_be(void)
{
    static const double large[] = { 1, 40000, 3, 4, 5, 6, 7, 8 };
    static const double negative[] = { 1, 2, -3, 4 };
    static const double infinite[] = { 1, 2, 3, HUGE_VAL };

    replace("kmeans/centroids_dn", 2, BANDS, large);
    check_refused(HYP_EFORMAT, "kmeans/centroids_dn: 40000 in row 1");
    replace("kmeans/centroids_dn", 2, BANDS - 1, large);
    check_refused(HYP_EFORMAT, "kmeans/centroids_dn of 2 x 4");
    replace("bands/index", BANDS, 0, negative);
    check_refused(HYP_EFORMAT, "bands/index: -3");
    replace("bands/wavelength", BANDS, 0, infinite);
    check_refused(HYP_EFORMAT, "bands/wavelength: inf in row 4");
    replace("pca/mean_dn", BANDS, 0, infinite);
    check_refused(HYP_EFORMAT, "pca/mean_dn: inf in row 4");
    replace("pca/components", 2, BANDS, large);
    check_refused(HYP_EFORMAT, "pca/components: 40000");
    replace("pca/components", BANDS + 1, 1, large);
    check_refused(HYP_EFORMAT, "5 components of 4 bands");
}

/* Scores cannot be divided by the root of what is not above 0. */
static void test_whitened_models(void)
{
    static const double negative[] = { 1, -1e-9, 3, 4 };
    hyp_pca whitened = pca;
    hyp_model model;

    whitened.kind = HYP_PCA_WHITENED;
    write_model(NULL, &whitened);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    CHECK(model.pca.kind == HYP_PCA_WHITENED);
    hyp_model_release(&model);
    replace_in(&whitened, "pca/eigenvalues", BANDS, 0, negative);
    check_refused(HYP_EFORMAT, "-1e-09 in row 2 cannot be whitened by");
}

/* Centres of scores, which a product with the step and its quotient keep. */
static double score[CLASSES * COMPONENTS];
static const hyp_model_scores scores = { 0x1p-13, score };

static void write_scores(double step)
{
    const hyp_model_scores these = { step, score };

    for (int i = 0; i < CLASSES * COMPONENTS; i++)
        score[i] = 10000.0 / 3 * i - 9000;
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca,
                              &these) == HYP_OK);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_classes_of_scores(void)
{
    hyp_model model;

    write_scores(scores.step);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    check_bands(&model);
    CHECK(model.step == scores.step && model.kmeans.classes == CLASSES);
    CHECK(model.kmeans.bands == COMPONENTS && model.pca.bands == BANDS);
    CHECK(memcmp(model.kmeans.centre, score, sizeof score) == 0);
    hyp_model_release(&model);
    CHECK(model.step == 0);
}

static void remove_from_scores(const char *object, const char *attribute)
{
    write_scores(scores.step);
    if (rank == 0) {
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);

        CHECK((attribute
                   ? H5Adelete_by_name(file, object, attribute, H5P_DEFAULT)
                   : H5Ldelete(file, object, H5P_DEFAULT)) >= 0);
        H5Fclose(file);
    }
}

static void test_classes_of_scores_that_cannot_be(void)
{
    static const double steps[] = { 0, -0.5, 3, HUGE_VAL, 0x1p-80 };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        write_scores(steps[i]);
        check_refused(HYP_EFORMAT, "expected a power of two");
    }
    remove_from_scores("kmeans/score_centroids", "step");
    check_refused(HYP_EFORMAT, "expected a power of two");
    remove_from_scores("pca", NULL);
    check_refused(HYP_EFORMAT, "not the components");
    write_scores(scores.step);
    score[3] = 40000;
    if (rank == 0)
        CHECK(hyp_model_write(path, &tile, &kept, scale, &kmeans, &pca,
                              &scores) == HYP_OK);
    check_refused(HYP_EFORMAT, "kmeans/score_centroids: 4.88281 in row 2");
}

static void test_noise_adjusted_models(void)
{
    static const double infinite[] = { 1, 2, 3, 4, 5, 6, 7, HUGE_VAL };
    hyp_pca mnf = pca;
    hyp_model model;

    mnf.kind = HYP_PCA_NOISE_ADJUSTED;
    write_model(NULL, &mnf);
    CHECK(hyp_model_open_all(path, MPI_COMM_WORLD, &model) == HYP_OK);
    CHECK(model.pca.kind == HYP_PCA_NOISE_ADJUSTED);
    CHECK(model.pca.components == COMPONENTS);
    CHECK(memcmp(model.pca.mean, mean, sizeof mean) == 0);
    CHECK(memcmp(model.pca.value, value, sizeof value) == 0);
    CHECK(memcmp(model.pca.vector, vector,
                 COMPONENTS * BANDS * sizeof *vector) == 0);
    hyp_model_release(&model);
    replace_in(&mnf, "mnf/components_dn", 2, BANDS, infinite);
    check_refused(HYP_EFORMAT, "mnf/components_dn: inf in row 2");
    replace_in(&mnf, "mnf/eigenvalues", BANDS - 1, 0, infinite);
    check_refused(HYP_EFORMAT, "mnf/eigenvalues of 4 x 1");
    replace_in(&mnf, "mnf/mean_dn", BANDS - 1, 0, infinite);
    check_refused(HYP_EFORMAT, "mnf/mean_dn of 4 x 1");
}

static void test_files_that_are_no_model(void)
{
    if (rank == 0) {
        FILE *file = fopen(path, "w");

        fputs("wavelength_nm,class_1\n", file);
        fclose(file);
    }
    check_refused(HYP_EFORMAT, "as a model");
    if (rank == 0)
        unlink(path);
    check_refused(HYP_ENOINPUT, "No such file");
}

/* As many centroids as a list of 2^20 numbers has no room for. */
static void test_many_centroids(void)
{
    enum { MANY = 65535, FEW = 20 };
    static double spectrum[TILE_BANDS + FEW];
    static int first[FEW];
    const hyp_tile wide = { .bands = FEW, .wavelength = spectrum };
    const hyp_bands all = { FEW, first };
    double *numbers = calloc((size_t)MANY * FEW, sizeof *numbers);
    int64_t *sums = calloc((size_t)MANY * FEW, sizeof *sums);
    const hyp_kmeans many = { .classes = MANY,
                              .bands = FEW,
                              .centre = numbers,
                              .sum = sums,
                              .count = sums };
    hyp_spectra spectra;

    for (int b = 0; b < FEW; b++) {
        spectrum[b] = 400 + b;
        first[b] = b;
    }
    numbers[(size_t)MANY * FEW - 1] = 5000;
    if (rank == 0) {
        CHECK(hyp_model_write(path, &wide, &all, scale, &many, NULL, NULL) ==
              HYP_OK);
        CHECK(hyp_model_read_centroids(path, &spectra) == HYP_OK);
        CHECK(spectra.count == MANY && spectra.bands == FEW);
        CHECK(spectra.value && spectra.value[(size_t)MANY * FEW - 1] == 0.5);
        hyp_spectra_release(&spectra);
    }
    free(numbers);
    free(sums);
    MPI_Barrier(MPI_COMM_WORLD);
}

static hyp_status run_open(void)
{
    hyp_model model;
    const hyp_status st = hyp_model_open_all(path, MPI_COMM_WORLD, &model);

    CHECK((st == HYP_OK) == (model.wavelength != NULL));
    hyp_model_release(&model);
    return st;
}

static void test_every_single_failure(void)
{
    write_model(&kmeans, &pca);
    fail_each(run_open);
    write_scores(scores.step);
    fail_each(run_open);
}

/* Every rank has the same name. */
static void name_file(void)
{
    long id = (long)getpid();

    MPI_Bcast(&id, 1, MPI_LONG, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "/tmp/hyperslab-model-%ld.h5", id);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    hyp_h5_quiet();
    name_file();
    fill();
    RUN(test_what_was_written);
    RUN(test_parts);
    RUN(test_parts_that_are_missing);
    RUN(test_attributes_that_are_missing);
    RUN(test_numbers_that_cannot_be);
    RUN(test_whitened_models);
    RUN(test_classes_of_scores);
    RUN(test_classes_of_scores_that_cannot_be);
    RUN(test_noise_adjusted_models);
    RUN(test_files_that_are_no_model);
    RUN(test_many_centroids);
    RUN(test_every_single_failure);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        unlink(path);
    MPI_Finalize();
    return test_status;
}
