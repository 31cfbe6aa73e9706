/*
 * chart.h - draw charts, and write them as PNG files
 *
 * Functions that draw do not fail: what goes wrong is told when the chart is
 * saved.  Lengths and places are in dots of the image, from its upper left
 * corner; colours are 0xRRGGBB.
 */
#ifndef HYP_IO_CHART_H
#define HYP_IO_CHART_H

#include "hyperslab/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct hyp_chart {
    int width, height;
    void *surface, *context; /* cairo's; owned */
} hyp_chart;

/* What the length of a side of a box stands for. */
typedef struct hyp_axis {
    double from, to;   /* at the left or lower end, and at the other      */
    const char *label; /* NULL: neither label nor numbers; borrowed       */
    bool whole;        /* there are numbers at whole values only          */
} hyp_axis;

/* The part of a chart in which data are drawn. */
typedef struct hyp_box {
    double left, top, right, bottom;
    hyp_axis x, y;
    bool y_at_right; /* the numbers of y are right of the box, not left   */
    bool grid;       /* lines across the box at the numbers               */
} hyp_box;

#define HYP_INK 0x333333u

typedef struct hyp_lettering {
    double size;
    double align; /* of the text's length left of its place: 0, 0.5 or 1  */
    uint32_t colour;
    bool bold;
} hyp_lettering;

/*
 * Begin a white image.
 *
 * Collective: no
 * Errors:     HYP_ENOMEM; chart is then empty
 * Ownership:  the caller frees with hyp_chart_release()
 */
HYP_CHECKED hyp_status hyp_chart_init(hyp_chart *chart, int width, int height);

/*
 * An axis whose ends are round numbers around those given.
 *
 * Collective: no
 */
hyp_axis hyp_axis_around(double low, double high, const char *label);

/* Draw a box: grid, numbers and labels.  Collective: no. */
void hyp_chart_frame(const hyp_chart *chart, const hyp_box *box);

/*
 * Draw a line through points; it is broken where y is NaN, and a point between
 * two breaks is a dot.
 *
 * Collective: no
 */
void hyp_chart_line(const hyp_chart *chart, const hyp_box *box, const double *x,
                    const double *y, int count, uint32_t colour);

/* Draw a dot at each of the points.  Collective: no. */
void hyp_chart_dots(const hyp_chart *chart, const hyp_box *box, const double *x,
                    const double *y, int count, uint32_t colour);

/* Fill a rectangle, given by two corners on the axes.  Collective: no. */
void hyp_chart_fill(const hyp_chart *chart, const hyp_box *box, double x0,
                    double y0, double x1, double y1, uint32_t colour);

/* A dashed line at x from the lower end of the box up to y. */
/* Collective: no. */
void hyp_chart_mark(const hyp_chart *chart, const hyp_box *box, double x,
                    double y);

/*
 * Draw an image into a box, whose sides are as long as the image's.
 *
 * Collective: no
 * Shapes:     dot [rows][cols] of the box, 0xRRGGBB
 */
void hyp_chart_image(const hyp_chart *chart, const hyp_box *box,
                     const uint32_t *dot);

/* How far right in the chart a value of x is.  Collective: no. */
double hyp_box_x(const hyp_box *box, double x);

/* How far down in the chart a value of y is.  Collective: no. */
double hyp_box_y(const hyp_box *box, double y);

/* Write a line of text that is centred upwards around y.  Collective: no. */
void hyp_chart_text(const hyp_chart *chart, double x, double y,
                    const hyp_lettering *lettering, const char *text);

/*
 * Write the image to path, replacing what is there.  Its description says
 * which values the ends of the box's axes stand for.
 *
 * Collective: no
 * Errors:     those of drawing: HYP_ENOMEM, HYP_EINTERNAL; those of
 *             hyp_png_write()
 */
HYP_CHECKED hyp_status hyp_chart_save(const hyp_chart *chart, const char *path,
                                      const char *title, const hyp_box *box);

/* Free what chart owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_chart_release(hyp_chart *chart);

#endif
