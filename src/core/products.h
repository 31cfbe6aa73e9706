/*
 * products.h - exact sums of products of whole numbers
 *
 * What is multiplied are vectors x - less, one number a band: pixels less the
 * middle of their range, or pixels less their neighbours.
 */
#ifndef HYP_CORE_PRODUCTS_H
#define HYP_CORE_PRODUCTS_H

#include "hyperslab/status.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Point to the next vector.  Both stay valid until the call after the next.
 *
 * Collective: no
 * Shapes:     *x, *less [width], whose numbers past the bands are equal
 * Result:     false if there is none, and from then on
 */
typedef bool hyp_terms_next(void *context, const int16_t **x,
                            const int16_t **less);

typedef struct hyp_terms {
    int bands, width; /* width: of the vectors in memory, whole registers */
    int reach;        /* no number is farther from 0 */
    hyp_terms_next *next;
    void *context; /* of next; borrowed */
} hyp_terms;

/*
 * Sum up the products of the numbers of each vector.
 *
 * Collective: no
 * Shapes:     product [bands][bands], lower triangle, out
 * Errors:     HYP_ENOMEM
 * Result:     exact, while the number of vectors times reach^2 is below 2^63
 * Cost:       vectors * bands^2 / 2 multiply-adds
 */
HYP_CHECKED hyp_status hyp_products_of(const hyp_terms *terms,
                                       int64_t *product);

#endif
