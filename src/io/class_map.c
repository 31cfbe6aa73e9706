/*
 * class_map.c - read class maps: TIFF, ENVI and NumPy files of whole numbers
 */
#include "io/class_format.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const hyp_class_format *const formats[] = { &hyp_class_tiff,
                                                   &hyp_class_npy,
                                                   &hyp_class_envi };

enum { FORMATS = sizeof formats / sizeof formats[0], FIRST_BYTES = 16 };

static hyp_status find_format(hyp_class_map *map)
{
    unsigned char first[FIRST_BYTES] = { 0 };
    FILE *in = fopen(map->path, "rb");
    size_t bytes;

    if (in == NULL)
        return hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", map->path,
                        strerror(errno));
    bytes = fread(first, 1, sizeof first, in);
    fclose(in);
    if (memcmp(first, "<VRTDataset", 11) == 0)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' is a VRT: give the folder of results, or make a "
                        "TIFF of it with gdal_translate",
                        map->path);
    for (int i = 0; map->format == NULL && i < FORMATS; i++)
        if (formats[i]->is(map->path, first, bytes))
            map->format = formats[i];
    if (map->format)
        return HYP_OK;
    return hyp_fail(HYP_EFORMAT,
                    "'%s' is neither a TIFF, nor a NumPy array (.npy), nor an "
                    "ENVI file with its header",
                    map->path);
}

hyp_status hyp_class_map_open(hyp_class_map *map, const char *path)
{
    hyp_status st;

    *map = (hyp_class_map){ .path = path };
    HYP_TRY(find_format(map));
    HYP_TRY(map->format->open(map));
    if (map->rows < 1 || map->cols < 1)
        st = hyp_fail(HYP_EFORMAT, "'%s' holds no pixels", path);
out:
    if (st != HYP_OK)
        hyp_class_map_close(map);
    return st;
}

hyp_status hyp_class_map_read(hyp_class_map *map, int64_t row, int64_t rows,
                              int64_t *value)
{
    return map->format->read(map, row, rows, value);
}

/* Of as many rows and columns, which are compared elsewhere. */
static bool same_place(const hyp_georef *a, const hyp_georef *b)
{
    const double most = 1e-3; /* of a pixel */

    if (!hyp_georef_is_known(a) || !hyp_georef_is_known(b))
        return true;
    return fabs(a->west - b->west) <= most * a->pixel_x &&
           fabs(a->north - b->north) <= most * a->pixel_y &&
           fabs(a->pixel_x - b->pixel_x) <= 1e-6 * a->pixel_x &&
           fabs(a->pixel_y - b->pixel_y) <= 1e-6 * a->pixel_y &&
           (a->epsg == 0 || b->epsg == 0 || a->epsg == b->epsg);
}

hyp_status hyp_class_map_check_grid(const hyp_class_map *a,
                                    const hyp_class_map *b)
{
    const hyp_georef *g = &a->georef, *h = &b->georef;

    if (a->rows != b->rows || a->cols != b->cols)
        return hyp_fail(HYP_EFORMAT,
                        "'%s' has %lld x %lld pixels, but '%s' has %lld x "
                        "%lld; maps of one grid can be compared",
                        a->path, (long long)a->rows, (long long)a->cols,
                        b->path, (long long)b->rows, (long long)b->cols);
    if (!same_place(g, h))
        return hyp_fail(HYP_EFORMAT,
                        "'%s' begins at %.10g, %.10g (EPSG %d, pixels of %g x "
                        "%g), but '%s' at %.10g, %.10g (EPSG %d, %g x %g); "
                        "bring them to one grid with gdalwarp",
                        a->path, g->west, g->north, g->epsg, g->pixel_x,
                        g->pixel_y, b->path, h->west, h->north, h->epsg,
                        h->pixel_x, h->pixel_y);
    return HYP_OK;
}

void hyp_class_map_close(hyp_class_map *map)
{
    if (map->format)
        map->format->close(map);
    *map = (hyp_class_map){ 0 };
}
