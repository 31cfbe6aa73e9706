/*
 * scene.h - images made up for tests of k-means, whole and in parts
 */
#ifndef HYP_TEST_SCENE_H
#define HYP_TEST_SCENE_H

#include "hyperslab/summary.h"
#include "pixels.h"

#include <stdbool.h>
#include <string.h>

enum {
    FEW_ROWS = 23,
    MANY_ROWS = 200,
    COLS = 11,
    PLACES = FEW_ROWS * COLS,
    MOST_PLACES = MANY_ROWS * COLS,
    BANDS = 40, /* one more register than a multiple of it */
    CLASSES = 9,
    NODATA = -9999,
    STEPS = 200
};

static pixel_value *value; /* of the scene in use */
static int bands;
static int rows = FEW_ROWS;

/* Blobs of spectra, with an invalid pixel here and there. */
static inline int16_t blobs(int64_t place, int b)
{
    uint64_t state = (uint64_t)place * 977 + 5;
    const int blob = (int)(draw(&state, 1000) % 6);
    const bool invalid = draw(&state, 10) == 0;
    const int bad_band = (int)draw(&state, 3);

    state += (uint64_t)b * 7919;
    draw(&state, 2);
    if (invalid && b == bad_band)
        return NODATA;
    return (int16_t)(blob * 700 + (blob * b * 37) % 500 - 100 +
                     (int)draw(&state, 600));
}

static inline int16_t constant(int64_t place, int b)
{
    (void)place;
    return (int16_t)(100 + b);
}

/* Every pixel that is valid, in order: what no rank has alone. */
static int16_t every[MOST_PLACES][BANDS];
static int pixels;

static inline void use(pixel_value *scene, int scene_bands)
{
    value = scene;
    bands = scene_bands;
    pixels = 0;
    memset(every, 0, sizeof every);
    for (int64_t place = 0; place < rows * COLS; place++) {
        bool valid = true;

        for (int b = 0; b < bands; b++) {
            every[pixels][b] = value(place, b);
            valid = valid && every[pixels][b] != NODATA;
        }
        pixels += valid;
    }
}

/* A slab of this rank, and what all ranks know. */
typedef struct part {
    hyp_slab slab;
    hyp_summary summary;
} part;

static inline part make_part(MPI_Comm comm)
{
    part made;

    CHECK(make_slab(&made.slab, rows, COLS, bands, value, NODATA, comm) ==
          HYP_OK);
    CHECK(hyp_summary_all(&made.slab, comm, &made.summary) == HYP_OK);
    CHECK(made.summary.pixels == pixels);
    return made;
}

static inline void free_part(part *made)
{
    hyp_summary_release(&made->summary);
    hyp_slab_release(&made->slab);
}

#endif
