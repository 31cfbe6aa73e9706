/*
 * days.h - the days on which a tile was flown
 *
 * Days are numbers such as 20250612, as in NEON's files.
 */
#ifndef HYP_IO_DAYS_H
#define HYP_IO_DAYS_H

#include "hyperslab/tile.h"

#include <stdbool.h>

typedef struct hyp_days {
    int first, last; /* 0: unknown */
} hyp_days;

/* Whether a number is a day of the calendar, from 1900 on.  Collective: no. */
bool hyp_day_is_one(int day);

/*
 * The days that Ancillary_Imagery/Acquisition_Date of a tile names, which NEON
 * has had since 2022.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; HYP_ENOINPUT, HYP_EFORMAT, HYP_EIO
 * Result:     zeros if there are none
 */
HYP_CHECKED hyp_status hyp_days_read(const hyp_tile *tile, hyp_days *days);

/* Make days span those of another, if these are known.  Collective: no. */
void hyp_days_add(hyp_days *days, hyp_days other);

#endif
