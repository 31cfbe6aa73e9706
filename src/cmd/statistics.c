/*
 * statistics.c - tables of what the classes hold
 */
#include "cmd/statistics.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/spectra.h"
#include "hyperslab/comm.h"
#include "hyperslab/deviations.h"
#include "io/npy.h"
#include "io/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RED, INFRARED, COLUMNS = 5 };

/* nm; a band farther away tells nothing of plants. */
static const double ndvi_wanted[2] = { 672, 865 }, ndvi_far = 30;

static const double square_metres_per_hectare = 1e4;

/* The bands of the NDVI; false if there are none. */
static bool choose_ndvi(hyp_job *job, int band[2])
{
    bool near = true;

    for (int i = RED; i <= INFRARED; i++) {
        band[i] = hyp_shown_nearest(job, ndvi_wanted[i]);
        job->ndvi_nm[i] = hyp_scene_wavelength(&job->scene, band[i]);
        near = near && fabs(job->ndvi_nm[i] - ndvi_wanted[i]) <= ndvi_far;
    }
    if (!near)
        job->ndvi_nm[RED] = job->ndvi_nm[INFRARED] = 0;
    return near;
}

/* Of the mean spectrum of a class; 0 if it is dark in both bands. */
static double ndvi_of_mean(const hyp_kmeans *km, int class, const int band[2])
{
    const double *mean = km->centre + (int64_t) class * km->bands;
    const double sum = mean[band[INFRARED]] + mean[band[RED]];

    return sum != 0 ? (mean[band[INFRARED]] - mean[band[RED]]) / sum : 0;
}

/* The ground that a pixel covers, if it is known and the same in all tiles;
   else 0. */
static double hectares_of_pixel(const hyp_scene *scene)
{
    const hyp_georef *first = &scene->tile[0].tile->georef;

    for (int i = 0; i < scene->tiles; i++) {
        const hyp_georef *g = &scene->tile[i].tile->georef;

        if (!hyp_georef_is_known(g) || g->epsg == 0 ||
            g->pixel_x != first->pixel_x || g->pixel_y != first->pixel_y)
            return 0;
    }
    return first->pixel_x * first->pixel_y / square_metres_per_hectare;
}

static hyp_status write_classes(hyp_job *job)
{
    const hyp_kmeans *km = &job->kmeans;
    const double hectares = hectares_of_pixel(&job->scene);
    const char *name[COLUMNS] = { "class", "pixels", "share" };
    int columns = 3, band[2];
    const bool has_ndvi = choose_ndvi(job, band);
    double *value, *at;
    hyp_status st = hyp_alloc(&value, (size_t)km->classes * COLUMNS);

    if (st != HYP_OK)
        return st;
    if (hectares > 0)
        name[columns++] = "hectares";
    if (has_ndvi)
        name[columns++] = "ndvi_of_mean";
    at = value;
    for (int j = 0; j < km->classes; j++) {
        *at++ = j + 1;
        *at++ = (double)km->count[j];
        *at++ = (double)km->count[j] / (double)job->summary.pixels;
        if (hectares > 0)
            *at++ = (double)km->count[j] * hectares;
        if (has_ndvi)
            *at++ = ndvi_of_mean(km, j, band);
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, HYP_CLASSES_CSV), name,
                         columns, value, km->classes);
    free(value);
    return st;
}

hyp_status hyp_statistics_write_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_deviations deviations;
    hyp_status st;

    HYP_TRY(
        hyp_deviations_all(&job->slab, &job->kmeans, job->comm, &deviations));
    if (job->rank == 0) {
        st = write_classes(job);
        if (st == HYP_OK)
            st = hyp_spectra_write(job, HYP_DEVIATIONS_CSV, "class",
                                   deviations.value, deviations.classes,
                                   job->scale);
    }
    hyp_deviations_release(&deviations);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "statistics", hyp_clock() - begin);
out:
    return st;
}

/* The DN of this rank's pixels without what follows the bands. */
static hyp_status pack(const hyp_job *job, int16_t **packed)
{
    const hyp_slab *slab = &job->slab;
    const size_t bands = (size_t)slab->bands;
    hyp_status st = hyp_alloc(packed, (size_t)slab->pixels * bands);

    for (int64_t p = 0; st == HYP_OK && p < slab->pixels; p++)
        memcpy(*packed + (size_t)p * bands, slab->dn + p * slab->stride,
               bands * sizeof **packed);
    return st;
}

/* What rank 0 needs to take the pixels of all. */
typedef struct gathering {
    int *count, *start; /* [ranks]: values of each, and before each; owned */
    int16_t *all;       /* owned                                           */
} gathering;

static hyp_status gathering_init(gathering *g, const hyp_job *job)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&g->count, (size_t)job->size));
    HYP_TRY(hyp_alloc(&g->start, (size_t)job->size));
    if (job->rank == 0)
        st = hyp_alloc(&g->all,
                       (size_t)job->summary.pixels * (size_t)job->bands);
out:
    return st;
}

static void gather_all(gathering *g, const hyp_job *job, const int16_t *mine)
{
    const int count = (int)job->slab.pixels * job->bands;

    MPI_Gather(&count, 1, MPI_INT, g->count, 1, MPI_INT, 0, job->comm);
    for (int r = 1; r < job->size; r++)
        g->start[r] = g->start[r - 1] + g->count[r - 1];
    MPI_Gatherv(mine, count, MPI_INT16_T, g->all, g->count, g->start,
                MPI_INT16_T, 0, job->comm);
}

hyp_status hyp_statistics_pixels_all(hyp_job *job)
{
    gathering g = { 0 };
    int16_t *mine = NULL;
    hyp_status st;

    if (!job->makes.pixels)
        return HYP_OK;
    st = pack(job, &mine);
    if (st == HYP_OK)
        st = gathering_init(&g, job);
    HYP_TRY(hyp_agree(job->comm, st));
    gather_all(&g, job, mine);
    if (job->rank == 0)
        st = hyp_npy_write(hyp_output_path(&job->outputs, HYP_PIXELS_NPY),
                           HYP_NPY_INT16, job->summary.pixels, job->bands,
                           g.all);
    st = hyp_agree(job->comm, st);
out:
    free(mine);
    free(g.count);
    free(g.start);
    free(g.all);
    return st;
}
