/*
 * tiles_json.c - tiles, as run.json and info --json describe them
 */
#include "cmd/tiles_json.h"

#include "cmd/json.h"
#include "io/tile_storage.h"

#include <stdio.h>

static json_t *windows(const hyp_band_window *window, int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("[f,f]", window[i].low, window[i].high));
    return list;
}

static json_t *tile_georef(const hyp_tile *tile)
{
    const hyp_georef *g = &tile->georef;

    if (!hyp_georef_is_known(g))
        return json_null();
    return json_pack("{s:i, s:o, s:[f,f], s:[f,f,f,f]}", "epsg", g->epsg,
                     "map_info", hyp_json_text(tile->map_info), "resolution",
                     g->pixel_x, g->pixel_y, "extent", g->west,
                     g->north - (double)tile->rows * g->pixel_y,
                     g->west + (double)tile->cols * g->pixel_x, g->north);
}

static json_t *tile_chunks(const hyp_tile *tile)
{
    const hyp_chunking *c = &tile->chunk;

    if (!c->in_file)
        return json_pack("{s:s, s:s}", "storage", "contiguous", "type",
                         hyp_element_name(tile->element));
    return json_pack("{s:s, s:s, s:[I,I,i], s:s, s:I}", "storage", "chunked",
                     "type", hyp_element_name(tile->element), "chunk",
                     (json_int_t)c->rows, (json_int_t)c->cols, c->bands,
                     "filters", c->filters, "chunks", (json_int_t)tile->chunks);
}

static json_t *describe_tile(const hyp_tile *tile)
{
    json_t *root =
        json_pack("{s:o, s:o, s:o, s:[I,I,i], s:o, s:f}", "path",
                  hyp_json_text(tile->path), "site", hyp_json_text(tile->site),
                  "cube", hyp_json_text(tile->cube), "shape",
                  (json_int_t)tile->rows, (json_int_t)tile->cols, tile->bands,
                  "storage", tile_chunks(tile), "scale", tile->scale);

    json_object_set_new(root, "nodata",
                        tile->has_nodata ? json_real(tile->nodata)
                                         : json_null());
    json_object_set_new(root, "band_windows_nm",
                        windows(tile->window, tile->windows));
    json_object_set_new(root, "georeference", tile_georef(tile));
    return root;
}

static json_t *describe_tile_in_full(const hyp_tile *tile)
{
    json_t *root = describe_tile(tile);

    json_object_set_new(root, "wavelength_nm",
                        hyp_json_numbers(tile->wavelength, tile->bands));
    if (tile->fwhm)
        json_object_set_new(root, "fwhm_nm",
                            hyp_json_numbers(tile->fwhm, tile->bands));
    return root;
}

json_t *hyp_tiles_describe(const hyp_scene *scene)
{
    json_t *list = json_array();

    for (int i = 0; i < scene->tiles; i++)
        json_array_append_new(list, describe_tile(scene->tile[i].tile));
    return list;
}

hyp_status hyp_tiles_print(const hyp_scene *scene)
{
    json_t *root;

    if (scene->tiles == 1) {
        root = describe_tile_in_full(scene->tile[0].tile);
    } else {
        root = json_array();
        for (int i = 0; i < scene->tiles; i++)
            json_array_append_new(root,
                                  describe_tile_in_full(scene->tile[i].tile));
    }
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(root);
    return HYP_OK;
}
