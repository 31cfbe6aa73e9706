/*
 * formats.h - the maps and spectra of a job in the formats that were asked for
 * beside the usual ones
 */
#ifndef HYP_CMD_FORMATS_H
#define HYP_CMD_FORMATS_H

#include "cmd/job.h"
#include "io/envi.h"
#include "io/raster.h"

/* What copies of a map need while it is written. */
typedef struct hyp_formats {
    hyp_envi envi;
} hyp_formats;

/*
 * Refuse tiles whose CRS these formats cannot name, before anything is read.
 *
 * Collective: yes
 * Errors:     those of hyp_crs_wkt(), naming the tile
 */
HYP_CHECKED hyp_status hyp_formats_check_all(const hyp_job *job);

/*
 * Give the raster of the class maps its copies; maps.h places them.
 *
 * Collective: no
 * Requires:   formats outlives the raster
 */
void hyp_formats_of_classes(hyp_formats *formats, const hyp_job *job,
                            hyp_raster *raster);

/* Likewise for the maps of scores.  Collective: no. */
void hyp_formats_of_scores(hyp_formats *formats, const hyp_job *job,
                           hyp_raster *raster);

/*
 * Write the centroids as a spectral library, if ENVI's formats were asked for.
 *
 * Collective: no (rank 0 calls it)
 */
HYP_CHECKED hyp_status hyp_formats_write_centroids(const hyp_job *job);

#endif
