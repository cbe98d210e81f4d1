/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/day_work.h"

#include <stdio.h>
#include <time.h>

#include "analysis/benchmarks/child.h"
#include "analysis/tally.h"
#include "analysis/tasks.h"
#include "models/replicate.h"
#include "models/scenario.h"

static const double BYTES_PER_MIB = 1024.0 * 1024.0;

struct job {
    const struct bench_options *options;
    const struct day *day;
    const char *also;
    int tasks, threads;
};

/* ---- in the child ---- */

static struct scenario *load(const struct job *job, struct arena *arena)
{
    const char *sets[DAY_SETS_MAX + 3];
    int count = 0;
    while (job->day->sets[count]) {
        sets[count] = job->day->sets[count];
        count++;
    }
    if (job->also)
        sets[count++] = job->also;
    if (job->options->quick) {
        sets[count++] = job->day->quick_length ? job->day->quick_length : "clock.length=1m";
        sets[count++] = "clock.warm_up=1m";
    }
    const char *folder = job->day->own ? job->options->own : job->options->scenarios;
    char *path = arena_printf(arena, "%s/%s", folder ? folder : ".", job->day->scenario);
    struct diag diag;
    diag_init(&diag, arena);
    struct scenario *sc = scenario_load(path, sets, count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    return sc;
}

static bool simulate_day(void *context, void *result)
{
    struct day_figures *figures = result;
    struct arena arena;
    arena_init(&arena);
    const struct scenario *sc = load(context, &arena);
    const struct replication *r = sc ? replicate(sc, -1, 0, NULL, &arena, NULL, NULL) : NULL;
    if (r && !r->violation)
        *figures = (struct day_figures){ .cpu_s = r->cpu_s,
                                         .peak_mib = (double)child_peak_bytes() / BYTES_PER_MIB,
                                         .edge_requests = (double)r->edge_requests,
                                         .dynamic_requests = (double)r->dynamic_requests,
                                         .station_visits = (double)r->station_visits,
                                         .events = (double)r->events };
    const bool simulated = r && !r->violation;
    arena_fini(&arena);
    return simulated;
}

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Adding up the records is inside. */
static double busiest(const struct task_list *list)
{
    double most_s = 0.0;
    for (int i = 0; i < list->threads; i++)
        most_s = tasks_cpu_s(list, i) > most_s ? tasks_cpu_s(list, i) : most_s;
    return most_s;
}

static bool simulate_crew(void *context, void *result)
{
    static const atomic_bool never = false;
    const struct job *job = context;
    struct crew_figures *figures = result;
    struct arena arena;
    arena_init(&arena);
    struct scenario *sc = load(job, &arena);
    if (sc) {
        sc->replications = job->tasks;
        struct diag diag;
        diag_init(&diag, &arena);
        struct tally tally;
        tally_init(&tally, sc, NULL, &diag);
        const struct task_sink sink = tally_sink(&tally);
        struct task_list list = tasks_plan(sc, job->threads, &arena);
        const double wall_s = clock_s(CLOCK_MONOTONIC), cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        tasks_run(&list, replicate, &sink, &never);
        figures->wall_s = clock_s(CLOCK_MONOTONIC) - wall_s;
        figures->cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
        figures->busiest_s = busiest(&list);
        tally_fini(&tally);
    }
    arena_fini(&arena);
    return sc != NULL;
}

/* ---- in the parent ---- */

static bool measure(struct bench_run *run, struct job *job, bool (*work)(void *, void *), void *figures, size_t size)
{
    job->options = run->options;
    if (child_run(work, job, figures, size))
        return true;
    snprintf(run->note, sizeof run->note, "%s could not be simulated", job->day->scenario);
    return false;
}

bool day_measure(struct bench_run *run, const struct day *day, const char *also, struct day_figures *figures)
{
    struct job job = { .day = day, .also = also };
    return measure(run, &job, simulate_day, figures, sizeof *figures);
}

bool crew_measure(struct bench_run *run, const struct day *day, int tasks, int threads, struct crew_figures *figures)
{
    struct job job = { .day = day, .tasks = tasks, .threads = threads };
    return measure(run, &job, simulate_crew, figures, sizeof *figures);
}
