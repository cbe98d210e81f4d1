/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole days: one replication of a shipped scenario on one core, as it is, and at twice the rate with twice the capacity,
 * so that both work at the same utilisation. Quick looks are at one minute of the day.
 */
#include <math.h>
#include <stddef.h>

#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/day_work.h"
#include "analysis/benchmarks/shop_by_hand.h"

static const struct day BLACK_FRIDAY = { .scenario = "black-friday.yaml" };
static const struct day BLACK_FRIDAY_TWICE = {
    .scenario = "black-friday.yaml",
    .sets = { "traffic.shoppers.rate.mean=600/s", "regions.us-east-1.web-fleet.size.min=12",
              "regions.us-east-1.web-fleet.size.max=60", "regions.us-east-1.worker-fleet.size.min=6",
              "regions.us-east-1.worker-fleet.size.max=40", "regions.us-east-1.catalog-db.instance=db.r7g.xlarge",
              "regions.us-east-1.orders-db.instance=db.m7g.xlarge" }
};
static const struct day LARGE = { .scenario = "black-friday-large.yaml" };
static const struct day LARGE_TWICE = {
    .scenario = "black-friday-large.yaml",
    .sets = { "traffic.shoppers.rate.mean=3000/s", "regions.us-east-1.web-fleet.size.min=60",
              "regions.us-east-1.web-fleet.size.max=300", "regions.us-east-1.worker-fleet.size.min=30",
              "regions.us-east-1.worker-fleet.size.max=200", "regions.us-east-1.catalog-db.instance=db.r7g.8xlarge",
              "regions.us-east-1.orders-db.instance=db.m7g.4xlarge" }
};

enum {
    DAY_CPU,
    PER_EDGE_REQUEST,
    PER_DYNAMIC_REQUEST,
    PER_VISIT,
    VISITS,
    EVENTS,
    PEAK,
    PEAK_ABOVE_AN_HOUR,
    PEAK_TWICE,
    PER_REQUEST_TWICE,
};

static bool measure_days(struct bench_run *run, const struct day *day, const struct day *day_twice, double *values)
{
    const bool quick = run->options->quick;
    struct day_figures once, twice, hour = { .peak_mib = NAN }; /* a minute has no first hour */
    if (!day_measure(run, day, NULL, &once) || !day_measure(run, day_twice, NULL, &twice) ||
        (!quick && !day_measure(run, day, "clock.length=1h", &hour)))
        return false;
    const double per_request = once.cpu_s / once.dynamic_requests;
    values[DAY_CPU] = once.cpu_s;
    values[PER_EDGE_REQUEST] = 1e9 * once.cpu_s / once.edge_requests;
    values[PER_DYNAMIC_REQUEST] = 1e9 * per_request;
    values[PER_VISIT] = 1e9 * once.cpu_s / once.station_visits;
    values[VISITS] = once.station_visits / once.dynamic_requests;
    values[EVENTS] = once.events / once.dynamic_requests;
    values[PEAK] = once.peak_mib;
    values[PEAK_ABOVE_AN_HOUR] = once.peak_mib - hour.peak_mib;
    values[PEAK_TWICE] = 100.0 * twice.peak_mib / once.peak_mib;
    values[PER_REQUEST_TWICE] = 100.0 * twice.cpu_s / twice.dynamic_requests / per_request;
    return true;
}

static bool measure_black_friday(struct bench_run *run, double *values)
{
    return measure_days(run, &BLACK_FRIDAY, &BLACK_FRIDAY_TWICE, values);
}

static bool measure_large(struct bench_run *run, double *values)
{
    return measure_days(run, &LARGE, &LARGE_TWICE, values);
}

#define ROWS_OF_A_DAY(...) \
    { \
        [DAY_CPU] = { .name = "one replication", .unit = BENCH_SECONDS, __VA_ARGS__ }, \
        [PER_EDGE_REQUEST] = { .name = "per edge request, static objects included" }, \
        [PER_DYNAMIC_REQUEST] = { .name = "per dynamic request" }, \
        [PER_VISIT] = { .name = "per station visit, everything included", .at_most = 250 }, \
        [VISITS] = { .name = "station visits per dynamic request", .unit = BENCH_NUMBER }, \
        [EVENTS] = { .name = "events per dynamic request", .unit = BENCH_NUMBER }, \
        [PEAK] = { .name = "peak memory", .unit = BENCH_MIB, .at_most = 64, .stretch = 32 }, \
        [PEAK_ABOVE_AN_HOUR] = { .name = "  above that of the first hour", \
                                 .unit = BENCH_MIB, \
                                 .at_most = 16, \
                                 .otherwise = "not with --quick" }, \
        [PEAK_TWICE] = { .name = "  at twice the rate, of that", \
                         .unit = BENCH_PERCENT, \
                         .at_least = 90, \
                         .at_most = 110 }, \
        [PER_REQUEST_TWICE] = { .name = "CPU per request at twice the rate, of that at once", \
                                .unit = BENCH_PERCENT, \
                                .at_most = 110 }, \
    }

/* ---- the way of a request, in the program and by hand ---- */

static bool measure_shop(struct bench_run *run, double *values)
{
    static const struct day day = { .scenario = "request-path.yaml", .own = true };
    struct day_figures figures;
    const uint64_t requests = run->options->quick ? 20000 : 1000000;
    values[0] = benchmark_time(shop_by_hand, NULL, requests, run->options);
    if (!day_measure(run, &day, NULL, &figures))
        return false;
    values[1] = 1e9 * figures.cpu_s / figures.dynamic_requests;
    return true;
}

const struct benchmark bench_days[] = {
    { .name = "shop",
      .title = "bench/request-path.yaml, per request: balancer, CPU, cache, in a tenth of the cases the database",
      .quick = "one minute of bench/request-path.yaml, per request: balancer, CPU, cache, in a tenth the database",
      .round = measure_shop,
      .rows = { { .name = "the way by hand and nothing around it", .limit = true },
                { .name = "  the program, with clients, workers, meters, windows" } } },
    { .name = "black-friday",
      .title = "scenarios/black-friday.yaml, the headline day",
      .quick = "one minute of scenarios/black-friday.yaml",
      .rounds = 2,
      .round = measure_black_friday,
      .rows = ROWS_OF_A_DAY(.at_most = 0) },
    { .name = "black-friday-large",
      .title = "scenarios/black-friday-large.yaml, five times as large",
      .quick = "one minute of scenarios/black-friday-large.yaml, five times as large",
      .long_one = true,
      .rounds = 1,
      .round = measure_large,
      .rows = ROWS_OF_A_DAY(.at_most = 50, .stretch = 30) },
    { .name = NULL },
};
