/*
 * pictures.c - PNG files of what a job found
 *
 * Each picture is written by one rank, which is brought what it shows.
 */
#include "cmd/pictures.h"

#include "base/clock.h"
#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/plots.h"
#include "io/views.h"

#include <stdio.h>
#include <stdlib.h>

/* A picture: a view of the scene, or else a chart. */
typedef struct picture {
    const char *file;
    bool of_classes, of_components; /* the job must make these for it   */
    hyp_status (*chart)(const hyp_job *job);
    hyp_status (*view)(const char *path, const hyp_view *view);
    const char *title; /* of the view                                   */
    bool photo;        /* the report shows it as a photograph           */
    bool coloured;     /* by the scheme, with this tail of the stretch  */
    hyp_scheme scheme;
    double tail;
} picture;

static hyp_status list_wavelengths(const hyp_job *job, double **wavelength)
{
    hyp_status st = hyp_alloc(wavelength, (size_t)job->bands);

    for (int b = 0; st == HYP_OK && b < job->bands; b++)
        (*wavelength)[b] = hyp_scene_wavelength(&job->scene, b);
    return st;
}

static hyp_status chart_spectra(const hyp_job *job)
{
    const hyp_kmeans *km = &job->kmeans;
    double *wavelength;
    hyp_status st = list_wavelengths(job, &wavelength);

    if (st == HYP_OK)
        st = hyp_plot_spectra(hyp_output_path(&job->outputs, HYP_SPECTRA_PNG),
                              wavelength, job->bands, km->centre, km->classes,
                              km->count, job->scale);
    free(wavelength);
    return st;
}

static hyp_status chart_covariance(const hyp_job *job)
{
    double *wavelength;
    hyp_status st = list_wavelengths(job, &wavelength);

    if (st == HYP_OK)
        st = hyp_plot_covariance(
            hyp_output_path(&job->outputs, HYP_COVARIANCE_PNG), wavelength,
            job->bands, job->pca.covariance, job->scale);
    free(wavelength);
    return st;
}

static hyp_status chart_scree(const hyp_job *job)
{
    const hyp_pca *pca = &job->pca;
    double *share;
    hyp_status st = hyp_alloc(&share, (size_t)pca->bands);

    for (int i = 0; st == HYP_OK && i < pca->bands; i++)
        share[i] = hyp_pca_share(pca, i);
    if (st == HYP_OK)
        st = hyp_plot_scree(hyp_output_path(&job->outputs, HYP_SCREE_PNG),
                            share, pca->bands, pca->components);
    free(share);
    return st;
}

/* In the order in which ranks take them.  The covariance is first, as rank 0
   alone has it; those that take equally long are side by side. */
static const picture pictures[] = {
    { HYP_COVARIANCE_PNG, .of_components = true, .chart = chart_covariance },
    { HYP_SCREE_PNG, .of_components = true, .chart = chart_scree },
    { HYP_TRUECOLOR_PNG, .view = hyp_view_colours, .title = "True colour",
      .photo = true, .coloured = true, .scheme = HYP_TRUE_COLOUR,
      .tail = 0.03 },
    { HYP_FALSECOLOR_PNG, .view = hyp_view_colours, .title = "Colour infrared",
      .photo = true, .coloured = true, .scheme = HYP_FALSE_COLOUR,
      .tail = 0.01 },
    { HYP_OVERLAY_PNG, .of_classes = true, .view = hyp_view_overlay,
      .title = "Classes over true colour", .coloured = true,
      .scheme = HYP_TRUE_COLOUR, .tail = 0.03 },
    { HYP_PCA_RGB_PNG, .of_components = true, .view = hyp_view_colours,
      .title = "The first principal components", .coloured = true,
      .scheme = HYP_COMPOSITE, .tail = 0.02 },
    { HYP_SPECTRA_PNG, .of_classes = true, .chart = chart_spectra },
    { HYP_CLASSES_PNG, .of_classes = true, .view = hyp_view_classes,
      .title = "Classes" },
};

enum { PICTURES = sizeof pictures / sizeof pictures[0] };

/* What one rank's view is made from; owned. */
typedef struct material {
    uint16_t *class;
    int16_t *colour[HYP_SHOWN];
} material;

static void material_release(material *m)
{
    free(m->class);
    for (int i = 0; i < HYP_SHOWN; i++)
        free(m->colour[i]);
    *m = (material){ 0 };
}

/* Bring to one rank what it needs for its picture. */
static hyp_status bring_all(const hyp_job *job, const picture *p, int to,
                            material *m)
{
    const hyp_preview *preview = &job->shown.preview;
    uint16_t *class;
    hyp_status st = HYP_OK;

    if (p->view == NULL)
        return HYP_OK;
    HYP_TRY(hyp_preview_classes_all(preview, to, job->comm, &class));
    if (job->rank == to)
        m->class = class;
    for (int i = 0; p->coloured && i < HYP_SHOWN; i++) {
        const int channel = job->shown.channel[p->scheme][i];
        int16_t *colour;

        HYP_TRY(
            hyp_preview_channel_all(preview, channel, to, job->comm, &colour));
        if (job->rank == to)
            m->colour[i] = colour;
    }
out:
    return st;
}

/* What makes the colours, and how: of bands, or of components. */
static void describe(const hyp_job *job, const picture *p, char *text,
                     size_t room)
{
    const hyp_shown *shown = &job->shown;
    const bool composite = p->scheme == HYP_COMPOSITE;
    const char *before = composite ? "PC" : "", *after = composite ? "" : " nm";
    double of[HYP_SHOWN];

    for (int i = 0; i < HYP_SHOWN; i++)
        of[i] = composite ? shown->channel[p->scheme][i] - shown->bands + 1
                          : shown->wavelength[p->scheme][i];
    snprintf(text, room,
             "red: %s%g%s, green: %s%g%s, blue: %s%g%s; %g %% stretch of each",
             before, of[0], after, before, of[1], after, before, of[2], after,
             100 * p->tail);
}

static hyp_status write_view(const hyp_job *job, const picture *p,
                             const material *m, hyp_jpeg *photo)
{
    char description[128] = "";
    const hyp_view view = {
        .rows = job->shown.preview.rows,
        .cols = job->shown.preview.cols,
        .classes = job->makes.classes ? job->kmeans.classes : 1,
        .class = m->class,
        .colour = { m->colour[0], m->colour[1], m->colour[2] },
        .tail = p->tail,
        .title = p->title,
        .description = description,
        .photo = p->photo && job->makes.report ? photo : NULL,
    };

    if (p->coloured)
        describe(job, p, description, sizeof description);
    return p->view(hyp_output_path(&job->outputs, p->file), &view);
}

/* Bring a photograph from one rank to rank 0, which keeps it for the report. */
static hyp_status keep_photo_all(hyp_job *job, const picture *p, int from,
                                 const hyp_jpeg *photo)
{
    enum { TAG = 73 };
    hyp_jpeg *kept = &job->shown.photo[p->scheme];
    MPI_Request sent = MPI_REQUEST_NULL;
    uint64_t size = photo->size;
    hyp_status st = HYP_OK;

    MPI_Bcast(&size, 1, MPI_UINT64_T, from, job->comm);
    if (job->rank == 0)
        st = hyp_alloc(&kept->bytes, size);
    HYP_TRY(hyp_agree(job->comm, st));
    if (job->rank == from)
        MPI_Isend(photo->bytes, (int)size, MPI_BYTE, 0, TAG, job->comm, &sent);
    if (job->rank == 0)
        MPI_Recv(kept->bytes, (int)size, MPI_BYTE, from, TAG, job->comm,
                 MPI_STATUS_IGNORE);
    kept->size = job->rank == 0 ? size : 0;
    MPI_Wait(&sent, MPI_STATUS_IGNORE);
out:
    return st;
}

/* As many pictures as there are ranks, one for each. */
static hyp_status write_some_all(hyp_job *job, const picture *const *some,
                                 int count)
{
    material m = { 0 };
    hyp_jpeg photo = { 0 };
    hyp_status st = HYP_OK;

    for (int i = 0; i < count; i++)
        HYP_TRY(bring_all(job, some[i], i, &m));
    if (job->rank < count && some[job->rank]->view)
        st = write_view(job, some[job->rank], &m, &photo);
    else if (job->rank < count)
        st = some[job->rank]->chart(job);
    HYP_TRY(hyp_agree(job->comm, st));
    for (int i = 0; i < count; i++)
        if (some[i]->photo && job->makes.report)
            HYP_TRY(keep_photo_all(job, some[i], i, &photo));
out:
    free(photo.bytes);
    material_release(&m);
    return st;
}

/* The pictures of what this job makes. */
static int list_pictures(const hyp_job *job, const picture **list)
{
    int count = 0;

    for (int i = 0; i < PICTURES; i++)
        if ((!pictures[i].of_classes || job->makes.classes) &&
            (!pictures[i].of_components || job->makes.components))
            list[count++] = &pictures[i];
    return count;
}

hyp_status hyp_pictures_write_all(hyp_job *job)
{
    const double begin = hyp_clock();
    const picture *list[PICTURES];
    const int count = list_pictures(job, list);
    hyp_status st;

    if (!job->makes.pictures)
        return HYP_OK;
    HYP_TRY(hyp_shown_preview_all(job));
    for (int i = 0; i < count; i += job->size)
        HYP_TRY(write_some_all(job, list + i,
                               count - i < job->size ? count - i : job->size));
    hyp_job_phase(job, "pictures", hyp_clock() - begin);
out:
    return st;
}
