/*
 * job.h - one run over a scene, from the files to what is written
 *
 * A command fills in the parts of a job one after the other; each part is what
 * the next ones need.
 */
#ifndef HYP_CMD_JOB_H
#define HYP_CMD_JOB_H

#include "cmd/inputs.h"
#include "cmd/outputs.h"
#include "cmd/progress.h"
#include "cmd/settings.h"
#include "cmd/shown.h"
#include "cmd/sweep_table.h"
#include "hyperslab/cube.h"
#include "hyperslab/kmeans.h"
#include "hyperslab/pca.h"
#include "hyperslab/score_grid.h"
#include "hyperslab/summary.h"
#include "io/checkpoint.h"
#include "io/mask.h"

#include <mpi.h>

#define HYP_MAX_PHASES 24

/* Values of a scene whose spectra the report holds. */
#define HYP_SMALL_SCENE 2250000

typedef struct hyp_job_checkpoints {
    hyp_checkpoint from; /* that is resumed; else empty                    */
    char *identity;      /* of this run, on rank 0; owned                  */
    double latest;       /* when one was written, or k-means began         */
    int written;
    double seconds; /* that writing took */
} hyp_job_checkpoints;

/* What k-means clusters: the pixels, or their scores. */
typedef struct hyp_job_points {
    const hyp_slab *slab;       /* borrowed                            */
    const hyp_summary *summary; /* borrowed                            */
    double scale;               /* units in one unit of reflectance    */
} hyp_job_points;

/* The scores that --on-pcs clusters; else empty. */
typedef struct hyp_job_scores {
    hyp_score_grid grid;
    hyp_summary summary; /* of the scores                               */
    int64_t coarser;     /* pixels with a larger step, of all ranks     */
    double *centre;      /* [classes][components], in steps of the grid;
                            owned                                       */
} hyp_job_scores;

typedef struct hyp_job {
    const hyp_settings *settings; /* borrowed */
    MPI_Comm comm;
    int rank, size;
    double begin;     /* of the run, on hyp_clock()                       */
    char started[32]; /* the same as UTC, ISO 8601                        */
    hyp_progress progress;

    hyp_inputs inputs;
    hyp_scene scene;
    hyp_products makes;
    hyp_outputs outputs;
    const hyp_wanted *wanted; /* bands of a model; NULL: the options choose;
                                 borrowed                              */
    int bands;                /* kept                                  */
    hyp_cube_options cube;
    hyp_mask mask; /* if the settings name one; else empty */
    double scale;  /* DN per unit of reflectance */
    hyp_slab slab;
    hyp_summary summary;
    int64_t masked; /* pixels with data that the mask leaves out */
    hyp_job_points points;
    hyp_job_scores scores;
    int starts; /* of k-means that have ended                             */
    double *start_within; /* [settings->restarts] where they ended, in units
                             of the points squared; owned                 */
    hyp_kmeans kmeans;
    int resumed_after; /* iteration of that start; 0: it was not resumed   */
    int steps;
    hyp_kmeans_step *step; /* [settings->max_iterations]; owned            */
    double *seconds;       /* [settings->max_iterations] since the run began,
                              or NAN for a step of the run that is resumed;
                              owned                                         */
    hyp_job_checkpoints checkpoints;
    hyp_pca pca;
    int64_t pairs; /* of neighbours, from which MNF has the noise        */
    hyp_shown shown;
    const hyp_sweep *sweep; /* what a sweep has found; else NULL; borrowed */
    hyp_days *flown; /* [scene.tiles], for STAC, on rank 0; else NULL; owned */
    double ndvi_nm[2]; /* the bands of the NDVI: red and infrared; or 0   */

    int phases;
    struct {
        const char *name;
        double seconds;
    } phase[HYP_MAX_PHASES];
} hyp_job;

/*
 * Start a job: open the tiles, and prepare the output folder for what the job
 * makes, unless it is to be a dry run.  The job must then be finished, whatever
 * the status.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_job_open_all(hyp_job *job,
                                        const hyp_settings *settings,
                                        hyp_products makes, MPI_Comm comm);

/*
 * Choose the bands that are read of each tile, and say so.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_job_choose_all(hyp_job *job);

/*
 * Read the bands that were chosen, drop invalid pixels, and summarise.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_job_read_all(hyp_job *job);

/*
 * Find the principal components of the pixels that were read.  If their scores
 * are to be clustered, the components are the same at any rank count.
 *
 * Collective: yes
 */
HYP_CHECKED hyp_status hyp_job_reduce_all(hyp_job *job);

/*
 * Keep what was written if all ranks are content, else remove it; free all.
 *
 * Collective: yes
 * Errors:     those passed in, and those of writing
 */
HYP_CHECKED hyp_status hyp_job_finish_all(hyp_job *job, hyp_status mine);

/* Cells of the scene that hold no data, once it is read.  Collective: no. */
static inline int64_t hyp_job_nodata(const hyp_job *job)
{
    return job->scene.cells - job->summary.pixels - job->masked;
}

/*
 * Say a line on stderr, from rank 0, unless --quiet was given.
 *
 * Collective: no
 */
void hyp_job_say(const hyp_job *job, const char *fmt, ...) HYP_PRINTF(2, 3);

/*
 * Show how far the part that has begun is, from rank 0.  A hyp_cube_progress;
 * context is the job.
 *
 * Collective: no
 */
void hyp_job_show(void *context, int64_t done, int64_t total);

/* Note the time that a phase took; --verbose says it.  Collective: no. */
void hyp_job_phase(hyp_job *job, const char *name, double seconds);

#endif
