/*
 * summary.h - range and sum of each band over all valid pixels of all ranks
 */
#ifndef HYP_SUMMARY_H
#define HYP_SUMMARY_H

#include "hyperslab/slab.h"

#include <mpi.h>

typedef struct hyp_summary {
    int bands, stride;
    int64_t pixels; /* valid ones, of all ranks                            */
    int64_t first;  /* valid pixels of the ranks before this one           */
    int16_t *low;   /* [stride]: least DN of each band; owned              */
    int16_t *high;  /* [stride]: greatest DN; owned                        */
    int64_t *sum;   /* [stride]: sum of the DN; owned                      */
    int64_t squares[2]; /* sum of the squares of all DN, in two parts:
                           squares[0] + 2^32 squares[1]                    */
} hyp_summary;

/*
 * Summarise the slabs of all ranks.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if no rank has a valid pixel; summary
 *             is then empty
 * Ownership:  the caller frees with hyp_summary_release()
 * Result:     exact; the same on every rank, and at any rank count
 */
HYP_CHECKED hyp_status hyp_summary_all(const hyp_slab *slab, MPI_Comm comm,
                                       hyp_summary *summary);

/* The middle of a band's range, in whole DN.  Collective: no. */
static inline int hyp_summary_middle(const hyp_summary *summary, int band)
{
    return (summary->low[band] + summary->high[band]) / 2;
}

/* Free what summary owns.  Accepts { 0 }.  Collective: no. */
void hyp_summary_release(hyp_summary *summary);

#endif
