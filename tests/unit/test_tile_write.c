/* ranks: 1 2 3 */
/*
 * test_tile_write.c - synthetic tiles: structure, bytes, and every failure
 */
#include "io/tile_write.h"

#include "base/fault.h"
#include "hyperslab/comm.h"
#include "io/auto_chunk.h"
#include "test.h"

#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[256];

/* Every rank has the same name; rank 0 makes and removes the file. */
static void name_file(void)
{
    long id = (long)getpid();

    MPI_Bcast(&id, 1, MPI_LONG, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "/tmp/hyperslab-test-%ld.h5", id);
}

static void remove_file(void)
{
    int rank;

    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        remove(path);
    MPI_Barrier(MPI_COMM_WORLD);
}

static hyp_synth small(hyp_layout layout)
{
    hyp_synth synth;

    hyp_synth_init(&synth);
    synth.rows = 37;
    synth.cols = 70;
    synth.bands = 61;
    synth.seed = 9;
    synth.nodata_edge = 0.2;
    synth.layout = layout;
    return synth;
}

/* FNV-1a of the file, on every rank. */
static uint64_t checksum(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    FILE *file = fopen(path, "rb");
    int byte;

    while (file != NULL && (byte = getc(file)) != EOF)
        hash = (hash ^ (uint64_t)byte) * UINT64_C(1099511628211);
    if (file != NULL)
        fclose(file);
    return hash;
}

/* The chunks that h5py 3.7 chose for these shapes. */
static void test_auto_chunk(void)
{
    static const struct {
        hsize_t shape[3];
        int dims;
        size_t size;
        hsize_t chunk[3];
    } cases[] = {
        { { 1000, 1000, 426 }, 3, 2, { 32, 63, 27 } },
        { { 500, 500, 426 }, 3, 2, { 32, 32, 54 } },
        { { 3186, 708, 426 }, 3, 2, { 100, 23, 27 } },
        { { 13548, 854, 426 }, 3, 2, { 424, 27, 14 } },
        { { 751, 1900, 426 }, 3, 2, { 24, 119, 27 } },
        { { 2947, 927, 426 }, 3, 2, { 93, 29, 27 } },
        { { 1000, 1000, 0 }, 2, 1, { 125, 125, 0 } },
        { { 1000, 1000, 0 }, 2, 4, { 63, 125, 0 } },
        { { 1000, 1000, 3 }, 3, 1, { 125, 250, 1 } },
        { { 1, 1, 426 }, 3, 2, { 1, 1, 426 } },
        { { 1, 7, 30 }, 3, 2, { 1, 7, 30 } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hsize_t chunk[3] = { 0 };

        hyp_auto_chunk(cases[i].shape, cases[i].dims, cases[i].size, chunk);
        CHECK(memcmp(chunk, cases[i].chunk, sizeof chunk) == 0);
    }
}

/* All pixels, read back through HDF5's own filter, are those of the scene. */
static void check_pixels(const hyp_synth *synth)
{
    const size_t bands = (size_t)synth->bands;
    const size_t row = (size_t)synth->cols * bands;
    int16_t *stored = malloc((size_t)synth->rows * row * sizeof *stored);
    int16_t *expected = malloc(row * sizeof *expected);
    hyp_scenery *scenery = NULL;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t cube =
        H5Dopen2(file, "SERC/Reflectance/Reflectance_Data", H5P_DEFAULT);

    CHECK(hyp_synth_scenery(synth, &scenery) == HYP_OK);
    CHECK(H5Dread(cube, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                  stored) >= 0);
    for (int64_t r = 0; r < synth->rows; r++) {
        hyp_scenery_dn(scenery, r, 0, synth->cols, 0, synth->bands, expected);
        CHECK(memcmp(stored + (size_t)r * row, expected,
                     row * sizeof *expected) == 0);
    }
    H5Dclose(cube);
    H5Fclose(file);
    hyp_scenery_free(&scenery);
    free(expected);
    free(stored);
}

/* Written by all ranks together, then by each alone: the same bytes. */
static void write_and_check(hyp_layout layout)
{
    const hyp_synth synth = small(layout);
    uint64_t together;
    int rank;

    name_file();
    CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_OK);
    MPI_Barrier(MPI_COMM_WORLD);
    check_pixels(&synth);
    together = checksum();
    remove_file();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(path + strlen(path), 16, ".%d", rank);
    CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_SELF) == HYP_OK);
    CHECK(checksum() == together);
    remove(path);
}

static void test_blocks(void)
{
    write_and_check(HYP_LAYOUT_BLOCKS);
}

static void test_bands(void)
{
    write_and_check(HYP_LAYOUT_BANDS);
}

static void test_tiny(void)
{
    hyp_synth synth = small(HYP_LAYOUT_BLOCKS);

    name_file();
    synth.rows = synth.cols = 1;
    synth.nodata_edge = 0;
    for (synth.bands = 1; synth.bands <= 426; synth.bands += 425) {
        synth.layout = HYP_LAYOUT_BLOCKS;
        CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_OK);
        check_pixels(&synth);
        remove_file();
        synth.layout = HYP_LAYOUT_BANDS;
        CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_OK);
        check_pixels(&synth);
        remove_file();
    }
}

/* The elements that the two layouts name or store differently. */
static void test_structure(void)
{
    static const char *const names[2][4] = {
        { "Metadata/Ancillary_Imagery/Aerosol_Optical_Depth",
          "Metadata/Flight_Trajectory", "Metadata/to-sensor_azimuth_angle",
          "Metadata/Logs/150649/Solar_Zenith_Angle" },
        { "Metadata/Ancillary_Imagery/Aerosol_Optical_Thickness",
          "Metadata/Ancillary_Imagery/Acquisition_Date",
          "Metadata/to-sensor_Azimuth_Angle",
          "Metadata/Logs/L003-1_20250612/BRDF_Config_JSON_for_Hytools" },
    };

    name_file();
    for (int layout = 0; layout < 2; layout++) {
        const hyp_synth synth = small((hyp_layout)layout);
        hid_t file, group;

        CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_OK);
        file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        group = H5Gopen2(file, "SERC/Reflectance", H5P_DEFAULT);
        for (int i = 0; i < 4; i++) {
            CHECK(H5Oexists_by_name(group, names[layout][i], H5P_DEFAULT) > 0);
            CHECK(H5Oexists_by_name(group, names[!layout][i], H5P_DEFAULT) <=
                  0);
        }
        H5Gclose(group);
        H5Fclose(file);
        remove_file();
    }
}

/* Every rank learns the same of a description that cannot be met. */
static void test_usage(void)
{
    hyp_synth wrong[4];

    for (int i = 0; i < 4; i++)
        wrong[i] = small(HYP_LAYOUT_BANDS);
    wrong[0].bands = 5000;
    wrong[1].rows = 0;
    wrong[2].rows = wrong[2].cols = 100000; /* one chunk a band */
    strcpy(wrong[3].site, "ABC");
    name_file();
    for (int i = 0; i < 4; i++)
        CHECK(hyp_tile_write_all(path, &wrong[i], MPI_COMM_WORLD) ==
              HYP_EUSAGE);
}

static void test_no_such_folder(void)
{
    const hyp_synth synth = small(HYP_LAYOUT_BLOCKS);

    CHECK(hyp_tile_write_all("/nonexistent/a.h5", &synth, MPI_COMM_WORLD) ==
          HYP_ECREATE);
    CHECK(hyp_last_error()->rank == 0);
    CHECK(strstr(hyp_last_error()->text, "'/nonexistent/a.h5': ") != NULL);
    CHECK(strchr(hyp_last_error()->text, '\n') == NULL);
}

/* A file that may not grow stands for a disk that is full. */
static void test_disk_full(void)
{
    const hyp_synth synth = small(HYP_LAYOUT_BLOCKS);
    struct rlimit before, limit;

    name_file();
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    for (rlim_t bytes = 1000; bytes < 250000; bytes = bytes * 3 / 2) {
        limit = before;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_EIO);
        CHECK(hyp_last_error()->rank == 0);
        setrlimit(RLIMIT_FSIZE, &before);
        remove_file();
    }
    CHECK(hyp_tile_write_all(path, &synth, MPI_COMM_WORLD) == HYP_OK);
    remove_file();
}

/* Fail each rank's 1st, 2nd, ... primitive until a run passes. */
static void test_every_single_failure(void)
{
    const hyp_synth synth = small(HYP_LAYOUT_BANDS);
    int rank, size, fired;
    long nth;

    name_file();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int victim = 0; victim < size; victim++)
        for (nth = 1, fired = 1; fired; nth++) {
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = hyp_tile_write_all(path, &synth, MPI_COMM_WORLD);
            fired = rank == victim && hyp_fault_fired();
            hyp_fault_arm(0);
            MPI_Bcast(&fired, 1, MPI_INT, victim, MPI_COMM_WORLD);
            CHECK((st != HYP_OK) == fired);
            CHECK(!fired || hyp_last_error()->rank == victim);
            remove_file();
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_auto_chunk);
    RUN(test_blocks);
    RUN(test_bands);
    RUN(test_tiny);
    RUN(test_structure);
    RUN(test_usage);
    RUN(test_no_such_folder);
    RUN(test_disk_full);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
