/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the cost of a request grows with everything but its own way: with instances, with the rate, with the length of the
 * run, with threads. scenarios/minimal.yaml with other numbers.
 */
#include <stdio.h>
#include <unistd.h>

#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/day_work.h"
#include "sim/base/compiler.h"

#define MINIMAL(...) \
    { \
        .scenario = "minimal.yaml", .sets = { __VA_ARGS__ } \
    }
#define SMALL_REQUESTS "services.web.operations.page.0.cpu=exp(50us)"
#define FLEET(n)       "regions.us-east-1.web-fleet.size.max=" #n, "regions.us-east-1.web-fleet.size.min=" #n
#define RATE(n)        "traffic.visitors.rate.mean=" #n "/s"

/* Row after row in turn, in ns per dynamic request. */
static bool measure_requests(struct bench_run *run, const struct day *days, int count, double *values)
{
    for (int k = 0; k < count; k++) {
        const int i = (k + run->round) % count;
        struct day_figures figures;
        if (!day_measure(run, &days[i], NULL, &figures))
            return false;
        values[i] = 1e9 * figures.cpu_s / figures.dynamic_requests;
    }
    return true;
}

#define INSTANCES(n) MINIMAL("clock.length=1m", "clock.warm_up=10s", RATE(20000), SMALL_REQUESTS, FLEET(n))

static bool measure_instances(struct bench_run *run, double *values)
{
    static const struct day days[] = { INSTANCES(10), INSTANCES(1), INSTANCES(100), INSTANCES(1000), INSTANCES(4000) };
    return measure_requests(run, days, ARRAY_LEN(days), values);
}

#define LENGTH(n, quick) \
    { \
        .scenario = "minimal.yaml", .sets = { "clock.length=" #n, "clock.warm_up=1m", RATE(1000), SMALL_REQUESTS }, \
        .quick_length = "clock.length=" #quick \
    }

static bool measure_length(struct bench_run *run, double *values)
{
    static const struct day days[] = { LENGTH(10m, 1m), LENGTH(1h, 2m), LENGTH(4h, 4m) };
    return measure_requests(run, days, ARRAY_LEN(days), values);
}

#define AT_RATE(n, fleet) MINIMAL("clock.length=10m", "clock.warm_up=1m", RATE(n), FLEET(fleet))

static bool measure_rate(struct bench_run *run, double *values)
{
    static const struct day days[] = { AT_RATE(250, 4), AT_RATE(1000, 16), AT_RATE(4000, 64) };
    return measure_requests(run, days, ARRAY_LEN(days), values);
}

/* ---- threads ---- */

enum { EQUAL_TASKS = 20, QUICK_TASKS = 4 };
enum { CPU_OF_ONE, CPU_OF_TWO, CPU_OF_TWO_SHARE, BUSIER_SHARE, WALL_OF_ONE, WALL_OF_TWO };

static bool measure_threads(struct bench_run *run, double *values)
{
    static const struct day day = MINIMAL("clock.length=5m", "clock.warm_up=1m", RATE(1000), FLEET(16));
    struct crew_figures one, two;
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
        snprintf(run->note, sizeof run->note, "one core is online: two threads take turns on it");
    const int tasks = run->options->quick ? QUICK_TASKS : EQUAL_TASKS;
    if (!crew_measure(run, &day, tasks, 1, &one) || !crew_measure(run, &day, tasks, 2, &two))
        return false;
    values[CPU_OF_ONE] = one.cpu_s;
    values[CPU_OF_TWO] = two.cpu_s;
    values[CPU_OF_TWO_SHARE] = 100.0 * two.cpu_s / one.cpu_s;
    values[BUSIER_SHARE] = 100.0 * two.busiest_s / two.cpu_s;
    values[WALL_OF_ONE] = one.wall_s;
    values[WALL_OF_TWO] = two.wall_s;
    return true;
}

const struct benchmark bench_growth[] = {
    { .name = "instances",
      .title = "one fleet at 20,000 requests a second, per request",
      .quick = "one minute of one fleet at 20,000 requests a second, per request",
      .rounds = 3,
      .round = measure_instances,
      .rows = { { .name = "10 instances", .limit = true },
                { .name = "  1 instance" },
                { .name = "  100 instances", .ratio_at_most = 1.25, .stretch = 1.1 },
                { .name = "  1,000 instances", .ratio_at_most = 1.25, .stretch = 1.1 },
                { .name = "  4,000 instances", .ratio_at_most = 1.25, .stretch = 1.1 } } },
    { .name = "length",
      .title = "one fleet at 1,000 requests a second, per request",
      .rounds = 3,
      .round = measure_length,
      .rows = { { .name = "10 minutes", .quick = "1 minute", .limit = true },
                { .name = "  1 hour", .quick = "  2 minutes", .ratio_at_most = 1.1 },
                { .name = "  4 hours", .quick = "  4 minutes", .ratio_at_most = 1.1 } } },
    { .name = "rate",
      .title = "a fleet that grows with its requests, per request",
      .quick = "one minute of a fleet that grows with its requests, per request",
      .rounds = 3,
      .round = measure_rate,
      .rows = { { .name = "250 requests a second", .limit = true },
                { .name = "  1,000 requests a second", .ratio_at_most = 1.1 },
                { .name = "  4,000 requests a second", .ratio_at_most = 1.25, .stretch = 1.1 } } },
    { .name = "threads",
      .title = "20 equal tasks",
      .quick = "4 equal tasks of one minute",
      .rounds = 5,
      .round = measure_threads,
      .rows = { [CPU_OF_ONE] = { .name = "CPU on one thread", .unit = BENCH_SECONDS },
                [CPU_OF_TWO] = { .name = "CPU on two threads", .unit = BENCH_SECONDS },
                [CPU_OF_TWO_SHARE] = { .name = "  of that on one",
                                       .unit = BENCH_PERCENT,
                                       .at_least = 95,
                                       .at_most = 105 },
                [BUSIER_SHARE] = { .name = "  share of the busier thread, merge included",
                                   .unit = BENCH_PERCENT,
                                   .at_most = 52 },
                [WALL_OF_ONE] = { .name = "wall on one thread", .unit = BENCH_SECONDS },
                [WALL_OF_TWO] = { .name = "wall on two threads", .unit = BENCH_SECONDS } } },
    { .name = NULL },
};
