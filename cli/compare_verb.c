/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare -- several designs under the same customers and the same failures: what a review decides from. */
#include <string.h>

#include "analysis/compare_report.h"
#include "analysis/escape.h"
#include "analysis/remarks.h"
#include "analysis/risk_run.h"
#include "cli/simulation.h"

struct comparing {
    const struct options *options;
    int count;
    struct simulation *simulations; /* the first is the base */
    struct contender *contenders;
    int *leaders; /* whose days each variant takes: its own index, or an earlier one's that simulates the same */
    struct arena arena;
    struct diag errors;
    const char **doubts; /* what the scenarios say of each other */
    int doubt_count;
    struct output_dir dir;
    struct comparison comparison;
};

/* ---- before the simulation ---- */

/* The file's name without folder and extension. */
static char *base_name(struct comparing *c, int index)
{
    const char *path = c->options->arguments[index], *slash = strrchr(path, '/');
    char *base = arena_text(&c->arena, slash ? slash + 1 : path);
    char *dot = strrchr(base, '.');
    if (dot && dot != base)
        *dot = '\0';
    return base;
}

static bool is_taken(const struct comparing *c, int count, const char *name, const char *folder)
{
    for (int i = 0; i < count; i++)
        if (strcmp(c->contenders[i].name, name) == 0 || strcmp(c->contenders[i].folder, folder) == 0)
            return true;
    return strcmp(folder, "plots") == 0 || strncmp(folder, "compare.", strlen("compare.")) == 0;
}

/* Two variants of one name get numbers behind it. */
static void name_contender(struct comparing *c, int index)
{
    struct contender *contender = &c->contenders[index];
    const char *base = base_name(c, index);
    contender->name = base;
    contender->folder = escape_file_name(base, &c->arena);
    for (int n = 2; is_taken(c, index, contender->name, contender->folder); n++) {
        contender->name = arena_printf(&c->arena, "%s-%d", base, n);
        contender->folder = escape_file_name(contender->name, &c->arena);
    }
}

static void print(const struct comparing *c, bool warnings)
{
    for (int i = 0; i < c->count; i++)
        simulation_print(&c->simulations[i], warnings);
    diag_print(&c->errors, stderr, cli_color(c->options, stderr));
}

/* The replications are the base's; whether enough of them were made is the verdict's business. */
static void agree_on_replications(struct simulation *s, int64_t replications)
{
    if (s->sc->precision > 0)
        diag_warning(&s->input, (struct mark){ .file = s->sc->path },
                     "`precision` is not looked at: every variant runs %lld replications", (long long)replications);
    s->sc->precision = 0;
    s->sc->replications = replications;
}

/* Kept apart, because it concerns the comparison and not the variant. */
static void note_doubts(struct comparing *c, const struct diag *input, int from)
{
    c->doubts = arena_grow(&c->arena, c->doubts, (size_t)c->doubt_count,
                           (size_t)(c->doubt_count + input->count - from + 1), sizeof *c->doubts);
    for (int i = from; i < input->count; i++)
        if (input->entries[i].severity == SEVERITY_WARNING)
            c->doubts[c->doubt_count++] = remark_diagnostic(&input->entries[i], &c->arena);
}

/* All that is wrong with all files comes at once. */
static int load(struct comparing *c)
{
    int status = STATUS_DONE;
    for (int i = 0; i < c->count; i++) {
        const int its = simulation_load(&c->simulations[i], c->options->arguments[i]);
        status = status == STATUS_DONE || its == STATUS_IO ? its : status;
    }
    const struct scenario *const base = c->simulations[0].sc;
    for (int i = 0; status == STATUS_DONE && i < c->count; i++) {
        struct simulation *s = &c->simulations[i];
        const int before = s->input.count;
        agree_on_replications(s, base->replications);
        if (i > 0 && !compare_check(base, s->sc, &s->input))
            status = STATUS_INVALID;
        note_doubts(c, &s->input, before);
    }
    return status;
}

static bool prepare_folder(struct comparing *c)
{
    const struct scenario *base = c->simulations[0].sc;
    const char *path = c->options->output ? c->options->output : output_dir_default("runs/compare", base, &c->arena);
    return output_dir_prepare(&c->dir, path, &c->arena, &c->errors);
}

static int leader_of(const struct comparing *c, int index)
{
    for (int i = 0; i < index; i++)
        if (c->leaders[i] == i && compare_alike(c->simulations[i].sc, c->simulations[index].sc))
            return i;
    return index;
}

static void plan(struct comparing *c)
{
    c->leaders = ARENA_ARRAY(&c->arena, int, c->count);
    for (int i = 0; i < c->count; i++) {
        struct simulation *s = &c->simulations[i];
        simulation_plan(s);
        contender_init(&c->contenders[i], s->sc, &s->tally);
        name_contender(c, i);
        contender_plan(&c->contenders[i], &s->tasks, &c->arena);
        c->contenders[i].results = &s->results;
        c->leaders[i] = leader_of(c, i);
        if (c->leaders[i] != i)
            contender_follow(&c->contenders[i], &c->contenders[c->leaders[i]], &s->tasks);
    }
}

/* ---- the simulation and what follows ---- */

/* A year's failures of every variant, on one list again. Without a business there is nothing that they cost. False when
 * it was interrupted: then there is no expected loss. */
static bool simulate_failures(struct comparing *c)
{
    struct simulation *parts = ARENA_ARRAY(&c->arena, struct simulation, c->count);
    struct task_sink *sinks = ARENA_ARRAY(&c->arena, struct task_sink, c->count);
    struct risk *risks = ARENA_ARRAY(&c->arena, struct risk, c->count);
    for (int i = 0; i < c->count; i++) {
        const struct scenario *sc = c->simulations[i].sc;
        if (!sc->business.present)
            return true;
        risk_plan(&risks[i], sc, c->options->events ? (int)c->options->events : RISK_EVENTS_DEFAULT, &c->arena);
        parts[i] = (struct simulation){ .options = c->options, .sc = c->simulations[i].sc };
        parts[i].tasks = tasks_given(sc, c->options->threads, risks[i].tasks, risks[i].run_count, &c->arena);
        sinks[i] = risk_sink(&risks[i]);
    }
    if (simulations_run(parts, sinks, c->count).partial)
        return false;
    for (int i = 0; i < c->count; i++) {
        struct risk_figures *figures = ARENA_NEW(&c->arena, struct risk_figures);
        if (!risk_figures(figures, &risks[i]))
            return false;
        c->contenders[i].risk = &figures->margin;
    }
    return true;
}

static int conclude(struct comparing *c, const struct simulated *run)
{
    for (int i = 0; i < c->count; i++) {
        if (c->simulations[i].errors.errors)
            return STATUS_INVALID;
        if (c->simulations[i].tasks.headline_taken == 0) {
            fputs("headroom: interrupted before each variant had finished a replication; nothing is written\n", stderr);
            return STATUS_INTERRUPTED;
        }
    }
    for (int i = 0; i < c->count; i++)
        if (!simulation_conclude(&c->simulations[i], run))
            return STATUS_INVALID;
    compare_compute(&c->comparison, c->contenders, c->count, c->doubts, c->doubt_count, &c->arena);
    c->comparison.timing = run->timing;
    simulation_measure(&c->comparison.timing);
    return STATUS_DONE;
}

/* What was decided, and whether what it recommends keeps its promises. */
static bool is_good(const struct comparison *c)
{
    return c->decided && c->best >= 0 && c->variants[c->best].missed == 0 && c->variants[c->best].undecided == 0;
}

static int simulate_and_report(struct comparing *c)
{
    struct task_sink *sinks = ARENA_ARRAY(&c->arena, struct task_sink, c->count);
    for (int i = 0; i < c->count; i++)
        sinks[i] = contender_sink(&c->contenders[i]);
    struct simulated run = simulations_run(c->simulations, sinks, c->count);
    for (int i = 0; i < c->count; i++)
        if (c->leaders[i] != i)
            contender_led(&c->simulations[i].tasks, &c->simulations[c->leaders[i]].tasks);
    if (!run.partial && !c->options->no_risk)
        run.partial = !simulate_failures(c);
    const int status = conclude(c, &run);
    if (status != STATUS_DONE)
        return status;
    const bool written = compare_files_write(&c->comparison, &c->dir, &c->arena, &c->errors);
    if (c->options->json)
        compare_json_write(&c->comparison, stdout);
    else
        compare_screen_write(&c->comparison, written ? c->dir.path : NULL, cli_color(c->options, stdout), stdout);
    if (run.partial)
        return STATUS_INTERRUPTED;
    if (c->comparison.violation)
        return STATUS_INTERNAL;
    if (!written)
        return STATUS_IO;
    return is_good(&c->comparison) || c->options->no_fail ? STATUS_DONE : STATUS_MISSED;
}

static int prepare_and_run(struct comparing *c)
{
    const int status = load(c);
    print(c, true);
    if (status != STATUS_DONE)
        return status;
    if (!prepare_folder(c)) {
        print(c, false);
        return STATUS_IO;
    }
    plan(c);
    const int ended = simulate_and_report(c);
    fflush(stdout);
    print(c, false);
    for (int i = 0; i < c->count; i++)
        contender_fini(&c->contenders[i]);
    return ended;
}

int verb_compare(const struct options *options)
{
    if (options->argument_count < 2)
        return cli_usage_error(options, "compare needs a base and at least one variant");
    if (options->argument_count > COMPARE_VARIANTS_MAX)
        return cli_usage_error(options, "compare takes at most %d scenarios", COMPARE_VARIANTS_MAX);
    struct comparing c = { .options = options, .count = options->argument_count };
    arena_init(&c.arena);
    diag_init(&c.errors, &c.arena);
    c.simulations = ARENA_ARRAY(&c.arena, struct simulation, c.count);
    c.contenders = ARENA_ARRAY(&c.arena, struct contender, c.count);
    for (int i = 0; i < c.count; i++)
        simulation_init(&c.simulations[i], options);
    const int status = prepare_and_run(&c);
    for (int i = 0; i < c.count; i++)
        simulation_fini(&c.simulations[i]);
    arena_fini(&c.arena);
    return status;
}
