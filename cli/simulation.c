/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/simulation.h"

#include <signal.h>
#include <sys/resource.h>

#include "cli/progress.h"
#include "models/replicate.h"

static const double BYTES_PER_KIB = 1024;

void simulation_init(struct simulation *s, const struct options *options)
{
    *s = (struct simulation){ .options = options };
    arena_init(&s->arena);
    diag_init(&s->input, &s->arena);
    diag_init(&s->errors, &s->arena);
}

void simulation_fini(struct simulation *s)
{
    if (s->planned)
        tally_fini(&s->tally);
    arena_fini(&s->arena);
}

/* ---- Ctrl-C ---- */

static atomic_bool stop;

static void on_stop(int signal_number)
{
    atomic_store(&stop, true);
}

/* The first signal ends the simulation cleanly; the same again ends the program. */
static void listen_for_stop(void)
{
    struct sigaction action = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void stop_listening(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/* ---- before ---- */

int simulation_load(struct simulation *s, const char *path)
{
    int status;
    struct scenario *sc = cli_load(s->options, path, &s->arena, &s->input, &status);
    if (!sc)
        return status;
    scenario_doubts(sc, &s->input);
    s->sc = sc;
    if (s->options->max_replications && sc->precision <= 0)
        return cli_usage_error(s->options, "--max-replications needs a precision, here or in the scenario");
    return cli_load_prices(&s->prices, s->options, sc, &s->arena, &s->input) ? STATUS_DONE : STATUS_INVALID;
}

void simulation_print(const struct simulation *s, bool warnings)
{
    const bool color = cli_color(s->options, stderr);
    if (s->input.errors || (warnings && !s->options->quiet))
        diag_print(&s->input, stderr, color);
    diag_print(&s->errors, stderr, color);
}

void simulation_plan(struct simulation *s)
{
    s->planned = true;
    s->tasks = tasks_plan(s->sc, s->options->threads, &s->arena);
    if (s->options->max_time_s > 0)
        s->tasks.max_time_s = s->options->max_time_s;
    tally_init(&s->tally, s->sc, s->prices.book, &s->errors);
    s->tally.costing.allow_unpriced = s->options->allow_unpriced;
    s->tally.costing.commitments = s->sc->commitments.present ? &s->prices.commitments : NULL;
}

/* ---- the simulation and what follows ---- */

static bool all_finished(const struct task_list *tasks)
{
    return tasks->headline_taken >= atomic_load(&tasks->headline_wanted) &&
           tasks->calendar_taken == tasks->calendar_count && tasks->twins_taken == tasks->twin_count;
}

struct simulated simulations_run(struct simulation *simulations, const struct task_sink *sinks, int count)
{
    struct arena arena;
    struct progress progress;
    struct simulated out = { .timing.threads = 0 };
    arena_init(&arena);
    struct task_list **lists = ARENA_ARRAY(&arena, struct task_list *, count);
    for (int i = 0; i < count; i++)
        lists[i] = &simulations[i].tasks;
    const double started_s = progress_clock_s();
    listen_for_stop();
    progress_begin(&progress, lists, count, simulations->options->quiet);
    tasks_run_all(lists, sinks, count, replicate, &stop);
    progress_end(&progress);
    stop_listening();
    out.timing.wall_s = progress_clock_s() - started_s;
    for (int i = 0; i < count; i++) {
        out.timing.threads = lists[i]->threads > out.timing.threads ? lists[i]->threads : out.timing.threads;
        out.partial = out.partial || (atomic_load(&stop) && !all_finished(lists[i]));
    }
    arena_fini(&arena);
    return out;
}

void simulation_measure(struct timing *timing)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    timing->cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    timing->peak_rss_bytes = (int64_t)((double)usage.ru_maxrss * BYTES_PER_KIB);
}

bool simulation_conclude(struct simulation *s, const struct simulated *run)
{
    if (!results_compute(&s->results, &s->tally, &s->tasks, &s->input, run->partial, &s->arena))
        return false;
    struct timing *timing = &s->results.timing;
    *timing = run->timing;
    timing->threads = s->tasks.threads;
    double *by_thread = ARENA_ARRAY(&s->arena, double, timing->threads + 1);
    for (int i = 0; i < timing->threads; i++)
        by_thread[i] = tasks_cpu_s(&s->tasks, i);
    timing->cpu_s_by_thread = by_thread;
    timing->requests_per_s = (double)(s->results.requests + s->results.billed_requests + s->results.twin_requests) /
                             timing->wall_s;
    simulation_measure(timing);
    return true;
}
