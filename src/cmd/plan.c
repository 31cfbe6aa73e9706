/*
 * plan.c - what a run will read, and whether it fits, before it reads
 */
#include "cmd/plan.h"

#include "comm/node.h"
#include "hyperslab/comm.h"
#include "io/footprint.h"
#include "io/memory_room.h"
#include "io/mosaic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <linux/magic.h>

enum { MOST_NODES = 4096, WORD = 32 };
enum { SCORES = 32 }; /* of a pixel that are clustered: seldom more */

/* Address space that OpenBLAS maps for a thread at its first use, and hardly
   touches.  It tries for ever if it gets none: a limit of a process must have
   room for it. */
static const int64_t blas_buffer = 134225920;

/* Seconds on the machine of docs/performance.md, for an estimate. */
static const double per_decoded_byte = 2.6e-9;
static const double per_pixel_and_root_of_classes = 0.13e-6;
static const double per_pixel_and_pair_of_bands = 5.2e-12;
static const double per_pixel_written = 0.3e-6, per_sample_denoised = 12e-9;
static const double per_run = 0.2;

/* Bytes are those of a rank, if nothing else is said. */
typedef struct plan {
    const hyp_job *job;
    hyp_node node;
    hyp_cube_needs needs;
    hyp_footprint_task task;
    int64_t used;          /* now                                      */
    int64_t memory, files; /* that it will take beside                 */
    int64_t node_memory;   /* that all ranks of the node take beside   */
    int64_t node_files, node_used;
    hyp_memory_room room, own; /* of the node; of the process              */
    int64_t most[2];           /* memory of any rank, and of any node, in
                                    all                                      */
    int64_t chunks, stored, decoded; /* of all ranks                         */
} plan;

static int64_t cells_of(const hyp_scene *scene, int64_t first, int64_t rows)
{
    int64_t cells = 0;

    for (int i = 0; i < scene->tiles; i++) {
        const hyp_rows part =
            hyp_scene_rows(scene, i, (hyp_rows){ first, first + rows });

        cells += (part.end - part.begin) * scene->tile[i].tile->cols;
    }
    return cells;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int most_classes(const hyp_swept *swept)
{
    int most = 0;

    for (int i = 0; i < swept->ks; i++)
        most = swept->k[i] > most ? swept->k[i] : most;
    return most;
}

/* A sweep picks bands, if there are several subsets, and makes scores; it keeps
   labels to compare with. */
static void describe_sweep(const hyp_settings *s, hyp_footprint_task *task)
{
    const hyp_swept *swept = &s->swept;

    task->classes = most_classes(swept);
    task->labels = swept->ks + (s->restarts > 1); /* and of the best start */
    for (int i = 0; swept->subsets > 1 && i < swept->subsets; i++)
        if (swept->subset[i] > 1 &&
            task->bands / swept->subset[i] > task->picked)
            task->picked = task->bands / swept->subset[i] + 1;
    for (int i = 0; i < swept->shares; i++)
        task->components = task->components || swept->share[i] > 0;
    task->picked += task->components ? SCORES : 0;
}

/* The size of the largest map. */
static void describe_maps(const hyp_job *job, hyp_footprint_task *task)
{
    const int samples = job->makes.denoised ? job->bands : 1;
    int64_t cols = 0;

    for (int i = 0; i < job->scene.tiles; i++) {
        const hyp_tile *tile = job->scene.tile[i].tile;

        task->map_rows = greater(task->map_rows, tile->rows);
        cols = greater(cols, tile->cols);
    }
    if (job->settings->mosaic_tif && hyp_mosaic_fits(&job->scene)) {
        const hyp_extent whole = hyp_mosaic_extent(&job->scene);

        task->map_rows = whole.rows;
        cols = whole.cols;
    }
    task->row_bytes = cols * samples * (int64_t)sizeof(float);
}

static hyp_footprint_task describe(const hyp_job *job,
                                   const hyp_cube_needs *needs)
{
    const hyp_settings *s = job->settings;
    hyp_footprint_task task = {
        .cells = cells_of(&job->scene, needs->first_row, needs->rows),
        .rows = needs->rows,
        .scene_rows = job->scene.rows,
        .bands = job->bands,
        .buffers = needs->buffer_bytes,
        .decoder = needs->largest_bytes,
        .picked = job->makes.of_scores ? SCORES : 0,
        .classes = job->makes.classes ? s->classes : 0,
        .bounded = s->distance == HYP_DISTANCE_L2,
        .components = job->makes.components || job->makes.mnf,
        .pictured =
            job->makes.pictures
                ? 2 * HYP_SHOWN + (job->makes.components ? HYP_SHOWN : 0)
                : 0,
    };

    if (job->makes.sweep)
        describe_sweep(s, &task);
    describe_maps(job, &task);
    return task;
}

/* What all ranks need, and what their nodes have. */
static void gather_all(plan *p, MPI_Comm comm)
{
    int64_t mine[] = { p->memory, p->files, p->used }, node[3];
    int64_t part[] = { p->needs.chunks, p->needs.stored_bytes,
                       p->needs.decoded_bytes };
    int64_t whole[3];

    MPI_Allreduce(mine, node, 3, MPI_INT64_T, MPI_SUM, p->node.comm);
    p->node_memory = node[0];
    p->node_files = node[1];
    p->node_used = node[2];
    MPI_Allreduce(part, whole, 3, MPI_INT64_T, MPI_SUM, comm);
    p->chunks = whole[0];
    p->stored = whole[1];
    p->decoded = whole[2];
    p->most[0] = p->used + p->memory;
    p->most[1] = p->node_used + p->node_memory;
    MPI_Allreduce(MPI_IN_PLACE, p->most, 2, MPI_INT64_T, MPI_MAX, comm);
    p->room = hyp_memory_room_of_node("", p->node_used);
    p->own = hyp_memory_room_of_process("");
}

/* Files of some folders, such as /dev/shm, are memory. */
static bool lies_on_disk(const char *folder)
{
    struct statfs about;

    return folder &&
           !(statfs(folder, &about) == 0 && about.f_type == TMPFS_MAGIC);
}

static hyp_status make_all(plan *p, const hyp_job *job)
{
    const bool in_files = lies_on_disk(job->settings->scratch);
    hyp_footprint footprint;
    hyp_status st;

    p->job = job;
    HYP_TRY(hyp_agree(job->comm, hyp_cube_measure(&job->scene, job->rank,
                                                  job->size, &p->needs)));
    p->task = describe(job, &p->needs);
    footprint = hyp_footprint_of(&p->task);
    p->used = hyp_memory_used("");
    p->memory = hyp_footprint_memory(&footprint, in_files);
    p->files = in_files ? hyp_footprint_files(&footprint) : 0;
    gather_all(p, job->comm);
out:
    return st;
}

/* A number of bytes, for people. */
static const char *bytes(int64_t count, char text[WORD])
{
    if (count < 10000000)
        snprintf(text, WORD, "%.1f MB", (double)count / 1e6);
    else if (count < 1000000000)
        snprintf(text, WORD, "%.0f MB", (double)count / 1e6);
    else
        snprintf(text, WORD, "%.2f GB", (double)count / 1e9);
    return text;
}

/* With so many nodes like this one, each with as many ranks, what would the
   ranks of one take? */
static int64_t memory_with(const plan *p, int nodes)
{
    const int64_t ranks = (int64_t)nodes * p->node.ranks;
    hyp_footprint_task task = p->task;
    hyp_footprint footprint;

    task.cells = (p->job->scene.cells + ranks - 1) / ranks;
    task.rows = (p->job->scene.rows + ranks - 1) / ranks;
    footprint = hyp_footprint_of(&task);
    return p->node.ranks * hyp_footprint_memory(&footprint, p->files > 0);
}

static hyp_status refuse_node(const plan *p)
{
    const char *scratch = p->files > 0 ? "" : " or --scratch DIR on a disk";
    char need[WORD], have[WORD], remedy[80];
    int nodes = p->node.nodes + 1;

    while (nodes <= MOST_NODES && memory_with(p, nodes) > p->room.bytes)
        nodes++;
    if (nodes <= MOST_NODES)
        snprintf(remedy, sizeof remedy, "%d nodes with %d rank%s each would do",
                 nodes, p->node.ranks, p->node.ranks == 1 ? "" : "s");
    else
        snprintf(remedy, sizeof remedy, "use fewer ranks a node");
    return hyp_fail(HYP_ENOMEM,
                    "the pixels need %s of memory on a node, and %s are left "
                    "(%s); %s, or --subset%s",
                    bytes(p->node_memory, need), bytes(p->room.bytes, have),
                    p->room.limit, remedy, scratch);
}

/* The limits of a process count its maps; those of files too, if they limit
   its address space. */
static hyp_status check_process(const plan *p)
{
    const bool space = p->files > 0 && strcmp(p->own.limit, "ulimit -v") == 0;
    const int64_t all = p->memory + blas_buffer + (space ? p->files : 0);
    char need[WORD], have[WORD];

    if (p->own.bytes == HYP_ROOM_UNKNOWN || all <= p->own.bytes)
        return HYP_OK;
    return hyp_fail(HYP_ENOMEM,
                    "the pixels need %s in this process, and %s are left (%s); "
                    "raise it, or use more ranks, or --subset%s",
                    bytes(all, need), bytes(p->own.bytes, have), p->own.limit,
                    p->files > 0 ? "" : " or --scratch DIR");
}

static hyp_status check_memory(const plan *p)
{
    return p->node_memory > p->room.bytes ? refuse_node(p) : check_process(p);
}

static hyp_status check_files(const plan *p)
{
    const char *folder = p->job->settings->scratch;
    char need[WORD], have[WORD];
    struct statvfs disk;
    int64_t left;

    if (folder == NULL || statvfs(folder, &disk) != 0)
        return HYP_OK; /* making the files tells what is wrong */
    left = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (p->node_files <= left)
        return HYP_OK;
    return hyp_fail(HYP_EIO,
                    "'%s': the pixels need %s on this node, and %s are free; "
                    "use another --scratch, more nodes or --subset",
                    folder, bytes(p->node_files, need), bytes(left, have));
}

static double seconds_of(const plan *p, double *reading)
{
    const hyp_job *job = p->job;
    const int starts = job->settings->restarts;
    const double pixels = (double)job->scene.cells / job->size;
    double rest = per_run + pixels * per_pixel_written;

    *reading = (double)p->decoded * per_decoded_byte / job->size;
    if (job->makes.classes)
        rest += pixels * per_pixel_and_root_of_classes * starts *
                sqrt(job->settings->classes);
    if (job->makes.sweep)
        rest += pixels * per_pixel_and_root_of_classes * starts *
                hyp_swept_count(&job->settings->swept) *
                sqrt(most_classes(&job->settings->swept));
    if (p->task.components)
        rest += pixels * per_pixel_and_pair_of_bands * job->bands * job->bands;
    if (job->makes.denoised)
        rest += pixels * per_sample_denoised * job->bands;
    return *reading + rest;
}

static void print_tiles(const hyp_scene *scene)
{
    for (int i = 0; i < scene->tiles; i++) {
        const hyp_tile *t = scene->tile[i].tile;

        printf("%-17s %s: %lld x %lld pixels, ", i == 0 ? "tiles" : "", t->path,
               (long long)t->rows, (long long)t->cols);
        if (t->chunk.in_file)
            printf("chunks of %lld x %lld x %d\n", (long long)t->chunk.rows,
                   (long long)t->chunk.cols, t->chunk.bands);
        else
            puts("contiguous");
    }
}

static hyp_status print(const plan *p)
{
    const hyp_job *job = p->job;
    char a[WORD], b[WORD];
    double reading;
    const double seconds = seconds_of(p, &reading);

    print_tiles(&job->scene);
    printf("%-17s %lld; how many have data is known when they are read\n",
           "pixels", (long long)job->scene.cells);
    printf("%-17s %d of %d, %s as int16\n", "bands", job->bands,
           job->scene.tile[0].tile->bands,
           bytes(job->scene.cells * job->bands * (int64_t)sizeof(int16_t), a));
    printf("%-17s %lld, %s in the files, %s decoded\n", "chunks to read",
           (long long)p->chunks, bytes(p->stored, a), bytes(p->decoded, b));
    printf("%-17s %d on %d node%s\n", "ranks", job->size, p->node.nodes,
           p->node.nodes == 1 ? "" : "s");
    printf("%-17s about %s\n", "memory of a rank", bytes(p->most[0], a));
    printf("%-17s about %s", "memory of a node", bytes(p->most[1], a));
    if (p->room.bytes < HYP_ROOM_UNKNOWN)
        printf("; %s are left (%s)", bytes(p->room.bytes, b), p->room.limit);
    if (p->files > 0)
        printf("\n%-17s %s on each node, in %s", "files",
               bytes(p->node_files, a), job->settings->scratch);
    printf("\n%-17s about %.1f s, %.1f s of it reading, on a core a rank as in "
           "docs/performance.md\n",
           "time", seconds, reading);
    if (fflush(stdout) != 0 || ferror(stdout))
        return hyp_fail(HYP_EIO, "cannot write to standard output");
    return HYP_OK;
}

hyp_status hyp_plan_all(hyp_job *job)
{
    plan p = { 0 };
    hyp_status st;

    hyp_node_open_all(&p.node, job->comm);
    HYP_TRY(hyp_job_choose_all(job));
    HYP_TRY(make_all(&p, job));
    if (job->settings->dry_run && job->rank == 0)
        st = print(&p);
    if (st == HYP_OK)
        st = check_memory(&p);
    if (st == HYP_OK)
        st = check_files(&p);
    st = hyp_agree(job->comm, st);
out:
    hyp_node_close_all(&p.node);
    return st;
}
