/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run -- simulate, judge, write the report. */
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/report.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "models/replicate.h"

static const double BYTES_PER_KIB = 1024;

struct run {
    const struct options *options;
    struct arena arena;
    struct diag input;  /* what loading had to say; the warnings go into the report */
    struct diag errors; /* what went wrong later */
    const struct scenario *sc;
    struct scenario_prices prices;
    struct output_dir dir;
    struct task_list tasks;
    struct tally tally;
    struct results results;
};

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

/* ---- before the simulation ---- */

static int load(struct run *run)
{
    int status;
    struct scenario *sc = cli_load(run->options, run->options->arguments[0], &run->arena, &run->input, &status);
    if (!sc)
        return status;
    scenario_doubts(sc, &run->input);
    run->sc = sc;
    if (run->options->max_replications && sc->precision <= 0)
        return cli_usage_error(run->options, "--max-replications needs a precision, here or in the scenario");
    return cli_load_prices(&run->prices, run->options, sc, &run->arena, &run->input) ? STATUS_DONE : STATUS_INVALID;
}

static void print_diagnostics(const struct run *run, bool warnings)
{
    const bool color = cli_color(run->options, stderr);
    if (run->input.errors || (warnings && !run->options->quiet))
        diag_print(&run->input, stderr, color);
    diag_print(&run->errors, stderr, color);
}

/* ---- the simulation and what follows ---- */

static struct timing simulate(struct run *run)
{
    struct progress progress;
    const double started_s = progress_clock_s();
    const struct task_sink sink = tally_sink(&run->tally);
    listen_for_stop();
    progress_begin(&progress, &run->tasks, run->options->quiet);
    tasks_run(&run->tasks, replicate, &sink, &stop);
    progress_end(&progress);
    stop_listening();
    const struct timing timing = { .threads = run->tasks.threads, .wall_s = progress_clock_s() - started_s };
    return timing;
}

static void complete_timing(struct run *run, struct timing timing)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    timing.cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    double *by_thread = ARENA_ARRAY(&run->arena, double, timing.threads + 1);
    for (int i = 0; i < timing.threads; i++)
        by_thread[i] = tasks_cpu_s(&run->tasks, i);
    timing.cpu_s_by_thread = by_thread;
    timing.peak_rss_bytes = (int64_t)((double)usage.ru_maxrss * BYTES_PER_KIB);
    timing.requests_per_s = (double)(run->results.requests + run->results.billed_requests) / timing.wall_s;
    run->results.timing = timing;
}

static void show(struct run *run, bool written)
{
    if (run->options->json)
        results_json_write(&run->results, stdout);
    else
        screen_write(&run->results, written ? run->dir.path : NULL, cli_color(run->options, stdout), stdout);
}

static int status_of(const struct run *run, bool partial, bool written)
{
    if (partial)
        return STATUS_INTERRUPTED;
    if (run->results.violation)
        return STATUS_INTERNAL;
    if (!written)
        return STATUS_IO;
    if (results_verdict(&run->results) != VERDICT_MET && !run->options->no_fail)
        return STATUS_MISSED;
    return STATUS_DONE;
}

static bool all_finished(const struct task_list *tasks)
{
    return tasks->headline_taken >= atomic_load(&tasks->headline_wanted) &&
           tasks->calendar_taken == tasks->calendar_count;
}

static int simulate_and_report(struct run *run)
{
    const struct timing timing = simulate(run);
    const bool partial = atomic_load(&stop) && !all_finished(&run->tasks);
    if (run->errors.errors)
        return STATUS_INVALID;
    if (run->tasks.headline_taken == 0) {
        fputs("headroom: interrupted before the first replication was finished; nothing is written\n", stderr);
        return STATUS_INTERRUPTED;
    }
    if (!results_compute(&run->results, &run->tally, &run->tasks, &run->input, partial, &run->arena))
        return STATUS_INVALID;
    complete_timing(run, timing);
    const bool written = report_files_write(&run->results, &run->dir, &run->arena, &run->errors);
    show(run, written);
    return status_of(run, partial, written);
}

static int prepare_and_run(struct run *run)
{
    const int status = load(run);
    print_diagnostics(run, true);
    if (status != STATUS_DONE)
        return status;
    const char *path = run->options->output ? run->options->output : output_dir_default(run->sc, &run->arena);
    if (!output_dir_prepare(&run->dir, path, &run->arena, &run->errors)) {
        print_diagnostics(run, false);
        return STATUS_IO;
    }
    run->tasks = tasks_plan(run->sc, run->options->threads, &run->arena);
    if (run->options->max_time_s > 0)
        run->tasks.max_time_s = run->options->max_time_s;
    tally_init(&run->tally, run->sc, run->prices.book, &run->errors);
    run->tally.costing.allow_unpriced = run->options->allow_unpriced;
    run->tally.costing.commitments = run->sc->commitments.present ? &run->prices.commitments : NULL;
    const int ended = simulate_and_report(run);
    fflush(stdout);
    print_diagnostics(run, false);
    tally_fini(&run->tally);
    return ended;
}

int verb_run(const struct options *options)
{
    if (options->argument_count != 1)
        return cli_usage_error(options, options->argument_count ? "run takes one scenario" : "run needs a scenario");
    struct run run = { .options = options };
    arena_init(&run.arena);
    diag_init(&run.input, &run.arena);
    diag_init(&run.errors, &run.arena);
    const int status = prepare_and_run(&run);
    arena_fini(&run.arena);
    return status;
}
