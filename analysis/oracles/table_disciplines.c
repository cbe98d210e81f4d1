/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a station can do beyond serving in order of arrival on events: the last first, deadlines, a line of its own that
 * is bounded, sharing with a limit, breakdowns; and departures computed ahead. Services have mean 1 s.
 */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/disciplines.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/queue_model.h"
#include "analysis/oracles/tables.h"

static const struct law constant = { LAW_CONSTANT, "1s", 1.0, 0.0 };
static const struct law regular = { LAW_GAMMA, "gamma(mean=1s cv=0.8)", 1.0, 0.64 };
static const struct law erlang2 = { LAW_GAMMA, "gamma(mean=1s cv=0.70710678)", 1.0, 0.5 };
static const struct law uniform = { LAW_UNIFORM, "uniform(100ms 1900ms)", 1.0, 0.27 };
static const struct law even_gaps = { LAW_CONSTANT, "1428571429ns", 1.0 / 0.7, 0.0 };

static const struct queue_model *model_of(const struct experiment *e)
{
    return e->model;
}

static double load(const struct experiment *e)
{
    return model_of(e)->groups_per_s;
}

static int servers(const struct experiment *e)
{
    return (int)model_of(e)->servers;
}

/* ---- in order of arrival */

static double mmc_sojourn(const struct experiment *e, double at)
{
    return mmc_sojourn_s(servers(e), load(e), 1.0);
}

static double mmc_number(const struct experiment *e, double at)
{
    return load(e) * mmc_sojourn(e, at);
}

static double busy(const struct experiment *e, double at)
{
    return load(e);
}

static double mmc_waits(const struct experiment *e, double at)
{
    return erlang_c(servers(e), load(e));
}

static double mmc_tail(const struct experiment *e, double at)
{
    return mmc_beyond(servers(e), load(e), at);
}

static double pk_sojourn(const struct experiment *e, double at)
{
    return mg1_sojourn_s(load(e), model_of(e)->service);
}

static double mg1_tail(const struct experiment *e, double at)
{
    return mg1_beyond(load(e), model_of(e)->service, at);
}

static double mdc_sojourn(const struct experiment *e, double at)
{
    return mdc_number(servers(e), load(e)) / load(e);
}

static double gm1_sojourn(const struct experiment *e, double at)
{
    return 1.0 / (1.0 - gm1_sigma(model_of(e)->gap));
}

static double groups_sojourn(const struct experiment *e, double at)
{
    return groups_constant_sojourn_s(load(e), (int)model_of(e)->group);
}

static double blocked(const struct experiment *e, double at)
{
    return erlang_b(servers(e), load(e));
}

/* M/M/2/6: births and deaths on 0 to 6. */
static double full(const struct experiment *e, double at)
{
    enum { STATES_MAX = 64 };
    double birth[STATES_MAX], death[STATES_MAX], p[STATES_MAX];
    const int states = servers(e) + (int)model_of(e)->backlog + 1;
    for (int n = 0; n < states; n++) {
        birth[n] = load(e);
        death[n] = n < servers(e) ? n : servers(e);
    }
    birth_death(birth, death, states, p);
    return p[states - 1];
}

/* ---- other orders */

static double first_square(const struct experiment *e, double at)
{
    return first_square_s2(load(e), model_of(e)->service->scv);
}

static double last_square(const struct experiment *e, double at)
{
    return last_square_s2(load(e), model_of(e)->service->scv);
}

/* ---- deadlines */

static double wait_lost(const struct experiment *e, double at)
{
    return wait_limit_lost(servers(e), load(e), model_of(e)->wait_limit_s);
}

static double wait_busy(const struct experiment *e, double at)
{
    return load(e) * (1.0 - wait_lost(e, at));
}

static double sojourn_cut(const struct experiment *e, double at)
{
    return sojourn_limit_cut(load(e), model_of(e)->sojourn_limit_s);
}

static double sojourn_busy(const struct experiment *e, double at)
{
    return sojourn_limit_busy(load(e), model_of(e)->sojourn_limit_s);
}

static double sojourn_number(const struct experiment *e, double at)
{
    return sojourn_limit_number(load(e), model_of(e)->sojourn_limit_s);
}

/* ---- sharing with a limit, and breakdowns */

static double sharers_number(const struct experiment *e, double at)
{
    return sharers_erlang2_number(load(e), (int)model_of(e)->sharers);
}

static double breakdowns(const struct experiment *e, double at)
{
    const struct queue_model *m = model_of(e);
    return breakdowns_number(m->groups_per_s, 1.0 / m->up_s, 1.0 / m->down_s);
}

#define STATION(...) \
    .kind = &queue_kind, .model = &(const struct queue_model) \
    { \
        __VA_ARGS__ \
    }
#define IN_ORDER    .discipline = STATION_FCFS
#define LAST_FIRST  .discipline = STATION_LCFS
#define SHARED      .discipline = STATION_PROCESSOR_SHARING
#define AHEAD       .discipline = STATION_FCFS, .execution = STATION_AHEAD
#define EXPONENTIAL .service = &law_exponential_1s

static const char PK[] = "1 / mu + lambda E S^2 / (2 (1 - rho))";
static const char MMC[] = "1 / mu + C / (c mu - lambda)";
static const char LAST[] = "the wait's mean square, 1 / (1 - rho) times that in order";
static const char DAM[] = "the open queue's work, cut off at the limit";

const struct experiment table_disciplines[] = {
    { .system = "M/M/1, load 0.7, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 1, .groups_per_s = 0.7, .customers = 50000),
      .replications = 60,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda)", "[KLE-1] 3.2", .precision = 0.03 },
                   { QUEUE_NUMBER, 0, mmc_number, "rho / (1 - rho)", "[KLE-1] 3.2", .precision = 0.03 },
                   { QUEUE_BUSY, 0, busy, "rho", "[KLE-1] 3.2", .precision = 0.006 },
                   { QUEUE_BEYOND, 2.31, mmc_tail, "exp(-(mu - lambda) t)", "[KLE-1] 5.7", .precision = 0.015 } } },
    { .system = "M/M/4, load 0.8, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 4, .groups_per_s = 3.2, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, MMC, "[KLE-1] 3.5", .precision = 0.03 },
                   { QUEUE_WAITED, 0, mmc_waits, "Erlang C", "[KLE-1] 3.5", .precision = 0.015 } } },
    { .system = "M/M/16, load 0.9, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 16, .groups_per_s = 14.4, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, MMC, "[KLE-1] 3.5", .precision = 0.02 } } },
    { .system = "M/M/50, load 0.9, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 50, .groups_per_s = 45.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_WAITED, 0, mmc_waits, "Erlang C", "[KLE-1] 3.5", .precision = 0.06 } } },
    { .system = "M/G/1, gamma services, load 0.6, computed ahead",
      STATION(AHEAD, .service = &regular, .servers = 1, .groups_per_s = 0.6, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.02 },
                   { QUEUE_BEYOND, 4.5, mg1_tail, "Pollaczek and Khinchine's transform, inverted",
                     "[KLE-1] 5.7, [AW-95]", .precision = 0.05 } } },
    { .system = "M/D/4, load 0.8, computed ahead",
      STATION(AHEAD, .service = &constant, .servers = 4, .groups_per_s = 3.2, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mdc_sojourn, "N(t + 1 / mu) = (N(t) - c)+ + Poisson", "[CRO-32]",
                     .precision = 0.015 } } },
    { .system = "D/M/1, load 0.7, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 1, .gap = &even_gaps, .groups_per_s = 0.7, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, gm1_sojourn, "sigma = A*(mu (1 - sigma))", "[KLE-1] 6.4",
                     .precision = 0.02 } } },
    { .system = "groups of 4, constant services, load 0.7, computed ahead",
      STATION(AHEAD, .service = &constant, .servers = 1, .groups_per_s = 0.175, .group = 4, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, groups_sojourn, "P-K of the group, then the wait inside it", "[KLE-1] 5.6",
                     .precision = 0.03 } } },
    { .system = "M/M/10/10 without a gate, load 8, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 10, .own_bound = true, .groups_per_s = 8.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B", "[KLE-1] 3.7", .precision = 0.015 } } },
    { .system = "M/M/2/6 without a gate, load 0.9",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 2, .own_bound = true, .backlog = 4, .groups_per_s = 1.8,
              .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, full, "birth and death", "[KLE-1] 3.6", .precision = 0.02 } } },
    { .system = "M/M/2/6 without a gate, load 0.9, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 2, .own_bound = true, .backlog = 4, .groups_per_s = 1.8,
              .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, full, "birth and death", "[KLE-1] 3.6", .precision = 0.02 } } },
    { .system = "M/M/1, load 0.5, mean square",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 1, .groups_per_s = 0.5, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_SQUARE, 0, first_square, "Takacs's second moment of the wait", "[TAK-63]",
                     .precision = 0.035 } } },
    { .system = "M/M/1 the last first, load 0.5",
      STATION(LAST_FIRST, EXPONENTIAL, .servers = 1, .groups_per_s = 0.5, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda), as in order", "[KLE-1] 3.2",
                     .precision = 0.015 },
                   { QUEUE_SQUARE, 0, last_square, LAST, "[TAK-63]", .precision = 0.06 } } },
    { .system = "M/G/1 the last first, gamma services, load 0.6",
      STATION(LAST_FIRST, .service = &regular, .servers = 1, .groups_per_s = 0.6, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.02 },
                   { QUEUE_SQUARE, 0, last_square, LAST, "[TAK-63]", .precision = 0.07 } } },
    { .system = "M/M/1 behind a gate, the newest first, load 0.5",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 1, .limit = 1, .backlog = QUEUE_NO_LIMIT, .newest_first = true,
              .groups_per_s = 0.5, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_SQUARE, 0, last_square, LAST, "[TAK-63]", .precision = 0.06 } } },
    { .system = "M/M/4 the last first, load 0.8",
      STATION(LAST_FIRST, EXPONENTIAL, .servers = 4, .groups_per_s = 3.2, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, mmc_number, "as in order", "[KLE-1] 3.5", .precision = 0.035 } } },
    { .system = "M/M/1, load 0.9, nobody waits more than 3 s",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 1, .limit = 1, .backlog = QUEUE_NO_LIMIT, .wait_limit_s = 3.0,
              .groups_per_s = 0.9, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_GAVE_UP, 0, wait_lost, "level crossing of the wait offered", "[BAR-57], [BRI-77]",
                     .precision = 0.025 },
                   { QUEUE_BUSY, 0, wait_busy, "load (1 - lost)", "[BAR-57]", .precision = 0.006 } } },
    { .system = "M/M/5, overloaded 1.2, nobody waits more than 2 s",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 5, .limit = 5, .backlog = QUEUE_NO_LIMIT, .wait_limit_s = 2.0,
              .groups_per_s = 6.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_GAVE_UP, 0, wait_lost, "level crossing of the wait offered", "[BAR-57], [BRI-77]",
                     .precision = 0.02 } } },
    { .system = "M/M/1, load 0.9, everybody leaves after 4 s",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 1, .sojourn_limit_s = 4.0, .groups_per_s = 0.9, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_CUT, 0, sojourn_cut, DAM, "[TAK-67]", .precision = 0.02 },
                   { QUEUE_BUSY, 0, sojourn_busy, DAM, "[TAK-67]", .precision = 0.006 },
                   { QUEUE_NUMBER, 0, sojourn_number, "the same, by Little", "[LIT-11]", .precision = 0.01 } } },
    { .system = "M/M/1, load 0.9, everybody leaves after 4 s, computed ahead",
      STATION(AHEAD, EXPONENTIAL, .servers = 1, .sojourn_limit_s = 4.0, .groups_per_s = 0.9, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_CUT, 0, sojourn_cut, DAM, "[TAK-67]", .precision = 0.02 },
                   { QUEUE_NUMBER, 0, sojourn_number, "the same, by Little", "[LIT-11]", .precision = 0.01 } } },
    { .system = "M/M/1 shared by at most 4, load 0.7",
      STATION(SHARED, EXPONENTIAL, .servers = 1, .sharers = 4, .groups_per_s = 0.7, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, mmc_number, "rho / (1 - rho), whatever the limit", "[KLE-1] 3.2",
                     .precision = 0.04 } } },
    { .system = "M/G/1 shared by one, uniform services, load 0.6",
      STATION(SHARED, .service = &uniform, .servers = 1, .sharers = 1, .groups_per_s = 0.6, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.015 } } },
    { .system = "M/E2/1 shared by at most 3, load 0.7",
      STATION(SHARED, .service = &erlang2, .servers = 1, .sharers = 3, .groups_per_s = 0.7, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, sharers_number, "balance of a chain of phases", "[KLE-1] 4.1",
                     .precision = 0.03 } } },
    { .system = "M/M/1 in order with breakdowns, up 10 s, down 2 s",
      STATION(IN_ORDER, EXPONENTIAL, .servers = 1, .groups_per_s = 0.5, .up_s = 10.0, .down_s = 2.0,
              .customers = 50000),
      .replications = 60,
      .oracles = { { QUEUE_NUMBER, 0, breakdowns, "two generating functions", "[AIN-63]", .precision = 0.025 } } },
    { .system = "M/M/1 the last first with breakdowns, up 5 s, down 1 s",
      STATION(LAST_FIRST, EXPONENTIAL, .servers = 1, .groups_per_s = 0.5, .up_s = 5.0, .down_s = 1.0,
              .customers = 50000),
      .replications = 60,
      .oracles = { { QUEUE_NUMBER, 0, breakdowns, "two generating functions", "[AIN-63]", .precision = 0.02 } } },
    { .system = NULL },
};
