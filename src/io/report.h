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

/* Where a file of the results lies; NULL if there is none of that name.  What
   is returned is used before the next call. */
typedef const char *hyp_report_find(void *context, const char *file);

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
