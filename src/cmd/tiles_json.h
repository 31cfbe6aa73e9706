/*
 * tiles_json.h - tiles, as run.json and info --json describe them
 */
#ifndef HYP_CMD_TILES_JSON_H
#define HYP_CMD_TILES_JSON_H

#include "hyperslab/scene.h"

#include <jansson.h>

/*
 * What decides how tiles are read, an object a tile.
 *
 * Collective: no
 * Ownership:  the caller's
 */
json_t *hyp_tiles_describe(const hyp_scene *scene);

/*
 * Print all that is known of tiles as JSON on stdout: an object, or an array of
 * them if there are several.
 *
 * Collective: no
 */
HYP_CHECKED hyp_status hyp_tiles_print(const hyp_scene *scene);

#endif
