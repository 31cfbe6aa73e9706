/* ranks: 1 2 3 */
/*
 * test_stage.c - all outputs appear, or none; what was there is not touched;
 * every single failure on every single rank leaves nothing behind
 */
#include "test.h"

#include "base/fault.h"
#include "hyperslab/comm.h"
#include "io/stage.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 2 };

static int rank, size;
static char root[] = "/tmp/hyperslab-stage-XXXXXX", dir[64];
static const char *const names[FILES] = { "a.tif", "b.csv" };

static hyp_status open_all(hyp_stage *stage, bool overwrite)
{
    return hyp_stage_open_all(stage, dir, overwrite, names, FILES,
                              MPI_COMM_WORLD);
}

/* Each file is written by another rank. */
static void write_files(const hyp_stage *stage, int count)
{
    for (int i = 0; i < count; i++)
        if (rank == i % size) {
            FILE *out = fopen(hyp_stage_path(stage, names[i]), "w");

            CHECK(out != NULL && fclose(out) == 0);
        }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* What lies in a folder, or -1 if there is none; seen by all alike. */
static int count_entries(const char *path)
{
    int count = -1;

    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) {
        DIR *open = opendir(path);

        if (open != NULL) {
            for (count = -2; readdir(open) != NULL; count++)
                ;
            closedir(open);
        }
    }
    MPI_Bcast(&count, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return count;
}

static void remove_outputs(void)
{
    char path[128];

    for (int i = 0; rank == 0 && i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    for (char *end = dir + strlen(dir); rank == 0 && end > dir + sizeof root;
         end--)
        if (*end == '/' || *end == '\0') {
            snprintf(path, sizeof path, "%.*s", (int)(end - dir), dir);
            rmdir(path);
        }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_all_files_appear(void)
{
    hyp_stage stage;

    CHECK(open_all(&stage, false) == HYP_OK);
    CHECK(hyp_stage_path(&stage, "c") == NULL);
    CHECK(count_entries(dir) == 0);
    write_files(&stage, FILES);
    CHECK(hyp_stage_close_all(&stage, HYP_OK, MPI_COMM_WORLD) == HYP_OK);
    CHECK(count_entries(dir) == FILES);
}

static void test_existing_files_are_refused(void)
{
    hyp_stage stage;

    CHECK(open_all(&stage, false) == HYP_ECREATE);
    CHECK(strstr(hyp_last_error()->text, "exists; use --overwrite") != NULL);
    CHECK(hyp_last_error()->rank == 0);
    CHECK(count_entries(dir) == FILES);
}

static void test_existing_files_are_replaced(void)
{
    hyp_stage stage;

    CHECK(open_all(&stage, true) == HYP_OK);
    write_files(&stage, FILES);
    CHECK(hyp_stage_close_all(&stage, HYP_OK, MPI_COMM_WORLD) == HYP_OK);
    CHECK(count_entries(dir) == FILES);
    remove_outputs();
}

static void test_failure_on_the_last_rank_discards(void)
{
    hyp_status mine = HYP_OK;
    hyp_stage stage;

    CHECK(open_all(&stage, false) == HYP_OK);
    write_files(&stage, FILES);
    if (rank == size - 1)
        mine = hyp_fail(HYP_ENUMERIC, "no result");
    CHECK(hyp_stage_close_all(&stage, mine, MPI_COMM_WORLD) == HYP_ENUMERIC);
    CHECK(count_entries(root) == 0);
}

static void test_missing_file_is_a_bug(void)
{
    hyp_stage stage;

    CHECK(open_all(&stage, false) == HYP_OK);
    write_files(&stage, FILES - 1);
    CHECK(hyp_stage_close_all(&stage, HYP_OK, MPI_COMM_WORLD) == HYP_EINTERNAL);
    CHECK(strstr(hyp_last_error()->text, "was never written") != NULL);
    CHECK(count_entries(root) == 0);
}

static void test_foreign_files_stay(void)
{
    hyp_stage stage;
    char path[128];

    snprintf(path, sizeof path, "%s/notes.txt", dir);
    CHECK(open_all(&stage, false) == HYP_OK);
    if (rank == 0)
        CHECK(mkdir(path, 0777) == 0);
    CHECK(hyp_stage_close_all(&stage, hyp_fail(HYP_EIO, "on every rank"),
                              MPI_COMM_WORLD) == HYP_EIO);
    CHECK(count_entries(dir) == 1);
    if (rank == 0)
        rmdir(path);
    remove_outputs();
}

static void test_folders_that_cannot_be(void)
{
    static const char *const bad[] = { "", "/dev/null", "/dev/null/a",
                                       "/proc/hyperslab/a" };
    hyp_stage stage;

    for (int i = 0; i < 4; i++) {
        CHECK(hyp_stage_open_all(&stage, bad[i], false, names, FILES,
                                 MPI_COMM_WORLD) == HYP_ECREATE);
        CHECK(strstr(hyp_last_error()->text, "output folder") != NULL);
    }
}

static hyp_status open_write_close_all(void)
{
    hyp_stage stage;
    hyp_status st;

    HYP_TRY(open_all(&stage, false));
    write_files(&stage, FILES);
    st = hyp_stage_close_all(&stage, HYP_OK, MPI_COMM_WORLD);
out:
    return st;
}

static void test_every_single_failure(void)
{
    for (int victim = 0; victim < size; victim++) {
        int fired = 1;

        for (long nth = 1; fired; nth++) {
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = open_write_close_all();
            fired = hyp_fault_fired();
            hyp_fault_arm(0);
            MPI_Bcast(&fired, 1, MPI_INT, victim, MPI_COMM_WORLD);
            CHECK((st != HYP_OK) == fired);
            CHECK(!fired || hyp_last_error()->rank == victim);
            CHECK(count_entries(root) == !fired);
            remove_outputs();
        }
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0 && mkdtemp(root) == NULL)
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(dir, sizeof dir, "%s//deep/er/", root);
    RUN(test_all_files_appear);
    RUN(test_existing_files_are_refused);
    RUN(test_existing_files_are_replaced);
    RUN(test_failure_on_the_last_rank_discards);
    RUN(test_missing_file_is_a_bug);
    RUN(test_foreign_files_stay);
    RUN(test_folders_that_cannot_be);
    RUN(test_every_single_failure);
    if (rank == 0)
        rmdir(root);
    MPI_Finalize();
    return test_status;
}
