/*
 * vector.h - sixteen values at a time, in the compiler's own vector types
 *
 * GCC and Clang turn these into whatever registers the function's target has.
 * Operations are element-wise and, but in bound.c, never contracted
 * (-ffp-contract=off), so a kernel gives the same bits on every instruction set.
 */
#ifndef HYP_KERNEL_VECTOR_H
#define HYP_KERNEL_VECTOR_H

#include "kernel/kernel.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef int16_t hyp_int16x16
    __attribute__((vector_size(HYP_LANES * 2), may_alias));
typedef int8_t hyp_int8x16 __attribute__((vector_size(HYP_LANES), may_alias));
typedef int32_t hyp_int32x16
    __attribute__((vector_size(HYP_LANES * 4), may_alias));
typedef uint32_t hyp_uint32x16
    __attribute__((vector_size(HYP_LANES * 4), may_alias));
typedef int64_t hyp_int64x16
    __attribute__((vector_size(HYP_LANES * 8), may_alias));
typedef float hyp_floatx16
    __attribute__((vector_size(HYP_LANES * 4), may_alias));

/* Sixteen DN as 32 bits.  GCC makes five instructions of this for AVX-512,
   which has one. */
#define HYP_WIDEN(v)        __builtin_convertvector(v, hyp_int32x16)
#define HYP_WIDEN_AVX512(v) ((hyp_int32x16)_mm512_cvtepi16_epi32((__m256i)(v)))

/* Per lane, a where the comparison holds and b elsewhere. */
#define HYP_SELECT(mask, a, b) (((a) & (mask)) | ((b) & ~(mask)))
#define HYP_SELECT_FLOATS(mask, a, b) \
    ((hyp_floatx16)HYP_SELECT(mask, (hyp_int32x16)(a), (hyp_int32x16)(b)))

/*
 * The lanes of two rows that an exchange between them brings together: of the
 * rows' blocks of `step` lanes, the even ones, and the odd ones.
 */
#define HYP_LOW_HALVES_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HYP_HIGH_HALVES_8 \
    8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define HYP_LOW_HALVES_4 \
    0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HYP_HIGH_HALVES_4 \
    4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define HYP_LOW_HALVES_2 \
    0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HYP_HIGH_HALVES_2 \
    2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define HYP_LOW_HALVES_1 \
    0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HYP_HIGH_HALVES_1 \
    1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31

/* Exchange those lanes between two rows. */
#define HYP_HALVES(type, step, a, b)                                   \
    do {                                                               \
        type a_ = (a), b_ = (b);                                       \
        (a) = __builtin_shufflevector(a_, b_, HYP_LOW_HALVES_##step);  \
        (b) = __builtin_shufflevector(a_, b_, HYP_HIGH_HALVES_##step); \
    } while (0)

/* One stage of a transpose, in place: between rows that are `step` apart. */
#define HYP_STAGE(type, rows, step, row)                               \
    do {                                                               \
        for (int i_ = 0; i_ < (rows); i_ += 2 * (step))                \
            for (int k_ = i_; k_ < i_ + (step); k_++)                  \
                HYP_HALVES(type, step, (row)[k_], (row)[k_ + (step)]); \
    } while (0)

/* Sixteen rows become columns, in place. */
#define HYP_TRANSPOSE(type, row)     \
    do {                             \
        HYP_STAGE(type, 16, 8, row); \
        HYP_STAGE(type, 16, 4, row); \
        HYP_STAGE(type, 16, 2, row); \
        HYP_STAGE(type, 16, 1, row); \
    } while (0)

#endif
