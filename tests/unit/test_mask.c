/* ranks: 1 */
/*
 * test_mask.c - the pixels that a mask leaves out, on any rows of a scene; what
 * had no data before is not counted; no failure goes unseen
 */
#include "test.h"

#include "base/fault.h"
#include "io/mask.h"
#include "pixels.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 7, COLS = 5, BANDS = 3 };

static char folder[] = "/tmp/hyperslab-mask-XXXXXX";
static char path[64];
static hyp_tile tile = { .path = "tile.h5", .rows = ROWS, .cols = COLS };
static hyp_scene_tile tiles[] = { { .tile = &tile } };
static const hyp_scene scene = { 1, tiles, ROWS, ROWS *COLS };

static int used(int64_t place)
{
    return place % 4 == 0 ? 0 : (int)(place % 4);
}

/* NumPy's format, version 1.0, of bytes. */
static void write_mask(int rows)
{
    FILE *out = fopen(path, "wb");
    char header[119] = "";

    snprintf(header, sizeof header,
             "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }",
             rows, COLS);
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, out);
    fprintf(out, "%-117s\n", header);
    for (int64_t p = 0; p < (int64_t)rows * COLS; p++)
        fputc(used(p), out);
    fclose(out);
}

static void check_marks(const hyp_slab *slab)
{
    for (int64_t p = 0; p < slab->rows * COLS; p++)
        CHECK(slab->valid[p] == (used(slab->first_row * COLS + p) != 0));
}

static hyp_status apply(hyp_mask *mask, hyp_slab *slab)
{
    hyp_status st = HYP_OK;

    for (int64_t row = 0; st == HYP_OK && row < slab->rows; row++)
        st = hyp_mask_apply(mask, &scene, 0, slab, row);
    return st;
}

static void test_any_rows(void)
{
    hyp_mask mask;

    write_mask(ROWS);
    CHECK(hyp_mask_open(&mask, path, &scene) == HYP_OK);
    for (int64_t first = 0; first < ROWS; first++)
        for (int64_t rows = 0; first + rows <= ROWS; rows++) {
            hyp_slab slab;
            int64_t out = 0;

            CHECK(even_slab(&slab, first, rows, COLS, BANDS) == HYP_OK);
            if (rows > 0)
                slab.valid[0] = 0;
            for (int64_t p = 1; p < rows * COLS; p++)
                out += used(first * COLS + p) == 0;
            CHECK(apply(&mask, &slab) == HYP_OK);
            CHECK(slab.masked == out);
            if (rows > 0)
                slab.valid[0] = used(first * COLS) != 0;
            check_marks(&slab);
            hyp_slab_release(&slab);
        }
    hyp_mask_close(&mask);
    CHECK(mask.place == NULL && mask.value == NULL);
}

static void test_what_does_not_fit(void)
{
    hyp_mask mask;

    write_mask(ROWS - 1);
    CHECK(hyp_mask_open(&mask, path, &scene) == HYP_EFORMAT);
    CHECK(mask.place == NULL && mask.value == NULL);
    CHECK(hyp_mask_open(&mask, "/no/such/mask.npy", &scene) == HYP_ENOINPUT);
    hyp_mask_close(&mask);
}

static hyp_status use_mask(void)
{
    hyp_mask mask;
    hyp_slab slab = { 0 };
    hyp_status st = hyp_mask_open(&mask, path, &scene);

    if (st == HYP_OK)
        st = even_slab(&slab, 0, ROWS, COLS, BANDS);
    if (st == HYP_OK)
        st = apply(&mask, &slab);
    hyp_mask_close(&mask);
    hyp_slab_release(&slab);
    return st;
}

static void test_every_single_failure(void)
{
    bool fired = true;
    long nth = 1;

    write_mask(ROWS);
    for (; fired; nth++) {
        hyp_status st;

        hyp_fault_arm(nth);
        st = use_mask();
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
    }
    CHECK(nth > 6);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/mask.npy", folder);
    RUN(test_any_rows);
    RUN(test_what_does_not_fit);
    RUN(test_every_single_failure);
    unlink(path);
    rmdir(folder);
    MPI_Finalize();
    return test_status;
}
