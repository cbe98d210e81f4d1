/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/benchmark.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/child.h"
#include "sim/base/check.h"

const struct benchmark *const bench_tables[] = {
    bench_events, bench_queues, bench_visits, bench_parts, bench_days, bench_growth, bench_money, NULL,
};

enum { USUAL_ROUNDS = 5 };

static const double ROUND_NS = 1e8, QUICK_ROUND_NS = 5e6; /* of one row */
static const double CALIBRATION_SHARE = 0.1;              /* of a round: long enough to foresee the rest */

static volatile uint64_t sink; /* what was found must not be optimised away */

/* ---- the clock ---- */

static double thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

void stopwatch_start(struct stopwatch *watch)
{
    watch->began_ns = thread_ns();
}

void stopwatch_stop(struct stopwatch *watch)
{
    watch->ns = thread_ns() - watch->began_ns;
}

/* ---- rows ---- */

int benchmark_rows(const struct benchmark *b)
{
    int count = 0;
    while (b->rows[count].name)
        count++;
    return count;
}

int benchmark_limit_of(const struct benchmark *b, int row)
{
    for (int i = row; i >= 0 && !b->rows[i].alone; i--)
        if (b->rows[i].limit)
            return i == row ? -1 : i;
    return -1;
}

enum bench_verdict benchmark_verdict(const struct bench_row *row, const struct bench_figure *figure)
{
    const bool of_ratio = row->ratio_at_most > 0.0;
    const double found = of_ratio ? figure->ratio : figure->median, most = of_ratio ? row->ratio_at_most : row->at_most;
    if (most == 0.0 && row->at_least == 0.0)
        return BENCH_NOTHING_EXPECTED;
    if ((most > 0.0 && found > most) || (row->at_least > 0.0 && found < row->at_least))
        return BENCH_MISSED;
    return row->stretch > 0.0 && found <= row->stretch ? BENCH_STRETCH : BENCH_MET;
}

/* ---- rounds ---- */

struct rounds {
    const struct benchmark *benchmark;
    const struct bench_options *options;
    int count;
};

/* Of all rounds, or of one: what travels from the child. */
struct samples {
    char note[BENCHMARK_NOTE_MAX];
    double values[BENCHMARK_ROUNDS_MAX][BENCHMARK_ROWS_MAX]; /* NAN: not measured */
};

double benchmark_time(bench_work *work, const void *parameter, uint64_t count, const struct bench_options *options)
{
    struct stopwatch watch = { .options = options };
    sink += work(count, parameter, &watch);
    return watch.ns / (double)count;
}

static double ns_each(const struct bench_row *row, const struct bench_options *options, uint64_t count)
{
    return benchmark_time(row->work, row->parameter, count, options);
}

/* How often a row's work fits into a round; 0 when it cannot be measured. */
static uint64_t count_for(const struct bench_row *row, const struct bench_options *options)
{
    const double round_ns = options->quick ? QUICK_ROUND_NS : ROUND_NS;
    uint64_t count = 256;
    double ns = ns_each(row, options, count);
    while (ns * (double)count < CALIBRATION_SHARE * round_ns) {
        count *= 4;
        ns = ns_each(row, options, count);
    }
    return isnan(ns) ? 0 : (uint64_t)ceil(round_ns / ns);
}

/* In the child: every row in turn, each round beginning with another one. */
static bool time_rows(void *context, void *result)
{
    const struct rounds *rounds = context;
    const struct benchmark *b = rounds->benchmark;
    struct samples *samples = result;
    const int rows = benchmark_rows(b);
    uint64_t counts[BENCHMARK_ROWS_MAX];
    for (int i = 0; i < rows; i++)
        counts[i] = count_for(&b->rows[i], rounds->options);
    for (int r = 0; r < rounds->count; r++)
        for (int k = 0; k < rows; k++) {
            const int i = (k + r) % rows;
            samples->values[r][i] = NAN;
            if (counts[i] > 0)
                samples->values[r][i] = ns_each(&b->rows[i], rounds->options, counts[i]);
        }
    return true;
}

/* Rows that measure themselves, in processes of their own making; rows with work would wait for their round. */
static bool ask_for_rounds(const struct rounds *rounds, struct samples *samples)
{
    struct bench_run run = { .benchmark = rounds->benchmark, .options = rounds->options };
    bool measured = true;
    for (int r = 0; r < rounds->count && measured; r++) {
        run.round = r;
        for (int i = 0; i < BENCHMARK_ROWS_MAX; i++)
            samples->values[r][i] = NAN;
        measured = run.benchmark->round(&run, samples->values[r]);
    }
    memcpy(samples->note, run.note, sizeof samples->note);
    return measured;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Sorts; the middle one of an odd number, else the mean of the two in the middle. */
static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2.0;
}

static struct bench_figure summarise(const struct samples *samples, int rounds, int row, int limit)
{
    double values[BENCHMARK_ROUNDS_MAX], ratios[BENCHMARK_ROUNDS_MAX];
    int count = 0;
    for (int r = 0; r < rounds; r++) {
        if (isnan(samples->values[r][row]))
            continue;
        values[count] = samples->values[r][row];
        ratios[count++] = limit >= 0 ? samples->values[r][row] / samples->values[r][limit] : NAN;
    }
    if (count == 0)
        return (struct bench_figure){ .ratio = NAN };
    struct bench_figure figure = { .measured = true, .median = median(values, count) };
    figure.low = values[0];
    figure.high = values[count - 1];
    figure.ratio = limit >= 0 ? median(ratios, count) : NAN;
    return figure;
}

static int rounds_of(const struct benchmark *b, const struct bench_options *options)
{
    if (options->rounds > 0)
        return options->rounds < BENCHMARK_ROUNDS_MAX ? options->rounds : BENCHMARK_ROUNDS_MAX;
    if (options->quick)
        return 1;
    return b->rounds > 0 ? b->rounds : USUAL_ROUNDS;
}

bool benchmark_run(const struct benchmark *b, const struct bench_options *options, struct bench_result *result)
{
    struct rounds rounds = { .benchmark = b, .options = options, .count = rounds_of(b, options) };
    struct samples samples = { 0 };
    CHECK(benchmark_rows(b) <= BENCHMARK_ROWS_MAX, "a benchmark's rows");
    *result = (struct bench_result){ .rounds = rounds.count };
    const bool measured = b->round ? ask_for_rounds(&rounds, &samples)
                                   : child_run(time_rows, &rounds, &samples, sizeof samples);
    memcpy(result->note, samples.note, sizeof result->note);
    if (!measured)
        return false;
    for (int i = 0; i < benchmark_rows(b); i++)
        result->figures[i] = summarise(&samples, rounds.count, i, benchmark_limit_of(b, i));
    return true;
}
