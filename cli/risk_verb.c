/* SPDX-License-Identifier: GPL-3.0-or-later */
/* risk -- what failures cost in a year. */
#include "analysis/risk_report.h"
#include "cli/simulation.h"

static int events_of(const struct options *options)
{
    return options->events ? (int)options->events : RISK_EVENTS_DEFAULT;
}

static int simulate_and_report(struct simulation *s, struct output_dir *dir)
{
    struct risk risk;
    risk_plan(&risk, s->sc, events_of(s->options), &s->arena);
    s->tasks = tasks_given(s->sc, s->options->threads, risk.tasks, risk.run_count, &s->arena);
    const struct task_sink sink = risk_sink(&risk);
    const struct simulated run = simulations_run(s, &sink, 1);
    struct risk_figures figures;
    if (!risk_figures(&figures, &risk)) {
        fputs("headroom: interrupted before the first event was finished; nothing is written\n", stderr);
        return STATUS_INTERRUPTED;
    }
    struct risk_report report = {
        .sc = s->sc, .risk = &risk, .figures = &figures, .timing = run.timing, .partial = run.partial
    };
    simulation_measure(&report.timing);
    const bool written = risk_files_write(&report, dir, &s->arena, &s->errors);
    if (s->options->json)
        risk_json_write(&report, stdout);
    else
        risk_screen_write(&report, written ? dir->path : NULL, cli_color(s->options, stdout), stdout);
    if (risk.violation)
        fprintf(stderr, "headroom: an internal check failed: %s\n", risk.violation);
    return run.partial ? STATUS_INTERRUPTED : risk.violation ? STATUS_INTERNAL : written ? STATUS_DONE : STATUS_IO;
}

static int prepare_and_run(struct simulation *s)
{
    const int status = simulation_load(s, s->options->arguments[0]);
    simulation_print(s, true);
    if (status != STATUS_DONE)
        return status;
    struct output_dir dir;
    const char *path = s->options->output ? s->options->output : output_dir_default("runs/risk", s->sc, &s->arena);
    if (!output_dir_prepare(&dir, path, &s->arena, &s->errors)) {
        simulation_print(s, false);
        return STATUS_IO;
    }
    const int ended = simulate_and_report(s, &dir);
    fflush(stdout);
    simulation_print(s, false);
    return ended;
}

int verb_risk(const struct options *options)
{
    if (options->argument_count != 1)
        return cli_usage_error(options, options->argument_count ? "risk takes one scenario" : "risk needs a scenario");
    struct simulation s;
    simulation_init(&s, options);
    const int status = prepare_and_run(&s);
    simulation_fini(&s);
    return status;
}
