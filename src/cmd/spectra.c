/*
 * spectra.c - write spectra of a job as a table
 */
#include "cmd/spectra.h"

#include "base/mem.h"
#include "io/table.h"

#include <stdio.h>
#include <stdlib.h>

hyp_status hyp_names_init(hyp_names *n, int count)
{
    hyp_status st;

    *n = (hyp_names){ 0 };
    HYP_TRY(hyp_alloc(&n->text, (size_t)count));
    HYP_TRY(hyp_alloc(&n->pointer, (size_t)count));
    for (int i = 0; i < count; i++)
        n->pointer[i] = n->text[i];
out:
    return st;
}

void hyp_names_release(hyp_names *n)
{
    free(n->text);
    free(n->pointer);
}

hyp_status hyp_spectra_write(const hyp_job *job, const char *file,
                             const char *prefix, const double *spectra,
                             int count, double divisor)
{
    const int bands = job->bands, columns = count + 1;
    double *value = NULL;
    hyp_names n = { 0 };
    hyp_status st;

    HYP_TRY(hyp_names_init(&n, columns));
    HYP_TRY(hyp_alloc(&value, (size_t)bands * (size_t)columns));
    snprintf(n.text[0], HYP_NAME_ROOM, "wavelength_nm");
    for (int j = 0; j < count; j++)
        snprintf(n.text[j + 1], HYP_NAME_ROOM, "%s_%d", prefix, j + 1);
    for (int b = 0; b < bands; b++) {
        double *row = value + (size_t)b * (size_t)columns;

        row[0] = hyp_scene_wavelength(&job->scene, b);
        for (int j = 0; j < count; j++)
            row[j + 1] =
                spectra[(size_t)j * (size_t)bands + (size_t)b] / divisor;
    }
    st = hyp_table_write(hyp_output_path(&job->outputs, file), n.pointer,
                         columns, value, bands);
out:
    free(value);
    hyp_names_release(&n);
    return st;
}
