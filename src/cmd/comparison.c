/*
 * comparison.c - how what was found of two class maps is printed
 */
#include "cmd/comparison.h"

#include "cmd/json.h"
#include "core/agreement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDEST = 16 }; /* columns that a screen takes */

static const char *const words[] = { "one", "many", "same" };
static const char *const how[] = {
    "classes one to one",
    "each class of A to that of most of its pixels in B",
    "classes of the same number",
};

/* What is known of one class of B, and of the classes of A that match it. */
typedef struct class_row {
    int64_t in_a, in_b, in_both;
} class_row;

static class_row row_of(const hyp_comparison *c, int b)
{
    class_row row = { .in_b = b >= 0 ? c->table.b_count[b] : 0 };

    if (b >= 0)
        row.in_a = hyp_agreement_matched(&c->table, c->to, b, &row.in_both);
    else /* those without a match */
        for (int a = 0; a < c->table.a_classes; a++)
            row.in_a += c->to[a] < 0 ? c->table.a_count[a] : 0;
    return row;
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static double agreement(const hyp_comparison *c)
{
    return share(hyp_agreement_pixels(&c->table, c->to), c->table.pixels);
}

static void print_map(char name, const hyp_compared *map, int classes)
{
    printf("%c: %s, %d class%s", name, map->argument, classes,
           classes == 1 ? "" : "es");
    if (map->has_nodata)
        printf(", nodata %lld\n", (long long)map->nodata);
    else
        puts(", no nodata");
}

static void print_number(const char *name, double value)
{
    if (isnan(value))
        printf("%-20s not defined\n", name);
    else
        printf("%-20s %.6f\n", name, value);
}

static void print_share(double value)
{
    if (isnan(value))
        printf(" %10s", "-");
    else
        printf(" %10.6f", value);
}

/* A class of B, or -1; and which classes of A have become it. */
static void print_class(const hyp_comparison *c, int b)
{
    const class_row row = row_of(c, b);

    if (b < 0 && row.in_a == 0)
        return;
    if (b < 0)
        printf("%10s", "none");
    else
        printf("%10lld", (long long)c->table.b_value[b]);
    printf(" %12lld %12lld %12lld", (long long)row.in_a, (long long)row.in_b,
           (long long)row.in_both);
    print_share(share(row.in_both, row.in_a));
    print_share(share(row.in_both, row.in_b));
    print_share(share(row.in_both, row.in_a + row.in_b - row.in_both));
    for (int a = 0, first = 1; a < c->table.a_classes; a++)
        if (c->to[a] == b) {
            printf("%*s%lld", first ? 2 : 1, "",
                   (long long)c->table.a_value[a]);
            first = 0;
        }
    putchar('\n');
}

static void print_classes(const hyp_comparison *c)
{
    printf("\n%10s %12s %12s %12s %10s %10s %10s  %s\n", "class of B",
           "pixels of A", "of B", "of both", "user's", "producer's", "IoU",
           "classes of A");
    for (int b = 0; b < c->table.b_classes; b++)
        print_class(c, b);
    print_class(c, -1);
}

static void print_table(const hyp_contingency *t)
{
    if (t->b_classes > WIDEST) {
        printf("\npixels by class: a table of %d x %d, which --json prints\n",
               t->a_classes, t->b_classes);
        return;
    }
    printf("\npixels by class of A (rows) and of B (columns)\n%10s", "");
    for (int b = 0; b < t->b_classes; b++)
        printf(" %12lld", (long long)t->b_value[b]);
    putchar('\n');
    for (int a = 0; a < t->a_classes; a++) {
        printf("%10lld", (long long)t->a_value[a]);
        for (int b = 0; b < t->b_classes; b++)
            printf(" %12lld",
                   (long long)t->count[(int64_t)a * t->b_classes + b]);
        putchar('\n');
    }
}

void hyp_comparison_print(const hyp_comparison *c)
{
    print_map('A', &c->a, c->table.a_classes);
    print_map('B', &c->b, c->table.b_classes);
    printf("\n%-20s %lld\n", "pixels compared", (long long)c->table.pixels);
    printf("%-20s %lld without data in A, %lld in B, %lld in both\n",
           "left out", (long long)c->without_a, (long long)c->without_b,
           (long long)c->without_both);
    printf("%-20s %s\n", "matching", how[c->match]);
    printf("%-20s %lld\n", "pixels that agree",
           (long long)hyp_agreement_pixels(&c->table, c->to));
    print_number("agreement", agreement(c));
    print_number("kappa", hyp_agreement_kappa(&c->table, c->to));
    print_number("adjusted Rand index", hyp_agreement_rand(&c->table));
    print_classes(c);
    print_table(&c->table);
}

static json_t *real_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *integers(const int64_t *value, int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_integer(value[i]));
    return list;
}

static json_t *describe_map(const hyp_compared *map, const int64_t *value,
                            const int64_t *count, int classes)
{
    json_t *nodata = map->has_nodata ? json_integer(map->nodata) : json_null();

    return json_pack("{s:o, s:o, s:o, s:o}", "path",
                     hyp_json_text(map->argument), "nodata", nodata, "classes",
                     integers(value, classes), "pixels",
                     integers(count, classes));
}

static json_t *describe_table(const hyp_contingency *t)
{
    json_t *rows = json_array();

    for (int a = 0; a < t->a_classes; a++)
        json_array_append_new(
            rows, integers(t->count + (int64_t)a * t->b_classes, t->b_classes));
    return rows;
}

static json_t *describe_matching(const hyp_comparison *c)
{
    json_t *list = json_array();

    for (int a = 0; a < c->table.a_classes; a++)
        json_array_append_new(
            list,
            json_pack("{s:I, s:o}", "a", (json_int_t)c->table.a_value[a], "b",
                      c->to[a] < 0 ? json_null()
                                   : json_integer(c->table.b_value[c->to[a]])));
    return list;
}

static json_t *describe_classes(const hyp_comparison *c)
{
    json_t *list = json_array();

    for (int b = 0; b < c->table.b_classes; b++) {
        const class_row row = row_of(c, b);
        const int64_t either = row.in_a + row.in_b - row.in_both;

        json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "class",
                      (json_int_t)c->table.b_value[b], "pixels_a",
                      (json_int_t)row.in_a, "pixels_b", (json_int_t)row.in_b,
                      "pixels_both", (json_int_t)row.in_both, "users",
                      real_or_null(share(row.in_both, row.in_a)), "producers",
                      real_or_null(share(row.in_both, row.in_b)), "iou",
                      real_or_null(share(row.in_both, either))));
    }
    return list;
}

void hyp_comparison_print_json(const hyp_comparison *c)
{
    const hyp_contingency *t = &c->table;
    json_t *root = json_pack(
        "{s:o, s:o, s:I, s:{s:I, s:I, s:I}, s:I, s:f, s:o, s:f, s:s, s:o, s:o, "
        "s:o}",
        "a", describe_map(&c->a, t->a_value, t->a_count, t->a_classes), "b",
        describe_map(&c->b, t->b_value, t->b_count, t->b_classes), "pixels",
        (json_int_t)t->pixels, "left_out", "a", (json_int_t)c->without_a, "b",
        (json_int_t)c->without_b, "both", (json_int_t)c->without_both,
        "pixels_that_agree", (json_int_t)hyp_agreement_pixels(t, c->to),
        "agreement", agreement(c), "kappa",
        real_or_null(hyp_agreement_kappa(t, c->to)), "adjusted_rand_index",
        hyp_agreement_rand(t), "match", words[c->match], "matching",
        describe_matching(c), "classes", describe_classes(c), "confusion",
        describe_table(t));

    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(root);
}

void hyp_comparison_release(hyp_comparison *c)
{
    hyp_contingency_release(&c->table);
    free(c->to);
    *c = (hyp_comparison){ 0 };
}
