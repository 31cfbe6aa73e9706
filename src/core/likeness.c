/*
 * likeness.c - how alike two clusterings of the pixels of all ranks are
 */
#include "core/likeness.h"

#include "base/mem.h"
#include "core/agreement.h"
#include "hyperslab/comm.h"

#include <stdlib.h>

enum { BLOCK = 4096 }; /* pixels that are tallied together */

static hyp_status tally_pixels(const uint16_t *a, const uint16_t *b,
                               int64_t pixels, hyp_tally *tally)
{
    int64_t wide_a[BLOCK], wide_b[BLOCK];
    hyp_status st = HYP_OK;

    for (int64_t p = 0; st == HYP_OK && p < pixels; p += BLOCK) {
        const int64_t count = pixels - p < BLOCK ? pixels - p : BLOCK;

        for (int64_t i = 0; i < count; i++) {
            wide_a[i] = a[p + i];
            wide_b[i] = b[p + i];
        }
        st = hyp_tally_add(tally, wide_a, wide_b, count);
    }
    return st;
}

static hyp_status conclude(const hyp_tally *tally, hyp_likeness *likeness)
{
    hyp_contingency table = { 0 };
    int *to = NULL;
    hyp_status st;

    HYP_TRY(hyp_contingency_init(&table, tally));
    HYP_TRY(hyp_alloc(&to, (size_t)table.a_classes));
    HYP_TRY(hyp_agreement_match_one(&table, to));
    likeness->rand = hyp_agreement_rand(&table);
    likeness->agreement =
        (double)hyp_agreement_pixels(&table, to) / (double)table.pixels;
out:
    hyp_contingency_release(&table);
    free(to);
    return st;
}

hyp_status hyp_likeness_all(const uint16_t *a, const uint16_t *b,
                            int64_t pixels, MPI_Comm comm,
                            hyp_likeness *likeness)
{
    hyp_tally tally = { 0 };
    int rank;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(hyp_agree(comm, tally_pixels(a, b, pixels, &tally)));
    HYP_TRY(hyp_tally_collect_all(&tally, comm));
    if (rank == 0)
        st = conclude(&tally, likeness);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Bcast(likeness, 2, MPI_DOUBLE, 0, comm);
out:
    hyp_tally_release(&tally);
    return st;
}
