/*
 * denoise.h - pixels without what the components that were not kept hold
 *
 * For the components of mnf.h, that is mostly noise; for principal components,
 * what varies least.
 */
#ifndef HYP_DENOISE_H
#define HYP_DENOISE_H

#include "hyperslab/pca.h"

/* Takes pixels to the components that were kept, and back. */
typedef struct hyp_denoiser {
    int bands, components;
    double scale;      /* DN per unit of reflectance                       */
    int pixel_stride;  /* bands, padded                                    */
    int score_stride;  /* components, padded                               */
    double *mean;      /* [pixel_stride], DN; owned                        */
    double *direction; /* [bands][score_stride]: from DN to scores; owned  */
    double *pattern;   /* [components][pixel_stride], DN: what a score of one
                          adds to a pixel; owned                           */
    double *pixel;     /* room for a block of pixels; owned                */
    double *score;     /* room for their scores; owned                     */
} hyp_denoiser;

/*
 * Prepare to take pixels there and back.
 *
 * Collective: no
 * Shapes:     scale: DN per unit of reflectance
 * Requires:   the patterns of noise-adjusted components
 * Errors:     HYP_ENOMEM; denoiser is then empty
 * Ownership:  the caller frees with hyp_denoiser_release()
 */
HYP_CHECKED hyp_status hyp_denoiser_init(hyp_denoiser *denoiser,
                                         const hyp_pca *pca, double scale);

/*
 * Consecutive pixels without what was not kept: the mean, and their scores
 * times the patterns.
 *
 * Collective: no
 * Shapes:     out [pixels][bands], reflectance
 * Result:     of sums in double, in the order of the bands and components,
 *             rounded once; a pixel does not depend on its place, nor on its
 *             rank
 * Cost:       2 pixels * components * bands multiply-adds
 */
void hyp_denoise(const hyp_denoiser *denoiser, const hyp_slab *slab,
                 int64_t first, int64_t pixels, float *out);

/* Free what denoiser owns and leave it empty.  Accepts { 0 }.
   Collective: no. */
void hyp_denoiser_release(hyp_denoiser *denoiser);

#endif
