/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param: one small table with every kind of parameter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/param.h"
#include "models/scenario_tables.h"

struct inner {
    bool present;
    int64_t count;
};
struct element {
    const char *name;
    struct mark at;
    double share;
};
struct item {
    int64_t count;
    struct mark at;
};
struct thing {
    sim_time duration;
    double rate, share, number, factor;
    int64_t bytes, money, count;
    bool flag, share_set;
    const char *text;
    struct dist dist;
    int choice;
    struct ref ref;
    struct instant instant;
    struct inner block;
    struct element *map;
    int map_count;
    struct item *list;
    int list_count;
    struct tagged *steps;
    int step_count;
};

static const char *const COLOURS[] = { "red", "green", NULL };

static const struct param inner_params[] = {
    { .name = "count", .kind = PARAM_COUNT, .offset = AT(inner, count), .def = "7", .doc = "x", .source = "assumed" },
    PARAM_END,
};
static const struct param element_params[] = {
    { .name = "", .kind = PARAM_SHARE, .offset = AT(element, share), .doc = "x", .source = "assumed" },
    PARAM_END,
};
static const struct param item_params[] = {
    { .name = "count",
      .kind = PARAM_COUNT,
      .offset = AT(item, count),
      .doc = "x",
      .source = "assumed",
      .shorthand = true },
    PARAM_END,
};
static const struct param_variant step_kinds[] = {
    { "wait", "waits", inner_params, sizeof(struct inner) },
    { "go", "goes", item_params, sizeof(struct item) },
    { 0 },
};
#define ROW(n, k, ...) \
    { \
        .name = #n, .kind = k, .offset = AT(thing, n), .doc = "x", .source = "assumed", __VA_ARGS__ \
    }
static const struct param thing_params[] = {
    ROW(duration, PARAM_DURATION, .def = "30s", .min = "1s", .max = "12h"),
    ROW(rate, PARAM_RATE, .def = "5/s"),
    ROW(share, PARAM_SHARE, .def = "", .min = "10%", .max = "90%", .set_offset = AT(thing, share_set)),
    ROW(number, PARAM_NUMBER, .def = "1.5"),
    ROW(factor, PARAM_FACTOR, .def = "x3"),
    ROW(bytes, PARAM_BYTES, .def = "2kB", .max = "1MB"),
    ROW(money, PARAM_MONEY, .def = "$1"),
    ROW(count, PARAM_COUNT, .def = "3", .min = "1", .max = "5"),
    ROW(flag, PARAM_BOOL, .def = "yes"),
    ROW(text, PARAM_TEXT, .def = ""),
    ROW(dist, PARAM_DIST, .def = "exp(9ms)", .max = "1s"),
    ROW(choice, PARAM_CHOICE, .def = "green", .choices = COLOURS),
    ROW(ref, PARAM_REF, .def = "", .refs = "rds|sqs"),
    ROW(instant, PARAM_INSTANT, .def = ""),
    ROW(block, PARAM_BLOCK, .def = "", .sub = inner_params),
    ROW(map, PARAM_MAP, .def = "", .sub = element_params, .sub_size = sizeof(struct element),
        .count_offset = AT(thing, map_count), .noun = "element"),
    ROW(list, PARAM_LIST, .def = "", .sub = item_params, .sub_size = sizeof(struct item),
        .count_offset = AT(thing, list_count), .mark_offset = AT(item, at)),
    ROW(steps, PARAM_TAGGED, .def = "", .variants = step_kinds, .count_offset = AT(thing, step_count)),
    PARAM_END,
};

struct fixture {
    struct arena arena;
    struct diag diag;
    struct param_reader reader;
    struct thing thing;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    param_reader_init(&f->reader, &f->arena, &f->diag, "test", ".");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static bool read_thing(struct fixture *f, const char *text)
{
    const struct node *node = yaml_parse("t.yaml", text, strlen(text), &f->arena, &f->diag);
    assert_non_null(node);
    f->thing = (struct thing){ 0 };
    return param_read(&f->reader, thing_params, node, "thing 't'", &f->thing);
}

/* The newest message and hint contain these; hint NULL: not looked at. */
static void assert_wrong(struct fixture *f, const char *text, const char *message, const char *hint)
{
    const int before = f->diag.errors;
    assert_false(read_thing(f, text));
    assert_true(f->diag.errors > before);
    const struct diag_entry *entry = &f->diag.entries[before];
    if (!strstr(entry->message, message))
        fail_msg("'%s' is not in '%s'", message, entry->message);
    if (hint && (!entry->hint || !strstr(entry->hint, hint)))
        fail_msg("'%s' is not in the hint '%s'", hint, entry->hint ? entry->hint : "(none)");
}

static void given_nothing_when_read_then_the_defaults_count(void **state)
{
    struct fixture *f = *state;
    assert_true(read_thing(f, "{}"));
    const struct thing *t = &f->thing;
    assert_int_equal(t->duration, 30 * SIM_SECOND);
    assert_true(t->rate == 5.0 && t->number == 1.5 && t->factor == 3.0 && t->share == 0.0 && !t->share_set);
    assert_int_equal(t->bytes, 2000);
    assert_int_equal(t->money, INT64_C(10000000000));
    assert_int_equal(t->count, 3);
    assert_true(t->flag);
    assert_string_equal(t->text, "");
    assert_true(t->dist.mean_ns == 9e6);
    assert_int_equal(t->choice, 1);
    assert_null(t->ref.name);
    assert_false(t->instant.set);
    assert_false(t->block.present);
    assert_int_equal(t->block.count, 7);
    assert_int_equal(t->map_count + t->list_count + t->step_count, 0);
    assert_int_equal(f->reader.pending_count, 0);
}

static void given_every_kind_when_read_then_the_members_have_the_values(void **state)
{
    struct fixture *f = *state;
    assert_true(read_thing(f,
                           "duration: 5m\nrate: 60/min\nshare: 25%\nnumber: -2\nfactor: 1.5x\nbytes: 1KiB\nmoney: $2\n"
                           "count: 5\nflag: off\ntext: hello\ndist: uniform(3ms 5ms)\nchoice: red\nref: db\n"
                           "instant: \"20:05:30\"\nblock: {count: 2}\nmap: {a: 10%, b: 0.9}\n"
                           "list: [{count: 1}, 2]\nsteps: [{wait: {}}, {go: 4}]\n"));
    const struct thing *t = &f->thing;
    assert_int_equal(t->duration, 300 * SIM_SECOND);
    assert_true(t->rate == 1.0 && t->share == 0.25 && t->share_set && t->number == -2.0 && t->factor == 1.5);
    assert_int_equal(t->bytes, 1024);
    assert_false(t->flag);
    assert_string_equal(t->text, "hello");
    assert_true(t->dist.mean_ns == 4e6);
    assert_int_equal(t->choice, 0);
    assert_string_equal(t->ref.name, "db");
    assert_int_equal(t->ref.at.line, 13);
    assert_int_equal(f->reader.pending_count, 1);
    assert_ptr_equal(f->reader.pending[0].ref, &f->thing.ref);
    assert_int_equal(t->instant.ns, 20 * SIM_HOUR + 5 * SIM_MINUTE + 30 * SIM_SECOND);
    assert_true(t->block.present && t->block.count == 2);
    assert_int_equal(t->map_count, 2);
    assert_string_equal(t->map[1].name, "b");
    assert_true(t->map[1].share == 0.9);
    assert_int_equal(t->list_count, 2);
    assert_int_equal(t->list[1].count, 2);
    assert_int_equal(t->list[0].at.line, 17);
    assert_int_equal(t->step_count, 2);
    assert_int_equal(t->steps[1].variant, 1);
    assert_int_equal(((const struct item *)t->steps[1].config)->count, 4);
}

static void given_a_single_value_when_a_list_is_read_then_it_is_a_list_of_one(void **state)
{
    struct fixture *f = *state;
    assert_true(read_thing(f, "list: {count: 4}\nsteps: {go: 1}\n"));
    assert_int_equal(f->thing.list_count, 1);
    assert_int_equal(f->thing.step_count, 1);
    assert_false(f->thing.steps[0].shorthand);
}

static void given_wrong_values_when_read_then_the_message_says_what_was_found_and_expected(void **state)
{
    struct fixture *f = *state;
    assert_wrong(f, "duration: 45 secs", "'45 secs' is not a duration", "45s, 500ms");
    assert_wrong(f, "duration: 45", "'45' is a number without a unit, but 'duration' of thing 't' is a duration",
                 "45s");
    assert_wrong(f, "duration: 2kB", "'2kB' is a size, but 'duration' of thing 't' is a duration", "45s");
    assert_wrong(f, "rate: 45s", "'45s' is a duration", "300/s");
    assert_wrong(f, "money: 62", "a number without a unit", "$62");
    assert_wrong(f, "count: 1.5", "a number without a unit", "120k");
    assert_wrong(f, "flag: maybe", "not true or false", "write true or false");
    assert_wrong(f, "instant: 25:00", "not an instant", "20:05");
    assert_wrong(f, "duration: [1s]", "is a duration, but this is a list", NULL);
    assert_wrong(f, "block: 3", "is a mapping, but this is a single value", "count");
    assert_wrong(f, "map: [a]", "is a mapping of names, but this is a list", NULL);
    assert_wrong(f, "count:\nrate: x", "'x' is not a rate", NULL);
}

static void given_values_out_of_range_when_read_then_the_range_is_said(void **state)
{
    struct fixture *f = *state;
    assert_wrong(f, "duration: 13h", "is 13h, but the most is 12h", "1s to 12h");
    assert_wrong(f, "duration: -3s", "is -3s, but the least is 1s", "1s to 12h");
    assert_wrong(f, "share: 5%", "the least is 10%", NULL);
    assert_wrong(f, "share: 50", "the most is 90%", "50%");
    assert_wrong(f, "bytes: 2MB", "the most is 1MB", NULL);
    assert_wrong(f, "count: 0", "the least is 1", "1 to 5");
    assert_wrong(f, "dist: exp(2s)", "the most is 1s", NULL);
    assert_true(read_thing(f, "duration: 1s\ncount: 5\nshare: 90%\n"));
}

static void given_unknown_names_when_read_then_the_nearest_is_named(void **state)
{
    struct fixture *f = *state;
    assert_wrong(f, "duratoin: 5s", "unknown key 'duratoin' in thing 't'; did you mean 'duration'?", NULL);
    assert_wrong(f, "xyzzy: 5s", "unknown key 'xyzzy' in thing 't'", "it may have duration, rate");
    assert_wrong(f, "choice: gren", "did you mean 'green'?", "red, green");
    assert_wrong(f, "steps: [{wiat: {}}]", "did you mean 'wait'?", NULL);
    assert_wrong(f, "block: {conut: 1}", "unknown key 'conut' in 'block' of thing 't'; did you mean 'count'?", NULL);
    assert_wrong(f, "map: {a b: 1%}", "'a b' is not a name", "letters, digits");
    assert_wrong(f, "steps: [{wait: {}, go: 1}]", "has one key, not 2", "begin each item");
}

static void given_a_comma_in_a_distribution_when_read_then_it_is_explained_once(void **state)
{
    struct fixture *f = *state;
    assert_wrong(f, "{dist: lognormal(mean=9ms, cv=1), count: 2}", "'dist' of thing 't' ends at a comma",
                 "arguments are separated by spaces: lognormal(mean=9ms cv=1)");
    assert_int_equal(f->diag.errors, 1);
    assert_int_equal(f->thing.count, 2);
    assert_wrong(f, "dist: uniform(3ms, 5ms)", "", "space");
}

static void given_errors_everywhere_when_read_then_all_come_at_once(void **state)
{
    struct fixture *f = *state;
    assert_false(
        read_thing(f, "duration: 1\nrate: 2\nshare: x\nbytes: 3\nmoney: 4\ncount: a\nflag: b\ndist: c\nchoice: d\n"
                      "instant: e\nblock: 5\nmap: 6\nlist: [x]\nsteps: [{y: 1}]\nz: 7\n"));
    assert_int_equal(f->diag.errors, 15);
}

static void given_steering_characters_in_a_text_when_read_then_they_are_neutralised(void **state)
{
    struct fixture *f = *state;
    assert_true(read_thing(f, "text: \"a\\e[31mb\"\n"));
    assert_string_equal(f->thing.text, "a?[31mb");
}

/* ---- the tables that exist: every row is complete, every default reads ---- */

static void assert_row_is_complete(const struct param *row);

static void assert_table_is_complete(const struct param *table, int depth)
{
    if (depth > 6)
        return; /* steps contain steps */
    for (const struct param *row = table; row->name; row++) {
        assert_row_is_complete(row);
        if (row->sub)
            assert_table_is_complete(row->sub, depth + 1);
        for (const struct param_variant *v = row->variants; v && v->key; v++)
            assert_table_is_complete(v->sub, depth + 1);
    }
}

static void assert_row_is_complete(const struct param *row)
{
    if (!row->doc || !row->doc[0] || row->doc[strlen(row->doc) - 1] == '.' || !row->source || !row->source[0])
        fail_msg("row '%s' has no doc, ends it with a full stop, or has no source", row->name);
    const bool has_sub = row->kind == PARAM_BLOCK || row->kind == PARAM_LIST || row->kind == PARAM_MAP;
    assert_true(has_sub == (row->sub != NULL));
    assert_true((row->kind == PARAM_TAGGED) == (row->variants != NULL));
    assert_true((row->kind == PARAM_CHOICE) == (row->choices != NULL));
    assert_true((row->kind == PARAM_REF) == (row->refs != NULL));
    if (row->kind == PARAM_LIST || row->kind == PARAM_MAP)
        assert_true(row->sub_size > 0 && row->count_offset > 0);
}

static void given_the_tables_of_all_components_when_looked_at_then_every_row_is_complete(void **state)
{
    for (int k = 0; k < KIND_COUNT; k++)
        assert_table_is_complete(component_types[k]->params, 0);
    for (const struct reference_topic *t = reference_topics; t->name; t++)
        if (strcmp(t->name, "steps") != 0) /* a heading, not a table that is read */
            assert_table_is_complete(t->table, 0);
}

/* A default that does not parse is a CHECK: reading an empty mapping applies each of them. */
static void given_the_tables_of_all_components_when_nothing_is_written_then_only_required_keys_are_missed(void **state)
{
    struct fixture *f = *state;
    for (int k = 0; k < KIND_COUNT; k++) {
        const struct node *node = yaml_parse("t.yaml", "{}", 2, &f->arena, &f->diag);
        void *config = arena_alloc(&f->arena, 1, component_types[k]->config_size);
        const int before = f->diag.errors;
        param_read(&f->reader, component_types[k]->params, node, component_types[k]->kind, config);
        for (int i = before; i < f->diag.count; i++)
            assert_non_null(strstr(f->diag.entries[i].message, "is missing"));
    }
}

static void given_a_table_when_its_reference_is_printed_then_every_row_is_in_it(void **state)
{
    char text[16384];
    FILE *out = tmpfile();
    param_reference(thing_params, out);
    rewind(out);
    text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
    fclose(out);
    for (const struct param *row = thing_params; row->name; row++)
        assert_non_null(strstr(text, row->name));
    assert_non_null(strstr(text, "1s to 12h"));
    assert_non_null(strstr(text, "red | green"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_nothing_when_read_then_the_defaults_count),
        TEST(given_every_kind_when_read_then_the_members_have_the_values),
        TEST(given_a_single_value_when_a_list_is_read_then_it_is_a_list_of_one),
        TEST(given_wrong_values_when_read_then_the_message_says_what_was_found_and_expected),
        TEST(given_values_out_of_range_when_read_then_the_range_is_said),
        TEST(given_unknown_names_when_read_then_the_nearest_is_named),
        TEST(given_a_comma_in_a_distribution_when_read_then_it_is_explained_once),
        TEST(given_errors_everywhere_when_read_then_all_come_at_once),
        TEST(given_steering_characters_in_a_text_when_read_then_they_are_neutralised),
        TEST(given_the_tables_of_all_components_when_looked_at_then_every_row_is_complete),
        TEST(given_the_tables_of_all_components_when_nothing_is_written_then_only_required_keys_are_missed),
        TEST(given_a_table_when_its_reference_is_printed_then_every_row_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
