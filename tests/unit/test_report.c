/* ranks: 1 */
/*
 * test_report.c - blocks of the report hold what the files hold, whatever it
 * is; what is too large, or missing, is left out and named; every failure
 */
#include "test.h"

#include "io/base64.h"
#include "io/npy.h"
#include "io/png.h"
#include "io/report.h"
#include "io/report_template.h"
#include "pixels.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 16, ROOM = 1 << 24 };

static char folder[] = "/tmp/hyperslab-report-XXXXXX";
static char page[64], path[64];
static char *text; /* of the page */

static const char json[] =
    "{\"path\": \"</script><script>alert(1)</script><!-- \\\" ' & \"}";
static const char json_in_page[] =
    "{\"path\": \"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u003c"
    "!-- \\\" ' & \"}";

static const char *path_of(const char *file)
{
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static hyp_report_source find(void *context, const char *file)
{
    return (hyp_report_source){
        .path = strcmp(file, "nowhere") == 0 ? NULL : path_of(file),
        .photo = context,
    };
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *out = fopen(path_of(name), "wb");

    CHECK(out != NULL && fwrite(bytes, 1, size, out) == size);
    fclose(out);
}

static void write_zeros(const char *name, size_t size)
{
    write_file(name, "", 0);
    CHECK(truncate(path_of(name), (off_t)size) == 0);
}

static void read_page(void)
{
    FILE *in = fopen(page, "rb");
    size_t size;

    CHECK(in != NULL);
    size = fread(text, 1, ROOM - 1, in);
    text[size] = '\0';
    fclose(in);
}

static hyp_status write_page_with(const hyp_report_part *part, int parts,
                                  hyp_jpeg *photo)
{
    return hyp_report_write(page, part, parts, find, photo);
}

static hyp_status write_page(const hyp_report_part *part, int parts)
{
    return write_page_with(part, parts, NULL);
}

/* Whether the page holds a block of that type, id and content. */
static bool has_block(const char *type, const char *id, const char *content)
{
    char block[1024];

    snprintf(block, sizeof block, "<script type=\"%s\" id=\"%s\">%s</script>\n",
             type, id, content);
    return strstr(text, block) != NULL;
}

static void test_blocks(void)
{
    const hyp_report_part part[] = {
        { "run.json", "run.json", HYP_REPORT_JSON },
        { "a.csv", "a.csv", HYP_REPORT_TABLE },
        { "bytes", "b", HYP_REPORT_BYTES },
        { "nowhere", "nowhere", HYP_REPORT_BYTES },
    };
    const size_t head =
        (size_t)(strstr(hyp_report_template, HYP_REPORT_MARKER) -
                 hyp_report_template);
    const char *tail = hyp_report_template + head + strlen(HYP_REPORT_MARKER);

    write_file("run.json", json, sizeof json - 1);
    write_file("a.csv", "a,b\n1,2\n", 8);
    write_file("bytes", "\0\xff<>", 4);
    CHECK(write_page(part, 4) == HYP_OK);
    read_page();
    CHECK(memcmp(text, hyp_report_template, head) == 0);
    CHECK(strcmp(text + strlen(text) - strlen(tail), tail) == 0);
    CHECK(has_block("application/json", "run.json", json_in_page));
    CHECK(has_block("text/csv", "a.csv", "a,b\n1,2\n"));
    CHECK(has_block("text/plain", "b", "AP88Pg=="));
    CHECK(has_block("application/json", "left-out", "[]"));
    CHECK(strstr(text, "id=\"nowhere\"") == NULL);
}

/* The bytes of a page are at most so many, and no block that fits is missing */
static void test_limit(void)
{
    const hyp_report_part part[] = {
        { "run.json", "run.json", HYP_REPORT_JSON },
        { "gone", "gone", HYP_REPORT_TABLE },
        { "huge", "huge", HYP_REPORT_BYTES },
        { "angles", "angles", HYP_REPORT_TABLE },
        { "a.csv", "a.csv", HYP_REPORT_TABLE },
    };
    const size_t template = strlen(hyp_report_template);
    struct stat info;
    char angles[3000];

    memset(angles, '<', sizeof angles);
    write_file("angles", angles, sizeof angles); /* takes six times as much */
    write_zeros("huge", (HYP_REPORT_MOST - template - 10000) / 4 * 3);
    CHECK(write_page(part, 5) == HYP_OK);
    CHECK(stat(page, &info) == 0 && info.st_size <= HYP_REPORT_MOST);
    CHECK(info.st_size > HYP_REPORT_MOST - 15000);
    read_page();
    CHECK(has_block("application/json", "left-out", "[\"gone\", \"angles\"]"));
    CHECK(has_block("text/csv", "a.csv", "a,b\n1,2\n"));

    write_zeros("huge", HYP_REPORT_MOST);
    CHECK(write_page(part, 5) == HYP_OK);
    read_page();
    CHECK(has_block("application/json", "left-out", "[\"gone\", \"huge\"]"));
}

static void encode(const char *bytes, size_t count, const char *want)
{
    FILE *out = tmpfile();
    char got[32] = "";

    hyp_base64_write(out, (const uint8_t *)bytes, count);
    rewind(out);
    CHECK(fread(got, 1, sizeof got - 1, out) == strlen(want));
    CHECK(strcmp(got, want) == 0);
    CHECK(hyp_base64_length(count) == strlen(want));
    fclose(out);
}

static void test_base64(void)
{
    encode("", 0, ""); /* RFC 4648, section 10 */
    encode("f", 1, "Zg==");
    encode("fo", 2, "Zm8=");
    encode("foo", 3, "Zm9v");
    encode("foobar", 6, "Zm9vYmFy");
    encode("\xff\xff\xfe\xfb", 4, "///++w==");
}

static hyp_png photo_of(const uint8_t *dot)
{
    return (hyp_png){ .kind = HYP_PNG_PHOTO,
                      .rows = SIDE,
                      .cols = SIDE,
                      .dot = dot,
                      .title = "",
                      .description = "" };
}

static const hyp_report_part photo[] = {
    { "run.json", "run.json", HYP_REPORT_JSON },
    { "photo.png", "photo", HYP_REPORT_PHOTO },
};

static void test_photos(void)
{
    uint8_t dot[SIDE * SIDE * 3] = { 0 };
    const hyp_png image = photo_of(dot);

    CHECK(hyp_png_write(path_of("photo.png"), &image) == HYP_OK);
    CHECK(write_page(photo, 2) == HYP_OK);
    read_page();
    CHECK(strstr(text, "id=\"photo\">/9j/") != NULL); /* JPEG's first bytes */
    CHECK(has_block("application/json", "left-out", "[]"));

    write_file("photo.png", "no PNG at all", 13);
    CHECK(write_page(photo, 2) == HYP_EFORMAT);
    CHECK(strstr(hyp_last_error()->text, "photo.png") != NULL);
    unlink(path_of("photo.png"));
    CHECK(write_page(photo, 2) == HYP_OK);
    read_page();
    CHECK(has_block("application/json", "left-out", "[\"photo\"]"));
}

/* What is there need not be made of the file. */
static void test_photo_that_is_there(void)
{
    hyp_jpeg given = { (uint8_t *)"foobar", 6 };

    write_file("photo.png", "no PNG at all", 13);
    CHECK(write_page_with(photo, 2, &given) == HYP_OK);
    read_page();
    CHECK(has_block("text/plain", "photo", "Zm9vYmFy"));
    given = (hyp_jpeg){ 0 };
    CHECK(write_page_with(photo, 2, &given) == HYP_EFORMAT);
}

static hyp_status write_all(void)
{
    return hyp_agree(MPI_COMM_WORLD, write_page(photo, 2));
}

static hyp_status write_given_all(void)
{
    hyp_jpeg given = { (uint8_t *)"foobar", 6 };

    return hyp_agree(MPI_COMM_WORLD, write_page_with(photo, 2, &given));
}

static void test_every_single_failure(void)
{
    uint8_t dot[SIDE * SIDE * 3] = { 0 };
    const hyp_png image = photo_of(dot);

    CHECK(hyp_png_write(path_of("photo.png"), &image) == HYP_OK);
    fail_each(write_all);
    fail_each(write_given_all);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    text = malloc(ROOM);
    if (text == NULL || mkdtemp(folder) == NULL)
        return 1;
    snprintf(page, sizeof page, "%s/report.html", folder);
    RUN(test_blocks);
    RUN(test_limit);
    RUN(test_base64);
    RUN(test_photos);
    RUN(test_photo_that_is_there);
    RUN(test_every_single_failure);
    for (const char *const *name =
             (const char *const[]){ "run.json", "a.csv", "bytes", "angles",
                                    "huge", "photo.png", "report.html", NULL };
         *name; name++)
        unlink(path_of(*name));
    rmdir(folder);
    free(text);
    MPI_Finalize();
    return test_status;
}
