/* ranks: 1 */
/*
 * test_plots.c - charts and views of what is unusual: one band, one component,
 * no variance, no spectrum above 0, more classes than colours, bands that are
 * not in order; every single failure is reported
 */
#include "test.h"

#include "core/palette.h"
#include "io/plots.h"
#include "io/preview.h"
#include "io/views.h"
#include "pixels.h"
#include "png_file.h"

#include <math.h>

enum { BANDS = 40, CLASSES = 300, ROWS = 13, COLS = 31, DOTS = ROWS * COLS };

/* Of charts, in dots. */
enum { WIDTH = 1200, HEIGHT = 720, MATRIX_WIDTH = 960, MATRIX_HEIGHT = 795 };

static double wavelength[BANDS], spectra[CLASSES * BANDS];
static double covariance[BANDS * BANDS], share[BANDS];
static int64_t count[CLASSES];

static void fill(void)
{
    for (int b = 0; b < BANDS; b++) {
        wavelength[b] = 400 + 10 * b + (b > 20 ? 300 : 0);
        share[b] = 0.5 * pow(0.5, b);
        for (int i = 0; i < BANDS; i++)
            covariance[b * BANDS + i] = cos(b / 9.0) * cos(i / 9.0);
        for (int j = 0; j < CLASSES; j++)
            spectra[j * BANDS + b] = 10 * j + 40 * b;
    }
    for (int j = 0; j < CLASSES; j++)
        count[j] = j;
}

/* How many dots of the file have a colour, 0xRRGGBB. */
static int dots_of(uint32_t colour, int rows, int cols)
{
    uint8_t *dot = read_png(rows, cols);
    int found = 0;

    for (int64_t i = 0; i < (int64_t)rows * cols; i++)
        found += dot[4 * i] == (colour >> 16 & 255) &&
                 dot[4 * i + 1] == (colour >> 8 & 255) &&
                 dot[4 * i + 2] == (colour & 255);
    free(dot);
    return found;
}

static uint32_t colour_of(int class)
{
    uint8_t rgb[3];

    hyp_palette_colour(class, rgb);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void check_spectra(int bands, int classes)
{
    CHECK(hyp_plot_spectra(png_path, wavelength, bands, spectra, classes, count,
                           1e4) == HYP_OK);
    for (int class = 1; class <= classes && class < 20; class ++)
        CHECK(dots_of(colour_of(class), HEIGHT, WIDTH) > 9);
}

static void test_spectra(void)
{
    fill();
    count[0] = 1;
    check_spectra(BANDS, 3);
    check_spectra(BANDS, CLASSES);
    check_spectra(2, 2);
    check_spectra(1, 1);
    check_spectra(1, 3);
}

static void test_spectra_at_and_below_zero(void)
{
    fill();
    count[0] = 1;
    for (int i = 0; i < BANDS; i++)
        spectra[i] = 0;
    check_spectra(BANDS, 1);
    for (int i = 0; i < BANDS; i++)
        spectra[i] = -1e-9 * i;
    check_spectra(BANDS, 1);
    for (int i = 0; i < BANDS; i++)
        spectra[i] = -32768 + i;
    check_spectra(BANDS, 1);
    for (int i = 0; i < BANDS; i++)
        wavelength[i] = 400; /* bands that make no sense */
    check_spectra(BANDS, 1);
    for (int i = 0; i < BANDS; i++)
        wavelength[i] = 900 - i;
    check_spectra(BANDS, 1);
}

static void check_scree(int components, int kept)
{
    CHECK(hyp_plot_scree(png_path, share, components, kept) == HYP_OK);
    CHECK(dots_of(0xd55e00, HEIGHT, WIDTH) > 50);
}

static void test_scree(void)
{
    fill();
    check_scree(BANDS, 3);
    check_scree(BANDS, BANDS);
    check_scree(5, 5);
    check_scree(2, 1);
    share[0] = 1;
    check_scree(1, 1);
    memset(share, 0, sizeof share); /* all pixels are equal */
    check_scree(BANDS, 1);
    share[0] = 1;
    share[BANDS - 1] = -1e-17; /* rounding */
    check_scree(BANDS, BANDS);
}

static void check_covariance(int bands)
{
    CHECK(hyp_plot_covariance(png_path, wavelength, bands, covariance, 1e4) ==
          HYP_OK);
    CHECK(dots_of(0xffffff, MATRIX_HEIGHT, MATRIX_WIDTH) > 9999);
}

static void test_covariance(void)
{
    fill();
    check_covariance(BANDS);
    CHECK(dots_of(0x67001f, MATRIX_HEIGHT, MATRIX_WIDTH) > 9);
    CHECK(dots_of(0xbdbdbd, MATRIX_HEIGHT, MATRIX_WIDTH) > 9999);
    check_covariance(1);
    CHECK(dots_of(0x67001f, MATRIX_HEIGHT, MATRIX_WIDTH) >= 640 * 640);
    memset(covariance, 0, sizeof covariance);
    check_covariance(BANDS);
    for (int i = 0; i < BANDS; i++)
        wavelength[i] = 900 - i;
    check_covariance(BANDS);
}

static uint16_t class[DOTS];
static int16_t red[DOTS], green[DOTS];

static hyp_view view_of(int classes)
{
    uint64_t state = 8;

    for (int i = 0; i < DOTS; i++) {
        class[i] = (uint16_t)draw(&state, (uint32_t)classes + 1);
        red[i] = class[i] ? (int16_t)i : HYP_PREVIEW_NODATA;
        green[i] = class[i] ? (int16_t)-i : HYP_PREVIEW_NODATA;
    }
    return (hyp_view){ .rows = ROWS,
                       .cols = COLS,
                       .classes = classes,
                       .class = class,
                       .colour = { red, green, red },
                       .tail = 0.01,
                       .title = "",
                       .description = "" };
}

static void check_classes(int classes)
{
    const hyp_view view = view_of(classes);
    uint8_t *dot;
    int wrong = 0;

    CHECK(hyp_view_classes(png_path, &view) == HYP_OK);
    dot = read_png(ROWS, COLS);
    for (int i = 0; i < DOTS; i++) {
        uint8_t want[4] = { 0 };

        hyp_palette_colour(class[i], want);
        want[3] = class[i] ? 255 : 0;
        wrong += memcmp(dot + 4 * i, want, 4) != 0;
    }
    CHECK(wrong == 0);
    free(dot);
}

static void test_classes(void)
{
    check_classes(1);
    check_classes(255);
    check_classes(256);
    check_classes(65535);
}

static hyp_status draw_all(void)
{
    hyp_view view = view_of(3);
    hyp_status st;

    HYP_TRY(hyp_view_classes(png_path, &view));
    view = view_of(CLASSES);
    HYP_TRY(hyp_view_classes(png_path, &view));
    HYP_TRY(hyp_view_colours(png_path, &view));
    HYP_TRY(hyp_view_overlay(png_path, &view));
    HYP_TRY(
        hyp_plot_spectra(png_path, wavelength, BANDS, spectra, 3, count, 1e4));
    HYP_TRY(hyp_plot_scree(png_path, share, BANDS, 2));
    st = hyp_plot_covariance(png_path, wavelength, BANDS, covariance, 1e4);
out:
    return hyp_agree(MPI_COMM_WORLD, st);
}

static void test_every_single_failure(void)
{
    fill();
    fail_each(draw_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    png_path_make();
    RUN(test_spectra);
    RUN(test_spectra_at_and_below_zero);
    RUN(test_scree);
    RUN(test_covariance);
    RUN(test_classes);
    RUN(test_every_single_failure);
    unlink(png_path);
    MPI_Finalize();
    return test_status;
}
