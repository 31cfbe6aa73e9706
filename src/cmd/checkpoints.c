/*
 * checkpoints.c - leave a run of k-means, and go on with it later
 */
#include "cmd/checkpoints.h"

#include "base/clock.h"
#include "cmd/identity.h"
#include "hyperslab/comm.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>

static volatile sig_atomic_t asked_to_stop;

static void note(int signal)
{
    (void)signal;
    asked_to_stop = 1;
}

/* Batch systems and launchers may deliver SIGTERM and SIGUSR1 more than once;
   a second SIGINT is a user who does not want to wait. */
void hyp_checkpoints_catch_signals(void)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    action.sa_flags |= (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
}

/* On rank 0. */
static hyp_status refuse_checkpoint(const hyp_settings *s)
{
    if (!s->resume && !s->overwrite && hyp_checkpoint_exists(s->output))
        return hyp_fail(HYP_ECREATE,
                        "'%s' holds the checkpoint of a run that was "
                        "interrupted; go on with --resume, or begin anew with "
                        "--overwrite",
                        s->output);
    return HYP_OK;
}

/* On rank 0: whether this run may go on from there. */
static hyp_status compare(const hyp_checkpoint *from, const hyp_settings *s)
{
    hyp_status st = hyp_identity_compare_settings(from->identity, s);

    if (st == HYP_OK && from->state.iterations > s->max_iterations)
        st = hyp_fail(HYP_EUSAGE,
                      "the checkpoint is of iteration %d, this run has "
                      "--max-iter %d",
                      from->state.iterations, s->max_iterations);
    if (st == HYP_OK && from->starts > s->restarts)
        st = hyp_fail(HYP_EFORMAT,
                      "the checkpoint is past %d starts, this run "
                      "has --restarts %d",
                      from->starts, s->restarts);
    return st == HYP_OK ? st : hyp_fail_while(st, "'%s'", from->path);
}

hyp_status hyp_checkpoints_open_all(hyp_job *job)
{
    const hyp_settings *s = job->settings;
    hyp_checkpoint *from = &job->checkpoints.from;
    hyp_status st = HYP_OK;

    if (job->rank == 0)
        st = refuse_checkpoint(s);
    HYP_TRY(hyp_agree(job->comm, st));
    if (!s->resume)
        return HYP_OK;
    HYP_TRY(hyp_checkpoint_open_all(from, s->output, job->comm));
    if (from->damage[0])
        hyp_job_say(job, "note: %s; going on from the one before it",
                    from->damage);
    if (job->rank == 0)
        st = compare(from, s);
    HYP_TRY(hyp_agree(job->comm, st));
out:
    return st;
}

/* A rank's wish; rank 0 has the clock. */
static hyp_kmeans_wish wish(void *context)
{
    const hyp_job *job = context;
    const double every = job->settings->checkpoint_every;

    if (asked_to_stop)
        return HYP_KMEANS_STOP;
    if (job->rank == 0 && every > 0 &&
        hyp_clock() - job->checkpoints.latest >= every)
        return HYP_KMEANS_SAVE;
    return HYP_KMEANS_GO_ON;
}

/* A run that goes on can do without a checkpoint, one that stops cannot. */
static hyp_status save_all(void *context, const hyp_kmeans *state)
{
    hyp_job *job = context;
    hyp_job_checkpoints *c = &job->checkpoints;
    const double begin = hyp_clock();
    const hyp_course course = { c->identity, job->step, job->starts,
                                job->start_within };
    hyp_status st = hyp_checkpoint_write_all(
        job->settings->output, &course, job->points.slab, job->points.summary,
        state, job->comm);

    c->latest = hyp_clock();
    c->seconds += c->latest - begin;
    c->written++;
    if (st == HYP_OK || state->stopped)
        return st;
    hyp_job_say(job, "note: going on without a checkpoint: %s",
                hyp_last_error()->text);
    return HYP_OK;
}

enum { PLACE = 64 };

/* "iteration 7", or "iteration 7 of start 2". */
static const char *place_of(const hyp_job *job, int iteration, char text[PLACE])
{
    const int starts = job->settings->restarts;

    if (starts == 1)
        snprintf(text, PLACE, "iteration %d", iteration);
    else if (job->starts < starts)
        snprintf(text, PLACE, "iteration %d of start %d", iteration,
                 job->starts + 1);
    else
        snprintf(text, PLACE, "iteration %d of the best start", iteration);
    return text;
}

/* Take up the starts and steps of the run before, and this rank's labels. */
static hyp_status take_up(hyp_job *job)
{
    hyp_checkpoint *from = &job->checkpoints.from;
    char place[PLACE];
    hyp_status st = HYP_OK;

    if (job->rank == 0)
        st = hyp_identity_compare_inputs(from->identity,
                                         job->checkpoints.identity);
    if (st != HYP_OK)
        return hyp_fail_while(st, "'%s'", from->path);
    HYP_TRY(hyp_checkpoint_labels(from, job->summary.first, job->slab.pixels));
    job->starts = from->starts;
    for (int i = 0; i < job->starts; i++)
        job->start_within[i] = from->within[i];
    job->steps = job->resumed_after = from->state.iterations;
    for (int i = 0; i < job->steps; i++) {
        job->step[i] = from->step[i];
        job->seconds[i] = NAN;
    }
    hyp_job_say(job, "k-means goes on after %s, from '%s'",
                place_of(job, job->steps, place), from->path);
out:
    return st;
}

hyp_status hyp_checkpoints_use_all(hyp_job *job, const double *start,
                                   hyp_kmeans_options *options)
{
    hyp_job_checkpoints *c = &job->checkpoints;
    hyp_status st = HYP_OK;

    if (job->rank == 0)
        st = hyp_identity_write(job, start, &c->identity);
    HYP_TRY(hyp_agree(job->comm, st));
    if (job->settings->resume) {
        HYP_TRY(hyp_agree(job->comm, take_up(job)));
        options->from = &c->from.state;
    }
    options->keeper = (hyp_kmeans_keeper){ wish, save_all, job };
    c->latest = hyp_clock();
out:
    return st;
}

hyp_status hyp_checkpoints_close(const hyp_job *job)
{
    const char *folder = job->settings->output;
    char place[PLACE];

    if (job->kmeans.stopped)
        return hyp_fail(HYP_ESTOPPED,
                        "stopped by a signal after %s; '%s' holds its results; "
                        "the same command with --resume goes on",
                        place_of(job, job->kmeans.iterations, place), folder);
    if (job->rank == 0 && hyp_checkpoint_remove(folder) != HYP_OK)
        hyp_job_say(job, "note: %s", hyp_last_error()->text);
    return HYP_OK;
}

void hyp_checkpoints_release(hyp_job *job)
{
    hyp_checkpoint_release(&job->checkpoints.from);
    free(job->checkpoints.identity);
}
