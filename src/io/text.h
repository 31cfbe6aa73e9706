/*
 * text.h - text files whose every failure is seen
 */
#ifndef HYP_IO_TEXT_H
#define HYP_IO_TEXT_H

#include "hyperslab/status.h"

#include <stdio.h>

/*
 * Open a file for writing, replacing what is there.  What goes wrong in
 * writing to it need not be checked: closing tells.
 *
 * Collective: no
 * Errors:     HYP_ECREATE; *out is NULL
 * Ownership:  the caller closes with hyp_text_close()
 */
HYP_CHECKED hyp_status hyp_text_create(FILE **out, const char *path);

/*
 * Close the file; the path is for the words of an error.
 *
 * Collective: no
 * Errors:     HYP_EIO if anything that was written did not go through; the
 *             file is closed and left behind
 */
HYP_CHECKED hyp_status hyp_text_close(FILE *out, const char *path);

#endif
