/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever bytes a scenario consists of: no crash, no hang, no unbounded memory, and a refusal says why.
 *
 * HEADROOM_SEED chooses other mutations, HEADROOM_MUTATIONS more of them (nightly).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "models/scenario.h"
#include "tests/unit/small_shop.h"

/* Nothing that is read from 16 MiB may need more; a plain small scenario needs half a megabyte. */
static const size_t MEMORY_MAX = (size_t)512 << 20;
/* CPU time of one load, sanitizers included. */
static const double SECONDS_MAX = 20.0;

static FILE *nowhere;

static int open_nowhere(void **state)
{
    nowhere = fopen("/dev/null", "w");
    return nowhere ? 0 : -1;
}

static int close_nowhere(void **state)
{
    return fclose(nowhere);
}

/* Loads, and does with the result what `check` does. Returns the number of errors. */
static int survive(const char *text, size_t length)
{
    struct arena arena;
    struct diag diag;
    arena_init(&arena);
    diag_init(&diag, &arena);
    const clock_t began = clock();
    const struct scenario *sc = scenario_parse("hostile.yaml", text, length, "/nonexistent", NULL, 0, &arena, &diag);
    if (sc) {
        scenario_doubts(sc, &diag);
        scenario_explain(sc, nowhere);
    }
    diag_print(&diag, nowhere, true);
    const double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    const int errors = diag.errors;
    assert_true(sc ? errors == 0 : errors > 0);
    assert_true(arena.total_bytes < MEMORY_MAX);
    assert_true(seconds < SECONDS_MAX);
    arena_fini(&arena);
    return errors;
}

/* ---- mutations of a good scenario ---- */

/* SplitMix64 [STE-14]: any generator would do, this one is short. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t n)
{
    return n ? (size_t)(next_random(state) % n) : 0;
}

static const char *const TOKENS[] = {
    ":",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "<<: *a",
    "!!int ",
    "|\n",
    ">\n",
    "'",
    "\"",
    "#",
    "%",
    "@",
    "`",
    "\n",
    "\t",
    "\r",
    "\0",
    "\xff",
    "\xc2\x85",
    "\xef\xbb\xbf",
    "? ",
    "---\n",
    "...\n",
    "~",
    "null",
    "nan",
    "inf",
    "-0",
    "0",
    "1e309",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "1e-400",
    "x0",
    "0%",
    "100.0001%",
    "/s",
    "$",
    "45s",
    "-45s",
    "exp(0s)",
    "lognormal(mean=9ms, cv=1)",
    "gamma(mean=1s cv=0.0001)",
    "empirical(/dev/zero)",
    "pareto(min=1ms alpha=0.01)",
    "us-east-1a",
    "catalog-db",
    "web.browse",
    "kind: asg",
    "kind: rds",
    "headroom",
    "\033[31m",
    "all",
    "static",
};

enum { ROOM = 8192 };

static size_t replace(char *text, size_t length, size_t at, size_t removed, const char *with, size_t added)
{
    if (at + removed > length)
        removed = length - at;
    if (length - removed + added >= ROOM)
        return length;
    memmove(text + at + added, text + at + removed, length - at - removed);
    memcpy(text + at, with, added);
    return length - removed + added;
}

static size_t mutate(char *text, size_t length, uint64_t *random)
{
    const size_t at = below(random, length + 1);
    char piece[128];
    switch (below(random, 8)) {
    case 0: /* truncate, rarely */ return below(random, 8) ? length : at;
    case 1: { /* another byte */
        const char byte = (char)below(random, 256);
        return replace(text, length, at, 1, &byte, 1);
    }
    case 2: /* remove */ return replace(text, length, at, below(random, 40), "", 0);
    case 3: { /* repeat a piece elsewhere */
        const size_t from = below(random, length), most = length - from, size = below(random, most < 100 ? most : 100);
        memcpy(piece, text + from, size);
        return replace(text, length, at, 0, piece, size);
    }
    default: { /* a token, instead of something or in between */
        const char *token = TOKENS[below(random, ARRAY_LEN(TOKENS))];
        const size_t size = token[0] ? strlen(token) : 1;
        return replace(text, length, at, below(random, 2) * below(random, 8), token, size);
    }
    }
}

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void given_a_scenario_with_random_damage_when_loaded_then_it_is_read_or_refused(void **state)
{
    const uint64_t seed = number_from_environment("HEADROOM_SEED", 1);
    const uint64_t mutations = number_from_environment("HEADROOM_MUTATIONS", 3000);
    for (uint64_t i = 0; i < mutations; i++) {
        uint64_t random = seed * UINT64_C(0x2545f4914f6cdd1d) + i;
        char text[ROOM + 1] = { 0 };
        size_t length = sizeof(SMALL_SHOP) - 1;
        memcpy(text, SMALL_SHOP, length);
        const size_t wounds = 1 + below(&random, 4);
        for (size_t w = 0; w < wounds; w++)
            length = mutate(text, length, &random);
        text[length] = '\0';
        survive(text, length);
    }
}

static void given_a_scenario_that_ends_anywhere_when_loaded_then_it_is_read_or_refused(void **state)
{
    char text[sizeof(SMALL_SHOP)];
    for (size_t length = 0; length < sizeof(SMALL_SHOP); length += 7) {
        memcpy(text, SMALL_SHOP, length);
        text[length] = '\0';
        survive(text, length);
    }
}

static void given_random_assignments_when_loaded_then_they_are_applied_or_refused(void **state)
{
    static const char *const parts[] = {
        ".",          "=",       "0",         "1",          "99999999999999999999",
        "-1",         "regions", "us-east-1", "web-fleet",  "size",
        "max",        "faults",  "at",        "services",   "web",
        "operations", "browse",  "traffic",   "shoppers",   "mix",
        "rate",       "clock",   "length",    "{",          "}",
        "[a: 1]",     "&a",      "*a",        "\n",         "calendar",
        "edge",       "waf",     "on",        "objectives", "headroom",
        "%s",         "\xff",    " ",
    };
    const uint64_t seed = number_from_environment("HEADROOM_SEED", 1);
    for (uint64_t i = 0; i < 1500; i++) {
        uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15) + i;
        char sets[2][256] = { "", "" };
        for (size_t s = 0; s < 2; s++)
            for (size_t words = below(&random, 12); words > 0; words--)
                strcat(sets[s], parts[below(&random, ARRAY_LEN(parts))]);
        const char *const both[] = { sets[0], sets[1] };
        struct arena arena;
        struct diag diag;
        arena_init(&arena);
        diag_init(&diag, &arena);
        const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", both, 2,
                                                   &arena, &diag);
        assert_true(sc != NULL || diag.errors > 0);
        if (sc)
            scenario_doubts(sc, &diag);
        diag_print(&diag, nowhere, false);
        arena_fini(&arena);
    }
}

/* ---- made by hand ---- */

/* `piece` so many times, then `end`. The caller frees. */
static char *repeated_new(const char *begin, const char *piece, size_t count, const char *end)
{
    const size_t size = strlen(piece);
    char *text = malloc(strlen(begin) + size * count + strlen(end) + 1), *at = text;
    assert_non_null(text);
    at += sprintf(at, "%s", begin);
    for (size_t i = 0; i < count; i++, at += size)
        memcpy(at, piece, size);
    strcpy(at, end);
    return text;
}

static void assert_repeated_is_refused(const char *begin, const char *piece, size_t count, const char *end)
{
    char *text = repeated_new(begin, piece, count, end);
    assert_true(survive(text, strlen(text)) > 0);
    free(text);
}

static void given_a_million_levels_when_loaded_then_it_ends(void **state)
{
    assert_repeated_is_refused("headroom: ", "[", 1000000, "");
    assert_repeated_is_refused("headroom: ", "{a: ", 300000, "");
    assert_repeated_is_refused("", "- ", 300000, "x");
    assert_repeated_is_refused("", "? ", 300000, "x");
}

static void given_a_hundred_thousand_of_anything_when_loaded_then_it_ends(void **state)
{
    assert_repeated_is_refused("headroom: 1\n", "a: 1\n", 40000, "");
    assert_repeated_is_refused("faults: [", "{}, ", 90000, "]");
    assert_repeated_is_refused("objectives: [", "{}, ", 90000, "]");
    assert_repeated_is_refused("x: &x {a: 1, b: 2}\ny: {", "<<: *x, ", 20000, "}");
    assert_repeated_is_refused("services: {a: {operations: {b: [", "{cpu: 1ms}, ", 20000, "]}}}");
    assert_repeated_is_refused("name: ", "word ", 1000000, "");
    assert_repeated_is_refused("name: \"", "\\e", 1000000, "\"\n");
}

/* `line` so many times, '@' being the number of the repetition. The caller frees. */
static char *numbered_new(const char *begin, const char *line, int count)
{
    enum { LINE_MAX_BYTES = 96 };
    char *text = malloc(strlen(begin) + (size_t)count * LINE_MAX_BYTES + 1), *at = text;
    assert_non_null(text);
    at += sprintf(at, "%s", begin);
    for (int i = 0; i < count; i++)
        for (const char *c = line; *c; c++) {
            if (*c == '@')
                at += sprintf(at, "%d", i);
            else
                *at++ = *c;
        }
    *at = '\0';
    return text;
}

static void assert_numbered_is_refused(const char *begin, const char *line, int count)
{
    char *text = numbered_new(begin, line, count);
    assert_true(survive(text, strlen(text)) > 0);
    free(text);
}

static void given_many_different_names_when_loaded_then_it_ends(void **state)
{
    assert_numbered_is_refused("headroom: 1\n", "unknown_key_@: 1\n", 45000);
    assert_numbered_is_refused("regions:\n  us-east-1:\n", "    component-@: {kind: sqs}\n", 20000);
    assert_numbered_is_refused("traffic:\n", "  p@: {rate: 1/s, mix: {a: 100%}}\n", 10000);
    assert_numbered_is_refused("services:\n  s:\n    operations:\n", "      o@: {call: {operation: o1}}\n", 900);
    assert_numbered_is_refused("services:\n  s:\n    operations:\n", "      o@: gamma(mean=@ms cv=1)\n", 900);
    assert_numbered_is_refused("", "a@: &a@ 1\n", 30000);
    assert_numbered_is_refused("", "a@: *a@\n", 30000);
}

/* Sessions of any shape: rows that lead nowhere, everywhere, to themselves, with shares of any size. */
static void given_sessions_of_any_navigation_when_loaded_then_they_are_read_or_refused(void **state)
{
    static const char *const shares[] = { "0%",          "100%", "50%", "1e-300%", "1e-9%",
                                          "99.9999999%", "-1%",  "nan", "1e300",   "x" };
    static const char *const lengths[] = { "",
                                           "length: 1, ",
                                           "length: 1000, ",
                                           "length: {law: uniform, most: 1000}, ",
                                           "length: {law: fixed, mean: 1e300}, ",
                                           "length: nan, ",
                                           "think_at_most: 24h, think: pareto(min=1ms alpha=1.0000001), " };
    enum { ROWS = 70, VARIANTS = 300 };
    char *text = malloc(sizeof SMALL_SHOP + ROWS * 200);
    assert_non_null(text);
    uint64_t x = 88172645463325252u; /* xorshift: any numbers do */
    for (int v = 0; v < VARIANTS; v++) {
        const int rows = v % 10 == 0 ? ROWS : 1 + v % 6;
        char *at = text + sprintf(text,
                                  "headroom: 1\ntraffic:\n  p: {rate: 1/s, sessions: {%senter: {o0: 100%%}, next: {",
                                  lengths[(size_t)v % ARRAY_LEN(lengths)]);
        for (int i = 0; i < rows; i++) {
            at += sprintf(at, "o%d: {", i);
            for (int j = 0; j < 3; j++) {
                x ^= x << 13, x ^= x >> 7, x ^= x << 17;
                const int to = (int)(x >> 33) % (rows + 1);
                const char *share = shares[(x >> 20) % (v % 2 ? 6 : ARRAY_LEN(shares))];
                at += to == rows ? sprintf(at, "leave: %s, ", share) : sprintf(at, "o%d: %s, ", to, share);
            }
            at += sprintf(at, "}, ");
        }
        at += sprintf(at, "}}}\nservices:\n  s:\n    runs_on: f\n    operations: {");
        for (int i = 0; i < rows; i++)
            at += sprintf(at, "o%d: [{cpu: 1ms}], ", i);
        sprintf(at,
                "}\nregions:\n  us-east-1: {alb: {targets: f}, f: {kind: asg, instance: m7g.large, size: {min: 1, max: "
                "1}}}\n");
        survive(text, strlen(text));
    }
    free(text);
}

static void given_a_long_chain_of_calls_when_loaded_then_it_ends(void **state)
{
    enum { OPERATIONS = 900 };
    char *text = malloc(64 + OPERATIONS * 64);
    assert_non_null(text);
    char *at = text + sprintf(text, "services:\n  s:\n    operations:\n");
    for (int i = 0; i < OPERATIONS; i++)
        at += sprintf(at, "      o%d: {call: {operation: o%d}}\n", i, (i + 1) % OPERATIONS);
    assert_true(survive(text, strlen(text)) > 0);
    free(text);
}

static void given_demands_beyond_all_integers_when_checked_then_nothing_overflows(void **state)
{
    char *steps = repeated_new("", "{cpu: 100d}, ", 900, "{cpu: 1ms}");
    char *set = repeated_new("services.web.operations.browse=[", steps, 1, "]");
    const char *const both[] = { "traffic.shoppers.rate=1G/s", set };
    struct arena arena;
    struct diag diag;
    arena_init(&arena);
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", both, 2, &arena,
                                               &diag);
    assert_non_null(sc);
    scenario_doubts(sc, &diag);
    scenario_explain(sc, nowhere);
    assert_true(diag.warnings > 0);
    arena_fini(&arena);
    free(set);
    free(steps);
}

static void given_bytes_that_are_no_text_when_loaded_then_they_are_refused(void **state)
{
    static const char nul[] = "headroom: 1\nname: a\0b\n";
    assert_true(survive(nul, sizeof(nul) - 1) > 0);
    assert_true(survive("\0\0\0\0", 4) > 0);
    assert_true(survive("\xff\xfe\x00h", 4) > 0);
    assert_true(survive("name: \xc0\xaf\n", 9) > 0);
    assert_true(survive("name: \xed\xa0\x80\n", 10) > 0);
    assert_true(survive("", 0) > 0);
    char every[256];
    for (int i = 0; i < 256; i++)
        every[i] = (char)(255 - i);
    assert_true(survive(every, sizeof(every) - 1) > 0);
}

/* The shop with one value replaced by each of these: no number may overflow on the way to what is derived from it. */
static void given_extreme_numbers_when_loaded_then_nothing_overflows(void **state)
{
    static const char *const paths[] = {
        "clock.length",
        "clock.warm_up",
        "replications",
        "seed",
        "window",
        "traffic.shoppers.rate.mean",
        "traffic.shoppers.rate.trace",
        "traffic.shoppers.rate.scale",
        "traffic.shoppers.rate.burst.factor",
        "traffic.shoppers.rate.burst.mean_off",
        "traffic.shoppers.rate.batch",
        "traffic.shoppers.rate.launch.factor",
        "traffic.shoppers.rate.launch.half_life",
        "traffic.shoppers.rate.launch.at",
        "traffic.shoppers.page.objects",
        "traffic.shoppers.page.bytes",
        "traffic.shoppers.client.patience",
        "services.web.workers",
        "services.web.pools.catalog-db",
        "services.web.operations.browse.0.cpu",
        "regions.us-east-1.zones",
        "regions.us-east-1.web-fleet.size.max",
        "regions.us-east-1.order-events.visibility",
        "regions.us-east-1.cache.shards",
        "regions.us-east-1.cache.hit_ratio",
        "faults.0.at",
        "faults.0.lasts",
        "calendar.ordinary.days",
        "business.order.value",
        "regions.us-east-1.worker-fleet.scaling.backlog_per_instance",
    };
    static const char *const values[] = {
        "0",
        "-1",
        "0s",
        "-1s",
        "1ns",
        "106751d",
        "1e300s",
        "1e18",
        "9223372036854775807",
        "-9223372036854775808",
        "nan",
        "inf",
        "1e308",
        "1e308/s",
        "1e-308/s",
        "0/s",
        "1G/s",
        "x1000",
        "0%",
        "100%",
        "1e300%",
        "$92233720368",
        "1TB",
        "9e6TB",
        "exp(106751d)",
        "exp(0s)",
        "pareto(min=1ms alpha=1.0000001)",
        "lognormal(mean=1s cv=1e9)",
        "+106751d",
    };
    for (size_t p = 0; p < ARRAY_LEN(paths); p++)
        for (size_t v = 0; v < ARRAY_LEN(values); v++) {
            char set[256];
            snprintf(set, sizeof(set), "%s=%s", paths[p], values[v]);
            const char *const sets[] = { set };
            struct arena arena;
            struct diag diag;
            arena_init(&arena);
            diag_init(&diag, &arena);
            const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, "/nonexistent",
                                                       sets, 1, &arena, &diag);
            if (sc) {
                scenario_doubts(sc, &diag);
                scenario_explain(sc, nowhere);
            }
            arena_fini(&arena);
        }
}

static void given_an_endless_file_when_read_then_it_is_refused_by_its_size(void **state)
{
    struct arena arena;
    struct diag diag;
    arena_init(&arena);
    diag_init(&diag, &arena);
    bool unreadable = false;
    assert_null(scenario_open("/dev/zero", NULL, 0, &arena, &diag, &unreadable));
    assert_false(unreadable);
    assert_non_null(strstr(diag.entries[0].message, "larger than 16 MiB"));
    assert_null(scenario_open("/", NULL, 0, &arena, &diag, &unreadable));
    assert_true(unreadable);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_scenario_with_random_damage_when_loaded_then_it_is_read_or_refused),
        cmocka_unit_test(given_a_scenario_that_ends_anywhere_when_loaded_then_it_is_read_or_refused),
        cmocka_unit_test(given_random_assignments_when_loaded_then_they_are_applied_or_refused),
        cmocka_unit_test(given_a_million_levels_when_loaded_then_it_ends),
        cmocka_unit_test(given_a_hundred_thousand_of_anything_when_loaded_then_it_ends),
        cmocka_unit_test(given_many_different_names_when_loaded_then_it_ends),
        cmocka_unit_test(given_sessions_of_any_navigation_when_loaded_then_they_are_read_or_refused),
        cmocka_unit_test(given_a_long_chain_of_calls_when_loaded_then_it_ends),
        cmocka_unit_test(given_demands_beyond_all_integers_when_checked_then_nothing_overflows),
        cmocka_unit_test(given_bytes_that_are_no_text_when_loaded_then_they_are_refused),
        cmocka_unit_test(given_extreme_numbers_when_loaded_then_nothing_overflows),
        cmocka_unit_test(given_an_endless_file_when_read_then_it_is_refused_by_its_size),
    };
    return cmocka_run_group_tests(tests, open_nowhere, close_nowhere);
}
