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

static hyp_raster raster_of(const hyp_job *job, int bands, hyp_sample sample,
                            const char *nodata, const char *const *band_names)
{
    return (hyp_raster){ .rows = job->tile->rows,
                         .cols = job->tile->cols,
                         .bands = bands,
                         .sample = sample,
                         .nodata = nodata,
                         .band_names = band_names,
                         .georef = job->tile->georef };
}

static double wavelength(const hyp_job *job, int band)
{
    return job->tile->wavelength[job->kept.index[band]];
}

/* A table whose first column is the wavelength: spectra [count][bands]. */
static hyp_status write_spectra(const hyp_job *job, const char *file,
                                const char *prefix, const double *spectra,
                                int count, double divisor)
{
    const int bands = job->kept.count, columns = count + 1;
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

        row[0] = wavelength(job, b);
        for (int j = 0; j < count; j++)
            row[j + 1] =
                spectra[(size_t)j * (size_t)bands + (size_t)b] / divisor;
    }
    st = hyp_table_write(hyp_stage_path(&job->stage, file), n.pointer, columns,
                         value, bands);
out:
    free(value);
    names_release(&n);
    return st;
}

/* Classes 1..K of this rank's rows, and 0 where there is no data. */
static hyp_status fill_classes(void *context, int64_t row, int64_t rows,
                               void *out)
{
    const hyp_job *job = context;
    const int64_t pixels = hyp_slab_pixels_in(&job->slab, row, rows);
    const uint16_t *label = job->kmeans.label + job->slab.before[row];
    const uint16_t nodata = 0;
    uint16_t *wide;
    uint8_t *narrow;
    hyp_status st = hyp_alloc(&wide, (size_t)pixels);

    if (st != HYP_OK)
        return st;
    narrow = (uint8_t *)wide;
    if (job->kmeans.classes > UINT8_MAX) {
        for (int64_t p = 0; p < pixels; p++)
            wide[p] = (uint16_t)(label[p] + 1);
        hyp_slab_spread(&job->slab, wide, &nodata, 2, row, rows, out);
    } else {
        for (int64_t p = 0; p < pixels; p++)
            narrow[p] = (uint8_t)(label[p] + 1);
        hyp_slab_spread(&job->slab, narrow, &nodata, 1, row, rows, out);
    }
    free(wide);
    return HYP_OK;
}

static hyp_status write_class_map_all(hyp_job *job)
{
    static const char *const band_names[] = { "k-means class" };
    const bool narrow = job->kmeans.classes <= UINT8_MAX;
    hyp_raster raster = raster_of(
        job, 1, narrow ? HYP_SAMPLE_UINT8 : HYP_SAMPLE_UINT16, "0", band_names);
    uint8_t palette[UINT8_MAX + 1][3];

    for (int class = 0; narrow && class <= job->kmeans.classes; class ++)
        hyp_palette_colour(class, palette[class]);
    if (narrow) {
        raster.palette = (const uint8_t(*)[3])palette;
        raster.colours = job->kmeans.classes + 1;
    }
    return hyp_raster_write_all(hyp_stage_path(&job->stage, HYP_CLASSES_TIF),
                                &raster, job->slab.rows, fill_classes, job,
                                job->comm);
}

/* Pixels of each class, after those without data. */
static hyp_status write_sidecar(const hyp_job *job)
{
    const hyp_kmeans *km = &job->kmeans;
    int64_t *count;
    hyp_status st = hyp_alloc(&count, (size_t)km->classes + 1);

    if (st != HYP_OK)
        return st;
    count[0] = job->tile->rows * job->tile->cols - job->summary.pixels;
    for (int j = 0; j < km->classes; j++)
        count[j + 1] = km->count[j];
    st = hyp_sidecar_write(hyp_stage_path(&job->stage, HYP_CLASSES_SIDECAR),
                           km->classes, count);
    free(count);
    return st;
}

hyp_status hyp_write_classes_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_status st;

    HYP_TRY(write_class_map_all(job));
    if (job->rank == 0) {
        st = write_sidecar(job);
        if (st == HYP_OK)
            st = write_spectra(job, HYP_CENTROIDS_CSV, "class",
                               job->kmeans.centre, job->kmeans.classes,
                               job->scale);
    }
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write classes", hyp_clock() - begin);
out:
    return st;
}

/* What fill_scores needs, and the time that the arithmetic takes. */
typedef struct score_source {
    const hyp_job *job;
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
    const int64_t pixels = hyp_slab_pixels_in(slab, row, rows);
    const size_t components = (size_t)source->scores.components;
    const double begin = hyp_clock();
    float *values = out; /* in place, if every pixel is valid */
    hyp_status st = HYP_OK;

    if (pixels < rows * slab->cols)
        st = hyp_alloc(&values, (size_t)pixels * components);
    if (st != HYP_OK)
        return st;
    hyp_scores_of(&source->scores, slab, slab->before[row], pixels, values);
    if (values != out) {
        hyp_slab_spread(slab, values, source->nodata,
                        components * sizeof *values, row, rows, out);
        free(values);
    }
    source->seconds += hyp_clock() - begin;
    return HYP_OK;
}

static hyp_status write_score_map_all(hyp_job *job)
{
    const int components = job->pca.components;
    score_source source;
    names n = { 0 };
    hyp_raster raster;
    hyp_status st;

    st = score_source_init(&source, job);
    if (st == HYP_OK)
        st = names_init(&n, components);
    HYP_TRY(hyp_agree(job->comm, st));
    for (int i = 0; i < components; i++)
        snprintf(n.text[i], NAME_ROOM, "PC%d (%.4g %%)", i + 1,
                 100 * hyp_pca_share(&job->pca, i));
    raster = raster_of(job, components, HYP_SAMPLE_FLOAT32, "nan", n.pointer);
    st = hyp_raster_write_all(hyp_stage_path(&job->stage, HYP_PCA_TIF), &raster,
                              job->slab.rows, fill_scores, &source, job->comm);
    hyp_job_phase(job, "scores", source.seconds);
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
    st = hyp_table_write(hyp_stage_path(&job->stage, HYP_EIGENVALUES_CSV),
                         columns, 4, row[0], pca->bands);
    free(row);
    return st;
}

hyp_status hyp_write_components_all(hyp_job *job)
{
    const double begin = hyp_clock();
    double scores;
    hyp_status st;

    HYP_TRY(write_score_map_all(job));
    scores = job->phase[job->phases - 1].seconds;
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

hyp_status hyp_write_record_all(hyp_job *job, bool classes, bool components)
{
    hyp_status st = HYP_OK;

    if (job->rank == 0)
        st = hyp_model_write(hyp_stage_path(&job->stage, HYP_MODEL_H5),
                             job->tile, &job->kept, job->scale,
                             classes ? &job->kmeans : NULL,
                             components ? &job->pca : NULL);
    HYP_TRY(hyp_agree(job->comm, st));
    HYP_TRY(hyp_record_write_all(job, classes, components));
out:
    return st;
}
