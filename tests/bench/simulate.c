/*
 * simulate.c - what hyperslab's ranks say to each other, without the work
 *
 *   simulate CLASSES BANDS
 *
 * One k-means iteration (the allreduce of src/core/changes.c) and the reduce-
 * scatter of src/core/covariance.c on a 2x2 grid.  Prints the seconds of each
 * as JSON.  tests/bench/model.py runs it under SimGrid SMPI on a simulated
 * machine; it is plain MPI, and runs under mpirun as well.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ITERATIONS = 10, LANES = 32, GRID = 4 };

static int rank, size;

static int part_start(int total, int part, int parts)
{
    return (int)((int64_t)total * part / parts);
}

static double iterate(int classes, int bands)
{
    const int stride = (bands + LANES - 1) / LANES * LANES;
    const int count = classes * (stride + 1) + 2;
    int64_t *change = calloc((size_t)count, sizeof *change);
    double begin;

    MPI_Barrier(MPI_COMM_WORLD);
    begin = MPI_Wtime();
    for (int i = 0; i < ITERATIONS; i++) {
        change[0] = rank;
        MPI_Allreduce(MPI_IN_PLACE, change, count, MPI_INT64_T, MPI_SUM,
                      MPI_COMM_WORLD);
        if (change[0] != (int64_t)size * (size - 1) / 2)
            MPI_Abort(MPI_COMM_WORLD, 1);
    }
    free(change);
    return (MPI_Wtime() - begin) / ITERATIONS;
}

static double scatter_covariance(int bands)
{
    const size_t products = (size_t)bands * (size_t)bands;
    const int holders = size < GRID ? 1 : GRID;
    int64_t *sum = calloc(products, sizeof *sum);
    int64_t *mine = calloc(products, sizeof *mine);
    int *count = calloc((size_t)size, sizeof *count);
    double begin;

    for (int i = 0; i < holders; i++)
        count[i] = part_start((int)products, i + 1, holders) -
                   part_start((int)products, i, holders);
    MPI_Barrier(MPI_COMM_WORLD);
    begin = MPI_Wtime();
    MPI_Reduce_scatter(sum, mine, count, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    begin = MPI_Wtime() - begin;
    free(sum);
    free(mine);
    free(count);
    return begin;
}

int main(int argc, char **argv)
{
    double seconds[2];

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc == 3) {
        seconds[0] = iterate(atoi(argv[1]), atoi(argv[2]));
        seconds[1] = scatter_covariance(atoi(argv[2]));
        MPI_Allreduce(MPI_IN_PLACE, seconds, 2, MPI_DOUBLE, MPI_MAX,
                      MPI_COMM_WORLD);
        if (rank == 0)
            printf("{\"allreduce\": %.9f, \"reduce_scatter\": %.9f}\n",
                   seconds[0], seconds[1]);
    } else if (rank == 0) {
        fprintf(stderr, "usage: simulate CLASSES BANDS\n");
    }
    MPI_Finalize();
    return argc == 3 ? 0 : 1;
}
