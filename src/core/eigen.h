/*
 * eigen.h - eigenvalues and eigenvectors of a distributed symmetric matrix
 *
 * The matrix lies block-cyclically over a grid of ranks, as ScaLAPACK wants
 * it: element (i, j) with the rank in grid row (i / block) mod rows and grid
 * column (j / block) mod cols.  Ranks of the communicator fill the grid row by
 * row; those beyond it hold nothing, and are told the result.
 */
#ifndef HYP_CORE_EIGEN_H
#define HYP_CORE_EIGEN_H

#include "hyperslab/status.h"

#include <mpi.h>

#define HYP_EIGEN_BLOCK 64

typedef struct hyp_grid {
    int rows, cols;
} hyp_grid;

/*
 * The most square grid of at most size ranks and ceil(n / 128)^2 ranks.
 *
 * Collective: no
 */
hyp_grid hyp_grid_auto(int n, int size);

/*
 * How many of n rows (or columns) lie with a coordinate of the grid's parts.
 *
 * Collective: no
 */
int hyp_grid_local(int n, int coordinate, int parts);

/* The global index of a local row or column.  Collective: no. */
int hyp_grid_global(int local, int coordinate, int parts);

/* 1 or -1, by which the coefficient of greatest size becomes positive.
   Collective: no. */
double hyp_eigen_sign(int n, const double *vector);

/* How well the eigenvectors V and eigenvalues L of C came out. */
typedef struct hyp_eigen_quality {
    double residual;      /* |C V - V L| / |C|, Frobenius */
    double orthogonality; /* |V'V - I| / n, Frobenius     */
} hyp_eigen_quality;

/*
 * Solve.
 *
 * Collective: yes
 * Shapes:     matrix [local columns][local rows] of this rank's part, both
 *             triangles, overwritten; value [n], out, greatest first;
 *             vector [n][n], out: vector[i] belongs to value[i]
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if the solver fails or its result is
 *             not an eigensystem of the matrix
 * Result:     the coefficient of greatest size of each vector is positive; the
 *             same bits on every rank; rounding depends on the grid alone
 * Cost:       about 9 n^3 operations over the grid, and an allreduce of n^2
 */
HYP_CHECKED hyp_status hyp_eigen_all(int n, hyp_grid grid, double *matrix,
                                     MPI_Comm comm, double *value,
                                     double *vector,
                                     hyp_eigen_quality *quality);

/*
 * The same of a matrix that every rank has.
 *
 * Collective: yes
 * Shapes:     whole [n][n], symmetric, the same on every rank; else as above
 * Errors:     those of hyp_eigen_all()
 */
HYP_CHECKED hyp_status hyp_eigen_whole_all(int n, hyp_grid grid,
                                           const double *whole, MPI_Comm comm,
                                           double *value, double *vector,
                                           hyp_eigen_quality *quality);

/*
 * Eigenvectors of the greatest eigenvalues of a whole matrix, by LAPACK.
 *
 * Collective: no
 * Shapes:     matrix [n][n], symmetric, overwritten; vector [count][n], out:
 *             orthonormal
 * Errors:     HYP_ENOMEM; HYP_ENUMERIC if the solver fails
 */
HYP_CHECKED hyp_status hyp_eigen_leading(int n, double *matrix, int count,
                                         double *vector);

#endif
