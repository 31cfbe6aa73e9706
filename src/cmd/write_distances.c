/*
 * write_distances.c - write how far pixels are from their centroids
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "cmd/maps.h"
#include "hyperslab/comm.h"

#include <math.h>

static const char *const band_names[] = { "distance from the centroid" };
static const float nodata = NAN;

/* A hyp_map_values. */
static void find_distances(void *context, int64_t first, int64_t pixels,
                           void *out)
{
    const hyp_job *job = context;

    hyp_kmeans_distances(&job->kmeans, job->points.slab,
                         job->scores.grid.coarser, first, pixels,
                         job->points.scale, out);
}

hyp_status hyp_write_distances_all(hyp_job *job)
{
    const hyp_map_kind kind = { .file = HYP_DISTANCE_TIF,
                                .raster = { .bands = 1,
                                            .sample = HYP_SAMPLE_FLOAT32,
                                            .nodata = "nan",
                                            .band_names = band_names },
                                .nodata = &nodata,
                                .values = find_distances,
                                .context = job };
    const double begin = hyp_clock();
    hyp_status st;

    HYP_TRY(hyp_maps_write_all(job, &kind));
    if (job->rank == 0)
        st = hyp_maps_write_vrt(job, HYP_DISTANCE_VRT, &kind, 0, NULL);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write distances", hyp_clock() - begin);
out:
    return st;
}
