/* ranks: 1 2 3 4 7 */
/*
 * test_cube.c - tiles written here with HDF5 itself, in every way of storing
 * a cube, come back value by value; every single failure on every single rank
 * gives one status everywhere and leaves no HDF5 object open
 */
#include "hyperslab/cube.h"
#include "pixels.h"
#include "tile_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int rank, size;
static const hyp_cube_options defaults = { .quantum = 1e-4 };

/* The cube: smooth enough to compress, every value with its own place. */
static int16_t value_at(int64_t row, int64_t col, int b)
{
    if ((row * COLS + col) % 7 == 3 && b == (row + 2 * col) % BANDS)
        return NODATA;
    return (int16_t)(row * 601 + col * 31 + b * 7 - 200);
}

static void write_tile(const layout *l)
{
    int16_t *all = malloc((size_t)(l->rows * COLS * BANDS) * sizeof *all);
    hid_t plist = make_plist(l), file;
    hid_t cube = create(l, H5T_NATIVE_INT16, plist, &file);
    int64_t i = 0;

    for (int row = 0; row < l->rows; row++)
        for (int col = 0; col < COLS; col++)
            for (int b = 0; b < BANDS; b++)
                all[i++] = value_at(row, col, b);
    CHECK(H5Dwrite(cube, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   all) >= 0);
    close_tile(file, cube, plist);
    free(all);
}

static void check_nothing_open(void)
{
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}

/* The value that the slab should hold: of int16, unless a test says else. */
typedef int16_t expected(int64_t row, int64_t col, int b);

/* Ranks have consecutive rows, all of them together, and equal numbers of
   valid pixels: to 2 %, or to the two rows that meet at its ends. */
static void check_shares(const hyp_slab *slab, int64_t rows)
{
    int64_t all[2] = { slab->rows, slab->pixels }, before = 0;

    MPI_Exscan(&slab->rows, &before, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(slab->first_row == (rank == 0 ? 0 : before));
    MPI_Allreduce(MPI_IN_PLACE, all, 2, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(all[0] == rows);
    CHECK((double)slab->pixels <= 1.02 * (double)all[1] / size + COLS);
}

static void check_rows(const hyp_slab *slab, const hyp_bands *kept,
                       int64_t rows, expected *value)
{
    const int64_t first = slab->first_row, last = first + slab->rows;
    int64_t n = 0, wrong = 0;

    check_shares(slab, rows);
    CHECK(slab->bands == kept->count &&
          slab->cells[slab->rows] == slab->rows * COLS);
    for (int64_t i = 0; i < (last - first) * COLS; i++) {
        const int64_t row = first + i / COLS, col = i % COLS;
        bool valid = true;

        for (int k = 0; k < kept->count; k++)
            valid = valid && value(row, col, kept->index[k]) != NODATA;
        wrong += slab->valid[i] != valid;
        for (int k = 0; valid && n < slab->pixels && k < kept->count; k++)
            wrong += slab->dn[n * slab->stride + k] !=
                     value(row, col, kept->index[k]);
        n += valid;
    }
    CHECK(slab->pixels == n);
    CHECK(wrong == 0);
}

/* The tile at path as a scene of its own, of which the listed bands are kept. */
static hyp_status open_scene(hyp_scene *scene, const hyp_bands *kept)
{
    const char *paths[] = { path };
    double apart;
    hyp_status st = hyp_scene_open_all(scene, paths, 1, MPI_COMM_WORLD);

    if (st != HYP_OK)
        return st;
    st = hyp_agree(MPI_COMM_WORLD, hyp_scene_keep(scene, kept, false, &apart));
    CHECK(st != HYP_OK || apart == 0);
    return st;
}

/* Read the tile at path, and compare the listed bands. */
static void check_bands(const char *list, int64_t rows, expected *value)
{
    hyp_scene scene;
    hyp_bands kept;
    hyp_slab slab;

    CHECK(hyp_bands_listed(&kept, list, BANDS) == HYP_OK);
    CHECK(open_scene(&scene, &kept) == HYP_OK);
    if (scene.tiles) {
        const hyp_tile *tile = scene.tile[0].tile;
        hyp_status st =
            hyp_cube_read_all(&scene, &defaults, MPI_COMM_WORLD, &slab);

        CHECK(tile->rows == rows && tile->cols == COLS && tile->bands == BANDS);
        CHECK(tile->has_nodata && tile->nodata == NODATA);
        CHECK(tile->wavelength[BANDS - 1] == 400 + 100 * (BANDS - 1));
        CHECK(st == HYP_OK);
        if (st == HYP_OK)
            check_rows(&slab, &kept, rows, value);
        hyp_slab_release(&slab);
    }
    hyp_scene_release(&scene);
    hyp_bands_release(&kept);
    check_nothing_open();
    MPI_Barrier(MPI_COMM_WORLD); /* rank 0 goes on to write the next tile */
}

static void check_layout(layout l)
{
    if (l.rows == 0)
        l.rows = ROWS;
    if (rank == 0)
        write_tile(&l);
    MPI_Barrier(MPI_COMM_WORLD);
    check_bands("1-13", l.rows, value_at);
    check_bands("2,5,6,12", l.rows, value_at);
    check_bands("13", l.rows, value_at);
}

static void test_chunk_shapes(void)
{
    static const hsize_t shapes[][3] = {
        { ROWS, COLS, 1 },     /* whole bands */
        { ROWS, COLS, BANDS }, /* a single chunk */
        { 4, 5, 3 },           /* uneven edges in all directions */
        { 4, COLS, BANDS },    /* whole rows */
        { 8, 9, 13 },          { 1, 1, BANDS },
        { 10, 10, 1 },         { 20, 16, 12 }, /* slivers at every edge */
    };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        layout l = { .filters = DEFLATE };

        memcpy(l.chunk, shapes[i], sizeof l.chunk);
        check_layout(l);
    }
}

static void test_filters(void)
{
    static const unsigned filters[] = { NONE,
                                        SHUFFLE | DEFLATE,
                                        DEFLATE | FLETCHER,
                                        SHUFFLE | DEFLATE | FLETCHER,
                                        SHUFFLE,
                                        FLETCHER,
                                        DEFLATE | SHUFFLE_LAST,
                                        DEFLATE | BIG_ENDIAN_INT };

    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        check_layout((layout){ { 4, 9, 5 }, filters[i], 0 });
}

static void test_contiguous(void)
{
    check_layout((layout){ { 0, 0, 0 }, NONE, 0 });
    check_layout((layout){ { 0, 0, 0 }, BIG_ENDIAN_INT, 0 });
}

static void test_fewer_rows_than_ranks(void)
{
    check_layout((layout){ { 1, COLS, 1 }, DEFLATE, 1 });
    check_layout((layout){ { 2, COLS, 1 }, DEFLATE, 2 });
    check_layout((layout){ { 3, 4, 5 }, DEFLATE, 5 });
    check_layout((layout){ { 0, 0, 0 }, NONE, 3 });
}

/* Larger values than 16 bits hold, but for that in a band that is not kept. */
static int32_t wide_at(int64_t row, int64_t col, int b)
{
    return b == 6 ? 100000 : value_at(row, col, b);
}

static float reflectance_at(int64_t row, int64_t col, int b)
{
    const int16_t dn = value_at(row, col, b);

    if (dn == NODATA)
        return col % 2 ? NODATA : NAN;
    return (float)dn / 10000.0f;
}

/* Write the cube as another type. */
static void write_as(const layout *l, hid_t memory_type)
{
    const bool wide = H5Tequal(memory_type, H5T_NATIVE_INT32) > 0;
    int32_t *integers = malloc(ROWS * COLS * BANDS * sizeof *integers);
    float *floats = malloc(ROWS * COLS * BANDS * sizeof *floats);
    hid_t plist = make_plist(l), file;
    hid_t cube = create(l, memory_type, plist, &file);
    int64_t i = 0;

    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++)
            for (int b = 0; b < BANDS; b++, i++) {
                integers[i] = wide_at(row, col, b);
                floats[i] = reflectance_at(row, col, b);
            }
    CHECK(H5Dwrite(cube, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   wide ? (void *)integers : (void *)floats) >= 0);
    close_tile(file, cube, plist);
    free(integers);
    free(floats);
}

static void test_other_types(void)
{
    static const layout layouts[] = { { { 4, 9, 5 }, DEFLATE, ROWS },
                                      { { 4, 9, 5 }, SHUFFLE | DEFLATE, ROWS },
                                      { { ROWS, COLS, 1 }, DEFLATE, ROWS },
                                      { { 0, 0, 0 }, NONE, ROWS } };

    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (rank == 0)
            write_as(&layouts[i], H5T_NATIVE_INT32);
        MPI_Barrier(MPI_COMM_WORLD);
        check_bands("1-6,8-13", ROWS, value_at);
        if (rank == 0)
            write_as(&layouts[i], H5T_NATIVE_FLOAT);
        MPI_Barrier(MPI_COMM_WORLD);
        check_bands("1-13", ROWS, value_at);
    }
}

/* Read the listed bands of the tile at path, which should fail. */
static void check_refused(const char *list, hyp_status want, const char *text)
{
    hyp_scene scene;
    hyp_bands kept;
    hyp_slab slab;

    CHECK(hyp_bands_listed(&kept, list, BANDS) == HYP_OK);
    CHECK(open_scene(&scene, &kept) == HYP_OK);
    if (scene.tiles) {
        CHECK(hyp_cube_read_all(&scene, &defaults, MPI_COMM_WORLD, &slab) ==
              want);
        CHECK(slab.dn == NULL && slab.valid == NULL && slab.pixels == 0);
        CHECK(strstr(hyp_last_error()->text, text) != NULL);
        CHECK(strstr(hyp_last_error()->text, path) != NULL);
        CHECK(hyp_last_error()->rank >= 0 && hyp_last_error()->rank < size);
    }
    hyp_scene_release(&scene);
    hyp_bands_release(&kept);
    check_nothing_open();
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_values_that_do_not_fit(void)
{
    const layout l = { { 4, 9, 5 }, DEFLATE, ROWS };

    if (rank == 0)
        write_as(&l, H5T_NATIVE_INT32);
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused("1-13", HYP_EFORMAT, "band 7 does not fit");
}

/* Some chunks are never written, one was written without its filter. */
static const hsize_t odd_chunk[3] = { 7, COLS, 1 };
static int odd_fill;

static int16_t odd_value(int64_t row, int64_t col, int b)
{
    if (row / 7 == 1 && b % 3 == 1)
        return (int16_t)odd_fill;
    return value_at(row, col, b);
}

static void write_chunk(hid_t cube, hsize_t row, hsize_t b, bool raw)
{
    const hsize_t at[3] = { row, 0, b }, count[3] = { 7, COLS, 1 };
    hid_t space = H5Dget_space(cube);
    hid_t memory = H5Screate_simple(3, count, NULL);
    int16_t x[7 * COLS];

    for (hsize_t i = 0; i < 7 * COLS; i++)
        x[i] = value_at((int64_t)(row + i / COLS), (int64_t)(i % COLS), (int)b);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, at, NULL, count, NULL);
    if (raw)
        CHECK(H5Dwrite_chunk(cube, H5P_DEFAULT, 1, at, sizeof x, x) >= 0);
    else
        CHECK(H5Dwrite(cube, H5T_NATIVE_INT16, memory, space, H5P_DEFAULT, x) >=
              0);
    H5Sclose(memory);
    H5Sclose(space);
}

static void write_odd_tile(void)
{
    layout l = { .filters = DEFLATE, .rows = ROWS };
    const int16_t fill = (int16_t)odd_fill;
    hid_t plist, cube, file;

    memcpy(l.chunk, odd_chunk, sizeof l.chunk);
    plist = make_plist(&l);
    H5Pset_fill_value(plist, H5T_NATIVE_INT16, &fill);
    cube = create(&l, H5T_NATIVE_INT16, plist, &file);
    for (hsize_t row = 0; row < ROWS; row += 7)
        for (hsize_t b = 0; b < BANDS; b++)
            if (row != 7 || b % 3 != 1)
                write_chunk(cube, row, b, b % 5 == 2);
    close_tile(file, cube, plist);
}

static void test_missing_chunks_and_skipped_filters(void)
{
    static const int fills[] = { 0, 77, NODATA };

    for (int i = 0; i < 3; i++) {
        odd_fill = fills[i];
        if (rank == 0)
            write_odd_tile();
        MPI_Barrier(MPI_COMM_WORLD);
        check_bands("1-13", ROWS, odd_value);
        check_bands("2,3", ROWS, odd_value);
        check_bands("2", ROWS, odd_value); /* nearly nothing is stored */
    }
}

/* All chunks of a cube may be missing. */
static int16_t only_fill(int64_t row, int64_t col, int b)
{
    (void)row;
    (void)col;
    (void)b;
    return 42;
}

static void test_no_chunk_at_all(void)
{
    const layout l = { { 4, 9, 5 }, DEFLATE, ROWS };
    const int16_t fill = 42;

    if (rank == 0) {
        hid_t plist = make_plist(&l), file, cube;

        H5Pset_fill_value(plist, H5T_NATIVE_INT16, &fill);
        cube = create(&l, H5T_NATIVE_INT16, plist, &file);
        close_tile(file, cube, plist);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_bands("1-13", ROWS, only_fill);
}

/* Overwrite a chunk with bytes that do not inflate. */
static void damage(const hsize_t *at)
{
    char rubbish[37];
    hid_t file, cube;

    memset(rubbish, 'x', sizeof rubbish);
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    cube = H5Dopen2(file, "SERC/Reflectance/Reflectance_Data", H5P_DEFAULT);
    CHECK(H5Dwrite_chunk(cube, H5P_DEFAULT, 0, at, sizeof rubbish, rubbish) >=
          0);
    H5Dclose(cube);
    H5Fclose(file);
}

static void test_damaged_chunk(void)
{
    static const layout bands_apart = { { ROWS, COLS, 1 }, DEFLATE, ROWS };
    static const layout blocks = { { 4, 9, 5 }, SHUFFLE | DEFLATE, ROWS };
    const hsize_t band[3] = { 0, 0, 5 }, block[3] = { 8, 9, 5 };

    if (rank == 0) {
        write_tile(&bands_apart);
        damage(band);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused("1-13", HYP_EFORMAT, "chunk (0,0,5): damaged");
    check_bands("1-5,7-13", ROWS, value_at); /* what is not kept is not read */
    if (rank == 0) {
        write_tile(&blocks);
        damage(block);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused("1-13", HYP_EFORMAT, "chunk (8,9,5): damaged");
    check_bands("1-5,11-13", ROWS, value_at);
}

static void test_nodata_of_the_options(void)
{
    const hyp_cube_options options = { .has_nodata = true,
                                       .nodata = value_at(3, 3, 3),
                                       .quantum = 1e-4 };
    const layout l = { { 4, 9, 5 }, DEFLATE, ROWS };
    int64_t want = 0, found = 0;
    hyp_scene scene;
    hyp_bands kept;
    hyp_slab slab;

    if (rank == 0)
        write_tile(&l);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < ROWS * COLS; i++) {
        int hits = 0;

        for (int b = 0; b < BANDS; b++)
            hits += value_at(i / COLS, i % COLS, b) == value_at(3, 3, 3);
        want += hits == 0;
    }
    CHECK(hyp_bands_listed(&kept, "1-13", BANDS) == HYP_OK);
    CHECK(open_scene(&scene, &kept) == HYP_OK);
    CHECK(hyp_cube_read_all(&scene, &options, MPI_COMM_WORLD, &slab) == HYP_OK);
    MPI_Allreduce(&slab.pixels, &found, 1, MPI_INT64_T, MPI_SUM,
                  MPI_COMM_WORLD);
    CHECK(found == want && want < ROWS * COLS);
    hyp_slab_release(&slab);
    hyp_bands_release(&kept);
    hyp_scene_release(&scene);
}

/* Files that are no tiles: what is wrong with them, by number. */
static void write_no_tile(int fault)
{
    const hsize_t flat[2] = { 5, 5 }, small[3] = { 5, COLS, BANDS };
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space =
        H5Screate_simple(fault == 1 ? 2 : 3, fault == 1 ? flat : small, NULL);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t type = fault == 4 ? H5T_C_S1 : H5T_STD_I16LE;

    H5Pset_create_intermediate_group(links, 1);
    if (fault != 2)
        put_wavelengths(file, fault == 3 ? BANDS + 1 : BANDS);
    if (fault != 0)
        H5Dclose(H5Dcreate2(file, "SERC/Reflectance/Reflectance_Data", type,
                            space, links, H5P_DEFAULT, H5P_DEFAULT));
    H5Pclose(links);
    H5Sclose(space);
    H5Fclose(file);
}

static void check_no_tile(const char *name, hyp_status want)
{
    hyp_tile *tile;

    CHECK(hyp_tile_open_all(name, MPI_COMM_WORLD, &tile) == want);
    CHECK(tile == NULL);
    CHECK(hyp_last_error()->rank == 0);
    CHECK(strstr(hyp_last_error()->text, name) != NULL);
    hyp_tile_free(&tile);
    check_nothing_open();
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_no_tiles(void)
{
    for (int fault = 0; fault < 5; fault++) {
        if (rank == 0)
            write_no_tile(fault);
        MPI_Barrier(MPI_COMM_WORLD);
        check_no_tile(path, HYP_EFORMAT);
    }
    check_no_tile("/nowhere/tile.h5", HYP_ENOINPUT);
    check_no_tile("/dev/null", HYP_EFORMAT);
}

/* A file cut short, as a broken download leaves it. */
static void test_truncated_files(void)
{
    const layout l = { { 4, 9, 5 }, DEFLATE, ROWS };

    for (int keep = 0; keep < 4; keep++) {
        if (rank == 0) {
            write_tile(&l);
            CHECK(truncate(path, keep * 2000) == 0);
        }
        MPI_Barrier(MPI_COMM_WORLD);
        check_no_tile(path, HYP_EFORMAT);
    }
}

/* Open and read the tile at path. */
static hyp_status read_whole(void)
{
    hyp_slab slab = { 0 };
    hyp_scene scene;
    hyp_bands kept = { 0 };
    static int index[BANDS];
    hyp_status st;

    for (int b = 0; b < BANDS; b++)
        index[kept.count++] = b;
    kept.index = index;
    st = open_scene(&scene, &kept);
    if (st == HYP_OK)
        st = hyp_cube_read_all(&scene, &defaults, MPI_COMM_WORLD, &slab);
    CHECK((st == HYP_OK) == (slab.dn != NULL));
    if (st == HYP_OK)
        check_rows(&slab, &kept, scene.rows, value_at);
    hyp_slab_release(&slab);
    hyp_scene_release(&scene);
    check_nothing_open();
    return st;
}

static void test_every_single_failure(void)
{
    static const layout layouts[] = {
        { { ROWS, COLS, 1 }, DEFLATE, ROWS },
        { { 11, 9, 13 }, SHUFFLE | DEFLATE, ROWS },
        { { 0, 0, 0 }, NONE, 4 },
    };

    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (rank == 0)
            write_tile(&layouts[i]);
        MPI_Barrier(MPI_COMM_WORLD);
        fail_each(read_whole);
    }
}

static void remove_file(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        unlink(path);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0)
        close(mkstemp(path));
    MPI_Bcast(path, (int)sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
    RUN(test_chunk_shapes);
    RUN(test_filters);
    RUN(test_contiguous);
    RUN(test_fewer_rows_than_ranks);
    RUN(test_other_types);
    RUN(test_values_that_do_not_fit);
    RUN(test_missing_chunks_and_skipped_filters);
    RUN(test_no_chunk_at_all);
    RUN(test_damaged_chunk);
    RUN(test_nodata_of_the_options);
    RUN(test_no_tiles);
    RUN(test_truncated_files);
    RUN(test_every_single_failure);
    remove_file();
    MPI_Finalize();
    return test_status;
}
