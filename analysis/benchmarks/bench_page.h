/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_page -- figures for a terminal, for docs/performance.md and for programs. */
#ifndef HEADROOM_BENCH_PAGE_H
#define HEADROOM_BENCH_PAGE_H

#include <stdio.h>

#include "analysis/benchmarks/benchmark.h"
#include "analysis/benchmarks/machine.h"

enum bench_format { BENCH_TEXT, BENCH_MARKDOWN, BENCH_JSON };

struct bench_page {
    enum bench_format format;
    bool quick; /* measured with options->quick: said so, and nothing is judged */
    FILE *out;
};

/* How many of the figures that something is expected of were met. */
struct bench_tally {
    int benchmarks, expected, missed;
};

void bench_page_begin(const struct bench_page *page, const struct machine *machine);
/* `measured`: what benchmark_run() returned. */
void bench_page_benchmark(const struct bench_page *page, const struct benchmark *b, bool measured,
                          const struct bench_result *result, struct bench_tally *tally);
void bench_page_end(const struct bench_page *page, const struct bench_tally *tally);

#endif
