/*
 * raster.c - write a GeoTIFF with all ranks
 *
 * Class maps are compressed, scores are not.  DEFLATE with the floating-point
 * predictor took 5 % off the scores of a NEON tile (ten components, at 76 MB/s
 * a core; 3 % without the predictor), and 9 to 19 % off smooth synthetic ones:
 * the low bits of a float32 score are noise.  So the sizes of float strips are
 * known beforehand, and they are written as they are filled.
 */
#include "io/raster.h"

#include "base/fault.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/copies.h"
#include "io/disk.h"
#include "io/raster_strips.h"
#include "io/tiff_layout.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEFLATE_LEVEL 6

typedef struct writer {
    const char *path;
    const hyp_raster *raster;
    const hyp_strips *strips;
    hyp_copies copies;
    hyp_strips_walk *walk; /* fills them ...                                 */
    void *walk_context;    /* ... from this                                  */
    bool deflate;
    int64_t *size;   /* [strips] stored bytes; owned                       */
    int64_t *offset; /* [strips] place in the file; owned                  */
    unsigned char **kept;   /* [own strips] compressed; owned, as is each    */
    unsigned char *scratch; /* [scratch_bytes] for one strip; owned        */
    size_t scratch_bytes;
    struct libdeflate_compressor *compressor;
    int64_t bytes; /* of the file                                          */
    hyp_disk_shared file;
} writer;

size_t hyp_raster_sample_bytes(hyp_sample sample)
{
    switch (sample) {
    case HYP_SAMPLE_UINT8: return 1;
    case HYP_SAMPLE_UINT16: return 2;
    case HYP_SAMPLE_FLOAT32: return 4;
    }
    return 0;
}

static hyp_status make_compressor(writer *w)
{
    const hyp_strips *strips = w->strips;
    const size_t own = (size_t)(strips->end - strips->begin);
    hyp_status st;

    HYP_TRY(hyp_alloc(&w->kept, own));
    if (!hyp_fault())
        w->compressor = libdeflate_alloc_compressor(DEFLATE_LEVEL);
    if (w->compressor == NULL)
        return hyp_fail(HYP_ENOMEM, "cannot allocate a compressor");
    w->scratch_bytes = libdeflate_zlib_compress_bound(
        w->compressor, (size_t)strips->height * strips->row_bytes);
    st = hyp_alloc(&w->scratch, w->scratch_bytes);
out:
    return st;
}

static hyp_status make_room(writer *w)
{
    const size_t count = (size_t)w->strips->count;
    hyp_status st;

    HYP_TRY(hyp_alloc(&w->size, count));
    HYP_TRY(hyp_alloc(&w->offset, count));
    if (w->deflate)
        st = make_compressor(w);
out:
    return st;
}

/* All that is done with a strip beside writing it into the TIFF. */
static hyp_status pass_on(writer *w, int64_t strip, const void *rows,
                          size_t bytes)
{
    if (w->raster->look)
        w->raster->look(w->raster->look_context, rows, bytes);
    return hyp_copies_put(&w->copies, strip, rows, bytes);
}

/* A hyp_strips_put. */
static hyp_status keep_compressed(void *context, int64_t strip,
                                  const void *rows, size_t bytes)
{
    writer *w = context;
    unsigned char **kept = &w->kept[strip - w->strips->begin];
    const size_t packed = libdeflate_zlib_compress(
        w->compressor, rows, bytes, w->scratch, w->scratch_bytes);
    hyp_status st;

    HYP_TRY(pass_on(w, strip, rows, bytes));
    if (packed == 0)
        return hyp_fail(HYP_EINTERNAL, "libdeflate cannot compress a strip");
    HYP_TRY(hyp_alloc(kept, packed));
    memcpy(*kept, w->scratch, packed);
    w->size[strip] = (int64_t)packed;
out:
    return st;
}

/* Every rank learns what every strip takes in the file. */
static hyp_status measure_all(writer *w, MPI_Comm comm)
{
    hyp_status st = HYP_OK;

    if (w->deflate)
        HYP_TRY(w->walk(w->walk_context, w->strips, keep_compressed, w, comm));
    else
        for (int64_t s = w->strips->begin; s < w->strips->end; s++)
            w->size[s] = (int64_t)hyp_strips_bytes(w->strips, s);
    MPI_Allreduce(MPI_IN_PLACE, w->size, (int)w->strips->count, MPI_INT64_T,
                  MPI_SUM, comm);
out:
    return st;
}

/* Make the file in its full length, with all of it but the strips. */
static hyp_status create(const char *path, const hyp_tiff_layout *layout)
{
    hyp_status st;
    int fd;

    HYP_TRY(hyp_disk_create(path, layout->bytes, &fd));
    st = hyp_disk_write(fd, layout->head, layout->head_bytes, 0);
    if (st == HYP_OK)
        st = hyp_disk_write(fd, layout->tail, layout->tail_bytes,
                            layout->tail_at);
    st = hyp_disk_close(fd, st);
out:
    return st;
}

/* On rank 0. */
static hyp_status lay_out(writer *w)
{
    const hyp_tiff_strips strips = { .deflate = w->deflate,
                                     .height = w->strips->height,
                                     .count = w->strips->count,
                                     .size = w->size };
    hyp_tiff_layout layout;
    hyp_status st;

    HYP_TRY(hyp_tiff_layout_init(&layout, w->raster, &strips, w->offset));
    st = create(w->path, &layout);
    w->bytes = layout.bytes;
    hyp_tiff_layout_release(&layout);
out:
    return st;
}

static hyp_status open_all(writer *w, MPI_Comm comm)
{
    const int count = (int)w->strips->count;
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = lay_out(w);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Bcast(w->offset, count, MPI_INT64_T, 0, comm);
    MPI_Bcast(&w->bytes, 1, MPI_INT64_T, 0, comm);
    st = hyp_disk_open_all(w->path, w->bytes, comm, &w->file);
out:
    return st;
}

static hyp_status write_strip(writer *w, int64_t strip, const void *data,
                              size_t bytes)
{
    return hyp_disk_write_shared(&w->file, w->offset[strip], data, bytes);
}

/* A hyp_strips_put. */
static hyp_status write_plain(void *context, int64_t strip, const void *rows,
                              size_t bytes)
{
    hyp_status st = pass_on(context, strip, rows, bytes);

    return st == HYP_OK ? write_strip(context, strip, rows, bytes) : st;
}

static hyp_status write_kept(writer *w)
{
    hyp_status st = HYP_OK;

    for (int64_t s = w->strips->begin; st == HYP_OK && s < w->strips->end; s++)
        st = write_strip(w, s, w->kept[s - w->strips->begin],
                         (size_t)w->size[s]);
    return st;
}

static void release(writer *w)
{
    const int64_t own = w->strips->end - w->strips->begin;

    for (int64_t s = 0; w->kept != NULL && s < own; s++)
        free(w->kept[s]);
    free(w->kept);
    free(w->scratch);
    free(w->offset);
    free(w->size);
    libdeflate_free_compressor(w->compressor);
}

size_t hyp_raster_row_bytes(const hyp_raster *raster)
{
    return (size_t)raster->cols * (size_t)raster->bands *
           hyp_raster_sample_bytes(raster->sample);
}

/* With the copies open. */
static hyp_status write_all(writer *w, MPI_Comm comm)
{
    hyp_status st;

    HYP_TRY(measure_all(w, comm));
    HYP_TRY(open_all(w, comm));
    if (w->deflate)
        st = write_kept(w);
    else
        st = w->walk(w->walk_context, w->strips, write_plain, w, comm);
    st = hyp_disk_close_all(&w->file, st, comm);
out:
    return st;
}

hyp_status hyp_raster_write_strips_all(const char *path,
                                       const hyp_raster *raster,
                                       const hyp_strips *strips,
                                       hyp_strips_walk *walk, void *context,
                                       MPI_Comm comm)
{
    writer w = { .path = path,
                 .raster = raster,
                 .strips = strips,
                 .walk = walk,
                 .walk_context = context,
                 .deflate = raster->sample != HYP_SAMPLE_FLOAT32 };
    hyp_status st;

    HYP_TRY(hyp_agree(comm, make_room(&w)));
    HYP_TRY(hyp_copies_open_all(&w.copies, raster, strips, comm));
    st = hyp_copies_close_all(&w.copies, write_all(&w, comm), comm);
out:
    release(&w);
    return st;
}

/* This rank's rows, as hyp_raster_write_all() is given them. */
typedef struct rows {
    hyp_raster_fill *fill;
    void *context;
} rows;

/* A hyp_strips_walk. */
static hyp_status walk_rows_all(void *context, const hyp_strips *strips,
                                hyp_strips_put *put, void *put_context,
                                MPI_Comm comm)
{
    const rows *here = context;

    return hyp_strips_walk_all(strips, here->fill, here->context, put,
                               put_context, comm);
}

hyp_status hyp_raster_write_all(const char *path, const hyp_raster *raster,
                                int64_t rows_here, hyp_raster_fill *fill,
                                void *context, MPI_Comm comm)
{
    rows here = { fill, context };
    hyp_strips strips;
    hyp_status st;

    HYP_TRY(hyp_strips_init_all(&strips, raster->rows,
                                hyp_raster_row_bytes(raster), 1, rows_here,
                                comm));
    st = hyp_raster_write_strips_all(path, raster, &strips, walk_rows_all,
                                     &here, comm);
    hyp_strips_release(&strips);
out:
    if (st != HYP_OK)
        hyp_fail_while(st, "'%s'", path);
    return st;
}
