/* ranks: 1 2 3 */
/*
 * test_changes.c - moves of pixels between classes against sums in 64 bits:
 * more of them than 32 bits hold, on every instruction set, over all ranks
 */
#include "core/changes.h"
#include "pixels.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 5, STRIDE = 64, VALUES = 64 };

static int rank;

/* The same changes, kept the plain way. */
typedef struct plain {
    int64_t sum[CLASSES * STRIDE], count[CLASSES], moved;
} plain;

static plain want;
static _Alignas(64) int16_t x[VALUES][STRIDE];

static void fill_pixels(uint64_t *state)
{
    for (int i = 0; i < VALUES; i++)
        for (int b = 0; b < STRIDE; b++)
            x[i][b] = (int16_t)((int)draw(state, 65536) - 32768);
}

static void move(hyp_changes *c, int i, int from, int to)
{
    hyp_changes_move(c, x[i], from, to);
    for (int b = 0; b < STRIDE; b++) {
        want.sum[from * STRIDE + b] -= x[i][b];
        want.sum[to * STRIDE + b] += x[i][b];
    }
    want.count[from]--;
    want.count[to]++;
    want.moved++;
}

static void move_at_random(hyp_changes *c, int moves, uint64_t *state)
{
    for (int k = 0; k < moves; k++) {
        const int from = (int)draw(state, CLASSES);
        const int step = 1 + (int)draw(state, CLASSES - 1);

        move(c, (int)draw(state, VALUES), from, (from + step) % CLASSES);
    }
}

/* Add up on all ranks, and compare with what was kept. */
static void check_sum(hyp_changes *c, MPI_Comm comm)
{
    hyp_changes_sum_all(c, comm);
    MPI_Allreduce(MPI_IN_PLACE, &want, sizeof want / sizeof(int64_t),
                  MPI_INT64_T, MPI_SUM, comm);
    for (int j = 0; j < CLASSES; j++) {
        CHECK(memcmp(hyp_changes_of_sum(c, j), want.sum + j * STRIDE,
                     STRIDE * sizeof(int64_t)) == 0);
        CHECK(hyp_changes_of_count(c, j) == want.count[j]);
    }
    CHECK(hyp_changes_reassigned(c) == want.moved);
}

/* As an iteration does it: from nothing, and all that was before forgotten. */
static void begin(hyp_changes *c)
{
    hyp_changes_clear(c);
    memset(&want, 0, sizeof want);
}

static void test_moves_at_random(void)
{
    uint64_t state = 5 + (uint64_t)rank;
    hyp_changes c;

    fill_pixels(&state);
    CHECK(hyp_changes_init(&c, CLASSES, STRIDE) == HYP_OK);
    for (int moves = 0; moves <= 300; moves += 37) {
        begin(&c);
        move_at_random(&c, moves + rank, &state);
        *hyp_changes_exactly(&c) += moves;
        check_sum(&c, MPI_COMM_SELF);
        CHECK(*hyp_changes_exactly(&c) == moves);
    }
    hyp_changes_release(&c);
    CHECK(c.total == NULL && c.recent == NULL);
}

static void test_sum_over_ranks(void)
{
    uint64_t state = 50 + (uint64_t)rank;
    hyp_changes c;
    int size;

    MPI_Comm_size(MPI_COMM_WORLD, &size);
    fill_pixels(&state);
    CHECK(hyp_changes_init(&c, CLASSES, STRIDE) == HYP_OK);
    for (int turn = 0; turn < 4; turn++) {
        begin(&c);
        if ((turn + rank) % 2 == 0) /* the others have nothing to tell */
            move_at_random(&c, 100 * turn + rank, &state);
        *hyp_changes_exactly(&c) += rank + 1;
        check_sum(&c, MPI_COMM_WORLD);
        CHECK(*hyp_changes_exactly(&c) == size * (size + 1) / 2);
    }
    hyp_changes_release(&c);
}

/* One way only, and as far as an int16 goes: 32 bits hold 65535 of them. */
static void move_extremes(hyp_changes *c, int moves)
{
    for (int b = 0; b < STRIDE; b++)
        x[0][b] = (int16_t)(b % 2 ? INT16_MIN : INT16_MAX);
    for (int k = 0; k < moves; k++)
        move(c, 0, 1, 3);
}

static void test_more_than_32_bits_hold(void)
{
    static const int moves[] = { 65534, 65535, 65536, 131069, 131070, 131071 };
    hyp_changes c;

    CHECK(hyp_changes_init(&c, CLASSES, STRIDE) == HYP_OK);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        begin(&c);
        move_extremes(&c, moves[i]);
        CHECK(hyp_changes_reassigned(&c) == moves[i]);
        check_sum(&c, MPI_COMM_SELF);
        CHECK(hyp_changes_of_sum(&c, 3)[1] == INT64_C(-32768) * moves[i]);
    }
    hyp_changes_release(&c);
}

static void test_there_and_back(void)
{
    uint64_t state = 9;
    hyp_changes c;

    fill_pixels(&state);
    CHECK(hyp_changes_init(&c, CLASSES, STRIDE) == HYP_OK);
    for (int i = 0; i < VALUES; i++)
        hyp_changes_move(&c, x[i], 0, 4);
    for (int i = 0; i < VALUES; i++)
        hyp_changes_move(&c, x[i], 4, 0);
    hyp_changes_sum_all(&c, MPI_COMM_SELF);
    for (int i = 0; i < CLASSES * STRIDE; i++)
        CHECK(hyp_changes_of_sum(&c, 0)[i] == 0);
    CHECK(hyp_changes_of_count(&c, 0) == 0 && hyp_changes_of_count(&c, 4) == 0);
    CHECK(hyp_changes_reassigned(&c) == 2 * VALUES);
    hyp_changes_release(&c);
}

static void test_every_instruction_set(void)
{
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        uint64_t state = 77;
        hyp_changes c;

        fill_pixels(&state);
        CHECK(hyp_changes_init(&c, CLASSES, STRIDE) == HYP_OK);
        c.kernels = hyp_kernels_for((hyp_isa)isa);
        begin(&c);
        move_at_random(&c, 70000, &state);
        check_sum(&c, MPI_COMM_SELF);
        hyp_changes_release(&c);
    }
}

static void test_every_single_failure(void)
{
    for (long nth = 1; nth <= 3; nth++) {
        hyp_changes c;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_changes_init(&c, CLASSES, STRIDE);
        CHECK(hyp_fault_fired() == (nth <= 2));
        hyp_fault_arm(0);
        CHECK(st == (nth <= 2 ? HYP_ENOMEM : HYP_OK));
        CHECK((c.total == NULL) == (nth <= 2));
        hyp_changes_release(&c);
    }
}

static void test_clear_forgets_all(void)
{
    _Alignas(64) int16_t pixel[32] = { 7 };
    hyp_changes changes;

    CHECK(hyp_changes_init(&changes, 2, 32) == HYP_OK);
    hyp_changes_move(&changes, pixel, 0, 1);
    hyp_changes_clear(&changes);
    hyp_changes_sum_all(&changes, MPI_COMM_SELF);
    CHECK(hyp_changes_of_count(&changes, 1) == 0);
    CHECK(hyp_changes_of_sum(&changes, 1)[0] == 0);
    hyp_changes_release(&changes);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    RUN(test_moves_at_random);
    RUN(test_sum_over_ranks);
    RUN(test_more_than_32_bits_hold);
    RUN(test_there_and_back);
    RUN(test_every_instruction_set);
    RUN(test_every_single_failure);
    RUN(test_clear_forgets_all);
    MPI_Finalize();
    return test_status;
}
