/*
 * views.h - images of a scene as PNG files
 *
 * Dots without data are transparent.
 */
#ifndef HYP_IO_VIEWS_H
#define HYP_IO_VIEWS_H

#include "hyperslab/status.h"
#include "io/jpeg.h"

#include <stdbool.h>
#include <stdint.h>

#define HYP_VIEW_COLOURS 3 /* red, green and blue */

/* What is seen; all borrowed. */
typedef struct hyp_view {
    int64_t rows, cols;
    int classes;
    const uint16_t *class; /* [rows][cols], 1..classes; 0: no data           */
    const int16_t *colour[HYP_VIEW_COLOURS]; /* each [rows][cols]: values
                              that make red, green and blue, and
                              HYP_PREVIEW_NODATA where class is 0            */
    double tail; /* share of the values that are as dark, and as bright, as
                    can be                                                   */
    const char *title, *description; /* kept in the file                     */
    hyp_jpeg *photo; /* where colours are written as a JPEG image too, which
                        the caller frees; NULL: there is no need of it       */
} hyp_view;

/*
 * Write the classes in their colours: with a palette, unless there are over
 * 255 of them.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM, HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_view_classes(const char *path, const hyp_view *view);

/*
 * Write the colours, each stretched by itself.
 *
 * Collective: no
 * Errors:     as above
 */
HYP_CHECKED hyp_status hyp_view_colours(const char *path, const hyp_view *view);

/*
 * Write the same under the classes, half of each.
 *
 * Collective: no
 * Errors:     as above
 */
HYP_CHECKED hyp_status hyp_view_overlay(const char *path, const hyp_view *view);

#endif
