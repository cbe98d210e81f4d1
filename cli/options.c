/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

enum flag_id {
    FLAG_OUTPUT,
    FLAG_SET,
    FLAG_SEED,
    FLAG_REPLICATIONS,
    FLAG_PRECISION,
    FLAG_MAX_REPLICATIONS,
    FLAG_MAX_TIME,
    FLAG_THREADS,
    FLAG_NO_FAIL,
    FLAG_JSON,
    FLAG_QUIET,
    FLAG_VERBOSE,
    FLAG_COLOR,
    FLAG_STATIONS,
    FLAG_PRICES,
    FLAG_COMMITMENTS,
    FLAG_REGION,
    FLAG_FREE_TIER,
    FLAG_FIRST_YEAR,
    FLAG_ALLOW_UNPRICED,
    FLAG_NO_TWIN,
    FLAG_HOURS_PER_MONTH,
    FLAG_QUICK,
    FLAG_FULL,
    FLAG_EVENTS,
    FLAG_NO_RISK,
    FLAG_ROUNDS,
    FLAG_MARKDOWN,
    FLAG_HELP,
    FLAG_VERSION,
    FLAG_MAN,
};

const struct flag cli_flags[] = {
    { FLAG_OUTPUT, 'o', "output", "PATH", "run compare risk bill prices schema",
      "folder of the report or book, or schema's file; default runs/<scenario>/<seed>, runs/compare/<base>/<seed> for "
      "compare, runs/risk/<scenario>/<seed> for risk, none for bill and prices, stdout for schema" },
    { FLAG_SET, 0, "set", "PATH=VALUE", "run compare risk check commitments",
      "replaces a value of the scenario, of each when there are several, repeatable: "
      "--set regions.us-east-1.web-fleet.size.max=80" },
    { FLAG_SEED, 0, "seed", "N", "run compare risk check commitments",
      "seed of the random draws instead of the scenario's" },
    { FLAG_REPLICATIONS, 0, "replications", "N", "run compare check", "exactly so many, whatever the scenario says" },
    { FLAG_PRECISION, 0, "precision", "SHARE", "run check",
      "as many replications as decide the objectives this precisely: --precision 5%" },
    { FLAG_MAX_REPLICATIONS, 0, "max-replications", "N", "run check", "the most that a precision may take" },
    { FLAG_MAX_TIME, 0, "max-time", "DURATION", "run compare",
      "no replication starts later; the results then depend on the machine and say so" },
    { FLAG_THREADS, 0, "threads", "N", "run compare risk commitments selftest prices",
      "threads; default all cores; results do not depend on it" },
    { FLAG_STATIONS, 0, "stations", "auto|events", "run compare risk",
      "auto: departures are computed ahead where that is exact; events: never; same results but for the count of "
      "events" },
    { FLAG_PRICES, 0, "prices", "PATH", "run compare risk check commitments bill prices",
      "a CSV of rates in place of the book's, or a folder of books such as prices import writes" },
    { FLAG_REGION, 0, "region", "REGION", "prices", "of this region only, and what is sold everywhere" },
    { FLAG_COMMITMENTS, 0, "commitments", "FILE", "bill", "a YAML file with the block `commitments:` of a scenario" },
    { FLAG_FREE_TIER, 0, "free-tier", NULL, "bill", "take off what AWS gives every account each month" },
    { FLAG_FIRST_YEAR, 0, "first-year", NULL, "bill", "and what it gave in the first year of older accounts" },
    { FLAG_ALLOW_UNPRICED, 0, "allow-unpriced", NULL, "run compare risk check commitments bill prices",
      "usage without a rate is a line that says so, no error" },
    { FLAG_NO_TWIN, 0, "no-twin", NULL, "run",
      "no simulation of the day without its faults: nothing then says whether it recovered by itself" },
    { FLAG_HOURS_PER_MONTH, 0, "hours-per-month", "N", "bill", "672 to 744, or calendar; default 730" },
    { FLAG_NO_FAIL, 0, "no-fail", NULL, "run compare bench",
      "exit 0 although an objective or the verdict is missed or undecided" },
    { FLAG_JSON, 0, "json", NULL, "run compare risk check bill commitments prices bench",
      "machine-readable output on stdout" },
    { FLAG_MARKDOWN, 0, "markdown", NULL, "bench", "the tables of docs/performance.md on stdout" },
    { FLAG_QUICK, 0, "quick", NULL, "bench", "a look at every row; too short for figures to be quoted or judged" },
    { FLAG_FULL, 0, "full", NULL, "bench", "the long ones too" },
    { FLAG_NO_RISK, 0, "no-risk", NULL, "compare",
      "the year's failures are not simulated: the expected loss is that of business.faults_per_year, or none" },
    { FLAG_EVENTS, 0, "events", "N", "compare risk",
      "simulated events of each mode of failure, over all strata, at least three in each; default 18" },
    { FLAG_ROUNDS, 0, "rounds", "N", "bench", "rounds of each benchmark instead of its own number" },
    { FLAG_QUIET, 'q', "quiet", NULL, "run compare risk check bill commitments prices bench",
      "errors and results only: no progress, no warnings" },
    { FLAG_VERBOSE, 0, "verbose", NULL, "prices", "all lines of long lists, and what was not recognised" },
    { FLAG_COLOR, 0, "color", "auto|always|never", NULL, "NO_COLOR is honoured" },
    { FLAG_HELP, 'h', "help", NULL, NULL, "this help, or the verb's" },
    { FLAG_VERSION, 'V', "version", NULL, NULL, "name and version" },
    { FLAG_MAN, 0, "man", NULL, "help", "the manual page, as man reads it" },
    { .name = NULL },
};
enum { FLAG_COUNT = ARRAY_LEN(cli_flags) - 1 };

enum { SETS_MAX = 1000 };

struct parser {
    struct options *options;
    bool *help, *version;
    const char **sets, **arguments;
    bool given[FLAG_COUNT];
};

static const struct flag *find_flag(const char *name, size_t length)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (strlen(cli_flags[i].name) == length && !memcmp(cli_flags[i].name, name, length))
            return &cli_flags[i];
    return NULL;
}

static const struct flag *find_letter(char letter)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (letter && cli_flags[i].letter == letter)
            return &cli_flags[i];
    return NULL;
}

static bool unknown_flag(const struct options *options, const char *argument, struct arena *arena)
{
    const char *names[FLAG_COUNT];
    for (size_t i = 0; i < FLAG_COUNT; i++)
        names[i] = cli_flags[i].name;
    const size_t dashes = strspn(argument, "-");
    const char *name = arena_text_n(arena, argument + dashes, strcspn(argument + dashes, "="));
    const char *nearest = text_nearest(name, names, ARRAY_LEN(names));
    cli_usage_error(options, nearest ? "unknown flag '%s'; did you mean '--%s'?" : "unknown flag '%s'", argument,
                    nearest);
    return false;
}

static bool take_count(const struct options *options, const struct flag *flag, const char *value, int64_t least,
                       int64_t most, int64_t *out)
{
    if (count_from_text(value, out) && *out >= least && *out <= most)
        return true;
    cli_usage_error(options, "--%s needs a whole number from %lld to %lld, not '%s'", flag->name, (long long)least,
                    (long long)most, value);
    return false;
}

/* Finer than half a per cent a latency cannot be: its histogram's bins are 0.8 % wide. */
static bool take_precision(struct options *options, const char *value)
{
    if (share_from_text(value, &options->precision) && options->precision >= 0.005 && options->precision <= 0.5)
        return true;
    cli_usage_error(options, "--precision needs a share from 0.5%% to 50%%, not '%s'", value);
    return false;
}

static bool take_max_time(struct options *options, const char *value)
{
    int64_t ns;
    if (!duration_from_text(value, &ns) || ns <= 0) {
        cli_usage_error(options, "--max-time needs a duration such as 10m, not '%s'", value);
        return false;
    }
    options->max_time_s = (double)ns * 1e-9;
    return true;
}

/* Which of the flag's words "auto|always|never" it is; -1: reported. */
static int take_word(const struct options *options, const struct flag *flag, const char *value)
{
    int index = 0;
    for (const char *c = flag->value; *c; index++) {
        const size_t length = strcspn(c, "|");
        if (length == strlen(value) && !memcmp(c, value, length))
            return index;
        c += length + (c[length] == '|');
    }
    cli_usage_error(options, "--%s needs %s, not '%s'", flag->name, flag->value, value);
    return -1;
}

/* The words stand in the order of the enum. */
static bool take_color(struct options *options, const struct flag *flag, const char *value)
{
    const int word = take_word(options, flag, value);
    options->color = word < 0 ? COLOR_AUTO : (enum color_choice)word;
    return word >= 0;
}

static bool take_stations(struct options *options, const struct flag *flag, const char *value)
{
    const int word = take_word(options, flag, value);
    options->station_events = word == 1;
    return word >= 0;
}

static bool take_hours_per_month(struct options *options, const struct flag *flag, const char *value)
{
    int64_t hours = 0;
    options->hours_per_month_set = true;
    if (strcmp(value, "calendar") != 0 && !take_count(options, flag, value, 672, 744, &hours))
        return false;
    options->hours_per_month = (int)hours;
    return true;
}

/* `value` is "" for a switch. */
static bool apply(struct parser *parser, const struct flag *flag, const char *value)
{
    struct options *o = parser->options;
    int64_t number;
    switch ((enum flag_id)flag->id) {
    case FLAG_OUTPUT:
        o->output = value;
        if (value[0])
            return true;
        cli_usage_error(o, "--output needs a path");
        return false;
    case FLAG_SET:
        if (o->set_count == SETS_MAX) {
            cli_usage_error(o, "more than %d times --set", SETS_MAX);
            return false;
        }
        parser->sets[o->set_count++] = value;
        return true;
    case FLAG_SEED: o->seed_set = true; return take_count(o, flag, value, 0, INT64_MAX, &o->seed);
    case FLAG_REPLICATIONS: o->replications_set = true; return take_count(o, flag, value, 1, 10000, &o->replications);
    case FLAG_PRECISION: return take_precision(o, value);
    case FLAG_MAX_REPLICATIONS: return take_count(o, flag, value, 2, 10000, &o->max_replications);
    case FLAG_MAX_TIME: return take_max_time(o, value);
    case FLAG_THREADS:
        if (!take_count(o, flag, value, 1, 1024, &number))
            return false;
        o->threads = (int)number;
        return true;
    case FLAG_STATIONS: return take_stations(o, flag, value);
    case FLAG_QUICK: o->bench_quick = true; return true;
    case FLAG_FULL: o->bench_full = true; return true;
    case FLAG_NO_RISK: o->no_risk = true; return true;
    case FLAG_EVENTS: return take_count(o, flag, value, 1, 1000, &o->events);
    case FLAG_ROUNDS: return take_count(o, flag, value, 1, 15, &o->rounds);
    case FLAG_MARKDOWN: o->markdown = true; return true;
    case FLAG_PRICES: o->prices = value; return true;
    case FLAG_REGION: o->region = value; return true;
    case FLAG_VERBOSE: o->verbose = true; return true;
    case FLAG_COMMITMENTS: o->commitments = value; return true;
    case FLAG_FREE_TIER: o->free_tier = true; return true;
    case FLAG_FIRST_YEAR: o->first_year = true; return true;
    case FLAG_ALLOW_UNPRICED: o->allow_unpriced = true; return true;
    case FLAG_NO_TWIN: o->no_twin = true; return true;
    case FLAG_HOURS_PER_MONTH: return take_hours_per_month(o, flag, value);
    case FLAG_NO_FAIL: o->no_fail = true; return true;
    case FLAG_JSON: o->json = true; return true;
    case FLAG_QUIET: o->quiet = true; return true;
    case FLAG_COLOR: return take_color(o, flag, value);
    case FLAG_HELP: *parser->help = true; return true;
    case FLAG_VERSION: *parser->version = true; return true;
    case FLAG_MAN: o->man = true; return true;
    }
    return false;
}

bool cli_listens(const char *verb, const struct flag *flag)
{
    const char *verbs = flag->verbs;
    if (!verbs || !verb)
        return true;
    const size_t length = strlen(verb);
    for (const char *c = verbs; *c;) {
        const size_t word = strcspn(c, " ");
        if (word == length && !memcmp(c, verb, length))
            return true;
        c += word + (c[word] == ' ');
    }
    return false;
}

/* One flag at argv[*i], with its value behind '=' , in the same word ("-oDIR") or in the next. */
static bool parse_flag(struct parser *parser, int argc, char **argv, int *i, struct arena *arena)
{
    const char *word = argv[*i], *value = NULL;
    const struct flag *flag;
    if (word[1] == '-') {
        const size_t length = strcspn(word + 2, "=");
        flag = find_flag(word + 2, length);
        value = word[2 + length] ? word + 2 + length + 1 : NULL;
    } else {
        flag = find_letter(word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!flag)
        return unknown_flag(parser->options, word, arena);
    if (!flag->value && value) {
        cli_usage_error(parser->options, "--%s takes no value", flag->name);
        return false;
    }
    if (flag->value && !value) {
        if (*i + 1 >= argc) {
            cli_usage_error(parser->options, "--%s needs a value: --%s %s", flag->name, flag->name, flag->value);
            return false;
        }
        value = argv[++*i];
    }
    parser->given[flag - cli_flags] = true;
    return apply(parser, flag, value ? value : "");
}

/* A flag that the verb would not hear: it must not seem to work. */
static const char *unheard(const struct parser *parser, const char *verb)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (parser->given[i] && !cli_listens(verb, &cli_flags[i]))
            return cli_flags[i].name;
    return NULL;
}

bool options_parse(int argc, char **argv, struct options *options, bool *help, bool *version, struct arena *arena)
{
    *options = (struct options){ 0 };
    *help = *version = false;
    struct parser parser = { .options = options, .help = help, .version = version };
    parser.sets = ARENA_ARRAY(arena, const char *, SETS_MAX);
    parser.arguments = ARENA_ARRAY(arena, const char *, argc);
    options->sets = parser.sets;
    options->arguments = parser.arguments;
    bool flags_end = false;
    for (int i = 1; i < argc; i++) {
        if (!flags_end && !strcmp(argv[i], "--"))
            flags_end = true;
        else if (!flags_end && argv[i][0] == '-' && argv[i][1]) {
            if (!parse_flag(&parser, argc, argv, &i, arena))
                return false;
        } else if (!options->verb)
            options->verb = argv[i];
        else
            parser.arguments[options->argument_count++] = argv[i];
    }
    options->unheard = unheard(&parser, options->verb);
    if (options->replications_set && options->precision > 0) {
        cli_usage_error(options, "--replications says how many, --precision leaves it to the run: give one of them");
        return false;
    }
    if (options->bench_quick && options->bench_full) {
        cli_usage_error(options,
                        "--quick looks at everything briefly, --full takes the long ones too: give one of them");
        return false;
    }
    return true;
}

void options_print(const char *verb, FILE *out)
{
    enum { WIDTH = 25 };
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (!cli_listens(verb, &cli_flags[i]))
            continue;
        char name[64];
        snprintf(name, sizeof(name), "--%s%s%s", cli_flags[i].name, cli_flags[i].value ? " " : "",
                 cli_flags[i].value ? cli_flags[i].value : "");
        if (cli_flags[i].letter)
            fprintf(out, "  -%c, %-*s  %s\n", cli_flags[i].letter, WIDTH, name, cli_flags[i].doc);
        else
            fprintf(out, "      %-*s  %s\n", WIDTH, name, cli_flags[i].doc);
    }
}
