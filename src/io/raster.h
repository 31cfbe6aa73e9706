/*
 * raster.h - write a GeoTIFF with all ranks
 *
 * libtiff and libgeotiff lay the file out on rank 0; each strip is written with
 * MPI-IO by the rank that owns its first row.  Integer samples are compressed.
 * The same pixels may go to copies in other formats at the same time.  The bytes
 * of the files do not depend on the number of ranks.
 */
#ifndef HYP_IO_RASTER_H
#define HYP_IO_RASTER_H

#include "hyperslab/georef.h"
#include "hyperslab/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hyp_sample {
    HYP_SAMPLE_UINT8,
    HYP_SAMPLE_UINT16,
    HYP_SAMPLE_FLOAT32
} hyp_sample;

/* The bytes of one sample.  Collective: no. */
size_t hyp_raster_sample_bytes(hyp_sample sample);

/*
 * Write consecutive rows of this rank's part of the image.  Called on each
 * rank for its own rows, in order, each row once.
 *
 * Collective: no
 * Shapes:     out [rows][cols][bands] samples, all to be written; row counts
 *             from this rank's first row
 */
typedef hyp_status hyp_raster_fill(void *context, int64_t row, int64_t rows,
                                   void *out);

/*
 * See finished rows of the image.  Called on the rank that writes them, for
 * each row once.
 *
 * Collective: no
 */
typedef void hyp_raster_look(void *context, const void *rows, size_t bytes);

/* How the samples of a copy follow each other. */
typedef enum hyp_order {
    HYP_ORDER_LINES, /* [rows][bands][cols] */
    HYP_ORDER_BANDS  /* [bands][rows][cols] */
} hyp_order;

/* Where the samples of a copy lie in its file. */
typedef struct hyp_copy_place {
    int64_t at;    /* of the first one */
    int64_t bytes; /* of the whole file */
} hyp_copy_place;

typedef struct hyp_copy hyp_copy;
typedef struct hyp_raster hyp_raster;

/*
 * Make the file of a copy, in its full length, with all of it but the samples,
 * and say where they go.
 *
 * Collective: no (the first of the ranks that write calls it)
 */
typedef hyp_status hyp_copy_lay_out(const hyp_copy *copy,
                                    const hyp_raster *raster,
                                    hyp_copy_place *place);

/* Another file for the pixels of a raster; all borrowed. */
struct hyp_copy {
    const char *path;
    const char *header; /* a file that goes with it, or NULL */
    hyp_order order;
    hyp_copy_lay_out *lay_out;
    const void *context; /* of lay_out */
};

#define HYP_MAX_COPIES 2

struct hyp_raster {
    int64_t rows, cols; /* of the whole image                                */
    int bands;          /* up to 65535                                       */
    hyp_sample sample;
    const char *nodata;            /* GDAL's text: "0", "nan"; borrowed     */
    const char *const *band_names; /* [bands]; borrowed                     */
    const uint8_t (*palette)[3];   /* [colours] RGB of values 0.. of uint8;
                                       or NULL; borrowed                     */
    int colours;
    hyp_georef georef;
    hyp_raster_look *look; /* or NULL                                         */
    void *look_context;
    int copies;
    hyp_copy copy[HYP_MAX_COPIES];
};

/*
 * Write the image to path.  Ranks own consecutive rows, in rank order; their
 * counts add up to raster->rows.  The file is complete and on disk on return.
 *
 * Collective: yes
 * Errors:     HYP_ENOMEM, HYP_ECREATE, HYP_EIO, those of fill; a file may be
 *             left behind, for the caller to remove
 * Result:     the same bytes at any rank count
 */
HYP_CHECKED hyp_status hyp_raster_write_all(const char *path,
                                            const hyp_raster *raster,
                                            int64_t rows_here,
                                            hyp_raster_fill *fill,
                                            void *context, MPI_Comm comm);

#endif
