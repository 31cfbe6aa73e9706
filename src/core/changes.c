/*
 * changes.c - what an iteration of k-means changes, summed over all ranks
 */
#include "core/changes.h"

#include "base/mem.h"
#include "kernel/fetch.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_RECENT = 65535 }; /* DN are within +-2^15: sums within +-2^31 */

static int64_t *of_count(const hyp_changes *c)
{
    return c->total + (int64_t)c->classes * c->stride;
}

hyp_status hyp_changes_init(hyp_changes *c, int classes, int stride)
{
    hyp_status st;

    *c = (hyp_changes){ .kernels = hyp_kernels_here(),
                        .classes = classes,
                        .stride = stride,
                        .length = classes * (stride + 1) + 2 + HYP_VOTES };
    HYP_TRY(hyp_alloc(&c->total, (size_t)c->length));
    HYP_TRY(hyp_alloc(&c->recent, (size_t)classes * (size_t)stride));
out:
    if (st != HYP_OK)
        hyp_changes_release(c);
    return st;
}

/* Empty recent into total. */
static void flush(hyp_changes *c)
{
    const int64_t length = (int64_t)c->classes * c->stride;

    for (int64_t i = 0; i < length; i++) {
        c->total[i] += c->recent[i];
        c->recent[i] = 0;
    }
    c->moves = 0;
}

/* Add a pixel that was moved a while ago, if there is one. */
static void add(hyp_changes *c, hyp_move *move)
{
    if (move->x == NULL)
        return;
    c->kernels->move(move->x, c->stride, c->recent + move->from * c->stride,
                     c->recent + move->to * c->stride);
    move->x = NULL;
    if (++c->moves == MOST_RECENT)
        flush(c);
}

static void add_all(hyp_changes *c)
{
    for (int i = 0; i < HYP_CHANGES_DELAY; i++)
        add(c, &c->late[i]);
    if (c->moves > 0)
        flush(c);
}

void hyp_changes_clear(hyp_changes *c)
{
    add_all(c);
    memset(c->total, 0, (size_t)c->length * sizeof *c->total);
}

void hyp_changes_move(hyp_changes *c, const int16_t *x, int from, int to)
{
    hyp_move *move = &c->late[c->next];

    c->next = (c->next + 1) % HYP_CHANGES_DELAY;
    add(c, move);
    *move = (hyp_move){ x, from, to };
    hyp_fetch(x, c->stride);
    of_count(c)[from]--;
    of_count(c)[to]++;
    of_count(c)[c->classes]++;
}

void hyp_changes_sum_all(hyp_changes *c, MPI_Comm comm)
{
    add_all(c);
    MPI_Allreduce(MPI_IN_PLACE, c->total, c->length, MPI_INT64_T, MPI_SUM,
                  comm);
}

const int64_t *hyp_changes_of_sum(const hyp_changes *c, int class)
{
    return c->total + (int64_t) class * c->stride;
}

int64_t hyp_changes_of_count(const hyp_changes *c, int class)
{
    return of_count(c)[class];
}

int64_t hyp_changes_reassigned(const hyp_changes *c)
{
    return of_count(c)[c->classes];
}

int64_t *hyp_changes_exactly(const hyp_changes *c)
{
    return of_count(c) + c->classes + 1;
}

int64_t *hyp_changes_votes(const hyp_changes *c, hyp_vote vote)
{
    return of_count(c) + c->classes + 2 + vote;
}

void hyp_changes_release(hyp_changes *c)
{
    free(c->total);
    free(c->recent);
    *c = (hyp_changes){ 0 };
}
