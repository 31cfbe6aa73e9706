/*
 * info.c - hyperslab info: say what tiles hold
 */
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/tiles_json.h"
#include "hyperslab/comm.h"
#include "hyperslab/scene.h"
#include "io/tile_storage.h"

#include <stdio.h>

static void print_storage(const hyp_tile *tile)
{
    const hyp_chunking *c = &tile->chunk;

    if (!c->in_file) {
        puts("storage      contiguous");
        return;
    }
    printf("storage      chunks of %lld x %lld x %d (%s), %lld in all; %s\n",
           (long long)c->rows, (long long)c->cols, c->bands,
           c->filters[0] ? c->filters : "no filter", (long long)tile->chunks,
           c->raw ? "inflated directly" : "read through HDF5's filters");
}

static void print_place(const hyp_tile *tile)
{
    const hyp_georef *g = &tile->georef;

    printf("map info     %s\n", tile->map_info[0] ? tile->map_info : "none");
    if (!hyp_georef_is_known(g)) {
        puts("extent       unknown");
        return;
    }
    if (g->epsg)
        printf("CRS          EPSG:%d\n", g->epsg);
    printf("resolution   %g x %g\n", g->pixel_x, g->pixel_y);
    printf("extent       %.10g %.10g %.10g %.10g (west south east north)\n",
           g->west, g->north - (double)tile->rows * g->pixel_y,
           g->west + (double)tile->cols * g->pixel_x, g->north);
}

static hyp_status print_bands(const hyp_tile *tile)
{
    hyp_bands kept;
    hyp_status st = hyp_bands_neon(&kept, tile->wavelength, tile->bands,
                                   tile->window, tile->windows);

    printf("wavelengths  %.10g to %.10g nm\n", tile->wavelength[0],
           tile->wavelength[tile->bands - 1]);
    printf("bad windows ");
    for (int i = 0; i < tile->windows; i++)
        printf(" %g-%g", tile->window[i].low, tile->window[i].high);
    printf(" nm%s\n",
           tile->default_windows ? " (defaults: the file names none)" : "");
    if (st != HYP_OK) /* too few bands for the rule: nothing to add */
        return HYP_OK;
    printf("kept bands   %d of %d by NEON's rule\n", kept.count, tile->bands);
    hyp_bands_release(&kept);
    return HYP_OK;
}

static hyp_status print_text(const hyp_tile *tile)
{
    printf("file         %s\n", tile->path);
    printf("cube         %s\n", tile->cube);
    printf("shape        %lld rows, %lld columns, %d bands, read as %s\n",
           (long long)tile->rows, (long long)tile->cols, tile->bands,
           hyp_element_name(tile->element));
    print_storage(tile);
    printf("scale        %g\n", tile->scale);
    if (tile->has_nodata)
        printf("nodata       %g\n", tile->nodata);
    else
        puts("nodata       none");
    print_place(tile);
    return print_bands(tile);
}

static hyp_status print_texts(const hyp_scene *scene)
{
    hyp_status st = HYP_OK;

    for (int i = 0; st == HYP_OK && i < scene->tiles; i++) {
        if (i > 0)
            putchar('\n');
        st = print_text(scene->tile[i].tile);
    }
    return st;
}

hyp_status hyp_cmd_info_all(const hyp_settings *settings, MPI_Comm comm)
{
    hyp_inputs inputs;
    hyp_scene scene = { 0 };
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    HYP_TRY(
        hyp_inputs_find_all(&inputs, settings->tile, settings->tiles, comm));
    HYP_TRY(hyp_scene_open_all(&scene, inputs.path, inputs.count, comm));
    if (rank == 0)
        st = settings->json ? hyp_tiles_print(&scene) : print_texts(&scene);
    if (rank == 0 && st == HYP_OK && (fflush(stdout) != 0 || ferror(stdout)))
        st = hyp_fail(HYP_EIO, "cannot write to standard output");
    st = hyp_agree(comm, st);
out:
    hyp_scene_release(&scene);
    hyp_inputs_release(&inputs);
    return st;
}
