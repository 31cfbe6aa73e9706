/*
 * views.c - images of a scene as PNG files
 */
#include "io/views.h"

#include "base/mem.h"
#include "core/palette.h"
#include "core/stretch.h"
#include "io/png.h"
#include "io/preview.h"

#include <stdlib.h>

enum { OPAQUE = 255 };

/* Dots as bytes: red, green, blue, and opacity if some have no data. */
typedef struct canvas {
    hyp_png_kind kind;
    int samples;
    int64_t dots;
    uint8_t *dot; /* [dots][samples]; owned */
} canvas;

static hyp_status canvas_init(canvas *c, const hyp_view *view)
{
    bool whole = true;

    *c = (canvas){ .dots = view->rows * view->cols };
    for (int64_t i = 0; i < c->dots && whole; i++)
        whole = view->class[i] != 0;
    c->kind = whole ? HYP_PNG_PHOTO : HYP_PNG_CUTOUT;
    c->samples = hyp_png_samples(c->kind);
    return hyp_alloc(&c->dot, (size_t)c->dots * (size_t)c->samples);
}

static hyp_status canvas_write(canvas *c, const char *path,
                               const hyp_view *view)
{
    hyp_status st = HYP_OK;

    if (view->photo)
        st = hyp_jpeg_encode(c->dot, c->samples, view->rows, view->cols,
                             view->photo);
    if (st != HYP_OK)
        return hyp_fail_while(st, "photograph of '%s'", path);
    if (c->kind == HYP_PNG_CUTOUT)
        for (int64_t i = 0; i < c->dots; i++)
            c->dot[i * c->samples + HYP_VIEW_COLOURS] =
                view->class[i] ? OPAQUE : 0;
    return hyp_png_write(path, &(hyp_png){ .kind = c->kind,
                                           .rows = view->rows,
                                           .cols = view->cols,
                                           .dot = c->dot,
                                           .title = view->title,
                                           .description = view->description });
}

static hyp_status stretch(canvas *c, const hyp_view *view)
{
    hyp_status st = HYP_OK;

    for (int i = 0; i < HYP_VIEW_COLOURS && st == HYP_OK; i++)
        st = hyp_stretch(view->colour[i], c->dots, HYP_PREVIEW_NODATA,
                         view->tail, c->dot + i, c->samples);
    return st;
}

/* Mix the colours of classes in: parts of two, the other is what is there. */
static void paint_classes(canvas *c, const hyp_view *view,
                          const uint8_t (*palette)[3], int parts)
{
    for (int64_t i = 0; i < c->dots; i++) {
        const uint8_t *colour = palette[view->class[i]];
        uint8_t *dot = c->dot + i * c->samples;

        for (int k = 0; k < HYP_VIEW_COLOURS; k++)
            dot[k] =
                (uint8_t)((parts * colour[k] + (2 - parts) * dot[k] + 1) / 2);
    }
}

static hyp_status make_palette(uint8_t (**palette)[3], int classes)
{
    hyp_status st = hyp_alloc(palette, (size_t)classes + 1);

    for (int class = 0; st == HYP_OK && class <= classes; class ++)
        hyp_palette_colour(class, (*palette)[class]);
    return st;
}

/* More classes than a palette has room for. */
static hyp_status write_many(const char *path, const hyp_view *view,
                             const uint8_t (*palette)[3])
{
    canvas c;
    hyp_status st = canvas_init(&c, view);

    if (st != HYP_OK)
        return st;
    paint_classes(&c, view, palette, 2);
    st = canvas_write(&c, path, view);
    free(c.dot);
    return st;
}

static hyp_status write_few(const char *path, const hyp_view *view,
                            const uint8_t (*palette)[3])
{
    const int64_t dots = view->rows * view->cols;
    uint8_t *dot;
    hyp_status st = hyp_alloc(&dot, (size_t)dots);

    if (st != HYP_OK)
        return st;
    for (int64_t i = 0; i < dots; i++)
        dot[i] = (uint8_t)view->class[i];
    st = hyp_png_write(path, &(hyp_png){ .kind = HYP_PNG_PALETTE,
                                         .rows = view->rows,
                                         .cols = view->cols,
                                         .dot = dot,
                                         .palette = palette,
                                         .colours = view->classes + 1,
                                         .title = view->title,
                                         .description = view->description });
    free(dot);
    return st;
}

hyp_status hyp_view_classes(const char *path, const hyp_view *view)
{
    uint8_t(*palette)[3];
    hyp_status st = make_palette(&palette, view->classes);

    if (st != HYP_OK)
        return st;
    st = (view->classes <= HYP_PALETTE_CLASSES ? write_few : write_many)(
        path, view, (const uint8_t(*)[3])palette);
    free(palette);
    return st;
}

static hyp_status write_colours(const char *path, const hyp_view *view,
                                const uint8_t (*palette)[3])
{
    canvas c;
    hyp_status st;

    HYP_TRY(canvas_init(&c, view));
    HYP_TRY(stretch(&c, view));
    if (palette)
        paint_classes(&c, view, palette, 1);
    st = canvas_write(&c, path, view);
out:
    free(c.dot);
    return st;
}

hyp_status hyp_view_colours(const char *path, const hyp_view *view)
{
    return write_colours(path, view, NULL);
}

hyp_status hyp_view_overlay(const char *path, const hyp_view *view)
{
    uint8_t(*palette)[3];
    hyp_status st = make_palette(&palette, view->classes);

    if (st == HYP_OK)
        st = write_colours(path, view, (const uint8_t(*)[3])palette);
    free(palette);
    return st;
}
