/*
 * sidecar.c - the names, colours and sizes of classes, beside a class map
 */
#include "io/sidecar.h"

#include "core/palette.h"
#include "io/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* GDAL's numbers for types and usages.  GDAL's integers have 32 bits, too few
   to count the pixels of a large scene: Count is real. */
static const struct field {
    const char *name;
    int type, usage;
} fields[] = {
    { "Value", 0, 5 }, { "Count", 1, 1 }, { "Class", 2, 2 },
    { "Red", 0, 6 },   { "Green", 0, 7 }, { "Blue", 0, 8 },
};

/* Class 0 has no share: shares are of the pixels with data. */
static void name_class(int class, const int64_t *count, int64_t valid,
                       char *name, size_t room)
{
    size_t used;

    hyp_palette_name(class, name, room);
    used = strlen(name);
    if (class > 0 && valid > 0)
        snprintf(name + used, room - used, " (%.1f %%)",
                 100.0 * (double)count[class] / (double)valid);
}

static int64_t sum_valid(int classes, const int64_t *count)
{
    int64_t valid = 0;

    for (int j = 1; j <= classes; j++)
        valid += count[j];
    return valid;
}

static void put_categories(FILE *out, int classes, const int64_t *count,
                           int64_t valid)
{
    char name[40];

    fputs("    <CategoryNames>\n", out);
    for (int j = 0; j <= classes; j++) {
        name_class(j, count, valid, name, sizeof name);
        fprintf(out, "      <Category>%s</Category>\n", name);
    }
    fputs("    </CategoryNames>\n", out);
}

static void put_row(FILE *out, int class, const int64_t *count, int64_t valid)
{
    uint8_t rgb[3];
    char name[40];

    name_class(class, count, valid, name, sizeof name);
    hyp_palette_colour(class, rgb);
    fprintf(out,
            "      <Row index=\"%d\"><F>%d</F><F>%" PRId64 "</F><F>%s</F>"
            "<F>%d</F><F>%d</F><F>%d</F></Row>\n",
            class, class, count[class], name, rgb[0], rgb[1], rgb[2]);
}

static void put_attributes(FILE *out, int classes, const int64_t *count,
                           int64_t valid)
{
    fputs("    <GDALRasterAttributeTable tableType=\"thematic\">\n", out);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        fprintf(out,
                "      <FieldDefn index=\"%zu\"><Name>%s</Name>"
                "<Type>%d</Type><Usage>%d</Usage></FieldDefn>\n",
                i, fields[i].name, fields[i].type, fields[i].usage);
    for (int j = 0; j <= classes; j++)
        put_row(out, j, count, valid);
    fputs("    </GDALRasterAttributeTable>\n", out);
}

void hyp_sidecar_put(FILE *out, int classes, const int64_t *count)
{
    const int64_t valid = sum_valid(classes, count);

    put_categories(out, classes, count, valid);
    put_attributes(out, classes, count, valid);
}

hyp_status hyp_sidecar_write(const char *path, int classes,
                             const int64_t *count)
{
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    fputs("<PAMDataset>\n  <PAMRasterBand band=\"1\">\n", out);
    hyp_sidecar_put(out, classes, count);
    fputs("  </PAMRasterBand>\n</PAMDataset>\n", out);
    st = hyp_text_close(out, path);
out:
    return st;
}

static void put_palette(FILE *out, int classes, const int64_t *count)
{
    const int64_t valid = sum_valid(classes, count);
    char name[40];

    for (int j = 1; j <= classes; j++) {
        uint8_t rgb[3];

        hyp_palette_colour(j, rgb);
        name_class(j, count, valid, name, sizeof name);
        fprintf(out,
                "        <paletteEntry value=\"%d\" color=\"#%02x%02x%02x\" "
                "alpha=\"255\" label=\"%s\"/>\n",
                j, rgb[0], rgb[1], rgb[2], name);
    }
}

/* QGIS converts styles of older versions; this one needs none of that.  What is
   not symbology, the style leaves alone. */
hyp_status hyp_sidecar_write_style(const char *path, int classes,
                                   const int64_t *count)
{
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    fputs("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
          "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n"
          "  <pipe>\n"
          "    <rasterrenderer type=\"paletted\" band=\"1\" opacity=\"1\" "
          "alphaBand=\"-1\">\n"
          "      <colorPalette>\n",
          out);
    put_palette(out, classes, count);
    fputs("      </colorPalette>\n    </rasterrenderer>\n  </pipe>\n</qgis>\n",
          out);
    st = hyp_text_close(out, path);
out:
    return st;
}
