/*
 * mosaic.h - how a scene's tiles lie side by side, and a VRT that joins maps
 *
 * A VRT is a small XML file that GDAL, and what is built on it, opens as one
 * raster.  Of tiles that overlap, a later one lies on top, where it has data.
 * Source: GDAL documentation, "VRT -- GDAL Virtual Format".
 */
#ifndef HYP_IO_MOSAIC_H
#define HYP_IO_MOSAIC_H

#include "hyperslab/scene.h"
#include "io/join.h"

/* Whether the tiles' places are known, in one CRS, with pixels of one size. */
/* Collective: no. */
bool hyp_mosaic_fits(const hyp_scene *scene);

/* Whether two tiles of a scene that fits share ground: more than half a pixel
   either way.  Collective: no. */
bool hyp_mosaic_overlap(const hyp_scene *scene, int a, int b);

/*
 * Refuse tiles that do not lie on one grid: in one CRS, with pixels of one
 * size, and whole pixels apart.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT, naming two tiles and what differs
 */
HYP_CHECKED hyp_status hyp_mosaic_check(const hyp_scene *scene);

/*
 * Give a raster the size and place of all tiles together.
 *
 * Collective: no
 * Shapes:     part [tiles], out: where in the raster each tile lies
 * Requires:   hyp_mosaic_check()
 */
void hyp_mosaic_place(const hyp_scene *scene, hyp_raster *raster,
                      hyp_join_part *part);

/* The ground that the tiles of a scene cover. */
typedef struct hyp_extent {
    double west, east, south, north; /* metres                     */
    int64_t rows, cols;              /* pixels of that much ground */
} hyp_extent;

/* The ground that the tiles of a scene that fits cover.  Collective: no. */
hyp_extent hyp_mosaic_extent(const hyp_scene *scene);

/* One map of every tile; all borrowed. */
typedef struct hyp_mosaic {
    const hyp_scene *scene;    /* that fits                                  */
    const hyp_raster *map;     /* what the maps have in common: all but their
                                  sizes and places                           */
    const char *file;          /* their name in each folder                  */
    const char *const *folder; /* [tiles]: "NAME/", beside the VRT           */
    int classes;               /* of a class map                             */
    const int64_t *count;      /* [classes + 1]: pixels of each class; or
                                  NULL                                       */
} hyp_mosaic;

/*
 * Write a VRT, replacing what is there.
 *
 * Collective: no
 * Errors:     HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_mosaic_write(const char *path,
                                        const hyp_mosaic *mosaic);

#endif
