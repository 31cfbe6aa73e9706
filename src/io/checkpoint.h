/*
 * checkpoint.h - where a run of k-means stands, on disk, to go on from there
 *
 * A folder holds two generations: checkpoint.h5, and checkpoint.old.h5, the one
 * before it.  A new one is written under a temporary name, sealed and flushed;
 * then the latest becomes the old one, and the new one the latest.  Whenever a
 * run is killed, one of the two is whole.
 *
 *   /                       attributes: program, version, identity
 *   /labels                 [pixels] uint8, uint16 above 256 classes, from 0:
 *                           of the valid pixels, in the order of the scene
 *   /kmeans                 attribute: iterations
 *   /kmeans/centre          [classes][bands] float64, DN
 *   /kmeans/sum             [classes][bands] int64, of the DN of each class
 *   /kmeans/count           [classes] int64, pixels of each class
 *   /steps/reassigned       [iterations] int64, pixels
 *   /steps/within           [iterations] float64, DN squared
 *   /steps/decided_exactly  [iterations] int64, pixels
 *   /starts/within          [starts] float64, DN squared: where earlier starts
 *                           ended
 *
 * The file has a user block, the seal (io/seal.h).
 */
#ifndef HYP_IO_CHECKPOINT_H
#define HYP_IO_CHECKPOINT_H

#include "hyperslab/kmeans.h"

#include <mpi.h>
#include <stdbool.h>

#define HYP_CHECKPOINT_H5     "checkpoint.h5"
#define HYP_CHECKPOINT_OLD_H5 "checkpoint.old.h5"

/* How a run came to its state. */
typedef struct hyp_course {
    const char *identity;        /* a text that tells this run from others */
    const hyp_kmeans_step *step; /* [iterations of the state]              */
    int starts;                  /* that have ended before this one        */
    const double *within;        /* [starts], DN squared: of their ends    */
} hyp_course;

/*
 * Save where k-means stands.
 *
 * Collective: yes
 * Errors:     HYP_ECREATE, HYP_EIO, HYP_ENOMEM; what was saved before is there
 *             still, and nothing else
 */
HYP_CHECKED hyp_status hyp_checkpoint_write_all(
    const char *folder, const hyp_course *course, const hyp_slab *slab,
    const hyp_summary *summary, const hyp_kmeans *state, MPI_Comm comm);

/* What was saved. */
typedef struct hyp_checkpoint {
    char *path;
    char *identity;
    int64_t pixels;        /* of all ranks                                   */
    hyp_kmeans state;      /* without labels, until they are read; owned     */
    hyp_kmeans_step *step; /* [state.iterations]; owned                      */
    int starts;            /* that had ended before this one                 */
    double *within;        /* [starts], DN squared: of their ends; owned     */
    int label_bytes;       /* of one label                                   */
    int64_t labels_at;     /* in the file                                    */
    char damage[1000];     /* of the latest, if this is the old one; or ""   */
} hyp_checkpoint;

/* Whether a folder holds a checkpoint.  Collective: no. */
bool hyp_checkpoint_exists(const char *folder);

/*
 * Read the latest checkpoint of a folder that is whole, but for its labels.
 *
 * Collective: yes
 * Errors:     HYP_ENOINPUT if there is none; HYP_EFORMAT if none is whole;
 *             HYP_EIO, HYP_ENOMEM; checkpoint is then empty
 * Ownership:  the caller frees with hyp_checkpoint_release()
 */
HYP_CHECKED hyp_status hyp_checkpoint_open_all(hyp_checkpoint *checkpoint,
                                               const char *folder,
                                               MPI_Comm comm);

/*
 * Read the labels of some pixels into the state.
 *
 * Collective: no
 * Errors:     HYP_EFORMAT if there are not as many; HYP_EIO, HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_checkpoint_labels(hyp_checkpoint *checkpoint,
                                             int64_t first, int64_t pixels);

/*
 * Remove the checkpoints of a folder, and what is left of unfinished ones.
 *
 * Collective: no
 * Errors:     HYP_EIO
 */
HYP_CHECKED hyp_status hyp_checkpoint_remove(const char *folder);

/* Free what checkpoint owns.  Accepts { 0 }.  Collective: no. */
void hyp_checkpoint_release(hyp_checkpoint *checkpoint);

#endif
