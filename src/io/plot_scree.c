/*
 * plot_scree.c - a chart of the variance of components
 */
#include "io/plots.h"

#include "io/chart.h"

#include <stdio.h>

static const hyp_lettering heading = { 23, 0, HYP_INK, true };

enum {
    WIDTH = 1200,
    HEIGHT = 720,
    LINE = 28, /* from line to line of the legend */
    MOST = 30, /* components that are drawn       */
    BLUE = 0x0072b2,
    PALE_BLUE = 0xb3d4e8,
    ORANGE = 0xd55e00
};

/* How many components are drawn: those that are kept, and some to compare. */
static int components_drawn(int components, int kept)
{
    const int wanted = kept + 3 < 10 ? 10 : kept + 3 > MOST ? MOST : kept + 3;

    return wanted < components ? wanted : components;
}

/* Its share in or above the bar of a component. */
static void write_share(const hyp_chart *chart, const hyp_box *box,
                        int component, double percent)
{
    const bool within = percent >= 8;
    const hyp_lettering small = { 16, 0.5, within ? 0xffffff : HYP_INK, false };
    char text[32];

    snprintf(text, sizeof text,
             percent >= 9.95     ? "%.1f"
             : percent >= 0.0095 ? "%.2g"
                                 : "%.1g",
             percent);
    hyp_chart_text(chart, hyp_box_x(box, component),
                   hyp_box_y(box, percent) + (within ? 18 : -13), &small, text);
}

static void draw_shares(const hyp_chart *chart, const hyp_box *box,
                        const double *share, int drawn, int kept)
{
    for (int i = 0; i < drawn; i++) {
        hyp_chart_fill(chart, box, i + 0.6, 0, i + 1.4, 100 * share[i],
                       i < kept ? BLUE : PALE_BLUE);
        if (drawn <= 20)
            write_share(chart, box, i + 1, 100 * share[i]);
    }
}

static void draw_sums(const hyp_chart *chart, const hyp_box *box,
                      const double *share, int drawn)
{
    double x[MOST], y[MOST], sum = 0;

    for (int i = 0; i < drawn; i++) {
        sum += 100 * share[i];
        x[i] = i + 1;
        y[i] = sum;
    }
    hyp_chart_line(chart, box, x, y, drawn, ORANGE);
    hyp_chart_dots(chart, box, x, y, drawn, ORANGE);
}

static void explain_shares(const hyp_chart *chart, const hyp_box *box)
{
    const double y = hyp_box_y(box, 65);
    hyp_lettering l = { 20, 1, ORANGE, false };

    hyp_chart_text(chart, box->right - 20, y, &l, "cumulated");
    l.colour = BLUE;
    hyp_chart_text(chart, box->right - 20, y + LINE, &l, "of each component");
}

/* Where the components that are kept end, and what they hold together. */
static void mark_kept(const hyp_chart *chart, const hyp_box *box,
                      const double *share, int kept)
{
    const double top = 30; /* per cent */
    const double place = hyp_box_x(box, kept + 0.5);
    const bool late = place > (box->left + box->right) / 2;
    const hyp_lettering l = { 20, late ? 1 : 0, HYP_INK, false };
    double sum = 0;
    char text[96];

    for (int i = 0; i < kept; i++)
        sum += share[i];
    snprintf(text, sizeof text, "%d component%s kept: %.4g %%", kept,
             kept == 1 ? "" : "s", 100 * sum);
    if (kept + 0.5 <= box->x.to)
        hyp_chart_mark(chart, box, kept + 0.5, top);
    hyp_chart_text(chart, late ? box->right - 20 : place + 10,
                   hyp_box_y(box, top) + (late ? -18 : 10), &l, text);
}

hyp_status hyp_plot_scree(const char *path, const double *share, int components,
                          int kept)
{
    static const char title[] = "Variance of the principal components";
    const int drawn = components_drawn(components, kept);
    const hyp_box box = { .left = 105,
                          .top = 65,
                          .right = WIDTH - 50,
                          .bottom = HEIGHT - 90,
                          .grid = true,
                          .x = { 0.5, drawn + 0.5, "principal component",
                                 true },
                          .y = { 0, 100, "share of the variance (%)", false } };
    hyp_chart chart;
    hyp_status st;

    HYP_TRY(hyp_chart_init(&chart, WIDTH, HEIGHT));
    hyp_chart_frame(&chart, &box);
    draw_shares(&chart, &box, share, drawn, kept);
    draw_sums(&chart, &box, share, drawn);
    mark_kept(&chart, &box, share, kept);
    explain_shares(&chart, &box);
    hyp_chart_text(&chart, box.left, 32, &heading, title);
    st = hyp_chart_save(&chart, path, title, &box);
    hyp_chart_release(&chart);
out:
    return st;
}
