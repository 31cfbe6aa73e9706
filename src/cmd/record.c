/*
 * record.c - run.json: what was run, on what, and how long it took
 */
#include "cmd/record.h"

#include "base/clock.h"
#include "cmd/identity.h"
#include "cmd/json.h"
#include "cmd/tiles_json.h"
#include "core/blas.h"
#include "hyperslab/comm.h"
#include "hyperslab/version.h"
#include "io/h5.h"
#include "io/mosaic.h"
#include "kernel/kernel.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

/* Of the first tile, counted from 1. */
static json_t *describe_bands(const hyp_job *job)
{
    const hyp_bands *kept = &job->scene.tile[0].kept;
    json_t *list = json_array();

    for (int i = 0; i < kept->count; i++)
        json_array_append_new(list, json_integer(kept->index[i] + 1));
    return list;
}

/* The options of kmeans, pca, mnf and run. */
static json_t *describe_fit(const hyp_settings *s)
{
    json_t *root = hyp_identity_settings(s);

    json_object_update_new(
        root, json_pack("{s:i, s:I, s:f, s:s}", "max-iter", s->max_iterations,
                        "seed", (json_int_t)s->seed, "snr", s->snr,
                        "noise-from", hyp_neighbour_name(s->noise_from)));
    hyp_identity_set_components(root, &s->pca);
    if (s->pca.grid_rows > 0)
        json_object_set_new(
            root, "eigen-grid",
            json_sprintf("%dx%d", s->pca.grid_rows, s->pca.grid_cols));
    if (s->pca.kind == HYP_PCA_WHITENED)
        json_object_set_new(root, "whiten", json_true());
    if (s->denoise)
        json_object_set_new(root, "denoise", json_true());
    if (s->start_clusters)
        json_object_set_new(root, "start-clusters",
                            hyp_json_text(s->start_clusters));
    return root;
}

/* The options of predict. */
static json_t *describe_applied(const hyp_settings *s)
{
    json_t *root = json_pack("{s:o}", "model", hyp_json_text(s->model));

    if (s->match_bands)
        json_object_set_new(root, "match-bands", json_true());
    if (s->has_nodata)
        json_object_set_new(root, "nodata", json_real(s->nodata));
    return root;
}

static json_t *integers(const int *value, int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_integer(value[i]));
    return list;
}

/* The options of sweep: some are lists, where those of kmeans are not. */
static json_t *describe_swept(const hyp_settings *s)
{
    json_t *root = hyp_identity_settings(s);

    json_object_update_new(
        root,
        json_pack("{s:o, s:o, s:o, s:i, s:I}", "classes",
                  integers(s->swept.k, s->swept.ks), "subset",
                  integers(s->swept.subset, s->swept.subsets), "pca",
                  hyp_json_numbers(s->swept.share, s->swept.shares), "max-iter",
                  s->max_iterations, "seed", (json_int_t)s->seed));
    return root;
}

/* DAY/DAY */
static json_t *describe_days(hyp_days days)
{
    return json_sprintf("%04d-%02d-%02d/%04d-%02d-%02d", days.first / 10000,
                        days.first / 100 % 100, days.first % 100,
                        days.last / 10000, days.last / 100 % 100,
                        days.last % 100);
}

/* The options that decide which files are written, and where. */
static void add_outputs(json_t *root, const hyp_settings *s)
{
    const struct {
        const char *name;
        bool given;
    } option[] = {
        { "mosaic-tif", s->mosaic_tif },
        { "envi", s->envi },
        { "hdf5", s->hdf5 },
        { "stac", s->stac },
        { "no-pictures", !s->pictures },
        { "no-report", !s->report },
    };

    json_object_set_new(root, "output", hyp_json_text(s->output));
    for (size_t i = 0; i < sizeof option / sizeof *option; i++)
        if (option[i].given)
            json_object_set_new(root, option[i].name, json_true());
    if (s->stac && s->flown.first > 0)
        json_object_set_new(root, "stac", describe_days(s->flown));
}

/* The options that decide the result, under their names on the command line. */
static json_t *describe_settings(const hyp_job *job)
{
    const hyp_settings *s = job->settings;
    json_t *root = job->sweep ? describe_swept(s)
                   : s->model ? describe_applied(s)
                              : describe_fit(s);

    if (s->mask)
        json_object_set_new(root, "mask", hyp_json_text(s->mask));
    add_outputs(root, s);
    return root;
}

static json_t *describe_counts(const hyp_kmeans *km)
{
    json_t *counts = json_array();

    for (int j = 0; j < km->classes; j++)
        json_array_append_new(counts, json_integer(km->count[j]));
    return counts;
}

/* Where the starts of k-means ended. */
static json_t *describe_starts(const hyp_job *job, double unit)
{
    json_t *list = json_array();

    for (int i = 0; i < job->starts; i++)
        json_array_append_new(list, json_real(job->start_within[i] / unit));
    return list;
}

static json_t *describe_kmeans(const hyp_job *job)
{
    const hyp_kmeans *km = &job->kmeans;
    const double unit = job->points.scale * job->points.scale;
    json_t *steps = json_array(), *root;

    for (int i = 0; i < job->steps; i++) {
        const hyp_kmeans_step *step = &job->step[i];

        json_array_append_new(
            steps,
            json_pack("{s:i, s:I, s:f, s:I, s:o}", "iteration", step->iteration,
                      "reassigned", (json_int_t)step->reassigned, "within",
                      step->within / unit, "decided_exactly",
                      (json_int_t)step->decided_exactly, "seconds",
                      isnan(job->seconds[i]) ? json_null()
                                             : json_real(job->seconds[i])));
    }
    root = json_pack(
        "{s:i, s:b, s:b, s:i, s:f, s:o, s:o, s:o}", "iterations",
        km->iterations, "converged", km->converged, "stopped", km->stopped,
        "resumed_after", job->resumed_after, "within", km->within / unit,
        "pixels", describe_counts(km), "ndvi_nm",
        job->ndvi_nm[0] > 0 ? hyp_json_numbers(job->ndvi_nm, 2) : json_null(),
        "steps", steps);
    if (job->settings->restarts > 1)
        json_object_set_new(root, "starts", describe_starts(job, unit));
    if (job->makes.of_scores)
        json_object_set_new(root, "scores",
                            json_pack("{s:i, s:f}", "components",
                                      job->points.slab->bands, "step",
                                      job->scores.grid.step));
    return root;
}

static json_t *describe_pca(const hyp_pca *pca)
{
    double share = 0;

    for (int i = 0; i < pca->components; i++)
        share += hyp_pca_share(pca, i);
    return json_pack("{s:i, s:f, s:[i,i], s:f, s:f}", "components",
                     pca->components, "share_of_variance", share, "eigen_grid",
                     pca->grid_rows, pca->grid_cols, "residual", pca->residual,
                     "orthogonality", pca->orthogonality);
}

static json_t *describe_mnf(const hyp_job *job)
{
    const hyp_pca *mnf = &job->pca;

    return json_pack("{s:i, s:I, s:[i,i], s:f, s:f}", "components",
                     mnf->components, "pairs_of_pixels", (json_int_t)job->pairs,
                     "eigen_grid", mnf->grid_rows, mnf->grid_cols, "residual",
                     mnf->residual, "orthogonality", mnf->orthogonality);
}

/* What a model gave. */
static json_t *describe_prediction(const hyp_job *job)
{
    json_t *root = json_object();

    if (job->makes.classes)
        json_object_set_new(root, "pixels", describe_counts(&job->kmeans));
    if (job->makes.components || job->makes.mnf)
        json_object_set_new(root, "components",
                            json_integer(job->pca.components));
    if (job->makes.of_scores)
        json_object_set_new(root, "scores",
                            json_pack("{s:f, s:I}", "step",
                                      job->scores.grid.step, "coarser_pixels",
                                      (json_int_t)job->scores.coarser));
    return root;
}

/* Seconds and memory over the ranks. */
typedef struct measures {
    double least[HYP_MAX_PHASES], most[HYP_MAX_PHASES];
    int64_t memory; /* sum of the ranks' peaks, bytes */
} measures;

static void measure_all(const hyp_job *job, measures *m)
{
    struct rusage usage;

    for (int i = 0; i < job->phases; i++)
        m->least[i] = m->most[i] = job->phase[i].seconds;
    MPI_Allreduce(MPI_IN_PLACE, m->least, job->phases, MPI_DOUBLE, MPI_MIN,
                  job->comm);
    MPI_Allreduce(MPI_IN_PLACE, m->most, job->phases, MPI_DOUBLE, MPI_MAX,
                  job->comm);
    getrusage(RUSAGE_SELF, &usage);
    m->memory = (int64_t)usage.ru_maxrss * 1024;
    MPI_Allreduce(MPI_IN_PLACE, &m->memory, 1, MPI_INT64_T, MPI_SUM, job->comm);
}

static json_t *describe_times(const hyp_job *job, const measures *m)
{
    json_t *phases = json_object();

    for (int i = 0; i < job->phases; i++)
        json_object_set_new(
            phases, job->phase[i].name,
            json_pack("{s:f, s:f}", "least", m->least[i], "most", m->most[i]));
    json_object_set_new(phases, "all", json_real(hyp_clock() - job->begin));
    return phases;
}

static json_t *describe_versions(void)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING], hdf5[32];
    int length;

    MPI_Get_library_version(library, &length);
    hyp_h5_version(hdf5, sizeof hdf5);
    return json_pack("{s:s, s:s, s:s, s:s}", "hyperslab", HYP_VERSION, "mpi",
                     library, "hdf5", hdf5, "kernels",
                     hyp_kernels_here()->name);
}

/* Where the pictures lie on the ground, if it is known: their pixels, and the
   outer corner of the first one. */
static json_t *describe_map(const hyp_job *job)
{
    const hyp_preview *p = &job->shown.preview;
    const hyp_tile *tile = job->scene.tile[0].tile;
    const hyp_georef *g = &tile->georef;
    hyp_extent ground = { .west = g->west,
                          .north = g->north,
                          .rows = tile->rows,
                          .cols = tile->cols };
    const bool known =
        hyp_georef_is_known(g) && (job->scene.tiles == 1 || p->by_place);
    json_t *root;

    if (p->by_place)
        ground = hyp_mosaic_extent(&job->scene);
    else if (job->scene.tiles > 1)
        ground = (hyp_extent){ .rows = p->rows * p->factor,
                               .cols = p->cols * p->factor };
    root = json_pack("{s:I, s:I}", "rows", (json_int_t)ground.rows, "columns",
                     (json_int_t)ground.cols);
    if (known)
        json_object_update_new(
            root, json_pack("{s:f, s:f, s:[f,f], s:i}", "west", ground.west,
                            "north", ground.north, "resolution", g->pixel_x,
                            g->pixel_y, "epsg", g->epsg));
    return root;
}

/* Names in the output folder, in the order in which they appear. */
static json_t *describe_files(const hyp_stage *stage)
{
    json_t *list = json_array();

    for (int i = 0; i < stage->count; i++)
        json_array_append_new(list, hyp_json_text(stage->file[i].name));
    return list;
}

static json_t *describe_pictures(const hyp_job *job)
{
    const hyp_shown *shown = &job->shown;

    return json_pack(
        "{s:i, s:o, s:o, s:o}", "pixels_across_a_dot", shown->preview.factor,
        "map", describe_map(job), "truecolor_nm",
        hyp_json_numbers(shown->wavelength[HYP_TRUE_COLOUR], HYP_SHOWN),
        "falsecolor_nm",
        hyp_json_numbers(shown->wavelength[HYP_FALSE_COLOUR], HYP_SHOWN));
}

static json_t *describe_pixels(const hyp_job *job)
{
    json_t *root =
        json_pack("{s:I, s:I}", "valid", (json_int_t)job->summary.pixels,
                  "nodata", (json_int_t)hyp_job_nodata(job));

    if (job->settings->mask)
        json_object_set_new(root, "masked", json_integer(job->masked));
    return root;
}

static json_t *describe(const hyp_job *job, const measures *m)
{
    json_t *root = json_pack(
        "{s:s, s:o, s:i, s:i, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:I}",
        "started", job->started, "versions", describe_versions(), "ranks",
        job->size, "blas_threads", hyp_blas_threads(), "settings",
        describe_settings(job), "files", describe_files(&job->outputs.stage),
        "tiles", hyp_tiles_describe(&job->scene), "dn_per_reflectance",
        job->scale, "bands", describe_bands(job), "pixels",
        describe_pixels(job), "seconds", describe_times(job, m),
        "peak_memory_bytes", (json_int_t)m->memory);

    if (root == NULL)
        return NULL;
    if (job->sweep) {
        json_object_set_new(root, "sweep", hyp_sweep_describe(job->sweep));
        return root;
    }
    if (job->makes.maps_only) {
        json_object_set_new(root, "predict", describe_prediction(job));
        return root;
    }
    if (job->makes.classes)
        json_object_set_new(root, "kmeans", describe_kmeans(job));
    if (job->makes.components || job->makes.of_scores)
        json_object_set_new(root, "pca", describe_pca(&job->pca));
    if (job->makes.mnf)
        json_object_set_new(root, "mnf", describe_mnf(job));
    if (job->makes.pictures)
        json_object_set_new(root, "pictures", describe_pictures(job));
    return root;
}

hyp_status hyp_record_write_all(const hyp_job *job)
{
    measures m;
    hyp_status st = HYP_OK;

    measure_all(job, &m);
    if (job->rank == 0) {
        json_t *root = describe(job, &m);

        st = hyp_json_write(hyp_output_path(&job->outputs, HYP_RUN_JSON), root,
                            17);
        json_decref(root);
    }
    return hyp_agree(job->comm, st);
}
