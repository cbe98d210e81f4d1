/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario_tables.h"

#include <stddef.h>

#include "models/departures.h"
#include "sim/dispatcher.h"

/* A parameter is a row and reads as one. */
/* clang-format off */

/* The offset of a member within a block that is a member itself. */
#define WITHIN(type, block, member) (AT(type, block.member) - AT(type, block)) /* NOLINT(bugprone-macro-parentheses) */

static const char *const FREE_TIERS[] = { [FREE_NOTHING] = "none", [FREE_ALWAYS] = "always",
                                          [FREE_FIRST_YEAR] = "first-year", NULL };
static const char *const SHAPES[] = { "constant", "ordinary", "sale", "black-friday", "cyber-monday", "piecewise",
                                      NULL };
static const char *const MONTHS[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                      "jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const SPREADS[] = { [SPREAD_EXACT] = "exact", [SPREAD_POISSON] = "poisson", NULL };
static const char *const COUNTS[] = { [COUNT_GEOMETRIC] = "geometric", [COUNT_FIXED] = "fixed",
                                      [COUNT_UNIFORM] = "uniform", NULL };
static const char *const CLIENTS[] = { [CLIENT_BROWSER] = "browser", [CLIENT_MOBILE] = "mobile", [CLIENT_SDK] = "sdk",
                                       NULL };
static const char *const COST_MONTHS[] = { "mean", "peak", NULL };

const char *const scenario_geographies[] = { "US", "EU", "JP", "IN", "AP", "AU", "SA", "ME", "ZA", NULL };

/* ---- clock ---- */

static const struct param clock_params[] = {
    { .name = "start", .kind = PARAM_TEXT, .offset = WITHIN(scenario, clock, start), .def = "2026-11-27T00:00-05:00",
      .doc = "first instant that counts, ISO 8601 with the offset of the shop's local time", .source = "assumed" },
    { .name = "length", .kind = PARAM_DURATION, .offset = WITHIN(scenario, clock, length), .def = "24h", .min = "1m",
      .max = "31d", .doc = "how long the run counts", .source = "assumed" },
    { .name = "warm_up", .kind = PARAM_DURATION, .offset = WITHIN(scenario, clock, warm_up), .def = "30m", .min = "0s",
      .max = "24h", .doc = "simulated before start and not counted; the day's shape is continued backwards",
      .source = "assumed: longer than 15 one-minute datapoints of a scale-in alarm" },
    PARAM_END,
};

/* ---- traffic ---- */

static const struct param launch_params[] = {
    { .name = "at", .kind = PARAM_INSTANT, .offset = AT(launch_config, at), .doc = "when offers open",
      .source = "scenario" },
    { .name = "factor", .kind = PARAM_FACTOR, .offset = AT(launch_config, factor), .def = "x4", .min = "1",
      .max = "1000",
      .doc = "the shape is multiplied by this at the peak", .source = "assumed; peak events sec. 4 (x2-x5)" },
    { .name = "rise", .kind = PARAM_DURATION, .offset = AT(launch_config, rise), .def = "30s", .min = "1s", .max = "1h",
      .doc = "from the instant to the peak", .source = "assumed; peak events sec. 4 (10-60 s)" },
    { .name = "half_life", .kind = PARAM_DURATION, .offset = AT(launch_config, half_life), .def = "20m", .min = "1m",
      .max = "24h", .doc = "in which the excess halves", .source = "assumed; peak events sec. 4 (10-30 min)" },
    PARAM_END,
};

static const struct param knot_params[] = {
    { .name = "at", .kind = PARAM_INSTANT, .offset = AT(knot_entry, at), .doc = "local time of day",
      .source = "scenario" },
    { .name = "rate", .kind = PARAM_RATE, .offset = AT(knot_entry, rate), .min = "0/s", .max = "1G/s",
      .doc = "rate at that time; linear in between, periodic over the day", .source = "scenario" },
    PARAM_END,
};

#define RATE(member)  WITHIN(population, rate, member)
#define BURST(member) (RATE(burst.member) - RATE(burst)) /* NOLINT(bugprone-macro-parentheses) */

static const struct param burst_params[] = {
    { .name = "factor", .kind = PARAM_FACTOR, .offset = BURST(factor), .def = "x3", .min = "1", .max = "1000",
      .doc = "rate in a burst over the rate between bursts; the mean stays", .source = "assumed" },
    { .name = "mean_on", .kind = PARAM_DURATION, .offset = BURST(mean_on), .def = "30s", .min = "100ms", .max = "24h",
      .doc = "mean length of a burst, exponential", .source = "assumed" },
    { .name = "mean_off", .kind = PARAM_DURATION, .offset = BURST(mean_off), .def = "5m", .min = "100ms", .max = "24h",
      .doc = "mean time between bursts, exponential", .source = "assumed" },
    PARAM_END,
};

/* 1, 2, 3, ...: of a batch, of a session. */
static const struct param count_params[] = {
    { .name = "mean", .kind = PARAM_NUMBER, .offset = AT(count_config, mean), .set_offset = AT(count_config, mean_set),
      .key_offset = AT(count_config, mean_at),
      .def = "", .min = "1", .max = "1000", .shorthand = true,
      .doc = "how many on average; required unless uniform", .source = "scenario" },
    { .name = "law", .kind = PARAM_CHOICE, .offset = AT(count_config, kind), .def = "geometric", .choices = COUNTS,
      .key_offset = AT(count_config, law_at),
      .doc = "geometric from 1, always the same, or uniform", .source = "assumed" },
    { .name = "least", .kind = PARAM_COUNT, .offset = AT(count_config, least), .def = "", .min = "1", .max = "1000",
      .key_offset = AT(count_config, least_at),
      .doc = "of a uniform number; 1 when absent", .source = "scenario" },
    { .name = "most", .kind = PARAM_COUNT, .offset = AT(count_config, most), .def = "", .min = "1", .max = "1000",
      .key_offset = AT(count_config, most_at),
      .doc = "of a uniform number", .source = "scenario" },
    PARAM_END,
};

static const struct param rate_params[] = {
    { .name = "profile", .kind = PARAM_CHOICE, .offset = RATE(profile), .set_offset = RATE(profile_set),
      .key_offset = RATE(profile_at), .def = "constant", .choices = SHAPES,
      .doc = "shape of the day; sale is the mean of ordinary and black-friday (assumed)",
      .source = "peak events sec. 3" },
    { .name = "mean", .kind = PARAM_RATE, .offset = RATE(mean), .set_offset = RATE(mean_set), .def = "", .min = "0/s",
      .max = "1G/s", .key_offset = RATE(mean_at), .shorthand = true,
      .doc = "mean over the clock's length, launch included; required except for a piecewise profile or a trace",
      .source = "scenario" },
    { .name = "launch", .kind = PARAM_BLOCK, .offset = RATE(launch), .def = "", .sub = launch_params,
      .key_offset = RATE(launch_at),
      .doc = "offers open: a step on top of the shape", .source = "peak events sec. 4" },
    { .name = "knots", .kind = PARAM_LIST, .offset = RATE(knots), .count_offset = RATE(knot_count), .def = "",
      .key_offset = RATE(knots_at), .sub = knot_params, .sub_size = sizeof(struct knot_entry), .mark_offset = AT(knot_entry, mark),
      .doc = "points of a piecewise profile; with a mean, only their proportions count", .source = "scenario" },
    { .name = "trace", .kind = PARAM_TEXT, .offset = RATE(trace_name), .key_offset = RATE(trace_at), .def = "",
      .doc = "file of requests counted per bin, time_s,requests, beside the scenario; instead of profile and mean",
      .source = "scenario" },
    { .name = "scale", .kind = PARAM_FACTOR, .offset = RATE(scale), .set_offset = RATE(scale_set), .def = "x1",
      .key_offset = RATE(scale_at), .min = "0.000001", .max = "1000000", .doc = "the trace's requests are multiplied by this", .source = "scenario" },
    { .name = "spread", .kind = PARAM_CHOICE, .offset = RATE(spread), .set_offset = RATE(spread_set), .def = "exact",
      .key_offset = RATE(spread_at), .choices = SPREADS, .doc = "of a trace: exactly a bin's number, or a Poisson process with that mean",
      .source = "scenario" },
    { .name = "burst", .kind = PARAM_BLOCK, .offset = RATE(burst), .def = "", .sub = burst_params,
      .doc = "the rate changes at random between two levels around what it would be", .source = "[FMH-93]" },
    { .name = "batch", .kind = PARAM_BLOCK, .offset = RATE(batch), .def = "", .sub = count_params,
      .key_offset = RATE(batch_at),
      .doc = "operations begin in groups; the rate stays that of operations", .source = "[KLE-1] sec. 4.5" },
    PARAM_END,
};

static const struct param geo_params[] = {
    { .name = "", .kind = PARAM_SHARE, .offset = AT(geo_entry, share), .min = "0%", .max = "100%",
      .doc = "US (with Canada and Mexico), EU, JP, IN, AP, AU, SA, ME or ZA: share of the viewers",
      .source = "[CF-PRICE]" },
    PARAM_END,
};

static const struct param mix_params[] = {
    { .name = "", .kind = PARAM_SHARE, .offset = AT(mix_entry, share), .min = "0%", .max = "100%",
      .doc = "an operation's share of the requests", .source = "scenario" },
    PARAM_END,
};

static const struct param way_params[] = {
    { .name = "", .kind = PARAM_SHARE, .offset = AT(mix_entry, share), .min = "0%", .max = "100%",
      .doc = "probability", .source = "scenario" },
    PARAM_END,
};

#define PAGE(member) WITHIN(population, page, member)

static const struct param page_params[] = {
    { .name = "on", .kind = PARAM_REF, .offset = PAGE(on_ref), .refs = "operation",
      .doc = "a successful answer of this operation makes the browser ask for the page's objects",
      .source = "scenario" },
    { .name = "objects", .kind = PARAM_COUNT, .offset = PAGE(objects), .def = "70", .min = "1", .max = "10000",
      .doc = "static objects of a page", .source = "[HTTP-ARCHIVE-2024] median desktop page: 71 requests" },
    { .name = "bytes", .kind = PARAM_BYTES, .offset = PAGE(bytes), .def = "2.6MB", .min = "1B", .max = "1TB",
      .doc = "their size together", .source = "[HTTP-ARCHIVE-2024] median desktop page: 2,652 kB" },
    { .name = "browser_cache", .kind = PARAM_SHARE, .offset = PAGE(browser_cache), .def = "65%", .min = "0%",
      .max = "100%",
      .doc = "share of the objects that the browser has kept", .source = "[HUANG-2013] 65.5 % of photo requests" },
    PARAM_END,
};

#define SESSIONS(member) AT(sessions_config, member)

static const struct param navigation_params[] = {
    { .name = "", .kind = PARAM_MAP, .noun = "the way to", .offset = AT(navigation_row, to),
      .count_offset = AT(navigation_row, to_count), .sub = way_params, .sub_size = sizeof(struct mix_entry),
      .doc = "where to from this operation, shares by operation; 'leave' ends the session", .source = "scenario" },
    PARAM_END,
};

static const struct param sessions_params[] = {
    { .name = "enter", .kind = PARAM_MAP, .offset = SESSIONS(enter), .count_offset = SESSIONS(enter_count),
      .sub = way_params, .sub_size = sizeof(struct mix_entry),
      .doc = "the first operation, shares by operation", .source = "scenario" },
    { .name = "next", .kind = PARAM_MAP, .offset = SESSIONS(next), .count_offset = SESSIONS(next_count),
      .sub = navigation_params, .sub_size = sizeof(struct navigation_row),
      .doc = "navigation, by the operation that was answered last", .source = "scenario" },
    { .name = "think", .kind = PARAM_DIST, .offset = SESSIONS(think), .def = "exp(7s)", .min = "1ms",
      .doc = "from an answer to the next operation", .source = "[TPC-W] think time; performance defaults sec. 6.1" },
    { .name = "think_at_most", .kind = PARAM_DURATION, .offset = SESSIONS(think_at_most), .def = "", .min = "1ms",
      .max = "24h", .doc = "longer pauses are cut to this; [TPC-W] takes ten times the mean", .source = "scenario" },
    { .name = "length", .kind = PARAM_BLOCK, .offset = SESSIONS(length), .def = "", .sub = count_params,
      .key_offset = SESSIONS(length_at),
      .doc = "a session ends after so many operations, if it has not left before", .source = "scenario" },
    { .name = "retry", .kind = PARAM_SHARE, .offset = SESSIONS(retry), .def = "0%", .min = "0%", .max = "100%",
      .doc = "of failed operations, reloads included, tried again after a pause; after the others the session ends",
      .source = "assumed" },
    PARAM_END,
};

#define CLIENT(member) WITHIN(population, client, member)

static const struct param client_params[] = {
    { .name = "kind", .kind = PARAM_CHOICE, .offset = CLIENT(kind), .def = "browser", .choices = CLIENTS,
      .doc = "who asks: a browser waits, reloads, leaves; a mobile app or an AWS SDK tries again after pauses",
      .source = "AWS behaviour sec. 1" },
    { .name = "patience", .kind = PARAM_DIST, .offset = CLIENT(patience), .set_offset = CLIENT(patience_set),
      .key_offset = CLIENT(patience_at), .def = "lognormal(median=8s p95=30s)",
      .min = "1ms", .doc = "of a browser: how long one answer is waited for", .source = "assumed; AWS behaviour sec. 1.2" },
    { .name = "reload", .kind = PARAM_SHARE, .offset = CLIENT(reload), .set_offset = CLIENT(reload_set),
      .key_offset = CLIENT(reload_at), .def = "30%", .min = "0%", .max = "100%",
      .doc = "of a browser: probability that a failure is followed by a reload", .source = "assumed; AWS behaviour sec. 1.2" },
    { .name = "reload_after", .kind = PARAM_DIST, .offset = CLIENT(reload_after), .def = "uniform(3s 10s)", .min = "0s",
      .doc = "from the failure to the reload", .source = "assumed; AWS behaviour sec. 1.2" },
    { .name = "reloads", .kind = PARAM_COUNT, .offset = CLIENT(reloads), .def = "1", .min = "0", .max = "100",
      .doc = "reloads at the most",
      .source = "assumed; AWS behaviour sec. 1.2 (1), performance defaults sec. 6.2 (1-3)" },
    { .name = "timeout", .kind = PARAM_DURATION, .offset = CLIENT(timeout), .set_offset = CLIENT(timeout_set),
      .key_offset = CLIENT(timeout_at), .def = "", .min = "1ms", .max = "1h",
      .doc = "of a mobile app (10s) or an SDK (60s): how long one answer is waited for",
      .source = "SDK: AWS behaviour sec. 1.1 (botocore); mobile: assumed" },
    { .name = "retry", .kind = PARAM_BLOCK, .offset = CLIENT(retry), .def = "", .sub = retry_params,
      .key_offset = CLIENT(retry_at), .doc = "of a mobile app or an SDK: what it does about failures",
      .source = "[SDK-RETRY]; AWS behaviour sec. 1.2" },
    PARAM_END,
};

static const struct param population_params[] = {
    { .name = "rate", .kind = PARAM_BLOCK, .offset = AT(population, rate), .sub = rate_params,
      .key_offset = AT(population, rate_at), .wrong_offset = AT(population, rate_wrong),
      .doc = "operations begun per second over the day; sessions, where there are any", .source = "scenario" },
    { .name = "from", .kind = PARAM_MAP, .offset = AT(population, from), .count_offset = AT(population, from_count),
      .def = "{US: 100%}", .sub = geo_params, .sub_size = sizeof(struct geo_entry),
      .doc = "where the viewers are, by CloudFront's price geographies", .source = "[CF-PRICE]" },
    { .name = "mix", .kind = PARAM_MAP, .offset = AT(population, mix), .count_offset = AT(population, mix_count),
      .def = "", .sub = mix_params, .sub_size = sizeof(struct mix_entry),
      .doc = "what they ask for, one operation each; required unless they come for sessions", .source = "scenario" },
    { .name = "sessions", .kind = PARAM_BLOCK, .offset = AT(population, sessions), .def = "", .sub = sessions_params,
      .doc = "they come for several operations, one after the other, and think in between; instead of mix",
      .source = "[TPC-W]" },
    { .name = "page", .kind = PARAM_BLOCK, .offset = AT(population, page), .def = "", .sub = page_params,
      .doc = "static objects behind an operation's answer; they go to the CDN", .source = "scenario" },
    { .name = "client", .kind = PARAM_BLOCK, .offset = AT(population, client), .def = "{}", .sub = client_params,
      .doc = "how they behave when an answer is late or wrong", .source = "AWS behaviour sec. 1.2" },
    { .name = "rtt", .kind = PARAM_DIST, .offset = AT(population, rtt), .def = "lognormal(median=15ms p95=60ms)",
      .min = "0ms", .doc = "round trip between viewer and edge location (without a CDN: load balancer)",
      .source = "assumed; AWS behaviour sec. 2.3 (broadband)" },
    { .name = "request", .kind = PARAM_BYTES, .offset = AT(population, request), .def = "1kB", .min = "0", .max = "1TB",
      .doc = "bytes of a dynamic request", .source = "assumed" },
    { .name = "response", .kind = PARAM_BYTES, .offset = AT(population, response), .def = "18kB", .min = "0",
      .max = "1TB",
      .doc = "bytes of an answer whose operation does not say",
      .source = "[HTTP-ARCHIVE-2024] HTML of the median page" },
    { .name = "requests_per_connection", .kind = PARAM_NUMBER, .offset = AT(population, requests_per_connection),
      .def = "20", .min = "1", .max = "1e6",
      .doc = "requests that a viewer sends over one connection; sessions open one, and another after a long pause",
      .source = "assumed" },
    { .name = "keep_alive", .kind = PARAM_DURATION, .offset = AT(population, keep_alive), .def = "60s", .min = "1s",
      .max = "1h", .doc = "a connection that is idle for so long is closed by the browser; by a load balancer after its"
      " idle_timeout", .source = "assumed; browsers 60-300 s" },
    PARAM_END,
};

/* ---- steps: their tables know each other, because a miss is a list of steps again ---- */

static const struct param_variant step_variants[STEP_VARIANTS + 1];

static const struct param cpu_params[] = {
    { .name = "time", .kind = PARAM_DIST, .offset = AT(step_cpu, time), .min = "0ns", .shorthand = true,
      .doc = "time on a reference vCPU (m7g)", .source = "scenario" },
    PARAM_END,
};

static const struct param wait_params[] = {
    { .name = "time", .kind = PARAM_DIST, .offset = AT(step_wait, time), .min = "0ns", .shorthand = true,
      .doc = "time passes; only the worker is held", .source = "scenario" },
    PARAM_END,
};

static const struct param get_params[] = {
    { .name = "from", .kind = PARAM_REF, .offset = AT(step_get, from), .refs = "elasticache", .doc = "cache",
      .source = "scenario" },
    { .name = "value", .kind = PARAM_BYTES, .offset = AT(step_get, value), .def = "1kB", .min = "0", .max = "512MB",
      .doc = "bytes of a value", .source = "[TWITTER-2020] p75 1,030 B" },
    { .name = "time", .kind = PARAM_DIST, .offset = AT(step_get, time), .def = "", .min = "0ns",
      .doc = "thread time of the command; the cache's own `command` when absent", .source = "scenario" },
    { .name = "hit_ratio", .kind = PARAM_SHARE, .offset = AT(step_get, hit_ratio),
      .set_offset = AT(step_get, hit_ratio_set), .def = "", .min = "0%", .max = "100%",
      .doc = "of these gets; the cache's own when absent", .source = "scenario" },
    { .name = "miss", .kind = PARAM_TAGGED, .offset = AT(step_get, miss), .count_offset = AT(step_get, miss_count),
      .def = "", .variants = step_variants, .doc = "steps after a miss", .source = "scenario" },
    { .name = "fill", .kind = PARAM_BOOL, .offset = AT(step_get, fill), .def = "true",
      .doc = "the value is written to the cache after a miss", .source = "scenario" },
    PARAM_END,
};

#define QUERY_PARAMS(database_key, request_bytes, response_bytes) \
    { .name = (database_key), .kind = PARAM_REF, .offset = AT(step_query, database), .refs = "rds", .doc = "database", \
      .source = "scenario" }, \
    { .name = "time", .kind = PARAM_DIST, .offset = AT(step_query, time), .min = "0ns", \
      .doc = "vCPU time of the query on a reference vCPU", .source = "scenario" }, \
    { .name = "timeout", .kind = PARAM_DURATION, .offset = AT(step_query, timeout), .def = "5s", .min = "1ms", \
      .max = "1h", \
      .doc = "the service gives the query up after this", .source = "assumed" }, \
    { .name = "request", .kind = PARAM_BYTES, .offset = AT(step_query, request), .def = (request_bytes), .min = "0", \
      .max = "1GB", .doc = "bytes to the database", .source = "assumed" }, \
    { .name = "response", .kind = PARAM_BYTES, .offset = AT(step_query, response), .def = (response_bytes), .min = "0", \
      .max = "1GB", .doc = "bytes back", .source = "assumed" }, \
    PARAM_END

static const struct param read_params[] = { QUERY_PARAMS("from", "500B", "4kB") };
static const struct param write_params[] = { QUERY_PARAMS("to", "1kB", "200B") };


static const struct param breaker_params[] = {
    { .name = "errors", .kind = PARAM_SHARE, .offset = AT(breaker_config, errors), .def = "50%", .min = "1%", .max = "100%",
      .doc = "share of failed calls that opens the breaker", .source = "assumed; AWS behaviour sec. 1.2" },
    { .name = "open", .kind = PARAM_DURATION, .offset = AT(breaker_config, open), .def = "30s", .min = "1ms", .max = "1h",
      .doc = "how long calls fail at once before one is tried", .source = "assumed; AWS behaviour sec. 1.2 (5-30 s)" },
    { .name = "requests", .kind = PARAM_COUNT, .offset = AT(breaker_config, requests), .def = "20", .min = "1", .max = "1M",
      .doc = "calls in the window below which it stays closed", .source = "assumed; AWS behaviour sec. 1.2" },
    { .name = "window", .kind = PARAM_DURATION, .offset = AT(breaker_config, window), .def = "10s", .min = "1s", .max = "1h",
      .doc = "over which calls and errors are counted", .source = "assumed; AWS behaviour sec. 1.2" },
    PARAM_END,
};

static const struct param budget_params[] = {
    { .name = "tokens", .kind = PARAM_COUNT, .offset = AT(budget_config, tokens), .def = "500", .min = "1", .max = "1M",
      .doc = "the bucket's size; it is full at the beginning", .source = "[SDK-RETRY] retry quota" },
    { .name = "cost", .kind = PARAM_COUNT, .offset = AT(budget_config, cost), .def = "5", .min = "1", .max = "1000",
      .doc = "tokens of a retry after an error", .source = "[SDK-RETRY] retry quota; 14 in 2026" },
    { .name = "cost_timeout", .kind = PARAM_COUNT, .offset = AT(budget_config, cost_timeout), .def = "10", .min = "1",
      .max = "1000", .doc = "tokens of a retry after a timeout", .source = "[SDK-RETRY] retry quota; 14 in 2026" },
    { .name = "refund", .kind = PARAM_COUNT, .offset = AT(budget_config, refund), .def = "1", .min = "0", .max = "1000",
      .doc = "tokens that a success without a retry gives; with a retry, what that cost",
      .source = "[SDK-RETRY] retry quota" },
    PARAM_END,
};

static const struct param limit_params[] = {
    { .name = "calls", .kind = PARAM_COUNT, .offset = AT(limit_config, calls), .def = "25", .min = "1", .max = "100k",
      .shorthand = true, .doc = "attempts under way at the most",
      .source = "assumed; Resilience4j's maxConcurrentCalls" },
    { .name = "queue", .kind = PARAM_COUNT, .offset = AT(limit_config, queue), .def = "0", .min = "0", .max = "100k",
      .doc = "so many more wait for a place; beyond it a call fails at once", .source = "assumed" },
    { .name = "wait", .kind = PARAM_DURATION, .offset = AT(limit_config, wait), .def = "1s", .min = "1ms", .max = "1h",
      .doc = "how long they wait", .source = "assumed" },
    PARAM_END,
};

static const struct param call_params[] = {
    { .name = "operation", .kind = PARAM_REF, .offset = AT(step_call, operation), .refs = "operation",
      .doc = "service.operation, of ours or external", .source = "scenario" },
    { .name = "timeout", .kind = PARAM_DURATION, .offset = AT(step_call, timeout), .def = "5s", .min = "1ms",
      .max = "1h",
      .doc = "an attempt is given up after this", .source = "assumed; performance defaults sec. 8 (5-30 s)" },
    { .name = "attempts", .kind = PARAM_COUNT, .offset = AT(step_call, attempts), .def = "1", .min = "1", .max = "10",
      .doc = "attempts, the first included", .source = "assumed" },
    { .name = "request", .kind = PARAM_BYTES, .offset = AT(step_call, request), .def = "2kB", .min = "0", .max = "1GB",
      .doc = "bytes to the other side, each attempt: egress", .source = "assumed" },
    { .name = "response", .kind = PARAM_BYTES, .offset = AT(step_call, response), .def = "4kB", .min = "0", .max = "1GB",
      .doc = "bytes back", .source = "assumed" },
    { .name = "async", .kind = PARAM_BOOL, .offset = AT(step_call, async), .def = "false",
      .doc = "fire and forget: nobody waits for the answer or learns of a failure; of services of ours",
      .source = "scenario" },
    { .name = "optional", .kind = PARAM_BOOL, .offset = AT(step_call, optional), .def = "false",
      .doc = "when it fails the operation goes on without it: a degraded answer", .source = "scenario" },
    { .name = "backoff", .kind = PARAM_BLOCK, .offset = AT(step_call, backoff), .def = "", .sub = backoff_params,
      .doc = "pause before another attempt; without it the next follows at once", .source = "[BL-RETRY]" },
    { .name = "breaker", .kind = PARAM_BLOCK, .offset = AT(step_call, breaker), .def = "", .sub = breaker_params,
      .doc = "circuit breaker of each instance", .source = "AWS behaviour sec. 1.2" },
    { .name = "budget", .kind = PARAM_BLOCK, .offset = AT(step_call, budget), .def = "", .sub = budget_params,
      .doc = "tokens that retries take and successes give, of each instance", .source = "[SDK-RETRY]" },
    { .name = "limit", .kind = PARAM_BLOCK, .offset = AT(step_call, limit), .def = "", .sub = limit_params,
      .doc = "bulkhead: attempts under way at the most, of each instance", .source = "scenario" },
    PARAM_END,
};

static const char *const BRANCH_FAILURES[] = {
    [BRANCH_FAILS_AT_ONCE] = "at_once", [BRANCH_FAILS_AT_JOIN] = "at_join", [BRANCH_IS_IGNORED] = "ignore", NULL
};

static const struct param parallel_params[] = {
    { .name = "branches", .kind = PARAM_TAGGED, .offset = AT(step_parallel, branches),
      .count_offset = AT(step_parallel, branch_count), .variants = step_variants, .shorthand = true,
      .doc = "steps that run at the same time; the operation goes on when all have ended", .source = "scenario" },
    { .name = "failure", .kind = PARAM_CHOICE, .offset = AT(step_parallel, failure), .def = "at_once",
      .choices = BRANCH_FAILURES,
      .doc = "a failing branch fails the operation at once while the others work on, when all have ended, or never",
      .source = "assumed" },
    PARAM_END,
};

static const struct param series_params[] = {
    { .name = "steps", .kind = PARAM_TAGGED, .offset = AT(step_series, steps),
      .count_offset = AT(step_series, step_count), .variants = step_variants, .shorthand = true,
      .doc = "one after the other: a branch of several steps", .source = "scenario" },
    PARAM_END,
};

static const struct param send_params[] = {
    { .name = "to", .kind = PARAM_REF, .offset = AT(step_send, to), .refs = "sqs", .doc = "queue",
      .source = "scenario" },
    { .name = "bytes", .kind = PARAM_BYTES, .offset = AT(step_send, bytes), .def = "1kB", .min = "1B", .max = "1MiB",
      .doc = "of the message", .source = "[SQS-DG] Quotas; default assumed" },
    { .name = "time", .kind = PARAM_DIST, .offset = AT(step_send, time), .def = "lognormal(median=8ms p95=20ms)",
      .min = "0ns", .doc = "time of the send call", .source = "assumed; AWS behaviour sec. 16.1 (5-20 ms per call)" },
    PARAM_END,
};

static const struct param_variant step_variants[STEP_VARIANTS + 1] = {
    [STEP_CPU] = { "cpu", "computes", cpu_params, sizeof(struct step_cpu) },
    [STEP_GET] = { "get", "asks a cache; after a miss, other steps", get_params, sizeof(struct step_get) },
    [STEP_READ] = { "read", "queries a database, a replica if there is one", read_params, sizeof(struct step_query) },
    [STEP_WRITE] = { "write", "writes to a database's primary", write_params, sizeof(struct step_query) },
    [STEP_CALL] = { "call", "calls another service and waits", call_params, sizeof(struct step_call) },
    [STEP_PARALLEL] = { "parallel", "does several things at the same time", parallel_params,
                        sizeof(struct step_parallel) },
    [STEP_SERIES] = { "series", "several steps as one", series_params, sizeof(struct step_series) },
    [STEP_SEND] = { "send", "sends a message", send_params, sizeof(struct step_send) },
    [STEP_WAIT] = { "wait", "waits for something that is not modelled", wait_params, sizeof(struct step_wait) },
    { .key = NULL },
};

/* ---- services ---- */

static const struct param operation_params[] = {
    { .name = "steps", .kind = PARAM_TAGGED, .offset = AT(operation_config, steps),
      .count_offset = AT(operation_config, step_count), .variants = step_variants, .shorthand = true,
      .doc = "what happens, in order; of an external service: how long it takes", .source = "scenario" },
    { .name = "response", .kind = PARAM_BYTES, .offset = AT(operation_config, response), .def = "", .min = "0",
      .max = "1TB",
      .doc = "bytes of the answer; the population's when absent", .source = "scenario" },
    PARAM_END,
};

static const struct param pool_params[] = {
    { .name = "", .kind = PARAM_COUNT, .offset = AT(pool_config, size), .min = "1", .max = "10000",
      .doc = "connections per instance to this database", .source = "scenario" },
    PARAM_END,
};

static const char *const backlog_orders[] = {
    [BACKLOG_FIFO] = "fifo", [BACKLOG_LIFO] = "lifo", [BACKLOG_ADAPTIVE] = "adaptive", NULL
};

static const char *const DISCOVERY_EACH[] = {
    [DISCOVERY_CONNECTION] = "connection", [DISCOVERY_REQUEST] = "request", NULL
};
static const char *const DISCOVERY_POLICIES[] = { [DISPATCH_ROUND_ROBIN] = "round_robin",
                                                  [DISPATCH_LEAST_OUTSTANDING] = "least_outstanding",
                                                  [DISPATCH_RANDOM] = "random", NULL };

static const struct param discovery_params[] = {
    { .name = "each", .kind = PARAM_CHOICE, .offset = AT(discovery_config, each), .def = "connection",
      .choices = DISCOVERY_EACH,
      .doc = "an instance is chosen per connection (Kubernetes Service, Cloud Map) or per request (a proxy beside the"
      " caller: ECS Service Connect, Envoy)", .source = "[K8S-SVC]; [ECS-SC]" },
    { .name = "policy", .kind = PARAM_CHOICE, .offset = AT(discovery_config, policy), .def = "random",
      .choices = DISCOVERY_POLICIES, .doc = "how each caller's instance chooses",
      .source = "[K8S-SVC] kube-proxy: at random" },
    { .name = "lifetime", .kind = PARAM_DURATION, .offset = AT(discovery_config, lifetime), .def = "5m", .min = "1s",
      .max = "24h", .doc = "a connection is closed when it is so old, and chosen anew", .source = "assumed" },
    { .name = "notice", .kind = PARAM_DIST, .offset = AT(discovery_config, notice), .def = "uniform(40s 50s)",
      .min = "0s", .doc = "from the death of a host until it is no longer chosen",
      .source = "AWS behaviour sec. 9.4 (40-50 s)" },
    PARAM_END,
};

static const struct param service_params[] = {
    { .name = "external", .kind = PARAM_BOOL, .offset = AT(service_config, external), .def = "false",
      .doc = "somebody else's: its operations are times", .source = "scenario" },
    { .name = "runs_on", .kind = PARAM_REF, .offset = AT(service_config, runs_on), .def = "", .refs = "asg|deployment",
      .doc = "fleet; required unless external", .source = "scenario" },
    { .name = "consumes", .kind = PARAM_REF, .offset = AT(service_config, consumes), .def = "", .refs = "sqs",
      .doc = "queue whose messages its one operation handles", .source = "scenario" },
    { .name = "workers", .kind = PARAM_COUNT, .offset = AT(service_config, workers), .def = "64", .min = "1",
      .max = "100k",
      .doc = "per instance, held from accept to answer", .source = "assumed" },
    { .name = "backlog", .kind = PARAM_COUNT, .offset = AT(service_config, backlog), .def = "128", .min = "0",
      .max = "100k",
      .doc = "per instance: requests that wait for a worker; beyond it the connection gets no answer",
      .source = "assumed" },
    { .name = "backlog_order", .kind = PARAM_CHOICE, .offset = AT(service_config, backlog_order), .def = "fifo",
      .choices = backlog_orders,
      .doc = "who gets a free worker: the oldest, the newest, or adaptive: the newest in an overload",
      .source = "assumed" },
    { .name = "backlog_timeout", .kind = PARAM_DURATION, .offset = AT(service_config, backlog_timeout), .def = "",
      .min = "1ms", .max = "1h",
      .doc = "who has waited longer for a worker is answered 503; without it everybody waits", .source = "scenario" },
    { .name = "overload_after", .kind = PARAM_DURATION, .offset = AT(service_config, overload_after), .def = "100ms",
      .min = "0ms", .max = "1h",
      .doc = "an overload: the backlog has not been empty for longer than this", .source = "[MAU-15] N" },
    { .name = "overload_timeout", .kind = PARAM_DURATION, .offset = AT(service_config, overload_timeout), .def = "",
      .min = "1ms", .max = "1h",
      .doc = "the backlog_timeout of those who come in an overload; 5ms is [MAU-15]'s M", .source = "scenario" },
    { .name = "drop_expired", .kind = PARAM_BOOL, .offset = AT(service_config, drop_expired), .def = "false",
      .doc = "a worker does not begin a request whose client has left or whose balancer has answered 504",
      .source = "assumed" },
    { .name = "discipline", .kind = PARAM_CHOICE, .offset = AT(service_config, discipline), .def = "processor_sharing",
      .choices = departures_vcpu_disciplines,
      .doc = "an instance's vCPUs share themselves among all requests, or serve the oldest or the newest to its end",
      .source = "assumed" },
    { .name = "discovery", .kind = PARAM_BLOCK, .offset = AT(service_config, discovery), .def = "{}",
      .sub = discovery_params, .doc = "how other services find its instances when no load balancer stands before them",
      .source = "scenario" },
    { .name = "pool_timeout", .kind = PARAM_DURATION, .offset = AT(service_config, pool_timeout), .def = "5s",
      .min = "1ms",
      .max = "1h", .doc = "how long a worker waits for a connection of a pool", .source = "assumed" },
    { .name = "connection_lifetime", .kind = PARAM_DURATION, .offset = AT(service_config, connection_lifetime),
      .def = "", .min = "1s", .max = "24h",
      .doc = "a pool opens a connection anew when it is older, and so finds new read replicas; absent: never",
      .source = "scenario; 30 minutes is common" },
    { .name = "pools", .kind = PARAM_MAP, .noun = "pool", .offset = AT(service_config, pools),
      .count_offset = AT(service_config, pool_count),
      .def = "", .sub = pool_params, .sub_size = sizeof(struct pool_config),
      .doc = "connections per instance by database; 10 where a database is not named", .source = "scenario; assumed" },
    { .name = "operations", .kind = PARAM_MAP, .noun = "operation", .offset = AT(service_config, operations),
      .count_offset = AT(service_config, operation_count), .sub = operation_params,
      .sub_size = sizeof(struct operation_config), .doc = "what it can be asked for", .source = "scenario" },
    PARAM_END,
};

/* ---- regions ---- */

static const char *const NAT_GATEWAYS[] = { "per_zone", "one", "none", NULL };

const struct param region_params[] = {
    { .name = "like", .kind = PARAM_TEXT, .offset = AT(region, like), .def = "",
      .doc = "a region written before: its keys and components are here too, and what is written here is laid over them",
      .source = "scenario" },
    { .name = "zones", .kind = PARAM_COUNT, .offset = AT(region, zones), .def = "3", .min = "1", .max = "6",
      .doc = "availability zones used; the components stand beside this key, by name", .source = "assumed" },
    { .name = "rtt_same_zone", .kind = PARAM_DIST, .offset = AT(region, rtt_same_zone),
      .def = "lognormal(median=0.15ms p95=0.3ms)", .min = "0ns", .doc = "round trip within a zone",
      .source = "measured; AWS behaviour sec. 2.1 (0.08-0.5 ms)" },
    { .name = "rtt_cross_zone", .kind = PARAM_DIST, .offset = AT(region, rtt_cross_zone),
      .def = "lognormal(median=0.8ms p95=1.2ms)", .min = "0ns", .doc = "round trip between zones",
      .source = "measured; AWS behaviour sec. 2.1 (0.25-3.4 ms)" },
    { .name = "nat", .kind = PARAM_CHOICE, .offset = AT(region, nat), .def = "per_zone", .choices = NAT_GATEWAYS,
      .doc = "NAT gateways through which instances reach the internet; billed, where there are instances",
      .source = "[VPC-UG] NAT gateway basics: one in each zone" },
    PARAM_END,
};

/* ---- objectives, calendar, money ---- */

const struct param availability_params[] = {
    { .name = "availability", .kind = PARAM_REF, .offset = AT(objective, operation_ref), .refs = "operation|all|static",
      .doc = "of an operation, of all or of static objects: answered correctly within the client's patience",
      .source = "scenario" },
    { .name = "at_least", .kind = PARAM_SHARE, .offset = AT(objective, at_least), .min = "0%", .max = "100%",
      .doc = "share of the operations begun", .source = "scenario" },
    PARAM_END,
};

const struct param latency_params[] = {
    { .name = "latency", .kind = PARAM_REF, .offset = AT(objective, operation_ref), .refs = "operation|all|static",
      .doc = "of an operation, of all or of static objects: first attempt to final answer, failures included",
      .source = "scenario" },
    { .name = "percentile", .kind = PARAM_NUMBER, .offset = AT(objective, percentile), .def = "99", .min = "50",
      .max = "99.99", .doc = "which percentile", .source = "scenario" },
    { .name = "at_most", .kind = PARAM_DURATION, .offset = AT(objective, at_most), .min = "1us", .doc = "the promise",
      .source = "scenario" },
    PARAM_END,
};

const struct param monthly_cost_params[] = {
    { .name = "monthly_cost", .kind = PARAM_CHOICE, .offset = AT(objective, month), .choices = COST_MONTHS,
      .doc = "of the average month or of the dearest", .source = "scenario" },
    { .name = "at_most", .kind = PARAM_MONEY, .offset = AT(objective, at_most_usd_e10), .min = "$0",
      .doc = "the budget",
      .source = "scenario" },
    PARAM_END,
};

static const struct param month_params[] = {
    { .name = "", .kind = PARAM_CHOICE, .offset = AT(month_entry, month), .choices = MONTHS, .doc = "month",
      .source = "scenario" },
    PARAM_END,
};

static const struct param day_type_params[] = {
    { .name = "days", .kind = PARAM_COUNT, .offset = AT(day_type, days), .min = "1", .max = "365",
      .doc = "how many a year; all day types together have 365", .source = "scenario" },
    { .name = "in", .kind = PARAM_LIST, .offset = AT(day_type, in), .count_offset = AT(day_type, in_count), .def = "",
      .sub = month_params, .sub_size = sizeof(struct month_entry),
      .doc = "months over which they are spread evenly; absent: the days that the others leave", .source = "scenario" },
    { .name = "shape", .kind = PARAM_CHOICE, .offset = AT(day_type, shape), .def = "ordinary", .choices = SHAPES,
      .doc = "shape of the day", .source = "peak events sec. 3" },
    { .name = "mean", .kind = PARAM_RATE, .offset = AT(day_type, mean), .min = "0/s", .max = "1G/s",
      .doc = "mean rate of the first population; the others scale with it", .source = "scenario" },
    PARAM_END,
};

#define ORDER(member) WITHIN(scenario, business.order, member)

static const struct param order_params[] = {
    { .name = "operation", .kind = PARAM_REF, .offset = ORDER(operation), .refs = "operation",
      .doc = "a success of it is an order", .source = "scenario" },
    { .name = "value", .kind = PARAM_MONEY, .offset = ORDER(value), .min = "$0", .doc = "revenue of an order",
      .source = "scenario" },
    { .name = "margin", .kind = PARAM_SHARE, .offset = ORDER(margin), .def = "30%", .min = "0%", .max = "100%",
      .doc = "contribution margin", .source = "assumed" },
    { .name = "lost_if_failed", .kind = PARAM_SHARE, .offset = ORDER(lost_if_failed), .def = "70%", .min = "0%",
      .max = "100%", .doc = "share of failed orders that do not come back later",
      .source = "assumed; performance defaults sec. 7 (20-50 % come back)" },
    PARAM_END,
};

static const struct param business_params[] = {
    { .name = "order", .kind = PARAM_BLOCK, .offset = WITHIN(scenario, business, order), .sub = order_params,
      .doc = "what an order is worth", .source = "scenario" },
    { .name = "one_off", .kind = PARAM_MONEY, .offset = WITHIN(scenario, business, one_off), .def = "$0", .min = "$0",
      .doc = "paid once to change to this design (engineering, migration): in the payback of `headroom compare`",
      .source = "scenario" },
    { .name = "faults_per_year", .kind = PARAM_NUMBER, .offset = WITHIN(scenario, business, faults_per_year), .def = "0",
      .min = "0", .max = "1000",
      .doc = "how often a year faults such as the scheduled ones come: the expected loss of `headroom compare`; 0: not said",
      .source = "scenario" },
    PARAM_END,
};

/* ---- the file ---- */

const struct param scenario_params[] = {
    { .name = "headroom", .kind = PARAM_COUNT, .offset = AT(scenario, language), .min = "1", .max = "1",
      .doc = "version of the scenario language", .source = "scenario" },
    { .name = "extends", .kind = PARAM_TEXT, .offset = AT(scenario, extends), .def = "",
      .doc = "another scenario, relative to this file; what is written here is laid on it, mapping by mapping",
      .source = "scenario" },
    { .name = "name", .kind = PARAM_TEXT, .offset = AT(scenario, name), .def = "",
      .doc = "in reports; the file's name when absent", .source = "scenario" },
    { .name = "description", .kind = PARAM_TEXT, .offset = AT(scenario, description), .def = "", .doc = "a sentence",
      .source = "scenario" },
    { .name = "clock", .kind = PARAM_BLOCK, .offset = AT(scenario, clock), .def = "{}", .sub = clock_params,
      .doc = "what is simulated of the calendar", .source = "scenario" },
    { .name = "replications", .kind = PARAM_COUNT, .offset = AT(scenario, replications), .def = "10", .min = "1",
      .max = "10000", .doc = "independent repetitions of the day", .source = "assumed" },
    { .name = "precision", .kind = PARAM_SHARE, .offset = AT(scenario, precision), .def = "0%", .min = "0%", .max = "50%",
      .doc = "instead of `replications`: as many as decide the objectives this precisely; from 0.5% on, 0%: not asked for",
      .source = "assumed" },
    { .name = "max_replications", .kind = PARAM_COUNT, .offset = AT(scenario, max_replications), .def = "640",
      .min = "2", .max = "10000", .doc = "the most that a precision may take", .source = "assumed" },
    { .name = "seed", .kind = PARAM_COUNT, .offset = AT(scenario, seed), .def = "1", .min = "0",
      .doc = "of the random draws", .source = "assumed" },
    { .name = "window", .kind = PARAM_DURATION, .offset = AT(scenario, window), .def = "1m", .min = "1s", .max = "1h",
      .doc = "of the time series", .source = "assumed" },
    { .name = "traffic", .kind = PARAM_MAP, .noun = "population", .offset = AT(scenario, populations),
      .count_offset = AT(scenario, population_count), .sub = population_params, .sub_size = sizeof(struct population),
      .doc = "populations of clients, by name", .source = "scenario" },
    { .name = "services", .kind = PARAM_MAP, .noun = "service", .offset = AT(scenario, services),
      .count_offset = AT(scenario, service_count),
      .sub = service_params, .sub_size = sizeof(struct service_config), .doc = "what runs on the fleets, by name",
      .source = "scenario" },
    { .name = "edge", .kind = PARAM_NODE, .offset = AT(scenario, edge_node), .def = "",
      .doc = "global components by name: route53, cloudfront, waf", .source = "scenario" },
    { .name = "regions", .kind = PARAM_NODE, .offset = AT(scenario, regions_node),
      .doc = "regions by name, and in them zones and components by name", .source = "scenario" },
    { .name = "faults", .kind = PARAM_LIST, .offset = AT(scenario, faults), .count_offset = AT(scenario, fault_count),
      .def = "", .sub = fault_params, .sub_size = sizeof(struct fault_config), .mark_offset = AT(fault_config, at),
      .doc = "what fails, and when", .source = "scenario" },
    { .name = "objectives", .kind = PARAM_NODE, .offset = AT(scenario, objectives_node), .def = "",
      .doc = "promises: a list of availability, latency and monthly_cost", .source = "scenario" },
    { .name = "calendar", .kind = PARAM_MAP, .noun = "day type", .offset = AT(scenario, day_types),
      .count_offset = AT(scenario, day_type_count),
      .def = "", .sub = day_type_params, .sub_size = sizeof(struct day_type),
      .doc = "day types of a year, by name; the bill is made of them", .source = "scenario" },
    { .name = "also", .kind = PARAM_BLOCK, .offset = AT(scenario, also), .def = "", .sub = also_params,
      .doc = "what is bought beside it: fixed quantities a month", .source = "scenario" },
    { .name = "free_tier", .kind = PARAM_CHOICE, .offset = AT(scenario, free_tier), .def = "none", .choices = FREE_TIERS,
      .doc = "off every month's bill: what each account gets, or also what older accounts got in their first year",
      .source = "assumed; docs/models/bill.md" },
    { .name = "business", .kind = PARAM_BLOCK, .offset = AT(scenario, business), .def = "", .sub = business_params,
      .doc = "what a failure costs", .source = "scenario" },
    { .name = "commitments", .kind = PARAM_BLOCK, .offset = AT(scenario, commitments), .def = "",
      .sub = commitments_params, .doc = "reservations, savings plans and a private discount: what is not paid on demand",
      .source = "scenario" },
    PARAM_END,
};

static const struct param step_reference[] = {
    { .name = "steps", .kind = PARAM_TAGGED, .variants = step_variants, .doc = "a list of these, in order",
      .source = "scenario" },
    PARAM_END,
};

const struct reference_topic reference_topics[] = {
    { "scenario", "the keys of a scenario file", scenario_params },
    { "clock", "what is simulated of the calendar", clock_params },
    { "traffic", "a population of clients", population_params },
    { "services", "a service and its operations", service_params },
    { "steps", "what an operation does", step_reference },
    { "regions", "a region, beside its components", region_params },
    { "faults", "what fails, and when", fault_params },
    { "availability", "an objective", availability_params },
    { "latency", "an objective", latency_params },
    { "monthly_cost", "an objective", monthly_cost_params },
    { "calendar", "a day type of the year", day_type_params },
    { "also", "what is bought beside what is simulated: fixed quantities a month", also_params },
    { "business", "what a failure costs", business_params },
    { "commitments", "reservations, savings plans and a private discount", commitments_params },
    { .name = NULL },
};
