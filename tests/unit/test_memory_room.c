/* ranks: 1 */
/* The limits of memory, from files such as Linux has in /proc and /sys. */
#include "io/memory_room.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/hyperslab-room-XXXXXX";

/* Write a file in the root, with the folders that it lies in. */
static void put(const char *path, const char *text)
{
    char whole[512];
    FILE *out;

    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *c = whole + strlen(root) + 1; *c; c++)
        if (*c == '/') {
            *c = '\0';
            mkdir(whole, 0700);
            *c = '/';
        }
    out = fopen(whole, "w");
    CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

static void expect(int64_t taken, int64_t bytes, const char *limit)
{
    const hyp_memory_room room = hyp_memory_room_of_node(root, taken);

    CHECK(room.bytes == bytes);
    CHECK(strcmp(room.limit, limit) == 0);
}

static void test_nothing_known(void)
{
    expect(0, HYP_ROOM_UNKNOWN, "");
    CHECK(hyp_memory_used(root) == 0);
}

static void test_free_memory(void)
{
    put("/proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\n"
                         "MemAvailable:    5000 kB\n");
    put("/proc/self/status", "VmRSS:\t     120 kB\n");
    expect(0, 5000 * 1024, "free memory");
    CHECK(hyp_memory_used(root) == 120 * 1024);
}

/* Pages that only cache files do not count; a group above may allow less. */
static void test_unified_groups(void)
{
    put("/proc/self/cgroup", "0::/a/b\n");
    put("/sys/fs/cgroup/a/b/memory.max", "max\n");
    put("/sys/fs/cgroup/a/b/memory.current", "1000\n");
    put("/sys/fs/cgroup/a/memory.max", "4000000\n");
    put("/sys/fs/cgroup/a/memory.current", "1500000\n");
    put("/sys/fs/cgroup/a/memory.stat",
        "anon 5\ninactive_file 300000\nactive_file 200000\n");
    expect(0, 4000000 - (1500000 - 500000), "the limit of the cgroup");
    put("/sys/fs/cgroup/a/memory.max", "900000\n");
    expect(0, 0, "the limit of the cgroup");
}

static void test_groups_of_version_1(void)
{
    put("/proc/self/cgroup", "9:cpu:/x\n4:memory:/job\n0::/\n");
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "3000000\n");
    put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "2000000\n");
    put("/sys/fs/cgroup/memory/job/memory.stat",
        "cache 7\ntotal_inactive_file 600000\ntotal_active_file 400000\n");
    expect(0, 2000000, "the limit of the cgroup");
}

/* No limit, which is a number in version 1; and a count of what is cached that
   is ahead of the count of all. */
static void test_counts_that_disagree(void)
{
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes",
        "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "990000\n");
    expect(0, 5000 * 1024, "free memory");
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "3000000\n");
    expect(0, 3000000, "the limit of the cgroup");
}

static void test_slurm(void)
{
    put("/proc/self/cgroup", "0::/\n");
    setenv("SLURM_MEM_PER_CPU", "2", 1);
    setenv("SLURM_CPUS_ON_NODE", "2", 1);
    expect(1 << 20, 3 << 20, "SLURM_MEM_PER_CPU");
    setenv("SLURM_MEM_PER_NODE", "2", 1);
    expect(1 << 20, 1 << 20, "SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_CPU");
    unsetenv("SLURM_CPUS_ON_NODE");
}

static void test_limits_of_the_process(void)
{
    /* More than the address sanitizer maps, which is 2^44 and more. */
    const int64_t most = INT64_C(1) << 46;
    const struct rlimit large = { (rlim_t)most, RLIM_INFINITY };
    struct rlimit data, space;
    hyp_memory_room room;

    getrlimit(RLIMIT_DATA, &data);
    getrlimit(RLIMIT_AS, &space);
    put("/proc/self/status", "VmSize:\t 2000 kB\nVmData:\t  1000 kB\n");
    CHECK(setrlimit(RLIMIT_DATA, &large) == 0);
    room = hyp_memory_room_of_process(root);
    CHECK(room.bytes == most - 1000 * 1024);
    CHECK(strcmp(room.limit, "ulimit -d") == 0);
    CHECK(setrlimit(RLIMIT_AS, &large) == 0);
    room = hyp_memory_room_of_process(root);
    CHECK(room.bytes == most - 2000 * 1024);
    CHECK(strcmp(room.limit, "ulimit -v") == 0);
    setrlimit(RLIMIT_DATA, &data);
    setrlimit(RLIMIT_AS, &space);
}

static void remove_root(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -r %s", root);
    CHECK(system(command) == 0);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    CHECK(mkdtemp(root) != NULL);
    RUN(test_nothing_known);
    RUN(test_free_memory);
    RUN(test_unified_groups);
    RUN(test_groups_of_version_1);
    RUN(test_counts_that_disagree);
    RUN(test_slurm);
    RUN(test_limits_of_the_process);
    remove_root();
    MPI_Finalize();
    return test_status;
}
