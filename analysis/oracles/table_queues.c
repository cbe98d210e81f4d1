/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One station, Poisson arrivals, exponential services of mean 1 s. */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/queue_model.h"
#include "analysis/oracles/tables.h"

static const struct queue_model *model_of(const struct experiment *e)
{
    return e->model;
}

static double load(const struct experiment *e, double at)
{
    return model_of(e)->groups_per_s;
}

static double mmc_sojourn(const struct experiment *e, double at)
{
    return mmc_sojourn_s((int)model_of(e)->servers, model_of(e)->groups_per_s, 1.0);
}

static double mmc_number(const struct experiment *e, double at)
{
    return model_of(e)->groups_per_s * mmc_sojourn(e, at);
}

static double mmc_waits(const struct experiment *e, double at)
{
    return erlang_c((int)model_of(e)->servers, model_of(e)->groups_per_s);
}

static double mmc_tail(const struct experiment *e, double at)
{
    return mmc_beyond((int)model_of(e)->servers, model_of(e)->groups_per_s, at);
}

/* Two threads of one core: departures at rate 1 with one job, work_rate_of_more with more. */
static double threads_number(const struct experiment *e, double at)
{
    enum { STATES = 400 };
    double birth[STATES], death[STATES], p[STATES], number = 0.0;
    for (int n = 0; n < STATES; n++) {
        birth[n] = model_of(e)->groups_per_s;
        death[n] = n < 2 ? n : model_of(e)->work_rate_of_more;
    }
    birth_death(birth, death, STATES, p);
    for (int n = 0; n < STATES; n++)
        number += n * p[n];
    return number;
}

static double threads_sojourn(const struct experiment *e, double at)
{
    return threads_number(e, at) / model_of(e)->groups_per_s;
}

#define QUEUE(...) \
    .kind = &queue_kind, .model = &(const struct queue_model) \
    { \
        .service = &law_exponential_1s, __VA_ARGS__ \
    }

const struct experiment table_queues[] = {
    { .system = "M/M/1, load 0.7",
      QUEUE(.discipline = STATION_FCFS, .servers = 1, .groups_per_s = 0.7, .customers = 50000),
      .replications = 60,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda)", "[KLE-1] 3.2", .precision = 0.025 },
                   { QUEUE_NUMBER, 0, mmc_number, "rho / (1 - rho)", "[KLE-1] 3.2", .precision = 0.03 },
                   { QUEUE_BUSY, 0, load, "rho", "[KLE-1] 3.2", .precision = 0.006 },
                   { QUEUE_BEYOND, 2.31, mmc_tail, "exp(-(mu - lambda) t)", "[KLE-1] 5.7", .precision = 0.015 },
                   { QUEUE_BEYOND, 7.68, mmc_tail, "exp(-(mu - lambda) t)", "[KLE-1] 5.7", .precision = 0.06 } } },
    { .system = "M/M/1, load 0.5",
      QUEUE(.discipline = STATION_FCFS, .servers = 1, .groups_per_s = 0.5, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda)", "[KLE-1] 3.2", .precision = 0.015 },
                   { QUEUE_BEYOND, 9.21, mmc_tail, "exp(-(mu - lambda) t), the p99", "[KLE-1] 5.7",
                     .precision = 0.08 } } },
    { .system = "M/M/1, load 0.85",
      QUEUE(.discipline = STATION_FCFS, .servers = 1, .groups_per_s = 0.85, .customers = 150000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda)", "[KLE-1] 3.2", .precision = 0.06 } } },
    { .system = "M/M/1 shared, load 0.7",
      QUEUE(.discipline = STATION_PROCESSOR_SHARING, .servers = 1, .groups_per_s = 0.7, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / (mu - lambda)", "[KLE-2] 4.4", .precision = 0.03 },
                   { QUEUE_NUMBER, 0, mmc_number, "rho / (1 - rho)", "[KLE-2] 4.4", .precision = 0.035 } } },
    { .system = "M/M/2, load 0.75",
      QUEUE(.discipline = STATION_FCFS, .servers = 2, .groups_per_s = 1.5, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / mu + C / (c mu - lambda)", "[KLE-1] 3.5",
                     .precision = 0.03 } } },
    { .system = "M/M/4, load 0.8",
      QUEUE(.discipline = STATION_FCFS, .servers = 4, .groups_per_s = 3.2, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / mu + C / (c mu - lambda)", "[KLE-1] 3.5", .precision = 0.03 },
                   { QUEUE_WAITED, 0, mmc_waits, "Erlang C", "[KLE-1] 3.5", .precision = 0.015 },
                   { QUEUE_BEYOND, 4.5, mmc_tail, "service and, with probability C, an exponential wait", "[KLE-1] 5.7",
                     .precision = 0.08 } } },
    { .system = "M/M/4 shared, load 0.8",
      QUEUE(.discipline = STATION_PROCESSOR_SHARING, .servers = 4, .groups_per_s = 3.2, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "as in order of arrival", "[KLE-2] 4.4", .precision = 0.03 } } },
    { .system = "M/M/4 shared at half speed, half the demand",
      .kind = &queue_kind,
      .model = &(const struct queue_model){ .discipline = STATION_PROCESSOR_SHARING,
                                            .servers = 4,
                                            .groups_per_s = 3.2,
                                            .service = &(const struct law){ LAW_GAMMA, "exp(500ms)", 0.5, 1.0 },
                                            .speed = 0.5,
                                            .customers = 50000 },
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "as at full speed", "[KLE-2] 4.4", .precision = 0.03 } } },
    { .system = "M/M/16, load 0.9",
      QUEUE(.discipline = STATION_FCFS, .servers = 16, .groups_per_s = 14.4, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / mu + C / (c mu - lambda)", "[KLE-1] 3.5", .precision = 0.02 },
                   { QUEUE_WAITED, 0, mmc_waits, "Erlang C", "[KLE-1] 3.5", .precision = 0.03 } } },
    { .system = "M/M/50, load 0.9",
      QUEUE(.discipline = STATION_FCFS, .servers = 50, .groups_per_s = 45.0, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_WAITED, 0, mmc_waits, "Erlang C", "[KLE-1] 3.5", .precision = 0.06 } } },
    { .system = "two threads of one core, shared",
      QUEUE(.discipline = STATION_PROCESSOR_SHARING, .servers = 2, .work_rate_of_more = 1.3, .groups_per_s = 1.0,
            .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, threads_number, "birth and death, rates 1, 1.3, 1.3, ...", "[KLE-1] 3.1",
                     .precision = 0.035 },
                   { QUEUE_SOJOURN, 0, threads_sojourn, "the same, by Little", "[LIT-11]", .precision = 0.035 } } },
    { .system = "M/M/inf in order of arrival, load 50",
      QUEUE(.discipline = STATION_FCFS, .servers = 200, .groups_per_s = 50.0, .customers = 40000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mmc_sojourn, "1 / mu", "[KLE-1] 3.4", .precision = 0.006 },
                   { QUEUE_NUMBER, 0, mmc_number, "lambda / mu", "[KLE-1] 3.4", .precision = 0.008 },
                   { QUEUE_BEYOND, 3.0, mmc_tail, "exp(-mu t)", "[KLE-1] 3.4", .precision = 0.025 } } },
    { .system = "M/M/inf shared, load 50",
      QUEUE(.discipline = STATION_PROCESSOR_SHARING, .servers = 200, .groups_per_s = 50.0, .customers = 40000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, mmc_number, "lambda / mu", "[KLE-1] 3.4", .precision = 0.008 } } },
    { .system = NULL },
};
