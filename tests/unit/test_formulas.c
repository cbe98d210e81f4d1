/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory itself, where two ways lead to the same number: formulas.h, chains.h and laws.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/oracles/chains.h"
#include "analysis/oracles/formulas.h"

#define assert_near(actual, expected, error) assert_true(fabs((actual) - (expected)) <= (error))

/* Loads at which one call in a hundred is lost, as Erlang's tables print them, to the digit printed. */
static void given_the_tables_of_erlang_when_compared_then_one_call_in_a_hundred_is_lost(void **state)
{
    static const struct {
        int servers;
        double load;
    } rows[] = { { 1, 0.0101 }, { 5, 1.361 }, { 10, 4.461 }, { 20, 12.03 }, { 50, 37.90 }, { 100, 84.06 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_near(erlang_b(rows[i].servers, rows[i].load), 0.01, 1e-4);
}

static void given_one_server_when_an_arrival_waits_then_the_probability_is_the_load(void **state)
{
    assert_near(erlang_c(1, 0.7), 0.7, 1e-14);
    assert_near(gm1_sigma(&(const struct law){ LAW_GAMMA, "", 1.0 / 0.7, 1.0 }), 0.7, 1e-12);
}

static void given_exponential_services_when_the_transform_is_inverted_then_it_is_mm1(void **state)
{
    for (double t = 0.5; t < 20.0; t *= 2.0) {
        assert_near(mg1_beyond(0.6, &law_exponential_1s, t), exp(-0.4 * t), 1e-7);
        assert_near(mmc_beyond(1, 0.6, t), exp(-0.4 * t), 1e-12);
    }
}

/* The tail of a uniform service's sojourn, integrated, is its mean. */
static void given_a_tail_when_integrated_then_it_is_the_mean_of_pollaczek_and_khinchine(void **state)
{
    const struct law uniform = { LAW_UNIFORM, "", 1.0, 0.27 };
    double mean = 0.0;
    for (double t = 0.005; t < 40.0; t += 0.01)
        mean += 0.01 * mg1_beyond(0.6, &uniform, t);
    assert_near(mean, mg1_sojourn_s(0.6, &uniform), 1e-4);
    mean = 1.0; /* nobody leaves before 1 s */
    for (double t = 1.005; t < 20.0; t += 0.01)
        mean += 0.01 * md1_beyond(0.6, t);
    assert_near(mean, mg1_sojourn_s(0.6, &(const struct law){ LAW_CONSTANT, "", 1.0, 0.0 }), 1e-3);
}

static void given_one_server_of_constant_services_when_the_chain_is_solved_then_it_is_the_formula(void **state)
{
    const struct law constant = { LAW_CONSTANT, "", 1.0, 0.0 };
    assert_near(mdc_number(1, 0.7), 0.7 * mg1_sojourn_s(0.7, &constant), 1e-9);
    assert_near(groups_constant_sojourn_s(0.7, 1), mg1_sojourn_s(0.7, &constant), 1e-12);
    assert_near(groups_exponential_number(0.7, 1), 0.7 / 0.3, 1e-12);
    assert_near(random_groups_number(0.7, 1.0, 0.0), 0.7 / 0.3, 1e-12);
    assert_near(random_groups_number(0.175, 4.0, 0.0), groups_exponential_number(0.175, 4), 1e-12);
}

static void given_neither_breakdowns_nor_bursts_when_compared_then_it_is_mm1(void **state)
{
    assert_near(breakdowns_number(0.5, 1e-12, 1.0), 1.0, 1e-9);
    assert_near(bursts_number(0.5, 0.5, 2.0, 6.0), 1.0, 1e-9);
}

/* Two stations, one server each: mean values against the birth-death process of their common population. */
static void given_two_stations_when_closed_then_mean_values_are_those_of_birth_and_death(void **state)
{
    enum { POPULATION = 6 };
    double birth[POPULATION + 1], death[POPULATION + 1], p[POPULATION + 1], number = 0.0;
    for (int n = 0; n <= POPULATION; n++) {
        birth[n] = (POPULATION - n) / 5.0;
        death[n] = 1.0;
    }
    birth_death(birth, death, POPULATION + 1, p);
    for (int n = 0; n <= POPULATION; n++)
        number += n * p[n];
    const double demand_s[] = { 1.0, 5.0 };
    const bool is_delay[] = { false, true };
    const struct mva_result mva = mva_solve(2, demand_s, is_delay, POPULATION);
    assert_near(mva.number[0], number, 1e-12);
    assert_near(mva.throughput_per_s, 1.0 - p[0], 1e-12);
}

/* Better than two separate lines, worse than one line for both; and at a very small load it is neither. */
static void given_two_lines_when_the_shortest_is_chosen_then_it_lies_between_its_bounds(void **state)
{
    for (double load = 0.3; load < 0.85; load += 0.25) {
        const double number = shortest_line_number(2, 2.0 * load);
        assert_true(number > 2.0 * load * mmc_sojourn_s(2, 2.0 * load, 1.0));
        assert_true(number < 2.0 * load / (1.0 - load));
    }
    assert_near(shortest_line_number(2, 1e-4), 1e-4, 1e-7);
}

static void given_a_long_time_when_it_began_empty_then_it_is_in_equilibrium(void **state)
{
    assert_near(mm1_number_at(0.5, 200.0), 1.0, 1e-6);
    assert_near(mm1_number_at(0.5, 1e-6), 0.5e-6, 1e-11);
    const struct rate_knot steady[] = { { 0, 10.0 }, { 100 * SIM_SECOND, 10.0 } };
    assert_near(infinite_servers_number_at(steady, 2, &law_exponential_1s, 2.0), 10.0 * (1.0 - exp(-2.0)), 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_tables_of_erlang_when_compared_then_one_call_in_a_hundred_is_lost),
        cmocka_unit_test(given_one_server_when_an_arrival_waits_then_the_probability_is_the_load),
        cmocka_unit_test(given_exponential_services_when_the_transform_is_inverted_then_it_is_mm1),
        cmocka_unit_test(given_a_tail_when_integrated_then_it_is_the_mean_of_pollaczek_and_khinchine),
        cmocka_unit_test(given_one_server_of_constant_services_when_the_chain_is_solved_then_it_is_the_formula),
        cmocka_unit_test(given_neither_breakdowns_nor_bursts_when_compared_then_it_is_mm1),
        cmocka_unit_test(given_two_stations_when_closed_then_mean_values_are_those_of_birth_and_death),
        cmocka_unit_test(given_two_lines_when_the_shortest_is_chosen_then_it_lies_between_its_bounds),
        cmocka_unit_test(given_a_long_time_when_it_began_empty_then_it_is_in_equilibrium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
