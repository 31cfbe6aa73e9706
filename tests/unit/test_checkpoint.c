/* ranks: 1 2 3 4 */
/*
 * test_checkpoint.c - what was saved is read back, at any rank count; torn
 * files are noticed, and the one before is taken; whatever single step fails
 * on whatever rank, a whole one is left
 */
#include "io/checkpoint.h"
#include "io/h5.h"
#include "io/seal.h"
#include "pixels.h"

#include <math.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIXELS = 5003, BANDS = 7, MOST_CLASSES = 300, ROUNDS = 4 };

static int rank, size;
static char root[] = "/tmp/hyperslab-checkpoint-XXXXXX", dir[64];
static const char *const identity = "{\"settings\":{\"subset\":2}}";

/* The state of some iteration, filled with numbers that name their place. */
static double centre[MOST_CLASSES * BANDS];
static int64_t sum[MOST_CLASSES * BANDS], count[MOST_CLASSES];
static uint16_t label[PIXELS];
static hyp_kmeans_step step[ROUNDS];
static const double within[] = { 1e18 / 7, 1e17 / 3, 1e16 / 9 };
static int starts; /* that have ended */
static hyp_kmeans state = {
    .bands = BANDS, .centre = centre, .sum = sum, .count = count
};

static void make_state(int classes, int iterations)
{
    state.classes = classes;
    state.iterations = iterations;
    starts = iterations % 4;
    for (int i = 0; i < classes * BANDS; i++) {
        centre[i] = 1000.0 / 3 * i - iterations;
        sum[i] = -((INT64_C(1) << 60) + i + iterations);
    }
    for (int j = 0; j < classes; j++)
        count[j] = j * iterations;
    for (int p = 0; p < PIXELS; p++)
        label[p] = (uint16_t)((p * 31 + p / 7 + iterations) % classes);
    for (int i = 0; i < iterations; i++)
        step[i] =
            (hyp_kmeans_step){ i + 1, PIXELS / (i + 1), 1e18 / (i + 3), i % 2 };
}

/* The pixels of this rank, among those of all; rank 1 of many has none. */
static int64_t share(MPI_Comm comm, int64_t *first)
{
    return share_of_rows(PIXELS, comm, first);
}

static hyp_status write_all(MPI_Comm comm)
{
    hyp_summary summary = { .bands = BANDS, .pixels = PIXELS };
    hyp_slab slab = { .bands = BANDS };
    const hyp_course course = { identity, step, starts, within };
    hyp_kmeans here = state;

    slab.pixels = share(comm, &summary.first);
    here.label = label + summary.first;
    return hyp_checkpoint_write_all(dir, &course, &slab, &summary, &here, comm);
}

static hyp_status write_round(int round)
{
    make_state(9, round);
    return write_all(MPI_COMM_WORLD);
}

/* Read all, and compare with the state. */
static void check_open(MPI_Comm comm, const char *damage)
{
    hyp_checkpoint found;
    int64_t first, pixels = share(comm, &first);
    const size_t all = (size_t)state.classes * BANDS;
    int here;

    MPI_Comm_rank(comm, &here);
    CHECK(hyp_checkpoint_open_all(&found, dir, comm) == HYP_OK);
    CHECK(found.pixels == PIXELS && found.state.bands == BANDS);
    CHECK(found.state.classes == state.classes);
    CHECK(found.state.iterations == state.iterations);
    CHECK(strstr(found.damage, damage) != NULL);
    CHECK((damage[0] == '\0') == (found.damage[0] == '\0'));
    if (found.state.classes == state.classes &&
        found.state.iterations == state.iterations) {
        CHECK(here != 0 || strcmp(found.identity, identity) == 0);
        CHECK(memcmp(found.state.centre, centre, all * sizeof *centre) == 0);
        CHECK(memcmp(found.state.sum, sum, all * sizeof *sum) == 0);
        CHECK(memcmp(found.state.count, count,
                     (size_t)state.classes * sizeof *count) == 0);
        CHECK(memcmp(found.step, step,
                     (size_t)state.iterations * sizeof *step) == 0);
        CHECK(found.starts == starts);
        CHECK(memcmp(found.within, within, (size_t)starts * sizeof *within) ==
              0);
        CHECK(hyp_checkpoint_labels(&found, first, pixels) == HYP_OK);
        CHECK(memcmp(found.state.label, label + first,
                     (size_t)pixels * sizeof *label) == 0);
    }
    hyp_checkpoint_release(&found);
    CHECK(found.path == NULL && found.state.label == NULL);
}

static void check_refused(hyp_status want, const char *says)
{
    hyp_checkpoint found;

    CHECK(hyp_checkpoint_open_all(&found, dir, MPI_COMM_WORLD) == want);
    CHECK(strstr(hyp_last_error()->text, says) != NULL);
    CHECK(found.path == NULL && found.state.centre == NULL);
}

static const char *path_of(const char *name)
{
    static char path[2][128];
    static int turn;

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static bool is_there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static void remove_all(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        CHECK(hyp_checkpoint_remove(dir) == HYP_OK);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_read_back(void)
{
    static const int classes[] = { 1, 9, 256, 257, 300 };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        make_state(classes[i], ROUNDS);
        CHECK(write_all(MPI_COMM_WORLD) == HYP_OK);
        check_open(MPI_COMM_WORLD, "");
        check_open(MPI_COMM_SELF, "");
        MPI_Barrier(MPI_COMM_WORLD);
    }
    remove_all();
}

/* All of a file, on rank 0; the caller frees. */
static char *bytes_of(const char *name, size_t *bytes)
{
    FILE *file = fopen(path_of(name), "rb");
    char *all;

    CHECK(file != NULL);
    fseek(file, 0, SEEK_END);
    *bytes = (size_t)ftell(file);
    all = malloc(*bytes);
    rewind(file);
    CHECK(fread(all, 1, *bytes, file) == *bytes);
    fclose(file);
    return all;
}

static void put_bytes(const char *name, const char *all, size_t bytes)
{
    FILE *file = fopen(path_of(name), "wb");

    CHECK(fwrite(all, 1, bytes, file) == bytes);
    fclose(file);
}

static void test_the_same_bytes_as_one_rank_writes(void)
{
    CHECK(write_round(2) == HYP_OK);
    if (rank == 0) {
        size_t shared, alone;
        char *one = bytes_of(HYP_CHECKPOINT_H5, &shared), *two;

        CHECK(write_all(MPI_COMM_SELF) == HYP_OK);
        two = bytes_of(HYP_CHECKPOINT_H5, &alone);
        CHECK(shared == alone && memcmp(one, two, alone) == 0);
        free(one);
        free(two);
    }
    remove_all();
}

static void test_two_generations(void)
{
    check_refused(HYP_ENOINPUT, "holds no checkpoint to resume");
    CHECK(write_round(1) == HYP_OK);
    CHECK(is_there(HYP_CHECKPOINT_H5) && !is_there(HYP_CHECKPOINT_OLD_H5));
    CHECK(write_round(2) == HYP_OK && write_round(3) == HYP_OK);
    CHECK(is_there(HYP_CHECKPOINT_H5) && is_there(HYP_CHECKPOINT_OLD_H5));
    CHECK(!is_there(".checkpoint.h5.tmp"));
    check_open(MPI_COMM_WORLD, "");
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) /* as if killed between the two renamings */
        unlink(path_of(HYP_CHECKPOINT_H5));
    MPI_Barrier(MPI_COMM_WORLD);
    make_state(9, 2);
    check_open(MPI_COMM_WORLD, "");
    CHECK(hyp_checkpoint_exists(dir));
    remove_all();
    CHECK(!hyp_checkpoint_exists(dir));
}

/* Damage of all kinds, one a turn; false when there are no more. */
static bool damage(char *all, size_t *bytes, int turn)
{
    static const size_t flips[] = {
        0, 45, 511, 512, 520, 800, 2000, 4000, 9000
    };
    static const size_t lengths[] = { 0, 1, 100, 511, 512, 513, 3000 };
    const int flip_count = sizeof flips / sizeof *flips;
    const int length_count = sizeof lengths / sizeof *lengths;

    if (turn < flip_count)
        all[flips[turn] % *bytes] ^= 4;
    else if (turn < flip_count + length_count)
        *bytes = lengths[turn - flip_count];
    else if (turn == flip_count + length_count)
        --*bytes; /* the last byte is lost */
    else if (turn == flip_count + length_count + 1)
        memset(all + *bytes / 2, 0, *bytes / 4); /* a page was not written */
    else
        return false;
    return true;
}

/* Put the damage of a turn into a file; the same answer on every rank. */
static bool spoil(const char *name, int turn)
{
    int goes_on = 0;

    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) {
        size_t bytes;
        char *all = bytes_of(name, &bytes);

        goes_on = damage(all, &bytes, turn);
        put_bytes(name, all, bytes);
        free(all);
    }
    MPI_Bcast(&goes_on, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return goes_on;
}

static void test_torn_files(void)
{
    bool more = true;

    for (int turn = 0; more; turn++) {
        CHECK(write_round(1) == HYP_OK && write_round(2) == HYP_OK);
        more = spoil(HYP_CHECKPOINT_H5, turn);
        if (more) {
            make_state(9, 1);
            check_open(MPI_COMM_WORLD, "checkpoint.h5': is damaged");
            spoil(HYP_CHECKPOINT_OLD_H5, turn);
            check_refused(HYP_EFORMAT, "checkpoint.h5': is damaged");
        }
        remove_all();
    }
}

/* Take a part out of a whole file, and seal what is left. */
static void without(const char *name, bool attribute)
{
    const hyp_sealed nothing = { .at = HYP_SEAL_BYTES };

    CHECK(write_round(2) == HYP_OK);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) {
        const char *path = path_of(HYP_CHECKPOINT_H5);
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);

        CHECK(file >= 0);
        CHECK((attribute ? H5Adelete(file, name)
                         : H5Ldelete(file, name, H5P_DEFAULT)) >= 0);
        H5Fclose(file);
        CHECK(hyp_seal_close(path, &nothing) == HYP_OK);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_parts_that_are_missing(void)
{
    static const char *const needed[] = { "labels",
                                          "kmeans/centre",
                                          "kmeans/sum",
                                          "kmeans/count",
                                          "steps/within",
                                          "steps/reassigned",
                                          "steps/decided_exactly",
                                          "starts/within" };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        without(needed[i], false);
        check_refused(HYP_EFORMAT, "is not as a checkpoint is");
        remove_all();
    }
    without("identity", true);
    check_refused(HYP_EFORMAT, "does not say what it is of");
    remove_all();
}

static void test_labels_that_are_not_there(void)
{
    hyp_checkpoint found;

    CHECK(write_round(1) == HYP_OK);
    CHECK(hyp_checkpoint_open_all(&found, dir, MPI_COMM_WORLD) == HYP_OK);
    CHECK(hyp_checkpoint_labels(&found, PIXELS - 3, 4) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "is of 5003 pixels") != NULL);
    hyp_checkpoint_release(&found);
    remove_all();
}

/* Write the next one; if that fails, one that was written before is there. */
static hyp_status write_next(void)
{
    static int round;
    const hyp_status st = write_round(1 + round % ROUNDS);

    if (st == HYP_OK) {
        round++;
    } else {
        CHECK(strstr(hyp_last_error()->text, "checkpoint.h5'") != NULL);
        make_state(9, 1 + (round + ROUNDS - 1) % ROUNDS);
        check_open(MPI_COMM_WORLD, "");
    }
    CHECK(!is_there(".checkpoint.h5.tmp"));
    return st;
}

static void test_every_single_failure_to_write(void)
{
    CHECK(write_next() == HYP_OK);
    fail_each(write_next);
    remove_all();
}

static hyp_status open_and_read(void)
{
    hyp_checkpoint found;
    int64_t first, pixels = share(MPI_COMM_WORLD, &first);
    hyp_status st = hyp_checkpoint_open_all(&found, dir, MPI_COMM_WORLD);

    if (st == HYP_OK)
        st = hyp_agree(MPI_COMM_WORLD,
                       hyp_checkpoint_labels(&found, first, pixels));
    hyp_checkpoint_release(&found);
    return st;
}

static void test_every_single_failure_to_read(void)
{
    CHECK(write_round(3) == HYP_OK);
    fail_each(open_and_read);
    remove_all();
}

/* A file system of 64 KiB, for those who may mount one. */
static void test_full_disk(void)
{
    int mounted = 0;

    if (rank == 0)
        mounted = mount("tmpfs", dir, "tmpfs", 0, "size=64k") == 0;
    MPI_Bcast(&mounted, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (mounted) {
        make_state(9, 1);
        CHECK(write_all(MPI_COMM_WORLD) == HYP_OK);
        make_state(300, 2); /* takes the other half, and more */
        CHECK(write_all(MPI_COMM_WORLD) == HYP_EIO);
        CHECK(strstr(hyp_last_error()->text, "No space left on device") !=
              NULL);
        make_state(9, 1);
        check_open(MPI_COMM_WORLD, "");
        CHECK(!is_there(".checkpoint.h5.tmp"));
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank == 0)
            CHECK(umount(dir) == 0);
    } else if (rank == 0) {
        printf("# test_full_disk: skipped, cannot mount a file system\n");
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    hyp_h5_quiet();
    if (rank == 0 && mkdtemp(root) == NULL)
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(dir, sizeof dir, "%s/run", root);
    if (rank == 0)
        mkdir(dir, 0777);
    MPI_Barrier(MPI_COMM_WORLD);
    RUN(test_read_back);
    RUN(test_the_same_bytes_as_one_rank_writes);
    RUN(test_two_generations);
    RUN(test_torn_files);
    RUN(test_parts_that_are_missing);
    RUN(test_labels_that_are_not_there);
    RUN(test_every_single_failure_to_write);
    RUN(test_every_single_failure_to_read);
    RUN(test_full_disk);
    if (rank == 0) {
        CHECK(rmdir(dir) == 0 && rmdir(root) == 0);
    }
    MPI_Finalize();
    return test_status;
}
