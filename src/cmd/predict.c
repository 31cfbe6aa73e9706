/*
 * predict.c - hyperslab predict: apply a model to other tiles
 */
#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/job.h"
#include "cmd/plan.h"
#include "cmd/project.h"
#include "cmd/write.h"
#include "hyperslab/comm.h"
#include "io/model.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

/* A folder of results stands for the model in it. */
static void find_model(const char *named, char *path, size_t room)
{
    struct stat about;
    const bool folder = stat(named, &about) == 0 && S_ISDIR(about.st_mode);

    snprintf(path, room, folder ? "%s/" HYP_MODEL_H5 : "%s", named);
}

/* Numbers in DN of the model become numbers in DN of the tiles. */
static void rescale(double *value, int64_t count, double factor)
{
    for (int64_t i = 0; i < count; i++)
        value[i] *= factor;
}

static hyp_status check_centres(const hyp_kmeans *km, const char *path)
{
    for (int64_t i = 0; i < (int64_t)km->classes * km->bands; i++)
        if (!(fabs(km->centre[i]) <= -(double)INT16_MIN))
            return hyp_fail(HYP_EFORMAT,
                            "'%s': a centroid of %g DN in these tiles is out "
                            "of range",
                            path, km->centre[i]);
    return HYP_OK;
}

/* Give the job the model's classes and components, in the tiles' DN. */
static hyp_status take_model(hyp_job *job, hyp_model *model, const char *path)
{
    const double factor = job->scale / model->scale;

    job->kmeans = model->kmeans;
    job->pca = model->pca;
    model->kmeans = (hyp_kmeans){ 0 };
    model->pca = (hyp_pca){ 0 };
    if (factor == 1)
        return HYP_OK;
    if (model->step == 0) /* scores are reflectance anyway */
        rescale(job->kmeans.centre, (int64_t)job->kmeans.classes * job->bands,
                factor);
    rescale(job->pca.mean, job->bands, factor);
    if (job->pca.kind == HYP_PCA_NOISE_ADJUSTED)
        rescale(job->pca.vector, (int64_t)job->pca.components * job->bands,
                1 / factor);
    else
        rescale(job->pca.value, job->bands, factor * factor);
    return check_centres(&job->kmeans, path);
}

static void say_of_model(const hyp_job *job, const hyp_model *model,
                         const char *path)
{
    hyp_job_say(job, "applying '%s': %d classes and %d components of %d bands",
                path, model->kmeans.classes, model->pca.components,
                model->kept.count);
    if (model->step > 0)
        hyp_job_say(job,
                    "classes are of scores, in steps of 1/%g of "
                    "reflectance",
                    1 / model->step);
}

/* step: of the scores that the classes are of; 0: they are of spectra */
static hyp_status classify_all(hyp_job *job, double step)
{
    double begin;
    hyp_status st = HYP_OK;

    if (step > 0)
        HYP_TRY(hyp_project_onto_all(job, step));
    begin = hyp_clock();
    HYP_TRY(hyp_kmeans_predict_all(&job->kmeans, job->points.slab,
                                   job->scores.grid.coarser,
                                   job->points.summary, job->comm));
    hyp_job_phase(job, "predict", hyp_clock() - begin);
    HYP_TRY(hyp_write_classes_all(job));
    HYP_TRY(hyp_write_distances_all(job));
out:
    return st;
}

static hyp_status predict_all(const hyp_settings *settings, hyp_model *model,
                              const char *path, MPI_Comm comm)
{
    const bool classes = model->kmeans.classes > 0;
    const bool components = model->pca.components > 0;
    const bool mnf = model->pca.kind == HYP_PCA_NOISE_ADJUSTED;
    const hyp_products makes = { .classes = classes,
                                 .of_scores = model->step > 0,
                                 .distances = classes,
                                 .components = components && !mnf,
                                 .mnf = components && mnf,
                                 .envi = settings->envi,
                                 .hdf5 = settings->hdf5,
                                 .stac = settings->stac,
                                 .maps_only = true };
    const hyp_wanted wanted = { &model->kept, model->wavelength, path };
    hyp_job job;
    hyp_status st;

    if (mnf && settings->hdf5) /* the same on every rank */
        return hyp_fail(HYP_EUSAGE, "'%s': --hdf5 does not hold MNF", path);
    HYP_TRY(hyp_job_open_all(&job, settings, makes, comm));
    say_of_model(&job, model, path);
    job.wanted = &wanted;
    job.cube.quantum = 1 / model->scale; /* floats are rounded as they were */
    HYP_TRY(hyp_plan_all(&job));
    if (settings->dry_run)
        goto out;
    HYP_TRY(hyp_job_read_all(&job));
    HYP_TRY(hyp_agree(comm, take_model(&job, model, path)));
    if (makes.classes)
        HYP_TRY(classify_all(&job, model->step));
    if (components)
        HYP_TRY(hyp_write_components_all(&job));
    HYP_TRY(hyp_write_record_all(&job));
out:
    return hyp_job_finish_all(&job, st);
}

hyp_status hyp_cmd_predict_all(const hyp_settings *settings, MPI_Comm comm)
{
    hyp_model model;
    char path[4096];
    hyp_status st;

    find_model(settings->model, path, sizeof path);
    HYP_TRY(hyp_model_open_all(path, comm, &model));
    st = predict_all(settings, &model, path, comm);
out:
    hyp_model_release(&model);
    return st;
}
