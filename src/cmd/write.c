/*
 * write.c - write the results of a job into its staged files
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/record.h"
#include "core/palette.h"
#include "hyperslab/comm.h"
#include "io/model.h"
#include "io/mosaic.h"
#include "io/raster.h"
#include "io/sidecar.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_ROOM = 48 };

/* Room for count names, and a pointer to each. */
typedef struct names {
    char (*text)[NAME_ROOM];
    const char **pointer;
} names;

static hyp_status names_init(names *n, int count)
{
    hyp_status st;

    *n = (names){ 0 };
    HYP_TRY(hyp_alloc(&n->text, (size_t)count));
    HYP_TRY(hyp_alloc(&n->pointer, (size_t)count));
    for (int i = 0; i < count; i++)
        n->pointer[i] = n->text[i];
out:
    return st;
}

static void names_release(names *n)
{
    free(n->text);
    free(n->pointer);
}

/* A map of one tile, as the ranks that have some of its rows write it. */
typedef struct map {
    hyp_raster raster;
    int64_t first, rows; /* of the slab's rows */
} map;

static map map_of(const hyp_job *job, const hyp_raster *common, int tile)
{
    const hyp_slab *slab = &job->slab;
    const hyp_rows rows = hyp_scene_rows(
        &job->scene, tile,
        (hyp_rows){ slab->first_row, slab->first_row + slab->rows });
    const hyp_tile *t = job->scene.tile[tile].tile;
    map m = { *common, rows.begin - slab->first_row, rows.end - rows.begin };

    m.raster.rows = t->rows;
    m.raster.cols = t->cols;
    m.raster.georef = t->georef;
    return m;
}

/* On rank 0: join the maps of all tiles, if they can be joined. */
static hyp_status write_mosaic(const hyp_job *job, const char *file,
                               const char *tiff, const hyp_raster *common,
                               int classes, const int64_t *count)
{
    const hyp_mosaic mosaic = {
        .scene = &job->scene,
        .map = common,
        .file = tiff,
        .folder = (const char *const *)job->outputs.folder,
        .classes = classes,
        .count = count,
    };

    if (!job->outputs.mosaic)
        return HYP_OK;
    return hyp_mosaic_write(hyp_output_path(&job->outputs, file), &mosaic);
}

/* A table whose first column is the wavelength: spectra [count][bands]. */
static hyp_status write_spectra(const hyp_job *job, const char *file,
                                const char *prefix, const double *spectra,
                                int count, double divisor)
{
    const int bands = job->bands, columns = count + 1;
    double *value = NULL;
    names n = { 0 };
    hyp_status st;

    HYP_TRY(names_init(&n, columns));
    HYP_TRY(hyp_alloc(&value, (size_t)bands * (size_t)columns));
    snprintf(n.text[0], NAME_ROOM, "wavelength_nm");
    for (int j = 0; j < count; j++)
        snprintf(n.text[j + 1], NAME_ROOM, "%s_%d", prefix, j + 1);
    for (int b = 0; b < bands; b++) {
        double *row = value + (size_t)b * (size_t)columns;

        row[0] = hyp_scene_wavelength(&job->scene, b);
        for (int j = 0; j < count; j++)
            row[j + 1] =
                spectra[(size_t)j * (size_t)bands + (size_t)b] / divisor;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, file), n.pointer,
                         columns, value, bands);
out:
    free(value);
    names_release(&n);
    return st;
}

/* The rows of the slab whose classes are wanted. */
typedef struct class_source {
    const hyp_job *job;
    int64_t first;
} class_source;

/* Classes 1..K of this rank's rows, and 0 where there is no data. */
static hyp_status fill_classes(void *context, int64_t row, int64_t rows,
                               void *out)
{
    const class_source *source = context;
    const hyp_slab *slab = &source->job->slab;
    const hyp_kmeans *km = &source->job->kmeans;
    const int64_t from = source->first + row;
    const int64_t pixels = hyp_slab_pixels_in(slab, from, rows);
    const uint16_t *label = km->label + slab->before[from];
    const uint16_t nodata = 0;
    uint16_t *wide;
    uint8_t *narrow;
    hyp_status st = hyp_alloc(&wide, (size_t)pixels);

    if (st != HYP_OK)
        return st;
    narrow = (uint8_t *)wide;
    if (km->classes > UINT8_MAX) {
        for (int64_t p = 0; p < pixels; p++)
            wide[p] = (uint16_t)(label[p] + 1);
        hyp_slab_spread(slab, wide, &nodata, 2, from, rows, out);
    } else {
        for (int64_t p = 0; p < pixels; p++)
            narrow[p] = (uint8_t)(label[p] + 1);
        hyp_slab_spread(slab, narrow, &nodata, 1, from, rows, out);
    }
    free(wide);
    return HYP_OK;
}

/* Pixels of each class in the map, after those without data; on rank 0. */
static void count_all(const hyp_job *job, const map *m, int64_t *count)
{
    const int classes = job->kmeans.classes;
    const int64_t *before = job->slab.before;

    for (int j = 0; j <= classes; j++)
        count[j] = 0;
    for (int64_t p = before[m->first]; p < before[m->first + m->rows]; p++)
        count[job->kmeans.label[p] + 1]++;
    MPI_Reduce(job->rank == 0 ? MPI_IN_PLACE : count, count, classes + 1,
               MPI_INT64_T, MPI_SUM, 0, job->comm);
    count[0] = m->raster.rows * m->raster.cols;
    for (int j = 1; j <= classes; j++)
        count[0] -= count[j];
}

/* One class map with its sidecar; count [classes + 1] is room for both. */
static hyp_status write_class_map_all(const hyp_job *job,
                                      const hyp_raster *common, int tile,
                                      int64_t *count)
{
    const map m = map_of(job, common, tile);
    class_source source = { job, m.first };
    hyp_status st;

    HYP_TRY(hyp_raster_write_all(
        hyp_output_map(&job->outputs, tile, HYP_CLASSES_TIF), &m.raster, m.rows,
        fill_classes, &source, job->comm));
    count_all(job, &m, count);
    if (job->rank == 0)
        st = hyp_sidecar_write(
            hyp_output_map(&job->outputs, tile, HYP_CLASSES_SIDECAR),
            job->kmeans.classes, count);
    st = hyp_agree(job->comm, st);
out:
    return st;
}

/* On rank 0: the VRT of all class maps. */
static hyp_status write_class_mosaic(const hyp_job *job,
                                     const hyp_raster *common, int64_t *count)
{
    const hyp_kmeans *km = &job->kmeans;

    count[0] = job->scene.cells - job->summary.pixels;
    for (int j = 0; j < km->classes; j++)
        count[j + 1] = km->count[j];
    return write_mosaic(job, HYP_CLASSES_VRT, HYP_CLASSES_TIF, common,
                        km->classes, count);
}

static hyp_status write_class_maps_all(const hyp_job *job)
{
    static const char *const band_names[] = { "k-means class" };
    const int classes = job->kmeans.classes;
    const bool narrow = classes <= UINT8_MAX;
    hyp_raster common = { .bands = 1,
                          .sample =
                              narrow ? HYP_SAMPLE_UINT8 : HYP_SAMPLE_UINT16,
                          .nodata = "0",
                          .band_names = band_names };
    uint8_t palette[UINT8_MAX + 1][3];
    int64_t *count;
    hyp_status st = hyp_alloc(&count, (size_t)classes + 1);

    for (int class = 0; narrow && class <= classes; class ++)
        hyp_palette_colour(class, palette[class]);
    if (narrow) {
        common.palette = (const uint8_t(*)[3])palette;
        common.colours = classes + 1;
    }
    HYP_TRY(hyp_agree(job->comm, st));
    for (int i = 0; i < job->scene.tiles; i++)
        HYP_TRY(write_class_map_all(job, &common, i, count));
    if (job->rank == 0)
        st = write_class_mosaic(job, &common, count);
out:
    free(count);
    return st;
}

hyp_status hyp_write_classes_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, write_class_maps_all(job)));
    if (job->rank == 0)
        st = write_spectra(job, HYP_CENTROIDS_CSV, "class", job->kmeans.centre,
                           job->kmeans.classes, job->scale);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write classes", hyp_clock() - begin);
out:
    return st;
}

/* What fill_scores needs, and the time that the arithmetic takes. */
typedef struct score_source {
    const hyp_job *job;
    int64_t first; /* of the slab's rows that are wanted */
    hyp_scores scores;
    float *nodata; /* [components] of NaN */
    double seconds;
} score_source;

static hyp_status score_source_init(score_source *source, const hyp_job *job)
{
    hyp_status st;

    *source = (score_source){ .job = job };
    HYP_TRY(hyp_scores_init(&source->scores, &job->pca, job->slab.stride,
                            job->scale));
    HYP_TRY(hyp_alloc(&source->nodata, (size_t)job->pca.components));
    for (int i = 0; i < job->pca.components; i++)
        source->nodata[i] = NAN;
out:
    return st;
}

static void score_source_release(score_source *source)
{
    hyp_scores_release(&source->scores);
    free(source->nodata);
}

static hyp_status fill_scores(void *context, int64_t row, int64_t rows,
                              void *out)
{
    score_source *source = context;
    const hyp_slab *slab = &source->job->slab;
    const int64_t from = source->first + row;
    const int64_t pixels = hyp_slab_pixels_in(slab, from, rows);
    const int64_t cells = slab->cells[from + rows] - slab->cells[from];
    const size_t components = (size_t)source->scores.components;
    const double begin = hyp_clock();
    float *values = out; /* in place, if every pixel is valid */
    hyp_status st = HYP_OK;

    if (pixels < cells)
        st = hyp_alloc(&values, (size_t)pixels * components);
    if (st != HYP_OK)
        return st;
    hyp_scores_of(&source->scores, slab, slab->before[from], pixels, values);
    if (values != out) {
        hyp_slab_spread(slab, values, source->nodata,
                        components * sizeof *values, from, rows, out);
        free(values);
    }
    source->seconds += hyp_clock() - begin;
    return HYP_OK;
}

static hyp_status write_score_map_all(const hyp_job *job,
                                      const hyp_raster *common, int tile,
                                      score_source *source)
{
    const map m = map_of(job, common, tile);

    source->first = m.first;
    return hyp_raster_write_all(
        hyp_output_map(&job->outputs, tile, HYP_PCA_TIF), &m.raster, m.rows,
        fill_scores, source, job->comm);
}

/* *seconds: of the arithmetic alone. */
static hyp_status write_score_maps_all(const hyp_job *job, double *seconds)
{
    const int components = job->pca.components;
    score_source source;
    names n = { 0 };
    hyp_raster common;
    hyp_status st;

    st = score_source_init(&source, job);
    if (st == HYP_OK)
        st = names_init(&n, components);
    HYP_TRY(hyp_agree(job->comm, st));
    for (int i = 0; i < components; i++)
        snprintf(n.text[i], NAME_ROOM, "PC%d (%.4g %%)", i + 1,
                 100 * hyp_pca_share(&job->pca, i));
    common = (hyp_raster){ .bands = components,
                           .sample = HYP_SAMPLE_FLOAT32,
                           .nodata = "nan",
                           .band_names = n.pointer };
    for (int i = 0; i < job->scene.tiles; i++)
        HYP_TRY(write_score_map_all(job, &common, i, &source));
    if (job->rank == 0)
        st = write_mosaic(job, HYP_PCA_VRT, HYP_PCA_TIF, &common, 0, NULL);
    *seconds = source.seconds;
out:
    score_source_release(&source);
    names_release(&n);
    return st;
}

static hyp_status write_eigenvalues(const hyp_job *job)
{
    static const char *const columns[] = { "component", "eigenvalue", "share",
                                           "cumulated" };
    const hyp_pca *pca = &job->pca;
    double(*row)[4], cumulated = 0;
    hyp_status st = hyp_alloc(&row, (size_t)pca->bands);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < pca->bands; i++) {
        cumulated += hyp_pca_share(pca, i);
        row[i][0] = i + 1;
        row[i][1] = pca->value[i] / (job->scale * job->scale);
        row[i][2] = hyp_pca_share(pca, i);
        row[i][3] = cumulated;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, HYP_EIGENVALUES_CSV),
                         columns, 4, row[0], pca->bands);
    free(row);
    return st;
}

hyp_status hyp_write_components_all(hyp_job *job)
{
    const double begin = hyp_clock();
    double scores;
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, write_score_maps_all(job, &scores)));
    hyp_job_phase(job, "scores", scores);
    if (job->rank == 0) {
        st = write_eigenvalues(job);
        if (st == HYP_OK)
            st = write_spectra(job, HYP_COMPONENTS_CSV, "pc", job->pca.vector,
                               job->pca.components, 1);
    }
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write scores", hyp_clock() - begin - scores);
out:
    return st;
}

hyp_status hyp_write_record_all(hyp_job *job)
{
    const hyp_scene_tile *first = &job->scene.tile[0];
    hyp_status st = HYP_OK;

    if (job->rank == 0)
        st = hyp_model_write(hyp_output_path(&job->outputs, HYP_MODEL_H5),
                             first->tile, &first->kept, job->scale,
                             job->makes.classes ? &job->kmeans : NULL,
                             job->makes.components ? &job->pca : NULL);
    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(hyp_record_write_all(job));
out:
    return st;
}
