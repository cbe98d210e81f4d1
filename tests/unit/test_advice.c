/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * advice: no size on a grid is cheaper than the advised one, as months are billed; what is written down to be pasted is
 * what was advised; a mix is billed as it was promised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "analysis/advice.h"
#include "analysis/committed.h"
#include "pricing/price_book.h"
#include "sim/base/text.h"
#include "tests/unit/synthetic_day.h"

#define HOUR_NS INT64_C(3600000000000)

enum { KEYS = 6, HOURS = 24 };

struct fixture {
    struct arena arena;
    struct diag diag;
    struct scenario *sc;
    const struct price_book *book, *terms;
    struct costing costing;
    struct commitments present;
    struct advice advice;
};

#define KEY(svc, type, attributes, name, where) \
    { \
        svc, type, attributes, name, "us-east-1", where, "", "web", USAGE_NANOSECONDS \
    }

static const struct usage_key keys[KEYS] = {
    KEY("AmazonEC2", "BoxUsage:m7g.large", "", "web", "us-east-1a"),
    KEY("AmazonEC2", "BoxUsage:m7g.large", "", "web", "us-east-1b"),
    KEY("AmazonEC2", "BoxUsage:c7g.xlarge", "", "workers", "us-east-1a"),
    KEY("AmazonRDS", "Multi-AZUsage:db.m7g.large", "engine=PostgreSQL", "orders", ""),
    KEY("AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey", "cache", "us-east-1c"),
    KEY("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", "alb", ""),
};

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* A day whose fleets breathe at random, more on busier days; databases and caches stand still. */
static struct replication *random_day(struct fixture *f, int day_type, uint32_t number, uint64_t *seed)
{
    atomic_bool stop;
    _Atomic int64_t progress;
    atomic_init(&stop, false);
    struct replication *const rep = synthetic_replicate(f->sc, day_type, number, NULL, &f->arena, &progress, &stop);
    rep->usage_count = 0;
    rep->usage = ARENA_ARRAY(&f->arena, struct usage, KEYS * HOURS);
    for (int hour = 0; hour < HOURS; hour++)
        for (int k = 0; k < KEYS; k++) {
            const int64_t fleet = HOUR_NS * (1 + day_type) + (int64_t)(next(seed) % 4000) * (HOUR_NS / 1000);
            const int64_t still = k == 4 ? 3 * HOUR_NS : HOUR_NS;
            rep->usage[rep->usage_count++] = (struct usage){ &keys[k], hour, k < 3 ? fleet : still, 1000000 };
        }
    return rep;
}

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1" };
    struct fixture *f = calloc(1, sizeof *f);
    uint64_t seed = 7;
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->sc = synthetic_scenario(&f->arena);
    f->book = price_book_load("pricing/books", regions, 1, &f->arena, &f->diag);
    f->terms = price_terms_load("pricing/books", regions, 1, &f->arena, &f->diag);
    *state = f;
    if (!f->book || !f->terms)
        return -1;
    costing_init(&f->costing, f->sc, f->book, &f->arena, &f->diag);
    f->costing.commitments = &f->present;
    bool ok = true;
    for (int d = 0; d < f->sc->day_type_count; d++)
        for (uint32_t r = 0; r < BILL_REPLICATIONS; r++)
            ok = costing_take_day(&f->costing, random_day(f, d, r, &seed), NULL) && ok;
    ok = ok && advise(&f->advice, &f->costing, f->terms, &f->arena);
    diag_print(&f->diag, stderr, false);
    return ok ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    costing_fini(&f->costing);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

/* All months of both replications, before cents; *rounded: in cents. */
static double billed_usd(struct fixture *f, const struct commitment *list, size_t count, double *rounded)
{
    const struct commitments commitments = { .list = list, .count = count, .terms = f->terms };
    struct costing costing = f->costing;
    money exact = 0;
    int64_t cents = 0;
    costing.commitments = &commitments;
    for (int month = 1; month <= MONTHS; month++)
        for (int r = 0; r < BILL_REPLICATIONS; r++) {
            struct arena scratch;
            struct bill bill;
            arena_init(&scratch);
            int64_t *days_e6 = ARENA_ARRAY(&scratch, int64_t, f->sc->day_type_count * BILL_REPLICATIONS);
            for (int d = 0; d < f->sc->day_type_count; d++)
                days_e6[d * BILL_REPLICATIONS + r] = costing.cost.calendar.days_e6[month - 1][d];
            const struct month_usage usage = costing_month_usage(&costing, month, days_e6, &scratch);
            assert_true(costing_bill_month(&bill, &costing, &usage, &scratch));
            for (size_t i = 0; i < bill.line_count; i++)
                exact += bill.lines[i].exact;
            cents += bill.total_cents;
            arena_fini(&scratch);
        }
    if (rounded)
        *rounded = (double)cents / 100 / BILL_REPLICATIONS;
    return (double)exact / (double)MONEY_PER_USD / BILL_REPLICATIONS;
}

static double with_size(struct fixture *f, struct commitment c, int64_t steps)
{
    if (c.kind == COMMITMENT_RESERVED)
        c.count = steps;
    else
        c.usd_per_hour = steps * (MONEY_PER_USD / 1000);
    return billed_usd(f, &c, steps > 0, NULL);
}

static void given_a_commitment_alone_when_its_size_is_varied_then_no_other_is_cheaper(void **state)
{
    enum { GRID = 6 };
    static const double SLACK_USD = 1e-3; /* 1e-10 USD of 72 kinds of hours and 24 bills, and doubles */
    struct fixture *f = *state;
    assert_true(f->advice.count >= 6);
    for (size_t i = 0; i < f->advice.count; i++) {
        const struct commitment *const c = &f->advice.list[i].commitment;
        const int64_t best = c->kind == COMMITMENT_RESERVED ? c->count
                                                            : (int64_t)(c->usd_per_hour / (MONEY_PER_USD / 1000));
        const double cheapest = with_size(f, *c, best), none = with_size(f, *c, 0);
        assert_true(fabs(none - cheapest - f->advice.list[i].saving_usd) < SLACK_USD);
        for (int64_t near = -1; near <= 1; near++)
            assert_true(best + near < 0 || with_size(f, *c, best + near) >= cheapest - SLACK_USD);
        for (int64_t g = 1; g <= GRID; g++)
            assert_true(with_size(f, *c, 2 * best * g / GRID) >= cheapest - SLACK_USD);
    }
}

static void given_a_size_when_it_grows_then_the_year_is_convex_in_it(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->advice.count; i++) {
        const struct commitment *const c = &f->advice.list[i].commitment;
        if (c->kind == COMMITMENT_RESERVED)
            continue;
        double usd[3] = { 0 };
        for (int64_t step = 0; step <= 6; step++) {
            usd[0] = usd[1], usd[1] = usd[2];
            usd[2] = with_size(f, *c, step * 80);
            if (step >= 2)
                assert_true(usd[0] + usd[2] - 2 * usd[1] > -1e-3);
        }
    }
}

static void given_a_mix_when_billed_then_it_costs_what_was_promised_and_no_less_is_saved_than_alone(void **state)
{
    struct fixture *f = *state;
    double before;
    billed_usd(f, NULL, 0, &before);
    assert_true(fabs(before - f->advice.year_usd) < 1e-6);
    for (int m = 0; m < ADVICE_MIXES; m++) {
        const struct advised_mix *const mix = &f->advice.mixes[m];
        struct commitment *all = ARENA_ARRAY(&f->arena, struct commitment, mix->count + 1);
        double after;
        assert_true(mix->count >= 2);
        for (size_t i = 0; i < mix->count; i++) {
            all[i] = mix->list[i].commitment;
            assert_true(all[i].years <= mix->years);
        }
        billed_usd(f, all, mix->count, &after);
        assert_true(fabs(after - mix->year_usd) < 1e-6);
        assert_true(fabs(before - after - mix->saving_usd) < 1e-6);
        for (size_t i = 0; i < f->advice.count; i++) /* a cent a line and bill of rounding */
            assert_true(f->advice.list[i].commitment.years > mix->years ||
                        mix->saving_usd > f->advice.list[i].saving_usd - 5);
    }
}

/* With a fifth less usage an optimum saves less, and never more than with all of it. */
static void given_less_usage_when_committed_then_less_is_saved(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->advice.count; i++) {
        const struct advised *const a = &f->advice.list[i];
        assert_true(a->dropped_usd[0] <= a->saving_usd + 1e-3 && a->dropped_usd[1] <= a->dropped_usd[0] + 1e-3);
        assert_true(a->least_usd <= a->saving_usd && a->saving_usd <= a->most_usd);
    }
}

/* Months alike but for their length, that together have a drawn year's days; before cents. */
static double drawn_year_usd(struct fixture *f, const struct commitments *commitments, int year)
{
    struct costing costing = f->costing;
    struct arena scratch;
    money exact = 0;
    costing.commitments = commitments;
    arena_init(&scratch);
    const int count = f->sc->day_type_count * BILL_REPLICATIONS;
    int64_t *year_e6 = ARENA_ARRAY(&scratch, int64_t, count), *days_e6 = ARENA_ARRAY(&scratch, int64_t, count);
    year_days(year_e6, &costing, year);
    for (int month = 1; month <= MONTHS; month++) {
        struct bill bill;
        for (int i = 0; i < count; i++)
            days_e6[i] = year_e6[i] * costing.cost.calendar.days[month - 1] / 365;
        const struct month_usage usage = costing_month_usage(&costing, month, days_e6, &scratch);
        assert_true(costing_bill_month(&bill, &costing, &usage, &scratch));
        for (size_t i = 0; i < bill.line_count; i++)
            exact += bill.lines[i].exact;
    }
    arena_fini(&scratch);
    return (double)exact / (double)MONEY_PER_USD;
}

/* What is saved hour by hour may be added up by days: the quantiles are those of years that are billed whole. */
static void given_drawn_years_when_billed_whole_then_the_quantiles_of_the_saving_are_the_same(void **state)
{
    struct fixture *f = *state;
    const struct advised *const advised = &f->advice.list[0];
    const struct commitments none = { .terms = f->terms },
                             one = { .list = &advised->commitment, .count = 1, .terms = f->terms };
    int64_t cents[YEARS_DRAWN];
    for (int year = 0; year < YEARS_DRAWN; year++)
        cents[year] = llround((drawn_year_usd(f, &none, year) - drawn_year_usd(f, &one, year)) * 100);
    const struct spread billed = year_spread(cents);
    assert_true(billed.p5 < billed.p95);
    assert_true(fabs(advised->drawn.p5 - billed.p5) < 0.05); /* cents of a line, and millionths of days */
    assert_true(fabs(advised->drawn.p50 - billed.p50) < 0.05);
    assert_true(fabs(advised->drawn.p95 - billed.p95) < 0.05);
    assert_true(advised->drawn.p5 <= advised->saving_usd && advised->saving_usd <= advised->drawn.p95);
}

static void given_what_is_advised_already_when_advised_again_then_nothing_is_left(void **state)
{
    struct fixture *f = *state;
    const struct advised_mix *const mix = &f->advice.mixes[0];
    struct commitment *all = ARENA_ARRAY(&f->arena, struct commitment, mix->count + 1);
    for (size_t i = 0; i < mix->count; i++)
        all[i] = mix->list[i].commitment;
    f->present = (struct commitments){ .list = all, .count = mix->count, .terms = f->terms };
    struct advice again;
    assert_true(advise(&again, &f->costing, f->terms, &f->arena));
    f->present = (struct commitments){ 0 };
    assert_true(fabs(again.year_usd - mix->year_usd) < 1e-6);
    for (size_t i = 0; i < again.count; i++)
        assert_true(again.list[i].commitment.years == 3); /* longer terms are cheaper still */
}

static void given_an_advice_when_its_block_is_read_then_it_is_what_was_advised(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->advice.count; i++) {
        const struct commitment *const c = &f->advice.list[i].commitment;
        const char *const text = arena_printf(&f->arena, "%s: [%s]\n",
                                              c->kind == COMMITMENT_RESERVED ? "reserved" : "savings_plans",
                                              committed_yaml(c, &f->arena));
        const struct node *root = yaml_parse("pasted.yaml", text, strlen(text), &f->arena, &f->diag);
        struct commitments_config *config = ARENA_NEW(&f->arena, struct commitments_config);
        struct param_reader reader;
        param_reader_init(&reader, &f->arena, &f->diag, "test", ".");
        assert_true(root && param_read(&reader, commitments_params, root, "the block", config));
        assert_true(commitments_check(config, NULL, &f->diag));
        const struct commitments read = committed(config, f->terms, &f->arena);
        assert_int_equal(read.count, 1);
        assert_string_equal(commitment_text(&read.list[0], &f->arena), commitment_text(c, &f->arena));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_commitment_alone_when_its_size_is_varied_then_no_other_is_cheaper),
        cmocka_unit_test(given_a_size_when_it_grows_then_the_year_is_convex_in_it),
        cmocka_unit_test(given_a_mix_when_billed_then_it_costs_what_was_promised_and_no_less_is_saved_than_alone),
        cmocka_unit_test(given_less_usage_when_committed_then_less_is_saved),
        cmocka_unit_test(given_drawn_years_when_billed_whole_then_the_quantiles_of_the_saving_are_the_same),
        cmocka_unit_test(given_what_is_advised_already_when_advised_again_then_nothing_is_left),
        cmocka_unit_test(given_an_advice_when_its_block_is_read_then_it_is_what_was_advised),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
