/*
 * formats.c - the maps and spectra of a job in the formats that were asked for
 * beside the usual ones
 */
#include "cmd/formats.h"

#include "base/mem.h"
#include "cmd/spectra.h"
#include "core/palette.h"
#include "hyperslab/comm.h"
#include "io/crs.h"

#include <stdlib.h>

/* Tiles of one CRS follow each other, mostly. */
static hyp_status check(const hyp_scene *scene)
{
    hyp_status st = HYP_OK;

    for (int i = 0, known = 0; st == HYP_OK && i < scene->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;
        char *text = NULL;

        if (tile->georef.epsg == known)
            continue;
        known = tile->georef.epsg;
        st = hyp_crs_wkt(known, HYP_WKT_ESRI, &text);
        free(text);
        if (st != HYP_OK)
            hyp_fail_while(st, "'%s'", tile->path);
    }
    return st;
}

hyp_status hyp_formats_check_all(const hyp_job *job)
{
    hyp_status st = HYP_OK;

    if (job->rank == 0 && (job->makes.envi || job->makes.hdf5))
        st = check(&job->scene);
    return hyp_agree(job->comm, st);
}

/* The numbers of the kept bands; the caller frees *kept. */
static hyp_status keep(const hyp_job *job, const double *of_all, double **kept)
{
    const hyp_bands *bands = &job->scene.tile[0].kept;
    hyp_status st = hyp_alloc(kept, (size_t)bands->count);

    for (int b = 0; st == HYP_OK && b < bands->count; b++)
        (*kept)[b] = of_all[bands->index[b]];
    return st;
}

/* Numbers that describe components and bands. */
static hyp_status list_numbers(hyp_formats *formats, const hyp_job *job)
{
    const hyp_tile *tile = job->scene.tile[0].tile;
    const int components = formats->maps.components;
    hyp_status st;

    HYP_TRY(hyp_alloc(&formats->share, (size_t)components));
    for (int i = 0; i < components; i++)
        formats->share[i] = hyp_pca_share(&job->pca, i);
    HYP_TRY(keep(job, tile->wavelength, &formats->wavelength));
    if (tile->fwhm != NULL)
        HYP_TRY(keep(job, tile->fwhm, &formats->fwhm));
out:
    return st;
}

hyp_status hyp_formats_init(hyp_formats *formats, const hyp_job *job)
{
    const int classes = job->makes.classes ? job->kmeans.classes : 0;
    const int components = job->makes.components ? job->pca.components : 0;
    const char *scores = job->makes.mnf ? "scores of minimum noise fraction"
                                        : "scores of principal components";
    hyp_status st;

    *formats = (hyp_formats){
        .classes = { .description = "k-means classes", .classes = classes },
        .scores = { .description = scores },
        .maps = { .classes = classes, .components = components },
    };
    st = list_numbers(formats, job);
    formats->maps.share = formats->share;
    formats->denoised = (hyp_envi){ .description = "denoised reflectance",
                                    .wavelength = formats->wavelength,
                                    .fwhm = formats->fwhm };
    return st;
}

static void add_envi(hyp_raster *raster, const char *path, const char *header,
                     hyp_order order, const hyp_envi *envi)
{
    raster->copy[raster->copies++] = (hyp_copy){ .path = path,
                                                 .header = header,
                                                 .order = order,
                                                 .lay_out = hyp_envi_lay_out,
                                                 .context = envi };
}

void hyp_formats_add_classes(const hyp_formats *formats, const hyp_job *job,
                             hyp_raster *raster)
{
    if (job->makes.envi)
        add_envi(raster, HYP_CLASSES_IMG, HYP_CLASSES_HDR, HYP_ORDER_BANDS,
                 &formats->classes);
    if (job->makes.hdf5)
        raster->copy[raster->copies++] =
            (hyp_copy){ .path = HYP_MAPS_NC,
                        .order = HYP_ORDER_BANDS,
                        .lay_out = hyp_cf_lay_out_classes,
                        .context = &formats->maps };
}

void hyp_formats_add_scores(const hyp_formats *formats, const hyp_job *job,
                            hyp_raster *raster)
{
    const bool mnf = job->makes.mnf;

    if (job->makes.envi)
        add_envi(raster, mnf ? HYP_MNF_IMG : HYP_PCA_IMG,
                 mnf ? HYP_MNF_HDR : HYP_PCA_HDR, HYP_ORDER_LINES,
                 &formats->scores);
    if (job->makes.hdf5)
        raster->copy[raster->copies++] =
            (hyp_copy){ .path = HYP_MAPS_NC,
                        .order = HYP_ORDER_BANDS,
                        .lay_out = hyp_cf_lay_out_scores,
                        .context = &formats->maps };
}

void hyp_formats_add_denoised(const hyp_formats *formats, const hyp_job *job,
                              hyp_raster *raster)
{
    if (job->makes.envi)
        add_envi(raster, HYP_DENOISED_IMG, HYP_DENOISED_HDR, HYP_ORDER_LINES,
                 &formats->denoised);
}

void hyp_formats_release(hyp_formats *formats)
{
    free(formats->share);
    free(formats->wavelength);
    free(formats->fwhm);
    *formats = (hyp_formats){ 0 };
}

static hyp_status reflectances(const hyp_job *job, double **value)
{
    const size_t count = (size_t)job->kmeans.classes * (size_t)job->bands;
    hyp_status st = hyp_alloc(value, count);

    for (size_t i = 0; st == HYP_OK && i < count; i++)
        (*value)[i] = job->kmeans.centre[i] / job->scale;
    return st;
}

hyp_status hyp_formats_write_centroids(const hyp_job *job)
{
    const hyp_tile *tile = job->scene.tile[0].tile;
    const int classes = job->kmeans.classes;
    double *wavelength = NULL, *fwhm = NULL, *value = NULL;
    hyp_names names = { 0 };
    hyp_envi_library library;
    hyp_status st = HYP_OK;

    if (!job->makes.envi)
        return st;
    HYP_TRY(keep(job, tile->wavelength, &wavelength));
    if (tile->fwhm != NULL)
        HYP_TRY(keep(job, tile->fwhm, &fwhm));
    HYP_TRY(reflectances(job, &value));
    HYP_TRY(hyp_names_init(&names, classes));
    for (int j = 0; j < classes; j++)
        hyp_palette_name(j + 1, names.text[j], HYP_NAME_ROOM);
    library = (hyp_envi_library){ .spectra = classes,
                                  .bands = job->bands,
                                  .name = names.pointer,
                                  .wavelength = wavelength,
                                  .fwhm = fwhm,
                                  .value = value };
    st = hyp_envi_write_library(
        hyp_output_path(&job->outputs, HYP_CENTROIDS_SLI),
        hyp_output_path(&job->outputs, HYP_CENTROIDS_HDR), &library);
out:
    hyp_names_release(&names);
    free(wavelength);
    free(fwhm);
    free(value);
    return st;
}
