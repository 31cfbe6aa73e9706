/*
 * eigen.c - eigenvalues and eigenvectors of a distributed symmetric matrix
 *
 * The only file that knows ScaLAPACK and LAPACK.  Its solver is pdsyevr (MRRR): the
 * workspace that pdsyevd asks for is too small in ScaLAPACK 2.2, with wrong
 * vectors as the result, so the residuals are always computed too.
 */
#include "core/eigen.h"

#include "base/mem.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* No header declares these.  BLACS has a C interface, ScaLAPACK Fortran's. */
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int rows, int cols);
void Cblacs_gridinfo(int context, int *rows, int *cols, int *row, int *col);
void Cblacs_gridexit(int context);
void descinit_(int *desc, const int *m, const int *n, const int *mb,
               const int *nb, const int *row, const int *col,
               const int *context, const int *leading, int *info);
void pdsyevr_(const char *job, const char *range, const char *triangle,
              const int *n, double *a, const int *ia, const int *ja,
              const int *desc_a, const double *vl, const double *vu,
              const int *il, const int *iu, int *m, int *nz, double *w,
              double *z, const int *iz, const int *jz, const int *desc_z,
              double *work, const int *lwork, int *iwork, const int *liwork,
              int *info);
void pdsymm_(const char *side, const char *triangle, const int *m, const int *n,
             const double *alpha, const double *a, const int *ia, const int *ja,
             const int *desc_a, const double *b, const int *ib, const int *jb,
             const int *desc_b, const double *beta, double *c, const int *ic,
             const int *jc, const int *desc_c);
void pdgemm_(const char *trans_a, const char *trans_b, const int *m,
             const int *n, const int *k, const double *alpha, const double *a,
             const int *ia, const int *ja, const int *desc_a, const double *b,
             const int *ib, const int *jb, const int *desc_b,
             const double *beta, double *c, const int *ic, const int *jc,
             const int *desc_c);
double pdlange_(const char *norm, const int *m, const int *n, const double *a,
                const int *ia, const int *ja, const int *desc_a, double *work);

void dsyevr_(const char *job, const char *range, const char *triangle,
             const int *n, double *a, const int *lda, const double *vl,
             const double *vu, const int *il, const int *iu,
             const double *tolerance, int *m, double *w, double *z,
             const int *ldz, int *support, double *work, const int *lwork,
             int *iwork, const int *liwork, int *info);

static const int one = 1;
static const double tolerance = 1e-10; /* of residual and orthogonality */

hyp_grid hyp_grid_auto(int n, int size)
{
    const int side = (n + 127) / 128;
    hyp_grid grid = { 1, 1 };

    while ((grid.rows + 1) * (grid.rows + 1) <= size && grid.rows < side)
        grid.rows++;
    grid.cols = grid.rows;
    return grid;
}

int hyp_grid_local(int n, int coordinate, int parts)
{
    int count = 0;

    for (int i = coordinate * HYP_EIGEN_BLOCK; i < n;
         i += parts * HYP_EIGEN_BLOCK)
        count += n - i < HYP_EIGEN_BLOCK ? n - i : HYP_EIGEN_BLOCK;
    return count;
}

int hyp_grid_global(int local, int coordinate, int parts)
{
    return (local / HYP_EIGEN_BLOCK * parts + coordinate) * HYP_EIGEN_BLOCK +
           local % HYP_EIGEN_BLOCK;
}

/* This rank's place in the grid, and its parts of the matrices. */
typedef struct solver {
    int n;
    hyp_grid grid;
    MPI_Comm comm; /* of the grid's ranks only                         */
    int handle, context;
    int row, col; /* of this rank in the grid             */
    int local_rows, local_cols;
    int desc[9];
    double *a;      /* [local_cols][local_rows]: the matrix; borrowed   */
    double *copy;   /* the same, as pdsyevr overwrites it; owned        */
    double *z;      /* the eigenvectors, by columns; owned              */
    double *scaled; /* room for residuals; owned                        */
    double *value;  /* [n], least first; owned                          */
} solver;

static size_t local_size(const solver *s)
{
    return (size_t)s->local_rows * (size_t)s->local_cols;
}

/* Join the grid; only its ranks call this. */
static void join_grid(solver *s)
{
    const int zero = 0, block = HYP_EIGEN_BLOCK;
    int rows, cols, leading, info;

    s->handle = Csys2blacs_handle(s->comm);
    s->context = s->handle;
    Cblacs_gridinit(&s->context, "Row", s->grid.rows, s->grid.cols);
    Cblacs_gridinfo(s->context, &rows, &cols, &s->row, &s->col);
    s->local_rows = hyp_grid_local(s->n, s->row, rows);
    s->local_cols = hyp_grid_local(s->n, s->col, cols);
    leading = s->local_rows > 1 ? s->local_rows : 1;
    descinit_(s->desc, &s->n, &s->n, &block, &block, &zero, &zero, &s->context,
              &leading, &info);
}

static void leave_grid(solver *s)
{
    Cblacs_gridexit(s->context);
    Cfree_blacs_system_handle(s->handle);
}

static hyp_status make_room(solver *s)
{
    hyp_status st;

    HYP_TRY(hyp_alloc(&s->copy, local_size(s)));
    HYP_TRY(hyp_alloc(&s->z, local_size(s)));
    HYP_TRY(hyp_alloc(&s->scaled, local_size(s)));
    HYP_TRY(hyp_alloc(&s->value, (size_t)s->n));
    if (local_size(s) > 0)
        memcpy(s->copy, s->a, local_size(s) * sizeof *s->a);
out:
    return st;
}

static int call_pdsyevr(solver *s, double *work, int lwork, int *iwork,
                        int liwork)
{
    const double none = 0;
    const int last = s->n;
    int values, vectors, info;

    pdsyevr_("V", "A", "L", &s->n, s->a, &one, &one, s->desc, &none, &none,
             &one, &last, &values, &vectors, s->value, s->z, &one, &one,
             s->desc, work, &lwork, iwork, &liwork, &info);
    return info;
}

/* Ask for the workspace, then solve. */
static hyp_status solve_all(solver *s)
{
    double size[8] = { 0 }, *work = NULL;
    int isize[8] = { 0 }, *iwork = NULL, info;
    hyp_status st;

    info = call_pdsyevr(s, size, -1, isize, -1);
    st = hyp_alloc(&work, (size_t)size[0] + 1);
    if (st == HYP_OK)
        st = hyp_alloc(&iwork, (size_t)isize[0] + 1);
    HYP_TRY(hyp_agree(s->comm, st));
    info = call_pdsyevr(s, work, (int)size[0] + 1, iwork, isize[0] + 1);
    if (info != 0)
        st = hyp_fail(HYP_ENUMERIC, "pdsyevr ended with info %d", info);
    st = hyp_agree(s->comm, st);
out:
    free(work);
    free(iwork);
    return st;
}

static double norm_all(const solver *s, const double *matrix)
{
    double unused;

    return pdlange_("F", &s->n, &s->n, matrix, &one, &one, s->desc, &unused);
}

/* |C V - V L| / |C| */
static double residual_all(solver *s)
{
    const double plus = 1, minus = -1;
    const double size = norm_all(s, s->copy);

    for (int j = 0; j < s->local_cols; j++) {
        double value = s->value[hyp_grid_global(j, s->col, s->grid.cols)];

        for (int i = 0; i < s->local_rows; i++) {
            size_t at = (size_t)j * (size_t)s->local_rows + (size_t)i;

            s->scaled[at] = s->z[at] * value;
        }
    }
    pdsymm_("L", "L", &s->n, &s->n, &plus, s->copy, &one, &one, s->desc, s->z,
            &one, &one, s->desc, &minus, s->scaled, &one, &one, s->desc);
    return norm_all(s, s->scaled) / (size > 0 ? size : 1);
}

/* |V'V - I| / n */
static double orthogonality_all(solver *s)
{
    const double plus = 1, none = 0;

    pdgemm_("T", "N", &s->n, &s->n, &s->n, &plus, s->z, &one, &one, s->desc,
            s->z, &one, &one, s->desc, &none, s->scaled, &one, &one, s->desc);
    for (int j = 0; j < s->local_cols; j++)
        for (int i = 0; i < s->local_rows; i++)
            if (hyp_grid_global(i, s->row, s->grid.rows) ==
                hyp_grid_global(j, s->col, s->grid.cols))
                s->scaled[(size_t)j * (size_t)s->local_rows + (size_t)i] -= 1;
    return norm_all(s, s->scaled) / s->n;
}

/* Put this rank's part of the vectors in place; the others' stays zero. */
static void spread_vectors(const solver *s, double *vector)
{
    for (int j = 0; j < s->local_cols; j++) {
        int ascending = hyp_grid_global(j, s->col, s->grid.cols);
        double *out = vector + (size_t)(s->n - 1 - ascending) * (size_t)s->n;

        for (int i = 0; i < s->local_rows; i++)
            out[hyp_grid_global(i, s->row, s->grid.rows)] =
                s->z[(size_t)j * (size_t)s->local_rows + (size_t)i];
    }
}

double hyp_eigen_sign(int n, const double *vector)
{
    double greatest = 0;

    for (int b = 0; b < n; b++)
        if (fabs(vector[b]) > fabs(greatest))
            greatest = vector[b];
    return greatest < 0 ? -1 : 1;
}

static void fix_signs(int n, double *vector)
{
    for (int i = 0; i < n; i++) {
        double *v = vector + (size_t)i * (size_t)n;
        const double sign = hyp_eigen_sign(n, v);

        for (int b = 0; b < n; b++)
            v[b] *= sign;
    }
}

/* The part of the work that only the grid's ranks do. */
static hyp_status solve_on_grid_all(solver *s, double *value, double *vector,
                                    hyp_eigen_quality *quality)
{
    hyp_status st;

    join_grid(s);
    HYP_TRY(hyp_agree(s->comm, make_room(s)));
    HYP_TRY(solve_all(s));
    quality->residual = residual_all(s);
    quality->orthogonality = orthogonality_all(s);
    spread_vectors(s, vector);
    for (int i = 0; i < s->n; i++)
        value[i] = s->value[s->n - 1 - i];
out:
    leave_grid(s);
    free(s->copy);
    free(s->z);
    free(s->scaled);
    free(s->value);
    return st;
}

static hyp_status check(int n, const hyp_eigen_quality *quality)
{
    if (quality->residual <= tolerance && quality->orthogonality <= tolerance)
        return HYP_OK;
    return hyp_fail(HYP_ENUMERIC,
                    "the eigensystem of order %d has residual %g and "
                    "orthogonality %g, expected below %g",
                    n, quality->residual, quality->orthogonality, tolerance);
}

hyp_status hyp_eigen_all(int n, hyp_grid grid, double *matrix, MPI_Comm comm,
                         double *value, double *vector,
                         hyp_eigen_quality *quality)
{
    solver s = { .n = n, .grid = grid, .a = matrix };
    hyp_status st = HYP_OK;
    bool member;
    int rank;

    MPI_Comm_rank(comm, &rank);
    member = rank < grid.rows * grid.cols;
    memset(vector, 0, (size_t)n * (size_t)n * sizeof *vector);
    MPI_Comm_split(comm, member ? 0 : MPI_UNDEFINED, rank, &s.comm);
    if (member) {
        st = solve_on_grid_all(&s, value, vector, quality);
        MPI_Comm_free(&s.comm);
    }
    HYP_TRY(hyp_agree(comm, st));
    /* Each element is held by one rank: adding zeros changes no bit of it. */
    MPI_Allreduce(MPI_IN_PLACE, vector, n * n, MPI_DOUBLE, MPI_SUM, comm);
    MPI_Bcast(value, n, MPI_DOUBLE, 0, comm);
    MPI_Bcast(quality, (int)sizeof *quality, MPI_BYTE, 0, comm);
    fix_signs(n, vector);
    st = check(n, quality);
out:
    return st;
}

/* Room for this rank's part of a matrix, with the part in it. */
static hyp_status take_part(int n, hyp_grid grid, const double *whole, int rank,
                            double **part)
{
    const int row = rank / grid.cols, col = rank % grid.cols;
    const bool member = rank < grid.rows * grid.cols;
    const int rows = member ? hyp_grid_local(n, row, grid.rows) : 0;
    const int cols = member ? hyp_grid_local(n, col, grid.cols) : 0;
    hyp_status st = hyp_alloc(part, (size_t)rows * (size_t)cols);

    for (int j = 0; st == HYP_OK && j < cols; j++)
        for (int i = 0; i < rows; i++)
            (*part)[(size_t)j * (size_t)rows + (size_t)i] =
                whole[(size_t)hyp_grid_global(j, col, grid.cols) * (size_t)n +
                      (size_t)hyp_grid_global(i, row, grid.rows)];
    return st;
}

hyp_status hyp_eigen_whole_all(int n, hyp_grid grid, const double *whole,
                               MPI_Comm comm, double *value, double *vector,
                               hyp_eigen_quality *quality)
{
    double *part;
    int rank;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(hyp_agree(comm, take_part(n, grid, whole, rank, &part)));
    st = hyp_eigen_all(n, grid, part, comm, value, vector, quality);
out:
    free(part);
    return st;
}

static int call_dsyevr(int n, double *matrix, int count, double *value,
                       double *vector, int *support, double *work, int lwork,
                       int *iwork, int liwork)
{
    const double none = 0;
    const int first = n - count + 1;
    int values, info;

    dsyevr_("V", "I", "L", &n, matrix, &n, &none, &none, &first, &n, &none,
            &values, value, vector, &n, support, work, &lwork, iwork, &liwork,
            &info);
    return info;
}

hyp_status hyp_eigen_leading(int n, double *matrix, int count, double *vector)
{
    double *value = NULL, *work = NULL, size;
    int *support = NULL, *iwork = NULL, isize, info;
    hyp_status st;

    HYP_TRY(hyp_alloc(&value, (size_t)n));
    HYP_TRY(hyp_alloc(&support, 2 * (size_t)n));
    info = call_dsyevr(n, matrix, count, value, vector, support, &size, -1,
                       &isize, -1);
    HYP_TRY(hyp_alloc(&work, (size_t)size));
    HYP_TRY(hyp_alloc(&iwork, (size_t)isize));
    info = call_dsyevr(n, matrix, count, value, vector, support, work,
                       (int)size, iwork, isize);
    if (info != 0)
        st = hyp_fail(HYP_ENUMERIC, "dsyevr ended with info %d", info);
out:
    free(value);
    free(support);
    free(work);
    free(iwork);
    return st;
}
