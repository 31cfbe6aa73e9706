/*
 * noise.h - the noise of a scene, from the differences of neighbouring pixels
 *
 * What changes from a pixel to the next is mostly noise: half the covariance of
 * the differences estimates that of the noise.
 */
#ifndef HYP_NOISE_H
#define HYP_NOISE_H

#include "hyperslab/slab.h"
#include "hyperslab/summary.h"

#include <mpi.h>

/* The neighbour that is taken from a pixel. */
typedef enum hyp_neighbour {
    HYP_NEIGHBOUR_LOWER_RIGHT,
    HYP_NEIGHBOUR_LOWER_LEFT,
    HYP_NEIGHBOUR_RIGHT,
    HYP_NEIGHBOUR_LOWER,
    HYP_NEIGHBOURS /* how many there are */
} hyp_neighbour;

/* As Spectral Python calls it: "lowerright".  Collective: no. */
const char *hyp_neighbour_name(hyp_neighbour neighbour);

/* Which pixels are neighbours. */
typedef struct hyp_neighbours {
    hyp_neighbour neighbour;
    int images;
    const int64_t *first_row; /* [images]: where each image begins in the scene,
                                 in order: rows of two images are no
                                 neighbours; borrowed                        */
} hyp_neighbours;

typedef struct hyp_differences {
    int bands;
    int64_t count; /* pairs of neighbours that are both valid, of all ranks */
    int64_t *sum;  /* [bands]: of the differences, of all ranks; owned      */
    int64_t *product; /* [bands][bands], lower triangle: sums of products of the
                         differences of this rank's pixels; owned             */
} hyp_differences;

/*
 * Sum up the differences of neighbouring pixels.  That of two rows which lie on
 * two ranks counts on the rank of the upper one.
 *
 * Collective: yes
 * Requires:   ranks own consecutive rows, in rank order; summary holds the
 *             range of all pixels
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if there are fewer than two pairs;
 *             differences is then empty
 * Ownership:  the caller frees with hyp_differences_release()
 * Result:     exact for up to 2^31 pairs whatever the values; the sums over all
 *             ranks are the same at any rank count
 * Cost:       that of a covariance, and one row to a neighbouring rank
 */
HYP_CHECKED hyp_status hyp_differences_all(const hyp_slab *slab,
                                           const hyp_summary *summary,
                                           const hyp_neighbours *neighbours,
                                           MPI_Comm comm,
                                           hyp_differences *differences);

/* Free what differences owns.  Accepts { 0 }.  Collective: no. */
void hyp_differences_release(hyp_differences *differences);

#endif
