/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cli -- what every verb of the command shares: parsed options, exit statuses, loading a scenario.
 */
#ifndef HEADROOM_CLI_H
#define HEADROOM_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "models/scenario.h"
#include "pricing/commitment.h"
#include "pricing/price_book.h"

enum status {
    STATUS_DONE = 0,   /* done, and all objectives met */
    STATUS_MISSED = 1, /* an objective missed or undecided; --no-fail turns it into 0 */
    STATUS_USAGE = 2,
    STATUS_INVALID = 3,  /* scenario, price book or input file */
    STATUS_IO = 4,       /* could not read, write or allocate */
    STATUS_INTERNAL = 5, /* an internal check failed */
    STATUS_INTERRUPTED = 130,
};

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* The command line. Texts are argv's. */
struct options {
    const char *verb;
    int argument_count;
    const char *const *arguments; /* behind the verb */
    int threads;                  /* 0: all cores */
    bool seed_set;
    int64_t seed;
    bool replications_set;
    int64_t replications;
    double precision;         /* 0: not given */
    int64_t max_replications; /* 0: not given */
    double max_time_s;        /* 0: not given */
    int set_count;
    const char *const *sets; /* "path=value" of each --set */
    const char *output;      /* -o; NULL: the verb's default */
    bool json, quiet, no_fail, no_risk;
    bool station_events; /* --stations events */
    bool bench_quick, bench_full, markdown;
    int64_t events; /* of each mode of failure; 0: its own number */
    int64_t rounds; /* of a benchmark; 0: its own number */
    enum color_choice color;
    const char *commitments; /* --commitments: a file with that block; NULL: none */
    const char *prices;      /* --prices: rates in place of the book's, or a folder of books; NULL: none */
    const char *region;      /* --region; NULL: all */
    bool verbose;
    bool free_tier, first_year, allow_unpriced, no_twin;
    bool hours_per_month_set;
    int hours_per_month; /* 0: the calendar's */
    bool man;
    const char *unheard; /* a flag that was given and that the verb does not listen to, or NULL */
};

/* ---- two tables are the parser, the help, the manual page and the completions ---- */

struct verb {
    const char *name, *arguments; /* "SCENARIO...", "[TOPIC]", "bash|zsh|fish" */
    int (*run)(const struct options *options);
    const char *line; /* for the list */
    const char *more; /* for its own help */
};
extern const struct verb cli_verbs[]; /* ends with a NULL name; cli/main.c */

struct flag {
    int id; /* of the parser's own */
    char letter;
    const char *name, *value; /* value NULL: a switch; "a|b": one of these words */
    const char *verbs;        /* those that listen to it; NULL = all */
    const char *doc;
};
extern const struct flag cli_flags[]; /* ends with a NULL name; cli/options.c */

bool cli_listens(const char *verb, const struct flag *flag);

/*
 * Parses argv into `options`; arrays live in the arena. Flags may stand anywhere. Wrong usage is reported to stderr
 * and returns false. `help` and `version` tell what was asked for instead of a verb.
 */
bool options_parse(int argc, char **argv, struct options *options, bool *help, bool *version, struct arena *arena);

/* The flags that `verb` listens to, a line each. */
void options_print(const char *verb, FILE *out);

/* --color, NO_COLOR, and whether `stream` is a terminal.       [NO-COLOR] no-color.org */
bool cli_color(const struct options *options, FILE *stream);

/* "headroom: error: ..." and a pointer to the verb's help, to stderr. Returns STATUS_USAGE. */
int cli_usage_error(const struct options *options, const char *format, ...) PRINTF_LIKE(2, 3);

struct data_path {
    char chars[4096];
};

/*
 * Where a file or folder of headroom's own data is ("pricing/books", "scenarios"): beside the program, as an installation
 * has it wherever it was moved (bin/headroom, share/headroom) and a build tree too; else, for a program that was copied
 * alone, in the checkout that it was built from, and where it was to be installed. False when it is nowhere; the path is
 * then that last place, for the message.
 */
bool cli_data(const char *name, struct data_path *path);

/* The price books; if there are none, where they should be. */
const char *cli_price_folder(void);
/* Those of `regions` that have a book, into `out`. Without one a region stays, and its book is an error, unless a file gives
 * rates or they may be missing. */
size_t cli_regions_with_book(const struct options *options, const char *const *regions, size_t count, const char **out,
                             struct arena *arena);
/* The books of these regions: those that --prices names when it is a folder, else the shipped ones with its rates in place
 * of theirs. A region that may be without one is left out. NULL after an error. */
const struct price_book *cli_price_book(const struct options *options, const char *const *regions, size_t count,
                                        struct arena *arena, struct diag *diag);
/* The same of reservations and savings plans. */
const struct price_book *cli_price_terms(const struct options *options, const char *const *regions, size_t count,
                                         struct arena *arena, struct diag *diag);

/*
 * Loads a scenario with --set, --seed, --replications and --precision applied. NULL on errors; *status is then
 * STATUS_IO when the file cannot be read, else STATUS_INVALID. Prints nothing: the diagnostics are in `diag`.
 */
struct scenario *cli_load(const struct options *options, const char *path, struct arena *arena, struct diag *diag,
                          int *status);

struct scenario_prices {
    const struct price_book *book, *terms;
    struct commitments commitments; /* none when the scenario has none */
};

/* What a scenario is billed with. False, with everything that has no rate and need not be simulated to be known. */
bool cli_load_prices(struct scenario_prices *out, const struct options *options, const struct scenario *sc,
                     struct arena *arena, struct diag *diag);

/* ---- verbs: one file each; they return the exit status ---- */

int verb_run(const struct options *options);
int verb_compare(const struct options *options);
int verb_risk(const struct options *options);
int verb_bill(const struct options *options);
int verb_prices(const struct options *options);
int verb_commitments(const struct options *options);
int verb_check(const struct options *options);
int verb_reference(const struct options *options);
int verb_schema(const struct options *options);
int verb_completion(const struct options *options);
int verb_selftest(const struct options *options);
int verb_bench(const struct options *options);

/* headroom(1) in the language of man pages. Part of help. */
void manual_print(FILE *out);

/* One line of JSON: the resolved scenario (null when it is invalid) and the messages. Part of check. */
void check_print_json(const char *path, const struct scenario *sc, const struct diag *diag, FILE *out);

#endif
