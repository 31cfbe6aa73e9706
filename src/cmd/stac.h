/*
 * stac.h - item.json: results as an item of a SpatioTemporal Asset Catalog
 *
 * An item lies in each folder that has maps, and describes the files there.
 * Sources: STAC 1.0.0, and its extensions projection 1.1.0 and classification
 * 1.1.0.
 */
#ifndef HYP_CMD_STAC_H
#define HYP_CMD_STAC_H

#include "cmd/job.h"

/*
 * If items were asked for: find out when the tiles were flown, and refuse those
 * of which an item cannot be made, before anything is read.
 *
 * Collective: yes
 * Errors:     HYP_EFORMAT, HYP_ENOMEM; those of hyp_days_read() and
 *             hyp_crs_to_degrees(), naming the tile
 */
HYP_CHECKED hyp_status hyp_stac_open_all(hyp_job *job);

/*
 * Write the items, if they were asked for.
 *
 * Collective: no (rank 0 calls it)
 * Errors:     those of hyp_json_write() and hyp_crs_to_degrees()
 */
HYP_CHECKED hyp_status hyp_stac_write(const hyp_job *job);

#endif
