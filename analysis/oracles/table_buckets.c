/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens that refill, what waits warm, and messages with visibility. */
#include <math.h>

#include "analysis/oracles/bucket_model.h"
#include "analysis/oracles/cache_laws.h"
#include "analysis/oracles/formulas.h"
#include "analysis/oracles/message_model.h"
#include "analysis/oracles/pool_model.h"
#include "analysis/oracles/tables.h"

static const struct bucket_model *bucket_of(const struct experiment *e)
{
    return e->model;
}

static struct loss_result missing_tokens(const struct experiment *e)
{
    return md1_loss((int)bucket_of(e)->capacity, bucket_of(e)->lambda_per_s);
}

static double refused(const struct experiment *e, double at)
{
    return missing_tokens(e).lost;
}

static double passed(const struct experiment *e, double at)
{
    return bucket_of(e)->lambda_per_s * (1.0 - missing_tokens(e).lost);
}

static double overflow(const struct experiment *e, double at)
{
    return missing_tokens(e).idle;
}

/* A fluid of customers faster than the refill: what passes is the refill, but for the edges of what is measured. */
static double refill(const struct experiment *e, double at)
{
    return 1.0;
}

/* The missing tokens are the work of M/D/1; the first `capacity` of them are not waited for. */
static double booked_beyond(const struct experiment *e, double at)
{
    return md1_beyond(bucket_of(e)->lambda_per_s, bucket_of(e)->capacity + at);
}

static double booked_wait(const struct experiment *e, double at)
{
    const struct law constant = { LAW_CONSTANT, "", 1.0, 0.0 };
    return mg1_sojourn_s(bucket_of(e)->lambda_per_s, &constant) - 1.0;
}

static struct warm_result warm(const struct experiment *e)
{
    const struct pool_model *m = e->model;
    return warm_pool(m->lambda_per_s, m->expiry_s);
}

static double cold(const struct experiment *e, double at)
{
    return warm(e).cold;
}

static double idle(const struct experiment *e, double at)
{
    return warm(e).idle;
}

/* A receive takes min(service, visibility), and is in vain with probability P(service > visibility), whatever was
 * before: with mean 1, 1 - e^-v and e^-v; there are at most `receives_max` of them. */
static const struct message_model *messages_of(const struct experiment *e)
{
    return e->model;
}

static double in_vain(const struct experiment *e)
{
    return exp(-messages_of(e)->visibility_s);
}

static double dead(const struct experiment *e, double at)
{
    return pow(in_vain(e), messages_of(e)->receives_max);
}

static double redelivered(const struct experiment *e, double at)
{
    const double p = in_vain(e);
    return p * (1.0 - pow(p, messages_of(e)->receives_max - 1)) / (1.0 - p);
}

static double in_flight(const struct experiment *e, double at)
{
    return messages_of(e)->lambda_per_s * (1.0 + redelivered(e, at)) * (1.0 - in_vain(e));
}

#define BUCKET(...) \
    .kind = &bucket_kind, .model = &(const struct bucket_model) \
    { \
        __VA_ARGS__ \
    }
#define POOL(...) \
    .kind = &pool_kind, .model = &(const struct pool_model) \
    { \
        __VA_ARGS__ \
    }

#define MESSAGES(...) \
    .kind = &message_kind, .model = &(const struct message_model) \
    { \
        __VA_ARGS__ \
    }

const struct experiment table_buckets[] = {
    { .system = "bucket of 5 tokens, Poisson customers at 0.9 of the refill",
      BUCKET(.capacity = 5, .lambda_per_s = 0.9, .customers = 200000),
      .replications = 40,
      .oracles = { { BUCKET_REFUSED, 0, refused, "loss of M/D/1/5", "[KLE-1] 5.3", .precision = 0.02 },
                   { BUCKET_OVERFLOW, 0, overflow, "M/D/1/5 is empty", "[KLE-1] 5.3", .precision = 0.02 } } },
    { .system = "bucket of 3 tokens, Poisson customers at 1.5 times the refill",
      BUCKET(.capacity = 3, .lambda_per_s = 1.5, .customers = 100000),
      .replications = 40,
      .oracles = { { BUCKET_REFUSED, 0, refused, "loss of M/D/1/3", "[KLE-1] 5.3", .precision = 0.006 },
                   { BUCKET_PASSED, 0, passed, "throughput of M/D/1/3", "[KLE-1] 5.3", .precision = 0.004 } } },
    { .system = "bucket of 20 tokens, Poisson customers at twice the refill",
      BUCKET(.capacity = 20, .lambda_per_s = 2.0, .customers = 100000),
      .replications = 20,
      .oracles = { { BUCKET_PASSED, 0, refill, "the refill, as in a fluid", "[KLE-2] 2.7", .precision = 0.005,
                     .allowance = 0.001 } } },
    { .system = "bucket of 4 tokens that are booked ahead, load 0.8",
      BUCKET(.capacity = 4, .lambda_per_s = 0.8, .books = true, .customers = 200000),
      .replications = 40,
      .oracles = { { BUCKET_WAITED_LONGER, 0, booked_beyond, "work of M/D/1 above 3 s", "[ERL-09]", .precision = 0.05 },
                   { BUCKET_WAITED_LONGER, 1, booked_beyond, "work of M/D/1 above 4 s", "[ERL-09]",
                     .precision = 0.06 } } },
    { .system = "bucket of 1 token that is booked ahead, load 0.8",
      BUCKET(.capacity = 1, .lambda_per_s = 0.8, .books = true, .customers = 200000),
      .replications = 40,
      .oracles = { { BUCKET_WAIT, 0, booked_wait, "wait in M/D/1", "[KLE-1] 5.6", .precision = 0.04 } } },
    { .system = "warm pool, 3 requests per second, gone after 2 s",
      POOL(.lambda_per_s = 3.0, .expiry_s = 2.0, .requests = 100000),
      .replications = 40,
      .oracles = { { POOL_COLD, 0, cold, "first passages of M/M/inf", "[JEN-53]", .precision = 0.005 },
                   { POOL_IDLE, 0, idle, "first passages of M/M/inf", "[JEN-53]", .precision = 0.006 } } },
    { .system = "warm pool, 20 requests per second, gone after 0.5 s",
      POOL(.lambda_per_s = 20.0, .expiry_s = 0.5, .requests = 200000),
      .replications = 40,
      .oracles = { { POOL_COLD, 0, cold, "first passages of M/M/inf", "[JEN-53]", .precision = 0.005 },
                   { POOL_IDLE, 0, idle, "first passages of M/M/inf", "[JEN-53]", .precision = 0.006 } } },
    { .system = "messages, 5 per second, visibility 1 s, 2 receives",
      MESSAGES(.lambda_per_s = 5.0, .visibility_s = 1.0, .receives_max = 2, .messages = 100000),
      .replications = 40,
      .oracles = { { MESSAGE_IN_FLIGHT, 0, in_flight, "Little, truncated geometric", "[LIT-11]", .precision = 0.005 },
                   { MESSAGE_REDELIVERED, 0, redelivered, "P(S > v)", "[KLE-1] 2.4", .precision = 0.006 },
                   { MESSAGE_DEAD, 0, dead, "P(S > v)^2", "[KLE-1] 2.4", .precision = 0.01 } } },
    { .system = "messages, 8 per second, visibility 0.5 s, 4 receives",
      MESSAGES(.lambda_per_s = 8.0, .visibility_s = 0.5, .receives_max = 4, .messages = 100000),
      .replications = 40,
      .oracles = { { MESSAGE_IN_FLIGHT, 0, in_flight, "Little, truncated geometric", "[LIT-11]", .precision = 0.005 },
                   { MESSAGE_REDELIVERED, 0, redelivered, "truncated geometric", "[KLE-1] 2.4", .precision = 0.006 },
                   { MESSAGE_DEAD, 0, dead, "P(S > v)^4", "[KLE-1] 2.4", .precision = 0.015 } } },
    { .system = NULL },
};
