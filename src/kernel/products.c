/*
 * products.c - exact sums of products of int16, for the covariance
 */
#include "kernel/products.h"

#include "kernel/kernel.h"

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define JOIN2(a, b)      a##b
#define JOIN(a, b)       JOIN2(a, b)
#define JOIN_LANES(name) JOIN(name, _lanes)
#define JOIN_WIDEN(name) JOIN(name, _widen)
#define JOIN_TILE(name)  JOIN(name, _tile)
#define JOIN_PACK(name)  JOIN(name, _pack)

/* The 32 bits at p: a pair of values. */
static inline int32_t pair_at(const int16_t *p)
{
    int32_t pair;

    memcpy(&pair, p, sizeof pair);
    return pair;
}

#define TILE_ROWS 4

#define VECTOR      __m256i
#define LOAD(p)     _mm256_loadu_si256((const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((void *)(p), v)
#define SPREAD(p)   _mm256_set1_epi32(pair_at(p))
#define ZERO()      _mm256_setzero_si256()
#define ADD64(a, b) _mm256_add_epi64(a, b)
#define WIDEN(half) _mm256_cvtepi32_epi64(half)
#define LOW(v)      _mm256_castsi256_si128(v)
#define HIGH(v)     _mm256_extracti128_si256(v, 1)

#define NAME          products_avx2
#define TARGET        __attribute__((target("avx2")))
#define MADD(s, a, b) _mm256_add_epi32(s, _mm256_madd_epi16(a, b))
#include "kernel/products_template.h"

#undef VECTOR
#undef LOAD
#undef STORE
#undef SPREAD
#undef ZERO
#undef ADD64
#undef WIDEN
#undef LOW
#undef HIGH
#define VECTOR      __m512i
#define LOAD(p)     _mm512_loadu_si512((const void *)(p))
#define STORE(p, v) _mm512_storeu_si512((void *)(p), v)
#define SPREAD(p)   _mm512_set1_epi32(pair_at(p))
#define ZERO()      _mm512_setzero_si512()
#define ADD64(a, b) _mm512_add_epi64(a, b)
#define WIDEN(half) _mm512_cvtepi32_epi64(half)
#define LOW(v)      _mm512_castsi512_si256(v)
#define HIGH(v)     _mm512_extracti64x4_epi64(v, 1)

#define NAME          products_avx512
#define TARGET        __attribute__((target("avx512f,avx512bw")))
#define MADD(s, a, b) _mm512_add_epi32(s, _mm512_madd_epi16(a, b))
#include "kernel/products_template.h"

#define NAME          products_vnni
#define TARGET        __attribute__((target("avx512f,avx512bw,avx512vnni")))
#define MADD(s, a, b) _mm512_dpwssd_epi32(s, a, b)
#include "kernel/products_template.h"

#define TABLE(name)           \
    {                         \
        JOIN_PACK(name), name \
    }

static const hyp_products_kernels avx2 = TABLE(products_avx2);
static const hyp_products_kernels avx512 = TABLE(products_avx512);
static const hyp_products_kernels vnni = TABLE(products_vnni);

const hyp_products_kernels *hyp_products_here(void)
{
    switch (hyp_isa_here()) {
    case HYP_ISA_AVX512:
        return __builtin_cpu_supports("avx512vnni") ? &vnni : &avx512;
    case HYP_ISA_AVX2: return &avx2;
    case HYP_ISA_PORTABLE: break;
    }
    return NULL;
}

#else

const hyp_products_kernels *hyp_products_here(void)
{
    return NULL;
}

#endif
