/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/asg.h"
#include "models/scenario.h"
#include "tests/unit/fixture.h"
#include "tests/unit/small_shop.h"

/* The small shop with up to two assignments; set may be NULL. */
static struct scenario *load_with(struct fixture *f, const char *set, const char *other)
{
    const char *sets[2] = { set, other };
    diag_init(&f->diag, &f->arena);
    const int count = !set ? 0 : !other ? 1 : 2;
    return scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", sets, count, &f->arena, &f->diag);
}

static bool says(const struct diag_entry *entry, const char *text)
{
    return strstr(entry->message, text) || (entry->hint && strstr(entry->hint, text));
}

/* With this assignment the shop is refused, and some message or hint contains `text`. */
static void assert_refused(struct fixture *f, const char *set, const char *text)
{
    assert_null(load_with(f, set, NULL));
    assert_true(f->diag.errors > 0);
    for (int i = 0; i < f->diag.count; i++)
        if (says(&f->diag.entries[i], text))
            return;
    diag_print(&f->diag, stderr, false);
    fail_msg("%s: nothing says '%s'", set, text);
}

static void given_a_scenario_when_loaded_then_it_is_resolved(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, NULL, NULL);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    assert_string_equal(sc->name, "small shop");
    assert_int_equal(sc->replications, 10);
    assert_int_equal(sc->window, SIM_MINUTE);
    assert_int_equal(sc->component_count, 11);
    assert_int_equal(sc->by_kind_count[KIND_RDS], 2);
    assert_string_equal(sc->by_kind[KIND_RDS][1]->name, "orders-db");
    assert_int_equal(sc->by_kind[KIND_RDS][1]->index, 1);
    assert_string_equal(sc->regions[0].zone_names[2], "us-east-1c");
    assert_int_equal(scenario_operation_count(sc), 2);
    const struct operation_config *browse = scenario_operation(sc, 0);
    assert_string_equal(browse->name, "browse");
    assert_int_equal(scenario_operation_index(sc, browse), 0);
    assert_int_equal(sc->populations[0].page.on_index, 0);
    const struct step_get *get = browse->steps[1].config;
    assert_ptr_equal(get->from.target, scenario_component(sc, "cache"));
    assert_true(get->fill);
    assert_false(get->hit_ratio_set);
    assert_int_equal(get->miss_count, 1);
    assert_ptr_equal(sc->services[0].pools[1].database, scenario_component(sc, "orders-db"));
    assert_int_equal(sc->services[1].operations[0].steps[0].variant, STEP_WAIT);
    assert_null(scenario_component(sc, "nothing"));
}

static void given_a_start_with_offset_when_loaded_then_utc_and_local_time_are_known(void **state)
{
    const struct scenario *sc = load_with(*state, NULL, NULL);
    assert_int_equal(sc->clock.start_utc_s, 1795755600); /* date -d 2026-11-27T05:00Z +%s */
    assert_int_equal(sc->clock.utc_offset_s, -5 * 3600);
    assert_int_equal(sc->clock.month, 11);
    assert_int_equal(sc->clock.start_ns_of_day, 0);
    assert_int_equal(sc->faults[0].starts, 20 * SIM_HOUR + 5 * SIM_MINUTE);
    assert_int_equal(scenario_instant(sc, (struct instant){ .set = true, .offset = true, .ns = SIM_HOUR }), SIM_HOUR);
    const struct scenario *later = load_with(*state, "clock.start=2026-11-27T21:00:00Z", NULL);
    assert_int_equal(later->faults[0].starts, 23 * SIM_HOUR + 5 * SIM_MINUTE);
}

static void given_faults_objectives_and_money_when_loaded_then_derived_values_are_there(void **state)
{
    const struct scenario *sc = load_with(*state, NULL, NULL);
    assert_string_equal(sc->faults[0].name, "power us-east-1a");
    assert_int_equal(sc->faults[0].zone_index, 0);
    assert_ptr_equal(sc->faults[0].zone.target, &sc->regions[0]);
    assert_true(sc->faults[0].launches.zone_fails);
    assert_true(sc->faults[0].launches.region_latency == 3.0);
    assert_string_equal(sc->objectives[0].text, "availability of checkout >= 99.8%");
    assert_string_equal(sc->objectives[1].text, "p99 latency of browse <= 400ms");
    assert_string_equal(sc->objectives[2].text, "monthly cost, peak month <= $60000");
    assert_int_equal(sc->objectives[2].month, 1);
    assert_int_equal(sc->objectives[2].at_most_usd_e10, INT64_C(600000000000000));
    assert_int_equal(sc->day_types[1].months, 1u << 10 | 1u << 11);
    assert_int_equal(sc->day_types[0].months, 0);
    assert_string_equal(sc->business.operation_name, "checkout");
    assert_int_equal(sc->business.value, INT64_C(620000000000));
    assert_true(sc->business.margin == 0.3);
}

static void given_assignments_when_loaded_then_values_and_digest_change(void **state)
{
    struct fixture *f = *state;
    const struct scenario *plain = load_with(f, NULL, NULL);
    const struct scenario *set = load_with(f, "regions.us-east-1.web-fleet.size.max=80", "seed=7");
    assert_non_null(set);
    assert_int_equal(((const struct asg_config *)scenario_component(set, "web-fleet")->config)->size.max, 80);
    assert_int_equal(set->seed, 7);
    assert_string_not_equal(plain->sha256, set->sha256);
    assert_int_equal(strlen(plain->sha256), 64);
}

static void given_dangling_references_when_loaded_then_the_nearest_of_the_right_kind_is_named(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "services.web.runs_on=web-flet", "did you mean 'web-fleet'?");
    assert_refused(f, "services.web.runs_on=cache",
                   "'cache' is of kind elasticache, but 'runs_on' of service 'web' names asg");
    assert_refused(f, "services.web.operations.browse={get: {from: catalog-db}}", "is of kind rds");
    assert_refused(f, "services.web.pools={catalogdb: 3}", "did you mean 'catalog-db'?");
    assert_refused(f, "traffic.shoppers.mix={browze: 90%, checkout: 10%}", "did you mean 'browse'?");
    assert_refused(f, "traffic.shoppers.page.on=chekout", "did you mean 'checkout'?");
    assert_refused(f, "faults.0.zone=us-east-1z", "'us-east-1z', which does not exist");
    assert_refused(f, "objectives.0.availability=chekout", "did you mean 'checkout'?");
    assert_refused(f, "business.order.operation=charge", "no client asks for it");
    assert_int_equal(f->diag.errors, 1);
    assert_refused(f, "traffic.shoppers.mix={browze: 90%, browse: 10%}", "did you mean 'browse'?");
    assert_int_equal(f->diag.errors, 1); /* that nobody asks for checkouts is not known */
    assert_refused(f, "traffic.shoppers.sessions={enter: {checkout: 90%}, next: {checkout: {leave: 100%}}}",
                   "'mix' stands beside them");
    assert_int_equal(f->diag.errors, 1);
    assert_refused(f, "edge.waf.on=cache", "cloudfront or alb");
    assert_refused(f, "services.web.operations.checkout={call: {operation: payments.chrge}}",
                   "did you mean 'payments.charge'?");
}

static void given_components_in_the_wrong_place_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "edge.alb={targets: web-fleet}", "in a region, not under 'edge'");
    assert_refused(f, "regions.us-east-1.waf={on: alb}", "global: it belongs under 'edge'");
    assert_refused(f, "regions.us-east-1.extra={kind: asgg}", "did you mean 'asg'?");
    assert_refused(f, "regions.us-east-1.extra={size: 3}", "'kind' is missing in component 'extra'");
    assert_refused(f, "regions.us-east-1.zone=3", "did you mean 'zones'?");
    assert_refused(f, "regions={us-east1: {}}", "did you mean 'us-east-1'?");
    assert_refused(f, "edge.cache={kind: waf, on: alb}", "another component 'cache'");
    assert_refused(f, "regions.us-east-1.web-fleet.instance=m7g.larg", "did you mean 'm7g.large'?");
    assert_refused(f, "regions.us-east-1.spare={kind: asg, instance: m7g.large, size: {max: 3}}", "no service runs on");
    assert_refused(f, "regions.us-east-1.a b=", "is not a name");
}

static void given_sums_that_do_not_add_up_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "traffic.shoppers.mix.browse=80%", "adds up to 90%, not 100%");
    assert_refused(f, "traffic.shoppers.from={US: 70%}", "add up to 70%");
    assert_refused(f, "traffic.shoppers.from={XX: 100%}", "not a price geography");
    assert_refused(f, "calendar.ordinary.days=300", "add up to 335, not 365");
    assert_refused(f, "calendar={a: {days: 60, in: nov, mean: 1/s}, b: {days: 305, mean: 1/s}}",
                   "November has 30 days");
    assert_refused(f, "calendar={a: {days: 365, in: [nov, dec], mean: 1/s}}", "January has 31 days");
    assert_refused(f, "calendar=", "a monthly cost needs a calendar");
}

static void given_calls_in_a_circle_when_loaded_then_the_way_is_shown(void **state)
{
    struct fixture *f = *state;
    assert_refused(f,
                   "services.web.operations={browse: [{call: {operation: web.checkout}}], "
                   "checkout: [{call: {operation: web.browse}}]}",
                   "calls form a cycle: web.browse -> web.checkout -> web.browse");
    assert_refused(f, "services.web.operations.browse={call: {operation: web.browse}}", "web.browse -> web.browse");
    assert_refused(f, "services.web.operations.browse={get: {from: cache, miss: {call: {operation: web.browse}}}}",
                   "web.browse -> web.browse");
}

static void given_what_a_service_cannot_be_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "services.web.runs_on=", "'runs_on' is missing");
    assert_refused(f, "services.web.runs_on=worker-fleet", "already runs service");
    assert_refused(f, "services.payments.runs_on=web-fleet", "external service 'payments' has no fleet");
    assert_refused(f, "services.payments.operations.charge=[{wait: 1s}, {cpu: 1s}]", "is one time, not steps");
    assert_refused(f, "services.fulfilment.operations.more=1ms", "has 2 operations instead of one");
    assert_refused(f, "services.web.operations.checkout={call: {operation: handle}}",
                   "handles the messages of 'order-events': nobody can call it");
    assert_refused(f, "traffic.shoppers.mix={charge: 100%}", "the balancer leads to service 'web', not 'payments'");
}

static void given_faults_that_make_no_sense_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "faults.0={at: +1h, kind: power, lasts: 1m}", "a fault names one place");
    assert_refused(f, "faults.0={at: +1h, kind: power, component: web-fleet, lasts: 1m}",
                   "power is of a zone or a region");
    assert_refused(f, "faults.0={at: +1h, kind: slow, zone: us-east-1a, lasts: 1m}", "slow is of a component");
    assert_refused(f, "faults.0={at: +1h, kind: slow, component: orders-db}", "'lasts' is missing");
    assert_refused(f, "faults.0={at: +1h, kind: down, component: web, lasts: 1m}", "its fleet fails");
    assert_refused(f, "faults.0={at: +1h, kind: crash, component: payments}", "kind: down, slow or dns");
    assert_refused(f, "faults.0={kind: power, zone: us-east-1a, lasts: 1m}", "'at' is missing");
    assert_refused(f, "faults.0={at: +1h, rate: 1/month, kind: power, zone: us-east-1a, lasts: 1m}", "not both");
    assert_refused(f, "faults.0={at: +1h, kind: grey, zone: us-east-1a, lasts: 1m}", "a factor, a share or both");
    assert_refused(f, "faults.0={at: +1h, kind: control_plane, region: us-east-1, lasts: 1m}", "nothing is said");
    assert_refused(f, "faults.0={at: +1h, kind: dns, component: web-fleet, lasts: 1m}", "an alb, an rds or");
    assert_refused(f, "faults.0={at: +1h, kind: slow, component: order-events, lasts: 1m}", "it can be down");
    assert_refused(f, "faults.0={at: +1h, kind: down, component: alb, lasts: 1m}", "fails with its zones");
    assert_refused(f, "faults.0={at: +1h, kind: crash, component: cache, shard: 9}", "shards");
    assert_refused(f, "faults.0={rate: 1/day, kind: surge, traffic: shoppers, lasts: 1m}", "is scheduled");
    assert_refused(f, "faults.0={at: +1h, kind: slow, component: orders-db, lasts: 1m, tail: {}}", "with a tail");
    assert_refused(f, "faults.0={at: +1h, kind: power, zone: us-east-1a, lasts: 1m, with: [{kind: slow}]}",
                   "a fault names one place");
    assert_non_null(load_with(f, "faults.0={at: +1h, kind: down, component: payments, lasts: 1m}", NULL));
    assert_non_null(load_with(f, "faults.0={at: +1h, kind: crash, component: web-fleet, instances: 3}", NULL));
    const struct scenario *sc = load_with(
        f, "faults.0={rate: 2/month, region: us-east-1, kind: power, lasts: exp(1h), tail: {after: 10m, over: 1h}}",
        NULL);
    assert_non_null(sc);
    assert_true(sc->faults[0].random && sc->faults[0].lasts_random && sc->faults[0].lasts == SIM_HOUR);
    assert_true(sc->faults[0].rate_per_s * 365 * 86400 == 24);
    assert_string_equal(sc->faults[0].name, "power us-east-1");
}

static void given_wrong_clocks_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    static const char *const wrong[] = {
        "2026-11-31T00:00-05:00", "2026-11-27", "2026-11-27T00:00",       "2026-11-27T24:00Z", "2026-11-27T00:00-05",
        "1900-01-01T00:00Z",      "x",          "2026-11-27T00:00-05:00x"
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_refused(f, arena_printf(&f->arena, "clock.start=\"%s\"", wrong[i]), "is not an instant");
    assert_refused(f, "clock.length=0s", "the least is 1m");
    assert_refused(f, "headroom=2", "the most is 1");
    assert_non_null(load_with(f, "clock.start=2028-02-29T12:00:30+05:30", NULL));
}

static void given_rates_that_make_no_sense_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "traffic.shoppers.rate={profile: sale}", "'mean' is missing");
    assert_refused(f, "traffic.shoppers.rate={profile: piecewise}", "has no knots");
    assert_refused(f, "traffic.shoppers.rate={profile: sale, mean: 1/s, knots: {at: \"00:00\", rate: 1/s}}",
                   "piecewise");
    assert_refused(
        f,
        "traffic.shoppers.rate={profile: piecewise, knots: [{at: \"02:00\", rate: 1/s}, {at: \"01:00\", rate: 1/s}]}",
        "forward in time");
    assert_non_null(load_with(f, "traffic.shoppers.rate=300/s", NULL));
}

/* Wherever a comma may cut a distribution off: a step, a key of a step, an external operation, a key of a component. */
static void given_commas_in_distributions_when_loaded_then_each_is_explained_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[] = {
        "services.web.operations.browse=[{cpu: lognormal(mean=9ms, cv=1)}]",
        "services.web.operations.browse=[{read: {time: lognormal(mean=9ms, cv=1), from: catalog-db}}]",
        "services.payments.operations={charge: lognormal(mean=9ms, cv=1), refund: 1s}",
        "regions.us-east-1.web-fleet={kind: asg, instance: m7g.large, size: {max: 30}, launch: lognormal(mean=9ms, "
        "cv=1)}",
        "traffic.shoppers.client={patience: lognormal(mean=9ms, cv=1), reloads: 2}",
    };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        assert_refused(f, sets[i], "arguments are separated by spaces: lognormal(mean=9ms cv=1)");
        assert_int_equal(f->diag.errors, 1);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_scenario_when_loaded_then_it_is_resolved),
        TEST(given_a_start_with_offset_when_loaded_then_utc_and_local_time_are_known),
        TEST(given_faults_objectives_and_money_when_loaded_then_derived_values_are_there),
        TEST(given_assignments_when_loaded_then_values_and_digest_change),
        TEST(given_dangling_references_when_loaded_then_the_nearest_of_the_right_kind_is_named),
        TEST(given_components_in_the_wrong_place_when_loaded_then_it_is_said),
        TEST(given_sums_that_do_not_add_up_when_loaded_then_it_is_said),
        TEST(given_calls_in_a_circle_when_loaded_then_the_way_is_shown),
        TEST(given_what_a_service_cannot_be_when_loaded_then_it_is_said),
        TEST(given_faults_that_make_no_sense_when_loaded_then_it_is_said),
        TEST(given_wrong_clocks_when_loaded_then_it_is_said),
        TEST(given_rates_that_make_no_sense_when_loaded_then_it_is_said),
        TEST(given_commas_in_distributions_when_loaded_then_each_is_explained_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
