/*
 * chart.c - draw charts, and write them as PNG files
 *
 * The only file that knows cairo.  Text is in the machine's sans-serif; cairo
 * has a plain font of its own for machines without any.
 */
#include "io/chart.h"

#include "base/fault.h"
#include "base/mem.h"
#include "io/png.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_SIZE = 20, LABEL_GAP = 11 };

static const double line_width = 2.5, dot_radius = 5, tau = 6.283185307179586;
static const uint32_t grid_colour = 0xe4e4e4, edge_colour = 0x8c8c8c;

static hyp_status refuse(cairo_status_t cause)
{
    return hyp_fail(cause == CAIRO_STATUS_NO_MEMORY ? HYP_ENOMEM
                                                    : HYP_EINTERNAL,
                    "cairo: %s", cairo_status_to_string(cause));
}

static void use_colour(cairo_t *cr, uint32_t colour)
{
    cairo_set_source_rgb(cr, (colour >> 16 & 255) / 255.0,
                         (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

hyp_status hyp_chart_init(hyp_chart *chart, int width, int height)
{
    cairo_status_t status;

    *chart = (hyp_chart){ .width = width, .height = height };
    if (hyp_fault())
        return refuse(CAIRO_STATUS_NO_MEMORY);
    chart->surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    chart->context = cairo_create(chart->surface);
    status = cairo_status(chart->context);
    if (status != CAIRO_STATUS_SUCCESS) {
        hyp_chart_release(chart);
        return refuse(status);
    }
    use_colour(chart->context, 0xffffff);
    cairo_paint(chart->context);
    return HYP_OK;
}

/* The distance of the numbers on an axis: 1, 2 or 5 times a power of ten, and
   so that there are at most that many of them. */
static double step_of(const hyp_axis *axis, int most)
{
    const double span = fabs(axis->to - axis->from);
    const double power = pow(10, floor(log10(span / most)));
    const double digit = span / most / power;
    const double step = power * (digit <= 1   ? 1
                                 : digit <= 2 ? 2
                                 : digit <= 5 ? 5
                                              : 10);

    return !(span > 0) || (axis->whole && step < 1) ? 1 : step;
}

/* Numbers on an axis of that length, with some room for each. */
static double step_on(const hyp_axis *axis, double length)
{
    const int most = (int)(length / (axis->whole ? 35 : 80));

    return step_of(axis, most < 2 ? 2 : most > 8 && !axis->whole ? 8 : most);
}

hyp_axis hyp_axis_around(double low, double high, const char *label)
{
    hyp_axis axis = { low, high > low ? high : low + 1, label, false };
    const double step = step_of(&axis, 8);

    axis.from = floor(low / step + 1e-9) * step;
    axis.to = ceil(axis.to / step - 1e-9) * step;
    return axis;
}

static double along(const hyp_axis *axis, double value)
{
    return (value - axis->from) / (axis->to - axis->from);
}

double hyp_box_x(const hyp_box *box, double x)
{
    return box->left + along(&box->x, x) * (box->right - box->left);
}

double hyp_box_y(const hyp_box *box, double y)
{
    return box->bottom - along(&box->y, y) * (box->bottom - box->top);
}

void hyp_chart_text(const hyp_chart *chart, double x, double y,
                    const hyp_lettering *l, const char *text)
{
    cairo_t *cr = chart->context;
    cairo_text_extents_t size;

    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           l->bold ? CAIRO_FONT_WEIGHT_BOLD
                                   : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, l->size);
    cairo_text_extents(cr, text, &size);
    use_colour(cr, l->colour);
    cairo_move_to(cr, x - l->align * size.x_advance, y + 0.36 * l->size);
    cairo_show_text(cr, text);
}

/* A line of one dot's width; it must lie in the middle of the dots. */
static void hairline(cairo_t *cr, double x0, double y0, double x1, double y1,
                     uint32_t colour)
{
    use_colour(cr, colour);
    cairo_set_line_width(cr, 1);
    cairo_move_to(cr, floor(x0) + 0.5, floor(y0) + 0.5);
    cairo_line_to(cr, floor(x1) + 0.5, floor(y1) + 0.5);
    cairo_stroke(cr);
}

static void write_number(char *text, size_t room, double value, double step)
{
    const int digits = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;

    if (fabs(value) < step / 2) /* no "-0" */
        value = 0;
    if (digits > 4)
        snprintf(text, room, "%g", value);
    else
        snprintf(text, room, "%.*f", digits, value);
}

static void frame_x(const hyp_chart *chart, const hyp_box *box)
{
    const hyp_lettering l = { TEXT_SIZE, 0.5, HYP_INK, false };
    const double step = step_on(&box->x, box->right - box->left);
    const double low = fmin(box->x.from, box->x.to);
    const double high = fmax(box->x.from, box->x.to);
    char text[32];

    for (double i = ceil(low / step - 1e-9); i * step <= high + 1e-9 * step;
         i++) {
        const double x = hyp_box_x(box, i * step);

        if (box->grid)
            hairline(chart->context, x, box->top, x, box->bottom, grid_colour);
        write_number(text, sizeof text, i * step, step);
        hyp_chart_text(chart, x, box->bottom + LABEL_GAP + TEXT_SIZE / 2, &l,
                       text);
    }
    hyp_chart_text(chart, (box->left + box->right) / 2,
                   box->bottom + 2 * LABEL_GAP + 1.5 * TEXT_SIZE, &l,
                   box->x.label);
}

/* The widest number decides how far from the box the label is. */
static double frame_y_numbers(const hyp_chart *chart, const hyp_box *box)
{
    const hyp_lettering l = { TEXT_SIZE, box->y_at_right ? 0 : 1, HYP_INK,
                              false };
    const double step = step_on(&box->y, box->bottom - box->top);
    const double low = fmin(box->y.from, box->y.to);
    const double high = fmax(box->y.from, box->y.to);
    double widest = 0;

    for (double i = ceil(low / step - 1e-9); i * step <= high + 1e-9 * step;
         i++) {
        const double y = hyp_box_y(box, i * step);
        cairo_text_extents_t size;
        char text[32];

        if (box->grid)
            hairline(chart->context, box->left, y, box->right, y, grid_colour);
        write_number(text, sizeof text, i * step, step);
        hyp_chart_text(chart,
                       box->y_at_right ? box->right + LABEL_GAP
                                       : box->left - LABEL_GAP,
                       y, &l, text);
        cairo_text_extents(chart->context, text, &size);
        widest = fmax(widest, size.x_advance);
    }
    return widest;
}

static void frame_y(const hyp_chart *chart, const hyp_box *box)
{
    const hyp_lettering l = { TEXT_SIZE, 0.5, HYP_INK, false };
    const double away = frame_y_numbers(chart, box) + 2.5 * LABEL_GAP;
    cairo_t *cr = chart->context;

    cairo_save(cr);
    cairo_translate(cr, box->y_at_right ? box->right + away : box->left - away,
                    (box->top + box->bottom) / 2);
    cairo_rotate(cr, -tau / 4);
    hyp_chart_text(chart, 0, 0, &l, box->y.label);
    cairo_restore(cr);
}

void hyp_chart_frame(const hyp_chart *chart, const hyp_box *box)
{
    if (box->x.label)
        frame_x(chart, box);
    if (box->y.label)
        frame_y(chart, box);
    if (box->grid)
        hairline(chart->context, box->left, box->bottom, box->right,
                 box->bottom, HYP_INK);
}

void hyp_chart_line(const hyp_chart *chart, const hyp_box *box, const double *x,
                    const double *y, int count, uint32_t colour)
{
    cairo_t *cr = chart->context;

    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < count; i++) {
        if (isnan(y[i]))
            continue;
        if (i == 0 || isnan(y[i - 1]))
            cairo_move_to(cr, hyp_box_x(box, x[i]), hyp_box_y(box, y[i]));
        cairo_line_to(cr, hyp_box_x(box, x[i]), hyp_box_y(box, y[i]));
    }
    use_colour(cr, edge_colour); /* yellow is hard to see on white */
    cairo_set_line_width(cr, line_width + 0.8);
    cairo_stroke_preserve(cr);
    use_colour(cr, colour);
    cairo_set_line_width(cr, line_width);
    cairo_stroke(cr);
}

void hyp_chart_dots(const hyp_chart *chart, const hyp_box *box, const double *x,
                    const double *y, int count, uint32_t colour)
{
    cairo_t *cr = chart->context;

    use_colour(cr, colour);
    for (int i = 0; i < count; i++) {
        cairo_arc(cr, hyp_box_x(box, x[i]), hyp_box_y(box, y[i]), dot_radius, 0,
                  tau);
        cairo_fill(cr);
    }
}

void hyp_chart_fill(const hyp_chart *chart, const hyp_box *box, double x0,
                    double y0, double x1, double y1, uint32_t colour)
{
    const double left = round(hyp_box_x(box, x0)), top = hyp_box_y(box, y1);

    use_colour(chart->context, colour);
    cairo_rectangle(chart->context, left, top, round(hyp_box_x(box, x1)) - left,
                    hyp_box_y(box, y0) - top);
    cairo_fill(chart->context);
}

void hyp_chart_mark(const hyp_chart *chart, const hyp_box *box, double x,
                    double y)
{
    const double dash = 8;

    cairo_set_dash(chart->context, &dash, 1, 0);
    hairline(chart->context, hyp_box_x(box, x), box->bottom, hyp_box_x(box, x),
             hyp_box_y(box, y), HYP_INK);
    cairo_set_dash(chart->context, NULL, 0, 0);
}

void hyp_chart_image(const hyp_chart *chart, const hyp_box *box,
                     const uint32_t *dot)
{
    const int cols = (int)(box->right - box->left);
    const int rows = (int)(box->bottom - box->top);
    cairo_surface_t *image = cairo_image_surface_create_for_data(
        (unsigned char *)dot, CAIRO_FORMAT_RGB24, cols, rows,
        cols * (int)sizeof *dot);

    cairo_set_source_surface(chart->context, image, box->left, box->top);
    cairo_paint(chart->context);
    cairo_surface_destroy(image);
}

/* cairo's dots are 0xRRGGBB in the machine's order of bytes. */
static void to_bytes(cairo_surface_t *surface, int width, int height,
                     uint8_t *out)
{
    const unsigned char *data = cairo_image_surface_get_data(surface);
    const int stride = cairo_image_surface_get_stride(surface);

    for (int row = 0; row < height; row++) {
        const uint32_t *dot = (const uint32_t *)(data + row * stride);

        for (int col = 0; col < width; col++) {
            *out++ = (uint8_t)(dot[col] >> 16);
            *out++ = (uint8_t)(dot[col] >> 8);
            *out++ = (uint8_t)dot[col];
        }
    }
}

hyp_status hyp_chart_save(const hyp_chart *chart, const char *path,
                          const char *title, const hyp_box *box)
{
    hyp_png image = { .kind = HYP_PNG_DRAWING,
                      .rows = chart->height,
                      .cols = chart->width,
                      .title = title };
    char description[256];
    uint8_t *dot;
    hyp_status st;

    cairo_surface_flush(chart->surface);
    if (cairo_status(chart->context) != CAIRO_STATUS_SUCCESS)
        return refuse(cairo_status(chart->context));
    snprintf(description, sizeof description,
             "%s: %.9g at column %g, %.9g at column %g; "
             "%s: %.9g at row %g, %.9g at row %g",
             box->x.label, box->x.from, box->left, box->x.to, box->right,
             box->y.label, box->y.from, box->bottom, box->y.to, box->top);
    image.description = description;
    HYP_TRY(hyp_alloc(&dot, (size_t)chart->width * (size_t)chart->height * 3));
    to_bytes(chart->surface, chart->width, chart->height, dot);
    image.dot = dot;
    st = hyp_png_write(path, &image);
    free(dot);
out:
    return st;
}

void hyp_chart_release(hyp_chart *chart)
{
    if (chart->context)
        cairo_destroy(chart->context);
    if (chart->surface)
        cairo_surface_destroy(chart->surface);
    *chart = (hyp_chart){ 0 };
}
