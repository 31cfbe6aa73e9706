/*
 * memory_room.c - how much memory may still be taken, and what limits it
 *
 * What cannot be read is no limit.
 */
#include "io/memory_room.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { PATH_ROOM = 4096 };

/* The files of one version of the memory cgroup. */
typedef struct version {
    const char *line;  /* what is before the path in /proc/self/cgroup */
    const char *mount; /* where the system mounts it                    */
    const char *most, *used;
    const char *cached[2]; /* in memory.stat */
} version;

static const version versions[] = {
    { "0::",
      "/sys/fs/cgroup",
      "memory.max",
      "memory.current",
      { "inactive_file", "active_file" } },
    { ":memory:",
      "/sys/fs/cgroup/memory",
      "memory.limit_in_bytes",
      "memory.usage_in_bytes",
      { "total_inactive_file", "total_active_file" } },
};

static void lower(hyp_memory_room *room, int64_t bytes, const char *limit)
{
    if (bytes >= room->bytes)
        return;
    room->bytes = bytes > 0 ? bytes : 0;
    snprintf(room->limit, sizeof room->limit, "%s", limit);
}

/* The number behind a name, on a line of its own; "" is the first number. */
static bool read_number(const char *path, const char *name, int64_t *value)
{
    FILE *in = fopen(path, "r");
    const size_t length = strlen(name);
    char line[256];
    bool found = false;

    while (in && !found && fgets(line, sizeof line, in))
        found = strncmp(line, name, length) == 0 &&
                sscanf(line + length, "%" SCNd64, value) == 1;
    if (in)
        fclose(in);
    return found;
}

/* A number of kB in a file of /proc, as bytes. */
static bool read_kilobytes(const char *root, const char *file, const char *name,
                           int64_t *bytes)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof path, "%s%s", root, file);
    if (!read_number(path, name, bytes))
        return false;
    *bytes *= 1024;
    return true;
}

static bool read_in(const char *folder, const char *file, const char *name,
                    int64_t *value)
{
    char path[2 * PATH_ROOM + 64];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    return read_number(path, name, value);
}

/* One cgroup.  "max", which is no number, is no limit.  What is cached may be
   counted before it is counted as used. */
static void look_at_group(hyp_memory_room *room, const version *v,
                          const char *folder)
{
    int64_t most, used, cached;

    if (!read_in(folder, v->most, "", &most) ||
        !read_in(folder, v->used, "", &used))
        return;
    for (int i = 0; i < 2; i++)
        if (read_in(folder, "memory.stat", v->cached[i], &cached))
            used -= cached;
    if (used < 0)
        used = 0;
    lower(room, most - used, "the limit of the cgroup");
}

/* The path of this process's cgroup, "" if there is none. */
static void find_group(const char *root, const version *v, char *group)
{
    char path[PATH_ROOM], line[PATH_ROOM];
    FILE *in;

    group[0] = '\0';
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    in = fopen(path, "r");
    while (in && group[0] == '\0' && fgets(line, sizeof line, in)) {
        const char *at = strstr(line, v->line);

        line[strcspn(line, "\n")] = '\0';
        if (at && (at == line || v->line[0] == ':'))
            snprintf(group, PATH_ROOM, "%s", at + strlen(v->line));
    }
    if (in)
        fclose(in);
}

/* The cgroup and all that it lies in.  Within a container, the path may be that
   of the host, and lead nowhere; the mount is then the container's own. */
static void look_at_groups(hyp_memory_room *room, const char *root,
                           const version *v)
{
    char group[PATH_ROOM], folder[2 * PATH_ROOM];
    char *slash = group;

    find_group(root, v, group);
    while (slash) {
        snprintf(folder, sizeof folder, "%s%s%s", root, v->mount, group);
        look_at_group(room, v, folder);
        slash = strrchr(group, '/');
        if (slash)
            *slash = '\0';
    }
}

static bool from_environment(const char *name, int64_t *value)
{
    const char *text = getenv(name);

    return text && sscanf(text, "%" SCNd64, value) == 1 && *value > 0;
}

/* Megabytes for a node, or for each of its cores. */
static void look_at_slurm(hyp_memory_room *room, int64_t taken)
{
    int64_t megabytes, cores;

    if (from_environment("SLURM_MEM_PER_NODE", &megabytes))
        lower(room, (megabytes << 20) - taken, "SLURM_MEM_PER_NODE");
    else if (from_environment("SLURM_MEM_PER_CPU", &megabytes) &&
             from_environment("SLURM_CPUS_ON_NODE", &cores))
        lower(room, (megabytes * cores << 20) - taken, "SLURM_MEM_PER_CPU");
}

hyp_memory_room hyp_memory_room_of_node(const char *root, int64_t taken)
{
    hyp_memory_room room = { HYP_ROOM_UNKNOWN, "" };
    int64_t bytes;

    if (read_kilobytes(root, "/proc/meminfo", "MemAvailable:", &bytes))
        lower(&room, bytes, "free memory");
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        look_at_groups(&room, root, &versions[i]);
    look_at_slurm(&room, taken);
    return room;
}

static void look_at_process(hyp_memory_room *room, const char *root,
                            int resource, const char *used, const char *limit)
{
    struct rlimit most;
    int64_t bytes;

    if (getrlimit(resource, &most) != 0 || most.rlim_cur == RLIM_INFINITY ||
        most.rlim_cur > INT64_MAX)
        return;
    if (read_kilobytes(root, "/proc/self/status", used, &bytes))
        lower(room, (int64_t)most.rlim_cur - bytes, limit);
}

hyp_memory_room hyp_memory_room_of_process(const char *root)
{
    hyp_memory_room room = { HYP_ROOM_UNKNOWN, "" };

    look_at_process(&room, root, RLIMIT_AS, "VmSize:", "ulimit -v");
    look_at_process(&room, root, RLIMIT_DATA, "VmData:", "ulimit -d");
    return room;
}

int64_t hyp_memory_used(const char *root)
{
    int64_t bytes;

    return read_kilobytes(root, "/proc/self/status", "VmRSS:", &bytes) ? bytes
                                                                       : 0;
}
