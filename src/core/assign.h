/*
 * assign.h - give every pixel its nearest centre, looking at few of them
 *
 * Each pixel has a slack: all other centres are at least so much farther away
 * than its own.  Centres that move by d_1 ... d_K use up at most
 * d_own + max(d_others) of it (Hamerly, SDM 2010).  What each class has used
 * up since the beginning is one running number; the slack is stored with the
 * number at its time added, so that an iteration changes no pixel's slack: a
 * pixel is safe while its stored slack exceeds the number of its class.
 *
 * Pixels that are not safe are bounded anew in the subspace; those that it
 * cannot tell are looked at in full.  Towards the end, when few pixels are
 * unsafe, those that the next iterations may reach are watched, and the others
 * not even passed over until the numbers have come to the horizon.
 */
#ifndef HYP_CORE_ASSIGN_H
#define HYP_CORE_ASSIGN_H

#include "core/changes.h"
#include "core/nearest.h"
#include "core/subspace.h"

typedef struct hyp_assigner {
    const hyp_slab *slab; /* borrowed                                         */
    const hyp_kernels *kernels;
    hyp_nearest nearest;
    hyp_subspace subspace; /* for Euclidean distance; else empty              */
    double *centre;        /* [classes][bands]: the latest; owned             */
    double *drift;         /* [classes]: by which each moved last; owned      */
    double *latest;        /* [classes]: slack used up by that; owned         */
    double *used;          /* [classes]: slack used up since the start; owned */
    float *limit;          /* [classes]: the same, rounded up; owned          */
    float *horizon;        /* [classes]: up to which limit the pixels that are
                              not watched are safe; owned                     */
    float *slack;          /* [pixels]: slack + used, rounded down; owned     */
    int32_t *watch;        /* [pixels]: numbers of watched ones; owned        */
    int64_t watched;
    int32_t *list;  /* unsafe ones among some of them; owned           */
    int64_t unsafe; /* in the latest iteration                         */
    bool started;
} hyp_assigner;

/*
 * Prepare to assign the pixels of a slab.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, HYP_ENUMERIC; assigner is then empty
 * Ownership:  borrows slab; the caller frees with hyp_assigner_release()
 * Cost:       that of hyp_subspace_init(); 8 bytes a pixel more
 */
HYP_CHECKED hyp_status hyp_assigner_init(hyp_assigner *assigner,
                                         const hyp_slab *slab,
                                         const hyp_summary *summary,
                                         hyp_distance distance, int classes);

/*
 * Give every pixel the centre that is nearest to it, and note the changes.
 *
 * Collective: no
 * Shapes:     centre [classes][bands], DN; label [pixels], in and
 *             out
 * Result:     the labels that hyp_nearest_find() gives, bit for bit
 */
void hyp_assign(hyp_assigner *assigner, const double *centre, uint16_t *label,
                hyp_changes *changes);

/* Free what assigner owns.  Accepts { 0 }.  Collective: no. */
void hyp_assigner_release(hyp_assigner *assigner);

#endif
