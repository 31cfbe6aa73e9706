/*
 * copies.c - write the pixels of a raster into other files on the way
 */
#include "io/copies.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/disk.h"

#include <stdlib.h>
#include <string.h>

static const hyp_copy *copy_of(const hyp_copies *copies, int i)
{
    return &copies->raster->copy[i];
}

/* Which copy it is that failed. */
static hyp_status named(const hyp_copies *copies, int i, hyp_status st)
{
    return st == HYP_OK
               ? st
               : hyp_fail_while(st, "copy '%s'", copy_of(copies, i)->path);
}

static hyp_status open_one_all(hyp_copies *copies, int i, MPI_Comm comm)
{
    const hyp_copy *copy = copy_of(copies, i);
    hyp_copy_place place = { 0 };
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = copy->lay_out(copy, copies->raster, &place);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Bcast(&place, sizeof place, MPI_BYTE, 0, comm);
    copies->at[i] = place.at;
    st = hyp_disk_open_all(copy->path, place.bytes, comm, &copies->file[i]);
out:
    return named(copies, i, st);
}

static hyp_status make_room(hyp_copies *copies)
{
    if (copies->raster->copies == 0 || copies->raster->bands == 1)
        return HYP_OK; /* every order is the same */
    return hyp_alloc(&copies->ordered, (size_t)copies->strips->height *
                                           copies->strips->row_bytes);
}

hyp_status hyp_copies_open_all(hyp_copies *copies, const hyp_raster *raster,
                               const hyp_strips *strips, MPI_Comm comm)
{
    hyp_status st;

    *copies = (hyp_copies){ .raster = raster, .strips = strips };
    HYP_TRY(hyp_agree(comm, make_room(copies)));
    for (int i = 0; i < raster->copies; i++) {
        HYP_TRY(open_one_all(copies, i, comm));
        copies->open++;
    }
    return HYP_OK;
out:
    return hyp_copies_close_all(copies, st, comm);
}

/* Every step-th sample; the size is known where this is inlined. */
static inline void take(char *to, const char *from, int64_t samples,
                        size_t step, size_t size)
{
    for (int64_t i = 0; i < samples; i++) {
        memcpy(to, from, size);
        to += size;
        from += step;
    }
}

/* One band of some pixels, whose bands follow each other. */
static void take_band(char *to, const char *pixels, int64_t count, int band,
                      int bands, size_t size)
{
    const char *from = pixels + (size_t)band * size;

    switch (size) {
    case 1: take(to, from, count, (size_t)bands, 1); break;
    case 2: take(to, from, count, (size_t)bands * 2, 2); break;
    case 4: take(to, from, count, (size_t)bands * 4, 4); break;
    }
}

/* [lines][bands][pixels] of [lines][pixels][bands]. */
static void order(const hyp_copies *copies, const char *rows, int64_t lines,
                  int64_t pixels)
{
    const int bands = copies->raster->bands;
    const size_t size = hyp_raster_sample_bytes(copies->raster->sample);
    const size_t band_bytes = (size_t)pixels * size;
    char *to = copies->ordered;

    for (int64_t line = 0; line < lines; line++) {
        for (int band = 0; band < bands; band++) {
            take_band(to, rows, pixels, band, bands, size);
            to += band_bytes;
        }
        rows += (size_t)bands * band_bytes;
    }
}

static hyp_status put_lines(hyp_copies *copies, int i, int64_t strip,
                            const void *rows, size_t bytes)
{
    const size_t row_bytes = copies->strips->row_bytes;
    const int64_t first = strip * copies->strips->height;

    if (copies->raster->bands > 1) {
        order(copies, rows, (int64_t)(bytes / row_bytes), copies->raster->cols);
        rows = copies->ordered;
    }
    return hyp_disk_write_shared(&copies->file[i],
                                 copies->at[i] + first * (int64_t)row_bytes,
                                 rows, bytes);
}

static hyp_status put_bands(hyp_copies *copies, int i, int64_t strip,
                            const void *rows, size_t bytes)
{
    const int bands = copies->raster->bands;
    const int64_t row_bytes = (int64_t)copies->strips->row_bytes / bands;
    const int64_t first = strip * copies->strips->height;
    const int64_t pixels =
        (int64_t)(bytes / copies->strips->row_bytes) * copies->raster->cols;
    hyp_status st = HYP_OK;

    if (bands == 1)
        return put_lines(copies, i, strip, rows, bytes);
    order(copies, rows, 1, pixels);
    bytes /= (size_t)bands;
    for (int64_t band = 0; st == HYP_OK && band < bands; band++)
        st = hyp_disk_write_shared(
            &copies->file[i],
            copies->at[i] + (band * copies->raster->rows + first) * row_bytes,
            copies->ordered + (size_t)band * bytes, bytes);
    return st;
}

hyp_status hyp_copies_put(hyp_copies *copies, int64_t strip, const void *rows,
                          size_t bytes)
{
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < copies->open; i++)
        st = named(copies, i,
                   copy_of(copies, i)->order == HYP_ORDER_LINES
                       ? put_lines(copies, i, strip, rows, bytes)
                       : put_bands(copies, i, strip, rows, bytes));
    return st;
}

hyp_status hyp_copies_close_all(hyp_copies *copies, hyp_status mine,
                                MPI_Comm comm)
{
    hyp_status st = mine;

    for (int i = 0; i < copies->open; i++) {
        const bool was_well = st == HYP_OK;

        st = hyp_disk_close_all(&copies->file[i], st, comm);
        if (was_well)
            st = named(copies, i, st);
    }
    free(copies->ordered);
    *copies = (hyp_copies){ 0 };
    return st;
}
