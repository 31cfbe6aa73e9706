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

#define HYP_CENTRE_GROUP 4  /* centres go through a kernel by so many */
#define HYP_LANES        16 /* pixels, or components, side by side */
#define HYP_DOUBLES      8  /* widths of matrices are multiples    */

typedef enum hyp_isa {
    HYP_ISA_PORTABLE,
    HYP_ISA_AVX2,
    HYP_ISA_AVX512,
    HYP_ISA_AMX /* AVX-512, and AMX for sums of products */
} hyp_isa;

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
     * Coordinates of pixels, less an offset, along 16 directions.  Bands are
     * summed by sixteens, then the sums.
     *
     * Shapes: x [pixels][stride]; offset [stride]; basis [bands][16];
     *         y [pixels][16], out
     */
    void (*embed)(const int16_t *x, int64_t pixels, int stride, int bands,
                  const int16_t *offset, const float *basis, float *y);

    /*
     * Add multiples of rows to the sums of pixels, one row after the other.
     *
     * Shapes: factor [pixels][stride], of which the first `rows` of each pixel
     *         are used; row [rows][width]; sum [pixels][width], in and out;
     *         width a multiple of HYP_DOUBLES; row and sum aligned to 64 bytes
     */
    void (*combine)(const double *factor, int stride, int64_t pixels, int rows,
                    const double *row, int width, double *sum);

    /*
     * List the pixels first .. last - 1 whose slack does not exceed the limit
     * of their class; return how many there are.
     *
     * Shapes: slack, label [last]; list [last - first], out
     */
    int64_t (*unsafe)(const float *slack, const uint16_t *label,
                      const float *limit, int64_t first, int64_t last,
                      int32_t *list);

    /*
     * Take a pixel from one sum to another.
     *
     * Shapes: x, from, to [stride]; from and to differ
     */
    void (*move)(const int16_t *x, int stride, int32_t *from, int32_t *to);

    /*
     * Take pixels into the minimum, maximum and sum of each band; return the
     * sum of the squares of all.
     *
     * Shapes: x [pixels][stride], pixels up to 2^16; low, high, sum [stride],
     *         in and out
     */
    int64_t (*summarise)(const int16_t *x, int64_t pixels, int stride,
                         int16_t *low, int16_t *high, int64_t *sum);

    /*
     * Add the squares of the bands of pixels to the sums of their classes.
     *
     * Shapes: x [pixels][stride]; label [pixels]; sum [classes][stride]
     */
    void (*add_squares)(const int16_t *x, int64_t pixels, int stride,
                        const uint16_t *label, int64_t *sum);

    /*
     * Interleave images of single bands into pixels, a transpose; and mark those
     * that hold nodata.
     *
     * Shapes: plane [planes] of [pixels]; out [pixels][stride], of which the
     *         first `planes` values of each pixel are written; valid [pixels],
     *         in and out: becomes 0 where one of them is nodata; or NULL
     */
    void (*interleave)(const int16_t *const *plane, int planes, int64_t pixels,
                       int16_t *out, int64_t stride, int16_t nodata,
                       uint8_t *valid);

    /*
     * Pick some values of each pixel; and mark those pixels where one is nodata.
     *
     * Shapes: in [pixels][in_stride]; offset [count], in 0..in_stride-1 and
     *         increasing; out [pixels][stride], of which the first `count`
     *         values of each pixel are written; valid [pixels], or NULL: as for
     *         interleave
     */
    void (*pick)(const int16_t *in, int64_t in_stride, const int16_t *offset,
                 int count, int64_t pixels, int16_t *out, int64_t stride,
                 int16_t nodata, uint8_t *valid);
} hyp_kernels;

/* Best set of this machine, no better than $HYP_ISA says.  Collective: no. */
hyp_isa hyp_isa_here(void);

/* The table of a set that hyp_isa_here() allows; static.  Collective: no. */
const hyp_kernels *hyp_kernels_for(hyp_isa isa);

/* The table of hyp_isa_here().  Collective: no. */
const hyp_kernels *hyp_kernels_here(void);

#endif
