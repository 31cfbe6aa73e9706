/* ranks: 1 */
/*
 * test_subspace.c - the bounds of the subspace against distances in long
 * double, over all bands: on scenes that it suits, on scenes that it does not,
 * and on those that have fewer bands than it has components
 */
#include "core/subspace.h"
#include "pixels.h"
#include "point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_BANDS = 173,
    MOST_CLASSES = 24,
    MOST_PIXELS = 2000,
    FACTORS = 6,
    WIDTH = HYP_COMPONENTS
};

static uint64_t state = 33;
static double centre[MOST_CLASSES * MOST_BANDS];

/* A scene and the subspace that was found for it. */
typedef struct stage {
    hyp_slab slab;
    hyp_summary summary;
    hyp_subspace s;
    int classes;
} stage;

/* Few materials, mixed, and noise: what a scene looks like. */
static int16_t realistic(int64_t place, int b)
{
    uint64_t own = (uint64_t)place * 977 + 5;
    const int material = (int)draw(&own, 1000) % 8;
    double sum = 300 + 200 * material;

    for (int f = 0; f < FACTORS; f++) {
        const double share = material * f % 5 * 300 + (int)draw(&own, 150);

        sum += share * (1 + sin(0.02 * (f + 1) * b + f));
    }
    own += (uint64_t)b * 7919;
    draw(&own, 2);
    return (int16_t)(sum + (int)draw(&own, 21) - 10);
}

/* All directions alike: fourteen of them say little. */
static int16_t full_rank(int64_t place, int b)
{
    uint64_t own = (uint64_t)place * 31337 + (uint64_t)b * 7919;

    draw(&own, 2);
    return (int16_t)((int)draw(&own, 8001) - 2000);
}

static int16_t constant(int64_t place, int b)
{
    (void)place;
    return (int16_t)(100 * b - 4000);
}

static int16_t extreme(int64_t place, int b)
{
    uint64_t own = (uint64_t)place * 271 + (uint64_t)b * 7919;

    draw(&own, 2);
    switch (draw(&own, 3)) {
    case 0: return INT16_MIN;
    case 1: return INT16_MAX;
    default: return (int16_t)(b % 7 - 3);
    }
}

static int16_t two_values(int64_t place, int b)
{
    return (int16_t)((place * 7 + b) % 2 ? INT16_MIN : INT16_MAX);
}

static pixel_value *const scenes[] = { realistic, full_rank, constant, extreme,
                                       two_values };
static const int some_bands[] = { 1, 2, 13, 14, 15, 16, 17, 40, 173 };

enum {
    SCENES = sizeof scenes / sizeof *scenes,
    SHAPES = sizeof some_bands / sizeof *some_bands
};

/* Range of the pixels; where there are none, that of other ranks' pixels. */
static void summarise(stage *t)
{
    hyp_slab other = { 0 };

    if (t->slab.pixels > 0) {
        CHECK(hyp_summary_all(&t->slab, MPI_COMM_SELF, &t->summary) == HYP_OK);
        return;
    }
    CHECK(even_slab(&other, 0, 2, 1, t->slab.bands) == HYP_OK);
    CHECK(hyp_summary_all(&other, MPI_COMM_SELF, &t->summary) == HYP_OK);
    hyp_slab_release(&other);
}

static stage set_up(pixel_value *value, int64_t pixels, int bands, int classes)
{
    stage t = { .classes = classes };

    CHECK(even_slab(&t.slab, 0, pixels, 1, bands) == HYP_OK);
    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            t.slab.dn[p * t.slab.stride + b] = value(p, b);
    summarise(&t);
    CHECK(hyp_subspace_init(&t.s, &t.slab, &t.summary, classes) == HYP_OK);
    hyp_subspace_embed(&t.s, &t.slab, pixels / 3, pixels);
    hyp_subspace_embed(&t.s, &t.slab, 0, pixels / 3);
    return t;
}

static void tear_down(stage *t)
{
    hyp_subspace_release(&t->s);
    CHECK(t->s.point == NULL && t->s.centre.pull == NULL);
    hyp_summary_release(&t->summary);
    hyp_slab_release(&t->slab);
}

static const int16_t *pixel_of(const stage *t, int64_t p)
{
    return t->slab.dn + p * t->slab.stride;
}

/* Kinds of centres: a mean, a pixel, a pixel and a trifle, or anything. */
static void draw_centre(const stage *t, int kind, double *c)
{
    const int bands = t->slab.bands, first = (int)draw(&state, 1 << 20);
    const double trifle = ldexp(1, -(int)draw(&state, 40));
    const int members = kind == 0 ? 10 : 1;

    for (int b = 0; b < bands; b++) {
        c[b] = kind < 3 && t->slab.pixels > 0
                   ? 0
                   : (int)draw(&state, 65536) - 32768 + trifle;
        if (kind >= 3 || t->slab.pixels == 0)
            continue;
        for (int i = 0; i < members; i++)
            c[b] += pixel_of(t, (first + i * 37) % t->slab.pixels)[b];
        c[b] /= members;
        if (kind == 2)
            c[b] += trifle * ((int)draw(&state, 3) - 1);
        c[b] = fmax(-32768, fmin(32768, c[b]));
    }
}

static void draw_centres(stage *t)
{
    for (int j = 0; j < t->classes; j++)
        draw_centre(t, (int)draw(&state, 4), centre + j * t->slab.bands);
    hyp_subspace_set(&t->s, centre);
}

static long double square_to(const stage *t, int64_t p, int j)
{
    const double *c = centre + j * t->slab.bands;
    long double sum = 0;

    for (int b = 0; b < t->slab.bands; b++) {
        const long double d = (long double)pixel_of(t, p)[b] - c[b];

        sum += d * d;
    }
    return sum;
}

static void test_points_of_pixels(void)
{
    double greatest = 0; /* error of the coordinates, of what is claimed */

    for (int i = 0; i < SCENES; i++)
        for (int k = 0; k < SHAPES; k++) {
            stage t = set_up(scenes[i], 150, some_bands[k], 1);

            CHECK(t.s.skew < 1e-10 && t.s.basis.error < 1e-4f);
            for (int64_t p = 0; p < t.slab.pixels; p++)
                greatest =
                    fmax(greatest,
                         check_point(t.s.point + p, pixel_of(&t, p), t.s.bands,
                                     &t.s.basis, t.s.direction));
            tear_down(&t);
        }
    printf("# greatest error: %.2f of what is claimed\n", greatest);
    CHECK(greatest > 0.5); /* else nothing was measured */
}

/* A centre in long double: how far its point is from it, in the subspace; the
   length of what the subspace leaves out; and its length. */
typedef struct exact_centre {
    long double stray, rest, length;
} exact_centre;

static exact_centre exact_centre_of(const stage *t, int j)
{
    const int bands = t->s.bands;
    const double *c = centre + j * bands;
    long double off = 0, square = 0, rest;

    for (int b = 0; b < bands; b++)
        square += powl((long double)c[b] - t->s.basis.offset[b], 2);
    rest = square;
    for (int q = 0; q < WIDTH; q++) {
        const long double step = (long double)t->s.basis.step[q];
        const long double pull =
            (long double)t->s.centre.pull[j * HYP_LANES + q];
        long double y = 0;

        for (int b = 0; b < bands; b++)
            y += ((long double)c[b] - t->s.basis.offset[b]) *
                 t->s.direction[q * bands + b];
        off += powl(pull / (-2 * step) - y, 2);
        rest -= y * y;
    }
    return (exact_centre){ sqrtl(off), sqrtl(fmaxl(0, rest)), sqrtl(square) };
}

/* The stray is that of the centre that strays most, and no more than that. */
static void check_centres(const stage *t)
{
    const long double stray = (long double)t->s.centre.stray;
    const long double share = 2 * 0x1p-24L + (long double)t->s.skew;
    long double greatest = 0, longest = 0;

    for (int j = 0; j < t->classes; j++) {
        const exact_centre c = exact_centre_of(t, j);

        greatest = fmaxl(greatest, c.stray);
        longest = fmaxl(longest, c.length);
        CHECK((long double)t->s.centre.reach[j] >= 2 * c.rest);
    }
    CHECK(stray >= greatest && stray <= (1 + 0x1p-20L) * share * longest);
}

static void test_points_of_centres(void)
{
    for (int i = 0; i < SCENES; i++)
        for (int k = 0; k < SHAPES; k++) {
            stage t = set_up(scenes[i], 150, some_bands[k], 4);

            for (int trial = 0; trial < 10; trial++) {
                draw_centres(&t);
                check_centres(&t);
            }
            tear_down(&t);
        }
}

/* How far a point is from its pixel, at most. */
static long double claimed_stray(const stage *t, int64_t p)
{
    const hyp_bound_basis *basis = &t->s.basis;
    long double square = 0;

    for (int b = 0; b < t->slab.bands; b++)
        square += powl(pixel_of(t, p)[b] - basis->offset[b], 2);
    return (long double)basis->stray +
           (long double)basis->error * sqrtl(square);
}

/*
 * Bounds on |x - c|^2 of the points as the header has them, and no wider: sums
 * in long double need of gamma no more than three roundings, of what is stored
 * of centres.
 */
static void bounds_of(const hyp_subspace *s, int64_t p, int j, long double *low,
                      long double *high)
{
    const hyp_bound_point *point = s->point + p;
    const long double three = 3 * 0x1p-24L, rest = (long double)point->rest;
    const long double square = (long double)s->centre.square[j];
    long double sum = square + rest * rest, slop;

    for (int q = 0; q < WIDTH; q++) {
        const long double k = point->y[q],
                          y = k * (long double)s->basis.step[q];

        sum += y * y + k * (long double)s->centre.pull[j * HYP_LANES + q];
    }
    slop = rest * (long double)s->centre.reach[j] +
           (long double)s->centre.fuzz[j] -
           ((long double)HYP_BOUND_GAMMA - three) * square;
    *low = fmaxl(0, sum - slop);
    *high = fmaxl(0, sum + slop);
}

static void check_bounds(const stage *t, int64_t p)
{
    const long double strays =
        2 * (claimed_stray(t, p) + (long double)t->s.centre.stray);
    long double distance[MOST_CLASSES], low[MOST_CLASSES], high[MOST_CLASSES];

    if (t->s.point[p].rest >= HYP_BOUND_FAR) /* its coordinates mean nothing */
        return;
    for (int j = 0; j < t->classes; j++) {
        distance[j] = sqrtl(square_to(t, p, j));
        bounds_of(&t->s, p, j, &low[j], &high[j]);
    }
    for (int i = 0; i < t->classes; i++)
        for (int j = 0; j < t->classes; j++)
            CHECK(i == j || low[i] < high[j] ||
                  distance[i] - distance[j] >=
                      sqrtl(low[i]) - sqrtl(high[j]) - strays);
}

static void test_bounds_hold(void)
{
    for (int i = 0; i < SCENES; i++)
        for (int k = 0; k < SHAPES; k++) {
            stage t = set_up(scenes[i], 60, some_bands[k], MOST_CLASSES);

            draw_centres(&t);
            for (int64_t p = 0; p < t.slab.pixels; p++)
                check_bounds(&t, p);
            tear_down(&t);
        }
}

/* A certificate for a pixel: its centre, and how far the others are. */
static void check_certificate(const stage *t, int64_t p, int best, float slack)
{
    const long double near = sqrtl(square_to(t, p, best));

    for (int j = 0; j < t->classes; j++)
        CHECK(j == best || sqrtl(square_to(t, p, j)) - near >= slack);
}

/* Sixteen pixels from p on, on one instruction set; count what is certain. */
static int certain_among(const stage *t, int64_t p, hyp_isa isa)
{
    _Alignas(64) int32_t best[HYP_LANES];
    _Alignas(64) float slack[HYP_LANES];
    int32_t pixel[HYP_LANES];
    int certain = 0;

    for (int i = 0; i < HYP_LANES; i++) /* the last one fills up */
        pixel[i] =
            (int32_t)(p + i < t->slab.pixels ? p + i : t->slab.pixels - 1);
    hyp_bound_kernels_for(isa)->bound(t->s.point, pixel, &t->s.basis,
                                      &t->s.centre, best, slack);
    for (int i = 0; i < HYP_LANES && p + i < t->slab.pixels; i++)
        if (slack[i] > 0) {
            certain++;
            CHECK(t->classes == 1 || t->s.point[pixel[i]].rest < HYP_BOUND_FAR);
            check_certificate(t, pixel[i], best[i], slack[i]);
        }
    return certain;
}

/* How many pixels sets are certain of: they may differ in the last bits. */
typedef struct certainty {
    int64_t least, most;
} certainty;

static certainty certain_of(const stage *t)
{
    certainty all = { t->slab.pixels, 0 };

    for (int isa = HYP_ISA_PORTABLE; isa <= (int)hyp_isa_here(); isa++) {
        int64_t certain = 0;

        for (int64_t p = 0; p < t->slab.pixels; p += HYP_LANES)
            certain += certain_among(t, p, (hyp_isa)isa);
        all.least = certain < all.least ? certain : all.least;
        all.most = certain > all.most ? certain : all.most;
    }
    return all;
}

static void certificates(pixel_value *value, int64_t pixels, int bands,
                         int classes)
{
    stage t = set_up(value, pixels, bands, classes);

    for (int trial = 0; trial < 3; trial++) {
        certainty certain;

        draw_centres(&t);
        certain = certain_of(&t);
        CHECK(classes > 1 || certain.least == pixels); /* there is no other */
    }
    tear_down(&t);
}

static void test_certificates_are_true(void)
{
    static const int64_t pixels[] = { 0, 1, 2, 15, 16, 17, 100 };

    for (int i = 0; i < SCENES; i++)
        for (int k = 0; k < SHAPES; k++) {
            for (size_t n = 0; n < sizeof pixels / sizeof *pixels; n++)
                certificates(scenes[i], pixels[n], some_bands[k], 5);
            certificates(scenes[i], 33, some_bands[k], 1);
            certificates(scenes[i], 33, some_bands[k], MOST_CLASSES);
        }
}

/* Centres that tie, and pixels that are centres: no one is nearer. */
static void test_ties_are_never_certain(void)
{
    for (int i = 0; i < SCENES; i++)
        for (int k = 0; k < SHAPES; k++) {
            const int bands = some_bands[k];
            stage t = set_up(scenes[i], 32, bands, 4);

            for (int kind = 0; kind < 4; kind++) {
                draw_centre(&t, kind, centre);
                for (int j = 1; j < 4; j++)
                    memcpy(centre + j * bands, centre,
                           (size_t)bands * sizeof *centre);
                hyp_subspace_set(&t.s, centre);
                CHECK(certain_of(&t).most == 0);
            }
            tear_down(&t);
        }
}

/* Means of the materials, as k-means would have them near its end. */
static void materials(const stage *t)
{
    const int bands = t->slab.bands;
    int64_t count[MOST_CLASSES] = { 0 };

    memset(centre, 0, sizeof centre);
    for (int j = 0; j < t->classes; j++) /* seeds */
        for (int b = 0; b < bands; b++)
            centre[j * bands + b] = pixel_of(t, j * 61 % t->slab.pixels)[b];
    for (int64_t p = 0; p < t->slab.pixels; p++) {
        int nearest = 0;

        for (int j = 1; j < t->classes; j++)
            if (square_to(t, p, j) < square_to(t, p, nearest))
                nearest = j;
        count[nearest]++;
        for (int b = 0; b < bands; b++) {
            double *c = centre + nearest * bands + b;

            *c += (pixel_of(t, p)[b] - *c) / (double)(count[nearest] + 1);
        }
    }
}

/* Else the fast path would have been lost without a word. */
static void test_realistic_pixels_are_nearly_all_certain(void)
{
    static const int classes[] = { 2, 5, 20 };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        stage t = set_up(realistic, MOST_PIXELS, MOST_BANDS, classes[i]);
        int64_t certain;

        materials(&t);
        hyp_subspace_set(&t.s, centre);
        certain = certain_of(&t).least;
        printf("# %d classes: %.2f %% of the pixels are certain\n", classes[i],
               100.0 * (double)certain / MOST_PIXELS);
        CHECK(certain >= MOST_PIXELS * 95 / 100);
        tear_down(&t);
    }
}

/* As many components as bands, or more: nothing is left out. */
static void test_few_bands_are_nearly_all_certain(void)
{
    for (int k = 0; some_bands[k] <= WIDTH; k++) {
        stage t = set_up(full_rank, 500, some_bands[k], 5);
        int64_t certain;

        for (int j = 0; j < t.classes; j++)
            draw_centre(&t, 1, centre + j * t.slab.bands);
        hyp_subspace_set(&t.s, centre);
        certain = certain_of(&t).least;
        CHECK(certain >= 500 * 95 / 100);
        tear_down(&t);
    }
}

/* Every other pixel is far away from all that the sample holds. */
static int16_t with_outliers(int64_t place, int b)
{
    const int sign = place % 4 == 1 ? 1 : -1;

    return (int16_t)(place % 2 ? sign * (30000 + (int)(place % 100))
                               : (int)(place * (b + 1) % 41));
}

static void test_pixels_that_do_not_fit(void)
{
    for (int bands = 1; bands <= WIDTH; bands += 4) {
        /* so many that every 64th is in the sample */
        stage t = set_up(with_outliers, 64 * 20 * bands, bands, 4);
        int64_t far = 0;

        for (int64_t p = 0; p < t.slab.pixels; p++)
            far += t.s.point[p].rest >= HYP_BOUND_FAR;
        CHECK(far == t.slab.pixels / 2);
        for (int trial = 0; trial < 4; trial++) {
            draw_centres(&t);
            CHECK(certain_of(&t).most <= t.slab.pixels / 2);
        }
        tear_down(&t);
    }
}

static void test_every_single_failure(void)
{
    stage t = set_up(realistic, 100, 20, 3);
    bool fired = true;
    long nth = 1;

    for (; fired; nth++) {
        hyp_subspace s;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_subspace_init(&s, &t.slab, &t.summary, 3);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK(st == (fired ? HYP_ENOMEM : HYP_OK));
        CHECK((s.point == NULL) == fired && (s.centre.pull == NULL) == fired);
        hyp_subspace_release(&s);
    }
    CHECK(nth > 10);
    tear_down(&t);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_points_of_pixels);
    RUN(test_points_of_centres);
    RUN(test_bounds_hold);
    RUN(test_certificates_are_true);
    RUN(test_ties_are_never_certain);
    RUN(test_realistic_pixels_are_nearly_all_certain);
    RUN(test_few_bands_are_nearly_all_certain);
    RUN(test_pixels_that_do_not_fit);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
