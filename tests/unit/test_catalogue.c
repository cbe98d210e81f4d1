/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/catalogue/catalogue.h"

static const int64_t GIB = INT64_C(1) << 30;

static void given_type_names_when_looked_up_then_their_shapes_are_aws(void **state)
{
    const struct shape *m7g = catalogue_instance("m7g.large"), *c7g = catalogue_instance("c7g.medium");
    assert_int_equal(m7g->vcpus, 2);
    assert_int_equal(m7g->memory_bytes, 8 * GIB);
    assert_true(m7g->speed == 1.0);
    assert_int_equal(c7g->vcpus, 1);
    assert_int_equal(c7g->memory_bytes, 2 * GIB);
    assert_int_equal(catalogue_instance("r5.24xlarge")->memory_bytes, 768 * GIB);
    assert_int_equal(catalogue_db("db.r7g.large")->memory_bytes, 16 * GIB);
    assert_int_equal(catalogue_cache("cache.r7g.large")->vcpus, 2);
}

static void given_unknown_names_when_looked_up_then_there_is_none_and_the_nearest_is_named(void **state)
{
    assert_null(catalogue_instance("m7g.lrage"));
    assert_null(catalogue_instance("db.r7g.large"));
    assert_null(catalogue_instance(NULL));
    assert_string_equal(catalogue_nearest("instance", "m7g.lrage"), "m7g.large");
    assert_string_equal(catalogue_nearest("db", "db.r7g.larg"), "db.r7g.large");
    assert_string_equal(catalogue_nearest("cache", "cache.r7.large"), "cache.r7g.large");
    assert_string_equal(catalogue_nearest("region", "us-east1"), "us-east-1");
    assert_null(catalogue_nearest("instance", "z"));
    assert_null(catalogue_nearest("planet", "m7g.large"));
    assert_true(catalogue_is_region("eu-central-1"));
    assert_false(catalogue_is_region("eu-central-9"));
}

/* Graviton: a vCPU is a core. x86: two threads of a core are worth 1.3 of one, idle cores are filled first. */
static void given_busy_vcpus_when_capacity_is_asked_then_threads_share_their_core(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const uint32_t *arm = catalogue_capacity_q16(catalogue_instance("m7g.xlarge"), &arena);
    for (uint32_t k = 0; k <= 4; k++)
        assert_int_equal(arm[k], k * 65536);
    const uint32_t *x86 = catalogue_capacity_q16(catalogue_instance("m6i.xlarge"), &arena);
    assert_int_equal(x86[1], 65536);
    assert_int_equal(x86[2], 2 * 65536);
    assert_int_equal(x86[3], (uint32_t)(2.3 * 65536 + 0.5));
    assert_int_equal(x86[4], (uint32_t)(2.6 * 65536 + 0.5));
    assert_true(catalogue_reference_vcpus(catalogue_instance("m8g.large")) == 2.6);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_type_names_when_looked_up_then_their_shapes_are_aws),
        cmocka_unit_test(given_unknown_names_when_looked_up_then_there_is_none_and_the_nearest_is_named),
        cmocka_unit_test(given_busy_vcpus_when_capacity_is_asked_then_threads_share_their_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
