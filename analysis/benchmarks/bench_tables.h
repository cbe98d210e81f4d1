/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_tables -- the benchmarks, a list per file; each ends at name NULL. */
#ifndef HEADROOM_BENCH_TABLES_H
#define HEADROOM_BENCH_TABLES_H

#include "analysis/benchmarks/benchmark.h"

extern const struct benchmark bench_events[];
extern const struct benchmark bench_queues[];
extern const struct benchmark bench_visits[];
extern const struct benchmark bench_parts[];
extern const struct benchmark bench_days[];
extern const struct benchmark bench_growth[];
extern const struct benchmark bench_money[];

#endif
