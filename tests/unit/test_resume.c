/* ranks: 1 2 3 4 */
/*
 * test_resume.c - k-means that is left after any iteration and gone on with, at
 * this or another rank count, ends with the bits of a run that was not; what
 * one rank wishes happens on all; states of other pixels are refused
 */
#include "hyperslab/kmeans.h"
#include "scene.h"

#include <math.h>
#include <stdlib.h>

static int rank, size;
static double start[CLASSES * BANDS];

/* No clusters at all: pixels keep moving for many iterations. */
static int16_t cloud(int64_t place, int b)
{
    uint64_t state = (uint64_t)place * 31337 + 77;
    const double one = draw(&state, 2000), two = draw(&state, 2000);

    state += (uint64_t)b * 7919;
    draw(&state, 2);
    return (int16_t)(one * (1 + cos(0.3 * b)) + two * sin(0.2 * b + 1) +
                     draw(&state, 30) - 500);
}

static void use_scene(pixel_value *scene)
{
    use(scene, 7);
    for (int i = 0; i < CLASSES * bands; i++)
        start[i] = every[(i / bands * 29 + 3) % pixels][i % bands];
}

static hyp_kmeans copy_of(const hyp_kmeans *km, int64_t labels)
{
    const size_t all = (size_t)km->classes * (size_t)km->bands;
    hyp_kmeans copy = *km;

    copy.centre = malloc(all * sizeof *copy.centre);
    copy.sum = malloc(all * sizeof *copy.sum);
    copy.count = malloc((size_t)km->classes * sizeof *copy.count);
    copy.label = malloc((size_t)labels * sizeof *copy.label + 1);
    memcpy(copy.centre, km->centre, all * sizeof *copy.centre);
    memcpy(copy.sum, km->sum, all * sizeof *copy.sum);
    memcpy(copy.count, km->count, (size_t)km->classes * sizeof *copy.count);
    memcpy(copy.label, km->label, (size_t)labels * sizeof *copy.label);
    return copy;
}

/* A run: what it is to do, and what was seen of it. */
typedef struct run {
    hyp_kmeans_wish wish; /* of this rank ...                */
    int at;               /* ... in this iteration; 0: in all */
    hyp_status status;    /* of saving                       */
    int64_t labels;
    int steps, asked, saves;
    hyp_kmeans_step step[STEPS];
    hyp_kmeans saved[STEPS];
} run;

static void observe(void *context, const hyp_kmeans_step *step)
{
    run *r = context;

    r->step[r->steps++] = *step;
}

static hyp_kmeans_wish wish(void *context)
{
    run *r = context;

    r->asked++;
    return r->at == 0 || r->at == r->asked ? r->wish : HYP_KMEANS_GO_ON;
}

static hyp_status save_all(void *context, const hyp_kmeans *state)
{
    run *r = context;

    r->saved[r->saves++] = copy_of(state, r->labels);
    return r->status == HYP_OK ? HYP_OK : hyp_fail(r->status, "no room");
}

static hyp_status go(run *r, const part *pixels_of, hyp_distance distance,
                     const hyp_kmeans *from, MPI_Comm comm, hyp_kmeans *km)
{
    const hyp_kmeans_options options = {
        .classes = CLASSES,
        .max_iterations = STEPS,
        .distance = distance,
        .start = from ? NULL : start,
        .from = from,
        .observer = observe,
        .observer_context = r,
        .keeper = { wish, save_all, r },
    };

    r->labels = pixels_of->slab.pixels;
    return hyp_kmeans_all(&pixels_of->slab, &pixels_of->summary, &options, comm,
                          km);
}

static void free_saved(run *r)
{
    for (int i = 0; i < r->saves; i++)
        hyp_kmeans_release(&r->saved[i]);
    r->saves = 0;
}

/* Labels of `one` are some of those of `all`, from `first` on. */
static void check_same(const hyp_kmeans *one, const hyp_kmeans *all,
                       int64_t first, int64_t labels)
{
    const size_t values = (size_t)one->classes * (size_t)one->bands;

    CHECK(one->iterations == all->iterations);
    CHECK(one->converged == all->converged && one->stopped == all->stopped);
    CHECK(one->within == all->within);
    CHECK(memcmp(one->centre, all->centre, values * sizeof *one->centre) == 0);
    CHECK(memcmp(one->sum, all->sum, values * sizeof *one->sum) == 0);
    CHECK(memcmp(one->count, all->count,
                 (size_t)one->classes * sizeof *one->count) == 0);
    CHECK(memcmp(one->label, all->label + first,
                 (size_t)labels * sizeof *one->label) == 0);
}

/* Save after every iteration on one rank, go on from each of them on all. */
static void check_every_iteration(hyp_distance distance)
{
    part whole = make_part(MPI_COMM_SELF), here = make_part(MPI_COMM_WORLD);
    static run unbroken, resumed;
    hyp_kmeans end, km;

    unbroken = (run){ .wish = HYP_KMEANS_SAVE };
    CHECK(go(&unbroken, &whole, distance, NULL, MPI_COMM_SELF, &end) == HYP_OK);
    CHECK(unbroken.saves == unbroken.steps - 1 && unbroken.saves > 2);
    for (int i = 0; i < unbroken.saves; i++) {
        hyp_kmeans from = unbroken.saved[i];

        from.label += here.summary.first;
        resumed = (run){ .wish = HYP_KMEANS_GO_ON };
        CHECK(go(&resumed, &here, distance, &from, MPI_COMM_WORLD, &km) ==
              HYP_OK);
        check_same(&km, &end, here.summary.first, here.slab.pixels);
        CHECK(resumed.steps == unbroken.steps - i - 1);
        for (int s = 0; s < resumed.steps; s++) {
            const hyp_kmeans_step *want = &unbroken.step[i + 1 + s];

            CHECK(resumed.step[s].iteration == want->iteration);
            CHECK(resumed.step[s].reassigned == want->reassigned);
            CHECK(resumed.step[s].within == want->within);
        }
        hyp_kmeans_release(&km);
    }
    free_saved(&unbroken);
    hyp_kmeans_release(&end);
    free_part(&whole);
    free_part(&here);
}

static void test_goes_on_from_every_iteration(void)
{
    use_scene(blobs);
    check_every_iteration(HYP_DISTANCE_L2);
    check_every_iteration(HYP_DISTANCE_L1);
    use_scene(cloud);
    check_every_iteration(HYP_DISTANCE_L2);
    check_every_iteration(HYP_DISTANCE_L1);
}

/* A class that has no pixels keeps its centre across a stop. */
static void test_empty_classes(void)
{
    use_scene(cloud);
    for (int b = 0; b < bands; b++) {
        start[b] = -20000; /* where all pixels begin */
        start[4 * bands + b] = 30000 + 1.0 / 3;
    }
    check_every_iteration(HYP_DISTANCE_L2);
}

/* All labels of a state that each rank has a part of. */
static hyp_kmeans gather(const hyp_kmeans *km, const part *here)
{
    hyp_kmeans all = copy_of(km, 0);
    int mine = (int)here->slab.pixels,
        *count = calloc((size_t)size, sizeof *count);
    int *first = calloc((size_t)size, sizeof *first);

    all.label = realloc(all.label, (size_t)pixels * sizeof *all.label);
    MPI_Allgather(&mine, 1, MPI_INT, count, 1, MPI_INT, MPI_COMM_WORLD);
    for (int r = 1; r < size; r++)
        first[r] = first[r - 1] + count[r - 1];
    MPI_Allgatherv(km->label, mine, MPI_UINT16_T, all.label, count, first,
                   MPI_UINT16_T, MPI_COMM_WORLD);
    free(count);
    free(first);
    return all;
}

static void test_one_rank_stops_all(void)
{
    part whole, here;
    static run stopped, unbroken, resumed;
    hyp_kmeans km, end, all, again;

    use_scene(cloud);
    whole = make_part(MPI_COMM_SELF);
    here = make_part(MPI_COMM_WORLD);
    stopped =
        (run){ .wish = rank == size - 1 ? HYP_KMEANS_STOP : HYP_KMEANS_SAVE,
               .at = 4 };
    CHECK(go(&stopped, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &km) ==
          HYP_OK);
    CHECK(km.stopped && !km.converged && km.iterations == 4);
    CHECK(stopped.saves == 1 && stopped.steps == 4 && stopped.asked == 4);
    check_same(&stopped.saved[0], &km, 0, here.slab.pixels);

    all = gather(&km, &here);
    unbroken = resumed = (run){ .wish = HYP_KMEANS_GO_ON };
    CHECK(go(&unbroken, &whole, HYP_DISTANCE_L2, NULL, MPI_COMM_SELF, &end) ==
          HYP_OK);
    CHECK(go(&resumed, &whole, HYP_DISTANCE_L2, &all, MPI_COMM_SELF, &again) ==
          HYP_OK);
    check_same(&again, &end, 0, pixels);
    hyp_kmeans_release(&km);
    hyp_kmeans_release(&end);
    hyp_kmeans_release(&all);
    hyp_kmeans_release(&again);
    free_saved(&stopped);
    free_part(&whole);
    free_part(&here);
}

static void test_one_rank_saves_for_all(void)
{
    static run r;
    hyp_kmeans km;
    part here;

    use_scene(cloud);
    here = make_part(MPI_COMM_WORLD);
    r = (run){ .wish = rank == 0 ? HYP_KMEANS_SAVE : HYP_KMEANS_GO_ON,
               .at = 3 };
    CHECK(go(&r, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &km) == HYP_OK);
    CHECK(!km.stopped && km.converged && km.iterations > 3);
    CHECK(r.saves == 1 && r.saved[0].iterations == 3 && !r.saved[0].stopped);
    CHECK(r.asked == km.iterations);
    free_saved(&r);
    hyp_kmeans_release(&km);
    free_part(&here);
}

static void test_the_end_is_not_a_stop(void)
{
    static run unbroken, r;
    hyp_kmeans end, km;
    part here;

    use_scene(blobs);
    here = make_part(MPI_COMM_WORLD);
    unbroken = (run){ .wish = HYP_KMEANS_GO_ON };
    CHECK(go(&unbroken, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &end) ==
          HYP_OK);
    r = (run){ .wish = HYP_KMEANS_STOP, .at = end.iterations };
    CHECK(go(&r, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &km) == HYP_OK);
    CHECK(!km.stopped && r.saves == 0);
    check_same(&km, &end, 0, here.slab.pixels);
    hyp_kmeans_release(&km);
    hyp_kmeans_release(&end);
    free_part(&here);
}

static void test_saving_that_fails(void)
{
    static run r;
    hyp_kmeans km;
    part here;

    use_scene(blobs);
    here = make_part(MPI_COMM_WORLD);
    r = (run){ .wish = HYP_KMEANS_SAVE, .at = 2, .status = HYP_EIO };
    CHECK(go(&r, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &km) == HYP_EIO);
    CHECK(km.centre == NULL && km.label == NULL);
    CHECK(r.saves == 1 && r.steps == 2);
    free_saved(&r);
    free_part(&here);
}

/* Go on from a state that was changed in one way; it must be refused. */
static void refuse(const part *here, const hyp_kmeans *state, hyp_status want,
                   const char *says)
{
    static run r;
    hyp_kmeans km;

    r = (run){ .wish = HYP_KMEANS_GO_ON };
    CHECK(go(&r, here, HYP_DISTANCE_L2, state, MPI_COMM_WORLD, &km) == want);
    CHECK(strstr(hyp_last_error()->text, says) != NULL);
    CHECK(km.centre == NULL && km.label == NULL && r.steps == 0);
}

static void test_states_that_do_not_fit(void)
{
    static run r;
    hyp_kmeans km, bad;
    part here;

    use_scene(blobs);
    here = make_part(MPI_COMM_WORLD);
    r = (run){ .wish = HYP_KMEANS_STOP, .at = 3 };
    CHECK(go(&r, &here, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD, &km) == HYP_OK);
    bad = km;
    bad.classes--;
    refuse(&here, &bad, HYP_EUSAGE, "cannot go on from 8 classes");
    bad = km;
    bad.bands++;
    refuse(&here, &bad, HYP_EUSAGE, "of 8 bands");
    bad = km;
    bad.iterations = STEPS + 1;
    refuse(&here, &bad, HYP_EUSAGE, "in iteration 200");
    km.sum[5]++;
    refuse(&here, &km, HYP_EFORMAT, "of other pixels");
    km.sum[5]--;
    km.count[2]++;
    refuse(&here, &km, HYP_EFORMAT, "of other pixels");
    km.count[2]--;
    if (rank == size - 1) /* which never is one without pixels */
        km.label[0] = km.label[0] == 1 ? 2 : 1;
    refuse(&here, &km, HYP_EFORMAT, "of other pixels");
    if (rank == size - 1)
        km.label[0] = CLASSES;
    refuse(&here, &km, HYP_EFORMAT, "a pixel in class 10 of 9");
    free_saved(&r);
    hyp_kmeans_release(&km);
    free_part(&here);
}

/* What the loop over failures runs again and again. */
static part victim;
static hyp_kmeans victim_state;

static hyp_status go_on(void)
{
    static run r;
    hyp_kmeans km;
    hyp_status st;

    r = (run){ .wish = HYP_KMEANS_GO_ON };
    st = go(&r, &victim, HYP_DISTANCE_L2, &victim_state, MPI_COMM_WORLD, &km);
    CHECK(st == HYP_OK || (km.centre == NULL && km.label == NULL));
    hyp_kmeans_release(&km);
    return st;
}

static void test_every_single_failure(void)
{
    static run r;

    use_scene(blobs);
    victim = make_part(MPI_COMM_WORLD);
    r = (run){ .wish = HYP_KMEANS_STOP, .at = 3 };
    CHECK(go(&r, &victim, HYP_DISTANCE_L2, NULL, MPI_COMM_WORLD,
             &victim_state) == HYP_OK);
    fail_each(go_on);
    free_saved(&r);
    hyp_kmeans_release(&victim_state);
    free_part(&victim);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    RUN(test_goes_on_from_every_iteration);
    RUN(test_empty_classes);
    RUN(test_one_rank_stops_all);
    RUN(test_one_rank_saves_for_all);
    RUN(test_the_end_is_not_a_stop);
    RUN(test_saving_that_fails);
    RUN(test_states_that_do_not_fit);
    RUN(test_every_single_failure);
    MPI_Finalize();
    return test_status;
}
