/*
 * shown.h - what pictures show of a job's pixels
 */
#ifndef HYP_CMD_SHOWN_H
#define HYP_CMD_SHOWN_H

#include "io/jpeg.h"
#include "io/preview.h"

#define HYP_SHOWN 3 /* values that make a colour: red, green and blue */

/* What makes the colours of a picture. */
typedef enum hyp_scheme {
    HYP_TRUE_COLOUR,
    HYP_FALSE_COLOUR,
    HYP_COMPOSITE, /* of the first components */
    HYP_SCHEMES
} hyp_scheme;

typedef struct hyp_shown {
    int bands; /* the first channels are DN of these kept bands                */
    int band[2 * HYP_SHOWN];
    int components; /* the further channels are scores of these, in 1/1024 of
                       their standard deviations                               */
    int channel[HYP_SCHEMES]
               [HYP_SHOWN]; /* of red, green and blue             */
    double wavelength[HYP_SCHEMES]
                     [HYP_SHOWN]; /* nm, of true and false colour */
    int16_t *value; /* [pixels of the slab][channels], until there is a
                       preview; owned                                          */
    hyp_preview
        preview; /* once it is made; owned                             */
    hyp_jpeg photo[HYP_SCHEMES]; /* for the report, on rank 0, once their
                                    pictures were written; owned             */
} hyp_shown;

struct hyp_job;

/*
 * Of the kept bands, the nearest to a wavelength; of two, the first.
 *
 * Collective: no
 */
int hyp_shown_nearest(const struct hyp_job *job, double wavelength);

/*
 * Choose the channels, and make room for their values.
 *
 * Collective: no
 * Requires:   the pixels were read, and the components found if there are to
 *             be any
 * Errors:     HYP_ENOMEM
 * Ownership:  hyp_shown_release() frees
 */
HYP_CHECKED hyp_status hyp_shown_expect(struct hyp_job *job);

/*
 * Keep what is shown of consecutive pixels, if something is expected.  It is
 * best done while their DN are in the cache.
 *
 * Collective: no
 * Shapes:     score [pixels][pca.components]; NULL if there are none
 */
void hyp_shown_keep(const struct hyp_job *job, int64_t first, int64_t pixels,
                    const float *score);

/*
 * Make the preview of the values that were kept.  Without components, the
 * values need not have been expected.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_shown_preview_all(struct hyp_job *job);

/* Free what shown owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_shown_release(hyp_shown *shown);

#endif
