/*
 * mask.c - which pixels of a scene are to be used
 */
#include "io/mask.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double most_off = 1e-2; /* of a pixel: rounding of coordinates */

/* Whole pixels from one edge to the other; false if they are none. */
static bool steps(double from, double to, double pixel, int64_t *count)
{
    const double exactly = (to - from) / pixel;

    if (!(fabs(exactly) < 1e12) || fabs(exactly - rint(exactly)) > most_off)
        return false;
    *count = (int64_t)rint(exactly);
    return true;
}

static bool find_place(const hyp_georef *mask, const hyp_georef *tile,
                       hyp_mask_place *place)
{
    return fabs(mask->pixel_x - tile->pixel_x) <= 1e-6 * tile->pixel_x &&
           fabs(mask->pixel_y - tile->pixel_y) <= 1e-6 * tile->pixel_y &&
           (mask->epsg == 0 || tile->epsg == 0 || mask->epsg == tile->epsg) &&
           steps(mask->west, tile->west, tile->pixel_x, &place->col) &&
           steps(tile->north, mask->north, tile->pixel_y, &place->row);
}

static hyp_status check_size(const hyp_class_map *map, const hyp_tile *tile,
                             int tiles)
{
    if (tiles > 1)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' or '%s' does not say where it lies, so that the "
                        "mask cannot be laid over several tiles",
                        map->path, tile->path);
    if (map->rows != tile->rows || map->cols != tile->cols)
        return hyp_fail(HYP_EFORMAT,
                        "the mask '%s' has %lld x %lld pixels, but '%s' has "
                        "%lld x %lld, and not both say where they lie",
                        map->path, (long long)map->rows, (long long)map->cols,
                        tile->path, (long long)tile->rows,
                        (long long)tile->cols);
    return HYP_OK;
}

/* Where a tile begins in the mask, which must hold all of it. */
static hyp_status place_tile(const hyp_class_map *map, const hyp_tile *tile,
                             int tiles, hyp_mask_place *place)
{
    const hyp_georef *g = &map->georef, *h = &tile->georef;

    *place = (hyp_mask_place){ 0, 0 };
    if (!hyp_georef_is_known(g) || !hyp_georef_is_known(h))
        return check_size(map, tile, tiles);
    if (!find_place(g, h, place))
        return hyp_fail(HYP_EFORMAT,
                        "the mask '%s' begins at %.10g, %.10g (EPSG %d, pixels "
                        "of %g x %g), but '%s' at %.10g, %.10g (EPSG %d, %g x "
                        "%g): bring it to the tile's grid with gdalwarp",
                        map->path, g->west, g->north, g->epsg, g->pixel_x,
                        g->pixel_y, tile->path, h->west, h->north, h->epsg,
                        h->pixel_x, h->pixel_y);
    if (place->row < 0 || place->col < 0 ||
        place->row + tile->rows > map->rows ||
        place->col + tile->cols > map->cols)
        return hyp_fail(HYP_EFORMAT,
                        "the mask '%s' does not cover all of '%s', which "
                        "begins at its row %lld and column %lld, counted from "
                        "1, and has %lld x %lld pixels",
                        map->path, tile->path, (long long)place->row + 1,
                        (long long)place->col + 1, (long long)tile->rows,
                        (long long)tile->cols);
    return HYP_OK;
}

hyp_status hyp_mask_open(hyp_mask *mask, const char *path,
                         const hyp_scene *scene)
{
    hyp_status st;

    *mask = (hyp_mask){ 0 };
    HYP_TRY(hyp_class_map_open(&mask->map, path));
    HYP_TRY(hyp_alloc(&mask->value, (size_t)mask->map.cols));
    HYP_TRY(hyp_alloc(&mask->place, (size_t)scene->tiles));
    for (int i = 0; i < scene->tiles; i++)
        HYP_TRY(place_tile(&mask->map, scene->tile[i].tile, scene->tiles,
                           &mask->place[i]));
out:
    if (st != HYP_OK)
        hyp_mask_close(mask);
    return st;
}

static bool is_out(const hyp_class_map *map, int64_t value)
{
    return value == 0 || (map->has_nodata && value == map->nodata);
}

hyp_status hyp_mask_apply(hyp_mask *mask, const hyp_scene *scene, int tile,
                          hyp_slab *slab, int64_t row)
{
    const hyp_mask_place *place = &mask->place[tile];
    const int64_t of_tile = slab->first_row + row - scene->tile[tile].first_row;
    const int64_t *value = mask->value + place->col;
    hyp_status st;

    HYP_TRY(
        hyp_class_map_read(&mask->map, place->row + of_tile, 1, mask->value));
    for (int64_t p = slab->cells[row]; p < slab->cells[row + 1]; p++)
        if (is_out(&mask->map, *value++)) {
            slab->masked += slab->valid[p];
            slab->valid[p] = 0;
        }
out:
    return st;
}

void hyp_mask_close(hyp_mask *mask)
{
    hyp_class_map_close(&mask->map);
    free(mask->place);
    free(mask->value);
    *mask = (hyp_mask){ 0 };
}
