/*
 * scene.h - the tiles of one run, clustered as one data set
 *
 * The rows of a scene are those of its first tile, then those of the second,
 * and so on.  The same bands are kept in every tile.
 */
#ifndef HYP_SCENE_H
#define HYP_SCENE_H

#include "hyperslab/tile.h"

#define HYP_SAME_WAVELENGTH 0.5 /* nm: bands no further apart are one band */

/* Rows [begin, end) of a scene. */
typedef struct hyp_rows {
    int64_t begin, end;
} hyp_rows;

typedef struct hyp_scene_tile {
    hyp_tile *tile;    /* owned                                        */
    hyp_bands kept;    /* of the tile's bands; owned                   */
    int64_t first_row; /* of the tile, in the scene             */
} hyp_scene_tile;

typedef struct hyp_scene {
    int tiles;
    hyp_scene_tile *tile; /* [tiles]; owned */
    int64_t rows, cells;  /* of all tiles   */
} hyp_scene;

/*
 * Open the tiles of a scene.  Each file is opened once, by one rank; the ranks
 * take turns, and tell each other.
 *
 * Collective: yes
 * Shapes:     path [tiles], the same on every rank
 * Errors:     those of hyp_tile_open_all(); scene is then empty
 * Ownership:  the caller frees with hyp_scene_release()
 */
HYP_CHECKED hyp_status hyp_scene_open_all(hyp_scene *scene,
                                          const char *const *path, int tiles,
                                          MPI_Comm comm);

/* Bands that all tiles are to have; borrowed. */
typedef struct hyp_wanted {
    const hyp_bands *places;  /* where they are in the file that has them */
    const double *wavelength; /* [places->count], nm                      */
    const char *path;         /* of that file, for errors                 */
} hyp_wanted;

/*
 * Keep the wanted bands in all tiles: those at the same places, if their
 * wavelengths are the same to HYP_SAME_WAVELENGTH; else those of the nearest
 * wavelengths, which must be the same too unless nearest is set.
 *
 * Collective: no (every rank finds the same)
 * Errors:     HYP_EFORMAT, naming both files; HYP_ENOMEM
 * Result:     *apart: the greatest difference of wavelength, nm
 */
HYP_CHECKED hyp_status hyp_scene_match(hyp_scene *scene,
                                       const hyp_wanted *wanted, bool nearest,
                                       double *apart);

/*
 * Keep bands of the first tile, and match the others to it.
 *
 * Collective: no (every rank finds the same)
 * Shapes:     kept: of the first tile's bands; copied
 * Errors:     those of hyp_scene_match()
 * Result:     that of hyp_scene_match()
 */
HYP_CHECKED hyp_status hyp_scene_keep(hyp_scene *scene, const hyp_bands *kept,
                                      bool nearest, double *apart);

/* The wavelength of a kept band, nm, in the first tile.  Collective: no. */
static inline double hyp_scene_wavelength(const hyp_scene *scene, int band)
{
    const hyp_scene_tile *first = &scene->tile[0];

    return first->tile->wavelength[first->kept.index[band]];
}

/* The rows of a tile that lie among those given.  Collective: no. */
static inline hyp_rows hyp_scene_rows(const hyp_scene *scene, int tile,
                                      hyp_rows among)
{
    const int64_t top = scene->tile[tile].first_row;
    const int64_t bottom = top + scene->tile[tile].tile->rows;
    const int64_t begin = top > among.begin ? top : among.begin;
    const int64_t end = bottom < among.end ? bottom : among.end;

    return (hyp_rows){ begin, end > begin ? end : begin };
}

/* Free what scene owns.  Accepts { 0 }.  Collective: no. */
void hyp_scene_release(hyp_scene *scene);

#endif
