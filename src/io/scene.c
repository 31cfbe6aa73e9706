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

/* How far the kept bands of a tile are from those of the first, at most. */
static double measure(const hyp_scene *scene, const hyp_scene_tile *t,
                      int *worst)
{
    double most = 0;

    *worst = 0;
    for (int b = 0; b < t->kept.count; b++) {
        double apart = fabs(t->tile->wavelength[t->kept.index[b]] -
                            hyp_scene_wavelength(scene, b));

        if (apart > most) {
            most = apart;
            *worst = b;
        }
    }
    return most;
}

/* Whether bands of the same numbers have the same wavelengths in a tile. */
static bool same_places(const hyp_tile *tile, const hyp_bands *kept,
                        const double *wanted)
{
    for (int b = 0; b < kept->count; b++)
        if (kept->index[b] >= tile->bands ||
            !(fabs(tile->wavelength[kept->index[b]] - wanted[b]) <=
              HYP_SAME_WAVELENGTH))
            return false;
    return true;
}

static hyp_status keep_nearest(const hyp_scene *scene, hyp_scene_tile *t,
                               const double *wanted, int count)
{
    hyp_status st = hyp_bands_nearest(&t->kept, t->tile->wavelength,
                                      t->tile->bands, wanted, count);

    if (st != HYP_EFORMAT)
        return st;
    return hyp_fail(st,
                    "'%s': not every one of the %d bands kept of '%s' has a "
                    "nearest band of its own",
                    t->tile->path, count, scene->tile[0].tile->path);
}

static hyp_status refuse_apart(const hyp_scene *scene, const hyp_scene_tile *t,
                               int band)
{
    return hyp_fail(HYP_EFORMAT,
                    "'%s' has no band at %g nm, as '%s' has: the nearest is at "
                    "%g nm; --match-bands takes the nearest",
                    t->tile->path, hyp_scene_wavelength(scene, band),
                    scene->tile[0].tile->path,
                    t->tile->wavelength[t->kept.index[band]]);
}

hyp_status hyp_scene_keep(hyp_scene *scene, const hyp_bands *kept, bool nearest,
                          double *apart)
{
    const hyp_tile *first = scene->tile[0].tile;
    double *wanted;
    hyp_status st = hyp_alloc(&wanted, (size_t)kept->count);

    *apart = 0;
    if (st != HYP_OK)
        return st;
    for (int b = 0; b < kept->count; b++)
        wanted[b] = first->wavelength[kept->index[b]];
    for (int i = 0; i < scene->tiles; i++) {
        hyp_scene_tile *t = &scene->tile[i];
        double here;
        int worst;

        if (same_places(t->tile, kept, wanted))
            HYP_TRY(hyp_bands_copy(&t->kept, kept));
        else
            HYP_TRY(keep_nearest(scene, t, wanted, kept->count));
        here = measure(scene, t, &worst);
        if (here > HYP_SAME_WAVELENGTH && !nearest)
            HYP_TRY(refuse_apart(scene, t, worst));
        *apart = here > *apart ? here : *apart;
    }
out:
    free(wanted);
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
