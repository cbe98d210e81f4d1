/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gate in front of a station, customers who give up, servers that break. Services have mean 1 s. */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/queue_model.h"
#include "analysis/oracles/tables.h"

static const struct law constant = { LAW_CONSTANT, "1s", 1.0, 0.0 };
static const struct law very_skewed = { LAW_LOGNORMAL, "lognormal(mean=1s cv=2)", 1.0, 4.0 };

static const struct queue_model *model_of(const struct experiment *e)
{
    return e->model;
}

static double blocked(const struct experiment *e, double at)
{
    return erlang_b((int)model_of(e)->servers, model_of(e)->groups_per_s);
}

static double carried(const struct experiment *e, double at)
{
    return model_of(e)->groups_per_s * (1.0 - blocked(e, at));
}

/* ---- one birth-death process for limits and patience */

enum { STATES = 400 };

/* Who gives up leaves the line, and the servers too when patience does not end there. */
static void inside(const struct queue_model *m, double *p)
{
    double birth[STATES], death[STATES];
    const int servers = (int)m->servers;
    const int states = m->limit && m->backlog != QUEUE_NO_LIMIT ? (int)(m->limit + m->backlog) + 1 : STATES;
    for (int n = 0; n < states; n++) {
        const int impatient = m->leaves_from_service ? n : n > servers ? n - servers : 0;
        birth[n] = m->groups_per_s;
        death[n] = (n < servers ? n : servers) + (m->patience_s > 0.0 ? impatient / m->patience_s : 0.0);
    }
    for (int n = states; n < STATES; n++)
        p[n] = 0.0;
    birth_death(birth, death, states, p);
}

static double number(const struct experiment *e, double at)
{
    double p[STATES], mean = 0.0;
    inside(model_of(e), p);
    for (int n = 0; n < STATES; n++)
        mean += n * p[n];
    return mean;
}

static double busy(const struct experiment *e, double at)
{
    double p[STATES], mean = 0.0;
    inside(model_of(e), p);
    for (int n = 0; n < STATES; n++)
        mean += p[n] * (n < (int)model_of(e)->servers ? n : (int)model_of(e)->servers);
    return mean;
}

static double full(const struct experiment *e, double at)
{
    double p[STATES];
    inside(model_of(e), p);
    return p[model_of(e)->limit + model_of(e)->backlog];
}

/* Little over those admitted. */
static double sojourn(const struct experiment *e, double at)
{
    return number(e, at) / (model_of(e)->groups_per_s * (1.0 - full(e, at)));
}

/* Served + gave up = arrived, and those served leave at the rate of the busy servers. */
static double gives_up(const struct experiment *e, double at)
{
    return 1.0 - busy(e, at) / model_of(e)->groups_per_s;
}

static double breakdowns(const struct experiment *e, double at)
{
    const struct queue_model *m = model_of(e);
    return breakdowns_number(m->groups_per_s, 1.0 / m->up_s, 1.0 / m->down_s);
}

#define IN_ORDER(...) \
    .kind = &queue_kind, .model = &(const struct queue_model) \
    { \
        .discipline = STATION_FCFS, __VA_ARGS__ \
    }
#define SHARED(...) \
    .kind = &queue_kind, .model = &(const struct queue_model) \
    { \
        .discipline = STATION_PROCESSOR_SHARING, __VA_ARGS__ \
    }
#define EXPONENTIAL .service = &law_exponential_1s

static const char PROCESS[] = "birth and death";

const struct experiment table_limits[] = {
    { .system = "M/M/10/10, load 8",
      IN_ORDER(EXPONENTIAL, .servers = 10, .limit = 10, .groups_per_s = 8.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B", "[KLE-1] 3.7", .precision = 0.015 },
                   { QUEUE_BUSY, 0, carried, "load (1 - B)", "[KLE-1] 3.7", .precision = 0.005 } } },
    { .system = "M/D/10/10, load 8",
      IN_ORDER(.service = &constant, .servers = 10, .limit = 10, .groups_per_s = 8.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B, whatever the service", "[SEV-57]", .precision = 0.015 } } },
    { .system = "M/G/10/10, lognormal services, load 8",
      IN_ORDER(.service = &very_skewed, .servers = 10, .limit = 10, .groups_per_s = 8.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B, whatever the service", "[SEV-57]", .precision = 0.025 } } },
    { .system = "M/M/1/1, load 1",
      IN_ORDER(EXPONENTIAL, .servers = 1, .limit = 1, .groups_per_s = 1.0, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B", "[KLE-1] 3.7", .precision = 0.006 } } },
    { .system = "M/M/30/30, load 25",
      IN_ORDER(EXPONENTIAL, .servers = 30, .limit = 30, .groups_per_s = 25.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, blocked, "Erlang B", "[KLE-1] 3.7", .precision = 0.04 } } },
    { .system = "M/M/2/6, load 0.9",
      IN_ORDER(EXPONENTIAL, .servers = 2, .limit = 2, .backlog = 4, .groups_per_s = 1.8, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, full, PROCESS, "[KLE-1] 3.6", .precision = 0.02 },
                   { QUEUE_NUMBER, 0, number, PROCESS, "[KLE-1] 3.6", .precision = 0.01 },
                   { QUEUE_SOJOURN, 0, sojourn, "the same, by Little", "[LIT-11]", .precision = 0.01 } } },
    { .system = "M/M/2/6 shared behind the gate, load 0.9",
      SHARED(EXPONENTIAL, .servers = 2, .limit = 2, .backlog = 4, .groups_per_s = 1.8, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, full, PROCESS, "[KLE-1] 3.6", .precision = 0.02 },
                   { QUEUE_NUMBER, 0, number, PROCESS, "[KLE-1] 3.6", .precision = 0.01 } } },
    { .system = "M/M/2/8, five workers share two servers",
      SHARED(EXPONENTIAL, .servers = 2, .limit = 5, .backlog = 3, .groups_per_s = 1.9, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_LOST, 0, full, PROCESS, "[KLE-1] 3.6", .precision = 0.025 } } },
    { .system = "Erlang A, 10 servers, load 10.5, patience 2 s",
      IN_ORDER(EXPONENTIAL, .servers = 10, .limit = 10, .backlog = QUEUE_NO_LIMIT, .groups_per_s = 10.5,
               .patience_s = 2.0, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_GAVE_UP, 0, gives_up, PROCESS, "[PAL-57]", .precision = 0.03 },
                   { QUEUE_NUMBER, 0, number, PROCESS, "[PAL-57]", .precision = 0.012 } } },
    { .system = "three servers, anybody leaves after 4 s",
      IN_ORDER(EXPONENTIAL, .servers = 3, .groups_per_s = 4.0, .patience_s = 4.0, .leaves_from_service = true,
               .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_GAVE_UP, 0, gives_up, PROCESS, "[KLE-1] 3.1", .precision = 0.01 },
                   { QUEUE_NUMBER, 0, number, PROCESS, "[KLE-1] 3.1", .precision = 0.01 } } },
    { .system = "three shared servers, anybody leaves after 4 s",
      SHARED(EXPONENTIAL, .servers = 3, .groups_per_s = 4.0, .patience_s = 4.0, .leaves_from_service = true,
             .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_GAVE_UP, 0, gives_up, PROCESS, "[KLE-1] 3.1", .precision = 0.01 } } },
    { .system = "M/M/1 with breakdowns, up 10 s, down 2 s",
      SHARED(EXPONENTIAL, .servers = 1, .groups_per_s = 0.5, .up_s = 10.0, .down_s = 2.0, .customers = 50000),
      .replications = 60,
      .oracles = { { QUEUE_NUMBER, 0, breakdowns, "two generating functions", "[AIN-63]", .precision = 0.025 } } },
    { .system = NULL },
};
