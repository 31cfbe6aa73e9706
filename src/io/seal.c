/*
 * seal.c - files that can be told to be whole
 *
 * CRC-32s of parts that follow one another give that of the whole without the
 * bytes (zlib's crc32_combine): so the ranks share the work, in any way.
 */
#include "io/seal.h"

#include "base/fault.h"
#include "base/mem.h"
#include "comm/partition.h"
#include "hyperslab/comm.h"
#include "io/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 20 }; /* bytes that are read at a time */

void hyp_sealed_add(hyp_sealed *part, const void *data, size_t bytes)
{
    part->checksum = (uint32_t)crc32_z(part->checksum, data, bytes);
    part->bytes += (int64_t)bytes;
}

/* Add the part that follows. */
static void join(hyp_sealed *part, const hyp_sealed *next)
{
    part->checksum = (uint32_t)crc32_combine(part->checksum, next->checksum,
                                             (z_off_t)next->bytes);
    part->bytes += next->bytes;
}

hyp_status hyp_sealed_join_all(hyp_sealed *part, MPI_Comm comm)
{
    hyp_sealed *every = NULL; /* [ranks] */
    hyp_status st;
    int size;

    MPI_Comm_size(comm, &size);
    HYP_TRY(hyp_agree(comm, hyp_alloc(&every, (size_t)size)));
    MPI_Allgather(part, sizeof *part, MPI_BYTE, every, sizeof *part, MPI_BYTE,
                  comm);
    for (int r = 1; r < size; r++)
        join(&every[0], &every[r]);
    *part = every[0];
out:
    free(every);
    return st;
}

static hyp_status open_file(const char *path, int flags, int *fd,
                            int64_t *bytes)
{
    struct stat info = { .st_size = 0 };

    *fd = hyp_fault() ? (errno = EIO, -1) : open(path, flags | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &info) != 0)
        return hyp_fail(errno == EIO ? HYP_EIO : HYP_ENOINPUT, "%s",
                        strerror(errno));
    *bytes = (int64_t)info.st_size;
    return HYP_OK;
}

/* Add what a file holds from a part's end up to a place. */
static hyp_status add_up_to(hyp_sealed *part, int fd, int64_t end)
{
    unsigned char *piece;
    hyp_status st = hyp_alloc(&piece, PIECE);

    while (st == HYP_OK && part->at + part->bytes < end) {
        const int64_t at = part->at + part->bytes;
        const size_t bytes =
            end - at < PIECE ? (size_t)(end - at) : (size_t)PIECE;

        st = hyp_disk_read(fd, piece, bytes, at);
        if (st == HYP_OK)
            hyp_sealed_add(part, piece, bytes);
    }
    free(piece);
    return st;
}

/* All of the head: what is left of it is zero. */
static void write_head(char *head, int64_t bytes, uint32_t checksum)
{
    memset(head, 0, HYP_SEAL_BYTES);
    snprintf(head, HYP_SEAL_BYTES,
             "hyperslab checkpoint, format 1\nbytes %lld\n"
             "CRC-32 from byte %d on %08lx\n",
             (long long)bytes, HYP_SEAL_BYTES, (unsigned long)checksum);
}

hyp_status hyp_seal_close(const char *path, const hyp_sealed *known)
{
    hyp_sealed all = { .at = HYP_SEAL_BYTES };
    char head[HYP_SEAL_BYTES];
    int64_t bytes = 0;
    hyp_status st;
    int fd;

    HYP_TRY(open_file(path, O_RDWR, &fd, &bytes));
    HYP_TRY(add_up_to(&all, fd, known->at));
    join(&all, known);
    HYP_TRY(add_up_to(&all, fd, bytes));
    write_head(head, bytes, all.checksum);
    st = hyp_disk_write(fd, head, sizeof head, 0);
out:
    if (fd >= 0 && close(fd) != 0 && st == HYP_OK)
        st = hyp_fail(HYP_EIO, "%s", strerror(errno));
    return st;
}

/* What a head says; on one rank. */
static hyp_status read_head(int fd, int64_t bytes, uint32_t *checksum)
{
    char head[HYP_SEAL_BYTES + 1] = "", same[HYP_SEAL_BYTES];
    long long said = 0;
    unsigned long sum = 0;
    hyp_status st = HYP_OK;

    if (bytes >= HYP_SEAL_BYTES)
        st = hyp_disk_read(fd, head, HYP_SEAL_BYTES, 0);
    if (st != HYP_OK)
        return st;
    sscanf(head, "%*[^\n] bytes %lld CRC-32 from byte %*d on %lx", &said, &sum);
    *checksum = (uint32_t)sum;
    write_head(same, said, *checksum);
    if (memcmp(head, same, HYP_SEAL_BYTES) != 0)
        return hyp_fail(HYP_EFORMAT,
                        "is damaged: does not begin as a checkpoint does");
    if (said != bytes)
        return hyp_fail(HYP_EFORMAT,
                        "is damaged: has %lld bytes, but was of %lld",
                        (long long)bytes, said);
    return HYP_OK;
}

/* Open the file, and agree on what its head says. */
static hyp_status open_all(const char *path, MPI_Comm comm, int *fd,
                           int64_t *bytes, uint32_t *checksum)
{
    hyp_status st;
    int rank;

    MPI_Comm_rank(comm, &rank);
    st = open_file(path, O_RDONLY, fd, bytes);
    if (st == HYP_OK && rank == 0)
        st = read_head(*fd, *bytes, checksum);
    HYP_TRY(hyp_agree(comm, st));
    MPI_Bcast(bytes, 1, MPI_INT64_T, 0, comm);
    MPI_Bcast(checksum, 1, MPI_UINT32_T, 0, comm);
out:
    return st;
}

hyp_status hyp_seal_check_all(const char *path, MPI_Comm comm)
{
    hyp_sealed part = { 0 };
    uint32_t checksum = 0;
    int64_t bytes = 0;
    hyp_status st;
    int rank, size, fd;

    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    HYP_TRY(open_all(path, comm, &fd, &bytes, &checksum));
    bytes -= HYP_SEAL_BYTES;
    part.at = HYP_SEAL_BYTES + hyp_part_start(bytes, rank, size);
    st = add_up_to(&part, fd,
                   HYP_SEAL_BYTES + hyp_part_start(bytes, rank + 1, size));
    HYP_TRY(hyp_agree(comm, st));
    HYP_TRY(hyp_sealed_join_all(&part, comm));
    if (part.checksum != checksum)
        st = hyp_fail(HYP_EFORMAT, "is damaged: its checksum does not fit");
out:
    if (fd >= 0)
        close(fd);
    return st;
}
