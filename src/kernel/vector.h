/*
 * vector.h - sixteen values at a time, in the compiler's own vector types
 *
 * GCC and Clang turn these into whatever registers the function's target has.
 * Operations are element-wise and never contracted (-ffp-contract=off), so a
 * kernel gives the same bits on every instruction set.
 */
#ifndef HYP_KERNEL_VECTOR_H
#define HYP_KERNEL_VECTOR_H

#include <stdint.h>

#define HYP_LANES 16

typedef int16_t hyp_int16x16
    __attribute__((vector_size(HYP_LANES * 2), may_alias));
typedef int32_t hyp_int32x16
    __attribute__((vector_size(HYP_LANES * 4), may_alias));
typedef float hyp_floatx16
    __attribute__((vector_size(HYP_LANES * 4), may_alias));

/* Sixteen DN from memory aligned to 32 bytes, as floats. */
#define HYP_LOAD_FLOATS(p)                                                 \
    __builtin_convertvector(                                               \
        __builtin_convertvector(*(const hyp_int16x16 *)(p), hyp_int32x16), \
        hyp_floatx16)

/* Per lane, a where the comparison holds and b elsewhere. */
#define HYP_SELECT(mask, a, b) (((a) & (mask)) | ((b) & ~(mask)))

#endif
