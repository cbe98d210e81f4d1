/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How traffic moves when a name's answer changes at t = 0, against renewal theory. A resolver is asked in a Poisson
 * stream of rate lambda and keeps an answer for T. Of its clients that ask at t, those get the new answer whose
 * resolver asked after 0: who finds nothing kept is 1 / (1 + lambda T) of all, and the age of what the others find is
 * uniform over (0, T) [JBB-03], so
 *
 *   P(new answer at t) = (1 + lambda min(t, T)) / (1 + lambda T)
 *
 * Busy resolvers move on a straight line, done at T; quiet ones jump at once.
 */
#include "tests/theory/oracle.h"

#include "models/route53.h"

enum { REPLICATIONS = 1000, OF_EACH = 25 };

static const double RATES_PER_S[] = { 0.02, 0.1, 0.5, 2.0 }, TTL_S = 60.0, BEFORE_S = 500.0;
enum { CLASSES = sizeof RATES_PER_S / sizeof RATES_PER_S[0], RESOLVERS = CLASSES * OF_EACH };

static double theory(double t_s)
{
    double moved = 0.0, all = 0.0;
    for (int c = 0; c < CLASSES; c++) {
        const double lambda = RATES_PER_S[c], age_s = t_s < TTL_S ? t_s : TTL_S;
        moved += lambda * (1.0 + lambda * age_s) / (1.0 + lambda * TTL_S);
        all += lambda;
    }
    return moved / all;
}

/* One resolver's clients: those who ask within half a second of t, and of them those who get the new answer. */
static void ask(struct route53 *zone, uint32_t resolver, uint32_t number, double t_s, double *asked, double *moved)
{
    const struct draw_key key = draw_key_make(11, number);
    const double rate = RATES_PER_S[resolver / OF_EACH];
    uint64_t queries = 0;
    uint32_t n = 0;
    zone->health[0].answered = true;
    for (double at = 0.0;;) {
        at -= log(draw_unit(draw_at(key, resolver, 1, n++).a)) / rate;
        if (at > BEFORE_S + t_s + 0.5)
            return;
        zone->health[0].answered = at < BEFORE_S;
        const int record = route53_resolve(zone, resolver, (sim_time)(at * 1e9), NULL, &queries);
        if (at < BEFORE_S + t_s - 0.5)
            continue;
        ++*asked;
        *moved += record;
    }
}

static struct ci share_moved(double t_s)
{
    static struct route53_target targets[2];
    const struct route53_config config = { .policy = ROUTE53_FAILOVER,
                                           .ttl = (sim_time)(TTL_S * 1e9),
                                           .records = targets,
                                           .record_count = 2,
                                           .health = { .checkers = 1, .failures = 1 } };
    static double share[REPLICATIONS];
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        struct arena arena;
        arena_init(&arena);
        struct route53 zone;
        double asked = 0.0, moved = 0.0;
        route53_init(&zone, &arena, &config, RESOLVERS, draw_key_make(3, i));
        for (uint32_t r = 0; r < RESOLVERS; r++)
            ask(&zone, r, i, t_s, &asked, &moved);
        share[i] = moved / asked;
        arena_fini(&arena);
    }
    return ci_of_mean(share, REPLICATIONS, ORACLE_LEVEL);
}

static void given_resolvers_that_keep_answers_when_the_answer_changes_then_traffic_moves_as_theory_says(void **state)
{
    (void)state;
    assert_ci_covers(share_moved(15.0), theory(15.0), 0.04);
    assert_ci_covers(share_moved(30.0), theory(30.0), 0.025);
    assert_ci_covers(share_moved(45.0), theory(45.0), 0.025);
    assert_ci_misses(share_moved(30.0), theory(30.0 * 1.04));
    assert_true(share_moved(61.0).mean == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_resolvers_that_keep_answers_when_the_answer_changes_then_traffic_moves_as_theory_says),
    };
    return cmocka_run_group_tests_name("theory of names", tests, NULL, NULL);
}
