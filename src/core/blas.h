/*
 * blas.h - how many threads BLAS and LAPACK use
 */
#ifndef HYP_CORE_BLAS_H
#define HYP_CORE_BLAS_H

/*
 * Let OpenBLAS use one thread in this process, unless the environment says how
 * many (OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS or OMP_NUM_THREADS).
 *
 * Collective: no
 * Requires:   called before BLAS is used
 */
void hyp_blas_settle(void);

/* The threads that OpenBLAS uses; 0: another BLAS, that does not say. */
/* Collective: no. */
int hyp_blas_threads(void);

#endif
