/*
 * tile_file.h - tiles written with HDF5 itself, in every way of storing a cube
 */
#ifndef HYP_TEST_TILE_FILE_H
#define HYP_TEST_TILE_FILE_H

#include <hdf5.h>

enum { ROWS = 21, COLS = 17, BANDS = 13, NODATA = -9999 };

enum {
    NONE = 0,
    DEFLATE = 1,
    SHUFFLE = 2,
    FLETCHER = 4,
    SHUFFLE_LAST = 8, /* an order that only HDF5 itself undoes */
    BIG_ENDIAN_INT = 16
};

/* How a test tile is stored. */
typedef struct layout {
    hsize_t chunk[3]; /* zeros: contiguous */
    unsigned filters;
    int rows;
} layout;

static char path[] = "/tmp/hyperslab-cube-XXXXXX";

static inline hid_t file_type(const layout *l, hid_t memory_type)
{
    if (H5Tequal(memory_type, H5T_NATIVE_INT32) > 0)
        return H5T_STD_I32LE;
    if (H5Tequal(memory_type, H5T_NATIVE_FLOAT) > 0)
        return H5T_IEEE_F32LE;
    return l->filters & BIG_ENDIAN_INT ? H5T_STD_I16BE : H5T_STD_I16LE;
}

static inline hid_t make_plist(const layout *l)
{
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);

    if (l->chunk[0] == 0)
        return plist;
    H5Pset_chunk(plist, 3, l->chunk);
    if (l->filters & SHUFFLE)
        H5Pset_shuffle(plist);
    if (l->filters & DEFLATE)
        H5Pset_deflate(plist, 4);
    if (l->filters & SHUFFLE_LAST)
        H5Pset_shuffle(plist);
    if (l->filters & FLETCHER)
        H5Pset_fletcher32(plist);
    return plist;
}

static inline void put_number(hid_t object, const char *name, double value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, H5T_IEEE_F64LE, space,
                                 H5P_DEFAULT, H5P_DEFAULT);

    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
    H5Sclose(space);
}

static inline void put_wavelengths(hid_t file, hsize_t count)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = H5Screate_simple(1, &count, NULL);
    double wavelength[BANDS + 1];
    hid_t set;

    for (int b = 0; b <= BANDS; b++)
        wavelength[b] = 400 + 100 * b;
    H5Pset_create_intermediate_group(links, 1);
    set = H5Dcreate2(file, "SERC/Reflectance/Metadata/Spectral_Data/Wavelength",
                     H5T_IEEE_F64LE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, wavelength);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(links);
}

/* Create the file; its cube is returned open, not yet written. */
static inline hid_t create(const layout *l, hid_t memory_type, hid_t plist,
                           hid_t *file)
{
    const hsize_t shape[3] = { (hsize_t)l->rows, COLS, BANDS };
    hid_t space = H5Screate_simple(3, shape, NULL), cube;

    *file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_wavelengths(*file, BANDS);
    cube = H5Dcreate2(*file, "SERC/Reflectance/Reflectance_Data",
                      file_type(l, memory_type), space, H5P_DEFAULT, plist,
                      H5P_DEFAULT);
    put_number(cube, "Data_Ignore_Value", NODATA);
    H5Sclose(space);
    return cube;
}

static inline void close_tile(hid_t file, hid_t cube, hid_t plist)
{
    H5Pclose(plist);
    H5Dclose(cube);
    H5Fclose(file);
}

#endif
