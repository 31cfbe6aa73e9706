/* ranks: 1 */
/*
 * test_slab.c - dropping invalid pixels and putting values back, against a
 * plain copy of every pixel
 */
#include "test.h"

#include "pixels.h"

#include <stdlib.h>
#include <string.h>

enum { NODATA = -9999, MOST_COLS = 70, MOST_ROWS = 9 };

static uint64_t state = 5;

/* What a slab is filled with, and which pixels of it are valid. */
typedef struct scene {
    hyp_slab slab;
    int64_t cols;
    int16_t *every; /* [rows * cols][bands] */
    char *valid;    /* [rows * cols]        */
} scene;

static scene make_scene(int64_t rows, int64_t cols, int bands, int permille)
{
    scene s = { .cols = cols };
    const size_t pixels = (size_t)(rows * cols);

    CHECK(even_slab(&s.slab, 3, rows, cols, bands) == HYP_OK);
    s.every = calloc(pixels * (size_t)bands + 1, sizeof *s.every);
    s.valid = calloc(pixels + 1, 1);
    for (size_t p = 0; p < pixels; p++) {
        int16_t *x = s.every + p * (size_t)bands;

        for (int b = 0; b < bands; b++)
            x[b] = (int16_t)(draw(&state, 5000) + p % 7);
        s.valid[p] = (int)draw(&state, 1000) >= permille;
        if (!s.valid[p]) /* one band is enough, whichever it is */
            x[draw(&state, (uint32_t)bands)] = NODATA;
        memcpy(s.slab.dn + p * (size_t)s.slab.stride, x,
               (size_t)bands * sizeof *x);
    }
    return s;
}

static void free_scene(scene *s)
{
    hyp_slab_release(&s->slab);
    CHECK(s->slab.dn == NULL && s->slab.valid == NULL && s->slab.pixels == 0);
    free(s->every);
    free(s->valid);
}

static void check_dropped(const scene *s)
{
    const hyp_slab *slab = &s->slab;
    int64_t kept = 0;

    for (int64_t p = 0; p < slab->rows * s->cols; p++) {
        const int16_t *x = slab->dn + kept * slab->stride;

        if (p % s->cols == 0)
            CHECK(slab->before[p / s->cols] == kept);
        CHECK(slab->valid[p] == s->valid[p]);
        if (!s->valid[p])
            continue;
        CHECK(memcmp(x, s->every + p * slab->bands,
                     (size_t)slab->bands * sizeof *x) == 0);
        for (int b = slab->bands; b < slab->stride; b++)
            CHECK(x[b] == 0);
        kept++;
    }
    CHECK(slab->before[slab->rows] == kept);
    CHECK(slab->pixels == kept);
}

static void check_pixels_in(const scene *s)
{
    const hyp_slab *slab = &s->slab;

    for (int64_t row = 0; row <= slab->rows; row++)
        for (int64_t rows = 0; row + rows <= slab->rows; rows++) {
            int64_t count = 0;

            for (int64_t p = row * s->cols; p < (row + rows) * s->cols; p++)
                count += s->valid[p];
            CHECK(hyp_slab_pixels_in(slab, row, rows) == count);
        }
}

/* Values of three bytes, so that no size is special. */
static void check_spread(const scene *s, int64_t row, int64_t rows)
{
    const hyp_slab *slab = &s->slab;
    const int64_t before = slab->before[row];
    unsigned char value[MOST_ROWS * MOST_COLS * 3];
    unsigned char image[MOST_ROWS * MOST_COLS * 3 + 1];
    const unsigned char none[3] = { 255, 254, 253 };
    int64_t kept = 0;

    for (int64_t i = 0; i < (slab->pixels - before) * 3; i++)
        value[i] = (unsigned char)((before * 3 + i) % 251);
    memset(image, 7, sizeof image);
    hyp_slab_spread(slab, value, none, 3, row, rows, image);
    for (int64_t p = 0; p < rows * s->cols; p++) {
        const bool valid = s->valid[row * s->cols + p];

        CHECK(memcmp(image + p * 3, valid ? value + kept * 3 : none, 3) == 0);
        kept += valid;
    }
    CHECK(image[rows * s->cols * 3] == 7);
}

/* Rows are marked and dropped so many at a time. */
static void check_cleaning(int64_t rows, int64_t cols, int bands, int permille,
                           int64_t together)
{
    scene s = make_scene(rows, cols, bands, permille);

    CHECK(s.slab.first_row == 3 && s.slab.pixels == rows * cols);
    CHECK(s.slab.stride % 32 == 0 && s.slab.stride >= bands &&
          s.slab.stride < bands + 32);
    CHECK((uintptr_t)s.slab.dn % 64 == 0);
    for (int64_t row = 0; row < rows; row += together) {
        const int64_t left = rows - row;
        const int64_t count = left < together ? left : together;

        mark_nodata(&s.slab, row, count, NODATA);
        hyp_slab_drop(&s.slab, row, count);
    }
    check_dropped(&s);
    check_pixels_in(&s);
    for (int64_t row = 0; row <= rows; row++)
        check_spread(&s, row, rows - row);
    for (int64_t row = 0; row < rows; row++)
        check_spread(&s, row, 1);
    free_scene(&s);
}

static void check_scene(int64_t rows, int64_t cols, int bands, int permille)
{
    check_cleaning(rows, cols, bands, permille, 1);
    check_cleaning(rows, cols, bands, permille, 2);
    check_cleaning(rows, cols, bands, permille, MOST_ROWS);
}

static void test_random_patterns(void)
{
    static const int bands[] = { 1, 2, 31, 32, 33, 64, 65 };

    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
        for (int64_t cols = 1; cols <= MOST_COLS; cols += 23) {
            check_scene(MOST_ROWS, cols, bands[i], 300);
            check_scene(1, cols, bands[i], 900);
        }
    check_scene(8, 64, 3, 500);
}

static void test_none_and_all_invalid(void)
{
    check_scene(5, 13, 40, 0);
    check_scene(5, 13, 40, 1000);
    check_scene(1, 64, 1, 1000);
}

static void test_no_rows(void)
{
    check_scene(0, 13, 40, 500);
}

static void test_every_single_failure(void)
{
    static const int64_t cols[] = { 10, 10, 10 };

    for (long nth = 1; nth <= 5; nth++) {
        hyp_slab slab;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_slab_init(&slab, 0, 3, cols, 10);
        CHECK(hyp_fault_fired() == (nth <= 4));
        CHECK(st == (nth <= 4 ? HYP_ENOMEM : HYP_OK));
        CHECK((slab.dn == NULL) == (nth <= 4));
        CHECK(nth > 4 || (slab.valid == NULL && slab.rows == 0));
        hyp_fault_arm(0);
        hyp_slab_release(&slab);
    }
}

/* Only pixels that have data in some bands are partial. */
static void test_partial(void)
{
    hyp_slab slab;

    CHECK(even_slab(&slab, 0, 3, 4, 5) == HYP_OK);
    for (int p = 0; p < 12; p++)
        for (int b = 0; b < 5; b++)
            slab.dn[p * slab.stride + b] =
                (int16_t)(p < 3 || (p == 7 && b != 4) || (p == 9 && b == 0)
                              ? NODATA
                              : p);
    mark_nodata(&slab, 0, 3, NODATA);
    hyp_slab_count_partial(&slab, 0, 2, NODATA);
    CHECK(slab.partial == 1);
    hyp_slab_count_partial(&slab, 2, 1, NODATA);
    CHECK(slab.partial == 2);
    hyp_slab_release(&slab);
}

/* Some bands of the valid pixels, in the places that they had. */
static void check_picked(const hyp_slab *from, const int16_t *band, int bands)
{
    const size_t rows = (size_t)from->rows;
    hyp_slab slab;
    int64_t wrong = 0;

    CHECK(hyp_slab_pick(&slab, from, band, bands) == HYP_OK);
    CHECK(slab.bands == bands && slab.pixels == from->pixels);
    CHECK(slab.first_row == from->first_row && slab.rows == from->rows);
    CHECK(memcmp(slab.cells, from->cells, (rows + 1) * sizeof(int64_t)) == 0);
    CHECK(memcmp(slab.before, from->before, (rows + 1) * sizeof(int64_t)) == 0);
    CHECK(memcmp(slab.valid, from->valid, (size_t)from->cells[rows]) == 0);
    for (int64_t p = 0; p < slab.pixels; p++)
        for (int b = 0; b < slab.stride; b++)
            wrong += slab.dn[p * slab.stride + b] !=
                     (b < bands ? from->dn[p * from->stride + band[b]] : 0);
    CHECK(wrong == 0);
    hyp_slab_release(&slab);
}

static void test_pick(void)
{
    static const int16_t all[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
                         some[] = { 1, 4, 69 }, last[] = { 69 };
    hyp_slab slab;

    CHECK(even_slab(&slab, 3, 5, 13, 70) == HYP_OK);
    for (int p = 0; p < 65; p++)
        for (int b = 0; b < 70; b++)
            slab.dn[p * slab.stride + b] =
                (int16_t)(p % 7 == 3 ? NODATA : 71 * p + b);
    mark_nodata(&slab, 0, 5, NODATA);
    hyp_slab_drop(&slab, 0, slab.rows);
    check_picked(&slab, all, 10);
    check_picked(&slab, some, 3);
    check_picked(&slab, last, 1);
    for (long nth = 1; nth <= 5; nth++) {
        hyp_slab picked;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_slab_pick(&picked, &slab, some, 3);
        hyp_fault_arm(0);
        CHECK(st == (nth <= 4 ? HYP_ENOMEM : HYP_OK));
        CHECK((picked.dn == NULL) == (nth <= 4));
        hyp_slab_release(&picked);
    }
    hyp_slab_release(&slab);
}

/* Rows of different lengths, as where one tile ends and another begins. */
static void test_uneven_rows(void)
{
    static const int64_t cols[] = { 3, 3, 0, 5, 1 };
    hyp_slab slab;

    CHECK(hyp_slab_init(&slab, 7, 5, cols, 4) == HYP_OK);
    CHECK(slab.first_row == 7 && slab.cells[5] == 12 && slab.pixels == 12);
    for (int p = 0; p < 12; p++)
        for (int b = 0; b < 4; b++)
            slab.dn[p * slab.stride + b] = (int16_t)(p % 4 == 2 ? NODATA : p);
    mark_nodata(&slab, 1, 3, NODATA); /* not pixel 2, in row 0 */
    hyp_slab_drop(&slab, 0, slab.rows);
    CHECK(slab.pixels == 10 && slab.before[1] == 3 && slab.before[2] == 6);
    CHECK(slab.before[3] == 6 && slab.before[4] == 9);
    CHECK(slab.valid[2] == 1 && slab.valid[6] == 0 && slab.valid[10] == 0);
    CHECK(slab.dn[6 * slab.stride] == 7);
    hyp_slab_release(&slab);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_random_patterns);
    RUN(test_none_and_all_invalid);
    RUN(test_no_rows);
    RUN(test_uneven_rows);
    RUN(test_partial);
    RUN(test_pick);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
