/*
 * preview.c - a small image of a whole scene, for pictures
 */
#include "io/preview.h"

#include "base/mem.h"
#include "hyperslab/comm.h"
#include "io/mosaic.h"
#include "io/strips.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t dots_of(int64_t pixels, int factor)
{
    return (pixels + factor - 1) / factor;
}

/* Pixels from the image's corner to each tile's, as on the ground. */
static void place_on_ground(const hyp_scene *scene, hyp_preview *p)
{
    const hyp_extent ground = hyp_mosaic_extent(scene);

    for (int i = 0; i < p->tiles; i++) {
        const hyp_georef *g = &scene->tile[i].tile->georef;

        p->tile[i].row = llround((ground.north - g->north) / g->pixel_y);
        p->tile[i].col = llround((g->west - ground.west) / g->pixel_x);
    }
    p->rows = ground.rows;
    p->cols = ground.cols;
}

/* The same, side by side, each tile in the room that the largest takes. */
static void place_side_by_side(const hyp_scene *scene, hyp_preview *p)
{
    const int across = (int)ceil(sqrt(p->tiles));
    const int down = (p->tiles + across - 1) / across;
    int64_t rows = 0, cols = 0;

    for (int i = 0; i < p->tiles; i++) {
        const hyp_tile *tile = scene->tile[i].tile;

        rows = tile->rows > rows ? tile->rows : rows;
        cols = tile->cols > cols ? tile->cols : cols;
    }
    for (int i = 0; i < p->tiles; i++) {
        p->tile[i].row = i / across * rows;
        p->tile[i].col = i % across * cols;
    }
    p->rows = down * rows;
    p->cols = across * cols;
}

/* Whether the image, and all dots of tiles that overlap, are few enough. */
static bool fits(const hyp_scene *scene, const hyp_preview *p, int factor)
{
    int64_t dots = 0;

    for (int i = 0; i < scene->tiles; i++)
        dots += dots_of(scene->tile[i].tile->rows, factor) *
                dots_of(scene->tile[i].tile->cols, factor);
    return dots_of(p->rows, factor) <= HYP_PREVIEW_SIDE &&
           dots_of(p->cols, factor) <= HYP_PREVIEW_SIDE &&
           dots <= 2 * HYP_PREVIEW_SIDE * HYP_PREVIEW_SIDE;
}

/* From pixels to dots.  A tile's dots begin at its own corner, so that none
   holds pixels of two tiles; they are moved by less than a dot for that. */
static void shrink(const hyp_scene *scene, hyp_preview *p)
{
    p->factor = 1;
    while (!fits(scene, p, p->factor))
        p->factor++;
    p->rows = p->cols = 0;
    for (int i = 0; i < p->tiles; i++) {
        hyp_preview_tile *t = &p->tile[i];
        const hyp_scene_tile *from = &scene->tile[i];

        t->row /= p->factor;
        t->col /= p->factor;
        t->rows = dots_of(from->tile->rows, p->factor);
        t->cols = dots_of(from->tile->cols, p->factor);
        t->first_row = from->first_row;
        t->pixel_rows = from->tile->rows;
        p->rows = t->row + t->rows > p->rows ? t->row + t->rows : p->rows;
        p->cols = t->col + t->cols > p->cols ? t->col + t->cols : p->cols;
    }
}

/* The rows of a tile's dots that a rank keeps: those of its strips. */
static hyp_rows rows_kept(const hyp_preview *p, const hyp_preview_tile *t,
                          int rank)
{
    int64_t bound[2];

    for (int i = 0; i < 2; i++) {
        int64_t row = p->first[rank + i] - t->first_row;

        row = row < 0 ? 0 : row > t->pixel_rows ? t->pixel_rows : row;
        row = (row + t->strip_rows - 1) / t->strip_rows * t->strip_rows;
        bound[i] = dots_of(row, p->factor);
        bound[i] = bound[i] < t->rows ? bound[i] : t->rows;
    }
    return (hyp_rows){ bound[0], bound[1] };
}

static int64_t dots_kept(const hyp_preview *p, int rank)
{
    int64_t dots = 0;

    for (int i = 0; i < p->tiles; i++) {
        const hyp_rows rows = rows_kept(p, &p->tile[i], rank);

        dots += (rows.end - rows.begin) * p->tile[i].cols;
    }
    return dots;
}

/* One tile on its way through strips, whose rows are lines: first the classes
   of a row's pixels, then its values, channel after channel. */
typedef struct passage {
    hyp_preview *preview;
    const hyp_preview_source *source;
    int tile;
    int64_t pixel_cols;
    int64_t slab_row; /* the first of this rank's rows of the tile         */
    int64_t dot;      /* the next of this rank's dots to be made           */
    uint32_t *count;  /* [classes + 1], zero; borrowed                     */
} passage;

static void fill_pixel(const passage *a, int64_t pixel, uint16_t *line)
{
    const hyp_preview_source *s = a->source;
    int16_t *out = (int16_t *)line + a->pixel_cols;

    *line = (uint16_t)(s->label ? s->label[pixel] + 1 : 1);
    for (int i = 0; i < s->channels; i++, out += a->pixel_cols)
        *out = s->value[pixel * s->channels + i];
}

/* A hyp_raster_fill. */
static hyp_status fill(void *context, int64_t row, int64_t rows, void *out)
{
    const passage *a = context;
    const hyp_slab *slab = a->source->slab;
    const int64_t line = a->pixel_cols * (1 + a->preview->channels);
    uint16_t *to = out;

    for (int64_t r = a->slab_row + row; rows > 0; r++, rows--, to += line) {
        const uint8_t *valid = slab->valid + slab->cells[r];
        int64_t pixel = slab->before[r];

        for (int64_t c = 0; c < a->pixel_cols; c++) {
            to[c] = 0;
            if (valid[c])
                fill_pixel(a, pixel++, to + c);
        }
    }
    return HYP_OK;
}

/* A hyp_strips_put. */
static hyp_status put(void *context, int64_t strip, const void *lines,
                      size_t bytes)
{
    passage *a = context;
    hyp_preview *p = a->preview;
    const int64_t line = a->pixel_cols * (1 + p->channels);
    const hyp_decimate_shape shape = { (int64_t)(bytes / 2) / line,
                                       a->pixel_cols, line, p->factor };
    const uint16_t *class = lines;
    const int16_t *value = lines;

    (void)strip; /* they come in order */
    hyp_decimate_classes(&shape, class, a->count, p->class + a->dot);
    for (int i = 0; i < p->channels; i++)
        hyp_decimate_values(&shape, class, value + (1 + i) * a->pixel_cols,
                            p->value + i * p->dots + a->dot);
    a->dot += dots_of(shape.rows, p->factor) * dots_of(shape.cols, p->factor);
    return HYP_OK;
}

/* Share out the strips of each tile, which says which dots each rank keeps. */
static hyp_status share_all(hyp_strips *strips, const hyp_preview_source *s,
                            hyp_preview *p, MPI_Comm comm)
{
    const hyp_rows mine = { s->slab->first_row,
                            s->slab->first_row + s->slab->rows };
    hyp_status st = HYP_OK;

    for (int i = 0; i < p->tiles; i++) {
        const hyp_tile *tile = s->scene->tile[i].tile;
        const hyp_rows rows = hyp_scene_rows(s->scene, i, mine);
        const size_t row_bytes =
            (size_t)tile->cols * 2 * (1 + (size_t)p->channels);

        HYP_TRY(hyp_strips_init_all(&strips[i], tile->rows, row_bytes,
                                    p->factor, rows.end - rows.begin, comm));
        p->tile[i].strip_rows = strips[i].height;
    }
    MPI_Allgather(&s->slab->rows, 1, MPI_INT64_T, p->first + 1, 1, MPI_INT64_T,
                  comm);
    for (int r = 0; r < p->ranks; r++)
        p->first[r + 1] += p->first[r];
out:
    return st;
}

static hyp_status walk_all(hyp_strips *strips, const hyp_preview_source *s,
                           hyp_preview *p, uint32_t *count, MPI_Comm comm)
{
    const hyp_rows mine = { s->slab->first_row,
                            s->slab->first_row + s->slab->rows };
    passage a = { .preview = p, .source = s, .count = count };
    hyp_status st = HYP_OK;

    for (a.tile = 0; a.tile < p->tiles; a.tile++) {
        const hyp_rows rows = hyp_scene_rows(s->scene, a.tile, mine);

        a.pixel_cols = s->scene->tile[a.tile].tile->cols;
        a.slab_row = rows.begin - s->slab->first_row;
        HYP_TRY(hyp_strips_walk_all(&strips[a.tile], fill, &a, put, &a, comm));
    }
out:
    return st;
}

static void lay_out(hyp_preview *p, const hyp_scene *scene)
{
    p->by_place = scene->tiles > 1 && hyp_mosaic_fits(scene);
    if (p->by_place)
        place_on_ground(scene, p);
    else
        place_side_by_side(scene, p);
    shrink(scene, p);
}

hyp_status hyp_preview_make_all(hyp_preview *p, const hyp_preview_source *s,
                                MPI_Comm comm)
{
    hyp_strips *strips = NULL;
    uint32_t *count = NULL;
    hyp_status st;
    int rank;

    *p = (hyp_preview){ .channels = s->channels, .tiles = s->scene->tiles };
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &p->ranks);
    st = hyp_alloc(&p->tile, (size_t)p->tiles);
    if (st == HYP_OK)
        st = hyp_alloc(&p->first, (size_t)p->ranks + 1);
    if (st == HYP_OK)
        st = hyp_alloc(&strips, (size_t)p->tiles);
    if (st == HYP_OK)
        st = hyp_alloc(&count, (size_t)s->classes + 2);
    HYP_TRY(hyp_agree(comm, st));
    lay_out(p, s->scene);
    HYP_TRY(share_all(strips, s, p, comm));
    p->dots = dots_kept(p, rank);
    st = hyp_alloc(&p->class, (size_t)p->dots);
    if (st == HYP_OK)
        st = hyp_alloc(&p->value, (size_t)(p->dots * p->channels));
    HYP_TRY(hyp_agree(comm, st));
    st = walk_all(strips, s, p, count, comm);
out:
    for (int i = 0; strips && i < p->tiles; i++)
        hyp_strips_release(&strips[i]);
    free(strips);
    free(count);
    if (st != HYP_OK)
        hyp_preview_release(p);
    return st;
}

/* What is brought together on the root: values of two bytes. */
typedef struct gathering {
    int *count, *start; /* [ranks]: dots of each rank, and those before them */
    int16_t *dots;      /* of all ranks, one after the other                 */
    int16_t *image;     /* [rows][cols], of several tiles                    */
} gathering;

static hyp_status gathering_init(gathering *g, const hyp_preview *p)
{
    hyp_status st;
    int total = 0;

    HYP_TRY(hyp_alloc(&g->count, (size_t)p->ranks));
    HYP_TRY(hyp_alloc(&g->start, (size_t)p->ranks));
    for (int r = 0; r < p->ranks; r++) {
        g->count[r] = (int)dots_kept(p, r);
        g->start[r] = total;
        total += g->count[r];
    }
    HYP_TRY(hyp_alloc(&g->dots, (size_t)total));
    if (p->tiles > 1)
        st = hyp_alloc(&g->image, (size_t)(p->rows * p->cols));
out:
    return st;
}

/* Lay dots over those that are there, but for those that are nodata. */
static void lay_over(int16_t *image, const int16_t *dots, int64_t count,
                     int16_t nodata)
{
    for (int64_t i = 0; i < count; i++)
        image[i] = dots[i] == nodata ? image[i] : dots[i];
}

/* Ranks own consecutive rows, so that their dots come tile by tile. */
static void lay_all_over(const gathering *g, const hyp_preview *p,
                         int16_t nodata)
{
    const int16_t *dots = g->dots;

    for (int64_t i = 0; i < p->rows * p->cols; i++)
        g->image[i] = nodata;
    for (int r = 0; r < p->ranks; r++)
        for (int i = 0; i < p->tiles; i++) {
            const hyp_preview_tile *t = &p->tile[i];
            const hyp_rows rows = rows_kept(p, t, r);

            for (int64_t row = rows.begin; row < rows.end; row++) {
                lay_over(g->image + (t->row + row) * p->cols + t->col, dots,
                         t->cols, nodata);
                dots += t->cols;
            }
        }
}

static hyp_status gather_all(const hyp_preview *p, const void *dots,
                             int16_t nodata, int root, MPI_Comm comm,
                             int16_t **image)
{
    gathering g = { 0 };
    hyp_status st = HYP_OK;
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == root)
        st = gathering_init(&g, p);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Gatherv(dots, (int)p->dots, MPI_INT16_T, g.dots, g.count, g.start,
                MPI_INT16_T, root, comm);
    if (rank == root && p->tiles > 1)
        lay_all_over(&g, p, nodata);
out:
    free(g.count);
    free(g.start);
    *image = NULL;
    if (st == HYP_OK && rank == root) /* one tile's dots are the image */
        *image = p->tiles > 1 ? g.image : g.dots;
    if (*image != g.dots)
        free(g.dots);
    if (*image != g.image)
        free(g.image);
    return st;
}

hyp_status hyp_preview_classes_all(const hyp_preview *p, int root,
                                   MPI_Comm comm, uint16_t **image)
{
    int16_t *same_bits;
    const hyp_status st = gather_all(p, p->class, 0, root, comm, &same_bits);

    *image = (uint16_t *)same_bits;
    return st;
}

hyp_status hyp_preview_channel_all(const hyp_preview *p, int channel, int root,
                                   MPI_Comm comm, int16_t **image)
{
    return gather_all(p, p->value + channel * p->dots, HYP_PREVIEW_NODATA, root,
                      comm, image);
}

void hyp_preview_release(hyp_preview *p)
{
    free(p->tile);
    free(p->first);
    free(p->class);
    free(p->value);
    *p = (hyp_preview){ 0 };
}
