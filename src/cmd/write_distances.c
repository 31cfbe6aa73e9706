/*
 * write_distances.c - write how far pixels are from their centroids
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/maps.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>

static const char *const band_names[] = { "distance from the centroid" };
static const float nodata = NAN;

/* Distances of rows of the slab, and NaN where there is no data. */
static hyp_status fill_distances(void *context, int64_t row, int64_t rows,
                                 void *out)
{
    const hyp_job *job = context;
    const hyp_slab *slab = job->points.slab;
    const int64_t pixels = hyp_slab_pixels_in(slab, row, rows);
    float *values;
    hyp_status st = hyp_alloc(&values, (size_t)pixels);

    if (st != HYP_OK)
        return st;
    hyp_kmeans_distances(&job->kmeans, slab, job->scores.grid.coarser,
                         slab->before[row], pixels, job->points.scale, values);
    hyp_slab_spread(slab, values, &nodata, sizeof nodata, row, rows, out);
    free(values);
    return HYP_OK;
}

hyp_status hyp_write_distances_all(hyp_job *job)
{
    const hyp_map_kind kind = { .file = HYP_DISTANCE_TIF,
                                .raster = { .bands = 1,
                                            .sample = HYP_SAMPLE_FLOAT32,
                                            .nodata = "nan",
                                            .band_names = band_names },
                                .nodata = &nodata,
                                .fill = fill_distances,
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
