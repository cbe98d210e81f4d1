/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Services that call each other: whatever dies and whenever, nothing stays held, nobody is lost or counted twice; and what
 * breakers, budgets, limits and failing branches do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/client.h"
#include "models/replicate.h"
#include "models/world.h"
#include "sim/base/compiler.h"

/* Every kind of step, called through a balancer and without one, at loads at which requests wait everywhere. */
static const char SHOP[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 2m, warm_up: 0s}\n"
    "traffic:\n"
    "  shoppers:\n"
    "    rate: 60/s\n"
    "    mix: {browse: 70%, buy: 30%}\n"
    "services:\n"
    "  gateway:\n"
    "    runs_on: gateway-fleet\n"
    "    workers: 24\n"
    "    operations:\n"
    "      browse:\n"
    "        - cpu: exp(20ms)\n"
    "        - parallel:\n"
    "            - call: {operation: catalog.list, timeout: 400ms, attempts: 3, backoff: {base: 50ms}, breaker: {}}\n"
    "            - series:\n"
    "                - call: {operation: pricing.quote, timeout: 80ms, attempts: 2, backoff: {}, optional: true}\n"
    "                - cpu: exp(10ms)\n"
    "            - get: {from: cache, value: 1kB, hit_ratio: 50%, miss: {read: {from: db, time: exp(20ms)}}}\n"
    "        - call: {operation: audit.note, async: true}\n"
    "      buy:\n"
    "        - wait: exp(20ms)\n"
    "        - call: {operation: catalog.list, timeout: 400ms, attempts: 2, backoff: {base: 50ms}, breaker: {}}\n"
    "        - call: {operation: bank.charge, timeout: 300ms, attempts: 2, limit: {calls: 2, queue: 50, wait: 200ms}}\n"
    "        - send: {to: orders}\n"
    "  catalog:\n"
    "    runs_on: catalog-fleet\n"
    "    workers: 3\n"
    "    pools: {db: 2}\n"
    "    operations: {list: [{cpu: exp(20ms)}, {read: {from: db, time: exp(25ms)}}]}\n"
    "  pricing: {runs_on: pricing-fleet, operations: {quote: [{cpu: exp(25ms)}]}}\n"
    "  audit: {runs_on: audit-fleet, operations: {note: [{cpu: exp(20ms)}]}}\n"
    "  bank: {external: true, operations: {charge: exp(150ms)}}\n"
    "  mailer:\n"
    "    runs_on: mailer-fleet\n"
    "    consumes: orders\n"
    "    operations: {handle: [{cpu: 20ms}, {call: {operation: pricing.quote, timeout: 1s}}]}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    alb: {kind: alb, targets: gateway-fleet, idle_timeout: 20s}\n"
    "    inner: {kind: alb, scheme: internal, targets: catalog-fleet, idle_timeout: 20s}\n"
    "    gateway-fleet: {kind: asg, instance: m7g.large, size: {min: 3, max: 3}}\n"
    "    catalog-fleet: {kind: asg, instance: m7g.large, size: {min: 4, max: 4}}\n"
    "    pricing-fleet: {kind: asg, instance: m7g.medium, size: {min: 3, max: 3}}\n"
    "    audit-fleet: {kind: asg, instance: m7g.medium, size: {min: 2, max: 2}}\n"
    "    mailer-fleet: {kind: asg, instance: m7g.medium, size: {min: 2, max: 2}}\n"
    "    cache: {kind: elasticache, node: cache.r7g.large}\n"
    "    db: {kind: rds, instance: db.r7g.large, multi_az: true}\n"
    "    orders: {kind: sqs}\n";

static const struct scenario *load(struct arena *arena, const char *const *sets, int set_count)
{
    struct diag diag;
    diag_init(&diag, arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SHOP, strlen(SHOP), ".", sets, set_count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

/* ---- death at every step ---- */

static void advance(struct world *w, sim_time until, bool with_arrivals)
{
    for (;;) {
        int population = 0;
        const sim_time arrival = with_arrivals ? clients_next_arrival(w, &population) : SIM_NEVER;
        struct event e;
        if (event_set_pop_before(w->events, arrival < until ? arrival : until, &e)) {
            w->now = (sim_time)e.time;
            world_handle(w, e);
        } else if (arrival < until) {
            w->now = arrival;
            client_arrive(w, population);
        } else {
            break;
        }
    }
    w->now = until;
}

static void assert_nothing_is_held(const struct world *w)
{
    for (uint32_t n = 0; n < w->instance_count; n++) {
        const struct instance *i = &w->instances[n];
        const struct service_code *service = w->fleets[i->fleet].service;
        assert_int_equal(i->workers.inside, 0);
        assert_int_equal(i->workers.waiting, 0);
        assert_true(gate_is_sane(&i->workers));
        for (int p = 0; p < service->pool_count; p++) {
            assert_int_equal(i->pools[p].gate.inside, 0);
            assert_int_equal(i->pools[p].idle_count, service->pools[p].size);
        }
        for (int e = 0; e < service->edge_count; e++)
            if (w->code->edges[service->edges[e]].limit) {
                assert_int_equal(i->edges[e].limit.inside, 0);
                assert_int_equal(i->edges[e].limit.waiting, 0);
                assert_true(gate_is_sane(&i->edges[e].limit));
            }
    }
    for (int d = 0; d < w->database_count; d++)
        assert_int_equal(w->databases[d].endpoints[0].connections, 0);
}

/* Half a minute later nobody waits any more, though nothing has come back. */
static void assert_nobody_is_left(struct world *w)
{
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        const int kind = frame_at(w, slot)->kind;
        assert_true(kind == FRAME_FREE || kind == FRAME_HEALTH);
    }
    for (int e = 0; e < w->code->edge_count; e++) {
        assert_int_equal(w->edges[e].under_way.inside, 0);
        assert_int_equal(w->edges[e].calls_open, 0);
    }
    for (int s = 0; s < w->sc->service_count; s++)
        assert_int_equal(w->served[s].inside.inside, 0);
    for (int a = 0; a < w->alb_count; a++)
        for (int n = 0; n < w->albs[a].node_count; n++)
            assert_true(dispatcher_is_sane(&w->albs[a].nodes[n].targets));
}

struct coverage {
    bool step[256], state[32];
};

static void look(struct world *w, struct coverage *seen)
{
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        const struct frame *f = frame_at(w, slot);
        if (f->kind == FRAME_FREE || f->kind == FRAME_HEALTH || f->kind == FRAME_ORPHAN || f->state == AT_CLIENT ||
            f->state == AT_LATE_ANSWER || f->state == AT_EDGE)
            continue;
        seen->state[f->state] = true;
        if (f->state != AT_BACKLOG && f->state != AT_SILENT_TARGET)
            seen->step[f->step] = true;
    }
}

static void kill_all(sim_time at, bool reset, struct coverage *seen)
{
    struct arena arena;
    arena_init(&arena);
    const struct scenario *sc = load(&arena, NULL, 0);
    struct world *w = ARENA_NEW(&arena, struct world);
    world_init(w, sc, journey_compile(sc, &arena), -1, (uint32_t)(at % 7), NULL, &arena);
    advance(w, at, true);
    look(w, seen);
    for (uint32_t n = 0; n < w->instance_count; n++)
        instance_die(w, &w->instances[n], reset);
    assert_nothing_is_held(w);
    advance(w, at + 70 * SIM_SECOND, false);
    assert_nothing_is_held(w);
    assert_nobody_is_left(w);
    world_fini(w);
    arena_fini(&arena);
}

static void given_requests_at_every_step_when_all_instances_die_then_nothing_stays_held(void **state)
{
    struct coverage seen = { 0 };
    for (int n = 0; n < 160; n++)
        kill_all(SIM_SECOND + n * 37 * (SIM_SECOND / 1000), n % 2, &seen);

    static const enum frame_state STATES[] = { AT_BACKLOG, AT_CPU,  AT_CACHE, AT_POOL,    AT_DB,
                                               AT_DELAY,   AT_CALL, AT_LIMIT, AT_BACKOFF, AT_JOIN };
    for (size_t s = 0; s < ARRAY_LEN(STATES); s++)
        assert_true(seen.state[STATES[s]]);
    struct arena arena;
    arena_init(&arena);
    const struct journey_code *code = journey_compile(load(&arena, NULL, 0), &arena);
    for (uint32_t s = 0; s < code->step_count; s++) {
        const struct step *step = &code->steps[s];
        const bool takes_time = step->code != CODE_ANSWER && step->code != CODE_END &&
                                !(step->code == CODE_CALL && step->call->async);
        if (takes_time && !seen.step[s])
            print_error("no request died at step %u\n", s);
        assert_int_equal(seen.step[s], takes_time);
    }
    arena_fini(&arena);
}

/* ---- whole runs ---- */

struct day {
    uint64_t fingerprint, begun, ok;
    struct edge_result list, quote, charge;
    uint64_t p50_ms;
};

static struct day run(const char *const *sets, int set_count)
{
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = replicate(load(&arena, sets, set_count), -1, 0, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    struct day day = { .fingerprint = r->fingerprint.sum, .begun = all->begun, .ok = all->outcomes[OUTCOME_OK] };
    for (int e = 0; e < r->edge_count; e++) {
        if (!strcmp(r->edges[e].from, "gateway") && !strcmp(r->edges[e].to, "catalog.list"))
            day.list = r->edges[e];
        if (!strcmp(r->edges[e].from, "gateway") && !strcmp(r->edges[e].to, "pricing.quote"))
            day.quote = r->edges[e];
        if (!strcmp(r->edges[e].to, "bank.charge"))
            day.charge = r->edges[e];
    }
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run((const char *const[]){ "clock.warm_up=10s", __VA_ARGS__ }, \
        (int)(sizeof(const char *const[]){ "", __VA_ARGS__ } / sizeof(const char *)))

/* The laws of conservation are asserted in every run: run(). */
static void given_instances_that_die_one_after_the_other_when_run_then_nobody_is_lost(void **state)
{
    const struct day day = RUN("faults=[{at: +10s, component: pricing-fleet, kind: crash},"
                               "{at: +15s, component: gateway-fleet, kind: crash},"
                               "{at: +25s, component: catalog-fleet, kind: crash, instances: 2},"
                               "{at: +30s, component: bank, kind: down, lasts: 10s},"
                               "{at: +40s, zone: us-east-1b, kind: power, lasts: 20s},"
                               "{at: +80s, component: gateway-fleet, kind: down, lasts: 1s}]");
    assert_true(day.ok > 0 && day.ok < day.begun);
    assert_true(day.quote.cut > 0);
    assert_true(day.list.timeouts > 0);
}

/* What is lost on the way to a service has never been there; a network that is back finds its instances serving. */
static void given_zones_that_lose_requests_when_run_then_nobody_is_counted_twice(void **state)
{
    const struct day grey = RUN(
        "faults=[{at: +20s, zone: us-east-1a, kind: grey, share: 30%, factor: x5, lasts: 30s}]");
    assert_true(grey.list.timeouts > 0 && grey.quote.timeouts > 0);
    const struct day cut = RUN("faults=[{at: +20s, zone: us-east-1a, kind: network, lasts: 30s}, "
                               "{at: +70s, component: inner, kind: dns, lasts: 20s}]");
    assert_true(cut.list.errors > 0);
}

static void given_stations_in_order_when_departures_are_computed_ahead_then_nothing_differs(void **state)
{
#define IN_ORDER \
    "services.catalog.discipline=fcfs", "services.gateway.discipline=fcfs", "regions.us-east-1.db.discipline=fcfs", \
        "faults=[{at: +15s, component: gateway-fleet, kind: crash}, {at: +40s, zone: us-east-1b, kind: power, lasts: " \
        "20s}]"
    struct arena arena;
    arena_init(&arena);
    const char *const sets[] = { IN_ORDER };
    uint64_t fingerprints[2];
    for (int events = 0; events < 2; events++) {
        struct scenario *sc = (struct scenario *)load(&arena, sets, ARRAY_LEN(sets));
        sc->station_events = events;
        const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
        assert_null(r->violation);
        fingerprints[events] = r->fingerprint.sum;
    }
    assert_int_equal(fingerprints[0], fingerprints[1]);
    arena_fini(&arena);
}

static void given_a_callee_that_is_gone_when_called_then_the_breaker_spares_the_callers(void **state)
{
#define GONE "faults=[{at: +5s, component: pricing-fleet, kind: down, lasts: 1s}]"
    const struct day without = RUN(GONE);
    const struct day with = RUN(GONE, "services.gateway.operations.browse=[{cpu: exp(20ms)}, {call: {operation: "
                                      "pricing.quote, timeout: 80ms, optional: true, breaker: {requests: 5}}}]");
    assert_int_equal(without.quote.breaker_rejected, 0);
    assert_true(with.quote.breaker_opened > 0);
    assert_true(with.quote.breaker_rejected > with.quote.calls / 2);
    assert_true(with.quote.timeouts < without.quote.timeouts / 5);
    assert_int_equal(with.quote.ignored, with.quote.failed);
}

/* Example 21.1 of the facts with timeouts for errors: 100 tokens at 10 each allow exactly 10 retries in each of the
 * caller's three instances, for all calls fail. */
static void given_a_budget_when_all_calls_time_out_then_so_many_retries_are_made(void **state)
{
    const struct day day = RUN("clock.warm_up=0s",
                               "services.gateway.operations.browse=[{call: {operation: pricing.quote, "
                               "timeout: 1ms, attempts: 3, optional: true, budget: {tokens: 100}}}]",
                               "services.pricing.operations.quote=[{wait: 5ms}]");
    assert_int_equal(day.quote.retries, 3 * 10);
    assert_true(day.quote.budget_exhausted > 0);
    assert_int_equal(day.quote.failed, day.quote.calls);
}

static void given_a_limit_when_more_calls_are_made_then_they_wait_or_fail(void **state)
{
    const struct day day = RUN("services.bank.operations.charge=200ms", "traffic.shoppers.mix={buy: 100%}");
    assert_true(day.charge.limit_rejected > 0);
    assert_int_equal(day.charge.timeouts, 0);
    /* Two at a time for 200 ms in each of three instances, for two minutes. */
    assert_true(day.charge.attempts <= 2 * 3 * 120 * 5 + 6);
}

static void given_a_failing_branch_when_it_is_ignored_then_the_operation_succeeds(void **state)
{
#define BRANCHES(failure) \
    "services.gateway.operations.browse={parallel: {failure: " failure \
    ", branches: [{call: {operation: pricing.quote, " \
    "timeout: 10ms}}, {wait: 50ms}]}}", \
        "services.pricing.operations.quote={wait: 1s}", "traffic.shoppers.mix={browse: 100%}", \
        "traffic.shoppers.client.reload=0%"
    const struct day ignored = RUN(BRANCHES("ignore")), once = RUN(BRANCHES("at_once")),
                     join = RUN(BRANCHES("at_join"));
    assert_true(ignored.ok + 60 > ignored.begun);
    assert_int_equal(once.ok, 0);
    assert_int_equal(join.ok, 0);
}

/* ---- what is billed ---- */

static int64_t used(const struct replication *r, const char *type, const char *resource, const char *operation)
{
    int64_t sum = 0;
    for (size_t u = 0; u < r->usage_count; u++)
        if (!strcmp(r->usage[u].key->usage_type, type) && !strcmp(r->usage[u].key->resource, resource) &&
            strstr(r->usage[u].key->operation, operation))
            sum += r->usage[u].quantity;
    return sum;
}

/* A log entry for each answer, 26 bytes longer than written; no public address at an internal balancer; bytes between
 * zones where services choose instances by themselves: two thirds of them, both ways, with three zones. */
static void given_calls_when_billed_then_logs_balancers_and_zones_are_metered(void **state)
{
    static const char *const sets[] = { "regions.us-east-1.pricing-fleet.logs=500B", "clock.warm_up=20s" };
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = replicate(load(&arena, sets, ARRAY_LEN(sets)), -1, 0, NULL, &arena, NULL, NULL);
    assert_null(r->violation);
    uint64_t quotes = 0, listed = 0;
    for (int e = 0; e < r->edge_count; e++)
        listed += strcmp(r->edges[e].to, "catalog.list") ? 0 : r->edges[e].attempts;
    for (int s = 0; s < r->service_count; s++)
        quotes = strcmp(r->services[s].name, "pricing") ? quotes : r->services[s].requests;
    assert_true(quotes > 1000);
    assert_int_equal(used(r, "DataProcessing-Bytes", "pricing-fleet", ""), (int64_t)quotes * 526);
    assert_int_equal(used(r, "PublicIPv4:InUseAddress", "inner", ""), 0);
    assert_true(used(r, "PublicIPv4:InUseAddress", "alb", "") > 0);
    assert_true(used(r, "LoadBalancerUsage", "inner", "") > 0);
    assert_int_equal(used(r, "ALB:ProcessedBytes", "inner", ""), (int64_t)listed * (2000 + 4000));
    const int64_t crossed = used(r, "DataTransfer-Regional-Bytes", "gateway-fleet", "peer=service");
    assert_in_range(crossed, 6000 * 1000, 6000 * 20000);
    arena_fini(&arena);
}

/* Half of the requests come to a region that has no pricing of its own: its calls go 63 ms far, there and back. */
static void given_a_region_without_a_service_when_it_is_called_then_the_first_region_answers(void **state)
{
    static const char *const sets[] = {
        "edge={route53: {policy: weighted, records: [{to: alb, weight: 1}, {to: us-west-2.alb, weight: 1}]}}",
        "regions.us-west-2={like: us-east-1, pricing-fleet: null}",
        "services.gateway.operations.browse=[{call: {operation: pricing.quote, timeout: 1s}}]"
    };
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = replicate(load(&arena, sets, ARRAY_LEN(sets)), -1, 0, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    for (int e = 0; e < r->edge_count; e++) {
        const struct edge_result *edge = &r->edges[e];
        if (strcmp(edge->from, "gateway") || strcmp(edge->to, "pricing.quote"))
            continue;
        assert_int_equal(edge->timeouts, 0);
        assert_true(histogram_quantile_ns(&edge->latency, 0.25) < 45e6);
        assert_true(histogram_quantile_ns(&edge->latency, 0.75) > 63e6);
    }
    assert_true(used(r, "InterRegion-Bytes", "us-west-2.gateway-fleet", "to=us-east-1") > 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_requests_at_every_step_when_all_instances_die_then_nothing_stays_held),
        cmocka_unit_test(given_instances_that_die_one_after_the_other_when_run_then_nobody_is_lost),
        cmocka_unit_test(given_zones_that_lose_requests_when_run_then_nobody_is_counted_twice),
        cmocka_unit_test(given_stations_in_order_when_departures_are_computed_ahead_then_nothing_differs),
        cmocka_unit_test(given_a_callee_that_is_gone_when_called_then_the_breaker_spares_the_callers),
        cmocka_unit_test(given_a_budget_when_all_calls_time_out_then_so_many_retries_are_made),
        cmocka_unit_test(given_a_limit_when_more_calls_are_made_then_they_wait_or_fail),
        cmocka_unit_test(given_a_failing_branch_when_it_is_ignored_then_the_operation_succeeds),
        cmocka_unit_test(given_a_region_without_a_service_when_it_is_called_then_the_first_region_answers),
        cmocka_unit_test(given_calls_when_billed_then_logs_balancers_and_zones_are_metered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
