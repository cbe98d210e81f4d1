/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/param_scalar.h"

#include <stdlib.h>
#include <string.h>

#include "models/extends.h"
#include "sim/base/check.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

/* Limits make hostile files end. A gamma table costs milliseconds and 32 kB. */
enum { DISTS_MAX = 1000, DIST_SLOTS = 2048 };

struct param_dists {
    int count;
    struct {
        const char *text, *folder; /* a file that it names lies there */
        struct dist dist;
    } slots[DIST_SLOTS];
};

void param_reader_init(struct param_reader *reader, struct arena *arena, struct diag *diag, const char *file,
                       const char *base_dir)
{
    *reader = (struct param_reader){ .arena = arena, .diag = diag, .file = file, .base_dir = base_dir };
    reader->dists = ARENA_NEW(arena, struct param_dists);
}

const char *param_folder(const struct param_reader *reader, struct mark at)
{
    const bool of_base = at.file && strcmp(at.file, reader->file) != 0 && strncmp(at.file, "--", 2) != 0;
    return of_base ? extends_folder(at.file, reader->arena) : reader->base_dir;
}

static const struct {
    const char *name, *example, *hint;
} KINDS[] = {
    [PARAM_DURATION] = { "a duration", "45s", "write a number and a unit: 45s, 500ms, 12h, 1h30m" },
    [PARAM_RATE] = { "a rate", "300/s", "write a number and a period: 300/s, 18000/min, 1.2k/s, 26M/day" },
    [PARAM_BYTES] = { "a size", "2kB", "write a number and a unit: 2kB, 1.8MB, 20GiB" },
    [PARAM_MONEY] = { "an amount of money", "$62", "write dollars: $62, $62.50, $1.2M" },
    [PARAM_SHARE] = { "a share", "50%", "write a percentage or a fraction of one: 50%, 99.8%, 0.5" },
    [PARAM_COUNT] = { "a count", "3", "write a whole number: 3, 120k, 40M" },
    [PARAM_NUMBER] = { "a number", "0.5", "write a number: 0.5, 12, 1e6" },
    [PARAM_FACTOR] = { "a factor", "x3", "write how many times: x3, 1.5x" },
    [PARAM_VCPUS] = { "a number of vCPUs", "500m", "write vCPUs or thousandths of one: 0.5, 500m" },
    [PARAM_BOOL] = { "true or false", "true", "write true or false" },
    [PARAM_TEXT] = { "a text", "m7g.large", "write a text" },
    [PARAM_DIST] = { "a distribution", "exp(9ms)",
                     "write 9ms, exp(9ms), lognormal(mean=9ms cv=1.2), uniform(3s 10s), ..." },
    [PARAM_CHOICE] = { "a choice", "a", "write one of the names" },
    [PARAM_REF] = { "a name", "web-fleet", "write the name of something in this scenario" },
    [PARAM_INSTANT] = { "an instant", "\"20:05\"", "write a time of day or a time since the start: \"20:05\", +2h" },
    [PARAM_BLOCK] = { "a mapping", "{key: value}", "write {key: value, ...}" },
    [PARAM_LIST] = { "a list", "[{key: value}]", "write [{key: value}, ...]" },
    [PARAM_MAP] = { "a mapping of names", "{name: value}", "write {name: value, ...}" },
    [PARAM_TAGGED] = { "a list", "[{key: value}]", "write [{key: value}, ...]" },
    [PARAM_NODE] = { "a mapping", "{key: value}", "write {key: value, ...}" },
};

const char *param_kind_name(enum param_kind kind)
{
    return KINDS[kind].name;
}

const char *param_kind_example(enum param_kind kind)
{
    return KINDS[kind].example;
}

/* What is kept as a text is printed one day: on a terminal, in a report. */
static const char *harmless(struct arena *arena, const char *text)
{
    char *copy = arena_text(arena, text);
    text_neutralise(copy);
    return copy;
}

bool param_full(const struct param_reader *reader)
{
    return reader->diag->count >= reader->diag->limit;
}

const char *param_path(struct param_reader *reader, const struct param *row, const char *what)
{
    if (!row->name[0] || row->shorthand)
        return what;
    return strcmp(what, PARAM_TOP) ? arena_printf(reader->arena, "'%s' of %s", row->name, what)
                                   : arena_printf(reader->arena, "'%s'", row->name);
}

const char *param_join(struct arena *arena, const char *const *words, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", words[i]);
    return text;
}

static bool bool_from_text(const char *text, bool *out)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {
        { "true", true }, { "false", false }, { "yes", true }, { "no", false }, { "on", true }, { "off", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(words[i].text, text) != 0)
            continue;
        *out = words[i].value;
        return true;
    }
    return false;
}

/* "20", "05": exactly two digits below `limit`. */
static bool take_two_digits(const char **text, int limit, int64_t *out)
{
    const char *c = *text;
    if (c[0] < '0' || c[0] > '9' || c[1] < '0' || c[1] > '9')
        return false;
    *out = 10 * (c[0] - '0') + (c[1] - '0');
    *text += 2;
    return *out < limit;
}

static bool instant_from_text(const char *text, struct instant *out)
{
    if (text[0] == '+') {
        int64_t ns;
        if (!duration_from_text(text + 1, &ns) || ns < 0)
            return false;
        *out = (struct instant){ .set = true, .offset = true, .ns = ns };
        return true;
    }
    int64_t hour, minute, second = 0;
    if (!take_two_digits(&text, 24, &hour) || *text++ != ':' || !take_two_digits(&text, 60, &minute))
        return false;
    if (*text == ':' && (text++, !take_two_digits(&text, 60, &second)))
        return false;
    if (*text)
        return false;
    *out = (struct instant){ .set = true, .ns = hour * SIM_HOUR + minute * SIM_MINUTE + second * SIM_SECOND };
    return true;
}

/* Kinds whose text is a number with a unit. `out` is the struct member. */
static bool measure_from_text(enum param_kind kind, const char *text, void *out)
{
    switch (kind) {
    case PARAM_DURATION: return duration_from_text(text, out);
    case PARAM_RATE: return rate_from_text(text, out);
    case PARAM_BYTES: return bytes_from_text(text, out);
    case PARAM_MONEY: return money_from_text(text, out);
    case PARAM_SHARE: return share_from_text(text, out);
    case PARAM_COUNT: return count_from_text(text, out);
    case PARAM_NUMBER: return number_from_text(text, out);
    case PARAM_FACTOR: return factor_from_text(text, out);
    case PARAM_VCPUS: return vcpus_from_text(text, out);
    case PARAM_BOOL: return bool_from_text(text, out);
    case PARAM_INSTANT: return instant_from_text(text, out);
    case PARAM_TEXT:
    case PARAM_DIST:
    case PARAM_CHOICE:
    case PARAM_REF:
    case PARAM_BLOCK:
    case PARAM_LIST:
    case PARAM_MAP:
    case PARAM_TAGGED:
    case PARAM_NODE: break;
    }
    CHECK(false, "a kind of parameter that is not a number with a unit was read as one");
    return false;
}

/* What the text would be instead: "a size" for '2kB' where a duration is wanted. NULL when nothing fits. */
static const char *what_it_is(const char *text)
{
    static const enum param_kind kinds[] = { PARAM_DURATION, PARAM_BYTES,  PARAM_RATE, PARAM_MONEY,  PARAM_COUNT,
                                             PARAM_SHARE,    PARAM_FACTOR, PARAM_BOOL, PARAM_INSTANT };
    double bare;
    if (number_from_text(text, &bare))
        return "a number without a unit";
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        union {
            int64_t integer;
            double number;
            bool boolean;
            struct instant instant;
        } ignored;
        if (measure_from_text(kinds[i], text, &ignored))
            return KINDS[kinds[i]].name;
    }
    return NULL;
}

static bool wrong_value(struct param_reader *reader, const struct param *row, const struct node *node, const char *what)
{
    const char *found = what_it_is(node->text), *path = param_path(reader, row, what);
    if (!node->text[0])
        diag_error(reader->diag, node->at, "%s has no value", path);
    else if (found && strcmp(found, KINDS[row->kind].name) != 0)
        diag_error(reader->diag, node->at, "'%s' is %s, but %s is %s", node->text, found, path, KINDS[row->kind].name);
    else
        diag_error(reader->diag, node->at, "'%s' is not %s (%s)", node->text, KINDS[row->kind].name, path);
    return diag_hint(reader->diag, "%s", KINDS[row->kind].hint);
}

bool param_wrong_node(struct param_reader *reader, const struct param *row, const struct node *node, const char *what)
{
    static const char *const names[] = {
        [NODE_SCALAR] = "a single value", [NODE_SEQUENCE] = "a list", [NODE_MAPPING] = "a mapping"
    };
    diag_error(reader->diag, node->at, "%s is %s, but this is %s", param_path(reader, row, what), KINDS[row->kind].name,
               names[node->kind]);
    return diag_hint(reader->diag, "%s", KINDS[row->kind].hint);
}

/* ---- ranges ---- */

/* -1, 0, 1 as the member is below, equal to or above the limit's text. */
static int compare_with_limit(const struct param *row, const void *value, const char *limit_text)
{
    const enum param_kind kind = row->kind == PARAM_DIST ? PARAM_DURATION : row->kind;
    union {
        int64_t integer;
        double number;
        struct instant instant; /* room for any measure */
    } limit;
    limit.integer = 0;
    CHECK(measure_from_text(kind, limit_text, &limit), "the limit of a parameter does not parse");
    if (row->kind == PARAM_DIST) {
        const double mean_ns = ((const struct dist *)value)->mean_ns;
        return (mean_ns > (double)limit.integer) - (mean_ns < (double)limit.integer);
    }
    if (kind == PARAM_DURATION || kind == PARAM_BYTES || kind == PARAM_MONEY || kind == PARAM_COUNT) {
        const int64_t integer = *(const int64_t *)value;
        return (integer > limit.integer) - (integer < limit.integer);
    }
    const double number = *(const double *)value;
    return (number > limit.number) - (number < limit.number);
}

static bool check_range(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                        const void *value)
{
    const bool below = row->min && compare_with_limit(row, value, row->min) < 0;
    const bool above = row->max && compare_with_limit(row, value, row->max) > 0;
    if (!below && !above)
        return true;
    diag_error(reader->diag, node->at, "%s is %s, but the %s is %s", param_path(reader, row, what), node->text,
               below ? "least" : "most", below ? row->min : row->max);
    if (row->kind == PARAM_SHARE && above && !strchr(node->text, '%'))
        return diag_hint(reader->diag, "write a percentage with its sign: %s%%", node->text);
    if (row->min && row->max && !strcmp(row->min, row->max))
        return diag_hint(reader->diag, "write %s", row->min);
    if (row->min && row->max)
        return diag_hint(reader->diag, "the range is %s to %s", row->min, row->max);
    return false;
}

/* ---- distributions: parsed once per text ---- */

static struct dist *find_dist(struct param_dists *dists, const char *text, const char *folder)
{
    size_t slot = (size_t)(text_hash(text) % DIST_SLOTS);
    while (dists->slots[slot].text &&
           (strcmp(dists->slots[slot].text, text) != 0 || !text_equal(dists->slots[slot].folder, folder)))
        slot = (slot + 1) % DIST_SLOTS;
    if (!dists->slots[slot].text) {
        dists->slots[slot].text = text; /* claimed; removed again when the text is not a distribution */
        dists->slots[slot].folder = folder;
    }
    return &dists->slots[slot].dist;
}

static bool dist_is_known(const struct dist *dist)
{
    return dist->text != NULL;
}

static void forget_dist(struct param_dists *dists, struct dist *dist)
{
    /* Only the newest claim can fail, so clearing it breaks no chain of slots. */
    const size_t slot = (size_t)((char *)dist - (char *)&dists->slots[0].dist) / sizeof(dists->slots[0]);
    dists->slots[slot].text = NULL;
}

const struct dist *param_next_dist(const struct param_reader *reader, int *i)
{
    while (*i < DIST_SLOTS) {
        const struct dist *dist = &reader->dists->slots[(*i)++].dist;
        if (reader->dists->slots[*i - 1].text && dist_is_known(dist))
            return dist;
    }
    return NULL;
}

static bool read_dist(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                      struct dist *out)
{
    const char *folder = param_folder(reader, node->at);
    struct dist *known = find_dist(reader->dists, node->text, folder);
    if (!dist_is_known(known)) {
        if (reader->dists->count == DISTS_MAX) {
            forget_dist(reader->dists, known);
            return diag_error(reader->diag, node->at, "more than %d different distributions", DISTS_MAX);
        }
        if (!dist_parse(known, node->text, node->at, folder, reader->arena, reader->diag)) {
            forget_dist(reader->dists, known);
            return false;
        }
        known->text = harmless(reader->arena, node->text);
        reader->dists->count++;
    }
    *out = *known;
    return check_range(reader, row, node, what, out);
}

bool param_cut_off(const struct node *node)
{
    if (node->kind != NODE_SCALAR || !node->plain)
        return false;
    int open = 0;
    for (const char *c = node->text; *c; c++)
        open += (*c == '(') - (*c == ')');
    return open > 0;
}

bool param_report_cut_off(struct param_reader *reader, const struct param *row, const struct node *node,
                          const char *rest, const char *what)
{
    diag_error(reader->diag, node->at, "%s ends at a comma: '%s'", param_path(reader, row, what), node->text);
    return diag_hint(reader->diag, "arguments are separated by spaces: %s%s", node->text, rest);
}

/* ---- choices and references ---- */

static size_t count_choices(const char *const *choices)
{
    size_t count = 0;
    while (choices[count])
        count++;
    return count;
}

static bool read_choice(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                        int *out)
{
    const size_t count = count_choices(row->choices);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(row->choices[i], node->text) != 0)
            continue;
        *out = (int)i;
        return true;
    }
    if (param_full(reader))
        return diag_error(reader->diag, node->at, "unknown choice");
    const char *nearest = text_nearest(node->text, row->choices, count), *path = param_path(reader, row, what);
    if (nearest)
        diag_error(reader->diag, node->at, "%s cannot be '%s'; did you mean '%s'?", path, node->text, nearest);
    else
        diag_error(reader->diag, node->at, "%s cannot be '%s'", path, node->text);
    return diag_hint(reader->diag, "write %s%s", count > 1 ? "one of " : "",
                     param_join(reader->arena, row->choices, count));
}

static bool read_ref(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                     struct ref *out)
{
    if (!node->text[0])
        return wrong_value(reader, row, node, what);
    *out = (struct ref){ .name = node->text, .at = node->at };
    if (reader->pending_count == reader->pending_capacity) {
        const size_t old = (size_t)reader->pending_capacity, bigger = old ? 2 * old : 32;
        reader->pending = arena_grow(reader->arena, reader->pending, old, bigger, sizeof(reader->pending[0]));
        reader->pending_capacity = (int)bigger;
    }
    reader->pending[reader->pending_count++] = (struct param_pending){
        .ref = out, .refs = row->refs, .what = param_path(reader, row, what), .from = reader->from
    };
    return true;
}

/* After an error: some value within the range, so that the checks that follow do not stumble over this one. */
static void fall_back(const struct param *row, void *out)
{
    const char *text = row->def && row->def[0] ? row->def : row->min ? row->min : row->max;
    if (text)
        measure_from_text(row->kind, text, out);
}

bool param_read_scalar(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                       void *out)
{
    if (node->kind != NODE_SCALAR)
        return param_wrong_node(reader, row, node, what);
    if (row->kind == PARAM_REF)
        return read_ref(reader, row, node, what, out);
    if (row->kind == PARAM_CHOICE)
        return read_choice(reader, row, node, what, out);
    if (row->kind == PARAM_TEXT) {
        *(const char **)out = harmless(reader->arena, node->text);
        return true;
    }
    if (row->kind == PARAM_DIST) {
        if (!node->text[0])
            return wrong_value(reader, row, node, what);
        return param_cut_off(node) ? param_report_cut_off(reader, row, node, " ...)", what)
                                   : read_dist(reader, row, node, what, out);
    }
    if (!measure_from_text(row->kind, node->text, out)) {
        fall_back(row, out);
        return wrong_value(reader, row, node, what);
    }
    if (check_range(reader, row, node, what, out))
        return true;
    fall_back(row, out);
    return false;
}
