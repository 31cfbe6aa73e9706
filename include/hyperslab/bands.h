/*
 * bands.h - which bands of a tile are kept
 */
#ifndef HYP_BANDS_H
#define HYP_BANDS_H

#include "hyperslab/status.h"

#define HYP_MAX_WINDOWS 16

/* Wavelengths from low to high, nm. */
typedef struct hyp_band_window {
    double low, high;
} hyp_band_window;

/* A list of band indices, counted from 0, in increasing order. */
typedef struct hyp_bands {
    int count;
    int *index; /* [count]; owned */
} hyp_bands;

/*
 * Keep what NEON's tutorial on k-means and PCA keeps, index for index: without
 * the first 10 and the last 15 bands, and for each window without the bands
 * from max{i : w[i] < low} up to, not including, min{i : w[i] > high}.
 * Source: NEON-Data-Skills, clean_neon_refl_data().
 *
 * Collective: no
 * Shapes:     wavelength [bands], nm
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if no band is left
 * Ownership:  the caller frees with hyp_bands_release()
 */
HYP_CHECKED hyp_status hyp_bands_neon(hyp_bands *kept, const double *wavelength,
                                      int bands, const hyp_band_window *window,
                                      int windows);

/*
 * Keep the bands whose wavelengths lie in no window; with no windows, all.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if no band is left
 */
HYP_CHECKED hyp_status hyp_bands_outside(hyp_bands *kept,
                                         const double *wavelength, int bands,
                                         const hyp_band_window *window,
                                         int windows);

/*
 * Keep bands by number: "1-50,60,70-80", counted from 1, both ends included.
 *
 * Collective: no
 * Errors:     HYP_EUSAGE, naming the part that is wrong; HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_bands_listed(hyp_bands *kept, const char *list,
                                        int bands);

/* Keep the same.  Errors: HYP_ENOMEM; copy is then empty.  Collective: no. */
HYP_CHECKED hyp_status hyp_bands_copy(hyp_bands *copy, const hyp_bands *kept);

/*
 * Keep, for each wavelength wanted, the band nearest to it; of two equally near,
 * the first.
 *
 * Collective: no
 * Shapes:     wavelength [bands] and wanted [count], nm, wanted increasing
 * Errors:     HYP_EFORMAT if two of those wanted have one nearest band;
 *             HYP_ENOMEM
 * Ownership:  the caller frees with hyp_bands_release()
 */
HYP_CHECKED hyp_status hyp_bands_nearest(hyp_bands *kept,
                                         const double *wavelength, int bands,
                                         const double *wanted, int count);

/* Keep the first of every n of the bands kept so far.  Collective: no. */
void hyp_bands_subset(hyp_bands *kept, int n);

/* Keep those that the first of every n[i] of the bands kept so far are, of all
   i together: n [count].  Collective: no. */
void hyp_bands_subsets(hyp_bands *kept, const int *n, int count);

/* Free what kept owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_bands_release(hyp_bands *kept);

#endif
