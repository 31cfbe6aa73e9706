/*
 * write_denoised.c - write the pixels without what was not kept of them
 */
#include "cmd/write.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/formats.h"
#include "cmd/maps.h"
#include "cmd/spectra.h"
#include "hyperslab/comm.h"
#include "hyperslab/denoise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct denoised_source {
    hyp_job *job;
    hyp_denoiser denoiser;
    hyp_names names; /* of the bands */
    hyp_formats formats;
    float *nodata;  /* [bands] of NaN; owned */
    int64_t pixels; /* done */
} denoised_source;

static hyp_status source_init(denoised_source *source, hyp_job *job)
{
    hyp_status st;

    *source = (denoised_source){ .job = job };
    HYP_TRY(hyp_denoiser_init(&source->denoiser, &job->pca, job->scale));
    HYP_TRY(hyp_names_init(&source->names, job->bands));
    HYP_TRY(hyp_formats_init(&source->formats, job));
    HYP_TRY(hyp_alloc(&source->nodata, (size_t)job->bands));
    for (int b = 0; b < job->bands; b++) {
        source->nodata[b] = NAN;
        snprintf(source->names.text[b], HYP_NAME_ROOM, "%.7g nm",
                 hyp_scene_wavelength(&job->scene, b));
    }
out:
    return st;
}

static void source_release(denoised_source *source)
{
    hyp_denoiser_release(&source->denoiser);
    hyp_names_release(&source->names);
    hyp_formats_release(&source->formats);
    free(source->nodata);
}

/* A hyp_map_values. */
static void denoise(void *context, int64_t first, int64_t pixels, void *out)
{
    denoised_source *source = context;
    const hyp_slab *slab = &source->job->slab;

    hyp_denoise(&source->denoiser, slab, first, pixels, out);
    source->pixels += pixels;
    hyp_job_show(source->job, source->pixels, slab->pixels);
}

static hyp_status write_maps_all(hyp_job *job)
{
    denoised_source source;
    hyp_map_kind kind = { .file = HYP_DENOISED_TIF,
                          .raster = { .bands = job->bands,
                                      .sample = HYP_SAMPLE_FLOAT32,
                                      .nodata = "nan" },
                          .values = denoise,
                          .context = &source };
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, source_init(&source, job)));
    kind.raster.band_names = source.names.pointer;
    kind.nodata = source.nodata;
    hyp_formats_add_denoised(&source.formats, job, &kind.raster);
    HYP_TRY(hyp_maps_write_all(job, &kind));
    if (job->rank == 0)
        st = hyp_maps_write_vrt(job, HYP_DENOISED_VRT, &kind, 0, NULL);
out:
    source_release(&source);
    return st;
}

hyp_status hyp_write_denoised_all(hyp_job *job)
{
    const double begin = hyp_clock();
    hyp_status st = HYP_OK;

    if (!job->makes.denoised)
        return st;
    hyp_progress_begin(&job->progress, "writing denoised pixels", 0);
    st = write_maps_all(job);
    hyp_progress_end(&job->progress);
    HYP_TRY(hyp_agree(job->comm, st));
    hyp_job_phase(job, "write denoised", hyp_clock() - begin);
out:
    return st;
}
