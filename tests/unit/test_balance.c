/* ranks: 1 2 3 4 7 */
/*
 * test_balance.c - rows that move between ranks arrive whole and in order, and
 * leave every rank with its share of the valid pixels
 */
#include "pixels.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 120, MOST_COLS = 40, BANDS = 35, NODATA = -9999 };

static int rank, size;

/* A scene: the length of each row, and how many of its cells have no data. */
typedef struct scene {
    int64_t cols[ROWS], empty[ROWS];
} scene;

static int16_t value_at(int64_t row, int64_t col, int b)
{
    return (int16_t)(row * 97 + col * 3 + b);
}

/* This rank's equal part of the rows, read and dropped. */
static hyp_status make_slab_of(const scene *s, hyp_slab *slab)
{
    const int64_t first = ROWS * rank / size;
    const int64_t rows = ROWS * (rank + 1) / size - first;
    hyp_status st = hyp_slab_init(slab, first, rows, s->cols + first, BANDS);

    if (st != HYP_OK)
        return st;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t p = slab->cells[row]; p < slab->cells[row + 1]; p++) {
            const int64_t col = p - slab->cells[row];
            const bool empty = col < s->empty[first + row];

            for (int b = 0; b < BANDS; b++)
                slab->dn[p * slab->stride + b] =
                    empty ? NODATA : value_at(first + row, col, b);
        }
    mark_nodata(slab, 0, rows, NODATA);
    hyp_slab_drop(slab, 0, slab->rows);
    return HYP_OK;
}

static int64_t check_row(const scene *s, const hyp_slab *slab, int64_t row)
{
    const int64_t at = slab->first_row + row;
    const int16_t *x = slab->dn + slab->before[row] * slab->stride;
    int64_t wrong = 0;

    wrong += slab->cells[row + 1] - slab->cells[row] != s->cols[at];
    wrong += hyp_slab_pixels_in(slab, row, 1) != s->cols[at] - s->empty[at];
    for (int64_t col = 0; col < s->cols[at]; col++) {
        const bool valid = col >= s->empty[at];

        wrong += slab->valid[slab->cells[row] + col] != valid;
        for (int b = 0; valid && b < slab->stride; b++)
            wrong += x[b] != (b < BANDS ? value_at(at, col, b) : 0);
        x += valid ? slab->stride : 0;
    }
    return wrong;
}

/* Every row is somewhere, in order, with all its pixels. */
static void check_slab(const scene *s, const hyp_slab *slab)
{
    int64_t total[2] = { slab->rows, slab->pixels }, before = 0, wrong = 0;

    MPI_Exscan(&slab->rows, &before, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(slab->first_row == (rank ? before : 0));
    CHECK(slab->cells[0] == 0 && slab->before[0] == 0);
    CHECK(slab->pixels == slab->before[slab->rows]);
    for (int64_t row = 0; row < slab->rows; row++)
        wrong += check_row(s, slab, row);
    CHECK(wrong == 0);
    MPI_Allreduce(MPI_IN_PLACE, total, 2, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(total[0] == ROWS);
    CHECK((double)slab->pixels <= 1.02 * (double)total[1] / size + MOST_COLS);
}

static void check_scene(const scene *s)
{
    hyp_slab slab;

    CHECK(make_slab_of(s, &slab) == HYP_OK);
    CHECK(hyp_slab_balance_all(&slab, MPI_COMM_WORLD) == HYP_OK);
    check_slab(s, &slab);
    hyp_slab_release(&slab);
}

/* Full rows from `begin` to `end`, and none of their cells elsewhere. */
static scene full_between(int64_t begin, int64_t end)
{
    scene s;

    for (int64_t row = 0; row < ROWS; row++) {
        s.cols[row] = row < ROWS / 2 ? MOST_COLS : MOST_COLS - 9;
        s.empty[row] = row >= begin && row < end ? 0 : s.cols[row];
    }
    return s;
}

static void test_all_data_at_one_place(void)
{
    for (int64_t begin = 0; begin < ROWS; begin += 13)
        for (int64_t end = begin + 1; end <= ROWS; end += 29) {
            scene s = full_between(begin, end);

            check_scene(&s);
        }
}

static void test_no_data_at_all(void)
{
    scene s = full_between(0, 0);

    check_scene(&s);
}

static void test_random_rows(void)
{
    uint64_t state = 3;

    for (int round = 0; round < 40; round++) {
        scene s;

        for (int64_t row = 0; row < ROWS; row++) {
            s.cols[row] = 1 + draw(&state, MOST_COLS);
            s.empty[row] = draw(&state, 2) ? s.cols[row]
                                           : draw(&state, 1 + MOST_COLS) %
                                                 (uint32_t)(s.cols[row] + 1);
        }
        check_scene(&s);
    }
}

/* What is even already stays where it is, without a copy. */
static void test_even_rows_stay(void)
{
    scene s = full_between(0, ROWS);
    const int16_t *dn;
    hyp_slab slab;

    for (int64_t row = 0; row < ROWS; row++)
        s.cols[row] = MOST_COLS;
    CHECK(make_slab_of(&s, &slab) == HYP_OK);
    dn = slab.dn;
    CHECK(hyp_slab_balance_all(&slab, MPI_COMM_WORLD) == HYP_OK);
    CHECK(size == 7 || slab.dn == dn); /* 7 does not divide the rows */
    check_slab(&s, &slab);
    hyp_slab_release(&slab);
}

static hyp_status balance_one(void)
{
    const scene s = full_between(0, ROWS / 3);
    hyp_slab slab;
    hyp_status st = hyp_agree(MPI_COMM_WORLD, make_slab_of(&s, &slab));

    if (st == HYP_OK)
        st = hyp_slab_balance_all(&slab, MPI_COMM_WORLD);
    if (st == HYP_OK)
        check_slab(&s, &slab);
    hyp_slab_release(&slab);
    return st;
}

static void test_every_single_failure(void)
{
    fail_each(balance_one);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_all_data_at_one_place);
    RUN(test_no_data_at_all);
    RUN(test_random_rows);
    RUN(test_even_rows_stay);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
