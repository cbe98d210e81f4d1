/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services, gaps and groups that are not exponential. */
#include "analysis/oracles/chains.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/queue_model.h"
#include "analysis/oracles/tables.h"

#include <math.h>

static const struct law constant = { LAW_CONSTANT, "1s", 1.0, 0.0 };
static const struct law regular = { LAW_GAMMA, "gamma(mean=1s cv=0.8)", 1.0, 0.64 };
static const struct law uniform = { LAW_UNIFORM, "uniform(100ms 1900ms)", 1.0, 0.27 };
static const struct law skewed = { LAW_LOGNORMAL, "lognormal(mean=1s cv=1.5)", 1.0, 2.25 };
static const struct law very_skewed = { LAW_LOGNORMAL, "lognormal(mean=1s cv=2)", 1.0, 4.0 };
static const struct law rayleigh = { LAW_WEIBULL, "weibull(mean=1s shape=2)", 1.0, 0.27323954473516276 }; /* 4/pi - 1 */
/* gaps of load 0.7: 1 / 0.7 s */
static const struct law even_gaps = { LAW_CONSTANT, "1428571429ns", 1.0 / 0.7, 0.0 };
static const struct law uniform_gaps = { LAW_UNIFORM, "uniform(428571429ns 2428571429ns)", 1.0 / 0.7, 0.49 / 3.0 };
static const struct law erlang_gaps = { LAW_GAMMA, "gamma(mean=1428571429ns cv=0.5)", 1.0 / 0.7, 0.25 };
static const struct law bursty_gaps = { LAW_GAMMA, "gamma(mean=1428571429ns cv=1.5)", 1.0 / 0.7, 2.25 };

static const struct queue_model *model_of(const struct experiment *e)
{
    return e->model;
}

static double pk_sojourn(const struct experiment *e, double at)
{
    return mg1_sojourn_s(model_of(e)->groups_per_s, model_of(e)->service);
}

static double mg1_tail(const struct experiment *e, double at)
{
    return mg1_beyond(model_of(e)->groups_per_s, model_of(e)->service, at);
}

static double md1_tail(const struct experiment *e, double at)
{
    return md1_beyond(model_of(e)->groups_per_s, at);
}

static double mdc_sojourn(const struct experiment *e, double at)
{
    return mdc_number((int)model_of(e)->servers, model_of(e)->groups_per_s) / model_of(e)->groups_per_s;
}

static double gm1_sojourn(const struct experiment *e, double at)
{
    return 1.0 / (1.0 - gm1_sigma(model_of(e)->gap));
}

static double gm1_tail(const struct experiment *e, double at)
{
    return exp(-(1.0 - gm1_sigma(model_of(e)->gap)) * at);
}

static double gm1_waits(const struct experiment *e, double at)
{
    return gm1_sigma(model_of(e)->gap);
}

/* The exponential queue of the same load: the mean under sharing depends on the service through its mean only. */
static double insensitive_sojourn(const struct experiment *e, double at)
{
    return mmc_sojourn_s((int)model_of(e)->servers, model_of(e)->groups_per_s, 1.0);
}

static double groups_number(const struct experiment *e, double at)
{
    return groups_exponential_number(model_of(e)->groups_per_s, (int)model_of(e)->group);
}

static double groups_sojourn(const struct experiment *e, double at)
{
    return groups_constant_sojourn_s(model_of(e)->groups_per_s, (int)model_of(e)->group);
}

static double random_number(const struct experiment *e, double at)
{
    const struct count_law *size = &model_of(e)->batch;
    return random_groups_number(model_of(e)->groups_per_s, count_mean(size), count_variance(size));
}

/* The two rates, as their mean over time is groups_per_s. */
static double bursty_number(const struct experiment *e, double at)
{
    const struct burst_law law = model_of(e)->bursts;
    const double on_s = (double)law.mean_on / 1e9, off_s = (double)law.mean_off / 1e9;
    const double off_per_s = model_of(e)->groups_per_s * (on_s + off_s) / (law.factor * on_s + off_s);
    return bursts_number(law.factor * off_per_s, off_per_s, on_s, off_s);
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
#define GAPS(law) .servers = 1, .service = &law_exponential_1s, .gap = &(law), .groups_per_s = 0.7

static const char PK[] = "1 / mu + lambda E S^2 / (2 (1 - rho))";
static const char INVERTED[] = "Pollaczek and Khinchine's transform, inverted";
static const char ROOT[] = "sigma = A*(mu (1 - sigma))";

const struct experiment table_services[] = {
    { .system = "M/D/1, load 0.7",
      IN_ORDER(.servers = 1, .groups_per_s = 0.7, .service = &constant, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.015 },
                   { QUEUE_BEYOND, 3.5, md1_tail, "Erlang's sum", "[ERL-09]", .precision = 0.04 } } },
    { .system = "M/D/4, load 0.8",
      IN_ORDER(.servers = 4, .groups_per_s = 3.2, .service = &constant, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, mdc_sojourn, "N(t + 1 / mu) = (N(t) - c)+ + Poisson", "[CRO-32]",
                     .precision = 0.015 } } },
    { .system = "M/G/1, gamma services, load 0.6",
      IN_ORDER(.servers = 1, .groups_per_s = 0.6, .service = &regular, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.02 },
                   { QUEUE_BEYOND, 1.5, mg1_tail, INVERTED, "[KLE-1] 5.7, [AW-95]", .precision = 0.015 },
                   { QUEUE_BEYOND, 4.5, mg1_tail, INVERTED, "[KLE-1] 5.7, [AW-95]", .precision = 0.05 } } },
    { .system = "M/G/1, uniform services, load 0.6",
      IN_ORDER(.servers = 1, .groups_per_s = 0.6, .service = &uniform, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.015 },
                   { QUEUE_BEYOND, 4.0, mg1_tail, INVERTED, "[KLE-1] 5.7, [AW-95]", .precision = 0.05 } } },
    { .system = "M/G/1, lognormal services, load 0.6",
      IN_ORDER(.servers = 1, .groups_per_s = 0.6, .service = &skewed, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.04 } } },
    { .system = "M/G/1, Weibull services, load 0.6",
      IN_ORDER(.servers = 1, .groups_per_s = 0.6, .service = &rayleigh, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, pk_sojourn, PK, "[KLE-1] 5.6", .precision = 0.015 } } },
    { .system = "D/M/1, load 0.7",
      IN_ORDER(GAPS(even_gaps), .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, gm1_sojourn, ROOT, "[KLE-1] 6.4", .precision = 0.02 },
                   { QUEUE_BEYOND, 4.0, gm1_tail, "exp(-mu (1 - sigma) t)", "[KLE-1] 6.4", .precision = 0.05 } } },
    { .system = "G/M/1, uniform gaps, load 0.7",
      IN_ORDER(GAPS(uniform_gaps), .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, gm1_sojourn, ROOT, "[KLE-1] 6.4", .precision = 0.02 } } },
    { .system = "E4/M/1, load 0.7",
      IN_ORDER(GAPS(erlang_gaps), .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, gm1_sojourn, ROOT, "[KLE-1] 6.4", .precision = 0.02 },
                   { QUEUE_WAITED, 0, gm1_waits, "sigma", "[KLE-1] 6.4", .precision = 0.012 } } },
    { .system = "G/M/1, bursty gaps, load 0.7",
      IN_ORDER(GAPS(bursty_gaps), .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, gm1_sojourn, ROOT, "[KLE-1] 6.4", .precision = 0.05 } } },
    { .system = "M/D/1 shared, load 0.7",
      SHARED(.servers = 1, .groups_per_s = 0.7, .service = &constant, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, insensitive_sojourn, "1 / (mu - lambda)", "[KLE-2] 4.4", .precision = 0.03 } } },
    { .system = "M/G/1 shared, uniform services, load 0.7",
      SHARED(.servers = 1, .groups_per_s = 0.7, .service = &uniform, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, insensitive_sojourn, "1 / (mu - lambda)", "[KLE-2] 4.4", .precision = 0.03 } } },
    { .system = "M/G/1 shared, lognormal services, load 0.7",
      SHARED(.servers = 1, .groups_per_s = 0.7, .service = &very_skewed, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, insensitive_sojourn, "1 / (mu - lambda)", "[KLE-2] 4.4", .precision = 0.04 },
                   { QUEUE_SLOWDOWN, 0, insensitive_sojourn, "1 / (1 - rho)", "[KLE-2] 4.4", .precision = 0.03 } } },
    { .system = "M/D/4 shared, load 0.8",
      SHARED(.servers = 4, .groups_per_s = 3.2, .service = &constant, .customers = 50000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, insensitive_sojourn, "as M/M/4", "[BCMP-75]", .precision = 0.03 } } },
    { .system = "groups of 4, exponential services, load 0.7",
      IN_ORDER(.servers = 1, .groups_per_s = 0.175, .group = 4, .service = &law_exponential_1s, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, groups_number, "rho (1 + size) / (2 (1 - rho))", "[KLE-1] 4.5",
                     .precision = 0.045 } } },
    { .system = "groups of 4, constant services, load 0.7",
      IN_ORDER(.servers = 1, .groups_per_s = 0.175, .group = 4, .service = &constant, .customers = 100000),
      .replications = 40,
      .oracles = { { QUEUE_SOJOURN, 0, groups_sojourn, "P-K of the group, then the wait inside it", "[KLE-1] 5.6",
                     .precision = 0.03 } } },
    { .system = "groups of geometric size, mean 3, load 0.7",
      IN_ORDER(.servers = 1, .groups_per_s = 0.7 / 3.0, .batch = { COUNT_GEOMETRIC, .mean = 3.0 },
               .service = &law_exponential_1s, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, random_number, "mean rho / (1 - rho)", "[KLE-1] 4.5", .precision = 0.045 } } },
    { .system = "groups of 1 to 5, each as probable, load 0.7",
      IN_ORDER(.servers = 1, .groups_per_s = 0.7 / 3.0, .batch = { COUNT_UNIFORM, .least = 1, .most = 5 },
               .service = &law_exponential_1s, .customers = 120000),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, random_number, "rho (1 + E X^2 / E X) / (2 (1 - rho))", "[KLE-1] 4.5",
                     .precision = 0.035 } } },
    { .system = "MMPP/M/1, three times the rate in bursts of 2 s",
      IN_ORDER(.servers = 1, .groups_per_s = 0.6, .service = &law_exponential_1s, .customers = 100000,
               .bursts = { .factor = 3.0, .mean_on = 2 * SIM_SECOND, .mean_off = 6 * SIM_SECOND }),
      .replications = 40,
      .oracles = { { QUEUE_NUMBER, 0, bursty_number, "balance of a chain with two rates", "[FMH-93]",
                     .precision = 0.03 } } },
    { .system = NULL },
};
