/*
 * status.c - the per-thread error record
 */
#include "hyperslab/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local hyp_error last;

hyp_status hyp_fail(hyp_status code, const char *fmt, ...)
{
    va_list args;

    last.code = code;
    last.rank = -1;
    va_start(args, fmt);
    vsnprintf(last.text, sizeof last.text, fmt, args);
    va_end(args);
    return code;
}

hyp_status hyp_fail_while(hyp_status code, const char *fmt, ...)
{
    const int room = (int)sizeof last.text;
    char cause[sizeof last.text];
    va_list args;
    int used;

    memcpy(cause, last.text, sizeof cause);
    va_start(args, fmt);
    used = vsnprintf(last.text, sizeof last.text, fmt, args);
    va_end(args);
    if (used >= 0 && used < room &&
        snprintf(last.text + used, (size_t)(room - used), ": %s", cause) < 0)
        last.text[used] = '\0';
    return code;
}

const hyp_error *hyp_last_error(void)
{
    return &last;
}

void hyp_set_error(const hyp_error *error)
{
    last = *error;
}

int hyp_exit_status(hyp_status status)
{
    switch (status) {
    case HYP_OK: return 0;
    case HYP_EUSAGE: return 64;
    case HYP_EFORMAT:
    case HYP_ENUMERIC: return 65;
    case HYP_ENOINPUT: return 66;
    case HYP_EDIFFER:
    case HYP_EINTERNAL: return 70;
    case HYP_ENOMEM: return 71;
    case HYP_ECREATE: return 73;
    case HYP_EIO: return 74;
    case HYP_ESTOPPED: return 75;
    case HYP_ECONFIG: return 78;
    }
    return 70;
}
