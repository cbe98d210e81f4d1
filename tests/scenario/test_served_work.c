/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Below saturation more served work never costs less: the smoke scenario, which has every kind of component, at rates
 * that its smallest fleets carry; its days are simulated, and the year is billed. The price of the next request is never
 * below zero: tiers are marginal, fleets scale with load, and pools of connections only become denser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/cost.h"
#include "models/replicate.h"
#include "pricing/price_book.h"
#include "sim/base/compiler.h"

enum { MONTHS_OF_YEAR = 12 };

struct year {
    uint64_t begun, served;
    int64_t cents[MONTHS_OF_YEAR][BILL_REPLICATIONS];
};

static void take_day(struct costing *costing, struct year *year, uint32_t number)
{
    struct arena task;
    arena_init(&task);
    const struct replication *rep = replicate(costing->sc, 0, number, NULL, &task, NULL, NULL);
    assert_non_null(rep);
    assert_null(rep->violation);
    for (int o = 0; o < rep->operation_count; o++) {
        year->begun += rep->operations[o].begun;
        year->served += rep->operations[o].outcomes[OUTCOME_OK];
    }
    assert_true(costing_take_day(costing, rep, NULL));
    arena_fini(&task);
}

static void simulate_year(struct year *out, const char *mean, const char *seed)
{
    static const char *const regions[] = { "us-east-1" };
    char rate[64];
    snprintf(rate, sizeof rate, "calendar.ordinary.mean=%s", mean);
    const char *const sets[] = { rate, seed };
    struct arena arena;
    struct diag diag;
    struct costing costing;
    arena_init(&arena);
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load("scenarios/smoke.yaml", sets, 2, &arena, &diag);
    const struct price_book *book = price_book_load("pricing/books", regions, 1, &arena, &diag);
    assert_true(sc && book && sc->day_type_count == 1);
    *out = (struct year){ .begun = 0 };
    costing_init(&costing, sc, book, &arena, &diag);
    for (uint32_t r = 0; r < BILL_REPLICATIONS; r++)
        take_day(&costing, out, r);
    assert_true(costing.cost.monthly);
    for (int m = 0; m < MONTHS_OF_YEAR; m++)
        for (int r = 0; r < BILL_REPLICATIONS; r++)
            out->cents[m][r] = costing.cost.months[m].cents[r];
    costing_fini(&costing);
    arena_fini(&arena);
}

static void given_fleets_below_saturation_when_more_is_served_then_no_month_costs_less(void **state)
{
    static const char *const means[] = { "0.05/s", "0.1/s", "0.11/s", "0.3/s" };
    static const char *const seeds[] = { "seed=1", "seed=77" };
    for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
        struct year before = { .served = 0 }, now;
        for (size_t i = 0; i < ARRAY_LEN(means); i++, before = now) {
            simulate_year(&now, means[i], seeds[s]);
            assert_true((double)now.served > 0.999 * (double)now.begun); /* not saturated */
            assert_true(now.served > before.served);
            for (int m = 0; m < MONTHS_OF_YEAR; m++)
                for (int r = 0; r < BILL_REPLICATIONS; r++)
                    assert_true(now.cents[m][r] >= before.cents[m][r]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_fleets_below_saturation_when_more_is_served_then_no_month_costs_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
