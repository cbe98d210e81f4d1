/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The construction of draw.h under the tests of [NIST-22], in the ways in which it is used: along the subjects, the places,
 * the attempts, the replications and the seeds, everything else fixed. A counter in, so structure between neighbours is
 * what could show.
 *
 * Level: all p-values of one battery together fail a correct construction once in a thousand choices of the seeds below
 * (Bonferroni; the seeds are fixed, so a failure is a finding and no accident). The same battery, at the same level, must
 * refuse constructions that are broken on purpose.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/draw.h"
#include "tests/unit/goodness.h"

#define FAMILY_LEVEL 0.001

typedef struct draw_block construction(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt);
typedef struct draw_key key_maker(uint64_t seed, uint32_t replication);

enum axis { SUBJECTS, PLACES, ATTEMPTS, REPLICATIONS, SEEDS, AXES };
static const char *const AXIS_NAME[AXES] = { "subjects", "places", "attempts", "replications", "seeds" };

enum {
    STREAMS = 8,   /* per axis */
    BLOCKS = 4096, /* per stream */
    BLOCK_BITS = 128,
    BITS = BLOCKS * BLOCK_BITS,
    PATTERN_BITS = 10,
    BIRTHDAYS = 1024, /* with 2^26 days: 4 repeated spacings expected */
    DAY_BITS = 26,
};

/* One stream: the blocks at first, first + 1, ... of an axis, and their bits, the lowest first. */
struct stream {
    uint64_t word[2 * BLOCKS];
    uint8_t bit[BITS];
};

static void fill(struct stream *s, construction *draw, key_maker *make, enum axis axis, uint32_t number)
{
    static const uint64_t SEED = 1, SUBJECT = 1000;
    const uint32_t place = draw_place("browse/web.browse/cpu#1"), start = number * BLOCKS;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        const uint32_t at = start + i;
        const struct draw_key key = make(axis == SEEDS ? at : SEED, axis == REPLICATIONS ? at : 0);
        const struct draw_block block = draw(key, axis == SUBJECTS ? at : SUBJECT, axis == PLACES ? at : place,
                                             axis == ATTEMPTS ? at : 0);
        s->word[2 * i] = block.a;
        s->word[2 * i + 1] = block.b;
    }
    for (int i = 0; i < BITS; i++)
        s->bit[i] = s->word[i / 64] >> (i % 64) & 1;
}

/* ---- the tests: a p-value each; the sections are those of [NIST-22] ---- */

static double p_of_normal(double z)
{
    return 2.0 * gsl_cdf_ugaussian_Q(fabs(z));
}

/* 2.1 Frequency: as many ones as zeros. */
static double monobit(const struct stream *s)
{
    double ones = 0.0;
    for (int i = 0; i < BITS; i++)
        ones += s->bit[i];
    return p_of_normal((2.0 * ones - BITS) / sqrt(BITS));
}

/* 2.2 Frequency within a block: here the block is a draw. */
static double block_frequency(const struct stream *s)
{
    double statistic = 0.0;
    for (int b = 0; b < BLOCKS; b++) {
        double ones = 0.0;
        for (int i = 0; i < BLOCK_BITS; i++)
            ones += s->bit[b * BLOCK_BITS + i];
        statistic += 4.0 / BLOCK_BITS * (ones - BLOCK_BITS / 2.0) * (ones - BLOCK_BITS / 2.0);
    }
    return p_of_chi_square(statistic, BLOCKS);
}

/* 2.3 Runs. */
static double runs(const struct stream *s)
{
    double ones = s->bit[0], count = 1.0;
    for (int i = 1; i < BITS; i++) {
        ones += s->bit[i];
        count += s->bit[i] != s->bit[i - 1];
    }
    const double variation = ones / BITS * (1.0 - ones / BITS);
    if (variation == 0.0)
        return 0.0;
    return p_of_normal((count - 2.0 * BITS * variation) / (2.0 * sqrt(BITS) * variation));
}

/* The probability that 128 fair bits have no run of ones longer than `longest`: by the last zero, exactly. */
static double no_longer_run(int longest)
{
    double without[BLOCK_BITS + 1];
    for (int n = 0; n <= BLOCK_BITS; n++) {
        without[n] = n <= longest ? ldexp(1.0, -n) : 0.0; /* all ones */
        for (int ones = 0; ones <= longest && ones < n; ones++)
            without[n] += ldexp(without[n - ones - 1], -ones - 1);
    }
    return without[BLOCK_BITS];
}

/* 2.4 Longest run of ones in a block, in the classes <= 4, 5, ..., 8, >= 9. */
static double longest_run(const struct stream *s)
{
    enum { SHORTEST = 4, CLASSES = 6 };
    double count[CLASSES] = { 0.0 };
    for (int b = 0; b < BLOCKS; b++) {
        int run = 0, longest = SHORTEST;
        for (int i = 0; i < BLOCK_BITS; i++) {
            run = s->bit[b * BLOCK_BITS + i] ? run + 1 : 0;
            longest = run > longest ? run : longest;
        }
        count[longest < SHORTEST + CLASSES - 1 ? longest - SHORTEST : CLASSES - 1]++;
    }
    double statistic = 0.0, below = 0.0;
    for (int c = 0; c < CLASSES; c++) {
        const double up_to = c == CLASSES - 1 ? 1.0 : no_longer_run(SHORTEST + c);
        const double expected = BLOCKS * (up_to - below);
        statistic += (count[c] - expected) * (count[c] - expected) / expected;
        below = up_to;
    }
    return p_of_chi_square(statistic, CLASSES - 1);
}

/* How often each pattern of so many bits occurs, the stream being a ring. */
static void count_patterns(const struct stream *s, int bits, double *count)
{
    const uint32_t mask = (UINT32_C(1) << bits) - 1;
    memset(count, 0, sizeof *count << bits);
    uint32_t pattern = 0;
    for (int i = 0; i < BITS + bits - 1; i++) {
        pattern = (pattern << 1 | s->bit[i % BITS]) & mask;
        if (i >= bits - 1)
            count[pattern]++;
    }
}

static double psi_square(const struct stream *s, int bits)
{
    double count[1 << PATTERN_BITS], sum = 0.0;
    count_patterns(s, bits, count);
    for (int i = 0; i < 1 << bits; i++)
        sum += count[i] * count[i];
    return ldexp(sum, bits) / BITS - BITS;
}

/* 2.11 Serial: overlapping patterns are equally frequent; first and second difference. */
static double serial(const struct stream *s)
{
    return p_of_chi_square(psi_square(s, PATTERN_BITS) - psi_square(s, PATTERN_BITS - 1), 1 << (PATTERN_BITS - 1));
}

static double serial_second(const struct stream *s)
{
    const double difference = psi_square(s, PATTERN_BITS) - 2.0 * psi_square(s, PATTERN_BITS - 1) +
                              psi_square(s, PATTERN_BITS - 2);
    return p_of_chi_square(difference, 1 << (PATTERN_BITS - 2));
}

static double pattern_entropy(const struct stream *s, int bits)
{
    double count[1 << PATTERN_BITS], sum = 0.0;
    count_patterns(s, bits, count);
    for (int i = 0; i < 1 << bits; i++)
        sum += count[i] > 0.0 ? count[i] / BITS * log(count[i] / BITS) : 0.0;
    return sum;
}

/* 2.12 Approximate entropy. */
static double approximate_entropy(const struct stream *s)
{
    const double entropy = pattern_entropy(s, PATTERN_BITS - 1) - pattern_entropy(s, PATTERN_BITS);
    return p_of_chi_square(2.0 * BITS * (log(2.0) - entropy), 1 << (PATTERN_BITS - 1));
}

/* 2.13 Cumulative sums: how far the walk of the bits strays. The series for n -> infinity. */
static double cumulative_sums(const struct stream *s)
{
    double sum = 0.0, farthest = 0.0;
    for (int i = 0; i < BITS; i++) {
        sum += s->bit[i] ? 1.0 : -1.0;
        farthest = fmax(farthest, fabs(sum));
    }
    const double z = farthest / sqrt(BITS);
    double inside = 0.0;
    for (int k = -50; k <= 50; k++)
        inside += gsl_cdf_ugaussian_P((4 * k + 1) * z) - gsl_cdf_ugaussian_P((4 * k - 1) * z) -
                  gsl_cdf_ugaussian_P((4 * k + 3) * z) + gsl_cdf_ugaussian_P((4 * k + 1) * z);
    return 1.0 - inside;
}

/* Each of the 128 positions by itself: a constant or counting bit anywhere in the block. */
static double positions(const struct stream *s)
{
    double statistic = 0.0;
    for (int i = 0; i < BLOCK_BITS; i++) {
        double ones = 0.0;
        for (int b = 0; b < BLOCKS; b++)
            ones += s->bit[b * BLOCK_BITS + i];
        statistic += 4.0 / BLOCKS * (ones - BLOCKS / 2.0) * (ones - BLOCKS / 2.0);
    }
    return p_of_chi_square(statistic, BLOCK_BITS);
}

/* The same for what changes from a draw to its neighbour: every position flips every other time. */
static double flips(const struct stream *s)
{
    double statistic = 0.0;
    const double pairs = BLOCKS / 2;
    for (int i = 0; i < BLOCK_BITS; i++) {
        double changes = 0.0;
        for (int b = 0; b < BLOCKS; b += 2)
            changes += s->bit[b * BLOCK_BITS + i] != s->bit[(b + 1) * BLOCK_BITS + i];
        statistic += 4.0 / pairs * (changes - pairs / 2.0) * (changes - pairs / 2.0);
    }
    return p_of_chi_square(statistic, BLOCK_BITS);
}

/* The numbers as they are drawn: uniform, and uncorrelated from a draw to its neighbour. */
static double units(const struct stream *s)
{
    static double u[2 * BLOCKS];
    for (int i = 0; i < 2 * BLOCKS; i++)
        u[i] = draw_unit(s->word[i]);
    return p_of_kolmogorov(u, 2 * BLOCKS);
}

static double neighbours(const struct stream *s)
{
    double sum = 0.0;
    for (int i = 0; i + 2 < 2 * BLOCKS; i++)
        sum += (draw_unit(s->word[i]) - 0.5) * (draw_unit(s->word[i + 2]) - 0.5);
    return p_of_normal(sum * 12.0 / sqrt(2 * BLOCKS - 2));
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Repeated spacings between sorted birthdays: Poisson with mean m^3 / 4 n [MAR-85]. */
static double repeated_spacings(uint32_t day[BIRTHDAYS])
{
    qsort(day, BIRTHDAYS, sizeof *day, compare_numbers);
    for (int i = BIRTHDAYS - 1; i > 0; i--)
        day[i] -= day[i - 1];
    qsort(day, BIRTHDAYS, sizeof *day, compare_numbers);
    double repeats = 0.0;
    for (int i = 1; i < BIRTHDAYS; i++)
        repeats += day[i] == day[i - 1];
    return repeats;
}

static double birthday_spacings(const struct stream *s)
{
    const double mean = pow(BIRTHDAYS, 3.0) / ldexp(4.0, DAY_BITS);
    double repeats = 0.0, years = 0.0;
    for (int word = 0; word < 4; word++) { /* each quarter of the block by itself */
        for (int first = 0; first < BLOCKS; first += BIRTHDAYS) {
            uint32_t day[BIRTHDAYS];
            for (int i = 0; i < BIRTHDAYS; i++)
                day[i] = (uint32_t)(s->word[2 * (first + i) + word / 2] >> (word % 2 * 32)) >> (32 - DAY_BITS);
            repeats += repeated_spacings(day);
            years++;
        }
    }
    return two_sided(gsl_cdf_poisson_P((unsigned)repeats, years * mean),
                     repeats > 0.0 ? gsl_cdf_poisson_Q((unsigned)repeats - 1, years * mean) : 1.0);
}

static const struct test {
    const char *name;
    double (*p_value)(const struct stream *s);
} TESTS[] = {
    { "monobit", monobit },
    { "block frequency", block_frequency },
    { "runs", runs },
    { "longest run", longest_run },
    { "serial", serial },
    { "serial, second difference", serial_second },
    { "approximate entropy", approximate_entropy },
    { "cumulative sums", cumulative_sums },
    { "positions", positions },
    { "flips", flips },
    { "units", units },
    { "neighbours", neighbours },
    { "birthday spacings", birthday_spacings },
};
enum { TEST_COUNT = sizeof TESTS / sizeof TESTS[0] };

/* ---- batteries: how many p-values lie below the bound of the family ---- */

enum { P_VALUES = AXES * (STREAMS + 1) * TEST_COUNT };

static int refused(double p, const char *test, enum axis axis, bool aloud)
{
    if (p >= FAMILY_LEVEL / P_VALUES)
        return 0;
    if (aloud)
        print_error("%s along the %s: p = %g\n", test, AXIS_NAME[axis], p);
    return 1;
}

/* Every test on every stream, and whether the p-values of an axis are uniform together. */
static int battery(construction *draw, key_maker *make, enum axis axis, bool aloud)
{
    struct stream *s = malloc(sizeof *s);
    assert_non_null(s);
    double together[TEST_COUNT] = { 0.0 };
    int failures = 0;
    for (uint32_t number = 0; number < STREAMS; number++) {
        fill(s, draw, make, axis, number);
        for (int t = 0; t < TEST_COUNT; t++) {
            const double p = TESTS[t].p_value(s);
            failures += refused(p, TESTS[t].name, axis, aloud);
            together[t] += -2.0 * log(fmax(p, 1e-300));
        }
    }
    for (int t = 0; t < TEST_COUNT; t++) /* Fisher's sum, from above: p-values that are all smallish */
        failures += refused(gsl_cdf_chisq_Q(together[t], 2.0 * STREAMS), TESTS[t].name, axis, aloud);
    free(s);
    return failures;
}

static void given_any_axis_when_draws_follow_it_then_they_pass_for_random(void **state)
{
    int failures = 0;
    for (enum axis axis = 0; axis < AXES; axis++)
        failures += battery(draw_at, draw_key_make, axis, true);
    assert_int_equal(failures, 0);
}

/* ---- between streams: two places, two attempts, two replications, two seeds, two halves ---- */

struct pair {
    const char *name;
    struct draw_key key;
    uint32_t place, attempt;
};

/* Sums over the draws of two streams: the correlation of the numbers, and the ones of their exclusive or. */
static double between(construction *draw, const struct pair *x, const struct pair *y, bool bits)
{
    enum { DRAWS = 20000 };
    double product = 0.0, ones = 0.0;
    for (uint64_t subject = 0; subject < DRAWS; subject++) {
        const struct draw_block a = draw(x->key, subject, x->place, x->attempt);
        const struct draw_block b = draw(y->key, subject, y->place, y->attempt);
        product += (draw_unit(a.a) - 0.5) * (draw_unit(b.a) - 0.5) + (draw_unit(a.b) - 0.5) * (draw_unit(b.b) - 0.5);
        for (uint64_t left = a.a ^ b.a; left; left &= left - 1)
            ones += 1.0;
        for (uint64_t left = a.b ^ b.b; left; left &= left - 1)
            ones += 1.0;
    }
    return p_of_normal(bits ? (2.0 * ones - 128.0 * DRAWS) / sqrt(128.0 * DRAWS) : product * 12.0 / sqrt(2.0 * DRAWS));
}

static int correlated_pairs(construction *draw, bool aloud)
{
    const uint32_t place = draw_place("browse/web.browse/cpu#1");
    const struct pair here = { "here", draw_key_make(1, 0), place, 0 };
    const struct pair others[] = {
        { "the next place", here.key, place + 1, 0 },
        { "the same step of another service", here.key, draw_place("browse/api.browse/cpu#1"), 0 },
        { "the second step", here.key, draw_place("browse/web.browse/cpu#2"), 0 },
        { "the next attempt", here.key, place, 1 },
        { "the next replication", draw_key_make(1, 1), place, 0 },
        { "the next seed", draw_key_make(2, 0), place, 0 },
        { "place and attempt exchanged", here.key, 0, place },
    };
    enum { OTHERS = sizeof others / sizeof others[0] };
    int failures = 0;
    for (int i = 0; i < OTHERS; i++) {
        for (int bits = 0; bits < 2; bits++) {
            const double p = between(draw, &here, &others[i], bits);
            if (p < FAMILY_LEVEL / (2 * OTHERS)) {
                failures++;
                if (aloud)
                    print_error("%s, %s: p = %g\n", others[i].name, bits ? "bits" : "numbers", p);
            }
        }
    }
    return failures;
}

static void given_two_streams_when_compared_draw_by_draw_then_they_are_independent(void **state)
{
    assert_int_equal(correlated_pairs(draw_at, true), 0);
}

/* ---- no two coordinates share a number ---- */

static int compare_words(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* 16^4 blocks of small seeds, replications, subjects and attempts: two random 64-bit words of them agree with
 * probability 5e-10. */
static int shared_words(construction *draw, key_maker *make)
{
    enum { SIDE = 16, WORDS = 2 * SIDE * SIDE * SIDE * SIDE };
    uint64_t *word = malloc(WORDS * sizeof *word);
    assert_non_null(word);
    for (uint32_t i = 0; i < WORDS / 2; i++) {
        const struct draw_block block = draw(make(i % 16, i / 16 % 16), i / 256 % 16, 7, i / 4096);
        word[2 * i] = block.a;
        word[2 * i + 1] = block.b;
    }
    qsort(word, WORDS, sizeof *word, compare_words);
    int shared = 0;
    for (int i = 1; i < WORDS; i++)
        shared += word[i] == word[i - 1];
    free(word);
    return shared;
}

static void given_a_grid_of_coordinates_when_drawn_then_no_word_occurs_twice(void **state)
{
    assert_int_equal(shared_words(draw_at, draw_key_make), 0);
}

/* Names of the kind that scenarios make share places no more often than numbers at random do: Poisson, level 0.001. (The
 * hashes need not be uniform, only distinct: the rounds mix them.) */
static void given_similar_names_when_hashed_then_they_hardly_share_places(void **state)
{
    enum { OPERATIONS = 20, STEPS = 100, CALLS = 200, NAMES = OPERATIONS * STEPS * CALLS };
    static uint32_t place[NAMES];
    for (int i = 0; i < NAMES; i++) {
        char name[64];
        snprintf(name, sizeof name, "op%d/web.step%d/call#%d", i % OPERATIONS, i / OPERATIONS % STEPS,
                 i / OPERATIONS / STEPS);
        place[i] = draw_place(name);
    }
    qsort(place, NAMES, sizeof *place, compare_numbers);
    unsigned shared = 0;
    for (int i = 1; i < NAMES; i++)
        shared += place[i] == place[i - 1];
    assert_true(gsl_cdf_poisson_Q(shared, ldexp((double)NAMES * NAMES, -33)) > FAMILY_LEVEL);
}

/* ---- mutants: what the tests above must refuse ---- */

static struct draw_block rounds(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt, uint32_t count)
{
    uint32_t c[4] = { (uint32_t)subject, (uint32_t)(subject >> 32), place, attempt };
    for (uint32_t round = 0; round < count; round++)
        draw_round(c, key.k0 + round * DRAW_WEYL_0, key.k1 + round * DRAW_WEYL_1);
    return (struct draw_block){ .a = c[0] | (uint64_t)c[1] << 32, .b = c[2] | (uint64_t)c[3] << 32 };
}

static struct draw_block two_rounds(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    return rounds(key, subject, place, attempt, 2);
}

static struct draw_block three_rounds(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    return rounds(key, subject, place, attempt, 3);
}

static struct draw_block constant_word(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    struct draw_block block = draw_at(key, subject, place, attempt);
    block.b = (block.b & UINT32_MAX) | UINT64_C(0x5a3c96e1) << 32;
    return block;
}

static struct draw_block one_stuck_bit(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    struct draw_block block = draw_at(key, subject, place, attempt);
    block.a |= UINT64_C(1) << 40;
    return block;
}

static struct draw_block deaf_to_the_attempt(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    return draw_at(key, subject, place, 0);
}

static struct draw_block subject_plus_place(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    return draw_at(key, subject + place, 0, attempt);
}

static struct draw_block equal_halves(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    const struct draw_block block = draw_at(key, subject, place, attempt);
    return (struct draw_block){ .a = block.a, .b = ~block.a };
}

/* Replication 1 of seed 1 is replication 0 of seed 2. */
static struct draw_key seed_plus_replication(uint64_t seed, uint32_t replication)
{
    return draw_key_make(seed + replication, 0);
}

static void given_a_broken_construction_when_tested_then_the_battery_refuses_it(void **state)
{
    assert_true(battery(two_rounds, draw_key_make, SUBJECTS, false) > 0);
    assert_true(battery(three_rounds, draw_key_make, SUBJECTS, false) > 0);
    assert_true(battery(constant_word, draw_key_make, REPLICATIONS, false) > 0);
    assert_true(battery(one_stuck_bit, draw_key_make, SUBJECTS, false) > 0);
    assert_true(battery(deaf_to_the_attempt, draw_key_make, ATTEMPTS, false) > 0);
    assert_true(battery(equal_halves, draw_key_make, SEEDS, false) > 0);
}

static void given_coordinates_that_meet_when_tested_then_they_are_found(void **state)
{
    assert_true(correlated_pairs(deaf_to_the_attempt, false) > 0);
    assert_true(shared_words(deaf_to_the_attempt, draw_key_make) > 0);
    assert_true(shared_words(subject_plus_place, seed_plus_replication) > 0);
    assert_true(shared_words(draw_at, seed_plus_replication) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_any_axis_when_draws_follow_it_then_they_pass_for_random),
        cmocka_unit_test(given_two_streams_when_compared_draw_by_draw_then_they_are_independent),
        cmocka_unit_test(given_a_grid_of_coordinates_when_drawn_then_no_word_occurs_twice),
        cmocka_unit_test(given_similar_names_when_hashed_then_they_hardly_share_places),
        cmocka_unit_test(given_a_broken_construction_when_tested_then_the_battery_refuses_it),
        cmocka_unit_test(given_coordinates_that_meet_when_tested_then_they_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
