/* ranks: 1 2 3 4 5 */
/*
 * test_join.c - an image of parts holds what a plain loop puts there, with the
 * bytes that one rank alone writes; every single failure on every single rank
 * gives one status everywhere
 */
#include "test.h"

#include "io/join.h"
#include "pixels.h"

#include <string.h>
#include <tiffio.h>
#include <unistd.h>

enum { MOST_PARTS = 7, WIDE = 3000, HIGH = 150, FLOATS = 3 };

static int rank, size;
static char together[64], alone[64];
static const char *const band_names[] = { "one", "two", "three" };

/* The parts of an image, and the rows of them that the caller has. */
typedef struct scene {
    hyp_raster raster;
    int parts;
    hyp_join_part part[MOST_PARTS];
    uint64_t key[MOST_PARTS]; /* of its pixels: stays with it in any order */
    int64_t first, rows;
    int64_t filled; /* rows so far                                         */
    int64_t seen;   /* bytes of the image                                  */
    bool refuse;
} scene;

static const uint16_t no_class = 0;
static const float no_score[FLOATS] = { -1, -1, -1 };

static size_t pixel_bytes(const scene *s)
{
    return s->raster.sample == HYP_SAMPLE_FLOAT32 ? sizeof no_score : 2;
}

/* A pixel of a part; every fifth or so has no data. */
static void make_pixel(const scene *s, int part, int64_t row, int64_t col,
                       void *out)
{
    uint64_t state = s->key[part] * 1000003 + (uint64_t)(row * 8191 + col);
    const bool hole = draw(&state, 5) == 0;
    const uint32_t value = 1 + draw(&state, 60000);
    const float score[FLOATS] = { (float)value, (float)value / 7, -2 };
    const uint16_t class = (uint16_t)value;

    if (s->raster.sample == HYP_SAMPLE_FLOAT32)
        memcpy(out, hole ? no_score : score, sizeof score);
    else
        memcpy(out, hole ? &no_class : &class, sizeof class);
}

static hyp_status fill(void *context, int64_t row, int64_t rows, void *out)
{
    scene *s = context;
    char *pixel = out;
    int64_t above = s->first + row;
    int part = 0;

    if (s->refuse)
        return hyp_fail(HYP_ENUMERIC, "no pixels today");
    CHECK(row >= 0 && row + rows <= s->rows);
    while (above >= s->part[part].rows)
        above -= s->part[part++].rows;
    CHECK(above + rows <= s->part[part].rows); /* all of one part */
    for (int64_t r = above; r < above + rows; r++)
        for (int64_t c = 0; c < s->part[part].cols; c++) {
            make_pixel(s, part, r, c, pixel);
            pixel += pixel_bytes(s);
        }
    s->filled += rows;
    return HYP_OK;
}

static void look(void *context, const void *rows, size_t bytes)
{
    scene *s = context;

    (void)rows;
    s->seen += (int64_t)bytes;
}

static hyp_status write_all(const char *path, scene *s, int64_t rows_here,
                            int64_t first, MPI_Comm comm)
{
    hyp_join join = { .parts = s->parts,
                      .part = s->part,
                      .nodata = s->raster.sample == HYP_SAMPLE_FLOAT32
                                    ? (const void *)no_score
                                    : &no_class,
                      .fill = fill,
                      .context = s };

    s->raster.look = look;
    s->raster.look_context = s;
    s->first = first;
    s->rows = rows_here;
    s->filled = s->seen = 0;
    return hyp_join_write_all(path, &s->raster, &join, rows_here, comm);
}

static int64_t all_rows(const scene *s)
{
    int64_t rows = 0;

    for (int i = 0; i < s->parts; i++)
        rows += s->part[i].rows;
    return rows;
}

static hyp_status write_together_all(scene *s)
{
    int64_t first, rows = share_of_rows(all_rows(s), MPI_COMM_WORLD, &first);

    return write_all(together, s, rows, first, MPI_COMM_WORLD);
}

/* The image by a plain loop: parts in order, pixels with data only. */
static char *paint(const scene *s)
{
    const size_t bytes = pixel_bytes(s);
    const int64_t cells = s->raster.rows * s->raster.cols;
    char *image = malloc((size_t)cells * bytes), pixel[sizeof no_score];
    const void *none = s->raster.sample == HYP_SAMPLE_FLOAT32
                           ? (const void *)no_score
                           : &no_class;

    for (int64_t p = 0; p < cells; p++)
        memcpy(image + (size_t)p * bytes, none, bytes);
    for (int i = 0; i < s->parts; i++)
        for (int64_t r = 0; r < s->part[i].rows; r++)
            for (int64_t c = 0; c < s->part[i].cols; c++) {
                const int64_t at =
                    (s->part[i].row + r) * s->raster.cols + s->part[i].col + c;

                make_pixel(s, i, r, c, pixel);
                if (memcmp(pixel, none, bytes) != 0)
                    memcpy(image + (size_t)at * bytes, pixel, bytes);
            }
    return image;
}

static void check_pixels(const scene *s, const char *path)
{
    const size_t bytes = (size_t)s->raster.cols * pixel_bytes(s);
    char *want = paint(s), *line = malloc(bytes);
    TIFF *tiff = TIFFOpen(path, "r");
    int64_t wrong = 0;

    CHECK(tiff != NULL);
    for (int64_t row = 0; tiff != NULL && row < s->raster.rows; row++)
        wrong += TIFFReadScanline(tiff, line, (uint32_t)row, 0) < 0 ||
                 memcmp(line, want + (size_t)row * bytes, bytes) != 0;
    CHECK(wrong == 0);
    if (tiff != NULL)
        TIFFClose(tiff);
    free(want);
    free(line);
}

static char *slurp(const char *path, long *bytes)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;

    *bytes = -1;
    if (in == NULL)
        return NULL;
    fseek(in, 0, SEEK_END);
    *bytes = ftell(in);
    rewind(in);
    text = malloc((size_t)*bytes + 1);
    if (fread(text, 1, (size_t)*bytes, in) != (size_t)*bytes)
        *bytes = -1;
    fclose(in);
    return text;
}

static bool same_file(const char *a, const char *b)
{
    long length, other;
    char *one = slurp(a, &length), *two = slurp(b, &other);
    const bool same =
        length > 0 && length == other && memcmp(one, two, (size_t)length) == 0;

    free(one);
    free(two);
    return same;
}

static scene make_scene(hyp_sample sample, int parts, const hyp_join_part *part)
{
    scene s = { .raster = { .rows = HIGH,
                            .cols =
                                sample == HYP_SAMPLE_FLOAT32 ? WIDE / 2 : WIDE,
                            .bands = sample == HYP_SAMPLE_FLOAT32 ? FLOATS : 1,
                            .sample = sample,
                            .nodata = "0",
                            .band_names = band_names,
                            .georef = { 500000, 4300000, 1, 1, 32618 } },
                .parts = parts };

    for (int i = 0; i < parts; i++) {
        s.part[i] = part[i];
        s.key[i] = (uint64_t)i + 1;
    }
    return s;
}

/* Against a plain loop, and against one rank. */
static void check_scene(scene s)
{
    int64_t seen;

    CHECK(write_together_all(&s) == HYP_OK);
    CHECK(s.filled == s.rows);
    MPI_Allreduce(&s.seen, &seen, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK(seen == s.raster.rows * s.raster.cols * (int64_t)pixel_bytes(&s));
    if (rank == 0) {
        CHECK(write_all(alone, &s, all_rows(&s), 0, MPI_COMM_SELF) == HYP_OK);
        CHECK(same_file(together, alone));
        check_pixels(&s, together);
        unlink(together);
        unlink(alone);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* Side by side, one above the other, with gaps. */
static const hyp_join_part apart[] = {
    { 0, 0, 40, 700 },    { 0, 700, 41, 800 }, { 45, 3, 60, 696 },
    { 41, 700, 3, 799 },  { 149, 1499, 1, 1 }, { 110, 0, 40, 1 },
    { 60, 900, 70, 300 },
};

static const hyp_join_part overlapping[] = {
    { 10, 10, 100, 600 },
    { 50, 300, 100, 900 },
    { 0, 0, 150, 20 },
    { 60, 310, 5, 5 },
};

static void test_parts_side_by_side(void)
{
    check_scene(make_scene(HYP_SAMPLE_UINT16, 7, apart));
    check_scene(make_scene(HYP_SAMPLE_FLOAT32, 7, apart));
    check_scene(make_scene(HYP_SAMPLE_UINT16, 1, apart));
}

static void test_parts_that_overlap(void)
{
    check_scene(make_scene(HYP_SAMPLE_UINT16, 4, overlapping));
    check_scene(make_scene(HYP_SAMPLE_FLOAT32, 4, overlapping));
}

/* The same bytes in any order of parts that do not overlap. */
static void test_any_order(void)
{
    scene s = make_scene(HYP_SAMPLE_UINT16, 7, apart), turned = s;

    for (int i = 0; i < s.parts; i++) {
        turned.part[i] = s.part[(i * 3 + 2) % s.parts];
        turned.key[i] = s.key[(i * 3 + 2) % s.parts];
    }
    CHECK(write_together_all(&turned) == HYP_OK);
    if (rank == 0) {
        CHECK(write_all(alone, &s, all_rows(&s), 0, MPI_COMM_SELF) == HYP_OK);
        CHECK(same_file(together, alone));
        unlink(together);
        unlink(alone);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void test_bad_shapes(void)
{
    scene s = make_scene(HYP_SAMPLE_UINT16, 2, apart);

    CHECK(write_all(together, &s, 1, rank, MPI_COMM_WORLD) == HYP_EINTERNAL);
    CHECK(strstr(hyp_last_error()->text, "rows of 81") != NULL);
    s.raster.cols = INT64_C(5000000000);
    CHECK(write_together_all(&s) == HYP_EUSAGE);
}

static void test_fill_that_fails(void)
{
    for (int victim = 0; victim < size; victim++) {
        scene s = make_scene(HYP_SAMPLE_UINT16, 7, apart);
        int has;
        hyp_status st;

        s.refuse = rank == victim;
        st = write_together_all(&s);
        has = s.rows > 0;
        MPI_Bcast(&has, 1, MPI_INT, victim, MPI_COMM_WORLD);
        CHECK(st == (has ? HYP_ENUMERIC : HYP_OK));
        CHECK(!has || hyp_last_error()->rank == victim);
    }
}

/* An image of a few strips. */
static scene make_small(hyp_sample sample)
{
    static const hyp_join_part part[] = { { 0, 0, 20, 600 },
                                          { 9, 300, 16, 900 } };
    scene s = make_scene(sample, 2, part);

    s.raster.rows = 25;
    return s;
}

static void fail_each_step(hyp_sample sample)
{
    for (int victim = 0; victim < size; victim++) {
        int fired = 1;

        for (long nth = 1; fired; nth++) {
            scene s = make_small(sample);
            hyp_status st;

            hyp_fault_arm(rank == victim ? nth : 0);
            st = write_together_all(&s);
            fired = hyp_fault_fired();
            hyp_fault_arm(0);
            MPI_Bcast(&fired, 1, MPI_INT, victim, MPI_COMM_WORLD);
            CHECK((st != HYP_OK) == fired);
            CHECK(!fired || hyp_last_error()->rank == victim);
        }
    }
}

static void test_every_single_failure(void)
{
    check_scene(make_small(HYP_SAMPLE_UINT16)); /* nothing fails by itself */
    fail_each_step(HYP_SAMPLE_UINT16);
    fail_each_step(HYP_SAMPLE_FLOAT32);
}

int main(int argc, char **argv)
{
    char root[] = "/tmp/hyperslab-join-XXXXXX";

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0 && mkdtemp(root) == NULL)
        return 1;
    MPI_Bcast(root, (int)sizeof root, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(together, sizeof together, "%s/together.tif", root);
    snprintf(alone, sizeof alone, "%s/alone.tif", root);
    TIFFSetWarningHandler(NULL); /* of tags that only GDAL knows */
    RUN(test_parts_side_by_side);
    RUN(test_parts_that_overlap);
    RUN(test_any_order);
    RUN(test_bad_shapes);
    RUN(test_fill_that_fails);
    RUN(test_every_single_failure);
    if (rank == 0) {
        unlink(together);
        rmdir(root);
    }
    MPI_Finalize();
    return test_status;
}
