/*
 * stac.c - item.json: results as an item of a SpatioTemporal Asset Catalog
 */
#include "cmd/stac.h"

#include "base/mem.h"
#include "cmd/json.h"
#include "core/palette.h"
#include "hyperslab/comm.h"
#include "io/crs.h"
#include "io/mosaic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXTENSION(name) "https://stac-extensions.github.io/" name "/schema.json"

enum { CORNERS = 4, DIGITS = 15 /* that PROJ's results are good for */ };

/* What an item is about; all borrowed. */
typedef struct stac_item {
    const char *folder; /* of its files: "" or "NAME/"       */
    char id[256];
    hyp_georef georef; /* of the maps                       */
    hyp_extent ground; /* of the maps                       */
    hyp_days flown;
} stac_item;

/* Kinds of files by the ends of their names; the first that fits counts. */
static const struct kind {
    const char *end, *type, *role;
} kinds[] = {
    { ".tif", "image/tiff; application=geotiff", "data" },
    { ".vrt", "application/xml", "data" },
    { ".img", "application/octet-stream", "data" },
    { ".nc", "application/netcdf", "data" },
    { HYP_SPECTRA_PNG, "image/png", "metadata" },
    { HYP_SCREE_PNG, "image/png", "metadata" },
    { HYP_COVARIANCE_PNG, "image/png", "metadata" },
    { ".png", "image/png", "overview" },
    { ".xml", "application/xml", "metadata" },
    { ".qml", "application/xml", "metadata" },
    { ".hdr", "text/plain", "metadata" },
    { ".csv", "text/csv", "metadata" },
    { ".html", "text/html", "metadata" },
    { ".json", "application/json", "metadata" },
    { ".h5", "application/x-hdf5", "metadata" },
    { "", "application/octet-stream", "metadata" },
};

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), tail = strlen(end);

    return length >= tail && strcmp(name + length - tail, end) == 0;
}

static const struct kind *kind_of(const char *name)
{
    const struct kind *kind = kinds;

    while (!ends_in(name, kind->end))
        kind++;
    return kind;
}

/* The last part of a path, without a given end. */
static void name_after(stac_item *item, const char *path, const char *end)
{
    size_t length = strlen(path), begin;

    while (length > 1 && path[length - 1] == '/')
        length--;
    begin = length;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    snprintf(item->id, sizeof item->id, "%.*s", (int)(length - begin),
             path + begin);
    if (ends_in(item->id, end) && strlen(item->id) > strlen(end))
        item->id[strlen(item->id) - strlen(end)] = '\0';
}

static hyp_extent ground_of(const hyp_tile *tile)
{
    const hyp_georef *g = &tile->georef;

    return (hyp_extent){ .west = g->west,
                         .east = g->west + (double)tile->cols * g->pixel_x,
                         .south = g->north - (double)tile->rows * g->pixel_y,
                         .north = g->north,
                         .rows = tile->rows,
                         .cols = tile->cols };
}

static stac_item item_of_tile(const hyp_job *job, int tile)
{
    const hyp_tile *t = job->scene.tile[tile].tile;
    stac_item of = { .folder =
                         job->outputs.tiles ? job->outputs.folder[tile] : "",
                     .georef = t->georef,
                     .ground = ground_of(t),
                     .flown = job->flown[tile] };

    name_after(&of, t->path, ".h5");
    return of;
}

/* Of the maps, or VRTs, of all tiles together. */
static stac_item item_of_scene(const hyp_job *job)
{
    stac_item of = { .folder = "",
                     .georef = job->scene.tile[0].tile->georef,
                     .ground = hyp_mosaic_extent(&job->scene) };

    for (int i = 0; i < job->scene.tiles; i++)
        hyp_days_add(&of.flown, job->flown[i]);
    name_after(&of, job->settings->output, "");
    return of;
}

static bool has_place(const stac_item *item)
{
    return hyp_georef_is_known(&item->georef) && item->georef.epsg > 0;
}

/* The corners in degrees, counter-clockwise, as GeoJSON has them. */
static hyp_status find_corners(const stac_item *item, double (*corner)[2])
{
    const hyp_extent *e = &item->ground;
    const double on_map[CORNERS][2] = { { e->west, e->south },
                                        { e->east, e->south },
                                        { e->east, e->north },
                                        { e->west, e->north } };

    memcpy(corner, on_map, sizeof on_map);
    return hyp_crs_to_degrees(item->georef.epsg, corner, CORNERS);
}

static hyp_status find_days(const hyp_job *job, const hyp_tile *tile,
                            hyp_days *days)
{
    hyp_status st = HYP_OK;

    *days = job->settings->flown;
    if (days->first == 0)
        st = hyp_days_read(tile, days);
    if (st == HYP_OK && days->first == 0)
        st = hyp_fail(HYP_EFORMAT,
                      "'%s' does not say when it was flown, which a STAC item "
                      "must: say it, as in --stac=2025-06-12",
                      tile->path);
    return st;
}

static hyp_status open_items(hyp_job *job)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&job->flown, (size_t)job->scene.tiles));
    for (int i = 0; i < job->scene.tiles; i++) {
        const hyp_tile *tile = job->scene.tile[i].tile;
        double corner[CORNERS][2];
        stac_item of;

        HYP_TRY(find_days(job, tile, &job->flown[i]));
        of = item_of_tile(job, i);
        if (has_place(&of))
            st = find_corners(&of, corner);
        if (st != HYP_OK)
            HYP_TRY(hyp_fail_while(st, "'%s'", tile->path));
    }
out:
    return st;
}

hyp_status hyp_stac_open_all(hyp_job *job)
{
    hyp_status st = HYP_OK;

    if (job->rank == 0 && job->makes.stac)
        st = open_items(job);
    return hyp_agree(job->comm, st);
}

/* Only the days are known: a day's item is of its first second, so that
   programs that want one time have it, and lasts until its last one. */
static void put_days(json_t *properties, hyp_days days)
{
    char first[32], last[32];

    snprintf(first, sizeof first, "%04d-%02d-%02dT00:00:00Z",
             days.first / 10000, days.first / 100 % 100, days.first % 100);
    snprintf(last, sizeof last, "%04d-%02d-%02dT23:59:59Z", days.last / 10000,
             days.last / 100 % 100, days.last % 100);
    json_object_set_new(properties, "datetime",
                        days.first == days.last ? json_string(first)
                                                : json_null());
    json_object_set_new(properties, "start_datetime", json_string(first));
    json_object_set_new(properties, "end_datetime", json_string(last));
}

static json_t *describe_properties(const stac_item *item)
{
    const hyp_georef *g = &item->georef;
    json_t *properties = json_object();

    put_days(properties, item->flown);
    json_object_set_new(properties, "proj:epsg",
                        has_place(item) ? json_integer(g->epsg) : json_null());
    json_object_set_new(properties, "proj:shape",
                        json_pack("[I,I]", (json_int_t)item->ground.rows,
                                  (json_int_t)item->ground.cols));
    if (hyp_georef_is_known(g)) {
        const double transform[] = {
            g->pixel_x, 0, item->ground.west, 0, -g->pixel_y, item->ground.north
        };

        json_object_set_new(
            properties, "proj:transform",
            hyp_json_numbers(transform, sizeof transform / sizeof *transform));
    }
    if (has_place(item) && g->pixel_x == g->pixel_y)
        json_object_set_new(properties, "gsd", json_real(g->pixel_x));
    return properties;
}

static json_t *describe_classes(int classes)
{
    json_t *list = json_array();

    for (int j = 0; j <= classes; j++) {
        char text[32], name[32], colour[8];
        uint8_t rgb[3];

        hyp_palette_name(j, text, sizeof text);
        hyp_palette_colour(j, rgb);
        snprintf(name, sizeof name, j > 0 ? "class_%d" : "no_data", j);
        snprintf(colour, sizeof colour, "%02X%02X%02X", rgb[0], rgb[1], rgb[2]);
        json_array_append_new(list, json_pack("{s:i, s:s, s:s, s:s}", "value",
                                              j, "name", name, "description",
                                              text, "color_hint", colour));
    }
    return list;
}

/* A map goes by its name without ".tif" or ".vrt", other files by theirs. */
static void add_asset(json_t *assets, const char *file, const hyp_job *job)
{
    const struct kind *kind = kind_of(file);
    const bool map = ends_in(file, ".tif") || ends_in(file, ".vrt");
    char href[64], key[64];
    json_t *asset;

    snprintf(href, sizeof href, "./%s", file);
    snprintf(key, sizeof key, "%s", file);
    if (map)
        key[strlen(key) - strlen(".tif")] = '\0';
    asset = json_pack("{s:s, s:s, s:[s]}", "href", href, "type", kind->type,
                      "roles", kind->role);
    if (strncmp(file, "classes.", 8) == 0 && strcmp(kind->role, "data") == 0)
        json_object_set_new(asset, "classification:classes",
                            describe_classes(job->kmeans.classes));
    json_object_set_new(assets, key, asset);
}

/* The files of the item's folder, but itself. */
static json_t *describe_assets(const hyp_job *job, const stac_item *item)
{
    const hyp_stage *stage = &job->outputs.stage;
    const size_t before = strlen(item->folder);
    json_t *assets = json_object();

    for (int i = 0; i < stage->count; i++) {
        const char *name = stage->file[i].name;

        if (strncmp(name, item->folder, before) == 0 &&
            strchr(name + before, '/') == NULL &&
            strcmp(name + before, HYP_ITEM_JSON) != 0)
            add_asset(assets, name + before, job);
    }
    return assets;
}

/* The ground as GeoJSON: a ring, and the rectangle around it. */
static hyp_status put_geometry(json_t *root, const stac_item *item)
{
    double corner[CORNERS][2], west = 180, east = -180, south = 90, north = -90;
    json_t *ring;
    hyp_status st = HYP_OK;

    if (!has_place(item)) {
        json_object_set_new(root, "geometry", json_null());
        return st;
    }
    HYP_TRY(find_corners(item, corner));
    ring = json_array();
    for (int i = 0; i <= CORNERS; i++) {
        const double *at = corner[i % CORNERS];

        json_array_append_new(ring, hyp_json_numbers(at, 2));
        west = fmin(west, at[0]);
        east = fmax(east, at[0]);
        south = fmin(south, at[1]);
        north = fmax(north, at[1]);
    }
    json_object_set_new(
        root, "geometry",
        json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring));
    json_object_set_new(
        root, "bbox",
        hyp_json_numbers((double[]){ west, south, east, north }, 4));
out:
    return st;
}

static hyp_status write_item(const hyp_job *job, const stac_item *item)
{
    char file[4096 + 64];
    json_t *root =
        json_pack("{s:s, s:s, s:[s], s:o}", "type", "Feature", "stac_version",
                  "1.0.0", "stac_extensions", EXTENSION("projection/v1.1.0"),
                  "id", hyp_json_text(item->id));
    hyp_status st;

    HYP_TRY(put_geometry(root, item));
    if (job->makes.classes)
        json_array_append_new(json_object_get(root, "stac_extensions"),
                              json_string(EXTENSION("classification/v1.1.0")));
    json_object_set_new(root, "properties", describe_properties(item));
    json_object_set_new(root, "links", json_array());
    json_object_set_new(root, "assets", describe_assets(job, item));
    snprintf(file, sizeof file, "%s%s", item->folder, HYP_ITEM_JSON);
    st = hyp_json_write(hyp_output_path(&job->outputs, file), root, DIGITS);
out:
    json_decref(root);
    return st;
}

hyp_status hyp_stac_write(const hyp_job *job)
{
    const hyp_outputs *o = &job->outputs;
    hyp_status st = HYP_OK;

    if (!job->makes.stac)
        return st;
    for (int i = 0; !o->joined && i < job->scene.tiles; i++) {
        const stac_item of = item_of_tile(job, i);

        HYP_TRY(write_item(job, &of));
    }
    if (o->joined || o->vrt) {
        const stac_item of = item_of_scene(job);

        HYP_TRY(write_item(job, &of));
    }
out:
    return st;
}
