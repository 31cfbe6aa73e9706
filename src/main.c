/*
 * main.c - find the command, start MPI, report one error, exit alike
 */
#include "cmd/cmd.h"
#include "cmd/launch.h"
#include "core/blas.h"
#include "hyperslab/comm.h"
#include "hyperslab/version.h"
#include "io/disk.h"

#include <stdio.h>
#include <string.h>

#define MAPS       (HYP_TAKES_OUTPUT | HYP_TAKES_MEMORY | HYP_TAKES_TILES)
#define RESULTS    (MAPS | HYP_TAKES_PICTURES | HYP_TAKES_READING)
#define COMPONENTS (HYP_TAKES_PCA | HYP_TAKES_COMPONENTS)

static const hyp_cmd commands[] = {
    { "run", hyp_cmd_run_all,
      RESULTS | HYP_TAKES_KMEANS | COMPONENTS | HYP_TAKES_DENOISE,
      "Cluster tiles and reduce them: k-means, principal components, maps" },
    { "kmeans", hyp_cmd_kmeans_all, RESULTS | HYP_TAKES_KMEANS | COMPONENTS,
      "Cluster the pixels of tiles by exact k-means" },
    { "pca", hyp_cmd_pca_all, RESULTS | COMPONENTS | HYP_TAKES_DENOISE,
      "Find the principal components of tiles, and their scores" },
    { "mnf", hyp_cmd_mnf_all,
      MAPS | HYP_TAKES_READING | HYP_TAKES_MNF | HYP_TAKES_COMPONENTS |
          HYP_TAKES_DENOISE,
      "Find components in the order of their signal to noise ratio" },
    { "predict", hyp_cmd_predict_all, MAPS | HYP_TAKES_PREDICT,
      "Apply the classes and components of a model to other tiles" },
    { "sweep", hyp_cmd_sweep_all,
      RESULTS | HYP_TAKES_KMEANS | HYP_TAKES_SWEEP | HYP_TAKES_JSON,
      "Cluster tiles in several ways, and say how good and how alike they "
      "are" },
    { "compare", hyp_cmd_compare_all, HYP_TAKES_COMPARE | HYP_TAKES_JSON,
      "Say how alike two class maps are, of tiles or from elsewhere" },
    { "report", hyp_cmd_report_all, HYP_TAKES_RESULTS,
      "Make report.html again from a folder of results" },
    { "info", hyp_cmd_info_all, HYP_TAKES_JSON, "Say what tiles hold" },
    { "synth", hyp_cmd_synth_all, HYP_TAKES_SYNTH,
      "Write a synthetic tile in NEON's format" },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const hyp_cmd *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void usage(void)
{
    puts("usage: hyperslab COMMAND [options] TILE.h5...\n"
         "       mpirun -n RANKS hyperslab COMMAND [options] TILE.h5...\n\n"
         "A tile may also be a folder of tiles, or @LIST: a file that names "
         "them.\n"
         "Exact k-means and PCA for imaging-spectroscopy tiles.\n\ncommands:");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    puts("\n'hyperslab COMMAND --help' lists the options of a command.");
}

static void report(void)
{
    const hyp_error *error = hyp_last_error();

    if (error->rank < 0 || error->code == HYP_ESTOPPED) /* true of every rank */
        fprintf(stderr, "hyperslab: %s\n", error->text);
    else
        fprintf(stderr, "hyperslab: rank %d: %s\n", error->rank, error->text);
}

/* Answer what needs no command; true if that was all. */
static bool answer(int argc, char **argv, bool speaks)
{
    if (argc != 2)
        return false;
    if (strcmp(argv[1], "--version") == 0) {
        if (speaks)
            puts("hyperslab " HYP_VERSION);
        return true;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        if (speaks)
            usage();
        return true;
    }
    return false;
}

static char help[] = "--help";

/* Parse all of the command line; MPI is not needed to find it wrong. */
static hyp_status parse(int argc, char **argv, bool speaks, const hyp_cmd **cmd,
                        hyp_settings *settings, bool *done)
{
    *done = false;
    if (argc < 2)
        return hyp_fail(HYP_EUSAGE, "no command; see 'hyperslab --help'");
    if (argc == 3 && strcmp(argv[1], "help") == 0) {
        argv[1] = argv[2]; /* 'help COMMAND' means 'COMMAND --help' */
        argv[2] = help;
    }
    *cmd = find(argv[1]);
    if (*cmd == NULL)
        return hyp_fail(HYP_EUSAGE, "no command '%s'; see 'hyperslab --help'",
                        argv[1]);
    return hyp_settings_parse(settings, (*cmd)->summary, (*cmd)->takes,
                              argc - 1, argv + 1, speaks, done);
}

static hyp_status run(const hyp_cmd *cmd, hyp_settings *settings, int argc,
                      char **argv, bool speaks)
{
    MPI_Comm comm;
    hyp_status st;
    int rank, size;

    hyp_blas_settle();
    hyp_disk_settle();
    MPI_Init(NULL, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    st = hyp_launch_check(size);
    if (st == HYP_OK)
        st = hyp_agree(comm, hyp_settings_configure_all(settings, cmd->takes,
                                                        argc, argv, comm));
    if (st == HYP_OK)
        st = hyp_agree(comm, cmd->run_all(settings, comm));
    if (st != HYP_OK && rank == 0 && speaks)
        report();
    MPI_Comm_free(&comm);
    MPI_Finalize();
    return st;
}

int main(int argc, char **argv)
{
    const bool speaks = hyp_launch_rank() == 0;
    const hyp_cmd *cmd = NULL;
    hyp_settings settings = { 0 };
    hyp_status st;
    bool done;

    if (answer(argc, argv, speaks))
        return 0;
    st = parse(argc, argv, speaks, &cmd, &settings, &done);
    if (st != HYP_OK && speaks)
        report();
    if (st == HYP_OK && !done)
        st = run(cmd, &settings, argc - 1, argv + 1, speaks);
    hyp_settings_release(&settings);
    return hyp_exit_status(st);
}
