/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_page -- figures for a terminal, for docs/performance.md and for programs. */
#ifndef HEADROOM_BENCH_PAGE_H
#define HEADROOM_BENCH_PAGE_H

#include <stdio.h>

#include "analysis/benchmarks/benchmark.h"
#include "analysis/benchmarks/machine.h"

enum bench_format { BENCH_TEXT, BENCH_MARKDOWN, BENCH_JSON };

/* How many of the figures that something is expected of were met. */
struct bench_tally {
    int benchmarks, expected, missed;
};

void bench_page_begin(enum bench_format format, const struct machine *machine, FILE *out);
/* `measured`: what benchmark_run() returned. */
void bench_page_benchmark(enum bench_format format, const struct benchmark *b, bool measured,
                          const struct bench_result *result, struct bench_tally *tally, FILE *out);
void bench_page_end(enum bench_format format, const struct bench_tally *tally, FILE *out);

#endif
