/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench -- the engine's speed on the user's own machine. */
#include <string.h>
#include <unistd.h>

#include "analysis/benchmarks/bench_page.h"
#include "cli/cli.h"
#include "sim/base/text.h"

enum { NAMES_MAX = 64 };

static bool named(const struct options *options, const char *name)
{
    for (int i = 0; i < options->argument_count; i++)
        if (!strcmp(options->arguments[i], name))
            return true;
    return false;
}

static bool is_wanted(const struct options *options, const struct benchmark *b)
{
    if (options->argument_count > 0)
        return named(options, b->name);
    return !b->long_one || options->bench_full;
}

/* The first argument that names no benchmark, or NULL. */
static const char *unknown_name(const struct options *options, const char **nearest)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (const struct benchmark *const *table = bench_tables; *table; table++)
        for (const struct benchmark *b = *table; b->name && count < NAMES_MAX; b++)
            names[count++] = b->name;
    for (int i = 0; i < options->argument_count; i++) {
        size_t k = 0;
        while (k < count && strcmp(names[k], options->arguments[i]) != 0)
            k++;
        *nearest = text_nearest(options->arguments[i], names, count);
        if (k == count)
            return options->arguments[i];
    }
    return NULL;
}

static struct bench_tally run_tables(const struct options *options, const struct bench_options *bench,
                                     const struct bench_page *page)
{
    struct bench_tally tally = { 0 };
    for (const struct benchmark *const *table = bench_tables; *table; table++)
        for (const struct benchmark *b = *table; b->name; b++) {
            if (!is_wanted(options, b))
                continue;
            struct bench_result result;
            if (isatty(STDERR_FILENO) && !options->quiet)
                fprintf(stderr, "\rbench: %s ... ", b->name);
            const bool measured = benchmark_run(b, bench, &result);
            bench_page_benchmark(page, b, measured, &result, &tally);
        }
    return tally;
}

int verb_bench(const struct options *options)
{
    const char *nearest = NULL, *unknown = unknown_name(options, &nearest);
    if (unknown)
        return cli_usage_error(options, nearest ? "no benchmark '%s'; did you mean '%s'?" : "no benchmark '%s'",
                               unknown, nearest);
    struct data_path scenarios, own;
    const struct bench_options bench = {
        .scenarios = cli_data("scenarios", &scenarios) ? scenarios.chars : NULL,
        .own = cli_data("bench", &own) ? own.chars : NULL,
        .books = cli_price_folder(),
        .quick = options->bench_quick,
        .rounds = (int)options->rounds,
    };
    if (!bench.scenarios) {
        fputs("headroom: error: the shipped scenarios are not where they were installed\n", stderr);
        return STATUS_IO;
    }
    const struct bench_page page = {
        .format = options->json       ? BENCH_JSON
                  : options->markdown ? BENCH_MARKDOWN
                                      : BENCH_TEXT,
        .quick = options->bench_quick,
        .out = stdout,
    };
    struct machine machine;
    machine_look(&machine);
    bench_page_begin(&page, &machine);
    const struct bench_tally tally = run_tables(options, &bench, &page);
    bench_page_end(&page, &tally);
    return tally.missed && !options->no_fail ? STATUS_MISSED : STATUS_DONE;
}
