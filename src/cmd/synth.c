/*
 * synth.c - hyperslab synth: write a synthetic tile in NEON's format
 */
#include "cmd/cmd.h"

#include "base/clock.h"
#include "comm/partition.h"
#include "hyperslab/comm.h"
#include "io/raster.h"
#include "io/stage.h"
#include "io/tile_write.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 4096 };

/* A file that is staged by itself: where, and under what name. */
typedef struct target {
    char dir[PATH_ROOM];
    const char *name;
    hyp_stage stage;
} target;

/* Stage one file; it must be closed if the status is HYP_OK. */
static hyp_status open_target_all(target *t, const char *path, bool overwrite,
                                  MPI_Comm comm)
{
    const char *slash = strrchr(path, '/');

    t->name = slash ? slash + 1 : path;
    if (strlen(path) >= sizeof t->dir || t->name[0] == '\0')
        return hyp_fail(HYP_EUSAGE, "'%.100s' cannot be a file's name", path);
    if (slash)
        snprintf(t->dir, sizeof t->dir, "%.*s", (int)(slash - path + 1), path);
    else
        snprintf(t->dir, sizeof t->dir, ".");
    return hyp_stage_open_all(&t->stage, t->dir, overwrite, &t->name, 1, comm);
}

static const char *target_path(const target *t)
{
    return hyp_stage_path(&t->stage, t->name);
}

/* The rows of the truth that this rank writes. */
typedef struct truth {
    const hyp_scenery *scenery;
    int64_t first_row, cols;
} truth;

static hyp_status fill_truth(void *context, int64_t row, int64_t rows,
                             void *out)
{
    const truth *t = context;
    uint8_t *class = out;

    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < t->cols; c++)
            *class ++ = (uint8_t)hyp_scenery_truth(t->scenery,
                                                   t->first_row + row + r, c);
    return HYP_OK;
}

static hyp_raster truth_raster(const hyp_synth *synth)
{
    static const char *const band_names[] = { "true class" };

    return (hyp_raster){ .rows = synth->rows,
                         .cols = synth->cols,
                         .bands = 1,
                         .sample = HYP_SAMPLE_UINT8,
                         .nodata = "0",
                         .band_names = band_names,
                         .georef = { .west = synth->west,
                                     .north = synth->north,
                                     .pixel_x = 1,
                                     .pixel_y = 1,
                                     .epsg = 32600 + synth->utm_zone } };
}

static hyp_status write_truth_all(const hyp_synth *synth, const char *path,
                                  MPI_Comm comm)
{
    const hyp_raster raster = truth_raster(synth);
    hyp_scenery *scenery = NULL;
    int64_t last;
    int rank, size;
    truth mine;
    hyp_status st;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    HYP_TRY(hyp_agree(comm, hyp_synth_scenery(synth, &scenery)));
    mine = (truth){ scenery, hyp_part_start(synth->rows, rank, size),
                    synth->cols };
    last = hyp_part_start(synth->rows, rank + 1, size);
    st = hyp_raster_write_all(path, &raster, last - mine.first_row, fill_truth,
                              &mine, comm);
out:
    hyp_scenery_free(&scenery);
    return st;
}

/* The tile, and beside it the truth if that was asked for; both or none. */
static hyp_status write_all(const hyp_settings *s, MPI_Comm comm)
{
    target tile, map;
    hyp_status st;

    st = open_target_all(&tile, s->tile[0], s->overwrite, comm);
    if (st != HYP_OK)
        return st;
    if (s->truth) {
        st = open_target_all(&map, s->truth, s->overwrite, comm);
        if (st == HYP_OK) {
            st = write_truth_all(&s->synth, target_path(&map), comm);
            if (st == HYP_OK)
                st = hyp_tile_write_all(target_path(&tile), &s->synth, comm);
            st = hyp_stage_close_all(&map.stage, st, comm);
        }
    } else {
        st = hyp_tile_write_all(target_path(&tile), &s->synth, comm);
    }
    return hyp_stage_close_all(&tile.stage, st, comm);
}

hyp_status hyp_cmd_synth_all(const hyp_settings *settings, MPI_Comm comm)
{
    const double begin = hyp_clock();
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(write_all(settings, comm));
    if (rank == 0 && !settings->quiet)
        fprintf(stderr, "wrote '%s' in %.1f s\n", settings->tile[0],
                hyp_clock() - begin);
out:
    return st;
}
