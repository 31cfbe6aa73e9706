/*
 * wide.h - 128-bit integers: exact where 64 bits could overflow
 */
#ifndef HYP_BASE_WIDE_H
#define HYP_BASE_WIDE_H

__extension__ typedef __int128 hyp_int128;
__extension__ typedef unsigned __int128 hyp_uint128;

#endif
