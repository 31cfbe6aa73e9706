/* ranks: 1 */
/*
 * test_table.c - tables come back bit for bit; each fault of a file is named;
 * every single failure is reported
 */
#include "test.h"

#include "base/fault.h"
#include "io/sidecar.h"
#include "io/table.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 100, COLUMNS = 3 };

static char path[] = "/tmp/hyperslab-table-XXXXXX";
static const char *const names[] = { "wavelength_nm", "class_1", "class_2" };

static void write_text(const char *text)
{
    FILE *out = fopen(path, "w");

    CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

static void test_numbers_come_back_bit_for_bit(void)
{
    static double value[ROWS][COLUMNS];
    hyp_table table;

    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            value[r][c] = sin(r + 100.0 * c) * pow(10, r - 50);
    value[0][0] = DBL_MAX;
    value[0][1] = DBL_TRUE_MIN;
    value[0][2] = -0.0;
    CHECK(hyp_table_write(path, names, COLUMNS, value[0], ROWS) == HYP_OK);
    CHECK(hyp_table_read(&table, path) == HYP_OK);
    CHECK(table.rows == ROWS && table.columns == COLUMNS);
    for (int c = 0; c < table.columns; c++)
        CHECK(strcmp(table.name[c], names[c]) == 0);
    CHECK(memcmp(table.value, value, sizeof value) == 0);
    hyp_table_release(&table);
}

static void test_spreadsheets_are_understood(void)
{
    hyp_table table;

    write_text("\xef\xbb\xbfnm , a\r\n 1, 2.5 \r\n\r\n3,\t-4e1\r\n\r\n");
    CHECK(hyp_table_read(&table, path) == HYP_OK);
    CHECK(table.rows == 2 && table.columns == 2);
    CHECK(strcmp(table.name[0], "nm") == 0 && strcmp(table.name[1], "a") == 0);
    CHECK(table.value[1] == 2.5 && table.value[3] == -40);
    hyp_table_release(&table);
}

static void test_names_alone_are_a_table(void)
{
    hyp_table table;

    write_text("a");
    CHECK(hyp_table_read(&table, path) == HYP_OK);
    CHECK(table.rows == 0 && table.columns == 1);
    hyp_table_release(&table);
}

static void test_faults_are_named(void)
{
    static const struct fault {
        const char *text, *words;
    } faults[] = {
        { "", "is empty" },
        { "\n\n", "is empty" },
        { "a,,c\n", "line 1: column 2 has no name" },
        { "a,b\n1,2\n3\n", "line 3: 1 values, but 2 columns" },
        { "a,b\n1,2,3\n", "line 2: more than 2 values" },
        { "a,b\n\n1,2x\n", "line 3: column 'b': '2x' is not a finite number" },
        { "a,b\n1,\n", "line 2: column 'b': '' is not a finite number" },
        { "a,b\n1,nan\n", "'nan' is not a finite number" },
        { "a,b\n1e999,1\n", "'1e999' is not a finite number" },
    };

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        hyp_table table;

        write_text(faults[i].text);
        CHECK(hyp_table_read(&table, path) == HYP_EFORMAT);
        CHECK(strstr(hyp_last_error()->text, path) != NULL);
        CHECK(strstr(hyp_last_error()->text, faults[i].words) != NULL);
        CHECK(table.name == NULL && table.value == NULL);
    }
}

static void test_files_that_cannot_be(void)
{
    static const double value[COLUMNS];
    const int64_t count[] = { 0, 1 };
    hyp_table table;

    CHECK(hyp_table_read(&table, "/nowhere/a.csv") == HYP_ENOINPUT);
    CHECK(hyp_table_read(&table, "/tmp") == HYP_EIO);
    CHECK(hyp_table_write("/nowhere/a.csv", names, COLUMNS, value, 1) ==
          HYP_ECREATE);
    CHECK(hyp_table_write("/dev/full", names, COLUMNS, value, 1) == HYP_EIO);
    CHECK(strstr(hyp_last_error()->text, "No space left") != NULL);
    CHECK(hyp_sidecar_write("/nowhere/a.xml", 1, count) == HYP_ECREATE);
    CHECK(hyp_sidecar_write("/dev/full", 1, count) == HYP_EIO);
    CHECK(hyp_sidecar_write_style("/nowhere/a.qml", 1, count) == HYP_ECREATE);
    CHECK(hyp_sidecar_write_style("/dev/full", 1, count) == HYP_EIO);
}

static void test_sidecar_names_classes(void)
{
    const int64_t count[] = { 50, 125, 875 };
    char text[4000] = "";
    FILE *in;

    CHECK(hyp_sidecar_write(path, 2, count) == HYP_OK);
    in = fopen(path, "r");
    CHECK(in != NULL && fread(text, 1, sizeof text - 1, in) > 0);
    fclose(in);
    CHECK(strstr(text, "<Category>no data</Category>") != NULL);
    CHECK(strstr(text, "<Category>Class 1 (12.5 %)</Category>") != NULL);
    CHECK(strstr(text, "<F>2</F><F>875</F><F>Class 2 (87.5 %)</F>") != NULL);
}

static hyp_status write_and_read(void)
{
    static const double value[ROWS][COLUMNS];
    const int64_t count[] = { 0, 1 };
    hyp_table table = { 0 };
    hyp_status st;

    HYP_TRY(hyp_sidecar_write(path, 1, count));
    HYP_TRY(hyp_sidecar_write_style(path, 1, count));
    HYP_TRY(hyp_table_write(path, names, COLUMNS, value[0], ROWS));
    HYP_TRY(hyp_table_read(&table, path));
out:
    hyp_table_release(&table);
    return st;
}

static void test_every_single_failure(void)
{
    bool fired = true;

    for (long nth = 1; fired; nth++) {
        hyp_status st;

        hyp_fault_arm(nth);
        st = write_and_read();
        fired = hyp_fault_fired();
        hyp_fault_arm(0);
        CHECK((st != HYP_OK) == fired);
    }
}

int main(int argc, char **argv)
{
    int fd = mkstemp(path);

    MPI_Init(&argc, &argv);
    close(fd);
    RUN(test_numbers_come_back_bit_for_bit);
    RUN(test_spreadsheets_are_understood);
    RUN(test_names_alone_are_a_table);
    RUN(test_faults_are_named);
    RUN(test_files_that_cannot_be);
    RUN(test_sidecar_names_classes);
    RUN(test_every_single_failure);
    unlink(path);
    MPI_Finalize();
    return test_status;
}
