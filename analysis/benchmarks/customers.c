/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/customers.h"

#include "sim/base/check.h"
#include "sim/base/diag.h"

const struct draw_key customers_key = { 1, 2 };

struct dist customers_dist(const char *text, struct arena *arena)
{
    struct diag diag;
    struct dist dist;
    diag_init(&diag, arena);
    CHECK(dist_parse(&dist, text, (struct mark){ 0 }, NULL, arena, &diag), "a benchmark's distribution");
    return dist;
}

static void fill_table(struct customers *c, struct arena *arena)
{
    uint32_t *gaps = ARENA_ARRAY(arena, uint32_t, CUSTOMERS_IN_TABLE);
    uint32_t *demands = ARENA_ARRAY(arena, uint32_t, CUSTOMERS_IN_TABLE);
    sim_time before = 0;
    for (int i = 0; i < CUSTOMERS_IN_TABLE; i++) {
        const struct customer next = customers_next(c, CUSTOMERS_ENGINE);
        gaps[i] = (uint32_t)(next.at - before);
        demands[i] = next.demand < UINT32_MAX ? (uint32_t)next.demand : UINT32_MAX;
        before = next.at;
    }
    c->ordinal = 0;
    c->gaps = gaps;
    c->demands = demands;
}

void customers_init(struct customers *c, const struct queue_case *q, enum customer_source source, struct arena *arena)
{
    *c = (struct customers){ .service = customers_dist(q->service, arena) };
    c->mean_demand_ns = c->service.mean_ns;
    c->mean_gap_ns = c->mean_demand_ns / (q->load * q->servers);
    const double rate_per_s = 1e9 / c->mean_gap_ns;
    c->knots[0] = (struct rate_knot){ 0, rate_per_s };
    c->knots[1] = (struct rate_knot){ 10000 * SIM_DAY, rate_per_s };
    arrivals_init(&c->arrivals, arena, c->knots, 2, customers_key, CUSTOMERS_ARRIVAL);
    sampler_init(&c->sampler, &c->service, arena);
    lean_init(&c->lean, 1);
    if (source == CUSTOMERS_TABLE)
        fill_table(c, arena);
}
