/*
 * scene.c - the tiles of one run, clustered as one data set
 */
#include "hyperslab/scene.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/tile_share.h"

#include <math.h>
#include <stdlib.h>

/* Each rank opens every ranks-th of the tiles. */
static hyp_status read_own(hyp_scene *scene, const char *const *path, int rank,
                           int ranks)
{
    hyp_status st = HYP_OK;

    for (int i = rank; i < scene->tiles; i += ranks)
        HYP_TRY(hyp_tile_read(path[i], &scene->tile[i].tile));
out:
    return st;
}

static void lay_out(hyp_scene *scene)
{
    for (int i = 0; i < scene->tiles; i++) {
        hyp_scene_tile *t = &scene->tile[i];

        t->first_row = scene->rows;
        scene->rows += t->tile->rows;
        scene->cells += t->tile->rows * t->tile->cols;
    }
}

hyp_status hyp_scene_open_all(hyp_scene *scene, const char *const *path,
                              int tiles, MPI_Comm comm)
{
    int rank, ranks;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    *scene = (hyp_scene){ .tiles = tiles };
    st = hyp_alloc(&scene->tile, (size_t)tiles);
    if (st == HYP_OK)
        st = read_own(scene, path, rank, ranks);
    HYP_TRY(hyp_agree(comm, st));
    for (int i = 0; i < tiles; i++)
        HYP_TRY(hyp_tile_share_all(&scene->tile[i].tile, i % ranks, comm));
    lay_out(scene);
out:
    if (st != HYP_OK)
        hyp_scene_release(scene);
    return st;
}

/* How far the kept bands of a tile are from those wanted, at most. */
static double measure(const hyp_scene_tile *t, const hyp_wanted *wanted)
{
    double most = 0;

    for (int b = 0; b < t->kept.count; b++)
        most = fmax(most, fabs(t->tile->wavelength[t->kept.index[b]] -
                               wanted->wavelength[b]));
    return most;
}

/* Whether bands of the same numbers have the same wavelengths in a tile. */
static bool same_places(const hyp_tile *tile, const hyp_wanted *wanted)
{
    const hyp_bands *places = wanted->places;

    for (int b = 0; b < places->count; b++)
        if (places->index[b] >= tile->bands ||
            !(fabs(tile->wavelength[places->index[b]] -
                   wanted->wavelength[b]) <= HYP_SAME_WAVELENGTH))
            return false;
    return true;
}

static hyp_status keep_nearest(hyp_scene_tile *t, const hyp_wanted *wanted)
{
    const int count = wanted->places->count;
    hyp_status st =
        hyp_bands_nearest(&t->kept, t->tile->wavelength, t->tile->bands,
                          wanted->wavelength, count);

    if (st != HYP_EFORMAT)
        return st;
    return hyp_fail(st,
                    "'%s': not every one of the %d bands kept of '%s' has a "
                    "nearest band of its own",
                    t->tile->path, count, wanted->path);
}

static double nearest_to(const hyp_tile *tile, double wanted)
{
    double best = tile->wavelength[0];

    for (int b = 1; b < tile->bands; b++)
        if (fabs(tile->wavelength[b] - wanted) < fabs(best - wanted))
            best = tile->wavelength[b];
    return best;
}

/* Refuse a tile that lacks a wanted band, naming the farthest. */
static hyp_status refuse_missing(const hyp_tile *tile, const hyp_wanted *wanted)
{
    double most = 0, missed = 0, there = 0;

    for (int b = 0; b < wanted->places->count; b++) {
        const double here = nearest_to(tile, wanted->wavelength[b]);

        if (fabs(here - wanted->wavelength[b]) > most) {
            most = fabs(here - wanted->wavelength[b]);
            missed = wanted->wavelength[b];
            there = here;
        }
    }
    if (most <= HYP_SAME_WAVELENGTH)
        return HYP_OK;
    return hyp_fail(HYP_EFORMAT,
                    "'%s' has no band at %g nm, as '%s' has: the nearest is at "
                    "%g nm; --match-bands takes the nearest",
                    tile->path, missed, wanted->path, there);
}

hyp_status hyp_scene_match(hyp_scene *scene, const hyp_wanted *wanted,
                           bool nearest, double *apart)
{
    hyp_status st = HYP_OK;

    *apart = 0;
    for (int i = 0; i < scene->tiles; i++) {
        hyp_scene_tile *t = &scene->tile[i];

        if (same_places(t->tile, wanted)) {
            HYP_TRY(hyp_bands_copy(&t->kept, wanted->places));
        } else {
            if (!nearest)
                HYP_TRY(refuse_missing(t->tile, wanted));
            HYP_TRY(keep_nearest(t, wanted));
        }
        *apart = fmax(*apart, measure(t, wanted));
    }
out:
    return st;
}

hyp_status hyp_scene_keep(hyp_scene *scene, const hyp_bands *kept, bool nearest,
                          double *apart)
{
    const hyp_tile *first = scene->tile[0].tile;
    double *wavelength;
    hyp_status st = hyp_alloc(&wavelength, (size_t)kept->count);

    if (st != HYP_OK)
        return st;
    for (int b = 0; b < kept->count; b++)
        wavelength[b] = first->wavelength[kept->index[b]];
    st = hyp_scene_match(scene, &(hyp_wanted){ kept, wavelength, first->path },
                         nearest, apart);
    free(wavelength);
    return st;
}

void hyp_scene_release(hyp_scene *scene)
{
    for (int i = 0; scene->tile && i < scene->tiles; i++) {
        hyp_tile_free(&scene->tile[i].tile);
        hyp_bands_release(&scene->tile[i].kept);
    }
    free(scene->tile);
    *scene = (hyp_scene){ 0 };
}
