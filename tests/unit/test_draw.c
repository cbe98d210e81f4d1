/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/draw_row.h"

static void assert_block(struct draw_block block, uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3)
{
    assert_int_equal((uint32_t)block.a, w0);
    assert_int_equal((uint32_t)(block.a >> 32), w1);
    assert_int_equal((uint32_t)block.b, w2);
    assert_int_equal((uint32_t)(block.b >> 32), w3);
}

/* The known answers that the authors of [SAL-11] publish for philox4x32-10. */
static void given_the_published_vectors_when_drawn_then_the_answers_are_the_published_ones(void **state)
{
    assert_block(draw_at((struct draw_key){ 0, 0 }, 0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assert_block(draw_at((struct draw_key){ 0xffffffff, 0xffffffff }, UINT64_MAX, 0xffffffff, 0xffffffff), 0x408f276d,
                 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assert_block(
        draw_at((struct draw_key){ 0xa4093822, 0x299f31d0 }, UINT64_C(0x85a308d3243f6a88), 0x13198a2e, 0x03707344),
        0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

/* Over a carry into the subject's upper word, too. */
static void given_a_row_of_subjects_when_drawn_together_then_the_blocks_are_those_drawn_one_by_one(void **state)
{
    const struct draw_key key = draw_key_make(7, 3);
    const uint64_t firsts[] = { 0, 5, UINT64_C(0xffffffe0), UINT64_C(7) << 56, UINT64_MAX - 9 };
    for (size_t f = 0; f < sizeof firsts / sizeof firsts[0]; f++) {
        struct draw_block row[DRAW_ROW];
        draw_row(key, firsts[f], 0xfedcba98u, (uint32_t)f, row);
        for (uint32_t i = 0; i < DRAW_ROW; i++) {
            const struct draw_block alone = draw_at(key, firsts[f] + i, 0xfedcba98u, (uint32_t)f);
            assert_int_equal(row[i].a, alone.a);
            assert_int_equal(row[i].b, alone.b);
        }
    }
}

static void given_another_seed_replication_place_or_attempt_when_drawn_then_the_numbers_differ(void **state)
{
    const struct draw_key key = draw_key_make(7, 3);
    const uint64_t here = draw_at(key, 5, 11, 0).a;
    assert_int_equal(here, draw_at(draw_key_make(7, 3), 5, 11, 0).a);
    assert_int_not_equal(here, draw_at(draw_key_make(8, 3), 5, 11, 0).a);
    assert_int_not_equal(here, draw_at(draw_key_make(7, 4), 5, 11, 0).a);
    assert_int_not_equal(here, draw_at(key, 6, 11, 0).a);
    assert_int_not_equal(here, draw_at(key, 5, 12, 0).a);
    assert_int_not_equal(here, draw_at(key, 5, 11, 1).a);
    assert_int_not_equal(draw_place("browse/cpu#1"), draw_place("browse/cpu#2"));
}

static void given_extreme_bits_when_made_a_unit_then_it_is_strictly_inside(void **state)
{
    assert_true(draw_unit(0) > 0.0);
    assert_true(draw_unit(UINT64_MAX) < 1.0);
    assert_true(draw_unit(0) == 0x1p-53 && draw_unit(UINT64_MAX) == 1.0 - 0x1p-53);
}

static void given_extreme_bits_when_drawn_below_n_then_the_number_is_below_n(void **state)
{
    assert_int_equal(draw_below(0, 7), 0);
    assert_int_equal(draw_below(UINT64_MAX, 7), 6);
    assert_int_equal(draw_below(UINT64_MAX, 1), 0);
    assert_int_equal(draw_below(UINT64_MAX, UINT32_MAX), UINT32_MAX - 1);
}

/* Pearson's chi-square over 64 cells of each half; a correct generator fails one seed in a thousand per half. */
static void given_consecutive_subjects_when_drawn_then_both_halves_are_uniform(void **state)
{
    enum { CELLS = 64, DRAWS = 64000 };
    double count[2][CELLS] = { { 0.0 } };
    const struct draw_key key = draw_key_make(2024, 0);
    for (uint64_t i = 0; i < DRAWS; i++) {
        const struct draw_block block = draw_at(key, i, 17, 0);
        count[0][draw_below(block.a, CELLS)]++;
        count[1][draw_below(block.b, CELLS)]++;
    }
    for (int half = 0; half < 2; half++) {
        double chi2 = 0.0;
        for (int i = 0; i < CELLS; i++)
            chi2 += pow(count[half][i] - DRAWS / CELLS, 2.0) / (DRAWS / CELLS);
        assert_true(chi2 < gsl_cdf_chisq_Pinv(0.999, CELLS - 1));
        assert_true(chi2 > gsl_cdf_chisq_Pinv(0.001, CELLS - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_published_vectors_when_drawn_then_the_answers_are_the_published_ones),
        cmocka_unit_test(given_a_row_of_subjects_when_drawn_together_then_the_blocks_are_those_drawn_one_by_one),
        cmocka_unit_test(given_another_seed_replication_place_or_attempt_when_drawn_then_the_numbers_differ),
        cmocka_unit_test(given_extreme_bits_when_made_a_unit_then_it_is_strictly_inside),
        cmocka_unit_test(given_extreme_bits_when_drawn_below_n_then_the_number_is_below_n),
        cmocka_unit_test(given_consecutive_subjects_when_drawn_then_both_halves_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
