/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/demand.h"
#include "models/scenario.h"
#include "tests/unit/fixture.h"
#include "tests/unit/small_shop.h"

/* With up to two assignments; they may be NULL. */
static const struct scenario *load_with_both(struct fixture *f, const char *set, const char *other)
{
    const char *const sets[] = { set, other };
    diag_init(&f->diag, &f->arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", sets,
                                               !set     ? 0
                                               : !other ? 1
                                                        : 2,
                                               &f->arena, &f->diag);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

static const struct scenario *load_with(struct fixture *f, const char *set)
{
    return load_with_both(f, set, NULL);
}

/* With these assignments exactly one warning comes, it contains `text` and names a next step. */
static void assert_both_doubted(struct fixture *f, const char *set, const char *other, const char *text)
{
    scenario_doubts(load_with_both(f, set, other), &f->diag);
    assert_int_equal(f->diag.errors, 0);
    if (f->diag.count != 1 || !strstr(f->diag.entries[0].message, text)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("%s: not one warning that says '%s'", set, text);
    }
    assert_true(f->diag.entries[0].at.line > 0);
    assert_non_null(f->diag.entries[0].hint);
}

static void assert_doubted(struct fixture *f, const char *set, const char *text)
{
    assert_both_doubted(f, set, NULL, text);
}

static void given_a_sound_scenario_when_checked_then_nothing_is_doubted(void **state)
{
    struct fixture *f = *state;
    scenario_doubts(load_with(f, NULL), &f->diag);
    diag_print(&f->diag, stderr, false);
    assert_int_equal(f->diag.count, 0);
}

static void given_doubtful_values_when_checked_then_each_is_named_with_a_next_step(void **state)
{
    struct fixture *f = *state;
    assert_doubted(f, "regions.us-east-1.web-fleet.size={min: 2, max: 5}",
                   "reference vCPUs at 00:00 and has 10 at its largest");
    assert_doubted(f, "regions.us-east-1.web-fleet.size={min: 2, max: 6}", "after the loss of a zone");
    assert_doubted(f, "regions.us-east-1.web-fleet={kind: asg, instance: m7g.large, size: {min: 6, max: 30}}",
                   "at its largest it has 8");
    assert_doubted(f, "services.web.workers=1", "workers at 00:00 before anybody waits");
    assert_doubted(f, "regions.us-east-1.web-fleet.scaling={target_tracking: {target: 70%}}", "would need 105%");
    assert_doubted(f, "regions.us-east-1.web-fleet.size.min=1", "may shrink to 1 instance");
    assert_doubted(f, "services.web.pools.catalog-db=200", "connections to 'catalog-db'");
    assert_doubted(f, "regions.us-east-1.orders-db.multi_az=false", "has no standby");
    assert_doubted(f, "regions.us-east-1.orders-db.instance=db.t4g.micro", "connections to 'orders-db'");
    assert_doubted(f, "services.web.operations.checkout.2.write.time=30ms", "'orders-db' is asked for");
    assert_doubted(f, "regions.us-east-1.cache.replicas=0", "has no replicas");
    assert_doubted(f, "regions.us-east-1.cache.command=2ms", "of a shard's thread");
    assert_both_doubted(f, "regions.us-east-1.order-events.visibility=1s",
                        "services.fulfilment.operations.handle=exp(250ms)", "they are handled twice");
}

static void given_a_consumer_that_is_too_slow_when_checked_then_the_backlog_is_foreseen(void **state)
{
    struct fixture *f = *state;
    assert_doubted(f, "regions.us-east-1.worker-fleet.size={min: 2, max: 2}",
                   "handles 20 at its largest: the backlog never drains");
}

static void given_impatient_clients_when_checked_then_it_is_doubted(void **state)
{
    assert_doubted(*state, "traffic.shoppers.client={patience: 100ms}", "'checkout' takes 0.2");
}

static void given_a_fault_or_launch_outside_the_clock_when_checked_then_it_never_happens(void **state)
{
    struct fixture *f = *state;
    assert_doubted(f, "faults.0.at=+25h", "fault 'power us-east-1a' lies outside the clock");
    assert_doubted(f, "traffic.shoppers.rate.launch.at=+24h", "the launch of 'shoppers' lies outside the clock");
    assert_doubted(f, "regions.us-east-1.spare-queue={kind: sqs}", "it only costs");
}

/* The envelope: 300/s * (0.9 * 10 ms + 0.1 * 20 ms) = 3.3 reference vCPUs on average. */
static void given_a_mix_when_demand_is_summed_then_it_is_rates_times_means(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, NULL);
    const struct demand_day day = demand_day_of(sc, &f->arena);
    const struct demand cpu = demand_of_service(&day, &sc->services[0], demand_cpu_s, NULL);
    assert_true(cpu.mean > 3.2999 && cpu.mean < 3.3001);
    assert_true(cpu.peak > 3.3 * cpu.mean && cpu.peak_at == 30 * SIM_SECOND);
    /* browse misses a tenth of its gets: 300 * 0.9 * 0.1 * 4 ms */
    const struct demand reads = demand_of_service(&day, NULL, demand_read_s, scenario_component(sc, "catalog-db"));
    assert_true(reads.mean > 0.10799 && reads.mean < 0.10801);
    const struct demand sent = demand_of_queue(&day, scenario_component(sc, "order-events"));
    assert_true(sent.mean > 29.999 && sent.mean < 30.001);
    const struct demand handled = demand_of_service(&day, &sc->services[2], demand_cpu_s, NULL);
    assert_true(handled.mean > 2.9999 && handled.mean < 3.0001);
}

static void given_a_scenario_when_explained_then_everything_is_named_on_two_screens(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, NULL);
    char text[16384];
    FILE *out = tmpfile();
    scenario_explain(sc, out);
    rewind(out);
    text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
    fclose(out);
    int lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_true(lines < 80);
    for (int i = 0; i < sc->component_count; i++)
        assert_non_null(strstr(text, sc->components[i].name));
    assert_non_null(strstr(text, "get cache (90% hit; miss: read catalog-db 4ms, fill)"));
    assert_non_null(strstr(text, "300/s on average"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_sound_scenario_when_checked_then_nothing_is_doubted),
        TEST(given_doubtful_values_when_checked_then_each_is_named_with_a_next_step),
        TEST(given_a_consumer_that_is_too_slow_when_checked_then_the_backlog_is_foreseen),
        TEST(given_impatient_clients_when_checked_then_it_is_doubted),
        TEST(given_a_fault_or_launch_outside_the_clock_when_checked_then_it_never_happens),
        TEST(given_a_mix_when_demand_is_summed_then_it_is_rates_times_means),
        TEST(given_a_scenario_when_explained_then_everything_is_named_on_two_screens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
