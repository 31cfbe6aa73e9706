/* ranks: 1 */
/*
 * test_png.c - libpng reads every dot back, of each kind of image; what cannot
 * be written is named; every single failure is reported
 */
#include "test.h"

#include "hyperslab/version.h"
#include "io/png.h"
#include "pixels.h"
#include "png_file.h"

enum { ROWS = 61, COLS = 47, COLOURS = 200 };

static uint8_t palette[COLOURS][3];
static uint8_t dot[ROWS * COLS * 4];

static hyp_png image_of(hyp_png_kind kind, int rows, int cols)
{
    return (hyp_png){ .kind = kind,
                      .rows = rows,
                      .cols = cols,
                      .dot = dot,
                      .palette = (const uint8_t(*)[3])palette,
                      .colours = COLOURS,
                      .title = "A title",
                      .description = "what it is" };
}

static void fill(void)
{
    uint64_t state = 5;

    for (int i = 0; i < COLOURS; i++)
        for (int k = 0; k < 3; k++)
            palette[i][k] = (uint8_t)draw(&state, 256);
    for (size_t i = 0; i < sizeof dot; i++)
        dot[i] = (uint8_t)draw(&state, COLOURS);
}

/* What a dot should be read as. */
static void expected(hyp_png_kind kind, int64_t i, uint8_t rgba[4])
{
    const uint8_t *at = dot + i * hyp_png_samples(kind);

    rgba[3] = 255;
    if (kind == HYP_PNG_PALETTE) {
        memcpy(rgba, palette[*at], 3);
        rgba[3] = *at == 0 ? 0 : 255;
    } else {
        memcpy(rgba, at, (size_t)hyp_png_samples(kind));
    }
}

static void check_dots(hyp_png_kind kind, int rows, int cols)
{
    const hyp_png image = image_of(kind, rows, cols);
    uint8_t *read, want[4];
    int wrong = 0;

    CHECK(hyp_png_write(png_path, &image) == HYP_OK);
    read = read_png(rows, cols);
    for (int64_t i = 0; i < (int64_t)rows * cols; i++) {
        expected(kind, i, want);
        wrong += memcmp(read + 4 * i, want, 4) != 0;
    }
    CHECK(wrong == 0);
    free(read);
}

static void test_dots_come_back(void)
{
    for (int kind = HYP_PNG_PALETTE; kind <= HYP_PNG_CUTOUT; kind++) {
        fill();
        check_dots((hyp_png_kind)kind, ROWS, COLS);
        check_dots((hyp_png_kind)kind, 1, 1);
        check_dots((hyp_png_kind)kind, ROWS * COLS, 1);
        memset(dot, 7, sizeof dot);
        check_dots((hyp_png_kind)kind, ROWS, COLS);
    }
}

static void test_words_are_kept(void)
{
    const hyp_png image = image_of(HYP_PNG_PHOTO, ROWS, COLS);
    static const char *const words[] = {
        "Software",    ("hyperslab " HYP_VERSION),
        "Title",       "A title",
        "Description", "what it is"
    };
    static char bytes[ROWS * COLS * 5];
    FILE *file;
    size_t count, next = 0;

    CHECK(hyp_png_write(png_path, &image) == HYP_OK);
    file = fopen(png_path, "rb");
    CHECK(file != NULL);
    count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    for (size_t i = 0; i < count && next < 6; i++)
        next += i + strlen(words[next]) <= count &&
                memcmp(bytes + i, words[next], strlen(words[next])) == 0;
    CHECK(next == 6); /* one after the other */
    if (file)
        fclose(file);
}

static void test_what_cannot_be_written(void)
{
    hyp_png image = image_of(HYP_PNG_PHOTO, ROWS, COLS);

    CHECK(hyp_png_write("/nowhere/x.png", &image) == HYP_ECREATE);
    CHECK(strstr(hyp_last_error()->text, "'/nowhere/x.png'") != NULL);
    CHECK(hyp_png_write("/dev/full", &image) == HYP_EIO);
    CHECK(strstr(hyp_last_error()->text, "'/dev/full'") != NULL);
    image.cols = 0;
    CHECK(hyp_png_write(png_path, &image) == HYP_EINTERNAL);
    CHECK(strstr(hyp_last_error()->text, png_path) != NULL);
    CHECK(strstr(hyp_last_error()->text, "libpng") != NULL);
}

static hyp_status write_all(void)
{
    hyp_png image = image_of(HYP_PNG_PALETTE, ROWS, COLS);
    hyp_status st;

    HYP_TRY(hyp_agree(MPI_COMM_WORLD, hyp_png_write(png_path, &image)));
    image.kind = HYP_PNG_CUTOUT;
    st = hyp_agree(MPI_COMM_WORLD, hyp_png_write(png_path, &image));
out:
    return st;
}

static void test_every_single_failure(void)
{
    fill();
    fail_each(write_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    png_path_make();
    RUN(test_dots_come_back);
    RUN(test_words_are_kept);
    RUN(test_what_cannot_be_written);
    RUN(test_every_single_failure);
    unlink(png_path);
    MPI_Finalize();
    return test_status;
}
