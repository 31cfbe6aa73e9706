/*
 * products_amx.h - exact sums of products of int16, by matrices of bytes
 */
#ifndef HYP_KERNEL_PRODUCTS_AMX_H
#define HYP_KERNEL_PRODUCTS_AMX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this machine has AMX, and the system lets this process use it: it
   must ask before.  Collective: no. */
bool hyp_products_amx_works(void);

/* As in hyp_products_kernels.  Collective: no. */
size_t hyp_products_amx_room(int pairs, int stride);

/* Likewise; any depth will do.  Collective: no. */
void hyp_products_amx_add(int16_t *panel, int pairs, int depth, int bands,
                          int stride, int64_t *sum);

#endif
