/*
 * matching.c - the best assignment of rows to columns
 *
 * Rows are added one by one.  Each looks for the cheapest way to a free column,
 * along which assigned rows move over: Dijkstra's shortest path, with a price
 * on every row and column that keeps all costs from being negative.
 */
#include "core/matching.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

/* The problem, turned so that there are no more rows than columns. */
typedef struct problem {
    const int64_t *value;
    int rows, cols;
    int64_t row_step, col_step; /* in value                            */
    int64_t greatest;           /* costs are what a value lacks of it  */
    int64_t *row_price;         /* [rows]; owned, as are the others    */
    int64_t *col_price;         /* [cols]                              */
    int64_t *length;            /* [cols]: of the shortest way so far  */
    int *from;                  /* [cols]: the row that it comes from  */
    int *col_of;                /* [rows]: assigned to it, or -1       */
    int *row_of;                /* [cols]                              */
    bool *reached;              /* [cols]: its way is known            */
} problem;

static int64_t cost(const problem *p, int row, int col)
{
    return p->greatest - p->value[row * p->row_step + col * p->col_step];
}

static hyp_status make_room(problem *p)
{
    const size_t rows = (size_t)p->rows, cols = (size_t)p->cols;
    hyp_status st;

    HYP_TRY(hyp_alloc(&p->row_price, rows));
    HYP_TRY(hyp_alloc(&p->col_price, cols));
    HYP_TRY(hyp_alloc(&p->length, cols));
    HYP_TRY(hyp_alloc(&p->from, cols));
    HYP_TRY(hyp_alloc(&p->col_of, rows));
    HYP_TRY(hyp_alloc(&p->row_of, cols));
    HYP_TRY(hyp_alloc(&p->reached, cols));
    for (int i = 0; i < p->rows; i++)
        p->col_of[i] = -1;
    for (int j = 0; j < p->cols; j++)
        p->row_of[j] = -1;
out:
    return st;
}

/* Go on from a row, which is so far away, to the nearest column not reached. */
static int step(problem *p, int row, int64_t far)
{
    int nearest = -1;

    for (int j = 0; j < p->cols; j++) {
        int64_t length;

        if (p->reached[j])
            continue;
        length = far + cost(p, row, j) - p->row_price[row] - p->col_price[j];
        if (length < p->length[j]) {
            p->length[j] = length;
            p->from[j] = row;
        }
        if (nearest < 0 || p->length[j] < p->length[nearest])
            nearest = j;
    }
    p->reached[nearest] = true;
    return nearest;
}

/* The free column that is nearest to a new row. */
static int find_way(problem *p, int row)
{
    int64_t far = 0;

    for (int j = 0; j < p->cols; j++) {
        p->reached[j] = false;
        p->length[j] = INT64_MAX;
    }
    for (;;) {
        const int col = step(p, row, far);

        if (p->row_of[col] < 0)
            return col;
        row = p->row_of[col];
        far = p->length[col];
    }
}

/* Prices under which the ways that were found cost nothing. */
static void set_prices(problem *p, int row, int64_t far)
{
    p->row_price[row] += far;
    for (int j = 0; j < p->cols; j++) {
        const int64_t spared = far - p->length[j];

        if (!p->reached[j] || spared == 0)
            continue;
        p->row_price[p->row_of[j]] += spared;
        p->col_price[j] -= spared;
    }
}

/* Let the rows on the way to a free column move over. */
static void move_over(problem *p, int row, int col)
{
    int mover;

    do {
        int left;

        mover = p->from[col];
        left = p->col_of[mover];
        p->row_of[col] = mover;
        p->col_of[mover] = col;
        col = left;
    } while (mover != row);
}

static void solve(problem *p)
{
    for (int row = 0; row < p->rows; row++) {
        const int col = find_way(p, row);

        set_prices(p, row, p->length[col]);
        move_over(p, row, col);
    }
}

static void release(problem *p)
{
    free(p->row_price);
    free(p->col_price);
    free(p->length);
    free(p->from);
    free(p->col_of);
    free(p->row_of);
    free(p->reached);
}

hyp_status hyp_matching_best(const int64_t *value, int rows, int cols, int *to)
{
    const bool turned = rows > cols;
    problem p = { .value = value,
                  .rows = turned ? cols : rows,
                  .cols = turned ? rows : cols,
                  .row_step = turned ? 1 : cols,
                  .col_step = turned ? cols : 1,
                  .greatest = value[0] };
    hyp_status st;

    for (int64_t i = 1; i < (int64_t)rows * cols; i++)
        p.greatest = value[i] > p.greatest ? value[i] : p.greatest;
    HYP_TRY(make_room(&p));
    solve(&p);
    for (int i = 0; i < rows; i++)
        to[i] = turned ? p.row_of[i] : p.col_of[i];
out:
    release(&p);
    return st;
}
