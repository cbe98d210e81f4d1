/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check -- parse, resolve, price what is bought beside it, explain, warn. Nothing is simulated and nothing is written. */
#include "cli/cli.h"

static int check_file(const struct options *options, const char *path, bool first)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    int status;
    const struct scenario *sc = cli_load(options, path, &arena, &diag, &status);
    struct scenario_prices prices;
    if (sc)
        scenario_doubts(sc, &diag);
    if (sc && !cli_load_prices(&prices, options, sc, &arena, &diag))
        status = STATUS_INVALID;
    if (options->json)
        check_print_json(path, sc, &diag, stdout);
    else if (sc && !options->quiet) {
        if (!first)
            putchar('\n');
        scenario_explain(sc, stdout);
    }
    fflush(stdout); /* before the warnings, when both go to one terminal */
    if (!options->json && (!options->quiet || diag.errors > 0))
        diag_print(&diag, stderr, cli_color(options, stderr));
    arena_fini(&arena);
    return status;
}

int verb_check(const struct options *options)
{
    if (options->argument_count == 0)
        return cli_usage_error(options, "check needs a scenario: headroom check scenarios/minimal.yaml");
    int status = STATUS_DONE;
    for (int i = 0; i < options->argument_count; i++) {
        const int one = check_file(options, options->arguments[i], i == 0);
        status = one > status ? one : status;
    }
    return status;
}
