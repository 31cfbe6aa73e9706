/*
 * write_classes.c - write what k-means found: maps of classes, and centroids
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/formats.h"
#include "cmd/maps.h"
#include "cmd/project.h"
#include "cmd/spectra.h"
#include "core/palette.h"
#include "hyperslab/comm.h"
#include "io/sidecar.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const band_names[] = { "k-means class" };
static const uint16_t nodata = 0;

/* What a class map needs. */
typedef struct class_source {
    const hyp_job *job;
    int64_t *count; /* [classes + 1]: of this rank's part of a map; owned */
    uint8_t palette[UINT8_MAX + 1][3];
    hyp_formats formats;
} class_source;

/* A hyp_map_values: classes 1..K. */
static void number_classes(void *context, int64_t first, int64_t pixels,
                           void *out)
{
    const class_source *source = context;
    const hyp_kmeans *km = &source->job->kmeans;
    const uint16_t *label = km->label + first;
    uint16_t *wide = out;
    uint8_t *narrow = out;

    if (km->classes > UINT8_MAX)
        for (int64_t p = 0; p < pixels; p++)
            wide[p] = (uint16_t)(label[p] + 1);
    else
        for (int64_t p = 0; p < pixels; p++)
            narrow[p] = (uint8_t)(label[p] + 1);
}

/* A hyp_raster_look: count the classes of a map as it is written. */
static void count_classes(void *context, const void *rows, size_t bytes)
{
    const class_source *source = context;
    const uint8_t *narrow = rows;
    const uint16_t *wide = rows;

    if (source->job->kmeans.classes > UINT8_MAX)
        for (size_t p = 0; p < bytes / sizeof *wide; p++)
            source->count[wide[p]]++;
    else
        for (size_t p = 0; p < bytes; p++)
            source->count[narrow[p]]++;
}

static hyp_status write_sidecars(const class_source *source, int tile)
{
    const hyp_outputs *o = &source->job->outputs;
    const char *sidecar = hyp_output_map(o, tile, HYP_CLASSES_SIDECAR);
    const char *style = hyp_output_map(o, tile, HYP_CLASSES_STYLE);
    const int classes = source->job->kmeans.classes;
    hyp_status st;

    HYP_TRY(hyp_sidecar_write(sidecar, classes, source->count));
    HYP_TRY(hyp_sidecar_write_style(style, classes, source->count));
out:
    return st;
}

/* A hyp_map_finish: the sidecars of a map, by the first of its ranks. */
static hyp_status write_sidecars_all(void *context, int tile, MPI_Comm comm)
{
    class_source *source = context;
    const int classes = source->job->kmeans.classes;
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    MPI_Reduce(rank == 0 ? MPI_IN_PLACE : source->count, source->count,
               classes + 1, MPI_INT64_T, MPI_SUM, 0, comm);
    if (rank == 0)
        st = write_sidecars(source, tile);
    for (int j = 0; j <= classes; j++)
        source->count[j] = 0; /* for the next map */
    return hyp_agree(comm, st);
}

/* On rank 0: the VRT of all class maps, and its style. */
static hyp_status write_vrt(const class_source *source,
                            const hyp_map_kind *kind)
{
    const hyp_job *job = source->job;
    const hyp_kmeans *km = &job->kmeans;
    hyp_status st = HYP_OK;

    if (!job->outputs.vrt)
        return st;
    source->count[0] = job->scene.cells - job->summary.pixels;
    for (int j = 0; j < km->classes; j++)
        source->count[j + 1] = km->count[j];
    HYP_TRY(hyp_maps_write_vrt(job, HYP_CLASSES_VRT, kind, km->classes,
                               source->count));
    HYP_TRY(hyp_sidecar_write_style(
        hyp_output_path(&job->outputs, HYP_CLASSES_STYLE), km->classes,
        source->count));
out:
    return st;
}

static void set_palette(class_source *source, hyp_raster *raster)
{
    const int classes = source->job->kmeans.classes;

    for (int class = 0; class <= classes; class ++)
        hyp_palette_colour(class, source->palette[class]);
    raster->palette = (const uint8_t(*)[3])source->palette;
    raster->colours = classes + 1;
}

static hyp_status write_class_maps_all(const hyp_job *job)
{
    const bool narrow = job->kmeans.classes <= UINT8_MAX;
    class_source source = { .job = job };
    hyp_map_kind kind = { .file = HYP_CLASSES_TIF,
                          .raster = { .bands = 1,
                                      .sample = narrow ? HYP_SAMPLE_UINT8
                                                       : HYP_SAMPLE_UINT16,
                                      .nodata = "0",
                                      .band_names = band_names,
                                      .look = count_classes,
                                      .look_context = &source },
                          .nodata = &nodata,
                          .values = number_classes,
                          .finish = write_sidecars_all,
                          .context = &source };
    hyp_status st = hyp_alloc(&source.count, (size_t)job->kmeans.classes + 1);

    if (st == HYP_OK)
        st = hyp_formats_init(&source.formats, job);
    HYP_TRY(hyp_agree(job->comm, st));
    if (narrow)
        set_palette(&source, &kind.raster);
    hyp_formats_add_classes(&source.formats, job, &kind.raster);
    HYP_TRY(hyp_maps_write_all(job, &kind));
    if (job->rank == 0)
        st = write_vrt(&source, &kind);
out:
    hyp_formats_release(&source.formats);
    free(source.count);
    return st;
}

hyp_status hyp_write_classes_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, write_class_maps_all(job)));
    if (job->rank == 0 && !job->makes.maps_only) {
        st = hyp_spectra_write(job, HYP_CENTROIDS_CSV, "class",
                               job->kmeans.centre, job->kmeans.classes,
                               job->scale);
        if (st == HYP_OK)
            st = hyp_formats_write_centroids(job);
    }
    if (st == HYP_OK && job->rank == 0 && job->makes.of_scores &&
        !job->makes.maps_only)
        st = hyp_project_write(job);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write classes", hyp_clock() - begin);
out:
    return st;
}
