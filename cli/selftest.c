/* SPDX-License-Identifier: GPL-3.0-or-later */
/* selftest -- the engine against mathematics, on the user's own machine. */
#include <string.h>

#include "analysis/oracles/experiment.h"
#include "cli/cli.h"
#include "cli/progress.h"

struct tally {
    int oracles, missed;
};

static void run_experiment(const struct experiment *e, int threads, struct tally *tally)
{
    struct oracle_result results[ORACLE_FIGURES_MAX];
    experiment_run(e, 1.0, threads, results);
    for (int i = 0; i < experiment_oracles(e); i++) {
        oracle_print(e, &e->oracles[i], &results[i], stdout);
        tally->oracles++;
        tally->missed += !results[i].covers || !results[i].precise;
    }
    fflush(stdout);
}

static struct tally run_table(const char *part_of_name, int threads)
{
    struct tally tally = { 0 };
    for (const struct chapter *c = oracle_chapters; c->title; c++)
        for (const struct experiment *e = c->experiments; e->system; e++) {
            if (part_of_name && !strstr(e->system, part_of_name))
                continue;
            if (tally.oracles == 0)
                oracle_print_headings(stdout);
            run_experiment(e, threads, &tally);
        }
    return tally;
}

int verb_selftest(const struct options *options)
{
    if (options->argument_count > 1)
        return cli_usage_error(options, "selftest takes one part of a system's name");
    const char *part_of_name = options->argument_count ? options->arguments[0] : NULL;
    const double started_s = progress_clock_s();
    const struct tally tally = run_table(part_of_name, options->threads);
    if (tally.oracles == 0)
        return cli_usage_error(options, "no system of the table has '%s' in its name", part_of_name);
    printf("\n%d of %d agree with theory at level %g, in %.0f s\n", tally.oracles - tally.missed, tally.oracles,
           ORACLE_LEVEL, progress_clock_s() - started_s);
    return tally.missed ? STATUS_INTERNAL : STATUS_DONE;
}
