/*
 * clock.h - wall-clock time
 */
#ifndef HYP_BASE_CLOCK_H
#define HYP_BASE_CLOCK_H

/* Seconds since some fixed moment; never runs backwards.  Collective: no. */
double hyp_clock(void);

#endif
