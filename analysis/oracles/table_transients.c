/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is seen at an instant, not in the long run; and rates that change. */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/tables.h"
#include "analysis/oracles/transient_model.h"

static const struct rate_knot steady[] = { { 0, 0.8 }, { 25 * SIM_SECOND, 0.8 } };

static const struct rate_knot wave[] = {
    { 0, 20.0 },
    { 10 * SIM_SECOND, 60.0 },
    { 20 * SIM_SECOND, 10.0 },
    { 30 * SIM_SECOND, 10.0 },
};

/* A day in small: a launch, a fall, a plateau, an evening. */
static const struct rate_knot day[] = {
    { 0, 2.0 },
    { 100 * SIM_SECOND, 2.0 },
    { 101 * SIM_SECOND, 40.0 },
    { 300 * SIM_SECOND, 12.0 },
    { 900 * SIM_SECOND, 12.0 },
    { 1200 * SIM_SECOND, 20.0 },
    { 1500 * SIM_SECOND, 1.0 },
};

static const struct law skewed = { LAW_LOGNORMAL, "lognormal(mean=3s cv=1.2)", 3.0, 1.44 };
static const struct law constant = { LAW_CONSTANT, "2s", 2.0, 0.0 };

static const struct transient_model *model_of(const struct experiment *e)
{
    return e->model;
}

static double mm1_number(const struct experiment *e, double at)
{
    return mm1_number_at(model_of(e)->knots[0].rate_per_s, at);
}

static double infinite_number(const struct experiment *e, double at)
{
    return infinite_servers_number_at(model_of(e)->knots, (int)model_of(e)->knot_count, model_of(e)->service, at);
}

/* The area under the rate: trapezoids between the knots. */
static double expected_count(const struct experiment *e, double at)
{
    const struct rate_knot *k = model_of(e)->knots;
    double sum = 0.0;
    for (; (double)k->at < at * 1e9; k++) {
        const double length_s = (double)(k[1].at - k[0].at) / 1e9, begin_s = (double)k->at / 1e9;
        const double part_s = at - begin_s < length_s ? at - begin_s : length_s;
        const double slope = (k[1].rate_per_s - k[0].rate_per_s) / length_s;
        sum += part_s * (k->rate_per_s + 0.5 * slope * part_s);
    }
    return sum;
}

#define TRANSIENT(curve, ...) \
    .kind = &transient_kind, .model = &(const struct transient_model) \
    { \
        .knots = (curve), .knot_count = ARRAY_LEN(curve), __VA_ARGS__ \
    }

const struct experiment table_transients[] = {
    { .system = "M/M/1 that begins empty, load 0.8",
      TRANSIENT(steady, .servers = 1, .service = &law_exponential_1s, .runs = 2500),
      .replications = 40,
      .oracles = { { TRANSIENT_NUMBER, 5, mm1_number, "uniformisation", "[JEN-53]", .precision = 0.02 },
                   { TRANSIENT_NUMBER, 20, mm1_number, "uniformisation", "[JEN-53]", .precision = 0.02 } } },
    { .system = "Mt/G/inf, lognormal services",
      TRANSIENT(wave, .servers = 1000, .service = &skewed, .mutate_arrivals = true, .runs = 60),
      .replications = 40,
      .oracles = { { TRANSIENT_NUMBER, 8, infinite_number, "integral of rate(t - u) P(S > u)", "[EMW-93]",
                     .precision = 0.01 },
                   { TRANSIENT_NUMBER, 14, infinite_number, "integral of rate(t - u) P(S > u)", "[EMW-93]",
                     .precision = 0.01 },
                   { TRANSIENT_NUMBER, 22, infinite_number, "integral of rate(t - u) P(S > u)", "[EMW-93]",
                     .precision = 0.012 } } },
    { .system = "Mt/D/inf",
      TRANSIENT(wave, .servers = 1000, .service = &constant, .mutate_arrivals = true, .runs = 60),
      .replications = 40,
      .oracles = { { TRANSIENT_NUMBER, 11, infinite_number, "arrivals of the last 2 s", "[EMW-93]",
                     .precision = 0.01 } } },
    { .system = "non-homogeneous Poisson, a day in small",
      TRANSIENT(day, .mutate_arrivals = true, .runs = 1),
      .replications = 100,
      .oracles = { { TRANSIENT_COUNT, 120, expected_count, "integral of the rate", "[CIN-75] 4.7", .precision = 0.015 },
                   { TRANSIENT_COUNT, 1500, expected_count, "integral of the rate", "[CIN-75] 4.7",
                     .precision = 0.004 } } },
    { .system = NULL },
};
