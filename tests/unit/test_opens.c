/* ranks: 1 2 3 5 */
/*
 * test_opens.c - tiles of a scene are opened once for what they say, and once
 * by each rank that reads from them: not by every rank
 */
#define _GNU_SOURCE /* RTLD_NEXT */

#include "hyperslab/comm.h"
#include "hyperslab/cube.h"
#include "test.h"
#include "tile_file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TILES = 6 };

static int rank, size;
static char root[] = "/tmp/hyperslab-opens-XXXXXX";
static long opens; /* of tiles, by this process */

/* The libraries find these in place of the C library's. */
int open64(const char *name, int flags, ...);

typedef int opener(const char *name, int flags, ...);

static int open_counted(const char *symbol, const char *name, int flags,
                        mode_t mode)
{
    opener *real;

    *(void **)&real = dlsym(RTLD_NEXT, symbol);
    opens += strncmp(name, root, strlen(root)) == 0;
    return real(name, flags, mode);
}

static mode_t mode_of(int flags, va_list list)
{
    return flags & O_CREAT ? (mode_t)va_arg(list, unsigned) : 0;
}

int open(const char *name, int flags, ...)
{
    va_list list;
    int fd;

    va_start(list, flags);
    fd = open_counted("open", name, flags, mode_of(flags, list));
    va_end(list);
    return fd;
}

int open64(const char *name, int flags, ...)
{
    va_list list;
    int fd;

    va_start(list, flags);
    fd = open_counted("open64", name, flags, mode_of(flags, list));
    va_end(list);
    return fd;
}

static void write_tile(const char *name)
{
    static int16_t value[ROWS][COLS][BANDS];
    const layout l = { { 4, 5, 3 }, DEFLATE, ROWS };
    hid_t plist = make_plist(&l), file;
    hid_t cube = create(&l, H5T_NATIVE_INT16, plist, &file);

    CHECK(H5Dwrite(cube, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   value) >= 0);
    close_tile(file, cube, plist);
    CHECK(rename(path, name) == 0);
}

/* How often tiles were opened since the last question, on all ranks. */
static long opened_all(MPI_Comm comm)
{
    long all = opens;

    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_LONG, MPI_SUM, comm);
    opens = 0;
    return all;
}

/* Opens of a tile for what it says, and to read from it. */
typedef struct counts {
    long metadata, cube;
} counts;

static counts count_all(const char *const *paths, int tiles, MPI_Comm comm)
{
    const hyp_cube_options options = { .quantum = 1e-4 };
    hyp_scene scene;
    hyp_bands kept;
    hyp_slab slab;
    double apart;
    counts found;

    opened_all(comm);
    CHECK(hyp_scene_open_all(&scene, paths, tiles, comm) == HYP_OK);
    found.metadata = opened_all(comm);
    CHECK(hyp_bands_listed(&kept, "2-9", BANDS) == HYP_OK);
    CHECK(hyp_scene_keep(&scene, &kept, false, &apart) == HYP_OK);
    CHECK(hyp_cube_read_all(&scene, &options, comm, &slab) == HYP_OK);
    found.cube = opened_all(comm);
    hyp_slab_release(&slab);
    hyp_bands_release(&kept);
    hyp_scene_release(&scene);
    return found;
}

static void test_each_tile_is_opened_by_those_who_read_it(void)
{
    char name[TILES][64];
    const char *paths[TILES];
    counts one, all;

    for (int i = 0; i < TILES; i++) {
        snprintf(name[i], sizeof name[i], "%s/%d.h5", root, i);
        paths[i] = name[i];
        if (rank == 0)
            write_tile(name[i]);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    one = count_all(paths, 1, MPI_COMM_SELF);
    CHECK(one.metadata > 0 && one.cube > 0);
    MPI_Barrier(MPI_COMM_WORLD);
    all = count_all(paths, TILES, MPI_COMM_WORLD);
    CHECK(all.metadata == TILES * one.metadata);
    /* The ranks' runs of chunks end within size - 1 tiles. */
    CHECK(all.cube <= (TILES + size - 1) * one.cube);
    if (rank == 0)
        for (int i = 0; i < TILES; i++)
            unlink(name[i]);
}

int main(int argc, char **argv)
{
    int descriptor;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0 && (mkdtemp(root) == NULL ||
                      (descriptor = mkstemp(path)) < 0 || close(descriptor)))
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    RUN(test_each_tile_is_opened_by_those_who_read_it);
    if (rank == 0)
        rmdir(root);
    MPI_Finalize();
    return test_status;
}
