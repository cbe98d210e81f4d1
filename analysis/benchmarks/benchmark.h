/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * benchmark -- how fast the engine is, beside the least that the same work costs.
 *
 * A benchmark is a list of rows that are measured in turn, round after round, in one process of their own: whatever the
 * machine does to one row in a round, it does to its neighbours too. A row that is a `limit` is a loop written by hand
 * for this one work, compiled with the same flags in the same program; the rows below it are held against it, until the
 * next limit. What is reported is the median over the rounds, of the figures and of the ratios within a round.
 *
 * Nanoseconds are CPU time of the thread, user and system. Nothing here judges results: docs/validation.md does.
 */
#ifndef HEADROOM_BENCHMARK_H
#define HEADROOM_BENCHMARK_H

#include <stdbool.h>
#include <stdint.h>

enum { BENCHMARK_ROWS_MAX = 24, BENCHMARK_ROUNDS_MAX = 15, BENCHMARK_NOTE_MAX = 160 };

/* Where things are and how long it may take. */
struct bench_options {
    const char *scenarios; /* folder of the shipped scenarios */
    const char *own;       /* folder bench/, or NULL: what needs it cannot be measured */
    const char *books;     /* folder of the price books */
    bool quick;            /* a look at every row: too short for figures to be quoted or judged */
    int rounds;            /* 0: the benchmark's own number */
};

/* ---- timed work ---- */

struct stopwatch {
    double began_ns, ns;                 /* ns: output; NAN: it could not be measured */
    const struct bench_options *options; /* for work that needs a file */
};

/* Does something `count` times and returns what it found, so that the work cannot be left out. It starts the watch when
 * everything is set up and stops it before anything is given back. */
typedef uint64_t bench_work(uint64_t count, const void *parameter, struct stopwatch *watch);

void stopwatch_start(struct stopwatch *watch);
void stopwatch_stop(struct stopwatch *watch);

/* ---- what there is ---- */

enum bench_unit { BENCH_NS, BENCH_MILLISECONDS, BENCH_SECONDS, BENCH_MIB, BENCH_PERCENT, BENCH_NUMBER };

struct bench_row {
    const char *name; /* NULL ends a list of rows */
    bench_work *work; /* NULL: the benchmark's own round() measures it */
    const void *parameter;
    enum bench_unit unit;
    bool limit;            /* the rows below are held against this one */
    bool alone;            /* held against nothing, nor are the rows below it */
    const char *otherwise; /* what is said when it could not be measured, or NULL */
    const char *quick;     /* its name with options->quick when something else is measured then, or NULL */
    double at_most;        /* expected of the figure; 0: nothing is */
    double at_least;       /* likewise */
    double ratio_at_most;  /* expected of the ratio to the limit; 0: nothing is */
    double stretch;        /* the stretch goal of whichever is expected; 0: none */
};

struct bench_run;

struct benchmark {
    const char *name;  /* what the user asks for; NULL ends a list of benchmarks */
    const char *title; /* what is counted: "M/M/1 at load 0.9, per customer" */
    const char *quick; /* the title with options->quick when less is simulated then, or NULL */
    bool long_one;     /* only when it is named, or with --full */
    int rounds;        /* 0: the usual number */
    /* Measures rows of its own, `values` as the rows are listed; false and a note when it could not. NULL: every row
     * has work. */
    bool (*round)(struct bench_run *run, double *values);
    struct bench_row rows[BENCHMARK_ROWS_MAX + 1];
};

extern const struct benchmark *const bench_tables[]; /* lists, in the order of the page; ends at NULL */

/* ---- running one ---- */

struct bench_run {
    const struct benchmark *benchmark;
    const struct bench_options *options;
    int round;                     /* from 0 */
    char note[BENCHMARK_NOTE_MAX]; /* what the reader has to know; empty: nothing */
};

struct bench_figure {
    bool measured;
    double median, low, high; /* over the rounds, in the row's unit */
    double ratio;             /* to the limit, median of the rounds' ratios; NAN without one */
};

enum bench_verdict { BENCH_NOTHING_EXPECTED, BENCH_STRETCH, BENCH_MET, BENCH_MISSED };

struct bench_result {
    int rounds;
    char note[BENCHMARK_NOTE_MAX];
    struct bench_figure figures[BENCHMARK_ROWS_MAX];
};

/* Takes seconds to minutes; its processes are gone afterwards. False when it could not be measured at all: see note. */
bool benchmark_run(const struct benchmark *b, const struct bench_options *options, struct bench_result *result);

/* For a round() that times work in the calling process: ns of one of `count` times. */
double benchmark_time(bench_work *work, const void *parameter, uint64_t count, const struct bench_options *options);

int benchmark_rows(const struct benchmark *b);
/* The row that `row` is held against, or -1. */
int benchmark_limit_of(const struct benchmark *b, int row);
enum bench_verdict benchmark_verdict(const struct bench_row *row, const struct bench_figure *figure);

#endif
