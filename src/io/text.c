/*
 * text.c - text files whose every failure is seen
 */
#include "io/text.h"

#include "base/fault.h"
#include "io/disk.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

hyp_status hyp_text_create(FILE **out, const char *path)
{
    *out = hyp_fault() ? (errno = EIO, NULL) : fopen(path, "w");
    if (*out == NULL)
        return hyp_fail(HYP_ECREATE, "cannot create '%s': %s", path,
                        strerror(errno));
    return HYP_OK;
}

hyp_status hyp_text_close(FILE *out, const char *path)
{
    bool failed = ferror(out) || fflush(out) != 0;

    if (!failed)
        hyp_disk_push(fileno(out), 0, 0);
    if (fclose(out) != 0)
        failed = true;
    if (hyp_fault()) {
        errno = EIO;
        failed = true;
    }
    if (failed)
        return hyp_fail(HYP_EIO, "cannot write '%s': %s", path,
                        strerror(errno));
    return HYP_OK;
}
