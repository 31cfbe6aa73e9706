/*
 * settings.h - all that the command line can say
 */
#ifndef HYP_CMD_SETTINGS_H
#define HYP_CMD_SETTINGS_H

#include "cmd/config.h"
#include "cmd/progress.h"
#include "hyperslab/bands.h"
#include "hyperslab/kmeans.h"
#include "hyperslab/noise.h"
#include "hyperslab/pca.h"
#include "io/days.h"
#include "io/tile_write.h"

#include <mpi.h>
#include <stdbool.h>

typedef enum hyp_bad_bands {
    HYP_BAD_BANDS_NEON,   /* the tutorial's rule              */
    HYP_BAD_BANDS_NONE,   /* keep all                         */
    HYP_BAD_BANDS_WINDOWS /* drop the windows that were given */
} hyp_bad_bands;

typedef enum hyp_init { HYP_INIT_DIAGONAL, HYP_INIT_PLUS_PLUS } hyp_init;

/* How the classes of two maps are matched. */
typedef enum hyp_match {
    HYP_MATCH_ONE,  /* one to one, the best way                    */
    HYP_MATCH_MANY, /* each to the one that most of its pixels have */
    HYP_MATCH_SAME  /* equal numbers are one class                  */
} hyp_match;

/* What stands for missing data in a class map. */
typedef struct hyp_blank {
    bool given; /* else it is what the file says */
    bool none;
    int64_t value;
} hyp_blank;

#define HYP_MAX_SWEPT 32 /* values in a list of a sweep */

/* What a sweep goes through: every value with every other. */
typedef struct hyp_swept {
    int subsets, subset[HYP_MAX_SWEPT];
    int shares; /* of the variance; 0: cluster the bands, not the scores */
    double share[HYP_MAX_SWEPT];
    int ks, k[HYP_MAX_SWEPT]; /* numbers of classes */
} hyp_swept;

/* How many settings that makes.  Collective: no. */
static inline int hyp_swept_count(const hyp_swept *swept)
{
    return swept->subsets * swept->shares * swept->ks;
}

typedef struct hyp_settings {
    const char *const *tile; /* [tiles]: files, folders, @lists; for compare,
                                the two maps; borrowed from argv, as all text */
    int tiles;

    /* output */
    const char *output;
    const char *mask;   /* a file; or NULL                */
    const char *config; /* the file of other settings */
    hyp_config given;   /* what it says; owned        */
    bool overwrite;
    bool mosaic_tif;
    bool pictures, report;
    bool envi, hdf5, stac;
    hyp_days flown; /* the days that STAC items are to name; 0: the tiles say */
    bool quiet, verbose;
    hyp_progress_way progress;
    double progress_every; /* seconds; 0: the default */
    bool json;

    /* memory */
    bool dry_run;
    const char *scratch; /* a folder, or NULL */

    /* tiles */
    bool has_nodata;
    double nodata;
    bool match_bands;

    /* reading */
    int subset;
    hyp_bad_bands bad_bands;
    int windows;
    hyp_band_window window[HYP_MAX_WINDOWS];
    const char *bands;
    double quantum;

    /* k-means */
    int classes;
    int max_iterations;
    hyp_init init;
    const char *start_clusters;
    hyp_distance distance;
    uint64_t seed;           /* of the first start             */
    int restarts;            /* how many starts, one at least  */
    double min_change;       /* per cent                       */
    double checkpoint_every; /* seconds; 0: not while it runs  */
    bool resume;
    bool on_pcs; /* cluster the scores                            */

    /* PCA; the smallest eigenvalue is in reflectance squared */
    hyp_pca_options pca;
    bool pca_given; /* by an option */

    /* MNF */
    double snr; /* the least that is kept */
    hyp_neighbour noise_from;

    /* PCA and MNF */
    bool denoise;

    /* sweep */
    hyp_swept swept;

    /* synth */
    hyp_synth synth;
    const char *truth;

    /* predict */
    const char *model; /* a file, or the folder that holds it */

    /* compare */
    hyp_match match;
    hyp_blank blank[2]; /* of map A, of map B */
} hyp_settings;

/* Groups of options; a command takes some of them. */
enum {
    HYP_TAKES_OUTPUT = 1 << 0,
    HYP_TAKES_TILES = 1 << 1,
    HYP_TAKES_READING = 1 << 2,
    HYP_TAKES_KMEANS = 1 << 3,
    HYP_TAKES_PCA = 1 << 4,
    HYP_TAKES_MNF = 1 << 5,
    HYP_TAKES_COMPONENTS = 1 << 6,
    HYP_TAKES_JSON = 1 << 7,
    HYP_TAKES_SYNTH = 1 << 8,
    HYP_TAKES_PREDICT = 1 << 9,
    HYP_TAKES_PICTURES = 1 << 10,
    HYP_TAKES_COMPARE = 1 << 11,
    HYP_TAKES_MEMORY = 1 << 12,
    HYP_TAKES_SWEEP = 1 << 13,
    HYP_TAKES_DENOISE = 1 << 14,
    HYP_TAKES_RESULTS = 1 << 15 /* a folder, instead of tiles */
};

/*
 * Parse the arguments of a command (argv[0] is its name) into settings, from
 * the defaults.  Answers --help, printing to stdout if `speaks`.
 *
 * Collective: no (every rank has the same arguments)
 * Errors:     HYP_EUSAGE, naming the option
 * Ownership:  borrows argv; the caller frees with hyp_settings_release(), also
 *             after an error
 * Result:     *done is set if help was all that was asked for; settings are
 *             whole after hyp_settings_configure_all()
 */
HYP_CHECKED hyp_status hyp_settings_parse(hyp_settings *settings,
                                          const char *summary, unsigned takes,
                                          int argc, char **argv, bool speaks,
                                          bool *done);

/*
 * If --config named a file, parse the arguments again, from the settings in that
 * file instead of the defaults.
 *
 * Collective: yes
 * Errors:     HYP_ECONFIG, naming the file and the key; HYP_EUSAGE, HYP_ENOMEM
 */
HYP_CHECKED hyp_status hyp_settings_configure_all(hyp_settings *settings,
                                                  unsigned takes, int argc,
                                                  char **argv, MPI_Comm comm);

/* Free what settings own.  Accepts { 0 }.  Collective: no. */
void hyp_settings_release(hyp_settings *settings);

#endif
