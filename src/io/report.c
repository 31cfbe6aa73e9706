/*
 * report.c - report.html: results of a run, and all that shows them, in a file
 */
#include "io/report.h"

#include "base/fault.h"
#include "base/mem.h"
#include "io/base64.h"
#include "io/jpeg.h"
#include "io/png.h"
#include "io/report_template.h"
#include "io/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 64 }; /* bytes of a block beside its id and its contents */

static const char *const type_of[] = {
    [HYP_REPORT_JSON] = "application/json",
    [HYP_REPORT_TABLE] = "text/csv",
    [HYP_REPORT_BYTES] = "text/plain",
    [HYP_REPORT_PHOTO] = "text/plain",
};

/* A '<' could end the element that holds the text.  JSON reads this as the
   same character; tables hold none. */
static const char escape[] = "\\u003c";

/* What a block is made from; owned. */
typedef struct content {
    uint8_t *bytes; /* NULL if there is no such file */
    size_t size;
} content;

static hyp_status read_open_file(FILE *in, const char *path, content *c)
{
    long end;
    hyp_status st;

    if (fseek(in, 0, SEEK_END) != 0 || (end = ftell(in)) < 0)
        return hyp_fail(HYP_EIO, "cannot read '%s': %s", path, strerror(errno));
    rewind(in);
    c->size = (size_t)end;
    st = hyp_alloc(&c->bytes, c->size);
    if (st == HYP_OK &&
        (hyp_fault() || fread(c->bytes, 1, c->size, in) != c->size))
        st = hyp_fail(HYP_EIO, "cannot read '%s'", path);
    return st;
}

static hyp_status read_file(const char *path, content *c)
{
    FILE *in = fopen(path, "rb");
    hyp_status st;

    if (in == NULL && errno == ENOENT)
        return HYP_OK;
    if (in == NULL)
        return hyp_fail(HYP_EIO, "cannot open '%s': %s", path, strerror(errno));
    st = read_open_file(in, path, c);
    fclose(in);
    return st;
}

static hyp_status copy_photo(const hyp_jpeg *photo, content *c)
{
    hyp_status st = hyp_alloc(&c->bytes, photo->size);

    if (st == HYP_OK) {
        memcpy(c->bytes, photo->bytes, photo->size);
        c->size = photo->size;
    }
    return st;
}

static hyp_status read_photo(const char *path, content *c)
{
    uint8_t *rgb;
    int64_t rows, cols;
    hyp_jpeg photo;
    hyp_status st;

    HYP_TRY(hyp_png_read(path, &rgb, &rows, &cols));
    st = hyp_jpeg_encode(rgb, 3, rows, cols, &photo);
    *c = (content){ photo.bytes, photo.size };
    free(rgb);
out:
    return st;
}

static bool exists(const char *path)
{
    FILE *in = fopen(path, "rb");

    if (in)
        fclose(in);
    return in != NULL;
}

static hyp_status read_part(hyp_report_kind kind, const hyp_report_source *from,
                            content *c)
{
    if (kind != HYP_REPORT_PHOTO)
        return read_file(from->path, c);
    if (from->photo && from->photo->bytes)
        return copy_photo(from->photo, c);
    return exists(from->path) ? read_photo(from->path, c) : HYP_OK;
}

static bool is_text(const hyp_report_part *part)
{
    return part->kind == HYP_REPORT_JSON || part->kind == HYP_REPORT_TABLE;
}

/* Bytes that the block of a part takes, or a few less than so many. */
static size_t length_of(const hyp_report_part *part, const content *c)
{
    size_t length = FRAME + strlen(part->id);

    if (!is_text(part))
        return length + hyp_base64_length(c->size);
    length += c->size;
    for (size_t i = 0; i < c->size; i++)
        if (c->bytes[i] == '<')
            length += sizeof escape - 2;
    return length;
}

static void write_text(FILE *out, const char *text, size_t size)
{
    const char *end = text + size, *next;

    while ((next = memchr(text, '<', (size_t)(end - text))) != NULL) {
        fwrite(text, 1, (size_t)(next - text), out);
        fputs(escape, out);
        text = next + 1;
    }
    fwrite(text, 1, (size_t)(end - text), out);
}

static void write_block(FILE *out, const hyp_report_part *part,
                        const content *c)
{
    fprintf(out, "<script type=\"%s\" id=\"%s\">", type_of[part->kind],
            part->id);
    if (is_text(part))
        write_text(out, (const char *)c->bytes, c->size);
    else
        hyp_base64_write(out, c->bytes, c->size);
    fputs("</script>\n", out);
}

/* A page that is being written. */
typedef struct page {
    FILE *out;
    size_t room;    /* bytes that blocks may still take           */
    bool *left_out; /* [parts]: whether there was no room; owned  */
} page;

static hyp_status page_init(page *p, const hyp_report_part *part, int parts)
{
    p->room = HYP_REPORT_MOST - FRAME - strlen(hyp_report_template);
    for (int i = 0; i < parts; i++)
        p->room -= strlen(part[i].id) + 4; /* to name all that are left out */
    return hyp_alloc(&p->left_out, (size_t)parts);
}

static hyp_status add_part(page *p, int i, const hyp_report_part *part,
                           const hyp_report_source *from)
{
    content c = { 0 };
    const hyp_status st = read_part(part->kind, from, &c);

    if (st == HYP_OK && c.bytes && length_of(part, &c) <= p->room) {
        write_block(p->out, part, &c);
        p->room -= length_of(part, &c);
    } else {
        p->left_out[i] = true;
    }
    free(c.bytes);
    return st;
}

static void write_left_out(const page *p, const hyp_report_part *part,
                           int parts)
{
    const char *comma = "";

    fputs("<script type=\"application/json\" id=\"left-out\">[", p->out);
    for (int i = 0; i < parts; i++)
        if (p->left_out[i]) {
            fprintf(p->out, "%s\"%s\"", comma, part[i].id);
            comma = ", ";
        }
    fputs("]</script>\n", p->out);
}

hyp_status hyp_report_write(const char *path, const hyp_report_part *part,
                            int parts, hyp_report_find *find, void *context)
{
    const char *marker = strstr(hyp_report_template, HYP_REPORT_MARKER);
    page p = { 0 };
    hyp_status st;

    if (marker == NULL)
        return hyp_fail(HYP_EINTERNAL, "the template of the report is damaged");
    HYP_TRY(page_init(&p, part, parts));
    HYP_TRY(hyp_text_create(&p.out, path));
    fwrite(hyp_report_template, 1, (size_t)(marker - hyp_report_template),
           p.out);
    for (int i = 0; i < parts && st == HYP_OK; i++) {
        const hyp_report_source from = find(context, part[i].file);

        if (from.path)
            st = add_part(&p, i, &part[i], &from);
    }
    write_left_out(&p, part, parts);
    fputs(marker + strlen(HYP_REPORT_MARKER), p.out);
    if (st == HYP_OK)
        st = hyp_text_close(p.out, path);
    else
        fclose(p.out);
out:
    free(p.left_out);
    return st;
}
