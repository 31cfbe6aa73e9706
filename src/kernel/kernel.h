/*
 * kernel.h - the inner loops, one table of them per instruction set
 *
 * Pixels are int16 DN, [pixels][stride], aligned to 64 bytes, zero past their
 * bands; so are the floats that stand for centres.  Each kernel does its
 * additions in one fixed order, so that all sets give the same bits.
 */
#ifndef HYP_KERNEL_KERNEL_H
#define HYP_KERNEL_KERNEL_H

#include <stdint.h>

#define HYP_CENTRE_GROUP  4 /* centres go through a kernel by so many */
#define HYP_PROJECT_WIDTH 16

typedef enum hyp_isa { HYP_ISA_PORTABLE, HYP_ISA_AVX2, HYP_ISA_AVX512 } hyp_isa;

/*
 * Distances from one pixel to all centres.
 *
 * Shapes: x [stride]; centre [centres][stride], centres a multiple of
 *         HYP_CENTRE_GROUP; distance [centres], out
 * Result: sums of stride / 16 + 4 additions in sequence
 */
typedef void hyp_distance_kernel(const int16_t *x, const float *centre,
                                 int centres, int stride, float *distance);

typedef struct hyp_kernels {
    const char *name;
    hyp_distance_kernel *squares;   /* |x - c|^2, Euclidean distance squared */
    hyp_distance_kernel *absolutes; /* sum of |x - c|, Manhattan distance    */

    /*
     * Project pixels on HYP_PROJECT_WIDTH directions.
     *
     * Shapes: x [pixels][stride]; mean [bands]; direction [bands][16];
     *         out [pixels][16]
     */
    void (*project)(const int16_t *x, int64_t pixels, int stride, int bands,
                    const float *mean, const float *direction, float *out);

    /*
     * Take pixels into the minimum, maximum and sum of each band.
     *
     * Shapes: x [pixels][stride]; low, high, sum [stride], in and out
     */
    void (*summarise)(const int16_t *x, int64_t pixels, int stride,
                      int16_t *low, int16_t *high, int64_t *sum);
} hyp_kernels;

/* Best set of this machine, no better than $HYP_ISA says.  Collective: no. */
hyp_isa hyp_isa_here(void);

/* The table of a set that hyp_isa_here() allows; static.  Collective: no. */
const hyp_kernels *hyp_kernels_for(hyp_isa isa);

/* The table of hyp_isa_here().  Collective: no. */
const hyp_kernels *hyp_kernels_here(void);

#endif
