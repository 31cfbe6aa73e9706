/* ranks: 1 */
/*
 * test_assign.c - the pixels' centres after many movements, found by looking
 * at few pixels, against all pixels looked at in full; the slacks against what
 * they promise; pixels that are safe are not looked at
 */
#include "core/assign.h"
#include "pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_BANDS = 40,
    MOST_CLASSES = 70,
    MANY_PIXELS = 5000,
    MOST_PIXELS = 17000, /* more than are looked at together: see assign.c */
    ROOM = MOST_PIXELS + 1,
    MOVEMENTS = 20
};

static hyp_isa best; /* that this machine, or who runs the test, allows */

/* Everything that takes part in one run. */
typedef struct stage {
    hyp_slab slab;
    hyp_summary summary;
    hyp_assigner a;
    hyp_changes changes;
    hyp_nearest plain; /* looks at all bands of all pixels */
    int classes;
    double centre[MOST_CLASSES * MOST_BANDS];
    uint16_t label[ROOM], before[ROOM];
    uint64_t state;
} stage;

static stage stage_here;

/* Few materials, mixed, and noise. */
static int16_t mixed(int64_t place, int b)
{
    uint64_t own = (uint64_t)place * 977 + 5;
    const int material = (int)draw(&own, 1000) % 12;
    double sum = 0;

    for (int f = 0; f < 4; f++) {
        const double share =
            material * (f + 3) % 7 * 200 + (int)draw(&own, 300);

        sum += share * (1 + sin(0.1 * (f + 1) * b + f));
    }
    own += (uint64_t)b * 7919;
    draw(&own, 2);
    return (int16_t)(sum + (int)draw(&own, 15) - 7);
}

/* Few values: many distances are equal. */
static int16_t coarse(int64_t place, int b)
{
    return (int16_t)((place * (b % 4 + 3) + place / 7) % 3 * 100);
}

static int16_t extreme(int64_t place, int b)
{
    uint64_t own = (uint64_t)place * 271 + (uint64_t)b * 7919;

    draw(&own, 2);
    return (int16_t)(draw(&own, 2) ? INT16_MIN : INT16_MAX);
}

static int16_t constant(int64_t place, int b)
{
    (void)place;
    return (int16_t)(100 + b);
}

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

static stage *set_up(pixel_value *value, int64_t pixels, int bands,
                     hyp_distance distance, int classes)
{
    stage *t = &stage_here;

    memset(t, 0, sizeof *t);
    t->classes = classes;
    t->state = (uint64_t)(pixels * 100 + classes);
    CHECK(even_slab(&t->slab, 0, pixels, 1, bands) == HYP_OK);
    for (int64_t p = 0; p < pixels; p++)
        for (int b = 0; b < bands; b++)
            t->slab.dn[p * t->slab.stride + b] = value(p, b);
    summarise(t);
    CHECK(hyp_assigner_init(&t->a, &t->slab, &t->summary, distance, classes) ==
          HYP_OK);
    CHECK(hyp_changes_init(&t->changes, classes, t->slab.stride) == HYP_OK);
    CHECK(hyp_nearest_init(&t->plain, distance, classes, bands,
                           t->slab.stride) == HYP_OK);
    return t;
}

static void tear_down(stage *t)
{
    hyp_nearest_release(&t->plain);
    hyp_changes_release(&t->changes);
    hyp_assigner_release(&t->a);
    CHECK(t->a.slack == NULL && t->a.nearest.centre == NULL);
    CHECK(t->a.subspace.point == NULL);
    hyp_summary_release(&t->summary);
    hyp_slab_release(&t->slab);
}

static const int16_t *pixel_of(const stage *t, int64_t p)
{
    return t->slab.dn + p * t->slab.stride;
}

static double *centre_of(stage *t, int j)
{
    return t->centre + j * t->slab.bands;
}

static void set_to_pixel(stage *t, int j)
{
    const uint32_t pixels = (uint32_t)t->slab.pixels;
    const int64_t p = pixels ? draw(&t->state, pixels) : 0;

    for (int b = 0; b < t->slab.bands; b++)
        centre_of(t, j)[b] = pixels ? pixel_of(t, p)[b] : b;
}

static void push(stage *t, int j, double size)
{
    for (int b = 0; b < t->slab.bands; b++) {
        const double d = (draw(&t->state, 2001) / 1000.0 - 1) * size;
        const double c = centre_of(t, j)[b] + d;

        centre_of(t, j)[b] = fmax(-32768, fmin(32768, c));
    }
}

static void push_all(stage *t, double size)
{
    for (int j = 0; j < t->classes; j++)
        push(t, j, size);
}

static void swap(stage *t, int i, int j)
{
    for (int b = 0; b < t->slab.bands; b++) {
        const double kept = centre_of(t, i)[b];

        centre_of(t, i)[b] = centre_of(t, j)[b];
        centre_of(t, j)[b] = kept;
    }
}

/* Classes with pixels get their means: one step of Lloyd. */
static void set_to_means(stage *t)
{
    for (int j = 0; j < t->classes; j++) {
        int64_t sum[MOST_BANDS] = { 0 }, count = 0;

        for (int64_t p = 0; p < t->slab.pixels; p++) {
            if (t->label[p] != j)
                continue;
            count++;
            for (int b = 0; b < t->slab.bands; b++)
                sum[b] += pixel_of(t, p)[b];
        }
        for (int b = 0; count > 0 && b < t->slab.bands; b++)
            centre_of(t, j)[b] = (double)sum[b] / (double)count;
    }
}

static void move_centres(stage *t, int step)
{
    const int j = (int)draw(&t->state, (uint32_t)t->classes);
    const int k = (int)draw(&t->state, (uint32_t)t->classes);

    switch (step % 10) {
    case 0: /* a new beginning, with a tie */
        for (int i = 0; i < t->classes; i++)
            set_to_pixel(t, i);
        break;
    case 1: set_to_means(t); break;
    case 2: break; /* they stand still */
    case 3: push_all(t, 2); break;
    case 4: push(t, j, 50); break;
    case 5: set_to_means(t); break;
    case 6: swap(t, j, k); break;
    case 7: push_all(t, 1e-9); break;
    case 8: push(t, j, 40000); break;
    case 9: push_all(t, 0.01); break;
    default: break;
    }
}

static double distance_to(stage *t, int64_t p, int j)
{
    long double sum = 0;

    for (int b = 0; b < t->slab.bands; b++) {
        const long double d =
            pixel_of(t, p)[b] - (long double)centre_of(t, j)[b];

        sum += t->plain.distance == HYP_DISTANCE_L2 ? d * d : fabsl(d);
    }
    return (double)(t->plain.distance == HYP_DISTANCE_L2 ? sqrtl(sum) : sum);
}

/* All other centres are at least so much farther away, for some pixels. */
static void check_slacks(stage *t)
{
    const double trifle = 1e-8; /* of distances rounded to double */

    for (int64_t p = 0; p < t->slab.pixels; p += 1 + t->slab.pixels / 30) {
        const int own = t->label[p];
        const double slack = (double)t->a.slack[p] - t->a.used[own];
        const double near = distance_to(t, p, own);

        for (int j = 0; j < t->classes; j++)
            CHECK(j == own || slack <= distance_to(t, p, j) - near + trifle);
    }
}

/* Pixels that are not watched are safe up to the horizon. */
static void check_watch(const stage *t)
{
    int64_t next = 0;

    for (int64_t p = 0; p < t->slab.pixels; p++)
        if (next < t->a.watched && t->a.watch[next] == p)
            next++;
        else
            CHECK(t->a.slack[p] > t->a.horizon[t->label[p]]);
    CHECK(next == t->a.watched);
}

/* Labels against the plain way; those beyond the pixels are left alone. */
static void check_labels(stage *t)
{
    int64_t exactly = 0, wrong = 0;

    hyp_nearest_set(&t->plain, t->centre);
    for (int64_t p = 0; p < t->slab.pixels; p++) {
        double slack;

        wrong += t->label[p] !=
                 hyp_nearest_find(&t->plain, pixel_of(t, p), &slack, &exactly);
    }
    CHECK(wrong == 0);
    for (int64_t p = t->slab.pixels; p < ROOM; p++)
        CHECK(t->label[p] == 0);
    CHECK(*hyp_changes_exactly(&t->changes) <= t->slab.pixels);
}

/* What changed between the labels before and now. */
static void check_changes(const stage *t)
{
    const int stride = t->slab.stride;
    int64_t *sum = calloc((size_t)(t->classes * stride), sizeof *sum);
    int64_t count[MOST_CLASSES] = { 0 }, moved = 0;

    for (int64_t p = 0; p < t->slab.pixels; p++) {
        const int from = t->before[p], to = t->label[p];

        moved += from != to;
        count[from]--;
        count[to]++;
        for (int b = 0; b < stride; b++) {
            sum[from * stride + b] -= pixel_of(t, p)[b];
            sum[to * stride + b] += pixel_of(t, p)[b];
        }
    }
    CHECK(hyp_changes_reassigned(&t->changes) == moved);
    for (int j = 0; j < t->classes; j++) {
        CHECK(hyp_changes_of_count(&t->changes, j) == count[j]);
        CHECK(memcmp(hyp_changes_of_sum(&t->changes, j), sum + j * stride,
                     (size_t)stride * sizeof *sum) == 0);
    }
    free(sum);
}

static void assign(stage *t)
{
    memcpy(t->before, t->label, sizeof t->label);
    hyp_changes_clear(&t->changes);
    hyp_assign(&t->a, t->centre, t->label, &t->changes);
    hyp_changes_sum_all(&t->changes, MPI_COMM_SELF);
}

static void follow(pixel_value *value, int64_t pixels, int bands,
                   hyp_distance distance, int classes)
{
    stage *t = set_up(value, pixels, bands, distance, classes);

    for (int step = 0; step < MOVEMENTS; step++) {
        move_centres(t, step);
        assign(t);
        check_labels(t);
        check_changes(t);
        check_slacks(t);
        check_watch(t);
    }
    tear_down(t);
}

/* Both distances, on every instruction set. */
static void follow_all(pixel_value *value, int64_t pixels, int bands,
                       int classes)
{
    for (int isa = HYP_ISA_PORTABLE; isa <= (int)best; isa++) {
        setenv("HYP_ISA", hyp_kernels_for((hyp_isa)isa)->name, 1);
        follow(value, pixels, bands, HYP_DISTANCE_L2, classes);
        follow(value, pixels, bands, HYP_DISTANCE_L1, classes);
    }
    setenv("HYP_ISA", hyp_kernels_for(best)->name, 1);
}

static const int some_classes[] = { 1, 2, 5, 20, 70 };

enum { CLASSES = sizeof some_classes / sizeof *some_classes };

static void test_every_number_of_pixels(void)
{
    static const int64_t pixels[] = { 0, 1, 15, 16, 17, 255, 256, 257 };

    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
        for (int k = 0; k < CLASSES; k++)
            follow_all(mixed, pixels[i], 20, some_classes[k]);
}

static void test_many_pixels(void)
{
    for (int k = 0; k < CLASSES; k++)
        follow_all(mixed, MANY_PIXELS, MOST_BANDS, some_classes[k]);
}

static void test_ties(void)
{
    for (int k = 0; k < CLASSES; k++) {
        follow_all(coarse, 300, 6, some_classes[k]);
        follow_all(constant, 40, 15, some_classes[k]);
    }
}

static void test_extremes(void)
{
    for (int k = 0; k < CLASSES; k++) {
        follow_all(extreme, 300, 1, some_classes[k]);
        follow_all(extreme, 300, 33, some_classes[k]);
    }
}

/* So many that they are not all looked at together. */
static void test_most_pixels(void)
{
    follow(mixed, MOST_PIXELS, 3, HYP_DISTANCE_L2, 5);
    follow(mixed, MOST_PIXELS, 3, HYP_DISTANCE_L1, 5);
}

/* A start at pixels, and three steps of Lloyd. */
static stage *settled(hyp_distance distance, int classes)
{
    stage *t = set_up(mixed, MANY_PIXELS, MOST_BANDS, distance, classes);

    for (int step = 0; step < 4; step++) {
        if (step == 0)
            move_centres(t, 0);
        else
            set_to_means(t);
        assign(t);
    }
    return t;
}

/* Pixels that are safe by far, and so may not be looked at. */
static bool is_safe(const stage *t, int64_t p)
{
    return (double)t->a.slack[p] > t->a.used[t->label[p]] * (1 + 1e-5) + 1e-3;
}

/* Make another pixel of it: whoever looks at it now sees that one. */
static void falsify(stage *t, int64_t p)
{
    const int64_t other = (p * 7 + 1234) % t->slab.pixels;

    memcpy(t->slab.dn + p * t->slab.stride, pixel_of(t, other),
           (size_t)t->slab.stride * sizeof *t->slab.dn);
    if (t->a.subspace.point)
        t->a.subspace.point[p] = t->a.subspace.point[other];
}

/* Centres that stand still, or nearly: no label of a safe pixel changes. */
static void safe_pixels(hyp_distance distance, double size)
{
    stage *t = settled(distance, 5);
    bool *safe = calloc(MANY_PIXELS, sizeof *safe);
    int64_t count = 0, changed = 0;

    for (int64_t p = 0; p < t->slab.pixels; p++)
        count += safe[p] = is_safe(t, p);
    for (int64_t p = 0; p < t->slab.pixels; p++)
        if (safe[p])
            falsify(t, p);
    for (int turn = 0; turn < 3; turn++) {
        push_all(t, size);
        assign(t);
        for (int64_t p = 0; p < t->slab.pixels; p++)
            changed += safe[p] && t->label[p] != t->before[p];
    }
    CHECK(count > t->slab.pixels * 9 / 10);
    CHECK(changed == 0);
    push_all(t, 10000); /* now they must be looked at */
    assign(t);
    check_labels(t);
    free(safe);
    tear_down(t);
}

static void test_safe_pixels_are_not_looked_at(void)
{
    safe_pixels(HYP_DISTANCE_L2, 0);
    safe_pixels(HYP_DISTANCE_L1, 0);
    safe_pixels(HYP_DISTANCE_L2, 1e-6);
    safe_pixels(HYP_DISTANCE_L1, 1e-6);
}

/* Up to the horizon nobody looks at pixels that are not watched, whatever their
   slack says; beyond it, all are looked over again. */
static void test_watching(void)
{
    stage *t = settled(HYP_DISTANCE_L2, 2);
    const int32_t *watch = t->a.watch;
    int64_t watched, next = 0, untouched = 0;

    for (int turn = 0; turn < 2;
         turn++) { /* few are unsafe, so some are watched */
        push_all(t, 1e-3);
        assign(t);
    }
    watched = t->a.watched;
    CHECK(watched < t->slab.pixels / 2);
    for (int64_t p = 0; p < t->slab.pixels; p++)
        if (next < watched && watch[next] == p) {
            next++;
        } else {
            t->a.slack[p] = -INFINITY;
            falsify(t, p);
        }
    for (int turn = 0; turn < 4; turn++) {
        push_all(t, 1e-4);
        assign(t);
        CHECK(t->a.watched == watched);
    }
    for (int64_t p = 0; p < t->slab.pixels; p++)
        untouched += t->a.slack[p] == -INFINITY;
    CHECK(untouched == t->slab.pixels - watched);
    push_all(t, 10);
    assign(t);
    check_labels(t);
    check_watch(t);
    tear_down(t);
}

/* Without the pixels' bands, all that is left is what was embedded of them. */
static void test_few_pixels_need_all_their_bands(void)
{
    stage *t = set_up(mixed, MANY_PIXELS, MOST_BANDS, HYP_DISTANCE_L2, 20);
    int64_t exactly = 0, right = 0;
    double slack;

    move_centres(t, 0);
    hyp_nearest_set(&t->plain, t->centre);
    for (int64_t p = 0; p < t->slab.pixels; p++)
        t->before[p] = (uint16_t)hyp_nearest_find(&t->plain, pixel_of(t, p),
                                                  &slack, &exactly);
    hyp_changes_clear(&t->changes);
    hyp_assign(&t->a, t->centre, t->label, &t->changes); /* this embeds them */
    memset(t->slab.dn, 0,
           (size_t)(t->slab.pixels * t->slab.stride) * sizeof *t->slab.dn);
    for (int64_t p = 0; p < t->slab.pixels; p++) {
        t->a.slack[p] = -INFINITY; /* look at it again */
        t->label[p] = 0;
    }
    hyp_changes_clear(&t->changes);
    hyp_assign(&t->a, t->centre, t->label, &t->changes);
    for (int64_t p = 0; p < t->slab.pixels; p++)
        right += t->label[p] == t->before[p];
    printf("# %.2f %% of the pixels need no more than that\n",
           100.0 * (double)right / MANY_PIXELS);
    CHECK(right > t->slab.pixels * 95 / 100);
    tear_down(t);
}

static void test_every_single_failure(void)
{
    stage *t = set_up(mixed, 40, 5, HYP_DISTANCE_L2, 3);
    bool fired = true;
    long nth = 1;

    for (; fired; nth++) {
        hyp_assigner a;
        hyp_status st;

        hyp_fault_arm(nth);
        st = hyp_assigner_init(&a, &t->slab, &t->summary, HYP_DISTANCE_L2, 3);
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK(st == (fired ? HYP_ENOMEM : HYP_OK));
        CHECK((a.slack == NULL) == fired && (a.nearest.grid == NULL) == fired);
        hyp_assigner_release(&a);
    }
    CHECK(nth > 20);
    tear_down(t);
}

/* Centres nearer to a pixel than the grid of the exact decision. */
static void check_within_the_grid(const hyp_slab *slab,
                                  const hyp_summary *summary,
                                  const double *centre)
{
    uint16_t label[40] = { 0 };
    hyp_assigner assigner;
    hyp_changes changes;
    hyp_nearest nearest;
    int64_t exactly = 0;
    double slack;

    CHECK(hyp_assigner_init(&assigner, slab, summary, HYP_DISTANCE_L2, 2) ==
          HYP_OK);
    CHECK(hyp_changes_init(&changes, 2, slab->stride) == HYP_OK);
    CHECK(hyp_nearest_init(&nearest, HYP_DISTANCE_L2, 2, slab->bands,
                           slab->stride) == HYP_OK);
    hyp_nearest_set(&nearest, centre);
    hyp_assign(&assigner, centre, label, &changes);
    CHECK(label[0] == hyp_nearest_find(&nearest, slab->dn, &slack, &exactly));
    hyp_assigner_release(&assigner);
    hyp_changes_release(&changes);
    hyp_nearest_release(&nearest);
}

static void test_centres_within_the_grid(void)
{
    static const double away[] = { 1e-13, 5e-14, 0, -1e-13 };
    hyp_summary summary;
    hyp_slab slab;

    CHECK(even_slab(&slab, 0, 40, 1, 5) == HYP_OK);
    for (int64_t p = 0; p < 40; p++)
        for (int b = 0; b < 5; b++)
            slab.dn[p * slab.stride + b] = (int16_t)(3 + b);
    CHECK(hyp_summary_all(&slab, MPI_COMM_SELF, &summary) == HYP_OK);
    for (int i = 0; i < 16; i++) {
        double centre[] = { 3, 4, 5, 6, 7, 3, 4, 5, 6, 7 };

        centre[0] += away[i / 4];
        centre[5] += away[i % 4];
        check_within_the_grid(&slab, &summary, centre);
    }
    hyp_summary_release(&summary);
    hyp_slab_release(&slab);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    best = hyp_isa_here();
    RUN(test_every_number_of_pixels);
    RUN(test_many_pixels);
    RUN(test_ties);
    RUN(test_extremes);
    RUN(test_most_pixels);
    RUN(test_safe_pixels_are_not_looked_at);
    RUN(test_watching);
    RUN(test_few_pixels_need_all_their_bands);
    RUN(test_every_single_failure);
    RUN(test_centres_within_the_grid);
    MPI_Finalize();
    return test_status;
}
