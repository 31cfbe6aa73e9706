/*
 * chunk.c - decode one chunk of a tile's cube into int16 DN
 *
 * Chunks are read raw and inflated with libdeflate, which is twice as fast as
 * the inflater inside HDF5; what it cannot decode goes through H5Dread().
 */
#include "io/chunk.h"

#include "base/fault.h"
#include "base/mem.h"
#include "io/h5.h"
#include "io/tile_storage.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHECKSUM_BYTES = 4, /* what the fletcher32 filter appends */
    FEW_CHUNKS = 2048   /* HDF5 1.10 passes over all to find where one lies */
};

hyp_chunk hyp_chunk_at(const hyp_tile *tile, int64_t index)
{
    const hyp_chunking *size = &tile->chunk;
    int64_t along_bands = (tile->bands + size->bands - 1) / size->bands;
    int64_t along_cols = (tile->cols + size->cols - 1) / size->cols;
    int64_t slot = index % along_bands;
    int64_t place = index / along_bands;

    return (hyp_chunk){
        .index = index,
        .row = place / along_cols * size->rows,
        .col = place % along_cols * size->cols,
        .band = (int)slot * size->bands,
        .slot = (int)slot,
    };
}

int64_t hyp_chunk_elements(const hyp_tile *tile)
{
    return tile->chunk.rows * tile->chunk.cols * tile->chunk.bands;
}

static int64_t most_stored(const hyp_tile *tile)
{
    int64_t most = 0;

    for (int64_t i = 0; tile->chunk.raw && i < tile->chunks; i++)
        most = tile->stored[i] > most ? tile->stored[i] : most;
    return most;
}

hyp_status hyp_chunk_reader_init(hyp_chunk_reader *reader, const hyp_tile *tile,
                                 const hyp_bands *kept, double quantum,
                                 hid_t dataset)
{
    const size_t bytes = (size_t)hyp_chunk_elements(tile) *
                         (size_t)hyp_element_size(tile->element);
    hyp_status st = HYP_OK;

    *reader = (hyp_chunk_reader){
        .tile = tile, .kept = kept, .quantum = quantum, .dataset = dataset
    };
    reader->fd = tile->chunk.raw && tile->chunks <= FEW_CHUNKS
                     ? open(tile->path, O_RDONLY)
                     : -1;
    reader->inflater = libdeflate_alloc_decompressor();
    if (reader->inflater == NULL)
        st = hyp_fail(HYP_ENOMEM, "no memory for a decompressor");
    if (st == HYP_OK)
        st = hyp_alloc_bytes(&reader->stored, (size_t)most_stored(tile), 1);
    if (st == HYP_OK && tile->chunk.shuffle)
        st = hyp_alloc_bytes(&reader->elements, bytes, 1);
    if (st == HYP_OK && tile->element != HYP_ELEMENT_INT16)
        st = hyp_alloc_bytes(&reader->unshuffled, bytes, 1);
    if (st != HYP_OK)
        hyp_chunk_reader_release(reader);
    return st;
}

static hyp_status chunk_error(hyp_status code, const hyp_chunk_reader *reader,
                              const hyp_chunk *chunk, const char *what)
{
    return hyp_h5_fail(code, "'%s': %s: chunk (%lld,%lld,%d): %s",
                       reader->tile->path, reader->tile->cube,
                       (long long)chunk->row, (long long)chunk->col,
                       chunk->band, what);
}

static hid_t memory_type(hyp_element element)
{
    switch (element) {
    case HYP_ELEMENT_INT16: return H5T_NATIVE_INT16;
    case HYP_ELEMENT_INT32: return H5T_NATIVE_INT32;
    case HYP_ELEMENT_FLOAT32: return H5T_NATIVE_FLOAT;
    }
    return H5I_INVALID_HID;
}

static hsize_t lesser(int64_t a, int64_t b)
{
    return (hsize_t)(a < b ? a : b);
}

/* Let HDF5 read the chunk through its filter pipeline. */
static hyp_status read_by_library(hyp_chunk_reader *reader,
                                  const hyp_chunk *chunk, void *out)
{
    const hyp_tile *tile = reader->tile;
    const hyp_chunking *size = &tile->chunk;
    const hsize_t at[3] = { (hsize_t)chunk->row, (hsize_t)chunk->col,
                            (hsize_t)chunk->band };
    const hsize_t whole[3] = { (hsize_t)size->rows, (hsize_t)size->cols,
                               (hsize_t)size->bands };
    const hsize_t part[3] = { lesser(size->rows, tile->rows - chunk->row),
                              lesser(size->cols, tile->cols - chunk->col),
                              lesser(size->bands, tile->bands - chunk->band) };
    const hsize_t zero[3] = { 0, 0, 0 };
    hid_t file = H5Dget_space(reader->dataset);
    hid_t memory = H5Screate_simple(3, whole, NULL);
    herr_t result;

    H5Sselect_hyperslab(file, H5S_SELECT_SET, at, NULL, part, NULL);
    H5Sselect_hyperslab(memory, H5S_SELECT_SET, zero, NULL, part, NULL);
    result = H5Dread(reader->dataset, memory_type(tile->element), memory, file,
                     H5P_DEFAULT, out);
    H5Sclose(memory);
    H5Sclose(file);
    return result < 0 ? chunk_error(HYP_EIO, reader, chunk, "cannot read")
                      : HYP_OK;
}

/* Undo HDF5's shuffle: all first bytes, then all second bytes, ... */
static void unshuffle(const unsigned char *in, int64_t count, int size,
                      unsigned char *out)
{
    for (int byte = 0; byte < size; byte++)
        for (int64_t i = 0; i < count; i++)
            out[i * size + byte] = in[byte * count + i];
}

/*
 * Read and inflate.  A zlib stream carries a checksum of its own (Adler-32,
 * verified by libdeflate), so that of the fletcher32 filter is dropped unread.
 */
static hyp_status read_raw(hyp_chunk_reader *reader, const hyp_chunk *chunk,
                           void *out)
{
    const hyp_tile *tile = reader->tile;
    const hsize_t at[3] = { (hsize_t)chunk->row, (hsize_t)chunk->col,
                            (hsize_t)chunk->band };
    const int size = hyp_element_size(tile->element);
    const size_t bytes = (size_t)hyp_chunk_elements(tile) * (size_t)size;
    const size_t tail = tile->chunk.fletcher32 ? CHECKSUM_BYTES : 0;
    size_t stored = (size_t)tile->stored[chunk->index];
    void *inflated = tile->chunk.shuffle ? reader->elements : out;
    uint32_t skipped;

    if (H5Dread_chunk(reader->dataset, H5P_DEFAULT, at, &skipped,
                      reader->stored) < 0)
        return chunk_error(HYP_EIO, reader, chunk, "cannot read");
    if (skipped) /* the writer left filters out for this chunk */
        return read_by_library(reader, chunk, out);
    if (stored <= tail || libdeflate_zlib_decompress(
                              reader->inflater, reader->stored, stored - tail,
                              inflated, bytes, NULL) != LIBDEFLATE_SUCCESS)
        return chunk_error(HYP_EFORMAT, reader, chunk,
                           "damaged: it does not inflate");
    if (tile->chunk.shuffle)
        unshuffle(inflated, (int64_t)(bytes / (size_t)size), size, out);
    return HYP_OK;
}

static double element_at(const hyp_tile *tile, const void *elements, int64_t i)
{
    return tile->element == HYP_ELEMENT_INT32
               ? (double)((const int32_t *)elements)[i]
               : (double)((const float *)elements)[i];
}

/* A stored value as DN; false if it does not fit. */
static bool to_dn(const hyp_chunk_reader *reader, double value, int16_t *dn)
{
    const hyp_tile *tile = reader->tile;
    bool nodata = tile->has_nodata &&
                  (value == tile->nodata || value == (float)tile->nodata);

    if (nodata || isnan(value)) {
        *dn = HYP_CONVERTED_NODATA;
        return true;
    }
    if (tile->element == HYP_ELEMENT_FLOAT32)
        value = rint(value / (tile->scale * reader->quantum));
    if (!(value > HYP_CONVERTED_NODATA && value <= INT16_MAX))
        return false;
    *dn = (int16_t)value;
    return true;
}

static hyp_status does_not_fit(const hyp_chunk_reader *reader, int64_t row,
                               int64_t col, int band, double value)
{
    const hyp_tile *tile = reader->tile;

    return hyp_fail(
        HYP_EFORMAT,
        "'%s': %s: value %.10g of row %lld, column %lld, band %d does "
        "not fit: expected at most 32767 either way%s",
        tile->path, tile->cube, value, (long long)row + 1, (long long)col + 1,
        band + 1,
        tile->element == HYP_ELEMENT_FLOAT32 ? "; try a larger --quantum" : "");
}

/* Convert the kept bands of the pixels within the cube. */
static hyp_status convert(const hyp_chunk_reader *reader,
                          const hyp_chunk *chunk, const void *elements,
                          int16_t *dn)
{
    const hyp_tile *tile = reader->tile;
    const hyp_chunking *size = &tile->chunk;
    const hyp_bands *kept = reader->kept;
    const int64_t rows = (int64_t)lesser(size->rows, tile->rows - chunk->row);
    const int64_t cols = (int64_t)lesser(size->cols, tile->cols - chunk->col);
    int first = 0, last;

    while (first < kept->count && kept->index[first] < chunk->band)
        first++;
    last = first;
    while (last < kept->count && kept->index[last] < chunk->band + size->bands)
        last++;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++)
            for (int k = first; k < last; k++) {
                int64_t i = (r * size->cols + c) * size->bands +
                            kept->index[k] - chunk->band;
                double value = element_at(tile, elements, i);

                if (!to_dn(reader, value, &dn[i]))
                    return does_not_fit(reader, chunk->row + r, chunk->col + c,
                                        kept->index[k], value);
            }
    return HYP_OK;
}

hyp_status hyp_chunk_read(hyp_chunk_reader *reader, const hyp_chunk *chunk,
                          int16_t *dn)
{
    const hyp_tile *tile = reader->tile;
    void *elements = reader->unshuffled ? reader->unshuffled : dn;
    hyp_status st;

    if (hyp_fault())
        return chunk_error(HYP_EIO, reader, chunk, "cannot read");
    if (tile->chunk.raw && tile->stored[chunk->index] > 0)
        st = read_raw(reader, chunk, elements);
    else
        st = read_by_library(reader, chunk, elements);
    if (st == HYP_OK && elements != dn)
        st = convert(reader, chunk, elements, dn);
    return st;
}

/* Many small chunks follow each other in the file: reading ahead of them is the
   kernel's own idea. */
void hyp_chunk_announce(const hyp_chunk_reader *reader, const hyp_chunk *chunk)
{
    const hsize_t at[3] = { (hsize_t)chunk->row, (hsize_t)chunk->col,
                            (hsize_t)chunk->band };
    unsigned skipped;
    haddr_t address;
    hsize_t bytes;

    if (reader->fd < 0 || reader->tile->stored[chunk->index] == 0)
        return;
    if (H5Dget_chunk_info_by_coord(reader->dataset, at, &skipped, &address,
                                   &bytes) >= 0)
        posix_fadvise(reader->fd, (off_t)address, (off_t)bytes,
                      POSIX_FADV_WILLNEED);
}

void hyp_chunk_reader_release(hyp_chunk_reader *reader)
{
    if (reader->inflater)
        libdeflate_free_decompressor(reader->inflater);
    if (reader->fd > 0)
        close(reader->fd);
    free(reader->stored);
    free(reader->elements);
    free(reader->unshuffled);
    *reader = (hyp_chunk_reader){ 0 };
}
