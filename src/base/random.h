/*
 * random.h - counter-based random numbers
 *
 * A draw depends on its seed, stream and index only: never on the rank that
 * makes it, nor on what was drawn before.  Hence the same numbers at any rank
 * count, and any of them without the ones before.
 */
#ifndef HYP_BASE_RANDOM_H
#define HYP_BASE_RANDOM_H

#include <stdint.h>

/*
 * The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
 *
 * Collective: no
 */
static inline uint64_t hyp_random_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/*
 * The index-th 64-bit number of a stream: the three words, mixed in turn.
 *
 * Collective: no
 */
static inline uint64_t hyp_random_bits(uint64_t seed, uint64_t stream,
                                       uint64_t index)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t key = hyp_random_mix(seed * golden + stream + golden);

    return hyp_random_mix(key ^ hyp_random_mix(index * golden + 1));
}

/* The same as a double in [0, 1), a multiple of 2^-53.  Collective: no. */
static inline double hyp_random_uniform(uint64_t seed, uint64_t stream,
                                        uint64_t index)
{
    return (double)(hyp_random_bits(seed, stream, index) >> 11) * 0x1p-53;
}

#endif
