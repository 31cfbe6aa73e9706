/*
 * table.c - tables of numbers as CSV
 */
#include "io/table.h"

#include "base/fault.h"
#include "base/mem.h"
#include "io/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS          " \t\r\n"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

hyp_status hyp_table_write(const char *path, const char *const *name,
                           int columns, const double *value, int rows)
{
    hyp_status st;
    FILE *out;

    HYP_TRY(hyp_text_create(&out, path));
    for (int c = 0; c < columns; c++)
        fprintf(out, "%s%c", name[c], c + 1 < columns ? ',' : '\n');
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++)
            fprintf(out, "%.17g%c", *value++, c + 1 < columns ? ',' : '\n');
    st = hyp_text_close(out, path);
out:
    return st;
}

/* What is being read, for the words of an error. */
typedef struct reader {
    const char *path;
    FILE *in;
    char *line; /* the latest; grown by getline(); owned */
    size_t room;
    int number; /* of the line, from 1                   */
} reader;

/* Take blanks off both ends. */
static char *trim(char *text)
{
    size_t end;

    text += strspn(text, BLANKS);
    end = strlen(text);
    while (end > 0 && strchr(BLANKS, text[end - 1]) != NULL)
        end--;
    text[end] = '\0';
    return text;
}

/* The field that begins at *next, which then points behind its comma, or is
   NULL after the last field. */
static char *cut_field(char **next)
{
    char *field = *next;
    char *comma = strchr(field, ',');

    if (comma != NULL)
        *comma = '\0';
    *next = comma != NULL ? comma + 1 : NULL;
    return trim(field);
}

/* Point *text at the next line with anything on it, or at NULL at the end. */
static hyp_status next_line(reader *from, char **text)
{
    const size_t mark = strlen(BYTE_ORDER_MARK);
    ssize_t length;

    *text = NULL;
    while (errno = 0,
           (length = getline(&from->line, &from->room, from->in)) >= 0) {
        if (from->number == INT_MAX || strlen(from->line) < (size_t)length)
            return hyp_fail(HYP_EFORMAT, "'%s': is not a text file",
                            from->path);
        from->number++;
        *text = from->line;
        if (from->number == 1 &&
            strncmp(from->line, BYTE_ORDER_MARK, mark) == 0)
            *text += mark;
        *text = trim(*text);
        if (**text != '\0')
            return HYP_OK;
        *text = NULL;
    }
    if (!feof(from->in))
        return hyp_fail(errno == ENOMEM ? HYP_ENOMEM : HYP_EIO,
                        "cannot read '%s': %s", from->path, strerror(errno));
    return HYP_OK;
}

static hyp_status read_names(hyp_table *table, const reader *from, char *line)
{
    hyp_status st;
    int columns = 1;

    for (const char *c = line; *c != '\0'; c++)
        columns += *c == ',';
    HYP_TRY(hyp_alloc(&table->name, (size_t)columns));
    table->columns = columns;
    for (int c = 0; c < columns; c++) {
        const char *name = cut_field(&line);
        const size_t bytes = strlen(name) + 1;

        if (bytes == 1)
            return hyp_fail(HYP_EFORMAT, "'%s': line %d: column %d has no name",
                            from->path, from->number, c + 1);
        HYP_TRY(hyp_alloc(&table->name[c], bytes));
        memcpy(table->name[c], name, bytes);
    }
out:
    return st;
}

static hyp_status read_row(const hyp_table *table, const reader *from,
                           char *line, double *value)
{
    for (int c = 0; c < table->columns; c++) {
        char *field, *end;

        if (line == NULL)
            return hyp_fail(HYP_EFORMAT,
                            "'%s': line %d: %d values, but %d columns",
                            from->path, from->number, c, table->columns);
        field = cut_field(&line);
        value[c] = strtod(field, &end);
        if (end == field || *end != '\0' || !isfinite(value[c]))
            return hyp_fail(HYP_EFORMAT,
                            "'%s': line %d: column '%s': '%.40s' is not a "
                            "finite number",
                            from->path, from->number, table->name[c], field);
    }
    if (line != NULL)
        return hyp_fail(HYP_EFORMAT, "'%s': line %d: more than %d values",
                        from->path, from->number, table->columns);
    return HYP_OK;
}

/* Make room for twice as many rows as there are. */
static hyp_status grow(hyp_table *table, size_t *room)
{
    const size_t columns = (size_t)table->columns;
    const size_t used = (size_t)table->rows * columns;
    double *larger;
    hyp_status st = HYP_OK;

    if ((size_t)table->rows < *room)
        return HYP_OK;
    *room = 2 * (size_t)table->rows + 16;
    HYP_TRY(hyp_alloc(&larger, *room * columns));
    if (used > 0)
        memcpy(larger, table->value, used * sizeof *larger);
    free(table->value);
    table->value = larger;
out:
    return st;
}

static hyp_status read_lines(hyp_table *table, reader *from)
{
    size_t room = 0;
    hyp_status st;
    char *line;

    HYP_TRY(next_line(from, &line));
    if (line == NULL)
        return hyp_fail(HYP_EFORMAT, "'%s': is empty", from->path);
    HYP_TRY(read_names(table, from, line));
    for (;; table->rows++) {
        HYP_TRY(next_line(from, &line));
        if (line == NULL)
            break;
        HYP_TRY(grow(table, &room));
        HYP_TRY(read_row(table, from, line,
                         table->value +
                             (size_t)table->rows * (size_t)table->columns));
    }
out:
    return st;
}

hyp_status hyp_table_read(hyp_table *table, const char *path)
{
    reader from = { .path = path };
    hyp_status st;

    *table = (hyp_table){ 0 };
    from.in = hyp_fault() ? (errno = EIO, NULL) : fopen(path, "r");
    if (from.in == NULL)
        return hyp_fail(HYP_ENOINPUT, "cannot open '%s': %s", path,
                        strerror(errno));
    st = read_lines(table, &from);
    fclose(from.in);
    free(from.line);
    if (st != HYP_OK)
        hyp_table_release(table);
    return st;
}

void hyp_table_release(hyp_table *table)
{
    for (int c = 0; c < table->columns; c++)
        free(table->name[c]);
    free(table->name);
    free(table->value);
    *table = (hyp_table){ 0 };
}
