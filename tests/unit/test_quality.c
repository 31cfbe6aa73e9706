/* ranks: 1 2 3 4 */
/*
 * test_quality.c - measures of a clustering against their definitions in long
 * double over all pixels; empty classes and such of one pixel; the same bits as
 * on one rank; every failure
 */
#include "core/quality.h"
#include "scene.h"

#include <math.h>

static uint16_t label_of[MOST_PLACES];

/* Classes by a rule: class 3 of one pixel, class 5 without any. */
static int rule(int pixel)
{
    return pixel == 17
               ? 3
               : (int[]){ 0, 1, 2, 4, 6 }[(every[pixel][0] + 32768) % 5];
}

static void fill(hyp_kmeans *km, int classes, int (*class_of)(int))
{
    *km = (hyp_kmeans){ .classes = classes, .bands = bands };
    km->centre = calloc((size_t)(classes * bands), sizeof *km->centre);
    km->sum = calloc((size_t)(classes * bands), sizeof *km->sum);
    km->count = calloc((size_t)classes, sizeof *km->count);
    for (int p = 0; p < pixels; p++) {
        const int j = class_of(p);

        label_of[p] = (uint16_t)j;
        km->count[j]++;
        for (int b = 0; b < bands; b++)
            km->sum[j * bands + b] += every[p][b];
    }
    for (int i = 0; i < classes * bands; i++)
        if (km->count[i / bands] > 0)
            km->centre[i] = (double)km->sum[i] / (double)km->count[i / bands];
    for (int p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            km->within +=
                pow(every[p][b] - km->centre[label_of[p] * bands + b], 2);
}

static long double apart(const double *one, const double *other)
{
    long double square = 0;

    for (int b = 0; b < bands; b++)
        square += ((long double)one[b] - other[b]) * (one[b] - other[b]);
    return sqrtl(square);
}

static long double from_centre(const hyp_kmeans *km, int pixel, int j)
{
    double x[BANDS];

    for (int b = 0; b < bands; b++)
        x[b] = every[pixel][b];
    return apart(x, km->centre + j * bands);
}

static long double naive_silhouette(const hyp_kmeans *km)
{
    long double sum = 0;

    for (int p = 0; p < pixels; p++) {
        const long double a = from_centre(km, p, label_of[p]);
        long double b = HUGE_VALL;

        for (int j = 0; j < km->classes; j++)
            if (j != label_of[p] && km->count[j] > 0)
                b = fminl(b, from_centre(km, p, j));
        if (km->count[label_of[p]] > 1)
            sum += (b - a) / fmaxl(a, b);
    }
    return sum / pixels;
}

static long double naive_davies_bouldin(const hyp_kmeans *km)
{
    long double spread[CLASSES] = { 0 }, sum = 0;
    int classes = 0;

    for (int p = 0; p < pixels; p++)
        spread[label_of[p]] += from_centre(km, p, label_of[p]) /
                               (long double)km->count[label_of[p]];
    for (int i = 0; i < km->classes; i++) {
        long double worst = 0;

        for (int j = 0; j < km->classes; j++)
            if (i != j && km->count[i] > 0 && km->count[j] > 0)
                worst = fmaxl(worst, (spread[i] + spread[j]) /
                                         apart(km->centre + i * bands,
                                               km->centre + j * bands));
        sum += worst;
        classes += km->count[i] > 0;
    }
    return sum / classes;
}

static long double naive_calinski_harabasz(const hyp_kmeans *km)
{
    long double within = 0, total = 0;
    int classes = 0;

    for (int b = 0; b < bands; b++) {
        long double mean = 0;

        for (int p = 0; p < pixels; p++)
            mean += (long double)every[p][b] / pixels;
        for (int p = 0; p < pixels; p++)
            total += (every[p][b] - mean) * (every[p][b] - mean);
    }
    for (int p = 0; p < pixels; p++)
        within += powl(from_centre(km, p, label_of[p]), 2);
    for (int j = 0; j < km->classes; j++)
        classes += km->count[j] > 0;
    return (total - within) / (classes - 1) / (within / (pixels - classes));
}

static hyp_quality measure(hyp_kmeans *km, MPI_Comm comm)
{
    part from = make_part(comm);
    hyp_quality quality;

    km->label = label_of + from.summary.first;
    CHECK(hyp_quality_all(&from.slab, km, comm, &quality) == HYP_OK);
    free_part(&from);
    return quality;
}

static void release(hyp_kmeans *km)
{
    free(km->centre);
    free(km->sum);
    free(km->count);
}

static bool near(double found, long double wanted)
{
    return fabsl(found - wanted) <= 1e-6 * fabsl(wanted);
}

static void check(pixel_value *scene, int scene_bands)
{
    hyp_quality found, alone;
    hyp_kmeans km;

    use(scene, scene_bands);
    fill(&km, 7, rule);
    CHECK(km.count[3] == 1 && km.count[5] == 0);
    found = measure(&km, MPI_COMM_WORLD);
    alone = measure(&km, MPI_COMM_SELF);
    CHECK(memcmp(&found, &alone, sizeof found) == 0);
    CHECK(near(found.calinski_harabasz, naive_calinski_harabasz(&km)));
    CHECK(near(found.davies_bouldin, naive_davies_bouldin(&km)));
    CHECK(near(found.silhouette, naive_silhouette(&km)));
    release(&km);
}

static int16_t extreme(int64_t place, int b)
{
    return (int16_t)((place * 5 + b) % 3 ? INT16_MAX - place % 11 : INT16_MIN);
}

static void test_values(void)
{
    check(blobs, BANDS);
    check(blobs, 3);
    check(extreme, BANDS);
}

static int first_class(int pixel)
{
    (void)pixel;
    return 0;
}

static int last_class(int pixel)
{
    (void)pixel;
    return 2;
}

/* One class, alone or among empty ones, is not told apart from anything. */
static void test_one_class(void)
{
    int (*const rules[])(int) = { first_class, last_class };

    use(blobs, BANDS);
    for (int i = 0; i < 2; i++) {
        hyp_quality found;
        hyp_kmeans km;

        fill(&km, i == 0 ? 1 : 3, rules[i]);
        found = measure(&km, MPI_COMM_WORLD);
        CHECK(isnan(found.calinski_harabasz) && isnan(found.davies_bouldin) &&
              isnan(found.silhouette));
        release(&km);
    }
}

static int16_t two_values(int64_t place, int b)
{
    return (int16_t)((place % 2) * 100 + b);
}

static int by_value(int pixel)
{
    return every[pixel][0] >= 100;
}

static int by_halves(int pixel)
{
    return pixel / 2 % 2;
}

/* Without spread in the classes, and with centroids in one place. */
static void test_limits(void)
{
    hyp_quality found;
    hyp_kmeans km;

    use(two_values, BANDS);
    fill(&km, 2, by_value);
    found = measure(&km, MPI_COMM_WORLD);
    CHECK(isnan(found.calinski_harabasz));
    CHECK(found.davies_bouldin == 0 && found.silhouette == 1);
    release(&km);
    use(constant, BANDS);
    fill(&km, 2, by_halves);
    found = measure(&km, MPI_COMM_WORLD);
    CHECK(isnan(found.calinski_harabasz));
    CHECK(found.davies_bouldin == 0 && found.silhouette == 0);
    release(&km);
}

static part victim;
static hyp_kmeans victim_kmeans;

static hyp_status run_all(void)
{
    hyp_quality quality;

    return hyp_quality_all(&victim.slab, &victim_kmeans, MPI_COMM_WORLD,
                           &quality);
}

static void test_every_single_failure(void)
{
    use(blobs, BANDS);
    victim = make_part(MPI_COMM_WORLD);
    fill(&victim_kmeans, 7, rule);
    victim_kmeans.label = label_of + victim.summary.first;
    fail_each(run_all);
    release(&victim_kmeans);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    RUN(test_values);
    RUN(test_one_class);
    RUN(test_limits);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
