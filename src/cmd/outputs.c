/*
 * outputs.c - the files of a job, and where they lie
 */
#include "cmd/outputs.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/mosaic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files of a tile, and of the scene, at most. */
enum { MAPS = 14, OTHERS = 31 };

/* "NAME/" of a tile's file NAME.h5. */
static hyp_status name_folder(char **folder, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t length = strlen(base);
    hyp_status st = hyp_alloc(folder, length + 2);

    if (st != HYP_OK)
        return st;
    if (length > 3 && strcmp(base + length - 3, ".h5") == 0)
        length -= 3;
    snprintf(*folder, length + 2, "%.*s/", (int)length, base);
    return HYP_OK;
}

static hyp_status name_folders(hyp_outputs *o, const hyp_scene *scene)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&o->folder, (size_t)scene->tiles));
    o->tiles = scene->tiles;
    for (int i = 0; i < o->tiles; i++) {
        if (o->tiles == 1 || o->joined) {
            HYP_TRY(hyp_alloc(&o->folder[i], 1)); /* "" */
            continue;
        }
        HYP_TRY(name_folder(&o->folder[i], scene->tile[i].tile->path));
        for (int j = 0; j < i; j++)
            if (strcmp(o->folder[i], o->folder[j]) == 0)
                HYP_TRY(hyp_fail(HYP_EUSAGE,
                                 "tiles '%s' and '%s' have the same name, "
                                 "which results are named after; rename one",
                                 scene->tile[j].tile->path,
                                 scene->tile[i].tile->path));
    }
out:
    return st;
}

/* The names of the files, in the order in which they are to appear. */
typedef struct names {
    int count;
    char **name; /* owned, with its texts */
} names;

static hyp_status add(names *n, const char *folder, const char *file)
{
    const size_t room = strlen(folder) + strlen(file) + 1;
    hyp_status st = hyp_alloc(&n->name[n->count], room);

    if (st == HYP_OK)
        snprintf(n->name[n->count++], room, "%s%s", folder, file);
    return st;
}

static hyp_status add_maps(names *n, const char *folder, hyp_products makes)
{
    hyp_status st = HYP_OK;

    if (makes.classes) {
        HYP_TRY(add(n, folder, HYP_CLASSES_TIF));
        HYP_TRY(add(n, folder, HYP_CLASSES_SIDECAR));
        HYP_TRY(add(n, folder, HYP_CLASSES_STYLE));
    }
    if (makes.distances)
        HYP_TRY(add(n, folder, HYP_DISTANCE_TIF));
    if (makes.components)
        HYP_TRY(add(n, folder, HYP_PCA_TIF));
    if (makes.mnf)
        HYP_TRY(add(n, folder, HYP_MNF_TIF));
    if (makes.denoised)
        HYP_TRY(add(n, folder, HYP_DENOISED_TIF));
    if (makes.classes && makes.envi) {
        HYP_TRY(add(n, folder, HYP_CLASSES_IMG));
        HYP_TRY(add(n, folder, HYP_CLASSES_HDR));
    }
    if (makes.components && makes.envi) {
        HYP_TRY(add(n, folder, HYP_PCA_IMG));
        HYP_TRY(add(n, folder, HYP_PCA_HDR));
    }
    if (makes.mnf && makes.envi) {
        HYP_TRY(add(n, folder, HYP_MNF_IMG));
        HYP_TRY(add(n, folder, HYP_MNF_HDR));
    }
    if (makes.denoised && makes.envi) {
        HYP_TRY(add(n, folder, HYP_DENOISED_IMG));
        HYP_TRY(add(n, folder, HYP_DENOISED_HDR));
    }
    if (makes.hdf5)
        HYP_TRY(add(n, folder, HYP_MAPS_NC));
    if (makes.stac)
        HYP_TRY(add(n, folder, HYP_ITEM_JSON));
out:
    return st;
}

static hyp_status add_vrts(names *n, hyp_products makes)
{
    hyp_status st = HYP_OK;

    if (makes.classes) {
        HYP_TRY(add(n, "", HYP_CLASSES_VRT));
        HYP_TRY(add(n, "", HYP_CLASSES_STYLE));
    }
    if (makes.distances)
        HYP_TRY(add(n, "", HYP_DISTANCE_VRT));
    if (makes.components)
        HYP_TRY(add(n, "", HYP_PCA_VRT));
    if (makes.mnf)
        HYP_TRY(add(n, "", HYP_MNF_VRT));
    if (makes.denoised)
        HYP_TRY(add(n, "", HYP_DENOISED_VRT));
    if (makes.stac)
        HYP_TRY(add(n, "", HYP_ITEM_JSON));
out:
    return st;
}

static hyp_status add_pictures(names *n, hyp_products makes)
{
    hyp_status st;

    HYP_TRY(add(n, "", HYP_TRUECOLOR_PNG));
    HYP_TRY(add(n, "", HYP_FALSECOLOR_PNG));
    if (makes.classes) {
        HYP_TRY(add(n, "", HYP_CLASSES_PNG));
        HYP_TRY(add(n, "", HYP_OVERLAY_PNG));
        HYP_TRY(add(n, "", HYP_SPECTRA_PNG));
    }
    if (makes.components) {
        HYP_TRY(add(n, "", HYP_PCA_RGB_PNG));
        HYP_TRY(add(n, "", HYP_SCREE_PNG));
        HYP_TRY(add(n, "", HYP_COVARIANCE_PNG));
    }
out:
    return st;
}

static hyp_status add_tables(names *n, hyp_products makes)
{
    hyp_status st = HYP_OK;

    if (makes.classes) {
        HYP_TRY(add(n, "", HYP_CLASSES_CSV));
        HYP_TRY(add(n, "", HYP_CENTROIDS_CSV));
        HYP_TRY(add(n, "", HYP_DEVIATIONS_CSV));
    }
    if (makes.classes && makes.envi) {
        HYP_TRY(add(n, "", HYP_CENTROIDS_SLI));
        HYP_TRY(add(n, "", HYP_CENTROIDS_HDR));
    }
    if (makes.of_scores)
        HYP_TRY(add(n, "", HYP_SCORE_MEANS_CSV));
    if (makes.components || makes.mnf) {
        HYP_TRY(add(n, "", HYP_EIGENVALUES_CSV));
        HYP_TRY(add(n, "", HYP_COMPONENTS_CSV));
        HYP_TRY(add(n, "", HYP_COVARIANCE_NPY));
    }
    if (makes.mnf)
        HYP_TRY(add(n, "", HYP_NOISE_NPY));
    if (makes.pictures)
        HYP_TRY(add_pictures(n, makes));
    if (makes.pixels)
        HYP_TRY(add(n, "", HYP_PIXELS_NPY));
    HYP_TRY(add(n, "", HYP_MODEL_H5));
out:
    return st;
}

static hyp_status list_names(names *n, const hyp_outputs *o, hyp_products makes)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&n->name, (size_t)o->tiles * MAPS + OTHERS));
    for (int i = 0; i < (o->joined ? 1 : o->tiles); i++)
        HYP_TRY(add_maps(n, o->folder[i], makes));
    if (o->vrt)
        HYP_TRY(add_vrts(n, makes));
    if (makes.sweep)
        HYP_TRY(add(n, "", HYP_SWEEP_CSV));
    else if (!makes.maps_only)
        HYP_TRY(add_tables(n, makes));
    if (makes.report)
        HYP_TRY(add(n, "", HYP_REPORT_HTML));
    HYP_TRY(add(n, "", HYP_RUN_JSON));
out:
    return st;
}

static void release(hyp_outputs *o)
{
    for (int i = 0; i < o->tiles; i++)
        free(o->folder[i]);
    free(o->folder);
    *o = (hyp_outputs){ 0 };
}

hyp_status hyp_outputs_open_all(hyp_outputs *o, const char *dir, bool overwrite,
                                hyp_products products, const hyp_scene *scene,
                                bool join, MPI_Comm comm)
{
    const bool several = scene->tiles > 1;
    names n = { 0 };
    hyp_status st = HYP_OK;

    *o = (hyp_outputs){ .joined = several && join,
                        .vrt = several && !join && hyp_mosaic_fits(scene) };
    if (o->joined)
        HYP_TRY(hyp_mosaic_check(scene)); /* the same on every rank */
    st = name_folders(o, scene);
    if (st == HYP_OK)
        st = list_names(&n, o, products);
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_stage_open_all(&o->stage, dir, overwrite,
                               (const char *const *)n.name, n.count, comm));
out:
    for (int i = 0; i < n.count; i++)
        free(n.name[i]);
    free(n.name);
    if (st != HYP_OK)
        release(o);
    return st;
}

const char *hyp_output_path(const hyp_outputs *o, const char *name)
{
    return hyp_stage_path(&o->stage, name);
}

const char *hyp_output_map(const hyp_outputs *o, int tile, const char *name)
{
    char whole[4096 + 64];

    snprintf(whole, sizeof whole, "%s%s", o->folder[tile], name);
    return hyp_stage_path(&o->stage, whole);
}

hyp_status hyp_outputs_close_all(hyp_outputs *o, hyp_status mine, MPI_Comm comm)
{
    hyp_status st = mine;

    if (o->tiles > 0)
        st = hyp_stage_close_all(&o->stage, mine, comm);
    release(o);
    return st;
}
