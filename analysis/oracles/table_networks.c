/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several stations: in a row, with loops, closed, and behind a dispatcher. */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/fleet_model.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/network_model.h"
#include "analysis/oracles/tables.h"

static const struct law half_second = { LAW_LOGNORMAL, "lognormal(mean=500ms cv=1.5)", 0.5, 2.25 };
static const struct law four_fifths = { LAW_GAMMA, "exp(800ms)", 0.8, 1.0 };
static const struct law three_halves = { LAW_GAMMA, "exp(1500ms)", 1.5, 1.0 };
static const struct law three_halves_skewed = { LAW_LOGNORMAL, "lognormal(mean=1500ms cv=1.2)", 1.5, 1.44 };
static const struct law four_seconds = { LAW_GAMMA, "exp(4s)", 4.0, 1.0 };
static const struct law five_seconds = { LAW_GAMMA, "exp(5s)", 5.0, 1.0 };

static const struct network_model *network_of(const struct experiment *e)
{
    return e->model;
}

/* ---- open: each station as if alone, with the arrivals of the traffic equations. [JAC-57], [BCMP-75] */

static void solve_traffic(const struct network_model *m, double *lambda_per_s)
{
    for (uint32_t i = 0; i < m->stations; i++)
        lambda_per_s[i] = 0.0;
    for (int round = 0; round < 1000; round++)
        for (uint32_t to = 0; to < m->stations; to++) {
            lambda_per_s[to] = m->entries_per_s[to];
            for (uint32_t from = 0; from < m->stations; from++)
                lambda_per_s[to] += lambda_per_s[from] * m->station[from].next[to] * (from != to);
        }
}

static double open_number(const struct experiment *e, double at)
{
    const struct network_model *m = network_of(e);
    const uint32_t i = (uint32_t)at;
    double lambda_per_s[NETWORK_STATIONS_MAX];
    solve_traffic(m, lambda_per_s);
    return lambda_per_s[i] *
           mmc_sojourn_s((int)m->station[i].servers, lambda_per_s[i], 1.0 / m->station[i].service->mean_s);
}

static double open_sojourn(const struct experiment *e, double at)
{
    const struct network_model *m = network_of(e);
    double number = 0.0, entries_per_s = 0.0;
    for (uint32_t i = 0; i < m->stations; i++) {
        number += open_number(e, i);
        entries_per_s += m->entries_per_s[i];
    }
    return number / entries_per_s;
}

/* ---- closed: station 0 is the centre, the others return to it */

static struct mva_result centre(const struct experiment *e)
{
    const struct network_model *m = network_of(e);
    double demand_s[NETWORK_STATIONS_MAX] = { m->station[0].service->mean_s };
    bool is_delay[NETWORK_STATIONS_MAX] = { false };
    for (uint32_t i = 1; i < m->stations; i++) {
        demand_s[i] = m->station[0].next[i] * m->station[i].service->mean_s;
        is_delay[i] = m->station[i].servers == m->population;
    }
    return mva_solve((int)m->stations, demand_s, is_delay, (int)m->population);
}

static double mva_throughput(const struct experiment *e, double at)
{
    return centre(e).throughput_per_s;
}

static double mva_number(const struct experiment *e, double at)
{
    return centre(e).number[(int)at];
}

/* Machines break after 5 s on average (station 1) and wait for one of the repairers (station 0), 1 s each. */
static double broken_machines(const struct experiment *e, double at)
{
    const struct network_model *m = network_of(e);
    double birth[64], death[64], p[64], mean = 0.0;
    for (uint32_t n = 0; n <= m->population; n++) {
        birth[n] = (m->population - n) / m->station[1].service->mean_s;
        death[n] = n < m->station[0].servers ? n : m->station[0].servers;
    }
    birth_death(birth, death, (int)m->population + 1, p);
    for (uint32_t n = 0; n <= m->population; n++)
        mean += n * p[n];
    return mean;
}

static double repairs_per_s(const struct experiment *e, double at)
{
    return (network_of(e)->population - broken_machines(e, at)) / network_of(e)->station[1].service->mean_s;
}

/* ---- a fleet */

static const struct fleet_model *fleet_of(const struct experiment *e)
{
    return e->model;
}

/* Splitting a Poisson process at random gives Poisson processes. */
static double split_sojourn(const struct experiment *e, double at)
{
    return mmc_sojourn_s(1, fleet_of(e)->load, 1.0);
}

/* Each of n servers in turn gets every n-th customer: gaps of n exponential stages. */
static double turn_sojourn(const struct experiment *e, double at)
{
    const struct law gap = { LAW_GAMMA, "", 1.0 / fleet_of(e)->load, 1.0 / fleet_of(e)->servers };
    return 1.0 / (1.0 - gm1_sigma(&gap));
}

static double shortest_sojourn(const struct experiment *e, double at)
{
    const double lambda_per_s = fleet_of(e)->load * fleet_of(e)->servers;
    return shortest_line_number((int)fleet_of(e)->servers, lambda_per_s) / lambda_per_s;
}

static double two_choices_sojourn(const struct experiment *e, double at)
{
    return choices_sojourn_s(2, fleet_of(e)->load);
}

#define NETWORK(...) \
    .kind = &network_kind, .model = &(const struct network_model) \
    { \
        __VA_ARGS__ \
    }
#define FLEET(...) \
    .kind = &fleet_kind, .model = &(const struct fleet_model) \
    { \
        __VA_ARGS__ \
    }

const struct experiment table_networks[] = {
    { .system = "three stations in a row, 1, 2 and 3 servers",
      NETWORK(.stations = 3,
              .station = { { STATION_FCFS, 1, &law_exponential_1s, { 0, 1 } },
                           { STATION_PROCESSOR_SHARING, 2, &law_exponential_1s, { 0, 0, 1 } },
                           { STATION_FCFS, 3, &law_exponential_1s, { 0 } } },
              .entries_per_s = { 0.7 }, .seconds = 60000.0),
      .replications = 60,
      .oracles = { { NETWORK_SOJOURN, 0, open_sojourn, "the sum of three queues", "[BUR-56]", .precision = 0.02 },
                   { NETWORK_NUMBER, 0, open_number, "rho / (1 - rho)", "[KLE-1] 3.2", .precision = 0.03 } } },
    { .system = "open network with loops",
      NETWORK(.stations = 3,
              .station = { { STATION_FCFS, 1, &three_halves, { 0, 0.5, 0.3 } },
                           { STATION_PROCESSOR_SHARING, 1, &three_halves_skewed, { 0.3, 0, 0.3 } },
                           { STATION_FCFS, 2, &four_seconds, { 0.2 } } },
              .entries_per_s = { 0.3, 0.2 }, .seconds = 90000.0),
      .replications = 40,
      .oracles = { { NETWORK_SOJOURN, 0, open_sojourn, "product form", "[JAC-57], [BCMP-75]", .precision = 0.025 },
                   { NETWORK_NUMBER, 0, open_number, "product form", "[JAC-57], [BCMP-75]", .precision = 0.04 } } },
    { .system = "closed network, 8 customers, a centre, two disks, thinking",
      NETWORK(.stations = 4,
              .station = { { STATION_PROCESSOR_SHARING, 1, &half_second, { 0, 0.5, 0.3, 0.2 } },
                           { STATION_FCFS, 1, &four_fifths, { 1 } },
                           { STATION_FCFS, 1, &law_exponential_1s, { 1 } },
                           { STATION_FCFS, 8, &four_seconds, { 1 } } },
              .population = 8, .seconds = 20000.0),
      .replications = 40,
      .oracles = { { NETWORK_THROUGHPUT, 0, mva_throughput, "mean value analysis", "[RL-80]", .precision = 0.006 },
                   { NETWORK_NUMBER, 0, mva_number, "mean value analysis", "[RL-80]", .precision = 0.02 },
                   { NETWORK_NUMBER, 1, mva_number, "mean value analysis", "[RL-80]", .precision = 0.02 } } },
    { .system = "machine repair, 12 machines, 2 repairers",
      NETWORK(.stations = 2,
              .station = { { STATION_FCFS, 2, &law_exponential_1s, { 0, 1 } },
                           { STATION_FCFS, 12, &five_seconds, { 1 } } },
              .population = 12, .seconds = 20000.0),
      .replications = 40,
      .oracles = { { NETWORK_NUMBER, 0, broken_machines, "birth and death", "[KLE-1] 3.10", .precision = 0.015 },
                   { NETWORK_THROUGHPUT, 0, repairs_per_s, "birth and death", "[KLE-1] 3.10", .precision = 0.006 } } },
    { .system = "10 servers, at random, load 0.7",
      FLEET(.policy = DISPATCH_RANDOM, .servers = 10, .load = 0.7, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, split_sojourn, "each is M/M/1", "[KLE-1] 3.2", .precision = 0.025 } } },
    { .system = "2 servers, in turn, load 0.8",
      FLEET(.policy = DISPATCH_ROUND_ROBIN, .servers = 2, .load = 0.8, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, turn_sojourn, "each is E2/M/1", "[KLE-1] 6.4", .precision = 0.035 } } },
    { .system = "10 servers, in turn, load 0.8",
      FLEET(.policy = DISPATCH_ROUND_ROBIN, .servers = 10, .load = 0.8, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, turn_sojourn, "each is E10/M/1", "[KLE-1] 6.4", .precision = 0.03 } } },
    { .system = "2 servers, the less busy, load 0.8",
      FLEET(.policy = DISPATCH_LEAST_OUTSTANDING, .servers = 2, .load = 0.8, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, shortest_sojourn, "balance of the chain of two lines", "[FMC-77]",
                     .precision = 0.035 } } },
    { .system = "3 servers, the least busy, load 0.7",
      FLEET(.policy = DISPATCH_LEAST_OUTSTANDING, .servers = 3, .load = 0.7, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, shortest_sojourn, "balance of the chain of three lines", "[FMC-77]",
                     .precision = 0.02 } } },
    { .system = "2 servers, two choices, load 0.7",
      FLEET(.policy = DISPATCH_POWER_OF_TWO, .servers = 2, .load = 0.7, .customers = 60000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, shortest_sojourn, "the less busy of all two", "[FMC-77]",
                     .precision = 0.025 } } },
    { .system = "100 servers, two choices, load 0.8",
      FLEET(.policy = DISPATCH_POWER_OF_TWO, .servers = 100, .load = 0.8, .customers = 100000),
      .replications = 40,
      .oracles = { { FLEET_SOJOURN, 0, two_choices_sojourn, "sum of rho^(2^i - 2), many servers", "[MIT-01]",
                     .precision = 0.008, .allowance = 0.01 } } },
    { .system = NULL },
};
