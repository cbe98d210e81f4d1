/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gate in front of a station: limited places, limited waiting. Mean service 1 s throughout. */
#include "tests/theory/queue_sim.h"

enum { SEED = 20241129, CUSTOMERS = 50000 };

/* M/M/c/c: Erlang B. [KLE-1] sec. 3.6 */
static const struct queue_case loss_system = {
    .discipline = STATION_FCFS,
    .servers = 10,
    .gate_limit = 10,
    .gate_backlog = 0,
    .lambda_per_s = 8.0,
    .service = "exp(1s)",
    .customers = 2 * CUSTOMERS,
};

static void given_as_many_places_as_servers_when_all_are_taken_then_the_loss_is_erlang_b(void **state)
{
    const struct queue_cis ci = queue_cis_of(&loss_system, SEED);
    assert_ci_covers(ci.lost, erlang_b(10, 8.0), 0.015);
    assert_ci_covers(ci.sojourn_s, 1.0, 0.005);
    assert_ci_covers(ci.number, 8.0 * (1.0 - erlang_b(10, 8.0)), 0.005);
}

static void given_servers_two_percent_slow_when_calls_are_lost_then_the_oracle_notices(void **state)
{
    struct queue_case mutant = loss_system;
    mutant.speed = 0.98;
    assert_ci_misses(queue_cis_of(&mutant, SEED).lost, erlang_b(10, 8.0));
}

/* Erlang B depends on the service through its mean only. */
static void given_any_service_when_calls_are_lost_then_the_loss_is_erlang_b(void **state)
{
    const char *services[] = { "1s", "lognormal(mean=1s cv=2)" };
    for (uint64_t i = 0; i < ARRAY_LEN(services); i++) {
        struct queue_case c = loss_system;
        c.service = services[i];
        assert_ci_covers(queue_cis_of(&c, SEED + 1 + i).lost, erlang_b(10, 8.0), 0.02);
    }
}

/* M/M/c/K as workers with a backlog: c places, K - c may wait in front of the gate. [KLE-1] sec. 3.7 */
static void given_workers_with_a_backlog_when_it_is_full_then_it_is_mmck(void **state)
{
    enum { SERVERS = 2, PLACES = 6 };
    const double lambda_per_s = 1.8;
    double death_per_s[PLACES + 1], p[PLACES + 1], number = 0.0;
    for (int n = 0; n <= PLACES; n++)
        death_per_s[n] = n < SERVERS ? n : SERVERS;
    birth_death(lambda_per_s, death_per_s, PLACES + 1, p);
    for (int n = 0; n <= PLACES; n++)
        number += n * p[n];
    /* the same with sharing behind the gate: workers are limited, not servers */
    const enum discipline disciplines[] = { STATION_FCFS, STATION_PROCESSOR_SHARING };
    for (uint64_t i = 0; i < ARRAY_LEN(disciplines); i++) {
        const struct queue_case c = { .discipline = disciplines[i],
                                      .servers = SERVERS,
                                      .gate_limit = SERVERS,
                                      .gate_backlog = PLACES - SERVERS,
                                      .lambda_per_s = lambda_per_s,
                                      .service = "exp(1s)",
                                      .customers = CUSTOMERS };
        const struct queue_cis ci = queue_cis_of(&c, SEED + 10 + i);
        assert_ci_covers(ci.lost, p[PLACES], 0.02);
        assert_ci_covers(ci.number, number, 0.01);
        assert_ci_covers(ci.sojourn_s, number / (lambda_per_s * (1.0 - p[PLACES])), 0.01);
    }
}

/*
 * More workers than servers, all sharing the CPUs, and a backlog: the default physics of a service. With exponential
 * demands the number inside is again M/M/c/K, whoever of those inside is served.
 */
static void given_more_workers_than_servers_when_shared_then_the_loss_is_mmcks(void **state)
{
    enum { SERVERS = 2, WORKERS = 5, BACKLOG = 3, PLACES = WORKERS + BACKLOG };
    const double lambda_per_s = 1.9;
    double death_per_s[PLACES + 1], p[PLACES + 1];
    for (int n = 0; n <= PLACES; n++)
        death_per_s[n] = n < SERVERS ? n : SERVERS;
    birth_death(lambda_per_s, death_per_s, PLACES + 1, p);
    const struct queue_case c = { .discipline = STATION_PROCESSOR_SHARING,
                                  .servers = SERVERS,
                                  .gate_limit = WORKERS,
                                  .gate_backlog = BACKLOG,
                                  .lambda_per_s = lambda_per_s,
                                  .service = "exp(1s)",
                                  .customers = CUSTOMERS };
    assert_ci_covers(queue_cis_of(&c, SEED + 20).lost, p[PLACES], 0.025);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_as_many_places_as_servers_when_all_are_taken_then_the_loss_is_erlang_b),
        cmocka_unit_test(given_servers_two_percent_slow_when_calls_are_lost_then_the_oracle_notices),
        cmocka_unit_test(given_any_service_when_calls_are_lost_then_the_loss_is_erlang_b),
        cmocka_unit_test(given_workers_with_a_backlog_when_it_is_full_then_it_is_mmck),
        cmocka_unit_test(given_more_workers_than_servers_when_shared_then_the_loss_is_mmcks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
