/* ranks: 1 */
/*
 * test_bound.c - which centre every instruction set of this machine says is
 * certainly nearest, against distances in double and of whole numbers; in
 * buffers that end at an unreadable page
 *
 * Sets differ in the last bits, so that none is compared with another.
 */
#include "test.h"

#include "buffers.h"
#include "kernel/bound.h"

#include <math.h>
#include <string.h>

static uint64_t state = 12;

enum { INSIDE = HYP_COMPONENTS, PIXELS = 40, CENTRES = 7 };

/* Lines of pixels, and centres, in the hands of the kernel. */
typedef struct scene {
    float *line;         /* [PIXELS][16]        */
    hyp_bound_centres c; /* of up to CENTRES    */
} scene;

static scene new_scene(int centres)
{
    scene s = { .line = random_floats(&state, PIXELS * HYP_LANES, 1) };

    s.c = (hyp_bound_centres){
        .count = centres,
        .pull = random_floats(&state, (int64_t)centres * HYP_LANES, 1),
        .square = random_floats(&state, centres, 1),
        .reach = random_floats(&state, centres, 1),
        .fuzz = random_floats(&state, centres, 1),
    };
    return s;
}

static void free_scene(scene *s)
{
    free_floats(s->c.fuzz, s->c.count);
    free_floats(s->c.reach, s->c.count);
    free_floats(s->c.square, s->c.count);
    free_floats(s->c.pull, (int64_t)s->c.count * HYP_LANES);
    free_floats(s->line, PIXELS * HYP_LANES);
}

/* A centre as set_centre() of core/subspace.c has it; the fuzz is that of its
   coordinates. */
static void set_centre(scene *s, int j, const double *y, double rest,
                       double fuzz)
{
    const double up = 1 + 2 * (double)HYP_BOUND_RHO;
    double square = rest * rest;

    for (int q = 0; q < HYP_LANES; q++) { /* the last two are not used */
        s->c.pull[j * HYP_LANES + q] = q < INSIDE ? (float)(-2 * y[q]) : NAN;
        square += q < INSIDE ? y[q] * y[q] : 0;
    }
    s->c.square[j] = (float)square;
    s->c.reach[j] = (float)(2 * rest * up);
    s->c.fuzz[j] = (float)((fuzz + (double)HYP_BOUND_GAMMA * square) * up);
}

/* Sixteen of the pixels, among them the last before the unreadable page. */
static void draw_pixels(int32_t *pixel)
{
    for (int i = 0; i < HYP_LANES; i++)
        pixel[i] = (int32_t)draw(&state, PIXELS);
    pixel[3] = PIXELS - 1;
}

static double centre_y[CENTRES][INSIDE], centre_rest[CENTRES];

/*
 * Greatest and least distance of a pixel from a centre, whose parts outside
 * the subspace have known lengths and unknown directions; and farther apart by
 * a share of all squared lengths.
 */
static void range_of(const float *line, int j, double share, double *low,
                     double *high)
{
    const double r = (double)line[INSIDE], rc = centre_rest[j];
    double within = 0, all = r * r + rc * rc;

    for (int q = 0; q < INSIDE; q++) {
        const double y = (double)line[q], d = y - centre_y[j][q];

        within += d * d;
        all += y * y + centre_y[j][q] * centre_y[j][q];
    }
    *low = sqrt(fmax(0, within + (r - rc) * (r - rc) - share * all));
    *high = sqrt(within + (r + rc) * (r + rc) + share * all);
}

/* How much farther than a centre all others are, at least. */
static double gap_of(const float *line, int best, double share)
{
    double low, high, next = INFINITY;

    for (int j = 0; j < CENTRES; j++) {
        range_of(line, j, share, &low, &high);
        next = j == best ? next : fmin(next, low);
    }
    range_of(line, best, share, &low, &high);
    return next - high;
}

/* Count the pixels whose nearest centre was certain. */
static int check_bounds(const scene *s, const int32_t *pixel,
                        const int32_t *best, const float *slack)
{
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const float *line = s->line + pixel[i] * HYP_LANES;

        CHECK(best[i] >= 0 && best[i] < CENTRES);
        if (slack[i] > 0)
            CHECK((double)slack[i] <= gap_of(line, best[i], 0));
        /* it should not be too careful */
        CHECK((double)slack[i] >=
              gap_of(line, best[i], 5 * (double)HYP_BOUND_RHO));
        certain += slack[i] > 0;
    }
    return certain;
}

static int bound(float scale, float rest)
{
    scene s = new_scene(CENTRES);
    _Alignas(64) float slack[HYP_LANES];
    _Alignas(64) int32_t best[HYP_LANES];
    int32_t pixel[HYP_LANES];
    int certain = 0;

    for (int i = 0; i < PIXELS * HYP_LANES; i++)
        s.line[i] *= scale;
    for (int p = 0; p < PIXELS; p++) {
        s.line[p * HYP_LANES + INSIDE] = fabsf(random_float(&state, rest));
        s.line[p * HYP_LANES + INSIDE + 1] = 0; /* no fuzz */
    }
    for (int j = 0; j < CENTRES; j++) {
        for (int q = 0; q < INSIDE; q++) /* no float */
            centre_y[j][q] =
                (double)random_float(&state, scale) * (1 + 0x1p-24);
        centre_rest[j] = fabs((double)random_float(&state, rest));
        set_centre(&s, j, centre_y[j], centre_rest[j], 0);
    }
    draw_pixels(pixel);
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        hyp_bound_kernels_for((hyp_isa)isa)
            ->bound(s.line, pixel, &s.c, best, slack);
        certain = check_bounds(&s, pixel, best, slack);
    }
    free_scene(&s);
    return certain;
}

static void test_bounds(void)
{
    int certain = 0, uncertain = 0;

    for (int trial = 0; trial < 300; trial++) {
        certain += bound(5000, 50);
        uncertain += HYP_LANES - bound(100, 1000);
    }
    CHECK(certain > 300 * HYP_LANES / 2);
    CHECK(uncertain > 300 * HYP_LANES / 2);
}

/* Coordinates are whole numbers: those in the subspace, and 3 that are not. */
enum { OUTSIDE = 3, WHOLE = INSIDE + OUTSIDE };

static int whole_pixel[PIXELS][WHOLE], whole_centre[CENTRES][WHOLE];
static const int32_t first_pixel[HYP_LANES]; /* all of them */

/* Where they are: +-size about a middle, in the subspace; +-outside, else. */
typedef struct cloud {
    int middle, size, outside;
    float error; /* of one coordinate of each, known to the kernel */
} cloud;

static void draw_whole(const cloud *of, int *v)
{
    for (int i = 0; i < WHOLE; i++) {
        const int size = i < INSIDE ? of->size : of->outside;

        v[i] = (int)draw(&state, (uint32_t)(2 * size + 1)) - size;
        if (i < INSIDE)
            v[i] += i % 3 ? of->middle : -of->middle;
    }
}

static int64_t whole_square(const int *v, const int *w)
{
    int64_t sum = 0;

    for (int i = 0; i < WHOLE; i++)
        sum += (int64_t)(v[i] - w[i]) * (v[i] - w[i]);
    return sum;
}

static double rest_of(const int *v)
{
    double square = 0;

    for (int i = INSIDE; i < WHOLE; i++)
        square += (double)v[i] * v[i];
    return sqrt(square);
}

static double fuzz_of(float error)
{
    return 2 * (1 + 1 / (double)HYP_BOUND_T) * (double)(error * error) *
           (1 + 0x1p-22);
}

static void copy(const int *v, double *y)
{
    for (int q = 0; q < INSIDE; q++)
        y[q] = v[q];
}

/* One of the coordinates is off. */
static void spoil(const int *v, float error, double *y)
{
    copy(v, y);
    y[draw(&state, INSIDE)] += (double)(draw(&state, 2) ? error : -error);
}

static void set_whole_pixel(scene *s, int p, const double *y, float error)
{
    float *line = s->line + p * HYP_LANES;

    for (int q = 0; q < INSIDE; q++)
        line[q] = (float)y[q];
    line[INSIDE] = (float)(rest_of(whole_pixel[p]) * (1 + 0x1p-22));
    line[INSIDE + 1] = (float)fuzz_of(error);
}

static void set_whole_centre(scene *s, int j, const double *y, float error)
{
    set_centre(s, j, y, rest_of(whole_centre[j]), fuzz_of(error));
}

/* Certain pixels; the true distances are square roots of whole numbers. */
static int check_whole(const int32_t *pixel, int centres, const int32_t *best,
                       const float *slack)
{
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const int *x = whole_pixel[pixel[i]];
        const long double near =
            sqrtl((long double)whole_square(x, whole_centre[best[i]]));

        for (int j = 0; j < centres && slack[i] > 0; j++)
            CHECK(j == best[i] ||
                  sqrtl((long double)whole_square(x, whole_centre[j])) - near >=
                      slack[i]);
        certain += slack[i] > 0;
    }
    return certain;
}

/* Every set; return how many pixels one is certain of at most. */
static int bound_whole(const scene *s, const int32_t *pixel)
{
    _Alignas(64) float slack[HYP_LANES];
    _Alignas(64) int32_t best[HYP_LANES];
    int most = 0;

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        int certain;

        hyp_bound_kernels_for((hyp_isa)isa)
            ->bound(s->line, pixel, &s->c, best, slack);
        certain = check_whole(pixel, s->c.count, best, slack);
        CHECK(s->c.count > 1 || (certain == HYP_LANES && slack[0] == INFINITY));
        most = certain > most ? certain : most;
    }
    return most;
}

/* Pixels and centres of a cloud; of the centres, some are the same. */
static int bound_cloud(int centres, const cloud *of)
{
    scene s = new_scene(centres);
    int32_t pixel[HYP_LANES];
    double y[INSIDE];
    int certain;

    for (int p = 0; p < PIXELS; p++) {
        draw_whole(of, whole_pixel[p]);
        spoil(whole_pixel[p], of->error, y);
        set_whole_pixel(&s, p, y, of->error);
    }
    for (int j = 0; j < centres; j++) {
        draw_whole(of, whole_centre[j]);
        if (j % 3 == 2) /* a tie for all pixels */
            memcpy(whole_centre[j], whole_centre[j - 1], sizeof *whole_centre);
        spoil(whole_centre[j], of->error, y);
        set_whole_centre(&s, j, y, of->error);
    }
    draw_pixels(pixel);
    certain = bound_whole(&s, pixel);
    free_scene(&s);
    return certain;
}

static int bound_clouds(const cloud *of)
{
    int certain = 0;

    for (int trial = 0; trial < 100; trial++)
        for (int centres = 1; centres <= CENTRES; centres++)
            certain += bound_cloud(centres, of);
    return certain;
}

static void test_bounds_of_whole_numbers(void)
{
    static const cloud clouds[] = {
        { 0, 1, 1, 0 },          { 0, 1, 1, 0.001f },
        { 0, 1, 1, 0.5f },       { 0, 3, 3, 0 },
        { 0, 3, 3, 0.001f },     { 0, 3, 3, 0.5f },
        { 0, 2000, 2000, 0 },    { 0, 2000, 2000, 0.001f },
        { 0, 2000, 2000, 0.5f },
    };
    int certain = 0;

    for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++)
        certain += bound_clouds(&clouds[i]);
    CHECK(certain > 100 * CENTRES * 9 * HYP_LANES / 4);
}

/* Far from the offset and close together: sums of squares lose most digits. */
static void test_bounds_of_distant_whole_numbers(void)
{
    static const cloud clouds[] = {
        { 50000, 1, 1, 0 },    { 50000, 30, 1, 0.5f },   { 50000, 300, 0, 0 },
        { 50000, 1000, 1, 0 }, { 50000, 1000, 1, 0.5f }, { 50000, 3000, 9, 0 },
    };
    int certain = 0;

    for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++)
        certain += bound_clouds(&clouds[i]);
    CHECK(certain > 100 * CENTRES * 6 * HYP_LANES / 3);
}

/* A pixel between two centres: one is a step away, the other a step in the
   opposite direction, whose coordinates are in another order. */
static void draw_tie(const cloud *of, int trial)
{
    int step[WHOLE];
    const cloud steps = { 0, of->size, of->outside, 0 };

    draw_whole(of, whole_pixel[0]);
    draw_whole(&steps, step);
    for (int i = 0; i < WHOLE; i++) {
        const int other = i < INSIDE ? (i + trial) % INSIDE : i;

        whole_pixel[0][i] = i < INSIDE ? whole_pixel[0][i] : 0;
        whole_centre[0][i] = whole_pixel[0][i] + step[i];
        whole_centre[1][i] = whole_pixel[0][i] - step[other];
    }
}

/* One pixel and two centres, whose coordinates have no error. */
static void set_exactly(scene *s)
{
    double y[INSIDE];

    copy(whole_pixel[0], y);
    set_whole_pixel(s, 0, y, 0);
    for (int j = 0; j < 2; j++) {
        copy(whole_centre[j], y);
        set_whole_centre(s, j, y, 0);
    }
}

static void test_distant_ties_are_never_certain(void)
{
    static const int sizes[] = { 1, 30, 1000, 10000 };
    scene s = new_scene(2);

    for (int trial = 0; trial < 2000; trial++) {
        const cloud of = { 50000, sizes[trial % 4], 1, 0 };

        draw_tie(&of, trial);
        set_exactly(&s);
        CHECK(bound_whole(&s, first_pixel) == 0);
    }
    free_scene(&s);
}

/*
 * The squares of the first coordinates are a little more than 2^31, so that
 * floats there are 256 apart, and all products of the others, 2 * 9 * 7, are
 * lost: sums make the pixel as near to the second centre as to the first but
 * for the step between the first coordinates, which they see.
 */
static void test_products_that_sums_lose(void)
{
    enum { FIRST = 46341, TRIALS = 40, STEPS = 60 };
    scene s = new_scene(2);

    for (int i = 0; i < TRIALS * STEPS; i++) {
        for (int q = 0; q < WHOLE; q++) {
            whole_pixel[0][q] = q < INSIDE ? 9 : 0;
            whole_centre[0][q] = q < INSIDE ? 7 : 0;
            whole_centre[1][q] = q < INSIDE ? -7 : 0;
        }
        whole_pixel[0][0] = whole_centre[1][0] = FIRST + i % TRIALS;
        whole_centre[0][0] = whole_pixel[0][0] + i / TRIALS;
        set_exactly(&s);
        bound_whole(&s, first_pixel);
    }
    free_scene(&s);
}

/* A pixel between two centres, one a little nearer, on a line.  Errors bring
   the pixel closer to one of them, and both centres the same way. */
static void bound_on_a_line(scene *s, int distance, int more, int error)
{
    const float size = fabsf((float)error);
    double y[INSIDE] = { 0 };

    memset(whole_pixel[0], 0, sizeof whole_pixel[0]);
    memset(whole_centre, 0, sizeof whole_centre);
    whole_centre[0][5] = distance;
    whole_centre[1][5] = -distance - more;
    y[5] = -error;
    set_whole_pixel(s, 0, y, size);
    for (int j = 0; j < 2; j++) {
        y[5] = whole_centre[j][5] + error;
        set_whole_centre(s, j, y, size);
    }
    bound_whole(s, first_pixel);
}

/* t and the fuzz cover such errors with nothing to spare where the distance is
   65538 of them; alone, one is too little from there on, the other up to it. */
static void test_errors_that_add_up(void)
{
    scene s = new_scene(2);

    for (int error = 1; error <= 9; error += 4)
        for (int ratio = 1 << 10; ratio < 1 << 19; ratio += ratio / 8)
            for (int more = 0; more <= 4 * error; more++) {
                bound_on_a_line(&s, ratio * error, more, error);
                bound_on_a_line(&s, ratio * error, more, -error);
            }
    free_scene(&s);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_bounds);
    RUN(test_bounds_of_whole_numbers);
    RUN(test_bounds_of_distant_whole_numbers);
    RUN(test_distant_ties_are_never_certain);
    RUN(test_products_that_sums_lose);
    RUN(test_errors_that_add_up);
    MPI_Finalize();
    return test_status;
}
