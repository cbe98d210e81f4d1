/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets the next customer: weights, several choices, hashed keys. */
#include <math.h>

#include "analysis/oracles/fleet_model.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/hash_model.h"
#include "analysis/oracles/tables.h"

static const struct fleet_model *fleet_of(const struct experiment *e)
{
    return e->model;
}

static double choices_sojourn(const struct experiment *e, double at)
{
    return choices_sojourn_s((int)fleet_of(e)->choices, fleet_of(e)->load);
}

static double arrivals_per_s(const struct experiment *e, uint32_t server)
{
    double total = 0.0;
    for (uint32_t i = 0; i < fleet_of(e)->servers; i++)
        total += fleet_of(e)->weight[i];
    return fleet_of(e)->load * fleet_of(e)->servers * fleet_of(e)->weight[server] / total;
}

/* Splitting a Poisson process at random gives Poisson processes. */
static double weighted_sojourn_at(const struct experiment *e, double at)
{
    return mmc_sojourn_s(1, arrivals_per_s(e, (uint32_t)at), 1.0);
}

static double weighted_sojourn(const struct experiment *e, double at)
{
    double number = 0.0;
    for (uint32_t i = 0; i < fleet_of(e)->servers; i++)
        number += arrivals_per_s(e, i) * weighted_sojourn_at(e, i);
    return number / (fleet_of(e)->load * fleet_of(e)->servers);
}

/* One of four turns is the server's: gaps of four exponential stages. */
static double weighted_turns_sojourn(const struct experiment *e, double at)
{
    const struct law gap = { LAW_GAMMA, "", 1.0 / arrivals_per_s(e, (uint32_t)at), 0.25 };
    return 1.0 / (1.0 - gm1_sigma(&gap));
}

static const struct hash_model *hash_of(const struct experiment *e)
{
    return e->model;
}

/* The count of a target is binomial. */
static double hash_empty(const struct experiment *e, double at)
{
    return pow(1.0 - 1.0 / hash_of(e)->targets, hash_of(e)->keys);
}

static double hash_squares(const struct experiment *e, double at)
{
    const double keys = hash_of(e)->keys;
    return keys + keys * (keys - 1.0) / hash_of(e)->targets;
}

#define FLEET(...) \
    .kind = &fleet_kind, .model = &(const struct fleet_model) \
    { \
        __VA_ARGS__ \
    }
#define HASH(...) \
    .kind = &hash_kind, .model = &(const struct hash_model) \
    { \
        __VA_ARGS__ \
    }

const struct experiment table_dispatchers[] = {
    { .system = "100 servers, three choices, load 0.8",
      FLEET(.policy = DISPATCH_POWER_OF_TWO, .servers = 100, .load = 0.8, .customers = 100000, .choices = 3),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, choices_sojourn, "sum of rho^((3^i - 3) / 2), many servers", "[MIT-01]",
                     .precision = 0.008, .allowance = 0.01 } } },
    { .system = "4 servers, at random by weights 1, 2, 3 and 4, load 0.5",
      FLEET(.policy = DISPATCH_WEIGHTED_RANDOM, .servers = 4, .load = 0.5, .customers = 100000,
            .weight = { 1, 2, 3, 4 }),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, weighted_sojourn, "each is M/M/1", "[KLE-1] 3.2", .precision = 0.03 },
                   { FLEET_SOJOURN_AT, 0, weighted_sojourn_at, "M/M/1", "[KLE-1] 3.2", .precision = 0.015 },
                   { FLEET_SOJOURN_AT, 2, weighted_sojourn_at, "M/M/1", "[KLE-1] 3.2", .precision = 0.02 } } },
    { .system = "2 servers, in turns by weights 1 and 3, load 0.6",
      FLEET(.policy = DISPATCH_WEIGHTED_TURNS, .servers = 2, .load = 0.6, .customers = 100000, .weight = { 1, 3 }),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN_AT, 0, weighted_turns_sojourn, "E4/M/1", "[KLE-1] 6.4", .precision = 0.01 } } },
    { .system = "100 keys hashed to 30 targets, 10 others ill",
      HASH(.targets = 30, .ill = 10, .keys = 100, .rounds = 400),
      .replications = 40,
      .oracles = { { HASH_EMPTY, 0, hash_empty, "(1 - 1 / n)^k", "[KLE-1] II.1", .precision = 0.03 },
                   { HASH_SQUARES, 0, hash_squares, "k + k (k - 1) / n", "[KLE-1] II.1", .precision = 0.003 } } },
    { .system = "100 keys hashed to 3 of 40 targets",
      HASH(.targets = 3, .ill = 37, .keys = 100, .rounds = 400),
      .replications = 40,
      .oracles = { { HASH_SQUARES, 0, hash_squares, "k + k (k - 1) / n", "[KLE-1] II.1", .precision = 0.002 } } },
    { .system = NULL },
};
