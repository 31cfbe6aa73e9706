/*
 * partition.c - who owns which part of a sequence
 */
#include "comm/partition.h"

void hyp_part_by_weight(const int64_t *weight, int64_t count, int parts,
                        int64_t *start)
{
    double total = 0, sum = 0;
    int part = 0;

    for (int64_t i = 0; i < count; i++)
        total += (double)weight[i];
    for (int64_t i = 0; i < count; i++) {
        /* An item begins every part whose share ends before its middle. */
        while (part < parts &&
               (sum + 0.5 * (double)weight[i]) * parts >= total * part)
            start[part++] = i;
        sum += (double)weight[i];
    }
    while (part <= parts)
        start[part++] = count;
}
