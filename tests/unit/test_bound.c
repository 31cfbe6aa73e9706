/* ranks: 1 */
/*
 * test_bound.c - which centre every instruction set of this machine says is
 * certainly nearest, against distances in long double and of whole numbers; in
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

/* Points of pixels, and centres, in the hands of the kernel. */
typedef struct scene {
    hyp_bound_point *point; /* [PIXELS]                                    */
    hyp_bound_basis basis;  /* its offset and directions are not used here */
    hyp_bound_centres c;    /* of up to CENTRES                            */
    int32_t *pixel;         /* [16]                                        */
    int32_t *best;          /* [16]                                        */
    float *slack;           /* [16]                                        */
} scene;

/* All steps are the same; the last two are not used. */
static void set_steps(scene *s, float step)
{
    for (int q = 0; q < HYP_LANES; q++)
        s->basis.step[q] = q < INSIDE ? step : NAN;
}

static scene new_scene(int centres)
{
    scene s = { .point = guard_new(PIXELS * sizeof *s.point),
                .pixel = guard_new(HYP_LANES * sizeof *s.pixel),
                .best = guard_new(HYP_LANES * sizeof *s.best),
                .slack = random_floats(&state, HYP_LANES, 1) };

    set_steps(&s, 1);
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
    free_floats(s->slack, HYP_LANES);
    guard_free(s->best, HYP_LANES * sizeof *s->best);
    guard_free(s->pixel, HYP_LANES * sizeof *s->pixel);
    guard_free(s->point, PIXELS * sizeof *s->point);
}

static float rounded_up(double value)
{
    return (float)(value * (1 + 0x1p-22));
}

/*
 * A centre as set_centre() of core/subspace.c has it, kept at y, up to float;
 * the fuzz is that of sums, and it strays by no more than it does.
 */
static void set_centre(scene *s, int j, const double *centre, const double *y,
                       double rest)
{
    const double up = 1 + 2 * (double)HYP_BOUND_RHO;
    double square = rest * rest, off = 0;

    for (int q = 0; q < HYP_LANES; q++) { /* the last two are not used */
        const double step = (double)s->basis.step[q];
        float *pull = &s->c.pull[j * HYP_LANES + q];

        *pull = NAN;
        if (q >= INSIDE)
            continue;
        *pull = (float)(-2 * y[q] * step);
        square += y[q] * y[q];
        off += pow((double)*pull / (-2 * step) - centre[q], 2);
    }
    s->c.square[j] = (float)square;
    s->c.reach[j] = (float)(2 * rest * up);
    s->c.fuzz[j] = (float)((double)HYP_BOUND_GAMMA * square * up);
    s->c.stray = fmaxf(s->c.stray, rounded_up(sqrt(off)));
}

/* Sixteen of the pixels, among them the last before the unreadable page. */
static void draw_pixels(scene *s)
{
    for (int i = 0; i < HYP_LANES; i++)
        s->pixel[i] = (int32_t)draw(&state, PIXELS);
    s->pixel[3] = s->pixel[12] = PIXELS - 1;
}

static void run(scene *s, int isa)
{
    hyp_bound_kernels_for((hyp_isa)isa)
        ->bound(s->point, s->pixel, &s->basis, &s->c, s->best, s->slack);
}

static double centre_y[CENTRES][INSIDE], centre_rest[CENTRES];

static long double coordinate(const scene *s, const hyp_bound_point *p, int q)
{
    return (long double)p->y[q] * (long double)s->basis.step[q];
}

/*
 * Greatest and least distance of a point from a centre, whose parts outside
 * the subspace have known lengths and unknown directions; and farther apart by
 * a share of all squared lengths.
 */
static void range_of(const scene *s, const hyp_bound_point *p, int j,
                     long double share, long double *low, long double *high)
{
    const long double r = (long double)p->rest, rc = centre_rest[j];
    long double within = 0, all = r * r + rc * rc;

    for (int q = 0; q < INSIDE; q++) {
        const long double y = coordinate(s, p, q), d = y - centre_y[j][q];

        within += d * d;
        all += y * y + (long double)centre_y[j][q] * centre_y[j][q];
    }
    *low = sqrtl(fmaxl(0, within + (r - rc) * (r - rc) - share * all));
    *high = sqrtl(within + (r + rc) * (r + rc) + share * all);
}

/* How much farther than a centre all others are from a point, at least. */
static long double gap_of(const scene *s, const hyp_bound_point *p, int best,
                          long double share)
{
    long double low, high, next = INFINITY;

    for (int j = 0; j < CENTRES; j++) {
        range_of(s, p, j, share, &low, &high);
        next = j == best ? next : fminl(next, low);
    }
    range_of(s, p, best, share, &low, &high);
    return next - high;
}

/* How far away the farthest pixel is that may have this point. */
static long double stray_of(const scene *s, const hyp_bound_point *p)
{
    const long double stray = (long double)s->basis.stray;
    const long double error = (long double)s->basis.error;
    long double square = (long double)p->rest * (long double)p->rest;

    for (int q = 0; q < INSIDE; q++)
        square += coordinate(s, p, q) * coordinate(s, p, q);
    return stray + error * (sqrtl(square) + stray) / (1 - error);
}

/* Count the pixels whose nearest centre was certain. */
static int check_bounds(const scene *s)
{
    const long double centres = (long double)s->c.stray;
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const hyp_bound_point *p = s->point + s->pixel[i];
        const long double slack = (long double)s->slack[i];
        const long double stray = stray_of(s, p);

        CHECK(s->best[i] >= 0 && s->best[i] < CENTRES);
        if (slack > 0)
            CHECK(slack <= gap_of(s, p, s->best[i], 0) - 2 * stray);
        /* it should not be too careful */
        CHECK(slack >= gap_of(s, p, s->best[i], 3 * 0x1p-18L) -
                           2 * (1 + 0x1p-9L) * stray - 4 * centres);
        certain += slack > 0;
    }
    return certain;
}

/* Coordinates within the scale, and rests. */
static void draw_points(scene *s, float scale, float rest)
{
    for (int q = 0; q < INSIDE; q++)
        s->basis.step[q] =
            scale * (0.6f + random_float(&state, 0.4f)) / INT16_MAX;
    for (int p = 0; p < PIXELS; p++) {
        for (int q = 0; q < INSIDE; q++)
            s->point[p].y[q] = random_dn(&state);
        s->point[p].rest = fabsf(random_float(&state, rest));
    }
}

static int bound(float scale, float rest, float stray, float error)
{
    scene s = new_scene(CENTRES);
    int certain = 0;

    draw_points(&s, scale, rest);
    s.basis.stray = stray;
    s.basis.error = error;
    for (int j = 0; j < CENTRES; j++) {
        for (int q = 0; q < INSIDE; q++) /* no float */
            centre_y[j][q] =
                (double)random_float(&state, scale) * (1 + 0x1p-24);
        centre_rest[j] = fabs((double)random_float(&state, rest));
        set_centre(&s, j, centre_y[j], centre_y[j], centre_rest[j]);
    }
    draw_pixels(&s);
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        run(&s, isa);
        certain = check_bounds(&s);
    }
    free_scene(&s);
    return certain;
}

static void test_bounds(void)
{
    int certain = 0, uncertain = 0;

    for (int trial = 0; trial < 300; trial++) {
        const float stray = (float)(trial % 3), error = (float)(trial % 2);

        certain += bound(5000, 50, stray, error * 0x1p-11f);
        uncertain += HYP_LANES - bound(100, 1000, stray, error * 0x1p-11f);
    }
    CHECK(certain > 300 * HYP_LANES / 2);
    CHECK(uncertain > 300 * HYP_LANES / 2);
}

/* Coordinates are whole numbers: those in the subspace, and 3 that are not. */
enum { OUTSIDE = 3, WHOLE = INSIDE + OUTSIDE };

static int whole_pixel[PIXELS][WHOLE], whole_centre[CENTRES][WHOLE];

/* Where they are: +-size about a middle, in the subspace; +-outside, else. */
typedef struct cloud {
    int middle, size, outside;
    float step; /* of which pixels are multiples, in the subspace       */
    int off;    /* points are as many steps away, in one direction      */
    int grain;  /* of which centres are multiples, in the subspace      */
} cloud;

static void draw_whole(const cloud *of, int grain, int *v)
{
    for (int i = 0; i < WHOLE; i++) {
        const int size = i < INSIDE ? of->size : of->outside;

        v[i] = (int)draw(&state, (uint32_t)(2 * size + 1)) - size;
        if (i >= INSIDE)
            continue;
        v[i] += i % 3 ? of->middle : -of->middle;
        v[i] -= v[i] % grain;
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

static void copy(const int *v, double *y)
{
    for (int q = 0; q < INSIDE; q++)
        y[q] = v[q];
}

/* One of the coordinates is off. */
static void spoil(const int *v, double error, double *y)
{
    copy(v, y);
    y[draw(&state, INSIDE)] += draw(&state, 2) ? error : -error;
}

/* Kept at y, in whole steps. */
static void set_whole_pixel(scene *s, int p, const double *y)
{
    double off = 0;

    for (int q = 0; q < INSIDE; q++) {
        s->point[p].y[q] = (int16_t)(y[q] / (double)s->basis.step[q]);
        off +=
            pow((double)coordinate(s, s->point + p, q) - whole_pixel[p][q], 2);
    }
    s->point[p].rest = rounded_up(rest_of(whole_pixel[p]));
    s->basis.stray = fmaxf(s->basis.stray, rounded_up(sqrt(off)));
}

static void set_whole_centre(scene *s, int j, const double *y)
{
    double centre[INSIDE];

    copy(whole_centre[j], centre);
    set_centre(s, j, centre, y, rest_of(whole_centre[j]));
}

/* Certain pixels; the true distances are square roots of whole numbers. */
static int check_whole(const scene *s)
{
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) {
        const int *x = whole_pixel[s->pixel[i]];
        const int best = s->best[i];
        const long double near =
            sqrtl((long double)whole_square(x, whole_centre[best]));

        for (int j = 0; j < s->c.count && s->slack[i] > 0; j++)
            CHECK(j == best ||
                  sqrtl((long double)whole_square(x, whole_centre[j])) - near >=
                      (long double)s->slack[i]);
        certain += s->slack[i] > 0;
    }
    return certain;
}

/* Every set; return how many pixels one is certain of at most. */
static int bound_whole(scene *s)
{
    int most = 0;

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        int certain;

        run(s, isa);
        certain = check_whole(s);
        CHECK(s->c.count > 1 ||
              (certain == HYP_LANES && s->slack[0] == INFINITY));
        most = certain > most ? certain : most;
    }
    return most;
}

/* Pixels and centres of a cloud; of the centres, some are the same. */
static int bound_cloud(int centres, const cloud *of)
{
    const int grain = of->step > 1 ? (int)of->step : 1;
    const double error = of->off * (double)of->step;
    scene s = new_scene(centres);
    double y[INSIDE];
    int certain;

    set_steps(&s, of->step);
    for (int p = 0; p < PIXELS; p++) {
        draw_whole(of, grain, whole_pixel[p]);
        spoil(whole_pixel[p], error, y);
        set_whole_pixel(&s, p, y);
    }
    for (int j = 0; j < centres; j++) {
        draw_whole(of, of->grain, whole_centre[j]);
        if (j % 3 == 2) /* a tie for all pixels */
            memcpy(whole_centre[j], whole_centre[j - 1], sizeof *whole_centre);
        spoil(whole_centre[j], error, y);
        set_whole_centre(&s, j, y);
    }
    draw_pixels(&s);
    certain = bound_whole(&s);
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
        { 0, 1, 1, 1, 0, 1 },          { 0, 1, 1, 0x1p-10f, 1, 1 },
        { 0, 1, 1, 0.5f, 1, 1 },       { 0, 3, 3, 1, 0, 1 },
        { 0, 3, 3, 0x1p-10f, 1, 1 },   { 0, 3, 3, 0.5f, 1, 1 },
        { 0, 2000, 2000, 1, 0, 1 },    { 0, 2000, 2000, 0x1p-3f, 1, 1 },
        { 0, 2000, 2000, 0.5f, 1, 1 },
    };
    int certain = 0;

    for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++)
        certain += bound_clouds(&clouds[i]);
    CHECK(certain > 100 * CENTRES * 9 * HYP_LANES / 4);
}

/* Far from the offset and close together: sums of squares lose most digits.
   Coordinates of the last are no floats. */
static void test_bounds_of_distant_whole_numbers(void)
{
    static const cloud clouds[] = {
        { 50000, 2, 1, 2, 0, 1 },
        { 50000, 30, 1, 2, 1, 1 },
        { 50000, 300, 0, 3, 0, 1 },
        { 50000, 1000, 1, 2, 0, 1 },
        { 50000, 1000, 1, 3, 1, 1 },
        { 50000, 3000, 9, 2, 0, 1 },
        { 30000000, 1000000, 9, 1025, 0, 1 << 15 },
    };
    int certain = 0;

    for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++)
        certain += bound_clouds(&clouds[i]);
    CHECK(certain > 100 * CENTRES * 7 * HYP_LANES / 3);
}

/* A pixel between two centres: one is a step away, the other a step in the
   opposite direction, whose coordinates are in another order. */
static void draw_tie(const cloud *of, int trial)
{
    int step[WHOLE];
    const cloud steps = { 0, of->size, of->outside, 1, 0, 1 };

    draw_whole(of, (int)of->step, whole_pixel[0]);
    draw_whole(&steps, 1, step);
    for (int i = 0; i < WHOLE; i++) {
        const int other = i < INSIDE ? (i + trial) % INSIDE : i;

        whole_pixel[0][i] = i < INSIDE ? whole_pixel[0][i] : 0;
        whole_centre[0][i] = whole_pixel[0][i] + step[i];
        whole_centre[1][i] = whole_pixel[0][i] - step[other];
    }
}

/* One pixel, in all lanes, and two centres, which do not stray. */
static void set_exactly(scene *s)
{
    double y[INSIDE];

    memset(s->pixel, 0, HYP_LANES * sizeof *s->pixel);
    copy(whole_pixel[0], y);
    set_whole_pixel(s, 0, y);
    for (int j = 0; j < 2; j++) {
        copy(whole_centre[j], y);
        set_whole_centre(s, j, y);
    }
    CHECK(s->basis.stray <= 0 && s->c.stray <= 0);
}

static void test_distant_ties_are_never_certain(void)
{
    static const int sizes[] = { 1, 30, 1000, 10000 };
    scene s = new_scene(2);

    for (int trial = 0; trial < 2000; trial++) {
        const float step = (float)(2 + trial / 4 % 2);
        const cloud of = { 50000, sizes[trial % 4], 1, step, 0, 1 };

        set_steps(&s, step);
        draw_tie(&of, trial);
        set_exactly(&s);
        CHECK(bound_whole(&s) == 0);
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
    enum { FIRST = 46342, TRIALS = 40, STEPS = 60 };
    scene s = new_scene(2);

    s.basis.step[0] = 2;
    for (int i = 0; i < TRIALS * STEPS; i++) {
        for (int q = 0; q < WHOLE; q++) {
            whole_pixel[0][q] = q < INSIDE ? 9 : 0;
            whole_centre[0][q] = q < INSIDE ? 7 : 0;
            whole_centre[1][q] = q < INSIDE ? -7 : 0;
        }
        whole_pixel[0][0] = whole_centre[1][0] = FIRST + 2 * (i % TRIALS);
        whole_centre[0][0] = whole_pixel[0][0] + i / TRIALS;
        set_exactly(&s);
        bound_whole(&s);
    }
    free_scene(&s);
}

/* Distances are nearly the same, and roots lose much of how they differ. */
static void test_roots_that_hardly_differ(void)
{
    const cloud of = { 0, 3, 0, 1, 0, 1 };
    scene s = new_scene(CENTRES);
    double y[INSIDE];
    int certain = 0;

    for (int trial = 0; trial < 1000; trial++) {
        for (int p = 0; p < PIXELS; p++) {
            draw_whole(&of, 1, whole_pixel[p]);
            for (int i = INSIDE; i < WHOLE; i++)
                whole_pixel[p][i] = (int)draw(&state, 1000);
            copy(whole_pixel[p], y);
            set_whole_pixel(&s, p, y);
        }
        for (int j = 0; j < CENTRES; j++) {
            draw_whole(&of, 1, whole_centre[j]);
            copy(whole_centre[j], y);
            set_whole_centre(&s, j, y);
        }
        draw_pixels(&s);
        certain += bound_whole(&s);
    }
    CHECK(certain > 1000 * HYP_LANES / 2);
    free_scene(&s);
}

/* A pixel between two centres, one a little nearer, on a line.  Errors bring
   the pixel closer to one of them, and both centres the same way. */
static void put_on_a_line(scene *s, int at, int distance, int more, int error)
{
    double y[INSIDE] = { 0 };

    memset(s->pixel, 0, HYP_LANES * sizeof *s->pixel);
    memset(whole_pixel[0], 0, sizeof whole_pixel[0]);
    memset(whole_centre, 0, sizeof whole_centre);
    whole_pixel[0][5] = at;
    whole_centre[0][5] = at + distance;
    whole_centre[1][5] = at - distance - more;
    s->basis.stray = s->basis.error = s->c.stray = 0;
    y[5] = at - error;
    set_whole_pixel(s, 0, y);
    for (int j = 0; j < 2; j++) {
        y[5] = whole_centre[j][5] + error;
        set_whole_centre(s, j, y);
    }
}

/* The strays cover such errors with nothing to spare. */
static void test_errors_that_add_up(void)
{
    scene s = new_scene(2);

    for (int error = -9; error <= 9; error++)
        for (int ratio = 4; ratio < 1 << 16; ratio += (ratio + 7) / 8)
            for (int more = 0; more <= 40; more++) {
                put_on_a_line(&s, 0, ratio * 9, more, error);
                bound_whole(&s);
            }
    free_scene(&s);
}

/* Likewise, but the error of the pixel is a share of its length. */
static void test_errors_of_long_pixels(void)
{
    const int at = 1 << 14;
    scene s = new_scene(2);

    for (int error = 1; error <= 8; error++)
        for (int distance = 100; distance <= 25000; distance += 300)
            for (int i = 0; i < 8 * error; i++) {
                const int sign = i % 4 < 2 ? 1 : -1;

                put_on_a_line(&s, i % 2 ? at : -at, distance, i / 4,
                              sign * error);
                s.basis.stray = 0;
                s.basis.error = (float)error / (float)at;
                bound_whole(&s);
            }
    free_scene(&s);
}

/* However near one centre is, and far the others. */
static void test_pixels_that_do_not_fit(void)
{
    scene s = new_scene(CENTRES);

    for (int trial = 0; trial < 200; trial++) {
        draw_points(&s, 1e6f, 0);
        for (int j = 0; j < CENTRES; j++) {
            for (int q = 0; q < INSIDE; q++)
                centre_y[j][q] = j ? (double)random_float(&state, 3e6f)
                                   : (double)coordinate(&s, s.point, q);
            set_centre(&s, j, centre_y[j], centre_y[j], trial % 2 ? j : 0);
        }
        draw_pixels(&s);
        s.pixel[0] = s.pixel[9] = 0;
        for (int p = 0; p < PIXELS; p++)
            s.point[p].rest = HYP_BOUND_FAR;
        s.basis.stray = s.c.stray = 0;
        for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
            run(&s, isa);
            for (int i = 0; i < HYP_LANES; i++)
                CHECK(s.slack[i] <= 0 && s.best[i] >= 0 && s.best[i] < CENTRES);
        }
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
    RUN(test_roots_that_hardly_differ);
    RUN(test_errors_that_add_up);
    RUN(test_errors_of_long_pixels);
    RUN(test_pixels_that_do_not_fit);
    MPI_Finalize();
    return test_status;
}
