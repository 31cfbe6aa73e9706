/*
 * progress.c - how far a long part of the run has come
 */
#include "cmd/progress.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 30 }; /* of the bar, characters */

static const double plain_every = 10, bar_every = 0.1; /* seconds */

static volatile sig_atomic_t asked;

static void note(int signal)
{
    (void)signal;
    asked = 1;
}

bool hyp_progress_is_asked(void)
{
    const bool was = asked;

    asked = 0;
    return was;
}

void hyp_progress_init(hyp_progress *p, hyp_progress_way way, double every)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR2, &action, NULL);
    if (way == HYP_PROGRESS_AUTO)
        way = isatty(STDERR_FILENO) ? HYP_PROGRESS_BAR : HYP_PROGRESS_PLAIN;
    if (every <= 0)
        every = way == HYP_PROGRESS_BAR ? bar_every : plain_every;
    *p = (hyp_progress){ .way = way, .every = every, .begin = hyp_clock() };
}

void hyp_progress_begin(hyp_progress *p, const char *part, double unit)
{
    p->part = part;
    p->unit = unit;
    p->part_begin = p->latest = hyp_clock();
}

/* "45 %, 1.2 GB/s, 3 s left" */
static void describe(const hyp_progress *p, int64_t done, int64_t total,
                     char *text, size_t room)
{
    const double share = (double)done / (double)total;
    const double elapsed = hyp_clock() - p->part_begin;
    char rate[32] = "";

    if (p->unit > 0)
        snprintf(rate, sizeof rate, ", %.3g GB/s",
                 (double)done * p->unit / elapsed / 1e9);
    snprintf(text, room, "%.0f %%%s, %.0f s left", 100 * share, rate,
             elapsed / share - elapsed);
}

static void draw(hyp_progress *p, int64_t done, int64_t total, const char *text)
{
    static const char full[] = "##############################";
    const int filled = (int)(WIDTH * done / total);

    fprintf(stderr, "\r\033[K%s [%.*s%*s] %s", p->part, filled, full,
            WIDTH - filled, "", text);
    fflush(stderr);
    p->drawn = true;
}

static void wipe(hyp_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

void hyp_progress_show(hyp_progress *p, int64_t done, int64_t total)
{
    const bool is_asked = hyp_progress_is_asked();
    const double now = hyp_clock();
    char text[96];

    if (done < 1 || total < 1 ||
        !(is_asked ||
          (p->way != HYP_PROGRESS_NONE && now - p->latest >= p->every)))
        return;
    describe(p, done, total, text, sizeof text);
    if (p->way == HYP_PROGRESS_BAR && !is_asked) {
        draw(p, done, total, text);
    } else {
        wipe(p);
        fprintf(stderr, "%s: %s; %.0f s since the start\n", p->part, text,
                now - p->begin);
    }
    p->latest = now;
}

void hyp_progress_end(hyp_progress *p)
{
    wipe(p);
    p->part = NULL;
}
