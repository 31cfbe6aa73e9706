/*
 * map_info.c - where the pixels of a raster lie, in ENVI's words
 */
#include "io/map_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Its fields, as far as they matter here. */
typedef struct map_info {
    char projection[32];
    double tie_x, tie_y; /* pixel of the tie point, 1 = outer upper left */
    double east, north;
    double pixel_x, pixel_y;
    int zone;
    char hemisphere[16];
    char datum[32];
    double rotation;
} map_info;

/* Split the text at its commas; trimmed fields, at most max of them. */
static int split(char *text, char **field, int max)
{
    int count = 0;

    for (char *part = strtok(text, ","); part && count < max;
         part = strtok(NULL, ",")) {
        part += strspn(part, " {");
        part[strcspn(part, " }")] = '\0';
        field[count++] = part;
    }
    return count;
}

static bool parse_map_info(const char *text, map_info *info)
{
    char copy[512], *field[16];
    int count;

    snprintf(copy, sizeof copy, "%s", text);
    count = split(copy, field, 16);
    if (count < 7)
        return false;
    *info = (map_info){ 0 };
    snprintf(info->projection, sizeof info->projection, "%s", field[0]);
    info->tie_x = atof(field[1]);
    info->tie_y = atof(field[2]);
    info->east = atof(field[3]);
    info->north = atof(field[4]);
    info->pixel_x = atof(field[5]);
    info->pixel_y = atof(field[6]);
    if (count > 8 && strcasecmp(info->projection, "UTM") == 0) {
        info->zone = atoi(field[7]);
        snprintf(info->hemisphere, sizeof info->hemisphere, "%s", field[8]);
    }
    if (count > 9)
        snprintf(info->datum, sizeof info->datum, "%s", field[9]);
    for (int i = 7; i < count; i++)
        if (strncasecmp(field[i], "rotation=", 9) == 0)
            info->rotation = atof(field[i] + 9);
    if (info->rotation == 0 && count > 11 && strchr(field[11], '=') == NULL)
        info->rotation = atof(field[11]);
    return info->pixel_x > 0 && info->pixel_y > 0;
}

/* WGS 84 / UTM zones are EPSG 32601-32660 north and 32701-32760 south. */
static int utm_epsg(const map_info *info)
{
    if (info->zone < 1 || info->zone > 60 ||
        strncasecmp(info->datum, "WGS", 3) != 0)
        return 0;
    return (strncasecmp(info->hemisphere, "S", 1) == 0 ? 32700 : 32600) +
           info->zone;
}

hyp_georef hyp_map_info_read(const char *text, bool *rotated)
{
    map_info info;

    *rotated = false;
    if (!parse_map_info(text, &info))
        return (hyp_georef){ 0 };
    *rotated = info.rotation != 0;
    if (*rotated)
        return (hyp_georef){ 0 };
    return (hyp_georef){
        .west = info.east - (info.tie_x - 1) * info.pixel_x,
        .north = info.north + (info.tie_y - 1) * info.pixel_y,
        .pixel_x = info.pixel_x,
        .pixel_y = info.pixel_y,
        .epsg = utm_epsg(&info),
    };
}
