/* ranks: 1 2 3 4 5 */
/*
 * test_preview.c - the small image of a scene against plain loops: tiles in
 * one place and in many, whole and shrunk, on ranks that own parts of dots
 */
#include "test.h"

#include "io/preview.h"
#include "pixels.h"

#include <math.h>
#include <string.h>

enum { CLASSES = 5, TILES = 4, CHANNELS = 3 };

/* Tiles, and how their image should turn out. */
typedef struct setup {
    const char *name;
    int tiles;
    struct {
        int64_t rows, cols;
        double west, north, pixel;
    } tile[TILES];
    int factor;
    int64_t rows, cols;             /* dots          */
    int64_t row[TILES], col[TILES]; /* of the tiles  */
} setup;

static const setup setups[] = {
    { "one tile, as it is",
      1,
      { { 31, 17, 0, 0, 0 } },
      1,
      31,
      17,
      { 0 },
      { 0 } },
    { "one pixel", 1, { { 1, 1, 0, 0, 0 } }, 1, 1, 1, { 0 }, { 0 } },
    { "a long one", 1, { { 4100, 13, 0, 0, 0 } }, 3, 1367, 5, { 0 }, { 0 } },
    { "a wide one", 1, { { 9, 6145, 0, 0, 0 } }, 4, 3, 1537, { 0 }, { 0 } },
    { "by place, one over the other",
      3,
      { { 20, 10, 500, 400, 1 },
        { 6, 12, 505, 390, 1 },
        { 3, 4, 512, 402, 1 } },
      1,
      22,
      17,
      { 2, 12, 0 },
      { 0, 5, 12 } },
    { "by place, far apart, two metres",
      2,
      { { 31, 20, 10000, 8000, 2 }, { 20, 33, 0, 0, 2 } },
      3,
      1340,
      1673,
      { 0, 1333 },
      { 1666, 0 } },
    { "side by side",
      3,
      { { 20, 10, 0, 0, 0 }, { 6, 12, 0, 0, 0 }, { 3, 4, 0, 0, 0 } },
      1,
      23,
      24,
      { 0, 0, 20 },
      { 0, 12, 0 } },
    { "side by side, as pixels differ",
      2,
      { { 20, 2100, 0, 0, 1 }, { 9, 7, 0, 0, 2 } },
      3,
      7,
      703,
      { 0, 0 },
      { 0, 700 } },
};

static const setup *use;
static hyp_scene scene;
static hyp_tile tile[TILES];
static hyp_scene_tile scene_tile[TILES];
static hyp_slab slab;
static uint16_t *label;
static int16_t *value;

/* Any number, but the same for a place on any rank. */
static uint32_t number_at(int64_t row, int64_t col, int what, uint32_t limit)
{
    uint64_t state = (uint64_t)((row * 7000 + col) * 64 + what) * 0x9e3779b9u;

    draw(&state, 2);
    return draw(&state, limit);
}

/* Rows are those of the scene.  Lone pixels and blocks have no data. */
static bool valid_at(int64_t row, int64_t col)
{
    return number_at(row, col, 0, 4) > 0 && (row / 7 + col / 7) % 3 > 0;
}

static int class_at(int64_t row, int64_t col)
{
    return valid_at(row, col) ? 1 + (int)number_at(row, col, 1, CLASSES) : 0;
}

static int16_t value_at(int64_t row, int64_t col, int channel)
{
    return (int16_t)((int)number_at(row, col, 2 + channel, 65536) - 32768);
}

static void make_scene(void)
{
    memset(tile, 0, sizeof tile);
    scene = (hyp_scene){ .tiles = use->tiles, .tile = scene_tile };
    for (int i = 0; i < use->tiles; i++) {
        tile[i].rows = use->tile[i].rows;
        tile[i].cols = use->tile[i].cols;
        tile[i].georef =
            (hyp_georef){ use->tile[i].west, use->tile[i].north,
                          use->tile[i].pixel, use->tile[i].pixel, 32618 };
        scene_tile[i] =
            (hyp_scene_tile){ .tile = &tile[i], .first_row = scene.rows };
        scene.rows += tile[i].rows;
        scene.cells += tile[i].rows * tile[i].cols;
    }
}

static int64_t cols_of(int64_t row)
{
    int i = scene.tiles - 1;

    while (row < scene_tile[i].first_row)
        i--;
    return tile[i].cols;
}

static void make_pixels(void)
{
    int64_t first, rows = share_of_rows(scene.rows, MPI_COMM_WORLD, &first);
    int64_t *cols = calloc((size_t)rows + 1, sizeof *cols), next = 0;

    for (int64_t r = 0; r < rows; r++)
        cols[r] = cols_of(first + r);
    CHECK(hyp_slab_init(&slab, first, rows, cols, 1) == HYP_OK);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols[r]; c++)
            slab.valid[slab.cells[r] + c] = valid_at(first + r, c);
    hyp_slab_drop(&slab, 0, slab.rows);
    label = calloc((size_t)slab.pixels + 1, sizeof *label);
    value = calloc((size_t)slab.pixels * CHANNELS + 1, sizeof *value);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols[r]; c++)
            if (valid_at(first + r, c)) {
                label[next] = (uint16_t)(class_at(first + r, c) - 1);
                for (int i = 0; i < CHANNELS; i++)
                    value[next * CHANNELS + i] = value_at(first + r, c, i);
                next++;
            }
    CHECK(next == slab.pixels);
    free(cols);
}

static void set_up(const setup *s)
{
    use = s;
    make_scene();
    make_pixels();
}

static void tear_down(void)
{
    hyp_slab_release(&slab);
    free(label);
    free(value);
}

static hyp_preview_source source(bool labelled)
{
    return (hyp_preview_source){ .scene = &scene,
                                 .slab = &slab,
                                 .classes = labelled ? CLASSES : 1,
                                 .label = labelled ? label : NULL,
                                 .channels = CHANNELS,
                                 .value = value };
}

/* What a dot of a tile should be: counted and added up anew. */
typedef struct dot {
    int class;
    int value[CHANNELS];
} dot;

static dot dot_of(int t, int64_t row, int64_t col, bool labelled)
{
    const int f = use->factor;
    int count[CLASSES + 1] = { 0 }, pixels = 0;
    double sum[CHANNELS] = { 0 };
    dot made = { 0 };

    for (int64_t r = row * f; r < (row + 1) * f && r < tile[t].rows; r++)
        for (int64_t c = col * f; c < (col + 1) * f && c < tile[t].cols; c++) {
            const int64_t at = scene_tile[t].first_row + r;

            if (!valid_at(at, c))
                continue;
            count[labelled ? class_at(at, c) : 1]++;
            pixels++;
            for (int i = 0; i < CHANNELS; i++)
                sum[i] += value_at(at, c, i);
        }
    for (int k = CLASSES; k > 0; k--)
        if (count[k] > 0 && count[k] >= count[made.class])
            made.class = k;
    for (int i = 0; i < CHANNELS; i++) {
        made.value[i] =
            pixels ? (int)floor(sum[i] / pixels + 0.5) : HYP_PREVIEW_NODATA;
        if (pixels && made.value[i] == HYP_PREVIEW_NODATA)
            made.value[i]++;
    }
    return made;
}

/* The image: later tiles over earlier ones, where they have data. */
static dot *expected(bool labelled)
{
    dot *image = calloc((size_t)(use->rows * use->cols), sizeof *image);

    for (int64_t i = 0; i < use->rows * use->cols; i++)
        for (int k = 0; k < CHANNELS; k++)
            image[i].value[k] = HYP_PREVIEW_NODATA;
    for (int t = 0; t < use->tiles; t++)
        for (int64_t r = 0; r * use->factor < tile[t].rows; r++)
            for (int64_t c = 0; c * use->factor < tile[t].cols; c++) {
                const dot d = dot_of(t, r, c, labelled);

                if (d.class)
                    image[(use->row[t] + r) * use->cols + use->col[t] + c] = d;
            }
    return image;
}

static void check_image(const hyp_preview *p, bool labelled, int root)
{
    dot *want = expected(labelled);
    uint16_t *class;
    int16_t *channel[CHANNELS];
    int64_t wrong = 0;
    int rank;

    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    CHECK(hyp_preview_classes_all(p, root, MPI_COMM_WORLD, &class) == HYP_OK);
    for (int i = 0; i < CHANNELS; i++)
        CHECK(hyp_preview_channel_all(p, i, root, MPI_COMM_WORLD,
                                      &channel[i]) == HYP_OK);
    CHECK((class != NULL) == (rank == root));
    for (int64_t i = 0; rank == root && i < p->rows * p->cols; i++) {
        wrong += class[i] != want[i].class;
        for (int k = 0; k < CHANNELS; k++)
            wrong += channel[k][i] != want[i].value[k];
    }
    CHECK(wrong == 0);
    free(class);
    for (int i = 0; i < CHANNELS; i++)
        free(channel[i]);
    free(want);
}

static void check_setup(bool labelled)
{
    const hyp_preview_source from = source(labelled);
    hyp_preview p;
    int64_t dots = 0, all = 0;
    int size;

    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(hyp_preview_make_all(&p, &from, MPI_COMM_WORLD) == HYP_OK);
    CHECK(p.factor == use->factor);
    CHECK(p.rows == use->rows && p.cols == use->cols);
    for (int t = 0; t < use->tiles; t++)
        all += p.tile[t].rows * p.tile[t].cols;
    MPI_Allreduce(&p.dots, &dots, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(dots == all);
    if (p.rows == use->rows && p.cols == use->cols)
        check_image(&p, labelled, size - 1);
    hyp_preview_release(&p);
}

static void test_images(void)
{
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        const int before = test_failures;

        set_up(&setups[i]);
        check_setup(true);
        check_setup(false);
        if (test_failures > before)
            fprintf(stderr, "# in: %s\n", use->name);
        tear_down();
    }
}

static hyp_status make_and_gather_all(void)
{
    const hyp_preview_source from = source(true);
    hyp_preview p = { 0 };
    uint16_t *class = NULL;
    int16_t *channel = NULL;
    hyp_status st;

    HYP_TRY(hyp_preview_make_all(&p, &from, MPI_COMM_WORLD));
    HYP_TRY(hyp_preview_classes_all(&p, 0, MPI_COMM_WORLD, &class));
    st = hyp_preview_channel_all(&p, 2, 0, MPI_COMM_WORLD, &channel);
out:
    CHECK(st == HYP_OK || channel == NULL);
    free(class);
    free(channel);
    hyp_preview_release(&p);
    return st;
}

static void test_every_single_failure(void)
{
    set_up(&setups[4]);
    fail_each(make_and_gather_all);
    tear_down();
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_images);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
