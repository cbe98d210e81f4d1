/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever bytes a price list consists of: no crash, no hang, no unbounded memory, a refusal says why and where, and a
 * book that comes of it reads back.
 *
 * HEADROOM_SEED chooses other mutations, HEADROOM_MUTATIONS more of them (nightly).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pricing/import.h"
#include "sim/base/compiler.h"
#include "tests/unit/price_list_samples.h"

static const size_t MEMORY_MAX = (size_t)64 << 20; /* of an import, whatever the file */
static const double SECONDS_MAX = 20.0;            /* CPU time of one, sanitizers included */

static FILE *nowhere;
static char folder[] = "/tmp/headroom-hostile-XXXXXX";

static int open_nowhere(void **state)
{
    nowhere = fopen("/dev/null", "w");
    return nowhere && mkdtemp(folder) ? 0 : -1;
}

static int close_nowhere(void **state)
{
    rmdir(folder);
    return fclose(nowhere);
}

/* A book of ours, whatever came into it from outside. */
static void assert_reads_back(const struct import_result *result, struct arena *arena, struct diag *diag)
{
    struct price_text text = { .file = "imported.csv" };
    char path[64];
    snprintf(path, sizeof path, "%s/rates.csv", folder);
    assert_true(book_file_write(result->imported, result->imported_count, path, arena, diag));
    FILE *const file = fopen(path, "rb");
    char *const bytes = arena_alloc(arena, 1 << 20, 1);
    assert_non_null(file);
    text.length = fread(bytes, 1, (1 << 20) - 1, file);
    text.text = bytes;
    fclose(file);
    unlink(path);
    if (!price_book_parse(&text, 1, arena, diag)) {
        diag_print(diag, stderr, false);
        fail_msg("%s", bytes);
    }
}

static int survive(const char *bytes, size_t length)
{
    static const char *const regions[] = { "us-west-2" };
    struct arena arena;
    struct diag diag;
    struct import_result result;
    arena_init(&arena);
    diag_init(&diag, &arena);
    const struct price_text rates = { "rates.csv", "us-west-2", RATES_BOOK, sizeof RATES_BOOK - 1 };
    const struct price_text terms = { "terms.csv", "us-west-2", TERMS_BOOK, sizeof TERMS_BOOK - 1 };
    const struct book_folder book = {
        .path = "test",
        .regions = (const char **)(uintptr_t)regions,
        .region_count = 1,
        .rates = price_book_parse(&rates, 1, &arena, &diag),
        .terms = price_book_parse(&terms, 1, &arena, &diag),
    };
    struct import *const import = import_new(&book, NULL, &arena);
    const clock_t began = clock();
    FILE *const stream = fmemopen((void *)(uintptr_t)bytes, length, "rb");
    assert_non_null(stream);
    const bool good = import_read(import, "hostile.json", stream, &diag);
    fclose(stream);
    assert_int_equal(good, diag.errors == 0);
    if (good && import_finish(import, &result, &diag))
        assert_reads_back(&result, &arena, &diag);
    diag_print(&diag, nowhere, true);
    const int errors = diag.errors;
    assert_true(arena.total_bytes < MEMORY_MAX);
    assert_true((double)(clock() - began) / CLOCKS_PER_SEC < SECONDS_MAX);
    import_free(import);
    arena_fini(&arena);
    return errors;
}

/* ---- mutations of good files ---- */

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
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\u0000",
    "\\n",
    "\n",
    "\r",
    "\t",
    "\"\"",
    "null",
    "true",
    "1e999",
    "-0",
    "NaN",
    "Inf",
    "-1",
    "99999999999999999999",
    "0.00000000001",
    "1e-10",
    "\xff",
    "\xc2\x85",
    "\xef\xbb\xbf",
    "\033[31m",
    "USD",
    "CNY",
    "Hrs",
    "Quantity",
    "0",
    "200",
    "SKUBOX",
    "SKUNAT",
    "us-west-2",
    "Any",
    "\"products\":",
    "\"terms\":",
    "\"Reserved\":",
    "\"attributes\":{",
    "\"pricePerUnit\":{",
    "1yr",
    "All Upfront",
    ";",
    "=",
    "BoxUsage:",
    "ComputeSP:1yrNoUpfront",
    "EC2SP:m5.3yrAllUpfront",
    "..",
    "'",
};

enum { ROOM = 16384 };

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
    char piece[256];
    switch (below(random, 8)) {
    case 0: /* truncate, rarely */ return below(random, 8) ? length : at;
    case 1: { /* another byte */
        const char byte = (char)below(random, 256);
        return replace(text, length, at, 1, &byte, 1);
    }
    case 2: /* remove */ return replace(text, length, at, below(random, 40), "", 0);
    case 3: { /* repeat a piece elsewhere */
        const size_t from = below(random, length), most = length - from, size = below(random, most < 250 ? most : 250);
        memcpy(piece, text + from, size);
        return replace(text, length, at, 0, piece, size);
    }
    default: { /* a token, instead of something or in between */
        const char *const token = TOKENS[below(random, ARRAY_LEN(TOKENS))];
        return replace(text, length, at, below(random, 2) * below(random, 8), token, strlen(token));
    }
    }
}

static const struct {
    const char *text;
    size_t length;
} SAMPLES[] = {
    { OFFER_SAMPLE, sizeof OFFER_SAMPLE - 1 }, { CSV_SAMPLE, sizeof CSV_SAMPLE - 1 },
    { PLANS_SAMPLE, sizeof PLANS_SAMPLE - 1 }, { PLANS_CSV_SAMPLE, sizeof PLANS_CSV_SAMPLE - 1 },
    { INDEX_SAMPLE, sizeof INDEX_SAMPLE - 1 }, { PLAN_INDEX_SAMPLE, sizeof PLAN_INDEX_SAMPLE - 1 },
};

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void given_a_price_list_with_random_damage_when_imported_then_it_is_read_or_refused(void **state)
{
    const uint64_t seed = number_from_environment("HEADROOM_SEED", 1);
    const uint64_t mutations = number_from_environment("HEADROOM_MUTATIONS", 3000);
    for (uint64_t i = 0; i < mutations; i++) {
        uint64_t random = seed * UINT64_C(0x2545f4914f6cdd1d) + i;
        static char text[ROOM + 1];
        const size_t sample = below(&random, ARRAY_LEN(SAMPLES));
        size_t length = SAMPLES[sample].length;
        memcpy(text, SAMPLES[sample].text, length);
        for (size_t wounds = 1 + below(&random, 4); wounds > 0; wounds--)
            length = mutate(text, length, &random);
        if (length > 0)
            survive(text, length);
    }
}

static void given_a_price_list_that_ends_anywhere_when_imported_then_it_is_refused(void **state)
{
    for (size_t s = 0; s < ARRAY_LEN(SAMPLES); s++)
        for (size_t length = 1; length < SAMPLES[s].length; length += 11)
            survive(SAMPLES[s].text, length);
    assert_true(survive(OFFER_SAMPLE, sizeof OFFER_SAMPLE - 4) > 0);
    assert_int_equal(survive(OFFER_SAMPLE, sizeof OFFER_SAMPLE - 1), 0);
}

/* ---- made by hand ---- */

/* `piece` so many times, '@' being the number of the repetition. The caller frees. */
static char *repeated_new(const char *begin, const char *piece, int count, const char *end)
{
    char *text = malloc(strlen(begin) + (size_t)count * (strlen(piece) + 32) + strlen(end) + 1), *at = text;
    assert_non_null(text);
    at += sprintf(at, "%s", begin);
    for (int i = 0; i < count; i++)
        for (const char *c = piece; *c; c++) {
            if (*c == '@')
                at += sprintf(at, "%d", i);
            else
                *at++ = *c;
        }
    strcpy(at, end);
    return text;
}

static int survive_repeated(const char *begin, const char *piece, int count, const char *end)
{
    char *text = repeated_new(begin, piece, count, end);
    const int errors = survive(text, strlen(text));
    free(text);
    return errors;
}

static void given_a_million_of_anything_when_imported_then_it_ends(void **state)
{
    assert_true(survive_repeated("{\"a\":", "[", 1000000, "") > 0);
    assert_true(survive_repeated("{\"a\":", "{\"a\":", 1000000, "") > 0);
    assert_true(survive_repeated("{\"offerCode\":\"", "x", 3000000, "\"}") > 0);
    assert_true(survive_repeated("{\"disclaimer\":", "9", 3000000, "}") > 0);
    assert_true(survive_repeated("{\"a\":\"", "\\u0041", 500000, "\"}") > 0);
    assert_true(survive_repeated("FormatVersion,", "x", 3000000, "\n") > 0);
    assert_true(survive_repeated("SKU", ",a", 3000, "\n") > 0);
    assert_true(survive_repeated("{", "\"offers\":{\"AmazonEC2\":{\"currentVersionUrl\":\"/offers/@\"}},", 20000,
                                 "\"x\":1}") > 0);
    assert_int_equal(survive_repeated(" ", " ", 3000000, OFFER_SAMPLE), 0);
}

static void given_products_without_end_when_imported_then_memory_is_bounded(void **state)
{
    static const char wanted[] = PRODUCT("SKU@", "us-west-2", "USW2-BoxUsage:n@.large", "RunInstances", LINUX) ",";
    static const char other[] = PRODUCT("SKU@", "us-west-2", "USW2-Other@", "@", "") ",";
    assert_true(survive_repeated(LIST_HEAD "\"products\":{", wanted, 150000, "\"x\":{}},\"terms\":{}}") > 0);
    assert_true(survive_repeated(LIST_HEAD "\"products\":{", other, 100000, "\"x\":{}},\"terms\":{}}") > 0);
}

static void given_rates_without_end_when_imported_then_memory_is_bounded(void **state)
{
    static const char begin[] = LIST_HEAD
        "\"products\":{" PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances",
                                 LINUX) "},\"terms\":{\"OnDemand\":{\"SKUBOX\":{";
    static const char offer[] = OFFER("SKUBOX", "T@", "2026-11-01", RATE("SKUBOX", "T@", "R", "Hrs", "@", "Inf", "0.@"),
                                      "") ",";
    survive_repeated(begin, offer, 60000, "\"x\":{}}}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_price_list_with_random_damage_when_imported_then_it_is_read_or_refused),
        cmocka_unit_test(given_a_price_list_that_ends_anywhere_when_imported_then_it_is_refused),
        cmocka_unit_test(given_a_million_of_anything_when_imported_then_it_ends),
        cmocka_unit_test(given_products_without_end_when_imported_then_memory_is_bounded),
        cmocka_unit_test(given_rates_without_end_when_imported_then_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, open_nowhere, close_nowhere);
}
