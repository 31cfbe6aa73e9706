/*
 * blas.c - how many threads BLAS and LAPACK use
 *
 * OpenBLAS takes one for each core that the process may run on.  With as many
 * ranks as cores, these are in each other's way, and in that of ranks that wait
 * in MPI: the eigenvectors of 345 bands on 2 ranks and 2 cores took 20 ms with
 * one thread, and 23 to 710 ms without this.  One rank alone gains nothing from
 * a second thread: 25 ms either way.  And the number of threads changes the last
 * bits of the vectors, which must not depend on how many ranks there are, nor on
 * how they are bound to cores.
 */
#include "core/blas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Not in a BLAS of another make: these are then NULL. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));

static bool environment_says(void)
{
    static const char *const names[] = { "OPENBLAS_NUM_THREADS",
                                         "GOTO_NUM_THREADS",
                                         "OMP_NUM_THREADS" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value && atoi(value) > 0)
            return true;
    }
    return false;
}

void hyp_blas_settle(void)
{
    if (openblas_set_num_threads && !environment_says())
        openblas_set_num_threads(1);
}

int hyp_blas_threads(void)
{
    return openblas_get_num_threads ? openblas_get_num_threads() : 0;
}
