/*
 * status.h - the status every fallible function returns, and the error record
 */
#ifndef HYP_STATUS_H
#define HYP_STATUS_H

typedef enum hyp_status {
    HYP_OK = 0,
    HYP_EUSAGE,   /* the caller's argument or option is wrong              */
    HYP_ENOINPUT, /* an input file does not exist or may not be read       */
    HYP_EFORMAT,  /* the file is readable but is not what it should be     */
    HYP_ENUMERIC, /* no usable result: no data, no convergence, not finite */
    HYP_ENOMEM,   /* an allocation failed                                  */
    HYP_ECREATE,  /* the output exists already or cannot be created        */
    HYP_EIO,      /* the file system, HDF5 or MPI-IO failed                */
    HYP_ESTOPPED, /* stopped early by a signal; there is a checkpoint      */
    HYP_ECONFIG,  /* the program was started or configured wrongly         */
    HYP_EDIFFER,  /* ranks disagree on an argument that must be the same   */
    HYP_EINTERNAL /* a library broke its contract: a bug, here or there    */
} hyp_status;

/* The latest failure on this thread.  Valid while the status is not HYP_OK. */
typedef struct hyp_error {
    hyp_status code;
    int rank;        /* where it happened; -1 until ranks agree on it */
    char text[1000]; /* one line, no full stop, subject in 'quotes'   */
} hyp_error;

#if defined(__GNUC__)
#define HYP_CHECKED      __attribute__((warn_unused_result))
#define HYP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define HYP_CHECKED
#define HYP_PRINTF(f, a)
#endif

/*
 * Record a failure; return its code, as in return hyp_fail(HYP_EIO, "...").
 *
 * Collective: no
 */
hyp_status hyp_fail(hyp_status code, const char *fmt, ...) HYP_PRINTF(2, 3);

/*
 * Put "what: " before the recorded text, and return the same code.
 *
 * Collective: no
 */
hyp_status hyp_fail_while(hyp_status code, const char *fmt, ...)
    HYP_PRINTF(2, 3);

/*
 * The record of the latest failure.
 *
 * Collective: no
 * Ownership:  belongs to the thread; overwritten by its next failure
 */
const hyp_error *hyp_last_error(void);

/*
 * Replace the record, as agreement between ranks does.
 *
 * Collective: no
 */
void hyp_set_error(const hyp_error *error);

/*
 * The program's exit status for a status (the numbers of sysexits.h).
 *
 * Collective: no
 */
int hyp_exit_status(hyp_status status);

/* Leave through the function's `out:` label if expr fails; needs a local st. */
#define HYP_TRY(expr)     \
    do {                  \
        st = (expr);      \
        if (st != HYP_OK) \
            goto out;     \
    } while (0)

#endif
