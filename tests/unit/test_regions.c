/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regions -- one region written like another, what names mean in each, and how far they are from each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/alb.h"
#include "models/asg.h"
#include "models/catalogue/distances.h"
#include "models/journey.h"
#include "models/rds.h"
#include "models/scenario.h"
#include "tests/unit/fixture.h"
#include "tests/unit/small_shop.h"

static const char WEST[] = "regions.us-west-2={like: us-east-1, web-fleet: {size: {min: 2, desired: 2}}}";

static struct scenario *load(struct fixture *f, const char *const *sets, int count)
{
    diag_init(&f->diag, &f->arena);
    return scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", sets, count, &f->arena, &f->diag);
}

static struct scenario *load_west(struct fixture *f, const char *also)
{
    const char *const sets[] = { WEST, also };
    struct scenario *sc = load(f, sets, also ? 2 : 1);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

static void assert_refused(struct fixture *f, const char *set, const char *text)
{
    const char *const sets[] = { WEST, set };
    assert_null(load(f, sets, 2));
    for (int i = 0; i < f->diag.count; i++)
        if (strstr(f->diag.entries[i].message, text) ||
            (f->diag.entries[i].hint && strstr(f->diag.entries[i].hint, text)))
            return;
    diag_print(&f->diag, stderr, false);
    fail_msg("%s: nothing says '%s'", set, text);
}

static void given_a_region_like_another_when_loaded_then_it_has_the_same_with_what_differs(void **state)
{
    const struct scenario *sc = load_west(*state, "regions.us-west-2.web-fleet.size.max=12");
    assert_int_equal(sc->region_count, 2);
    assert_string_equal(sc->regions[1].zone_names[2], "us-west-2c");
    const struct component *west = scenario_component(sc, "us-west-2.web-fleet");
    assert_non_null(west);
    assert_string_equal(west->local, "web-fleet");
    assert_ptr_equal(west->home, scenario_component(sc, "web-fleet"));
    assert_ptr_equal(west->home, scenario_component(sc, "us-east-1.web-fleet"));
    const struct asg_config *config = west->config, *home = west->home->config;
    assert_int_equal(config->size.min, 2);
    assert_int_equal(config->size.max, 12);
    assert_int_equal(config->scaling_count, 1);
    assert_int_equal(home->size.min, 6);
    assert_int_equal(home->size.max, 30);
}

static void given_a_zone_of_the_template_when_copied_then_it_is_the_zone_of_the_same_letter(void **state)
{
    const struct scenario *sc = load_west(*state, NULL);
    const struct component *db = scenario_component(sc, "us-west-2.orders-db");
    assert_string_equal(((const struct rds_config *)db->config)->zone, "us-west-2a");
}

static void given_an_empty_value_when_copied_then_the_component_is_not_there(void **state)
{
    const struct scenario *sc = load_west(*state, "regions.us-west-2.cache=");
    assert_null(scenario_component(sc, "us-west-2.cache"));
    assert_non_null(scenario_component(sc, "cache"));
}

static void given_names_in_a_region_when_resolved_then_they_mean_what_is_there(void **state)
{
    const struct scenario *sc = load_west(*state, NULL);
    const struct component *alb = scenario_component(sc, "us-west-2.alb");
    assert_ptr_equal(((const struct alb_config *)alb->config)->targets.target,
                     scenario_component(sc, "us-west-2.web-fleet"));
    assert_ptr_equal(((const struct alb_config *)alb->home->config)->targets.target,
                     scenario_component(sc, "web-fleet"));
    assert_true(scenario_lives_in(sc, &sc->services[0], &sc->regions[1]));
    assert_ptr_equal(scenario_service_on(sc, scenario_component(sc, "us-west-2.worker-fleet")), &sc->services[2]);
}

/* Customers ask for the same work in both regions: each step has the same place for its draws, and its own target. */
static void given_two_regions_when_compiled_then_steps_have_the_same_places_and_near_targets(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_west(f, "regions.us-west-2.cache=");
    const struct journey_code *code = journey_compile(sc, &f->arena);
    const struct service_code *east = journey_service(code, 0, 0), *west = journey_service(code, 1, 0);
    for (int o = 0; o < sc->services[0].operation_count; o++)
        for (uint32_t s = 0;; s++) {
            const struct step *a = &code->steps[east->first_step[o] + s], *b = &code->steps[west->first_step[o] + s];
            assert_int_equal(a->code, b->code);
            assert_int_equal(a->place, b->place);
            assert_false(a->remote);
            assert_int_equal(b->remote, b->code == CODE_GET || b->code == CODE_FILL); /* the west has no cache */
            if (a->code == CODE_QUERY)
                assert_string_equal(sc->by_kind[KIND_RDS][b->target]->region->name, "us-west-2");
            if (a->code == CODE_ANSWER)
                break;
        }
}

static void given_a_service_without_a_fleet_in_a_region_when_compiled_then_it_does_not_live_there(void **state)
{
    const struct scenario *sc = load_west(*state, "regions.us-west-2.worker-fleet=");
    assert_true(scenario_lives_in(sc, &sc->services[2], &sc->regions[0]));
    assert_false(scenario_lives_in(sc, &sc->services[2], &sc->regions[1]));
}

static void given_regions_that_do_not_fit_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "regions.us-west-2.like=us-west-1", "which is not written before it");
    assert_refused(f, "regions.us-east-1.like=us-west-2", "the first region is written out");
    assert_refused(f, "regions.us-west-2.alb.targets=web-flet", "did you mean 'web-fleet'?");
    assert_refused(f, "regions.us-west-2.order-events=", "would consume 'order-events' too");
    assert_refused(f, "regions.us-west-2.web-fleet.size.desired=40", "size of 'us-west-2.web-fleet'");
    assert_refused(f, "faults.0.zone=us-west-2z", "which does not exist");
    assert_refused(f, "regions.me-central-1={like: us-east-1}", "not in the tables");
}

static void given_a_path_with_a_region_when_resolved_then_it_is_that_component(void **state)
{
    const struct scenario *sc = load_west(*state, "faults=[{at: +1h, component: us-west-2.web-fleet, kind: crash}]");
    assert_ptr_equal(sc->faults[0].component.target, scenario_component(sc, "us-west-2.web-fleet"));
}

/* AWS behaviour, sec. 2.2: the pairs by which the order of the table was recognised. */
static void given_two_regions_when_their_distance_is_asked_then_it_is_the_table_s(void **state)
{
    (void)state;
    assert_true(distances_rtt_ms("us-east-1", "us-west-2") == 63.5);
    assert_true(distances_rtt_ms("us-west-2", "us-east-1") == 63.5);
    assert_true(distances_rtt_ms("us-east-1", "eu-west-1") == 69.5);
    assert_true(distances_rtt_ms("eu-west-2", "eu-west-1") == 13.0);
    assert_true(distances_rtt_ms("us-east-1", "us-east-1") == 0.0);
    assert_true(distances_rtt_ms("us-east-1", "nowhere") < 0.0);
}

static void given_viewers_of_a_geography_when_their_regions_are_summed_then_all_are_somewhere(void **state)
{
    (void)state;
    const struct distances_anchor *a = distances_anchors();
    while (a->geography) {
        const char *geography = a->geography;
        double sum = 0.0;
        for (; a->geography && !strcmp(a->geography, geography); a++) {
            assert_true(distances_rtt_ms(a->region, "us-east-1") >= 0.0);
            sum += a->share;
        }
        assert_true(sum > 1.0 - 1e-9 && sum < 1.0 + 1e-9);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_region_like_another_when_loaded_then_it_has_the_same_with_what_differs),
        TEST(given_a_zone_of_the_template_when_copied_then_it_is_the_zone_of_the_same_letter),
        TEST(given_an_empty_value_when_copied_then_the_component_is_not_there),
        TEST(given_names_in_a_region_when_resolved_then_they_mean_what_is_there),
        TEST(given_two_regions_when_compiled_then_steps_have_the_same_places_and_near_targets),
        TEST(given_a_service_without_a_fleet_in_a_region_when_compiled_then_it_does_not_live_there),
        TEST(given_regions_that_do_not_fit_when_loaded_then_it_is_said),
        TEST(given_a_path_with_a_region_when_resolved_then_it_is_that_component),
        TEST(given_two_regions_when_their_distance_is_asked_then_it_is_the_table_s),
        TEST(given_viewers_of_a_geography_when_their_regions_are_summed_then_all_are_somewhere),
    };
    return cmocka_run_group_tests_name("regions", tests, NULL, NULL);
}
