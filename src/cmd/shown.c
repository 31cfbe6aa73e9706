/*
 * shown.c - what pictures show of a job's pixels
 */
#include "cmd/shown.h"

#include "base/mem.h"
#include "cmd/job.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdlib.h>

/* Red, green and blue, nm.  True colour is that of NEON's tutorial, bands 24,
   12 and 4 of its 173; false colour is colour infrared: plants are red. */
static const double wanted[HYP_COMPOSITE][HYP_SHOWN] = {
    [HYP_TRUE_COLOUR] = { 672, 552, 472 },
    [HYP_FALSE_COLOUR] = { 865, 672, 552 },
};
static const char *const file_of[HYP_COMPOSITE] = {
    [HYP_TRUE_COLOUR] = HYP_TRUECOLOR_PNG,
    [HYP_FALSE_COLOUR] = HYP_FALSECOLOR_PNG,
};

/* A band farther from what is wanted is worth a word, nm. */
static const double far = 30;

/* Steps of the scores in one standard deviation. */
static const double steps_of_deviation = 1024;

int hyp_shown_nearest(const hyp_job *job, double wavelength)
{
    int best = 0;

    for (int b = 1; b < job->bands; b++)
        if (fabs(hyp_scene_wavelength(&job->scene, b) - wavelength) <
            fabs(hyp_scene_wavelength(&job->scene, best) - wavelength))
            best = b;
    return best;
}

/* The channel of a band, which is made one if it is not. */
static int channel_of(hyp_shown *shown, int band)
{
    int i = 0;

    while (i < shown->bands && shown->band[i] != band)
        i++;
    if (i == shown->bands)
        shown->band[shown->bands++] = band;
    return i;
}

static void choose_bands(hyp_job *job, hyp_scheme scheme)
{
    const double *want = wanted[scheme];
    double *have = job->shown.wavelength[scheme];
    bool worth_a_word = false;

    for (int i = 0; i < HYP_SHOWN; i++) {
        const int band = hyp_shown_nearest(job, want[i]);

        job->shown.channel[scheme][i] = channel_of(&job->shown, band);
        have[i] = hyp_scene_wavelength(&job->scene, band);
        worth_a_word |= fabs(have[i] - want[i]) > far;
    }
    if (worth_a_word)
        hyp_job_say(job,
                    "note: %s shows %g, %g and %g nm, the kept bands that are "
                    "nearest to %g, %g and %g nm",
                    file_of[scheme], have[0], have[1], have[2], want[0],
                    want[1], want[2]);
}

static int channels(const hyp_shown *shown)
{
    return shown->bands + shown->components;
}

hyp_status hyp_shown_expect(hyp_job *job)
{
    hyp_shown *s = &job->shown;

    *s = (hyp_shown){ 0 };
    if (job->makes.components)
        s->components =
            job->pca.components < HYP_SHOWN ? job->pca.components : HYP_SHOWN;
    choose_bands(job, HYP_TRUE_COLOUR);
    choose_bands(job, HYP_FALSE_COLOUR);
    /* As in SPy, the last one makes the colours that are left. */
    for (int i = 0; i < HYP_SHOWN; i++)
        s->channel[HYP_COMPOSITE][i] =
            s->bands + (i < s->components ? i : s->components - 1);
    return hyp_alloc(&s->value, (size_t)job->slab.pixels * (size_t)channels(s));
}

static void keep_bands(const hyp_job *job, int64_t first, int64_t pixels)
{
    const hyp_shown *s = &job->shown;
    const hyp_slab *slab = &job->slab;
    const int16_t *dn = slab->dn + first * slab->stride;
    int16_t *out = s->value + first * channels(s);

    for (int64_t p = 0; p < pixels; p++) {
        for (int i = 0; i < s->bands; i++)
            out[i] = dn[s->band[i]];
        dn += slab->stride;
        out += channels(s);
    }
}

/* To the nearest step, within 16 bits. */
static int16_t to_steps(float score, float steps)
{
    const float most = INT16_MAX, x = score * steps;

    return (int16_t)lrintf(x > most ? most : x < -most ? -most : x);
}

static void keep_scores(const hyp_job *job, int64_t first, int64_t pixels,
                        const float *score)
{
    const hyp_shown *s = &job->shown;
    int16_t *out = s->value + first * channels(s) + s->bands;
    float steps[HYP_SHOWN] = { 0 };

    for (int i = 0; i < s->components; i++)
        if (job->pca.value[i] > 0)
            steps[i] = (float)(steps_of_deviation *
                               hyp_pca_unit(&job->pca, i, job->scale) /
                               sqrt(job->pca.value[i]));
    for (int64_t p = 0; p < pixels; p++) {
        for (int i = 0; i < s->components; i++)
            out[i] = to_steps(score[i], steps[i]);
        score += job->pca.components;
        out += channels(s);
    }
}

void hyp_shown_keep(const hyp_job *job, int64_t first, int64_t pixels,
                    const float *score)
{
    if (job->shown.value == NULL)
        return;
    keep_bands(job, first, pixels);
    if (score)
        keep_scores(job, first, pixels, score);
}

hyp_status hyp_shown_preview_all(hyp_job *job)
{
    hyp_shown *s = &job->shown;
    hyp_preview_source source = {
        .scene = &job->scene,
        .slab = &job->slab,
        .classes = job->makes.classes ? job->kmeans.classes : 1,
        .label = job->makes.classes ? job->kmeans.label : NULL,
    };
    hyp_status st = HYP_OK;

    if (!job->makes.components) {
        st = hyp_shown_expect(job);
        if (st == HYP_OK)
            hyp_shown_keep(job, 0, job->slab.pixels, NULL);
    }
    HYP_TRY(hyp_agree(job->comm, st));
    source.channels = channels(s);
    source.value = s->value;
    HYP_TRY(hyp_preview_make_all(&s->preview, &source, job->comm));
    free(s->value);
    s->value = NULL;
out:
    return st;
}

void hyp_shown_release(hyp_shown *shown)
{
    free(shown->value);
    hyp_preview_release(&shown->preview);
    for (int i = 0; i < HYP_SCHEMES; i++)
        free(shown->photo[i].bytes);
    *shown = (hyp_shown){ 0 };
}
