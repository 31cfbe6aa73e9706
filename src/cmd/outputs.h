/*
 * outputs.h - the files of a job, and where they lie
 *
 * With one tile, all files lie in the output folder.  With several, each tile
 * has a folder in it for its maps, named after the tile's file, and VRTs beside
 * the other files join the maps; or, if that is asked for, there is one map of
 * all tiles, which lies where that of a single tile does.
 */
#ifndef HYP_CMD_OUTPUTS_H
#define HYP_CMD_OUTPUTS_H

#include "hyperslab/scene.h"
#include "io/stage.h"

/* Maps: of each tile. */
#define HYP_CLASSES_TIF     "classes.tif"
#define HYP_CLASSES_SIDECAR "classes.tif.aux.xml"
#define HYP_CLASSES_STYLE   "classes.qml"
#define HYP_DISTANCE_TIF    "distance.tif"
#define HYP_PCA_TIF         "pca.tif"
#define HYP_CLASSES_IMG     "classes.img"
#define HYP_CLASSES_HDR     "classes.hdr"
#define HYP_PCA_IMG         "pca.img"
#define HYP_PCA_HDR         "pca.hdr"
#define HYP_MAPS_NC         "maps.nc"
#define HYP_ITEM_JSON       "item.json"
#define HYP_MNF_TIF         "mnf.tif"
#define HYP_DENOISED_TIF    "denoised.tif"
#define HYP_MNF_IMG         "mnf.img"
#define HYP_MNF_HDR         "mnf.hdr"
#define HYP_DENOISED_IMG    "denoised.img"
#define HYP_DENOISED_HDR    "denoised.hdr"

/* Of the scene. */
#define HYP_CLASSES_VRT     "classes.vrt"
#define HYP_DISTANCE_VRT    "distance.vrt"
#define HYP_PCA_VRT         "pca.vrt"
#define HYP_MNF_VRT         "mnf.vrt"
#define HYP_DENOISED_VRT    "denoised.vrt"
#define HYP_CLASSES_CSV     "classes.csv"
#define HYP_CENTROIDS_CSV   "centroids.csv"
#define HYP_CENTROIDS_SLI   "centroids.sli"
#define HYP_CENTROIDS_HDR   "centroids.hdr"
#define HYP_DEVIATIONS_CSV  "deviations.csv"
#define HYP_SCORE_MEANS_CSV "score_centroids.csv"
#define HYP_EIGENVALUES_CSV "eigenvalues.csv"
#define HYP_COMPONENTS_CSV  "components.csv"
#define HYP_MODEL_H5        "model.h5"
#define HYP_COVARIANCE_NPY  "covariance.npy"
#define HYP_NOISE_NPY       "noise_covariance.npy"
#define HYP_PIXELS_NPY      "pixels.npy"
#define HYP_REPORT_HTML     "report.html"
#define HYP_RUN_JSON        "run.json"
#define HYP_SWEEP_CSV       "sweep.csv"

/* Pictures, of the scene. */
#define HYP_CLASSES_PNG    "classes.png"
#define HYP_OVERLAY_PNG    "overlay.png"
#define HYP_TRUECOLOR_PNG  "truecolor.png"
#define HYP_FALSECOLOR_PNG "falsecolor.png"
#define HYP_PCA_RGB_PNG    "pca_rgb.png"
#define HYP_SPECTRA_PNG    "spectra.png"
#define HYP_SCREE_PNG      "scree.png"
#define HYP_COVARIANCE_PNG "covariance.png"

/* What a job makes. */
typedef struct hyp_products {
    bool classes, components, pictures, report;
    bool of_scores; /* the classes are of scores                     */
    bool mnf;       /* noise-adjusted components                     */
    bool denoised;  /* the pixels without what was not kept          */
    bool pixels;    /* the spectra of a small scene                  */
    bool distances; /* of the pixels from their centroids            */
    bool maps_only; /* neither tables nor a model: there is one      */
    bool envi;      /* maps and centroids in ENVI's formats too      */
    bool hdf5;      /* the maps as a netCDF-4 file too               */
    bool stac;      /* items of STAC that describe the files          */
    bool sweep;     /* its table, and no maps                       */
} hyp_products;

typedef struct hyp_outputs {
    hyp_stage stage;
    int tiles;
    char **folder; /* [tiles]: "" or "NAME/"; owned         */
    bool joined;   /* one map of all tiles, of which there are several */
    bool vrt;      /* whether there are VRTs                */
} hyp_outputs;

/*
 * Prepare the output folder for the files of a job over a scene.
 *
 * Collective: yes
 * Shapes:     join: whether to write one map of all tiles
 * Errors:     those of hyp_stage_open_all(); HYP_EUSAGE if two tiles have the
 *             same name; HYP_EFORMAT if they cannot be joined; outputs is then
 *             empty
 * Ownership:  hyp_outputs_close_all() frees, and must follow
 */
HYP_CHECKED hyp_status hyp_outputs_open_all(hyp_outputs *outputs,
                                            const char *dir, bool overwrite,
                                            hyp_products products,
                                            const hyp_scene *scene, bool join,
                                            MPI_Comm comm);

/*
 * Where to write a file of the scene.
 *
 * Collective: no
 * Ownership:  belongs to outputs
 */
const char *hyp_output_path(const hyp_outputs *outputs, const char *name);

/* Where to write a map of a tile.  Likewise.  Collective: no. */
const char *hyp_output_map(const hyp_outputs *outputs, int tile,
                           const char *name);

/*
 * Keep what was written if all ranks are content, else remove it; free all.
 *
 * Collective: yes
 * Errors:     those passed in, and those of hyp_stage_close_all()
 */
HYP_CHECKED hyp_status hyp_outputs_close_all(hyp_outputs *outputs,
                                             hyp_status mine, MPI_Comm comm);

#endif
