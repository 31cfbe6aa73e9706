/*
 * formats.h - the maps and spectra of a job in the formats that were asked for
 * beside the usual ones
 */
#ifndef HYP_CMD_FORMATS_H
#define HYP_CMD_FORMATS_H

#include "cmd/job.h"
#include "io/cf.h"
#include "io/envi.h"
#include "io/raster.h"

/* What the copies of maps need while they are written. */
typedef struct hyp_formats {
    hyp_envi classes, scores, denoised;
    hyp_cf maps;
    double *share;      /* [components]; owned           */
    double *wavelength; /* [bands], nm; owned            */
    double *fwhm;       /* [bands], nm, or NULL; owned   */
} hyp_formats;

/*
 * Refuse tiles whose CRS these formats cannot name, before anything is read.
 *
 * Collective: yes
 * Errors:     those of hyp_crs_wkt(), naming the tile
 */
HYP_CHECKED hyp_status hyp_formats_check_all(const hyp_job *job);

/*
 * Prepare what the copies need.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM
 * Ownership:  the caller frees with hyp_formats_release(), whatever the status
 */
HYP_CHECKED hyp_status hyp_formats_init(hyp_formats *formats,
                                        const hyp_job *job);

/*
 * Give the raster of the class maps its copies; maps.h places them.
 *
 * Collective: no
 * Ownership:  formats belongs to the raster until it is written
 */
void hyp_formats_add_classes(const hyp_formats *formats, const hyp_job *job,
                             hyp_raster *raster);

/* Likewise for the maps of scores.  Collective: no. */
void hyp_formats_add_scores(const hyp_formats *formats, const hyp_job *job,
                            hyp_raster *raster);

/* Likewise for those of denoised pixels.  Collective: no. */
void hyp_formats_add_denoised(const hyp_formats *formats, const hyp_job *job,
                              hyp_raster *raster);

/* Free what formats owns.  Accepts { 0 }.  Collective: no. */
void hyp_formats_release(hyp_formats *formats);

/*
 * Write the centroids as a spectral library, if ENVI's formats were asked for.
 *
 * Collective: no (rank 0 calls it)
 */
HYP_CHECKED hyp_status hyp_formats_write_centroids(const hyp_job *job);

#endif
