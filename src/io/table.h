/*
 * table.h - tables of numbers as CSV
 *
 * One line of column names, then one line a row; the numbers have 17
 * significant digits, so that reading gives back the bits that were written.
 */
#ifndef HYP_IO_TABLE_H
#define HYP_IO_TABLE_H

#include "hyperslab/status.h"

typedef struct hyp_table {
    int columns, rows;
    char **name;   /* [columns]; owned, as is each           */
    double *value; /* [rows][columns]; owned                 */
} hyp_table;

/*
 * Write a table to path, replacing what is there.
 *
 * Collective: no
 * Shapes:     name [columns]; value [rows][columns], row-major
 * Requires:   names hold no comma, quote or line end
 * Errors:     HYP_ECREATE, HYP_EIO; a file may be left behind
 */
HYP_CHECKED hyp_status hyp_table_write(const char *path,
                                       const char *const *name, int columns,
                                       const double *value, int rows);

/*
 * Read a table.  Each row must have as many finite numbers as there are names;
 * blanks around them, CR LF and a byte order mark, as spreadsheets write them,
 * are taken off.
 *
 * Collective: no
 * Errors:     HYP_ENOINPUT; HYP_EFORMAT, naming the line; HYP_EIO, HYP_ENOMEM;
 *             table is then empty
 * Ownership:  the caller frees with hyp_table_release()
 */
HYP_CHECKED hyp_status hyp_table_read(hyp_table *table, const char *path);

/* Free what table owns and leave it empty.  Accepts { 0 }.  Collective: no. */
void hyp_table_release(hyp_table *table);

#endif
