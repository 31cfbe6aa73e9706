/*
 * tile.c - open a tile on one rank, check it, and tell the other ranks
 */
#include "hyperslab/tile.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/h5.h"
#include "io/tile_metadata.h"
#include "io/tile_share.h"
#include "io/tile_storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Remember the first group of the root that holds Reflectance. */
static herr_t first_site(hid_t root, const char *name, const H5L_info_t *info,
                         void *tile_pointer)
{
    hyp_tile *tile = tile_pointer;
    char path[sizeof tile->site + sizeof "/Reflectance"];

    (void)info;
    if (strlen(name) >= sizeof tile->site)
        return 0;
    snprintf(path, sizeof path, "%s/Reflectance", name);
    if (H5Oexists_by_name(root, name, H5P_DEFAULT) <= 0 ||
        H5Lexists(root, path, H5P_DEFAULT) <= 0)
        return 0;
    snprintf(tile->site, sizeof tile->site, "%s", name);
    return 1;
}

static hyp_status find_cube(hyp_tile *tile, hid_t file, hid_t *cube)
{
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, first_site, tile);
    snprintf(tile->cube, sizeof tile->cube, "/%s/Reflectance/Reflectance_Data",
             tile->site[0] ? tile->site : "SITE");
    *cube = tile->site[0] ? H5Dopen2(file, tile->cube, H5P_DEFAULT)
                          : H5I_INVALID_HID;
    H5Eclear2(H5E_DEFAULT);
    if (*cube < 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': no reflectance cube: expected a dataset %s, "
                        "as in NEON's DP3.30006 tiles",
                        tile->path, tile->cube);
    return HYP_OK;
}

static hyp_status read_shape(hyp_tile *tile, hid_t cube)
{
    hid_t space = H5Dget_space(cube);
    int rank = H5Sget_simple_extent_ndims(space);
    hsize_t size[H5S_MAX_RANK] = { 0 };

    H5Sget_simple_extent_dims(space, size, NULL);
    H5Sclose(space);
    if (rank != 3)
        return hyp_fail(HYP_EFORMAT,
                        "'%s': %s has %d dimensions, expected 3: row, column, "
                        "band",
                        tile->path, tile->cube, rank);
    if (size[0] < 1 || size[1] < 1 || size[2] < 1 || size[0] > INT_MAX ||
        size[1] > INT_MAX || size[2] > INT_MAX)
        return hyp_fail(
            HYP_EFORMAT, "'%s': %s has the shape %llu x %llu x %llu",
            tile->path, tile->cube, (unsigned long long)size[0],
            (unsigned long long)size[1], (unsigned long long)size[2]);
    tile->rows = (int64_t)size[0];
    tile->cols = (int64_t)size[1];
    tile->bands = (int)size[2];
    return HYP_OK;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Say what H5Fopen() would not: missing, unreadable, not HDF5, or broken. */
hyp_status hyp_tile_open_file(const char *path, hid_t *file)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hyp_status st = HYP_OK;

    *file = H5I_INVALID_HID;
    H5Pset_file_locking(access, false, true);
    if (access < 0 || hyp_fault())
        st = hyp_fail(HYP_EIO, "cannot open '%s'", path);
    else if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        st = hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", path,
                      strerror(errno));
    else if (is_folder(path))
        st = hyp_fail(HYP_ENOINPUT, "'%s' is a folder, not a tile", path);
    else if (H5Fis_hdf5(path) <= 0)
        st = hyp_fail(HYP_EFORMAT, "'%s' is not an HDF5 file", path);
    else if ((*file = H5Fopen(path, H5F_ACC_RDONLY, access)) < 0)
        st = hyp_h5_fail(HYP_EFORMAT, "cannot read '%s' as HDF5", path);
    H5Eclear2(H5E_DEFAULT);
    H5Pclose(access);
    return st;
}

/* Fill in all of tile->..., given its path. */
static hyp_status read_tile(hyp_tile *tile)
{
    hid_t file, cube = H5I_INVALID_HID;
    hyp_status st = hyp_tile_open_file(tile->path, &file);

    if (st != HYP_OK)
        return st;
    HYP_TRY(find_cube(tile, file, &cube));
    HYP_TRY(read_shape(tile, cube));
    HYP_TRY(hyp_tile_storage_read(tile, cube));
    HYP_TRY(hyp_tile_metadata_read(tile, file, cube));
out:
    if (cube >= 0)
        H5Dclose(cube);
    H5Fclose(file);
    H5Eclear2(H5E_DEFAULT);
    return st;
}

/* Give the other ranks room for the arrays whose lengths they now know. */
static hyp_status make_room(hyp_tile *tile, bool fwhm)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&tile->wavelength, (size_t)tile->bands));
    HYP_TRY(hyp_alloc(&tile->stored, (size_t)tile->chunks));
    if (fwhm)
        HYP_TRY(hyp_alloc(&tile->fwhm, (size_t)tile->bands));
out:
    return st;
}

hyp_status hyp_tile_read(const char *path, hyp_tile **out)
{
    hyp_tile *tile;
    hyp_status st;

    *out = NULL;
    hyp_h5_quiet();
    HYP_TRY(hyp_alloc(&tile, 1));
    if (strlen(path) >= sizeof tile->path)
        st = hyp_fail(HYP_EUSAGE, "the path '%.100s...' is too long", path);
    else
        snprintf(tile->path, sizeof tile->path, "%s", path);
    if (st == HYP_OK)
        st = read_tile(tile);
    if (st != HYP_OK)
        hyp_tile_free(&tile);
    *out = tile;
out:
    return st;
}

/* Room for a tile of which only the numbers are known as yet. */
static hyp_status tile_of(const hyp_tile *about, hyp_tile **out)
{
    hyp_tile *tile;
    hyp_status st = hyp_alloc(&tile, 1);

    *out = tile;
    if (st != HYP_OK)
        return st;
    *tile = *about;
    tile->wavelength = tile->fwhm = NULL; /* root's pointers */
    tile->stored = NULL;
    st = make_room(tile, about->fwhm != NULL);
    if (st != HYP_OK)
        hyp_tile_free(out);
    return st;
}

hyp_status hyp_tile_share_all(hyp_tile **tile, int root, MPI_Comm comm)
{
    hyp_tile about = { 0 };
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == root)
        about = **tile;
    MPI_Bcast(&about, (int)sizeof about, MPI_BYTE, root, comm);
    if (rank != root)
        st = tile_of(&about, tile);
    st = hyp_agree(comm, st);
    if (st != HYP_OK) {
        if (rank != root)
            hyp_tile_free(tile);
        return st;
    }
    MPI_Bcast((*tile)->wavelength, about.bands, MPI_DOUBLE, root, comm);
    MPI_Bcast((*tile)->stored, (int)about.chunks, MPI_INT64_T, root, comm);
    if (about.fwhm)
        MPI_Bcast((*tile)->fwhm, about.bands, MPI_DOUBLE, root, comm);
    return HYP_OK;
}

hyp_status hyp_tile_open_all(const char *path, MPI_Comm comm, hyp_tile **out)
{
    hyp_status st = HYP_OK;
    int rank;

    *out = NULL;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = hyp_tile_read(path, out);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_tile_share_all(out, 0, comm));
out:
    if (st != HYP_OK)
        hyp_tile_free(out);
    return st;
}

void hyp_tile_free(hyp_tile **tile)
{
    if (*tile == NULL)
        return;
    free((*tile)->wavelength);
    free((*tile)->fwhm);
    free((*tile)->stored);
    free(*tile);
    *tile = NULL;
}
