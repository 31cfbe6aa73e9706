/* ranks: 1 2 3 4 */
/*
 * test_predict.c - labels against exact integers and against those of the
 * training; distances against long double; every single failure on every
 * single rank gives one status everywhere
 */
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

/* Centres in half DN, so that twice a difference is a whole number. */
static void set_centres(double *centre, int classes)
{
    uint64_t state = 4711;

    for (int i = 0; i < classes * bands; i++)
        centre[i] = draw(&state, 8) * 50 + 0.5 * draw(&state, 2);
}

static int64_t exact_distance(const double *centre, const int16_t *x,
                              hyp_distance distance)
{
    int64_t sum = 0;

    for (int b = 0; b < bands; b++) {
        const int64_t d = 2 * x[b] - (int64_t)(2 * centre[b]);

        sum += distance == HYP_DISTANCE_L2 ? d * d : llabs(d);
    }
    return sum;
}

static int exact_label(const hyp_kmeans *km, const int16_t *x)
{
    int label = 0;

    for (int j = 1; j < km->classes; j++)
        if (exact_distance(km->centre + j * bands, x, km->distance) <
            exact_distance(km->centre + label * bands, x, km->distance))
            label = j;
    return label;
}

static int count_ties(const hyp_kmeans *km, const int16_t *x)
{
    const int label = exact_label(km, x);
    int ties = 0;

    for (int j = label + 1; j < km->classes; j++)
        ties += exact_distance(km->centre + j * bands, x, km->distance) ==
                exact_distance(km->centre + label * bands, x, km->distance);
    return ties;
}

/* A model without labels, whose centres the test owns. */
static hyp_kmeans model(hyp_distance distance, int classes, double *centre)
{
    return (hyp_kmeans){ .classes = classes,
                         .bands = bands,
                         .distance = distance,
                         .centre = centre };
}

static void release(hyp_kmeans *km)
{
    km->centre = NULL;
    hyp_kmeans_release(km);
}

static void check_labels(const part *from, hyp_distance distance, int classes,
                         int least_ties)
{
    static double centre[CLASSES * BANDS];
    hyp_kmeans km = model(distance, classes, centre);
    int64_t count[CLASSES] = { 0 };
    int ties = 0;

    set_centres(centre, classes);
    CHECK(hyp_kmeans_predict_all(&km, &from->slab, NULL, &from->summary,
                                 MPI_COMM_WORLD) == HYP_OK);
    for (int p = 0; p < pixels; p++) {
        count[exact_label(&km, every[p])]++;
        ties += count_ties(&km, every[p]);
    }
    for (int64_t p = 0; p < from->slab.pixels; p++)
        CHECK(km.label[p] == exact_label(&km, every[from->summary.first + p]));
    for (int j = 0; j < classes; j++)
        CHECK(km.count[j] == count[j]);
    CHECK(ties >= least_ties);
    release(&km);
}

static void test_nearest_centre(void)
{
    static const int classes[] = { 1, 2, CLASSES };

    for (int i = 0; i < 3; i++)
        for (int l1 = 0; l1 < 2; l1++) {
            const hyp_distance distance =
                l1 ? HYP_DISTANCE_L1 : HYP_DISTANCE_L2;
            part from;

            use(blobs, BANDS);
            from = make_part(MPI_COMM_WORLD);
            check_labels(&from, distance, classes[i], 0);
            free_part(&from);
        }
}

/* The second of two equal centres gets nothing. */
static void test_ties_go_to_the_lowest_class(void)
{
    part from;

    use(coarse, 1);
    from = make_part(MPI_COMM_WORLD);
    check_labels(&from, HYP_DISTANCE_L2, CLASSES, 10);
    check_labels(&from, HYP_DISTANCE_L1, CLASSES, 10);
    free_part(&from);
}

static float naive_distance(const hyp_kmeans *km, const int16_t *x, int label,
                            double scale)
{
    const double *centre = km->centre + label * bands;
    long double sum = 0;

    for (int b = 0; b < bands; b++) {
        const long double d = (long double)x[b] - (long double)centre[b];

        sum += km->distance == HYP_DISTANCE_L2 ? d * d : fabsl(d);
    }
    return (float)((km->distance == HYP_DISTANCE_L2 ? sqrtl(sum) : sum) /
                   (long double)scale);
}

/* Pixels in units of 1, 2, 4 and 8 DN. */
static int power_of(int place)
{
    return place % 4;
}

static uint8_t *make_powers(const part *from)
{
    uint8_t *power = calloc((size_t)from->slab.pixels + 1, 1);

    for (int64_t p = 0; p < from->slab.pixels; p++)
        power[p] = (uint8_t)power_of((int)(from->summary.first + p));
    return power;
}

/* A pixel of `every` in DN; they are small enough. */
static const int16_t *in_dn(int place)
{
    static int16_t x[BANDS];

    for (int b = 0; b < bands; b++)
        x[b] = (int16_t)(every[place][b] << power_of(place));
    return x;
}

/* As if the values had been in DN; and the distances, bit for bit. */
static void check_coarser(const part *from, hyp_distance distance)
{
    static double centre[CLASSES * BANDS];
    hyp_kmeans km = model(distance, CLASSES, centre);
    int64_t count[CLASSES] = { 0 };
    uint8_t *power = make_powers(from);
    int moved = 0;
    float one;

    set_centres(centre, CLASSES);
    CHECK(hyp_kmeans_predict_all(&km, &from->slab, power, &from->summary,
                                 MPI_COMM_WORLD) == HYP_OK);
    for (int p = 0; p < pixels; p++) {
        count[exact_label(&km, in_dn(p))]++;
        moved += exact_label(&km, in_dn(p)) != exact_label(&km, every[p]);
    }
    for (int64_t p = 0; p < from->slab.pixels; p++) {
        const int place = (int)(from->summary.first + p);
        const float want =
            naive_distance(&km, in_dn(place), km.label[p], 10000);

        CHECK(km.label[p] == exact_label(&km, in_dn(place)));
        hyp_kmeans_distances(&km, &from->slab, power, p, 1, 10000, &one);
        CHECK(fabsf(one - want) <= want * 0x1p-23f);
    }
    for (int j = 0; j < CLASSES; j++)
        CHECK(km.count[j] == count[j]);
    CHECK(moved > 10);
    free(power);
    release(&km);
}

static void test_coarser_pixels(void)
{
    part from;

    use(coarse, BANDS);
    from = make_part(MPI_COMM_WORLD);
    check_coarser(&from, HYP_DISTANCE_L2);
    check_coarser(&from, HYP_DISTANCE_L1);
    free_part(&from);
}

static void test_labels_of_the_training(void)
{
    static double start[CLASSES * BANDS];
    hyp_kmeans_options options = { .classes = CLASSES,
                                   .max_iterations = STEPS,
                                   .start = start };
    hyp_kmeans trained, km;
    part from;

    use(blobs, BANDS);
    from = make_part(MPI_COMM_WORLD);
    hyp_kmeans_diagonal(&from.summary, CLASSES, start);
    CHECK(hyp_kmeans_all(&from.slab, &from.summary, &options, MPI_COMM_WORLD,
                         &trained) == HYP_OK);
    CHECK(trained.converged && trained.distance == HYP_DISTANCE_L2);
    km = model(trained.distance, CLASSES, trained.centre);
    CHECK(hyp_kmeans_predict_all(&km, &from.slab, NULL, &from.summary,
                                 MPI_COMM_WORLD) == HYP_OK);
    CHECK(memcmp(km.label, trained.label,
                 (size_t)from.slab.pixels * sizeof *km.label) == 0);
    CHECK(memcmp(km.count, trained.count, CLASSES * sizeof *km.count) == 0);
    release(&km);
    hyp_kmeans_release(&trained);
    free_part(&from);
}

static void check_distances(const part *from, hyp_distance distance)
{
    static double centre[CLASSES * BANDS];
    hyp_kmeans km = model(distance, CLASSES, centre);
    const int64_t n = from->slab.pixels;
    float *out = calloc((size_t)n + 1, sizeof *out), one;

    set_centres(centre, CLASSES);
    for (int i = 0; i < CLASSES * bands; i++)
        centre[i] += 1.0 / 3;
    CHECK(hyp_kmeans_predict_all(&km, &from->slab, NULL, &from->summary,
                                 MPI_COMM_WORLD) == HYP_OK);
    hyp_kmeans_distances(&km, &from->slab, NULL, 0, n, 10000, out);
    for (int64_t p = 0; p < n; p++) {
        const float want = naive_distance(&km, every[from->summary.first + p],
                                          km.label[p], 10000);

        CHECK(fabsf(out[p] - want) <= want * 0x1p-23f);
        hyp_kmeans_distances(&km, &from->slab, NULL, p, 1, 10000, &one);
        CHECK(one == out[p]);
    }
    free(out);
    release(&km);
}

static void test_distances(void)
{
    static const int counts[] = { 1, 15, 16, 17, BANDS };

    for (int i = 0; i < 5; i++) {
        part from;

        use(blobs, counts[i]);
        from = make_part(MPI_COMM_WORLD);
        check_distances(&from, HYP_DISTANCE_L2);
        check_distances(&from, HYP_DISTANCE_L1);
        free_part(&from);
    }
}

/* What the loop over failures runs again and again. */
static part victim;
static uint8_t *victim_power;

static hyp_status run_predict(void)
{
    static double centre[CLASSES * BANDS];
    hyp_kmeans km = model(HYP_DISTANCE_L2, CLASSES, centre);
    hyp_status st;

    set_centres(centre, CLASSES);
    st = hyp_kmeans_predict_all(&km, &victim.slab, victim_power,
                                &victim.summary, MPI_COMM_WORLD);
    release(&km);
    return st;
}

static void test_every_single_failure(void)
{
    use(blobs, 5);
    victim = make_part(MPI_COMM_WORLD);
    fail_each(run_predict);
    victim_power = make_powers(&victim);
    fail_each(run_predict);
    free(victim_power);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_nearest_centre);
    RUN(test_ties_go_to_the_lowest_class);
    RUN(test_coarser_pixels);
    RUN(test_labels_of_the_training);
    RUN(test_distances);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
