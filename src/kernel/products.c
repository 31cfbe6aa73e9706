/*
 * products.c - exact sums of products of int16, for the covariance
 */
#include "kernel/products.h"

#include "kernel/kernel.h"
#include "kernel/products_amx.h"

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

static bool always(void)
{
    return true;
}

static bool has_vnni(void)
{
    return __builtin_cpu_supports("avx512vnni");
}

/* The fastest first. */
static const struct {
    hyp_isa isa;         /* that it takes ...  */
    bool (*works)(void); /* ... and what else  */
    hyp_products_kernels kernels;
} choice[] = {
    { HYP_ISA_AMX,
      always,
      { "amx", hyp_products_amx_room, JOIN_PACK(products_avx512),
        hyp_products_amx_add } },
    { HYP_ISA_AVX512,
      has_vnni,
      { "vnni", hyp_products_pairs, JOIN_PACK(products_vnni), products_vnni } },
    { HYP_ISA_AVX512,
      always,
      { "avx512", hyp_products_pairs, JOIN_PACK(products_avx512),
        products_avx512 } },
    { HYP_ISA_AVX2,
      always,
      { "avx2", hyp_products_pairs, JOIN_PACK(products_avx2), products_avx2 } },
};

const hyp_products_kernels *hyp_products_at(int n)
{
    for (size_t i = 0; i < sizeof choice / sizeof choice[0]; i++)
        if (choice[i].isa <= hyp_isa_here() && choice[i].works() && n-- == 0)
            return &choice[i].kernels;
    return NULL;
}

#else

const hyp_products_kernels *hyp_products_at(int n)
{
    (void)n;
    return NULL;
}

#endif
