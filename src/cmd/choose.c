/*
 * choose.c - which bands of which tiles a job reads
 */
#include "cmd/job.h"

#include "hyperslab/comm.h"
#include "io/mosaic.h"

/* The bands of the first tile that the options ask for. */
static hyp_status choose_bands(const hyp_job *job, hyp_bands *kept)
{
    const hyp_settings *s = job->settings;
    const hyp_tile *tile = job->scene.tile[0].tile;
    hyp_status st;

    if (s->bands)
        st = hyp_bands_listed(kept, s->bands, tile->bands);
    else if (s->bad_bands == HYP_BAD_BANDS_NEON)
        st = hyp_bands_neon(kept, tile->wavelength, tile->bands, tile->window,
                            tile->windows);
    else
        st = hyp_bands_outside(kept, tile->wavelength, tile->bands, s->window,
                               s->windows);
    if (st != HYP_OK)
        return st;
    if (job->makes.sweep) /* those that any of its settings needs */
        hyp_bands_subsets(kept, s->swept.subset, s->swept.subsets);
    else
        hyp_bands_subset(kept, s->subset);
    if (kept->count > HYP_MAX_BANDS)
        return hyp_fail(HYP_EUSAGE,
                        "%d bands are kept, more than %d; use --subset",
                        kept->count, HYP_MAX_BANDS);
    return HYP_OK;
}

/* Keep them in all tiles; the same on every rank. */
static hyp_status keep_bands(hyp_job *job)
{
    const bool nearest = job->settings->match_bands;
    hyp_bands kept = { 0 };
    double apart;
    hyp_status st;

    if (job->wanted) {
        HYP_TRY(hyp_scene_match(&job->scene, job->wanted, nearest, &apart));
    } else {
        HYP_TRY(choose_bands(job, &kept));
        HYP_TRY(hyp_scene_keep(&job->scene, &kept, nearest, &apart));
    }
    job->bands = job->scene.tile[0].kept.count;
    if (apart > HYP_SAME_WAVELENGTH)
        hyp_job_say(job, "note: matched bands are up to %.3g nm apart", apart);
out:
    hyp_bands_release(&kept);
    return st;
}

/* One unit of reflectance for all tiles. */
static hyp_status choose_scale(hyp_job *job)
{
    const hyp_scene *scene = &job->scene;

    job->scale = hyp_cube_scale(scene->tile[0].tile, &job->cube);
    for (int i = 1; i < scene->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;
        const double scale = hyp_cube_scale(tile, &job->cube);

        if (scale != job->scale)
            return hyp_fail(HYP_EFORMAT,
                            "'%s' has %g steps per unit of reflectance, but "
                            "'%s' has %g; run them apart",
                            tile->path, scale, scene->tile[0].tile->path,
                            job->scale);
    }
    return HYP_OK;
}

static void say_of_tile(const hyp_job *job, const hyp_tile *tile)
{
    hyp_job_say(job, "%s '%s': %lld x %lld pixels, %d of %d bands",
                job->settings->dry_run ? "planning" : "reading", tile->path,
                (long long)tile->rows, (long long)tile->cols, job->bands,
                tile->bands);
    if (tile->element == HYP_ELEMENT_FLOAT32)
        hyp_job_say(job,
                    "note: floating point values are rounded to multiples of "
                    "%g of reflectance (--quantum)",
                    job->cube.quantum);
    if (tile->georef.epsg == 0)
        hyp_job_say(job, "note: the tile has no %s; maps get no CRS",
                    tile->rotated                        ? "north-up grid"
                    : hyp_georef_is_known(&tile->georef) ? "EPSG code"
                                                         : "map info");
}

/* Two tiles of a mosaic that share ground are worth a word. */
static void say_of_overlap(const hyp_job *job)
{
    const hyp_scene *scene = &job->scene;

    for (int i = 0; i < scene->tiles; i++)
        for (int j = 0; j < i; j++)
            if (hyp_mosaic_overlap(scene, j, i)) {
                hyp_job_say(job,
                            "note: '%s' and '%s' overlap; their pixels count "
                            "twice, and the later tile lies on top in joined "
                            "maps",
                            scene->tile[j].tile->path,
                            scene->tile[i].tile->path);
                return;
            }
}

static void say_what_is_read(const hyp_job *job)
{
    const hyp_scene *scene = &job->scene;

    for (int i = 0; i < scene->tiles; i++)
        say_of_tile(job, scene->tile[i].tile);
    if (scene->tile[0].tile->default_windows && !job->wanted &&
        job->settings->bad_bands == HYP_BAD_BANDS_NEON && !job->settings->bands)
        hyp_job_say(job, "note: the tile names no band windows; 1340-1445 "
                         "and 1790-1955 nm are left out");
    if (scene->tiles > 1 && hyp_mosaic_fits(scene))
        say_of_overlap(job);
    else if (scene->tiles > 1)
        hyp_job_say(job, "note: the tiles differ in CRS or pixel size, or have "
                         "none; no VRTs are written");
}

hyp_status hyp_job_choose_all(hyp_job *job)
{
    hyp_status st;

    HYP_TRY(hyp_agree(job->comm, keep_bands(job)));
    HYP_TRY(hyp_agree(job->comm, choose_scale(job)));
    HYP_TRY(hyp_pca_check(&job->settings->pca, job->bands, job->size));
    say_what_is_read(job);
out:
    return st;
}
