/*
 * inputs.c - the files that the command line speaks of
 */
#include "cmd/inputs.h"

#include "base/mem.h"
#include "cmd/outputs.h"
#include "hyperslab/comm.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The paths found so far, each with its end: "a.h5\0b.h5\0". */
typedef struct listing {
    FILE *out;
    char *text;
    size_t bytes;
} listing;

static void put(listing *l, const char *path)
{
    fwrite(path, 1, strlen(path) + 1, l->out);
}

static int is_tile(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 3 && strcmp(entry->d_name + length - 3, ".h5") == 0;
}

static hyp_status put_folder(listing *l, const char *folder)
{
    struct dirent **entry;
    const int count = scandir(folder, &entry, is_tile, alphasort);

    if (count < 0)
        return hyp_fail(HYP_ENOINPUT, "cannot list the folder '%s': %s", folder,
                        strerror(errno));
    for (int i = 0; i < count; i++) {
        fprintf(l->out, "%s/%s", folder, entry[i]->d_name);
        fputc('\0', l->out);
        free(entry[i]);
    }
    free(entry);
    if (count == 0)
        return hyp_fail(HYP_ENOINPUT, "the folder '%s' holds no .h5 file",
                        folder);
    return HYP_OK;
}

static hyp_status put_path(listing *l, const char *path)
{
    struct stat about;

    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return put_folder(l, path);
    put(l, path); /* opening it tells what is wrong with it */
    return HYP_OK;
}

/* A line of a list.  It is looked up from the current folder, as GDAL and tar
   do; whoever expected that of the list is told. */
static hyp_status put_line(listing *l, const char *line, const char *list)
{
    struct stat about;

    if (stat(line, &about) == 0)
        return put_path(l, line);
    return hyp_fail(HYP_ENOINPUT,
                    "'%s': %s; the list '%s' names it, and names in lists are "
                    "looked up from the current folder",
                    line, strerror(errno), list);
}

static hyp_status put_lines(listing *l, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    int found = 0;
    hyp_status st = HYP_OK;

    if (in == NULL)
        return hyp_fail(HYP_ENOINPUT, "cannot open the list '%s': %s", path,
                        strerror(errno));
    while (st == HYP_OK && getline(&line, &room, in) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        st = put_line(l, line, path);
        found++;
    }
    free(line);
    fclose(in);
    if (st == HYP_OK && found == 0)
        return hyp_fail(HYP_ENOINPUT, "the list '%s' names no tile", path);
    return st;
}

static hyp_status put_argument(listing *l, const char *argument)
{
    return argument[0] == '@' ? put_lines(l, argument + 1)
                              : put_path(l, argument);
}

/* Put FOLDER/NAME/classes.tif, or FOLDER/classes.tif; false if there is none.
 */
static bool put_map(listing *l, const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s%s%s/" HYP_CLASSES_TIF, folder,
             name ? "/" : "", name ? name : "");
    if (access(path, F_OK) != 0)
        return false;
    put(l, path);
    return true;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static hyp_status put_maps(listing *l, const char *argument)
{
    struct dirent **entry;
    struct stat about;
    int count, found = 0;

    if (stat(argument, &about) != 0 || !S_ISDIR(about.st_mode)) {
        put(l, argument); /* opening it tells what is wrong with it */
        return HYP_OK;
    }
    if (put_map(l, argument, NULL))
        return HYP_OK;
    count = scandir(argument, &entry, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        found += put_map(l, argument, entry[i]->d_name);
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
    if (found == 0)
        return hyp_fail(HYP_ENOINPUT,
                        "the folder '%s' holds no " HYP_CLASSES_TIF
                        ", nor a folder that does",
                        argument);
    return HYP_OK;
}

typedef hyp_status put_fn(listing *l, const char *argument);

/* On rank 0. */
static hyp_status list(listing *l, put_fn *put_one, const char *const *argument,
                       int arguments)
{
    hyp_status st = HYP_OK;

    l->out = open_memstream(&l->text, &l->bytes);
    if (l->out == NULL)
        return hyp_fail(HYP_ENOMEM, "no memory for the list of files");
    for (int i = 0; st == HYP_OK && i < arguments; i++)
        st = put_one(l, argument[i]);
    if (fclose(l->out) != 0 && st == HYP_OK)
        st = hyp_fail(HYP_ENOMEM, "no memory for the list of files");
    return st;
}

/* Point to each path in the text. */
static hyp_status split(hyp_inputs *inputs, size_t bytes)
{
    hyp_status st;

    for (size_t i = 0; i < bytes; i++)
        inputs->count += inputs->text[i] == '\0';
    st = hyp_alloc(&inputs->path, (size_t)inputs->count);
    for (int i = 0; st == HYP_OK && i < inputs->count; i++)
        inputs->path[i] =
            i == 0 ? inputs->text
                   : inputs->path[i - 1] + strlen(inputs->path[i - 1]) + 1;
    return st;
}

/* Which file a path leads to; a file that is not there is none. */
typedef struct identity {
    bool known;
    dev_t device;
    ino_t number;
} identity;

static identity identify(const char *path)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return (identity){ .known = false };
    return (identity){ true, about.st_dev, about.st_ino };
}

static bool are_same(identity a, identity b)
{
    return a.known && b.known && a.device == b.device && a.number == b.number;
}

/* The pixels of a tile count once.  On rank 0. */
static hyp_status refuse_same(const hyp_inputs *inputs)
{
    identity *file;
    hyp_status st = hyp_alloc(&file, (size_t)inputs->count);

    if (st != HYP_OK)
        return st;
    for (int i = 0; i < inputs->count; i++) {
        file[i] = identify(inputs->path[i]);
        for (int j = 0; j < i; j++)
            if (are_same(file[i], file[j]))
                HYP_TRY(hyp_fail(HYP_EUSAGE,
                                 "'%s' and '%s' are the same file; name each "
                                 "tile once",
                                 inputs->path[j], inputs->path[i]));
    }
out:
    free(file);
    return st;
}

static hyp_status find_all(hyp_inputs *inputs, put_fn *put_one,
                           const char *const *argument, int arguments,
                           MPI_Comm comm)
{
    listing l = { 0 };
    uint64_t bytes;
    hyp_status st = HYP_OK;
    int rank;

    *inputs = (hyp_inputs){ 0 };
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        st = list(&l, put_one, argument, arguments);
    HYP_TRY(hyp_agree(comm, st));
    bytes = l.bytes;
    MPI_Bcast(&bytes, 1, MPI_UINT64_T, 0, comm);
    HYP_TRY(hyp_agree(comm, hyp_alloc(&inputs->text, bytes)));
    if (rank == 0)
        memcpy(inputs->text, l.text, bytes);
    MPI_Bcast(inputs->text, (int)bytes, MPI_CHAR, 0, comm);
    st = split(inputs, bytes);
    if (st == HYP_OK && rank == 0)
        st = refuse_same(inputs);
    st = hyp_agree(comm, st);
out:
    free(l.text);
    if (st != HYP_OK)
        hyp_inputs_release(inputs);
    return st;
}

hyp_status hyp_inputs_find_all(hyp_inputs *inputs, const char *const *argument,
                               int arguments, MPI_Comm comm)
{
    return find_all(inputs, put_argument, argument, arguments, comm);
}

hyp_status hyp_inputs_find_maps_all(hyp_inputs *inputs, const char *argument,
                                    MPI_Comm comm)
{
    return find_all(inputs, put_maps, &argument, 1, comm);
}

void hyp_inputs_release(hyp_inputs *inputs)
{
    free(inputs->path);
    free(inputs->text);
    *inputs = (hyp_inputs){ 0 };
}
