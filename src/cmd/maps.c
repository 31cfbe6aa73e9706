/*
 * maps.c - write one kind of map: of each tile, or one of all tiles
 *
 * Most tiles of a large scene lie on one rank, or on two neighbours.  First
 * each rank writes the maps of those that it has alone.  Of the tiles that are
 * shared, a rank has at most two, which follow each other: every other one is
 * written, then the rest, so that no rank waits for a chain of others.
 */
#include "cmd/maps.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/join.h"
#include "io/mosaic.h"

#include <stdlib.h>

typedef struct maps {
    const hyp_job *job;
    const hyp_map_kind *kind;
    int64_t
        *start; /* [ranks + 1]: first row of each rank in the scene; owned */
} maps;

/* Ranks first to last: those that have rows of a tile. */
typedef struct owners {
    int first, last;
} owners;

static owners owners_of(const maps *m, int tile)
{
    const hyp_scene_tile *t = &m->job->scene.tile[tile];
    owners o = { 0, 0 };

    while (m->start[o.first + 1] <= t->first_row)
        o.first++;
    o.last = o.first;
    while (m->start[o.last + 1] < t->first_row + t->tile->rows)
        o.last++;
    return o;
}

/* A hyp_raster_fill, of rows of the slab. */
static hyp_status fill_slab(void *context, int64_t row, int64_t rows, void *out)
{
    const maps *m = context;
    const hyp_map_kind *kind = m->kind;
    const hyp_slab *slab = &m->job->slab;
    const size_t size = (size_t)kind->raster.bands *
                        hyp_raster_sample_bytes(kind->raster.sample);
    const int64_t pixels = hyp_slab_pixels_in(slab, row, rows);
    const int64_t cells = slab->cells[row + rows] - slab->cells[row];
    void *values = out; /* in place, if every pixel is valid */
    hyp_status st = HYP_OK;

    if (pixels < cells)
        st = hyp_alloc_bytes(&values, (size_t)pixels, size);
    if (st != HYP_OK)
        return st;
    if (pixels > 0)
        kind->values(kind->context, slab->before[row], pixels, values);
    if (values != out) {
        hyp_slab_spread(slab, values, kind->nodata, size, row, rows, out);
        free(values);
    }
    return HYP_OK;
}

/* This rank's rows of a tile, from a row of the slab on. */
typedef struct rows {
    maps *m;
    int64_t first;
} rows;

static hyp_status fill_tile(void *context, int64_t row, int64_t count,
                            void *out)
{
    const rows *here = context;

    return fill_slab(here->m, here->first + row, count, out);
}

/* Copies lie where the map does. */
static void place_copies(const maps *m, int tile, hyp_raster *raster)
{
    const hyp_outputs *outputs = &m->job->outputs;

    for (int i = 0; i < raster->copies; i++) {
        hyp_copy *copy = &raster->copy[i];

        copy->path = hyp_output_map(outputs, tile, copy->path);
        if (copy->header)
            copy->header = hyp_output_map(outputs, tile, copy->header);
    }
}

static hyp_status finish_all(const maps *m, int tile, MPI_Comm comm)
{
    return m->kind->finish ? m->kind->finish(m->kind->context, tile, comm)
                           : HYP_OK;
}

/* A map of one tile, by the ranks of comm. */
static hyp_status write_one_all(maps *m, int tile, MPI_Comm comm)
{
    const hyp_slab *slab = &m->job->slab;
    const hyp_tile *t = m->job->scene.tile[tile].tile;
    const hyp_rows own = hyp_scene_rows(
        &m->job->scene, tile,
        (hyp_rows){ slab->first_row, slab->first_row + slab->rows });
    rows here = { m, own.begin - slab->first_row };
    hyp_raster raster = m->kind->raster;
    hyp_status st;

    raster.rows = t->rows;
    raster.cols = t->cols;
    raster.georef = t->georef;
    place_copies(m, tile, &raster);
    HYP_TRY(hyp_raster_write_all(
        hyp_output_map(&m->job->outputs, tile, m->kind->file), &raster,
        own.end - own.begin, fill_tile, &here, comm));
    st = finish_all(m, tile, comm);
out:
    return st;
}

/* What a group of ranks agreed on names its own ranks, from 0. */
static hyp_status rename_rank(hyp_status st, int first)
{
    hyp_error error = *hyp_last_error();

    if (st != HYP_OK && error.rank >= 0) {
        error.rank += first;
        hyp_set_error(&error);
    }
    return st;
}

static hyp_status write_alone(maps *m)
{
    const int rank = m->job->rank;
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < m->job->scene.tiles; i++) {
        const owners o = owners_of(m, i);

        if (o.first == rank && o.last == rank)
            st = rename_rank(write_one_all(m, i, MPI_COMM_SELF), rank);
    }
    return st;
}

/* The tile that this rank shares among every other one that is shared; -1:
   none. */
static int shared_tile(const maps *m, int parity, owners *of)
{
    int shared = 0;

    for (int i = 0; i < m->job->scene.tiles; i++) {
        *of = owners_of(m, i);
        if (of->first == of->last)
            continue;
        if (shared++ % 2 == parity && of->first <= m->job->rank &&
            m->job->rank <= of->last)
            return i;
    }
    return -1;
}

/* A rank that has failed still writes with the others of its tile. */
static hyp_status write_shared_all(maps *m, int parity)
{
    owners of;
    const int tile = shared_tile(m, parity, &of);
    hyp_status st = HYP_OK;
    MPI_Comm group;

    MPI_Comm_split(m->job->comm, tile >= 0 ? tile : MPI_UNDEFINED, m->job->rank,
                   &group);
    if (tile < 0)
        return st;
    st = rename_rank(write_one_all(m, tile, group), of.first);
    MPI_Comm_free(&group);
    return st;
}

static hyp_status write_each_all(maps *m)
{
    const hyp_status alone = write_alone(m);
    const hyp_status even = write_shared_all(m, 0);
    const hyp_status odd = write_shared_all(m, 1);

    return hyp_agree(m->job->comm, alone != HYP_OK  ? alone
                                   : even != HYP_OK ? even
                                                    : odd);
}

static hyp_status write_joined_all(maps *m)
{
    const hyp_job *job = m->job;
    hyp_raster raster = m->kind->raster;
    hyp_join join = { .parts = job->scene.tiles,
                      .nodata = m->kind->nodata,
                      .fill = fill_slab,
                      .context = m };
    hyp_join_part *part;
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, hyp_alloc(&part, (size_t)job->scene.tiles)));
    join.part = part;
    hyp_mosaic_place(&job->scene, &raster, part);
    place_copies(m, 0, &raster);
    HYP_TRY(hyp_join_write_all(hyp_output_map(&job->outputs, 0, m->kind->file),
                               &raster, &join, job->slab.rows, job->comm));
    st = finish_all(m, 0, job->comm);
out:
    free(part);
    return st;
}

hyp_status hyp_maps_write_all(const hyp_job *job, const hyp_map_kind *kind)
{
    maps m = { .job = job, .kind = kind };
    hyp_status st;

    if (job->outputs.joined)
        return write_joined_all(&m);
    HYP_TRY(hyp_agree(job->comm, hyp_alloc(&m.start, (size_t)job->size + 1)));
    MPI_Allgather(&job->slab.first_row, 1, MPI_INT64_T, m.start, 1, MPI_INT64_T,
                  job->comm);
    m.start[job->size] = job->scene.rows;
    st = write_each_all(&m);
out:
    free(m.start);
    return st;
}

hyp_status hyp_maps_write_vrt(const hyp_job *job, const char *file,
                              const hyp_map_kind *kind, int classes,
                              const int64_t *count)
{
    const hyp_mosaic mosaic = {
        .scene = &job->scene,
        .map = &kind->raster,
        .file = kind->file,
        .folder = (const char *const *)job->outputs.folder,
        .classes = classes,
        .count = count,
    };

    if (!job->outputs.vrt)
        return HYP_OK;
    return hyp_mosaic_write(hyp_output_path(&job->outputs, file), &mosaic);
}
