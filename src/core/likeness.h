/*
 * likeness.h - how alike two clusterings of the pixels of all ranks are
 */
#ifndef HYP_CORE_LIKENESS_H
#define HYP_CORE_LIKENESS_H

#include "hyperslab/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct hyp_likeness {
    double rand;      /* adjusted Rand index                                 */
    double agreement; /* share of the pixels that agree, after best matching */
} hyp_likeness;

/*
 * Compare two clusterings.
 *
 * Collective: yes
 * Shapes:     a, b [pixels]: the classes of this rank's pixels
 * Errors:     HYP_ENOMEM; HYP_EFORMAT if there are more than HYP_MAX_COMPARED
 *             classes; HYP_ENUMERIC if no rank has a pixel
 * Result:     on every rank the same; from exact counts
 */
HYP_CHECKED hyp_status hyp_likeness_all(const uint16_t *a, const uint16_t *b,
                                        int64_t pixels, MPI_Comm comm,
                                        hyp_likeness *likeness);

#endif
