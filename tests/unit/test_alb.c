/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/alb.h"

struct fixture {
    struct arena arena;
    struct alb_config config;
    struct alb alb;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){ 0 };
    arena_init(&f.arena);
    f.config.health.unhealthy = 2;
    f.config.health.healthy = 3;
    f.config.cross_zone = true;
    f.config.ttl = 60 * SIM_SECOND;
    alb_init(&f.alb, &f.arena, &f.config, 3);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    arena_fini(&((struct fixture *)*state)->arena);
    return 0;
}

static void given_a_new_target_when_one_check_passes_then_that_node_finds_it_healthy(void **state)
{
    struct fixture *f = *state;
    alb_register(&f->alb, 0, 7, 0, false);
    assert_false(alb_sees_healthy(&f->alb, 7));
    assert_int_equal(alb_check_result(&f->alb, 0, 1, 7, true), ALB_BECAME_HEALTHY);
    assert_true(alb_sees_healthy(&f->alb, 7));
    assert_int_equal(f->alb.nodes[0].healthy, 0);
    assert_int_equal(f->alb.nodes[1].healthy, 1);
}

static void given_a_healthy_target_when_it_fails_twice_in_a_row_then_it_is_unhealthy(void **state)
{
    struct fixture *f = *state;
    alb_register(&f->alb, 0, 1, 0, true);
    alb_register(&f->alb, 0, 2, 1, true);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, false), ALB_SAME);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, true), ALB_SAME); /* the streak is broken */
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, false), ALB_SAME);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, false), ALB_BECAME_UNHEALTHY);
    for (int i = 0; i < 10; i++)
        assert_int_equal(dispatcher_pick(&f->alb.nodes[0].targets, (uint64_t)i << 60), 2);
}

static void given_an_unhealthy_target_when_it_passes_three_times_then_it_is_healthy_again(void **state)
{
    struct fixture *f = *state;
    alb_register(&f->alb, 0, 1, 0, true);
    alb_check_result(&f->alb, 0, 0, 1, false);
    alb_check_result(&f->alb, 0, 0, 1, false);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, true), ALB_SAME);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, true), ALB_SAME);
    assert_int_equal(alb_check_result(&f->alb, 0, 0, 1, true), ALB_BECAME_HEALTHY);
}

static void given_no_healthy_target_when_a_node_picks_then_it_fails_open(void **state)
{
    struct fixture *f = *state;
    alb_register(&f->alb, 0, 1, 0, false);
    alb_register(&f->alb, 0, 2, 1, false);
    bool seen[3] = { false };
    for (int i = 0; i < 4; i++)
        seen[dispatcher_pick(&f->alb.nodes[0].targets, 0)] = true;
    assert_true(seen[1] && seen[2]);
}

static void given_no_target_when_a_node_picks_then_there_is_none(void **state)
{
    struct fixture *f = *state;
    alb_register(&f->alb, 0, 1, 0, true);
    alb_deregister(&f->alb, 0, 1);
    assert_int_equal(dispatcher_pick(&f->alb.nodes[0].targets, 0), DISPATCHER_NONE);
}

static void given_cross_zone_is_off_when_a_target_joins_then_only_its_zone_knows_it(void **state)
{
    struct fixture *f = *state;
    f->config.cross_zone = false;
    alb_register(&f->alb, 0, 1, 2, true);
    assert_false(alb_knows(&f->alb, 0, 1));
    assert_true(alb_knows(&f->alb, 2, 1));
}

/* A resolver keeps what it got for its TTL: a minute after a node has left the record nobody asks for it any more. */
static void given_a_node_out_of_the_record_when_its_ttl_is_over_then_nobody_uses_it(void **state)
{
    struct fixture *f = *state;
    const sim_time out = 3600 * SIM_SECOND;
    alb_leave_record(&f->alb, 1, out);
    int used_just_after = 0;
    for (uint32_t r = 0; r < 64; r++)
        for (uint64_t bits = 0; bits < 16; bits++) {
            used_just_after += alb_resolve(&f->alb, out + SIM_SECOND, r, bits << 60) == 1;
            assert_int_not_equal(alb_resolve(&f->alb, out + 60 * SIM_SECOND, r, bits << 60), 1);
        }
    assert_true(used_just_after > 0);
}

static void given_cross_zone_is_off_when_a_zone_has_no_healthy_target_then_it_leaves_the_record(void **state)
{
    struct fixture *f = *state;
    f->config.cross_zone = false;
    alb_register(&f->alb, 0, 1, 0, true);
    alb_register(&f->alb, 0, 2, 1, true);
    alb_register(&f->alb, 0, 3, 2, true);
    const sim_time lost = 3600 * SIM_SECOND;
    alb_check_result(&f->alb, lost, 1, 2, false);
    alb_check_result(&f->alb, lost, 1, 2, false);
    for (uint64_t bits = 0; bits < 16; bits++)
        assert_int_not_equal(alb_resolve(&f->alb, lost + 60 * SIM_SECOND, 5, bits << 60), 1);
}

static void given_every_node_out_of_the_record_when_a_client_asks_then_all_are_returned(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++)
        alb_leave_record(&f->alb, i, 0);
    bool seen[3] = { false };
    for (uint64_t bits = 0; bits < 16; bits++)
        seen[alb_resolve(&f->alb, 500 * SIM_SECOND, 1, bits << 60)] = true;
    assert_true(seen[0] && seen[1] && seen[2]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(given_a_new_target_when_one_check_passes_then_that_node_finds_it_healthy),
        TEST(given_a_healthy_target_when_it_fails_twice_in_a_row_then_it_is_unhealthy),
        TEST(given_an_unhealthy_target_when_it_passes_three_times_then_it_is_healthy_again),
        TEST(given_no_healthy_target_when_a_node_picks_then_it_fails_open),
        TEST(given_no_target_when_a_node_picks_then_there_is_none),
        TEST(given_cross_zone_is_off_when_a_target_joins_then_only_its_zone_knows_it),
        TEST(given_a_node_out_of_the_record_when_its_ttl_is_over_then_nobody_uses_it),
        TEST(given_cross_zone_is_off_when_a_zone_has_no_healthy_target_then_it_leaves_the_record),
        TEST(given_every_node_out_of_the_record_when_a_client_asks_then_all_are_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
