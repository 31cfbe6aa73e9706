/*
 * tile_storage.c - how the cube of a tile lies in its file
 */
#include "io/tile_storage.h"

#include "base/mem.h"
#include "io/h5.h"

#include <stdio.h>
#include <string.h>

enum { OWN_CHUNK_BYTES = 4 << 20 }; /* of cubes that the file leaves whole */

/* Choose the element, and say whether the file holds exactly that type. */
static hyp_status read_element(hyp_tile *tile, hid_t cube, bool *native)
{
    hid_t type = H5Dget_type(cube);
    H5T_class_t class = H5Tget_class(type);
    hyp_status st = HYP_OK;

    if (class == H5T_INTEGER && H5Tget_size(type) <= 4)
        tile->element =
            H5Tget_size(type) == 1 ||
                    (H5Tget_size(type) == 2 && H5Tget_sign(type) == H5T_SGN_2)
                ? HYP_ELEMENT_INT16
                : HYP_ELEMENT_INT32;
    else if (class == H5T_FLOAT)
        tile->element = HYP_ELEMENT_FLOAT32;
    else
        st = hyp_fail(HYP_EFORMAT,
                      "'%s': %s holds neither integers of up to 32 bits nor "
                      "floating point numbers",
                      tile->path, tile->cube);
    *native = H5Tequal(type, H5T_STD_I16LE) > 0 ||
              H5Tequal(type, H5T_STD_I32LE) > 0 ||
              H5Tequal(type, H5T_IEEE_F32LE) > 0;
    H5Tclose(type);
    return st;
}

const char *hyp_element_name(hyp_element element)
{
    static const char *const name[] = { "int16", "int32", "float32" };

    return name[element];
}

int hyp_element_size(hyp_element element)
{
    return element == HYP_ELEMENT_INT16 ? 2 : 4;
}

/*
 * Note the filters, and whether they are exactly those that we decode
 * ourselves: deflate, before it perhaps shuffle, after it perhaps fletcher32.
 */
static void read_filters(hyp_tile *tile, hid_t plist)
{
    hyp_chunking *chunk = &tile->chunk;
    int filters = H5Pget_nfilters(plist);
    bool deflate = false, other = false;

    for (int i = 0; i < filters; i++) {
        unsigned flags, config, level[8] = { 0 };
        size_t levels = 8, used = strlen(chunk->filters);
        char name[64] = "";
        H5Z_filter_t id = H5Pget_filter2(plist, (unsigned)i, &flags, &levels,
                                         level, sizeof name, name, &config);

        if (id == H5Z_FILTER_SHUFFLE && i == 0)
            chunk->shuffle = true;
        else if (id == H5Z_FILTER_DEFLATE && !deflate && !chunk->fletcher32)
            deflate = true;
        else if (id == H5Z_FILTER_FLETCHER32 && deflate && i == filters - 1)
            chunk->fletcher32 = true;
        else
            other = true;
        if (id == H5Z_FILTER_DEFLATE)
            snprintf(name, sizeof name, "gzip %u", level[0]);
        snprintf(chunk->filters + used, sizeof chunk->filters - used, "%s%s",
                 used ? ", " : "", name);
    }
    chunk->raw = deflate && !other;
}

/* Chunks of our own for a cube that is stored in one piece: a few rows. */
static void choose_chunks(hyp_tile *tile)
{
    int64_t row = tile->cols * tile->bands * hyp_element_size(tile->element);
    int64_t rows = OWN_CHUNK_BYTES / row;

    tile->chunk.rows = rows < 1 ? 1 : rows > tile->rows ? tile->rows : rows;
    tile->chunk.cols = tile->cols;
    tile->chunk.bands = tile->bands;
}

static int64_t parts(int64_t whole, int64_t part)
{
    return (whole + part - 1) / part;
}

/* The bytes that each chunk takes in the file, which is what inflating costs */
static hyp_status read_chunk_sizes(hyp_tile *tile, hid_t cube)
{
    const hyp_chunking *chunk = &tile->chunk;
    int64_t n = 0;
    hyp_status st;

    tile->chunks = parts(tile->rows, chunk->rows) *
                   parts(tile->cols, chunk->cols) *
                   parts(tile->bands, chunk->bands);
    st = hyp_alloc(&tile->stored, (size_t)tile->chunks);
    if (st != HYP_OK)
        return st;
    for (int64_t r = 0; r < tile->rows; r += chunk->rows)
        for (int64_t c = 0; c < tile->cols; c += chunk->cols)
            for (int b = 0; b < tile->bands; b += chunk->bands, n++) {
                hsize_t at[3] = { (hsize_t)r, (hsize_t)c, (hsize_t)b };
                hsize_t bytes = 0;

                if (!chunk->in_file)
                    bytes = OWN_CHUNK_BYTES;
                else if (H5Dget_chunk_storage_size(cube, at, &bytes) < 0)
                    bytes = 0; /* never written */
                tile->stored[n] = (int64_t)bytes;
            }
    return HYP_OK;
}

hyp_status hyp_tile_storage_read(hyp_tile *tile, hid_t cube)
{
    bool native = false;
    hid_t plist;
    hyp_status st = read_element(tile, cube, &native);

    if (st != HYP_OK)
        return st;
    plist = H5Dget_create_plist(cube);
    tile->chunk = (hyp_chunking){ 0 };
    if (H5Pget_layout(plist) == H5D_CHUNKED) {
        hsize_t size[3];

        H5Pget_chunk(plist, 3, size);
        tile->chunk.in_file = true;
        tile->chunk.rows = (int64_t)size[0];
        tile->chunk.cols = (int64_t)size[1];
        tile->chunk.bands = (int)size[2];
        read_filters(tile, plist);
        tile->chunk.raw = tile->chunk.raw && native;
    } else {
        choose_chunks(tile);
    }
    if (H5Pget_fill_value(plist, H5T_NATIVE_DOUBLE, &tile->fill) < 0)
        tile->fill = 0;
    st = read_chunk_sizes(tile, cube);
    H5Pclose(plist);
    H5Eclear2(H5E_DEFAULT);
    return st;
}
