/* ranks: 1 2 3 4 5 */
/*
 * test_kmeans.c - against a Lloyd on one rank that compares distances as exact
 * fractions; the same bits at any rank count and on any instruction set; every
 * single failure on every single rank gives one status everywhere
 */
#include "base/wide.h"
#include "hyperslab/kmeans.h"
#include "scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Few values: many distances are equal. */
static int16_t coarse(int64_t place, int b)
{
    return (int16_t)((place * (b + 3) + place / 7) % 3 * 100);
}

/* No clusters at all: pixels keep moving for many iterations. */
static int16_t cloud(int64_t place, int b)
{
    uint64_t state = (uint64_t)place * 31337 + 77;
    const double one = draw(&state, 2000), two = draw(&state, 2000);
    const double three = draw(&state, 500);

    state += (uint64_t)b * 7919;
    draw(&state, 2);
    return (int16_t)(one * (1 + cos(0.3 * b)) + two * sin(0.2 * b + 1) +
                     three * (b % 2) + draw(&state, 30) - 500);
}

/* Lloyd with centres as fractions top / bottom, never rounded. */
typedef struct exact {
    int classes;
    hyp_distance distance;
    int64_t top[PLACES * BANDS], bottom[PLACES];
    int64_t sum[PLACES * BANDS], count[PLACES];
    int label[MOST_PLACES];
    int64_t reassigned;
} exact;

static exact reference;

static void begin_exact(hyp_distance distance, int classes, const double *start)
{
    exact *e = &reference;

    memset(e, 0, sizeof *e);
    e->classes = classes;
    e->distance = distance;
    for (int i = 0; i < classes * bands; i++)
        e->top[i] = (int64_t)start[i]; /* whole numbers */
    for (int j = 0; j < classes; j++)
        e->bottom[j] = 1;
}

/* The distance times bottom, or times its square. */
static hyp_int128 scaled_distance(const exact *e, const int16_t *x, int j)
{
    hyp_int128 sum = 0;

    for (int b = 0; b < bands; b++) {
        const hyp_int128 d =
            (hyp_int128)x[b] * e->bottom[j] - e->top[j * bands + b];

        sum += e->distance == HYP_DISTANCE_L2 ? d * d : d < 0 ? -d : d;
    }
    return sum;
}

static hyp_int128 scale_of(const exact *e, int j)
{
    const hyp_int128 bottom = e->bottom[j];

    return e->distance == HYP_DISTANCE_L2 ? bottom * bottom : bottom;
}

static int exact_label(const exact *e, const int16_t *x)
{
    hyp_int128 least = scaled_distance(e, x, 0);
    int label = 0;

    for (int j = 1; j < e->classes; j++) {
        hyp_int128 d = scaled_distance(e, x, j);

        if (d * scale_of(e, label) < least * scale_of(e, j)) {
            least = d;
            label = j;
        }
    }
    return label;
}

static void exact_step(exact *e)
{
    e->reassigned = 0;
    memset(e->sum, 0, sizeof e->sum);
    memset(e->count, 0, sizeof e->count);
    for (int p = 0; p < pixels; p++) {
        const int label = exact_label(e, every[p]);

        e->reassigned += label != e->label[p];
        e->label[p] = label;
        e->count[label]++;
        for (int b = 0; b < bands; b++)
            e->sum[label * bands + b] += every[p][b];
    }
    for (int j = 0; j < e->classes; j++)
        if (e->count[j] > 0) {
            e->bottom[j] = e->count[j];
            memcpy(e->top + j * bands, e->sum + j * bands,
                   (size_t)bands * sizeof *e->top);
        }
}

static double exact_within(const exact *e)
{
    long double sum = 0;

    for (int p = 0; p < pixels; p++) {
        const int j = e->label[p];

        for (int b = 0; b < bands; b++) {
            const long double d = (long double)(every[p][b] * e->count[j] -
                                                e->sum[j * bands + b]) /
                                  (long double)e->count[j];

            sum += d * d;
        }
    }
    return (double)sum;
}

/* Every step of a run, as the observer was told. */
typedef struct history {
    int count;
    hyp_kmeans_step step[STEPS];
} history;

static void remember(void *context, const hyp_kmeans_step *step)
{
    history *h = context;

    if (h->count < STEPS)
        h->step[h->count++] = *step;
}

static hyp_kmeans_options defaults(int classes, const double *start)
{
    return (hyp_kmeans_options){ .classes = classes,
                                 .max_iterations = STEPS,
                                 .start = start };
}

static hyp_status cluster(const part *from, hyp_kmeans_options options,
                          MPI_Comm comm, hyp_kmeans *km, history *h)
{
    h->count = 0;
    options.observer = remember;
    options.observer_context = h;
    return hyp_kmeans_all(&from->slab, &from->summary, &options, comm, km);
}

/* Start centres: some of the pixels. */
static void start_at_pixels(int classes, double *start)
{
    for (int j = 0; j < classes; j++)
        for (int b = 0; b < bands; b++)
            start[j * bands + b] = every[(j * 29 + 3) % pixels][b];
}

/* Compare this rank's labels and the centres of all with the reference. */
static void check_result(const part *from, const hyp_kmeans *km)
{
    const exact *e = &reference;
    const double within = exact_within(e);

    CHECK(km->classes == e->classes && km->bands == bands);
    for (int64_t p = 0; p < from->slab.pixels; p++)
        CHECK(km->label[p] == e->label[from->summary.first + p]);
    for (int i = 0; i < e->classes * bands; i++) {
        CHECK(km->sum[i] == e->sum[i]);
        CHECK(km->centre[i] ==
              (double)e->top[i] / (double)e->bottom[i / bands]);
    }
    for (int j = 0; j < e->classes; j++)
        CHECK(km->count[j] == e->count[j]);
    CHECK(fabs(km->within - within) <= 1e-13 * within + 1e-9);
}

/* Follow a run from start centres step by step until it ends. */
static void check_run(hyp_distance distance, int classes, const double *start,
                      int most)
{
    hyp_kmeans_options options = defaults(classes, start);
    part from = make_part(MPI_COMM_WORLD);
    history h;
    hyp_kmeans km;

    options.distance = distance;
    options.max_iterations = most;
    CHECK(cluster(&from, options, MPI_COMM_WORLD, &km, &h) == HYP_OK);
    CHECK(h.count == km.iterations && h.count > 0);
    begin_exact(distance, classes, start);
    for (int i = 0; i < h.count; i++) {
        exact_step(&reference);
        CHECK(h.step[i].iteration == i + 1);
        CHECK(h.step[i].reassigned == reference.reassigned);
        CHECK(fabs(h.step[i].within - exact_within(&reference)) <=
              1e-13 * h.step[i].within + 1e-9);
        if (i > 0 && distance == HYP_DISTANCE_L2)
            CHECK(h.step[i].within <= h.step[i - 1].within);
    }
    CHECK(km.converged == (reference.reassigned == 0));
    CHECK(km.converged || km.iterations == most);
    check_result(&from, &km);
    hyp_kmeans_release(&km);
    CHECK(km.centre == NULL && km.label == NULL);
    free_part(&from);
}

static void test_matches_exact_lloyd(void)
{
    static const int some_bands[] = { 1, 3, 32, 40 };
    double start[CLASSES * BANDS];

    for (size_t i = 0; i < sizeof some_bands / sizeof *some_bands; i++) {
        use(blobs, some_bands[i]);
        for (int classes = 1; classes <= CLASSES; classes += 2) {
            start_at_pixels(classes, start);
            check_run(HYP_DISTANCE_L2, classes, start, STEPS);
            check_run(HYP_DISTANCE_L1, classes, start, STEPS);
        }
    }
}

static void test_many_iterations(void)
{
    static const int some_bands[] = { 2, 17, 40 };
    double start[CLASSES * BANDS];

    rows = MANY_ROWS;
    for (size_t i = 0; i < sizeof some_bands / sizeof *some_bands; i++) {
        use(cloud, some_bands[i]);
        start_at_pixels(CLASSES, start);
        check_run(HYP_DISTANCE_L2, CLASSES, start, STEPS);
        check_run(HYP_DISTANCE_L1, CLASSES, start, STEPS);
        check_run(HYP_DISTANCE_L2, 3, start, STEPS);
    }
    rows = FEW_ROWS;
}

static void test_stops_at_max_iterations(void)
{
    double start[CLASSES * BANDS];

    use(blobs, 7);
    start_at_pixels(CLASSES, start);
    for (int most = 1; most <= 6; most++)
        check_run(HYP_DISTANCE_L2, CLASSES, start, most);
}

/* The first iteration has whole centres: its ties are ties to the last bit. */
static void test_ties_go_to_the_lowest_class(void)
{
    double start[CLASSES * BANDS];
    hyp_kmeans km;
    history h;
    part from;

    use(coarse, 6);
    start_at_pixels(CLASSES, start);
    for (int b = 0; b < bands; b++) /* one centre twice */
        start[5 * bands + b] = start[2 * bands + b];
    check_run(HYP_DISTANCE_L2, CLASSES, start, 1);
    check_run(HYP_DISTANCE_L1, CLASSES, start, 1);
    from = make_part(MPI_COMM_WORLD);
    CHECK(cluster(&from, defaults(CLASSES, start), MPI_COMM_WORLD, &km, &h) ==
          HYP_OK);
    CHECK(h.step[0].decided_exactly > 0);
    CHECK(h.step[0].decided_exactly <= pixels);
    hyp_kmeans_release(&km);
    free_part(&from);
}

/* Whether two runs ended alike; part `a` lies within `b`, which is whole. */
static void check_same(const part *a, const hyp_kmeans *one,
                       const hyp_kmeans *two)
{
    const size_t all = (size_t)one->classes * (size_t)one->bands;

    CHECK(one->iterations == two->iterations);
    CHECK(one->converged == two->converged);
    CHECK(memcmp(&one->within, &two->within, sizeof one->within) == 0);
    CHECK(memcmp(one->centre, two->centre, all * sizeof *one->centre) == 0);
    CHECK(memcmp(one->sum, two->sum, all * sizeof *one->sum) == 0);
    CHECK(memcmp(one->count, two->count,
                 (size_t)one->classes * sizeof *one->count) == 0);
    CHECK(memcmp(one->label, two->label + a->summary.first,
                 (size_t)a->slab.pixels * sizeof *one->label) == 0);
}

static void check_same_alone(hyp_kmeans_options options)
{
    part shared = make_part(MPI_COMM_WORLD), whole = make_part(MPI_COMM_SELF);
    hyp_kmeans one, two;
    history a, b;
    char cap[16];

    CHECK(cluster(&shared, options, MPI_COMM_WORLD, &one, &a) == HYP_OK);
    snprintf(cap, sizeof cap, "%s", getenv("HYP_ISA") ? getenv("HYP_ISA") : "");
    setenv("HYP_ISA", "portable", 1);
    CHECK(cluster(&whole, options, MPI_COMM_SELF, &two, &b) == HYP_OK);
    setenv("HYP_ISA", cap, 1); /* an empty one caps nothing */
    check_same(&shared, &one, &two);
    CHECK(a.count == b.count);
    for (int i = 0; i < a.count; i++) {
        CHECK(a.step[i].reassigned == b.step[i].reassigned);
        CHECK(a.step[i].within == b.step[i].within);
    }
    hyp_kmeans_release(&one);
    hyp_kmeans_release(&two);
    free_part(&shared);
    free_part(&whole);
}

static void test_same_bits_as_one_portable_rank(void)
{
    double start[CLASSES * BANDS];
    hyp_kmeans_options options = defaults(CLASSES, start);

    use(blobs, BANDS);
    start_at_pixels(CLASSES, start);
    start[0] += 1.0 / 3; /* no whole number, nor a float */
    check_same_alone(options);
    use(coarse, BANDS); /* ties with means that are no binary fractions */
    start_at_pixels(CLASSES, start);
    check_same_alone(options);
    options.distance = HYP_DISTANCE_L1;
    check_same_alone(options);
}

static void test_one_class(void)
{
    double start[BANDS] = { 0 };

    use(blobs, 5);
    check_run(HYP_DISTANCE_L2, 1, start, STEPS);
    CHECK(reference.count[0] == pixels);
}

static void test_a_class_for_every_pixel(void)
{
    double *start = malloc(PLACES * BANDS * sizeof *start);

    use(blobs, 9);
    for (int i = 0; i < pixels * bands; i++)
        start[i] = every[i / bands][i % bands];
    check_run(HYP_DISTANCE_L2, pixels, start, STEPS);
    for (int p = 0; p < pixels; p++)
        CHECK(reference.label[p] == p);
    free(start);
}

static void test_more_classes_than_pixels(void)
{
    double *start = calloc((PLACES + 1) * BANDS, sizeof *start);
    part from;
    hyp_kmeans km;
    history h;

    use(blobs, 3);
    from = make_part(MPI_COMM_WORLD);
    CHECK(cluster(&from, defaults(pixels + 1, start), MPI_COMM_WORLD, &km,
                  &h) == HYP_ENUMERIC);
    CHECK(km.centre == NULL && km.label == NULL && h.count == 0);
    CHECK(cluster(&from, defaults(0, start), MPI_COMM_WORLD, &km, &h) ==
          HYP_EUSAGE);
    CHECK(cluster(&from, defaults(HYP_MAX_CLASSES + 1, start), MPI_COMM_WORLD,
                  &km, &h) == HYP_EUSAGE);
    free_part(&from);
    free(start);
}

static void test_empty_classes_keep_their_centre(void)
{
    double start[CLASSES * BANDS];

    use(blobs, 8);
    start_at_pixels(4, start);
    for (int b = 0; b < bands; b++) {
        start[1 * bands + b] = 32768;
        start[3 * bands + b] = -32768;
    }
    check_run(HYP_DISTANCE_L2, 4, start, STEPS);
    CHECK(reference.count[1] == 0 && reference.count[3] == 0);
    CHECK(reference.top[bands] == 32768);
}

/* Class 0 is where pixels start: it may end without any. */
static void test_first_class_may_be_empty(void)
{
    double start[2 * BANDS];

    use(blobs, 8);
    for (int b = 0; b < bands; b++) {
        start[b] = -20000;
        start[bands + b] = 100;
    }
    check_run(HYP_DISTANCE_L2, 2, start, STEPS);
    CHECK(reference.count[0] == 0 && reference.count[1] == pixels);
}

static void test_all_pixels_equal(void)
{
    double start[3 * BANDS];

    use(constant, 12);
    start_at_pixels(3, start);
    check_run(HYP_DISTANCE_L2, 3, start, STEPS);
    CHECK(reference.count[0] == pixels && exact_within(&reference) == 0);
}

static void test_min_change(void)
{
    double start[CLASSES * BANDS];
    hyp_kmeans_options options = defaults(CLASSES, start);
    part from;
    hyp_kmeans km;
    history all, h;

    use(blobs, 3);
    start_at_pixels(CLASSES, start);
    from = make_part(MPI_COMM_WORLD);
    CHECK(cluster(&from, options, MPI_COMM_WORLD, &km, &all) == HYP_OK);
    hyp_kmeans_release(&km);
    for (int i = 0; i < all.count; i++) {
        const double limit = (double)all.step[i].reassigned + 0.5;
        int stop = 0;

        while ((double)all.step[stop].reassigned >= limit)
            stop++;
        options.min_change = limit / pixels;
        CHECK(cluster(&from, options, MPI_COMM_WORLD, &km, &h) == HYP_OK);
        CHECK(km.iterations == stop + 1 && km.converged);
        CHECK(km.within == all.step[stop].within);
        hyp_kmeans_release(&km);
    }
    CHECK(all.count > 3);
    free_part(&from);
}

static void test_bad_start_centres(void)
{
    static const double bad[] = { 32768.01, -32769, 1e300 };
    double start[2 * BANDS] = { 0 };
    part from;
    hyp_kmeans km;
    history h;

    use(blobs, 3);
    from = make_part(MPI_COMM_WORLD);
    for (int i = 0; i < 6; i++) {
        start[4] = i < 3 ? bad[i] : i == 3 ? (double)NAN : (double)INFINITY;
        if (i == 5)
            start[4] = -start[4];
        CHECK(cluster(&from, defaults(2, start), MPI_COMM_WORLD, &km, &h) ==
              HYP_EUSAGE);
        CHECK(km.centre == NULL && h.count == 0);
        CHECK(strstr(hyp_last_error()->text, "class 2, band 2") != NULL);
    }
    free_part(&from);
}

/* What the loop over failures runs again and again. */
static part victim;
static double victim_start[3 * BANDS];

static hyp_status run_kmeans(void)
{
    hyp_kmeans km;
    history h;
    const hyp_status st =
        cluster(&victim, defaults(3, victim_start), MPI_COMM_WORLD, &km, &h);

    CHECK(st == HYP_OK || (km.centre == NULL && km.label == NULL));
    CHECK((st == HYP_OK) == (h.count > 0));
    hyp_kmeans_release(&km);
    return st;
}

static void test_every_single_failure(void)
{
    use(blobs, 5);
    start_at_pixels(3, victim_start);
    victim = make_part(MPI_COMM_WORLD);
    fail_each(run_kmeans);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_matches_exact_lloyd);
    RUN(test_many_iterations);
    RUN(test_stops_at_max_iterations);
    RUN(test_ties_go_to_the_lowest_class);
    RUN(test_same_bits_as_one_portable_rank);
    RUN(test_one_class);
    RUN(test_a_class_for_every_pixel);
    RUN(test_more_classes_than_pixels);
    RUN(test_empty_classes_keep_their_centre);
    RUN(test_first_class_may_be_empty);
    RUN(test_all_pixels_equal);
    RUN(test_min_change);
    RUN(test_bad_start_centres);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
