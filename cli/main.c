/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * headroom -- the command: picks the verb. What a verb computes is in the rooms below.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "sim/base/text.h"

static int verb_help(const struct options *options);
static int verb_version(const struct options *options);

const struct verb cli_verbs[] = {
    { "run", "SCENARIO", verb_run, "simulate, print the verdict, write the report",
      "Simulates all replications and the calendar's days, prints the verdict on one screen and leaves\n"
      "report.html, report.md, results.json, bill.csv, timeseries.csv and plots in the output folder.\n"
      "Exit: 0 all objectives met, 1 one missed or undecided, 3 scenario invalid." },
    { "compare", "SCENARIO...", verb_compare, "designs under the same customers and failures: cost against benefit",
      "The first scenario is the base, the others are variants. Replication i of each meets the same customers and "
      "the\n"
      "same failures, so differences are taken replication by replication: availability, percentiles, bills, expected\n"
      "loss; then the cost-benefit table, who is dominated, and a verdict with its confidence. Leaves compare.html,\n"
      "compare.md, compare.json, compare.csv, plots, and each variant's own report in a folder. Exit: 0 decided, and\n"
      "what is recommended meets its objectives; 1 not so; 3 a scenario invalid, or they do not meet the same "
      "customers." },
    { "risk", "SCENARIO", verb_risk, "what failures cost in a year",
      "Simulates events of each mode of failure (zones, databases, caches, instances, dependencies), given that they\n"
      "happen, by day type and time of day, beside the same hours without them; with published rates the year "
      "follows:\n"
      "expected downtime, orders and margin lost, its median and its one year in twenty, and how sure that is. Leaves\n"
      "risk.html, risk.md, risk.json, risk.csv and plots. Exit: 0 done, 3 scenario invalid." },
    { "check", "SCENARIO...", verb_check, "parse, resolve, explain, warn; nothing is simulated",
      "Prints the resolved architecture and what is legal but doubtful, such as an offered load above the\n"
      "largest capacity. All errors of a file come at once, those of what is bought beside it and of commitments too,\n"
      "which must have rates. Exit: 0 valid, 3 invalid." },
    { "bill", "USAGE.csv", verb_bill, "a bill from a usage file, without a simulation",
      "Prices what the file says was used, line by line; docs/usage-file.md explains its columns and units.\n"
      "With -o it also writes bill.csv (FOCUS 1.2). A missing rate is an error, never zero and never another\n"
      "region's price. Exit: 0 done, 3 file or price book invalid, 4 could not read or write." },
    { "prices", "show|import|diff", verb_prices, "look into price books, import AWS's price list, compare books",
      "show [PATTERN]: rates with region, unit, tier, date, source and confidence; a pattern is a part of a name, or\n"
      "has * and ?. import FILE...: AWS's Price List files (offers as JSON or CSV, savings plans, indexes) into a new\n"
      "book (-o FOLDER) or a file of its new rates (-o FILE.csv) for --prices of run and bill. diff OLD NEW [USED]: "
      "what changed\n"
      "and what that does to the bill of a scenario or a usage file. OLD, NEW: a folder of books, a CSV of rates, or\n"
      "shipped. docs/prices.md says more. Exit: 0 done, 3 a file is invalid, 4 could not read or write." },
    { "commitments", "SCENARIO", verb_commitments, "which reservations and savings plans make the year cheapest",
      "Simulates the days of the scenario's calendar, finds for each kind of commitment the size that makes the year\n"
      "cheapest, and a mix; says what they save, cover and waste and what becomes of that when there is less usage;\n"
      "prints the block to paste into the scenario. docs/commitments.md explains the columns. Exit: 0 done,\n"
      "3 scenario or price book invalid." },
    { "reference", "[TOPIC]", verb_reference, "every parameter of a component or a part of the scenario",
      "Without a topic, lists the topics. A topic is a kind of component (alb, rds, ...) or a part of the\n"
      "scenario file (traffic, steps, ...)." },
    { "schema", "", verb_schema, "the JSON Schema of a scenario, for editors",
      "With it an editor's YAML plug-in completes and checks a scenario while you write. JSON Schema draft 7, which\n"
      "the YAML language server of VS Code, Neovim, Emacs and others reads. Write it beside your scenario,\n"
      "headroom schema -o headroom.schema.json, and begin the scenario with the line\n"
      "# yaml-language-server: $schema=headroom.schema.json" },
    { "selftest", "[SYSTEM]", verb_selftest, "the engine against queueing theory, on this machine",
      "Simulates systems whose law is known and prints theory beside the interval, at level 0.999; about half a\n"
      "minute of one core. SYSTEM: a part of a name, such as M/M/1 or Erlang, for those systems only.\n"
      "docs/validation.md has the same table with formulas and sources. Exit: 0 all agree, 5 one does not." },
    { "bench", "[NAME...]", verb_bench, "how fast the engine is here, beside loops written by hand",
      "Measures parts, queues, the way of a request and whole days, each in turn with a loop in C that does the same\n"
      "work and nothing else, and M/M/1 with SimPy 3 where that is installed. About four minutes; the day of\n"
      "scenarios/black-friday-large.yaml, three minutes more, only with --full or when it is named. NAME: hold, mm1,\n"
      "mm16, visits, balancer, primitives, draws, arrivals, shop, black-friday, black-friday-large, instances,\n"
      "length, rate, threads, bill. Exit: 0 every expected figure was met, or --quick, which judges none; 1 one was\n"
      "missed." },
    { "completion", "bash|zsh|fish", verb_completion, "what completes headroom's command lines in your shell",
      "Packages install it. By hand: eval \"$(headroom completion bash)\" in ~/.bashrc; for zsh a file _headroom in a\n"
      "folder of $fpath; for fish ~/.config/fish/completions/headroom.fish." },
    { "help", "[VERB]", verb_help, "this help, or the verb's; --man: the manual page", "" },
    { "version", "", verb_version, "name and version", "" },
    { .name = NULL },
};
enum { VERB_COUNT = ARRAY_LEN(cli_verbs) - 1 };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; name && i < VERB_COUNT; i++)
        if (!strcmp(cli_verbs[i].name, name))
            return &cli_verbs[i];
    return NULL;
}

static void print_verbs(FILE *out)
{
    fprintf(out,
            "usage: headroom VERB [ARGUMENT...] [FLAG...]\n\n"
            "headroom simulates an AWS architecture on its worst day: availability, latency and the bill.\n\nverbs:\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        char usage[64];
        snprintf(usage, sizeof(usage), "%s %s", cli_verbs[i].name, cli_verbs[i].arguments);
        fprintf(out, "  %-24s  %s\n", usage, cli_verbs[i].line);
    }
    fprintf(out, "\nflags, before or after the verb:\n");
    options_print(NULL, out);
    fprintf(out, "\nA first scenario to copy: scenarios/minimal.yaml. More on a verb: headroom help VERB\n");
}

static int unknown_verb(const struct options *options, const char *name)
{
    const char *names[VERB_COUNT];
    for (size_t i = 0; i < VERB_COUNT; i++)
        names[i] = cli_verbs[i].name;
    const char *nearest = text_nearest(name, names, ARRAY_LEN(names));
    const struct options nobody = { .color = options->color };
    return cli_usage_error(&nobody, nearest ? "unknown verb '%s'; did you mean '%s'?" : "unknown verb '%s'", name,
                           nearest);
}

static int print_verb_help(const struct verb *verb)
{
    printf("usage: headroom %s%s%s\n\n%s\n", verb->name, verb->arguments[0] ? " " : "", verb->arguments, verb->line);
    if (verb->more[0])
        printf("\n%s\n", verb->more);
    printf("\nflags:\n");
    options_print(verb->name, stdout);
    return STATUS_DONE;
}

static int verb_help(const struct options *options)
{
    if (options->argument_count > 1)
        return cli_usage_error(options, "help takes one verb");
    if (options->man) {
        manual_print(stdout);
        return STATUS_DONE;
    }
    if (options->argument_count == 0) {
        print_verbs(stdout);
        return STATUS_DONE;
    }
    const struct verb *verb = find_verb(options->arguments[0]);
    return verb ? print_verb_help(verb) : unknown_verb(options, options->arguments[0]);
}

static int verb_version(const struct options *options)
{
    printf("headroom %s\n", HEADROOM_VERSION);
    return STATUS_DONE;
}

/* A reader that has seen enough (`headroom ... | head`) is a normal end. */
static void on_closed_pipe(int signal_number)
{
    _exit(STATUS_DONE);
}

static int dispatch(const struct options *options, bool help, bool version)
{
    if (version)
        return verb_version(options);
    if (!options->verb) {
        print_verbs(help ? stdout : stderr);
        return help ? STATUS_DONE : STATUS_USAGE;
    }
    const struct verb *verb = find_verb(options->verb);
    if (!verb)
        return unknown_verb(options, options->verb);
    if (help)
        return print_verb_help(verb);
    if (options->unheard)
        return cli_usage_error(options, "%s does not listen to --%s", options->verb, options->unheard);
    return verb->run(options);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, on_closed_pipe);
    struct arena arena;
    arena_init(&arena);
    struct options options;
    bool help, version;
    int status = STATUS_USAGE;
    if (options_parse(argc, argv, &options, &help, &version, &arena))
        status = dispatch(&options, help, version);
    arena_fini(&arena);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "headroom: error: cannot write to standard output\n");
        return STATUS_IO;
    }
    return status;
}
