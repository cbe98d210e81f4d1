/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run -- simulate, judge, write the report. */
#include "cli/simulation.h"

static int status_of(const struct simulation *s, bool partial, bool written)
{
    if (partial)
        return STATUS_INTERRUPTED;
    if (s->results.violation)
        return STATUS_INTERNAL;
    if (!written)
        return STATUS_IO;
    if (results_verdict(&s->results) != VERDICT_MET && !s->options->no_fail)
        return STATUS_MISSED;
    return STATUS_DONE;
}

static int simulate_and_report(struct simulation *s, struct output_dir *dir)
{
    const struct task_sink sink = tally_sink(&s->tally);
    const struct simulated run = simulations_run(s, &sink, 1);
    if (s->errors.errors)
        return STATUS_INVALID;
    if (s->tasks.headline_taken == 0) {
        fputs("headroom: interrupted before the first replication was finished; nothing is written\n", stderr);
        return STATUS_INTERRUPTED;
    }
    if (!simulation_conclude(s, &run))
        return STATUS_INVALID;
    const bool written = report_files_write(&s->results, dir, &s->arena, &s->errors);
    if (s->options->json)
        results_json_write(&s->results, stdout);
    else
        screen_write(&s->results, written ? dir->path : NULL, cli_color(s->options, stdout), stdout);
    return status_of(s, run.partial, written);
}

static int prepare_and_run(struct simulation *s)
{
    const int status = simulation_load(s, s->options->arguments[0]);
    simulation_print(s, true);
    if (status != STATUS_DONE)
        return status;
    struct output_dir dir;
    const char *path = s->options->output ? s->options->output : output_dir_default("runs", s->sc, &s->arena);
    if (!output_dir_prepare(&dir, path, &s->arena, &s->errors)) {
        simulation_print(s, false);
        return STATUS_IO;
    }
    simulation_plan(s);
    if (!s->options->no_twin)
        tasks_add_twin(&s->tasks);
    const int ended = simulate_and_report(s, &dir);
    fflush(stdout);
    simulation_print(s, false);
    return ended;
}

int verb_run(const struct options *options)
{
    if (options->argument_count != 1)
        return cli_usage_error(options, options->argument_count ? "run takes one scenario" : "run needs a scenario");
    struct simulation simulation;
    simulation_init(&simulation, options);
    const int status = prepare_and_run(&simulation);
    simulation_fini(&simulation);
    return status;
}
