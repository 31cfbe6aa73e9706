/*
 * bound.c - instantiate the kernels of bound.h
 *
 * Built with -ffp-contract=fast, unlike all else.
 */
#include "kernel/bound.h"

#include "kernel/vector.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { PAIRS = sizeof(hyp_bound_point) / sizeof(int32_t) };

#define SUFFIX portable
#define TARGET
#define WIDEN   HYP_WIDEN
#define ABREAST 2
#include "kernel/bound_template.h"

#if defined(__x86_64__)
#define SUFFIX  avx2
#define TARGET  __attribute__((target("avx2,fma")))
#define WIDEN   HYP_WIDEN
#define ABREAST 4
#include "kernel/bound_template.h"

#define SUFFIX  avx512
#define TARGET  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define WIDEN   HYP_WIDEN_AVX512
#define ABREAST 8
#include "kernel/bound_template.h"
#endif

#define TABLE(suffix)                         \
    {                                         \
        embed_points_##suffix, bound_##suffix \
    }

static const hyp_bound_kernels table[] = {
    [HYP_ISA_PORTABLE] = TABLE(portable),
#if defined(__x86_64__)
    [HYP_ISA_AVX2] = TABLE(avx2),
    [HYP_ISA_AVX512] = TABLE(avx512),
    [HYP_ISA_AMX] = TABLE(avx512),
#endif
};

const hyp_bound_kernels *hyp_bound_kernels_for(hyp_isa isa)
{
    return &table[isa];
}
