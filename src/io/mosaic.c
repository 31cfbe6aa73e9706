/*
 * mosaic.c - how a scene's tiles lie side by side, and a VRT that joins maps
 */
#include "io/mosaic.h"

#include "io/sidecar.h"
#include "io/text.h"

#include <math.h>
#include <stdio.h>

static double east_of(const hyp_tile *tile)
{
    return tile->georef.west + (double)tile->cols * tile->georef.pixel_x;
}

static double south_of(const hyp_tile *tile)
{
    return tile->georef.north - (double)tile->rows * tile->georef.pixel_y;
}

bool hyp_mosaic_fits(const hyp_scene *scene)
{
    const hyp_georef *first = &scene->tile[0].tile->georef;

    for (int i = 0; i < scene->tiles; i++) {
        const hyp_georef *g = &scene->tile[i].tile->georef;

        if (!hyp_georef_is_known(g) || g->epsg != first->epsg ||
            g->pixel_x != first->pixel_x || g->pixel_y != first->pixel_y)
            return false;
    }
    return true;
}

bool hyp_mosaic_overlap(const hyp_scene *scene, int a, int b)
{
    const hyp_tile *s = scene->tile[a].tile, *t = scene->tile[b].tile;
    const double wide =
        fmin(east_of(s), east_of(t)) - fmax(s->georef.west, t->georef.west);
    const double high =
        fmin(s->georef.north, t->georef.north) - fmax(south_of(s), south_of(t));

    return wide > s->georef.pixel_x / 2 && high > s->georef.pixel_y / 2;
}

hyp_extent hyp_mosaic_extent(const hyp_scene *scene)
{
    const hyp_georef *g = &scene->tile[0].tile->georef;
    hyp_extent e = { INFINITY, -INFINITY, INFINITY, -INFINITY, 0, 0 };

    for (int i = 0; i < scene->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;

        e.west = fmin(e.west, tile->georef.west);
        e.east = fmax(e.east, east_of(tile));
        e.south = fmin(e.south, south_of(tile));
        e.north = fmax(e.north, tile->georef.north);
    }
    e.cols = llround((e.east - e.west) / g->pixel_x);
    e.rows = llround((e.north - e.south) / g->pixel_y);
    return e;
}

/* Pixels between two edges. */
static double apart(double from, double to, double pixel)
{
    return (to - from) / pixel;
}

static double off_grid(double pixels)
{
    return fabs(pixels - rint(pixels));
}

static hyp_status refuse(const hyp_tile *a, const hyp_tile *b, const char *what)
{
    return hyp_fail(HYP_EFORMAT,
                    "--mosaic-tif: '%s' and '%s' %s; without it, each tile "
                    "gets maps of its own",
                    a->path, b->path, what);
}

hyp_status hyp_mosaic_check(const hyp_scene *scene)
{
    const double tolerance = 0.01; /* pixels: coordinates are rounded in text */
    const hyp_tile *first = scene->tile[0].tile;
    const hyp_georef *f = &first->georef;

    for (int i = 0; i < scene->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;
        const hyp_georef *g = &tile->georef;

        if (!hyp_georef_is_known(g))
            return hyp_fail(HYP_EFORMAT,
                            "--mosaic-tif: '%s' does not say where it lies; "
                            "without it, each tile gets maps of its own",
                            tile->path);
        if (g->epsg != f->epsg)
            return refuse(first, tile, "have different CRS");
        if (g->pixel_x != f->pixel_x || g->pixel_y != f->pixel_y)
            return refuse(first, tile, "have pixels of different sizes");
        if (off_grid(apart(f->west, g->west, f->pixel_x)) > tolerance ||
            off_grid(apart(g->north, f->north, f->pixel_y)) > tolerance)
            return refuse(first, tile, "are not whole pixels apart");
    }
    return HYP_OK;
}

void hyp_mosaic_place(const hyp_scene *scene, hyp_raster *raster,
                      hyp_join_part *part)
{
    const hyp_extent e = hyp_mosaic_extent(scene);

    raster->rows = e.rows;
    raster->cols = e.cols;
    raster->georef = scene->tile[0].tile->georef;
    raster->georef.west = e.west;
    raster->georef.north = e.north;
    for (int i = 0; i < scene->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;
        const hyp_georef *g = &tile->georef;

        part[i] = (hyp_join_part){
            .row = llround(apart(g->north, e.north, g->pixel_y)),
            .col = llround(apart(e.west, g->west, g->pixel_x)),
            .rows = tile->rows,
            .cols = tile->cols,
        };
    }
}

/* Text between tags: the names of files may hold what XML uses itself. */
static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        default: fputc(*text, out);
        }
    }
}

/* A simple source would lay its nodata over the data of those before it. */
static void put_source(FILE *out, const hyp_mosaic *m, const hyp_extent *e,
                       int number, int band)
{
    const hyp_tile *tile = m->scene->tile[number].tile;
    const hyp_georef *g = &tile->georef;
    const long long rows = tile->rows, cols = tile->cols;

    fputs("    <ComplexSource>\n      <SourceFilename relativeToVRT=\"1\">",
          out);
    put_escaped(out, m->folder[number]);
    fprintf(out, "%s</SourceFilename>\n      <SourceBand>%d</SourceBand>\n",
            m->file, band + 1);
    fprintf(out,
            "      <SrcRect xOff=\"0\" yOff=\"0\" xSize=\"%lld\" "
            "ySize=\"%lld\"/>\n"
            "      <DstRect xOff=\"%.10g\" yOff=\"%.10g\" xSize=\"%lld\" "
            "ySize=\"%lld\"/>\n      <NODATA>%s</NODATA>\n"
            "    </ComplexSource>\n",
            cols, rows, (g->west - e->west) / g->pixel_x,
            (e->north - g->north) / g->pixel_y, cols, rows, m->map->nodata);
}

/* Class 0 is nodata: it is transparent, as GDAL makes it in a GeoTIFF. */
static void put_palette(FILE *out, const hyp_raster *map)
{
    fputs("    <ColorTable>\n", out);
    for (int i = 0; i < map->colours; i++)
        fprintf(out, "      <Entry c1=\"%d\" c2=\"%d\" c3=\"%d\" c4=\"%d\"/>\n",
                map->palette[i][0], map->palette[i][1], map->palette[i][2],
                i == 0 ? 0 : 255);
    fputs("    </ColorTable>\n", out);
}

static const char *type_of(hyp_sample sample)
{
    switch (sample) {
    case HYP_SAMPLE_UINT8: return "Byte";
    case HYP_SAMPLE_UINT16: return "UInt16";
    case HYP_SAMPLE_FLOAT32: return "Float32";
    }
    return "Unknown";
}

static void put_header(FILE *out, const hyp_georef *g, const hyp_extent *e)
{
    fprintf(out, "<VRTDataset rasterXSize=\"%lld\" rasterYSize=\"%lld\">\n",
            (long long)e->cols, (long long)e->rows);
    if (g->epsg)
        fprintf(out, "  <SRS>EPSG:%d</SRS>\n", g->epsg);
    fprintf(out,
            "  <GeoTransform>%.17g, %.17g, 0, %.17g, 0, %.17g</GeoTransform>\n",
            e->west, g->pixel_x, e->north, -g->pixel_y);
}

static void put_band(FILE *out, const hyp_mosaic *m, const hyp_extent *e,
                     int band)
{
    const hyp_raster *map = m->map;

    fprintf(out,
            "  <VRTRasterBand dataType=\"%s\" band=\"%d\">\n"
            "    <Description>%s</Description>\n"
            "    <NoDataValue>%s</NoDataValue>\n",
            type_of(map->sample), band + 1, map->band_names[band], map->nodata);
    if (map->palette) {
        fputs("    <ColorInterp>Palette</ColorInterp>\n", out);
        put_palette(out, map);
    }
    if (m->count)
        hyp_sidecar_put(out, m->classes, m->count);
    for (int i = 0; i < m->scene->tiles; i++)
        put_source(out, m, e, i, band);
    fputs("  </VRTRasterBand>\n", out);
}

hyp_status hyp_mosaic_write(const char *path, const hyp_mosaic *mosaic)
{
    const hyp_extent e = hyp_mosaic_extent(mosaic->scene);
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    put_header(out, &mosaic->scene->tile[0].tile->georef, &e);
    for (int b = 0; b < mosaic->map->bands; b++)
        put_band(out, mosaic, &e, b);
    fputs("</VRTDataset>\n", out);
    st = hyp_text_close(out, path);
out:
    return st;
}
