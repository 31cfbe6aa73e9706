/*
 * report.h - report.html: results of a run, and all that shows them, in a file
 *
 * The page is a template that src/report is built to, with blocks of data:
 * script elements that are no scripts, and whose ids name what they hold
 * (docs/report.md).
 */
#ifndef HYP_IO_REPORT_H
#define HYP_IO_REPORT_H

#include "hyperslab/status.h"
#include "io/jpeg.h"

#define HYP_REPORT_MOST 8000000 /* bytes of the page, at most */

/* How a file becomes a block. */
typedef enum hyp_report_kind {
    HYP_REPORT_JSON,  /* its text                                */
    HYP_REPORT_TABLE, /* its text, CSV                           */
    HYP_REPORT_BYTES, /* its bytes, in base64                    */
    HYP_REPORT_PHOTO  /* a PNG file as JPEG, in base64           */
} hyp_report_kind;

/* A file of the results. */
typedef struct hyp_report_part {
    const char *file; /* its name                                           */
    const char *id;   /* of the block: the file's name if it holds the same */
    hyp_report_kind kind;
} hyp_report_part;

/* Where a part comes from; borrowed until the next one is asked for. */
typedef struct hyp_report_source {
    const char *path;      /* NULL: there is no file of that name            */
    const hyp_jpeg *photo; /* of the picture in it, if there is one already;
                              else NULL or empty                             */
} hyp_report_source;

/* Where a file of the results lies. */
typedef hyp_report_source hyp_report_find(void *context, const char *file);

/*
 * Write the page to path, replacing what is there.  A part that would make it
 * larger than HYP_REPORT_MOST, or whose file is not where it was found, is left
 * out, and a block "left-out" names it.
 *
 * Collective: no
 * Shapes:     part [parts], the most important ones first
 * Requires:   ids are unique, and need no escape in HTML or JSON
 * Errors:     HYP_EFORMAT, HYP_EIO, HYP_ENOMEM, HYP_ECREATE; a file may be left
 *             behind
 */
HYP_CHECKED hyp_status hyp_report_write(const char *path,
                                        const hyp_report_part *part, int parts,
                                        hyp_report_find *find, void *context);

#endif
