/* ranks: 1 */
/* Large blocks, in memory and in files without names. */
#include "base/map.h"

#include "pixels.h"
#include "test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 300000, MORE = 70000 };

static char folder[] = "/tmp/hyperslab-map-XXXXXX";

static int files_in_folder(void)
{
    DIR *dir = opendir(folder);
    int count = -2; /* . and .. */

    CHECK(dir != NULL);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* Write, grow on both sides, forget the middle; what is left is as written. */
static hyp_status use_block(void)
{
    void *block, *at;
    size_t bytes = BYTES;
    unsigned char *text;
    hyp_status st = hyp_map_new(&block, bytes);

    if (st != HYP_OK)
        return st;
    text = block;
    CHECK(text[0] == 0 && text[BYTES - 1] == 0);
    memset(text, 7, BYTES);
    st = hyp_map_grow(&block, &bytes, MORE, MORE, &at);
    if (st == HYP_OK) {
        CHECK((unsigned char *)at - (unsigned char *)block >= MORE);
        CHECK(bytes >= (size_t)BYTES + 2 * (size_t)MORE);
        memset(block, 9, MORE);
        memset((unsigned char *)at + BYTES, 9, MORE);
    }
    text = st == HYP_OK ? at : block;
    for (int i = 0; i < BYTES; i++)
        CHECK(text[i] == 7);
    CHECK(files_in_folder() == 0);
    if (st == HYP_OK)
        hyp_map_forget(block, 0, (size_t)(text - (unsigned char *)block));
    CHECK(text[0] == 7 && text[BYTES - 1] == 7);
    hyp_map_free(block, bytes);
    return st;
}

static void test_in_memory(void)
{
    hyp_map_into(NULL);
    CHECK(use_block() == HYP_OK);
}

static void test_in_files(void)
{
    hyp_map_into(folder);
    CHECK(use_block() == HYP_OK);
    CHECK(files_in_folder() == 0);
    hyp_map_into(NULL);
}

static void test_no_folder(void)
{
    void *block;

    hyp_map_into("/nonexistent");
    CHECK(hyp_map_new(&block, 1) == HYP_ECREATE && block == NULL);
    CHECK(strstr(hyp_last_error()->text, "'/nonexistent'") != NULL);
    hyp_map_into(NULL);
}

static hyp_status use_block_all(void)
{
    return hyp_agree(MPI_COMM_WORLD, use_block());
}

static void test_every_single_failure(void)
{
    fail_each(use_block_all);
    hyp_map_into(folder);
    fail_each(use_block_all);
    hyp_map_into(NULL);
    CHECK(files_in_folder() == 0);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    CHECK(mkdtemp(folder) != NULL);
    RUN(test_in_memory);
    RUN(test_in_files);
    RUN(test_no_folder);
    RUN(test_every_single_failure);
    CHECK(rmdir(folder) == 0);
    MPI_Finalize();
    return test_status;
}
