/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param_schema, scenario_schema: the patterns against the readers, and a schema that holds together. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/param_schema.h"
#include "models/scenario_schema.h"
#include "models/scenario_tables.h"
#include "sim/base/units.h"

struct fixture {
    struct arena arena;
    cJSON *schema;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena);
    f->schema = scenario_schema(&f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    cJSON_Delete(f->schema);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

/* ---- patterns ---- */

static bool reads(enum param_kind kind, const char *text, struct arena *arena)
{
    union {
        int64_t integer;
        double number;
    } ignored;
    static bool (*const integers[])(const char *, int64_t *) = {
        [PARAM_DURATION] = duration_from_text,
        [PARAM_BYTES] = bytes_from_text,
        [PARAM_MONEY] = money_from_text,
        [PARAM_COUNT] = count_from_text,
    };
    static bool (*const numbers[])(const char *, double *) = {
        [PARAM_RATE] = rate_from_text,     [PARAM_SHARE] = share_from_text, [PARAM_NUMBER] = number_from_text,
        [PARAM_FACTOR] = factor_from_text, [PARAM_VCPUS] = vcpus_from_text,
    };
    if (kind < ARRAY_LEN(integers) && integers[kind])
        return integers[kind](text, &ignored.integer);
    if (kind < ARRAY_LEN(numbers) && numbers[kind])
        return numbers[kind](text, &ignored.number);
    assert_int_equal(kind, PARAM_DIST);
    struct diag diag;
    struct dist dist;
    diag_init(&diag, arena);
    return dist_parse(&dist, text, (struct mark){ 0 }, ".", arena, &diag);
}

static void compile(regex_t *regex, const char *pattern)
{
    assert_int_equal(regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
}

static bool fits(const regex_t *regex, const char *text)
{
    return regexec(regex, text, 0, NULL, 0) == 0;
}

/* Every text of up to three characters of those that units are made of, behind a number. */
static void compare_units(enum param_kind kind, const regex_t *regex, struct arena *arena)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/%$ .-";
    const size_t n = sizeof(alphabet); /* the last one is no character: the text ends */
    for (size_t i = 0; i < n * n * n; i++) {
        const char text[] = { '7', alphabet[i / n / n], alphabet[i / n % n], alphabet[i % n], '\0' };
        if (fits(regex, text) != reads(kind, text, arena))
            fail_msg("'%s': pattern %d, reader %d", text, fits(regex, text), reads(kind, text, arena));
    }
}

static void given_any_unit_when_pattern_and_reader_look_at_it_then_they_agree(void **state)
{
    static const enum param_kind kinds[] = { PARAM_DURATION, PARAM_RATE,   PARAM_BYTES,  PARAM_MONEY, PARAM_SHARE,
                                             PARAM_COUNT,    PARAM_NUMBER, PARAM_FACTOR, PARAM_VCPUS };
    struct fixture *f = *state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        regex_t regex;
        compile(&regex, param_schema_pattern(kinds[k], &f->arena));
        compare_units(kinds[k], &regex, &f->arena);
        regfree(&regex);
    }
}

static void given_odd_numbers_when_pattern_and_reader_look_at_them_then_they_agree(void **state)
{
    static const char *const numbers[] = { "0",   "7",   "007", "1.5",  "1.",   ".5", ".",   "",     "-3",  "+3",
                                           "--3", "1e3", "1E3", "1e+3", "1e-3", "1e", "1,5", "0x10", "inf", "nan" };
    static const struct {
        enum param_kind kind;
        const char *before, *after;
    } forms[] = {
        { PARAM_DURATION, "", "h" },         { PARAM_DURATION, "", " s" }, { PARAM_RATE, "", "k/day" },
        { PARAM_BYTES, "", " MiB" },         { PARAM_SHARE, "", " %" },    { PARAM_NUMBER, "", "" },
        { PARAM_NUMBER, " ", "" },           { PARAM_NUMBER, "", " " },    { PARAM_FACTOR, "x", "" },
        { PARAM_FACTOR, "", "x" },           { PARAM_FACTOR, "x", "x" },   { PARAM_MONEY, "$", "" },
        { PARAM_MONEY, "-$", "k" },          { PARAM_MONEY, "", " USD" },  { PARAM_MONEY, "", "k USD" },
        { PARAM_MONEY, "$", " USD" },        { PARAM_DIST, "exp(", "s)" }, { PARAM_DIST, "", "ms" },
        { PARAM_DURATION, "1h", "m" },       { PARAM_RATE, "", "/min" },   { PARAM_BYTES, "", "B" },
        { PARAM_DURATION, "", "\xc2\xb5s" }, { PARAM_VCPUS, "", "m" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        regex_t regex;
        compile(&regex, param_schema_pattern(forms[i].kind, &f->arena));
        for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
            char text[64];
            snprintf(text, sizeof(text), "%s%s%s", forms[i].before, numbers[k], forms[i].after);
            const bool read = reads(forms[i].kind, text, &f->arena);
            if (forms[i].kind == PARAM_DIST && !read)
                continue; /* whether the arguments make sense is the reader's */
            if (fits(&regex, text) != read)
                fail_msg("'%s': reader %d, pattern %d", text, read, !read);
        }
        regfree(&regex);
    }
}

static void given_distributions_when_the_pattern_looks_at_them_then_it_knows_the_reader_s_names(void **state)
{
    struct fixture *f = *state;
    regex_t regex;
    compile(&regex, param_schema_pattern(PARAM_DIST, &f->arena));
    size_t count = 0;
    for (; dist_example(count); count++)
        assert_true(fits(&regex, dist_example(count)));
    assert_true(count >= 8);
    static const char *const wrong[] = { "normal(3s 1s)", "exp(9ms", "exp 9ms", "lognormal(mean=9ms, cv=1)",
                                         "exp(9ms)x",     "" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(fits(&regex, wrong[i]));
    regfree(&regex);
}

static void given_instants_when_the_pattern_looks_at_them_then_it_knows_a_clock(void **state)
{
    struct fixture *f = *state;
    regex_t regex;
    compile(&regex, param_schema_pattern(PARAM_INSTANT, &f->arena));
    static const char *const right[] = { "00:00", "23:59:59", "20:05", "+2h", "+1h30m", "+0" };
    static const char *const wrong[] = { "24:00", "7:05", "20:60", "20:05:", "+-2h", "2h", "" };
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        assert_true(fits(&regex, right[i]));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(fits(&regex, wrong[i]));
    regfree(&regex);
}

static void given_names_when_the_pattern_looks_at_them_then_it_agrees_with_the_reader(void **state)
{
    regex_t regex;
    compile(&regex, param_schema_name_pattern);
    static const char sixty_four[] = "a123456789012345678901234567890123456789012345678901234567890123";
    static const char *const names[] = { "a",
                                         "web-fleet",
                                         "9_x",
                                         "-a",
                                         "_a",
                                         "",
                                         "a b",
                                         "a.b",
                                         sixty_four,
                                         "\xc3\xa4",
                                         "a1234567890123456789012345678901234567890123456789012345678901234" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal(fits(&regex, names[i]), param_is_name(names[i]));
    regfree(&regex);
}

/* ---- the schema as a whole ---- */

/* Calls `look` for every object below `json`, itself included. */
static void each_object(const cJSON *json, void (*look)(struct fixture *f, const cJSON *object), struct fixture *f)
{
    if (cJSON_IsObject(json))
        look(f, json);
    for (const cJSON *item = json->child; item; item = item->next)
        each_object(item, look, f);
}

static void expect_ref_to_lead_somewhere(struct fixture *f, const cJSON *object)
{
    static const char prefix[] = "#/definitions/";
    const cJSON *ref = cJSON_GetObjectItemCaseSensitive(object, "$ref");
    if (!ref)
        return;
    assert_int_equal(strncmp(ref->valuestring, prefix, sizeof(prefix) - 1), 0);
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(f->schema, "definitions");
    if (!cJSON_GetObjectItemCaseSensitive(definitions, ref->valuestring + sizeof(prefix) - 1))
        fail_msg("%s leads nowhere", ref->valuestring);
}

static void given_the_schema_then_every_reference_leads_to_a_definition(void **state)
{
    struct fixture *f = *state;
    each_object(f->schema, expect_ref_to_lead_somewhere, f);
}

/* The rows of a table are the definition's properties, described and required as the table says. */
static void expect_rows(const cJSON *definition, const struct param *table)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(definition, "properties");
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(definition, "required");
    int needed = 0;
    for (const struct param *row = table; row->name; row++) {
        const cJSON *property = cJSON_GetObjectItemCaseSensitive(properties, row->name);
        if (!property)
            fail_msg("'%s' is not in the schema", row->name);
        assert_non_null(strstr(cJSON_GetObjectItemCaseSensitive(property, "description")->valuestring, row->doc));
        needed += !row->def;
    }
    assert_int_equal(required ? cJSON_GetArraySize(required) : 0, needed);
}

static void given_the_tables_then_every_row_is_a_property_with_its_documentation(void **state)
{
    struct fixture *f = *state;
    expect_rows(cJSON_GetObjectItemCaseSensitive(f->schema, "else"), scenario_params); /* without `extends` */
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(f->schema, "definitions");
    for (int k = 0; k < KIND_COUNT; k++) {
        char name[64];
        snprintf(name, sizeof(name), "component.%s", component_types[k]->kind);
        expect_rows(cJSON_GetObjectItemCaseSensitive(definitions, name), component_types[k]->params);
    }
    expect_rows(cJSON_GetObjectItemCaseSensitive(definitions, "region"), region_params);
    expect_rows(cJSON_GetObjectItemCaseSensitive(definitions, "objective.latency"), latency_params);
}

static void given_any_table_then_unknown_keys_are_refused_everywhere(void **state)
{
    struct fixture *f = *state;
    const cJSON *definition = cJSON_GetObjectItemCaseSensitive(f->schema, "definitions")->child;
    for (; definition; definition = definition->next)
        if (cJSON_GetObjectItemCaseSensitive(definition, "properties") && !strstr(definition->string, ".component"))
            assert_non_null(cJSON_GetObjectItemCaseSensitive(definition, "additionalProperties"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_any_unit_when_pattern_and_reader_look_at_it_then_they_agree),
        cmocka_unit_test(given_odd_numbers_when_pattern_and_reader_look_at_them_then_they_agree),
        cmocka_unit_test(given_distributions_when_the_pattern_looks_at_them_then_it_knows_the_reader_s_names),
        cmocka_unit_test(given_instants_when_the_pattern_looks_at_them_then_it_knows_a_clock),
        cmocka_unit_test(given_names_when_the_pattern_looks_at_them_then_it_agrees_with_the_reader),
        cmocka_unit_test(given_the_schema_then_every_reference_leads_to_a_definition),
        cmocka_unit_test(given_the_tables_then_every_row_is_a_property_with_its_documentation),
        cmocka_unit_test(given_any_table_then_unknown_keys_are_refused_everywhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
