/*
 * kernel.c - instantiate the kernels and choose between them
 */
#include "kernel/kernel.h"

#include "kernel/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX portable
#define TARGET
#include "kernel/kernel_template.h"

#if defined(__x86_64__)
#define HAVE_X86 1
#define SUFFIX   avx2
#define TARGET   __attribute__((target("avx2")))
#include "kernel/kernel_template.h"

#define SUFFIX avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#include "kernel/kernel_template.h"
#else
#define HAVE_X86 0
#endif

#define TABLE(suffix)                                                 \
    {                                                                 \
        .name = #suffix, .squares = squares_##suffix,                 \
        .absolutes = absolutes_##suffix, .project = project_##suffix, \
        .embed = embed_##suffix, .bound = bound_##suffix,             \
        .unsafe = unsafe_##suffix, .spare = spare_##suffix,           \
        .move = move_##suffix, .summarise = summarise_##suffix,       \
    }

static const hyp_kernels table[] = {
    [HYP_ISA_PORTABLE] = TABLE(portable),
#if HAVE_X86
    [HYP_ISA_AVX2] = TABLE(avx2),
    [HYP_ISA_AVX512] = TABLE(avx512),
#endif
};

#define TABLE_SIZE (sizeof table / sizeof table[0])

static hyp_isa best(void)
{
#if HAVE_X86
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        return HYP_ISA_AVX512;
    if (__builtin_cpu_supports("avx2"))
        return HYP_ISA_AVX2;
#endif
    return HYP_ISA_PORTABLE;
}

hyp_isa hyp_isa_here(void)
{
    const char *cap = getenv("HYP_ISA");
    hyp_isa isa = best();

    for (size_t i = 0; cap && i < TABLE_SIZE; i++)
        if (strcmp(cap, table[i].name) == 0 && (hyp_isa)i < isa)
            return (hyp_isa)i;
    return isa;
}

const hyp_kernels *hyp_kernels_for(hyp_isa isa)
{
    return &table[isa];
}

const hyp_kernels *hyp_kernels_here(void)
{
    return hyp_kernels_for(hyp_isa_here());
}
