/*
 * sweep_table.c - what a sweep has found, and how it is printed and written
 */
#include "cmd/sweep_table.h"

#include "base/mem.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const columns[] = { "classes",
                                       "subset",
                                       "pca",
                                       "dimensions",
                                       "step",
                                       "iterations",
                                       "converged",
                                       "within",
                                       "calinski_harabasz",
                                       "davies_bouldin",
                                       "silhouette",
                                       "adjusted_rand_index",
                                       "agreement",
                                       "adjusted_rand_index_same_k",
                                       "agreement_same_k",
                                       "seconds" };

enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* A number that need not be defined. */
static void print_number(int width, int digits, double value)
{
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, digits, value);
}

static void print_line(const hyp_sweep_line *l)
{
    printf("%5d %6d %7.6g %5d %10d%c %11.6g", l->classes, l->subset, l->share,
           l->dimensions, l->iterations, l->converged ? ' ' : '*', l->within);
    print_number(10, 1, l->quality.calinski_harabasz);
    print_number(7, 4, l->quality.davies_bouldin);
    print_number(10, 4, l->quality.silhouette);
    print_number(8, 4, l->first.rand);
    print_number(6, 4, l->first.agreement);
    print_number(8, 4, l->same_k.rand);
    print_number(6, 4, l->same_k.agreement);
    print_number(8, 2, l->seconds);
    putchar('\n');
}

void hyp_sweep_print(const hyp_sweep *sweep)
{
    bool stopped = false;

    printf("%76s %15s %15s\n", "", "with first line", "first of this k");
    printf("%5s %6s %7s %5s %10s  %11s %10s %7s %10s %8s %6s %8s %6s %8s\n",
           "k", "subset", "pca", "dims", "iterations", "within", "CH", "DB",
           "silhouette", "ARI", "agree", "ARI", "agree", "seconds");
    for (int i = 0; i < sweep->count; i++) {
        print_line(&sweep->line[i]);
        stopped = stopped || !sweep->line[i].converged;
    }
    printf("\n%lld pixels. CH: Calinski-Harabasz, greater is better; DB: "
           "Davies-Bouldin, less is better.\nARI: adjusted Rand index; agree: "
           "share of the pixels, after the best matching.\n",
           (long long)sweep->pixels);
    if (stopped)
        puts("*: stopped at --max-iter.");
}

static json_t *real_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *describe_line(const hyp_sweep_line *l)
{
    return json_pack(
        "{s:i, s:i, s:f, s:i, s:f, s:i, s:b, s:f, s:o, s:o, s:o, s:f, s:f, "
        "s:f, s:f, s:f}",
        "classes", l->classes, "subset", l->subset, "pca", l->share,
        "dimensions", l->dimensions, "step", l->step, "iterations",
        l->iterations, "converged", l->converged, "within", l->within,
        "calinski_harabasz", real_or_null(l->quality.calinski_harabasz),
        "davies_bouldin", real_or_null(l->quality.davies_bouldin), "silhouette",
        real_or_null(l->quality.silhouette), "adjusted_rand_index",
        l->first.rand, "agreement", l->first.agreement,
        "adjusted_rand_index_same_k", l->same_k.rand, "agreement_same_k",
        l->same_k.agreement, "seconds", l->seconds);
}

json_t *hyp_sweep_describe(const hyp_sweep *sweep)
{
    json_t *lines = json_array();

    for (int i = 0; i < sweep->count; i++)
        json_array_append_new(lines, describe_line(&sweep->line[i]));
    return json_pack("{s:I, s:o}", "pixels", (json_int_t)sweep->pixels, "lines",
                     lines);
}

void hyp_sweep_print_json(const hyp_sweep *sweep)
{
    json_t *root = hyp_sweep_describe(sweep);

    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(root);
}

hyp_status hyp_sweep_write(const hyp_sweep *sweep, const char *path)
{
    double(*row)[COLUMNS];
    hyp_status st = hyp_alloc(&row, (size_t)sweep->count);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < sweep->count; i++) {
        const hyp_sweep_line *l = &sweep->line[i];
        const double value[COLUMNS] = { l->classes,
                                        l->subset,
                                        l->share,
                                        l->dimensions,
                                        l->step,
                                        l->iterations,
                                        l->converged,
                                        l->within,
                                        l->quality.calinski_harabasz,
                                        l->quality.davies_bouldin,
                                        l->quality.silhouette,
                                        l->first.rand,
                                        l->first.agreement,
                                        l->same_k.rand,
                                        l->same_k.agreement,
                                        l->seconds };

        for (int c = 0; c < COLUMNS; c++)
            row[i][c] = value[c];
    }
    st = hyp_table_write(path, columns, COLUMNS, row[0], sweep->count);
    free(row);
    return st;
}

void hyp_sweep_release(hyp_sweep *sweep)
{
    free(sweep->line);
    *sweep = (hyp_sweep){ 0 };
}
