/*
 * fetch.h - ask for a pixel before it is needed
 *
 * Processors foresee reading in order, but seldom across a page, which holds a
 * few pixels: on an Intel Xeon, a pass over all pixels took up to 4 times as
 * long without this.
 */
#ifndef HYP_KERNEL_FETCH_H
#define HYP_KERNEL_FETCH_H

#include <stdint.h>

/* How many pixels ahead of the one that is being read. */
#define HYP_FETCH_AHEAD 8

/* x [values]: of one pixel, or of some.  Collective: no. */
static inline void hyp_fetch(const int16_t *x, int values)
{
    enum { LINE = 64 / sizeof *x };

    for (int b = 0; b < values; b += LINE)
        __builtin_prefetch(x + b);
}

#endif
