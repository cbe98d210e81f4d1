/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounds where there is no formula: ten servers behind a dispatcher. Same customers, same demands: more knowledge is
 * better, and no policy beats the single line M/M/10. What has a formula is in the table of test_theory_oracles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/oracles/fleet_model.h"
#include "analysis/oracles/formulas.h"

static double alone_sojourn(const struct experiment *e, double at)
{
    const struct fleet_model *m = e->model;
    return mmc_sojourn_s(1, m->load, 1.0);
}

static struct ci sojourn_of(enum dispatch_policy policy)
{
    const struct fleet_model model = { .policy = policy, .servers = 10, .load = 0.8, .customers = 40000 };
    const struct experiment e = { .system = "ten servers", /* the seed: one for all policies */
                                  .kind = &fleet_kind,
                                  .model = &model,
                                  .replications = 30,
                                  .oracles = { { FLEET_SOJOURN, 0, alone_sojourn, "", "", 1.0, 0.0 } } };
    struct oracle_result result;
    experiment_run(&e, 1.0, 0, &result);
    return result.ci;
}

static void given_four_policies_when_compared_then_knowledge_shortens_the_wait(void **state)
{
    const enum dispatch_policy in_order[] = { DISPATCH_LEAST_OUTSTANDING, DISPATCH_POWER_OF_TWO, DISPATCH_ROUND_ROBIN,
                                              DISPATCH_RANDOM };
    double last_upper_s = mmc_sojourn_s(10, 8.0, 1.0);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        const struct ci ci = sojourn_of(in_order[i]);
        assert_true(ci.lo > last_upper_s);
        last_upper_s = ci.hi;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_four_policies_when_compared_then_knowledge_shortens_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
