/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/figure.h"

enum { BEATS_PER_S = 20, BEAT_NS = 1000000000 / BEATS_PER_S, LINES_PER_S = 4, HEARTBEAT_S = 10 };

double progress_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The whole work goes on as fast as so far; but a day runs on one thread, so the longest one may take longer still. */
static double seconds_left(const struct task_progress *now, double elapsed_s, int threads)
{
    const double per_s = now->requests_done / elapsed_s;
    const int busy = now->days < threads ? now->days : threads;
    return fmax((now->requests - now->requests_done) / per_s, now->longest_left / per_s * busy);
}

/* The least important comes last, and whatever would make the line too long for a terminal is left out. */
static const char *with(const char *line, const char *more, struct arena *arena)
{
    return strlen(line) + strlen(more) <= PROGRESS_COLUMNS ? arena_printf(arena, "%s%s", line, more) : line;
}

const char *progress_line(const char *prefix, const struct task_progress *now, double elapsed_s, int threads,
                          bool looks, struct arena *arena)
{
    const double share = now->requests_done / now->requests;
    const char *line = arena_printf(arena, "%ssimulated %d of %s: %3.0f %%", prefix, now->days_finished,
                                    figure_things(now->days, "day", arena), share * 100);
    line = with(line, arena_printf(arena, ", %s requests/s", figure_short(now->requests_done / elapsed_s, arena)),
                arena);
    if (share > 0.01)
        line = with(line,
                    arena_printf(arena, ", %s left", figure_duration(seconds_left(now, elapsed_s, threads), arena)),
                    arena);
    if (looks)
        line = with(line, " to the next look", arena);
    if (now->days - now->days_finished == 1 && threads > 1)
        return with(line, "; the last day is serial", arena);
    return now->days == 1 ? with(line, "; one day is serial", arena) : line;
}

static struct task_progress progress_of_all(const struct progress *p)
{
    struct task_progress all = tasks_progress(p->lists[0]);
    for (int i = 1; i < p->count; i++) {
        const struct task_progress one = tasks_progress(p->lists[i]);
        all.requests_done += one.requests_done;
        all.requests += one.requests;
        all.longest_left = fmax(all.longest_left, one.longest_left);
        all.days += one.days;
        all.days_finished += one.days_finished;
        all.days_running += one.days_running;
    }
    return all;
}

static int threads_of_all(const struct progress *p)
{
    int threads = 0;
    for (int i = 0; i < p->count; i++)
        threads = p->lists[i]->threads > threads ? p->lists[i]->threads : threads;
    return threads;
}

static void show(const struct progress *p)
{
    struct arena arena;
    arena_init(&arena);
    const struct task_progress now = progress_of_all(p);
    const char *line = progress_line(p->terminal ? "" : "headroom: ", &now, progress_clock_s() - p->started_s,
                                     threads_of_all(p), p->lists[0]->looks, &arena);
    fprintf(stderr, p->terminal ? "\r%s\033[K" : "%s\n", line);
    fflush(stderr);
    arena_fini(&arena);
}

static void *watch(void *context)
{
    struct progress *p = context;
    const struct timespec beat = { .tv_nsec = BEAT_NS };
    const int every = p->terminal ? BEATS_PER_S / LINES_PER_S : HEARTBEAT_S * BEATS_PER_S;
    for (int beats = 1; !atomic_load(&p->done); beats++) {
        nanosleep(&beat, NULL);
        if (beats % every == 0 && !atomic_load(&p->done))
            show(p);
    }
    return NULL;
}

void progress_begin(struct progress *p, struct task_list *const *lists, int count, bool quiet)
{
    p->lists = lists;
    p->count = count;
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->started_s = progress_clock_s();
    atomic_init(&p->done, false);
    p->running = !quiet && pthread_create(&p->thread, NULL, watch, p) == 0;
}

void progress_end(struct progress *p)
{
    if (!p->running)
        return;
    atomic_store(&p->done, true);
    pthread_join(p->thread, NULL);
    p->running = false;
    if (p->terminal)
        fputs("\r\033[K", stderr);
}
