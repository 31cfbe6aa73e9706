/*
 * partition.h - who owns which part of a sequence
 *
 * The answers are the same on every rank, so that none has to be sent.
 */
#ifndef HYP_COMM_PARTITION_H
#define HYP_COMM_PARTITION_H

#include <stdint.h>

/*
 * Where part number `part` of `parts` equal parts of 0..total begins; part
 * number `parts` begins at total.
 *
 * Collective: no
 * Requires:   total * parts < 2^63
 */
static inline int64_t hyp_part_start(int64_t total, int part, int parts)
{
    return total * part / parts;
}

/*
 * Cut a sequence into consecutive parts of about equal weight.
 *
 * Collective: no
 * Shapes:     weight [count], none negative; start [parts + 1], out
 * Result:     part i is start[i] .. start[i + 1] - 1; parts may be empty
 */
void hyp_part_by_weight(const int64_t *weight, int64_t count, int parts,
                        int64_t *start);

#endif
