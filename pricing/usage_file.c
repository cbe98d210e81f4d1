/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage_file -- CSV text into records.
 *
 *   text -> columns -> cells -> record, its texts shared with equal ones -> ordered by month
 */
#include "pricing/usage_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pricing/aws_region.h"
#include "pricing/price_csv.h"
#include "pricing/text_file.h"
#include "sim/base/text.h"

enum column {
    START,
    HOURS,
    SERVICE,
    REGION,
    RESOURCE,
    USAGE_TYPE,
    QUANTITY,
    UNIT,
    ATTRIBUTES,
    ZONE,
    TIER,
    COLUMN_COUNT,
};

static const struct {
    const char *name;
    bool required;
} columns[COLUMN_COUNT] = {
    [START] = { "start", false },      [HOURS] = { "hours", false },       [SERVICE] = { "service", true },
    [REGION] = { "region", false },    [RESOURCE] = { "resource", false }, [USAGE_TYPE] = { "usage_type", true },
    [QUANTITY] = { "quantity", true }, [UNIT] = { "unit", false },         [ATTRIBUTES] = { "attributes", false },
    [ZONE] = { "zone", false },        [TIER] = { "tier", false },
};

/* Attributes that select a rate or say where; those of the billing rules' steps are known from there. */
static const char *const selectors[] = { "operation", "engine",  "deployment",    "os",   "tenancy", "queue",
                                         "edge",      "to",      "storage_class", "arch", "spot",    "table_class",
                                         "support",   "license", "account",       "peer", "ends" };

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_HOUR   INT64_C(3600000000000)
#define LONGEST_HOURS 744 /* of a month of 31 days */

enum { LONGEST_CELL = 200, MOST_KNOWN = 64 };

struct parsing {
    struct arena *arena;
    struct diag *diag;
    int at[COLUMN_COUNT]; /* of the header; -1 = not there */
    size_t cells;
    bool calendar;
    struct usage_record *records;
    size_t count, capacity;
    const char **texts; /* shared: hash -> text, open addressing */
    size_t text_count, text_slots;
    const char *known[MOST_KNOWN]; /* names of attributes */
    size_t known_count;
    bool good;
};

/* ---- texts ---- */

static const char **text_slot(const struct parsing *p, const char *text)
{
    size_t at = (size_t)text_hash(text) & (p->text_slots - 1);
    while (p->texts[at] && strcmp(p->texts[at], text) != 0)
        at = (at + 1) & (p->text_slots - 1);
    return &p->texts[at];
}

/* Equal texts become one pointer, so that keys can be compared and shared by pointers. */
static const char *shared(struct parsing *p, const char *text)
{
    if (2 * (p->text_count + 1) >= p->text_slots) {
        const struct parsing old = *p;
        p->text_slots = old.text_slots ? 2 * old.text_slots : 256;
        p->texts = ARENA_ARRAY(p->arena, const char *, p->text_slots);
        for (size_t i = 0; i < old.text_slots; i++)
            if (old.texts[i])
                *text_slot(p, old.texts[i]) = old.texts[i];
    }
    const char **const slot = text_slot(p, text);
    if (!*slot) {
        *slot = text;
        p->text_count++;
    }
    return *slot;
}

static bool refuse(struct parsing *p, struct mark at, const char *what, const char *text, const char *hint)
{
    p->good = diag_error(p->diag, at, "'%.60s' is not %s", text, what);
    return hint ? diag_hint(p->diag, "%s", hint) : false;
}

/* ---- cells ---- */

static bool read_digits(const char **at, int digits, int *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = 10 * *out + (**at - '0');
    }
    return true;
}

struct moment {
    int year, month, day, hour, minute, second;
};

/* "2026-06-01", "2026-06-01T13", "2026-06-01 13:30", "2026-06-01T13:30:00Z": UTC. */
static bool read_moment(const char *at, struct moment *out)
{
    *out = (struct moment){ 0 };
    if (!read_digits(&at, 4, &out->year) || *at++ != '-' || !read_digits(&at, 2, &out->month) || *at++ != '-' ||
        !read_digits(&at, 2, &out->day))
        return false;
    if (*at == 'T' || *at == ' ') {
        at++;
        if (!read_digits(&at, 2, &out->hour))
            return false;
        if (*at == ':' && (at++, !read_digits(&at, 2, &out->minute)))
            return false;
        if (*at == ':' && (at++, !read_digits(&at, 2, &out->second)))
            return false;
        at += *at == 'Z';
    }
    return *at == '\0' && out->year >= 2000 && out->year <= 2199 && out->month >= 1 && out->month <= 12 &&
           out->day >= 1 && out->day <= bill_period_of(out->year, out->month).days && out->hour < 24 &&
           out->minute < 60 && out->second < 60;
}

static bool read_start(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    struct moment m;
    if (!cell->text[0])
        return true;
    if (!read_moment(cell->text, &m))
        return refuse(p, cell->at, "a start", cell->text, "write UTC as 2026-06-01 or 2026-06-01T13:00:00Z");
    record->year = m.year;
    record->month = m.month;
    record->start_ns = ((m.day - 1) * 24 + m.hour) * NS_PER_HOUR +
                       (int64_t)((m.minute * 60 + m.second) * (int64_t)NS_PER_SECOND);
    return true;
}

static bool read_hours(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    money hours;
    if (!cell->text[0])
        return true;
    if (!money_from_decimal(cell->text, &hours) || hours <= 0 || hours > LONGEST_HOURS * (money)MONEY_PER_USD)
        return refuse(p, cell->at, "a number of hours", cell->text,
                      "write more than 0 and at most 744, or nothing for the whole month; one record per month");
    record->span_ns = (int64_t)(hours * NS_PER_HOUR / MONEY_PER_USD);
    if (record->span_ns == 0)
        record->span_ns = 1;
    const struct bill_period month = record->year ? bill_period_of(record->year, record->month)
                                                  : (struct bill_period){ .days = 31 };
    if (!p->calendar || record->start_ns + record->span_ns <= month.days * 24 * NS_PER_HOUR)
        return true;
    p->good = diag_error(p->diag, cell->at, "the record ends after its month");
    return diag_hint(p->diag, "write a record for each month");
}

static bool read_quantity(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    const money most = (money)MONEY_PER_USD * INT64_C(1000000000000000000);
    money value;
    if (!money_from_decimal(cell->text, &value) || value < 0 || value > most)
        return refuse(p, cell->at, "a quantity", cell->text,
                      "write 0 to 1e18 with at most ten decimals, and the unit in its own column");
    record->quantity_e10 = value;
    return true;
}

static bool read_service(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    if (!cell->text[0]) {
        p->good = diag_error(p->diag, cell->at, "the service is empty");
        return false;
    }
    const char *const code = service_code_find(cell->text);
    record->key.service = code ? code : cell->text;
    return true;
}

static bool read_region(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    const char *const text = cell->text;
    if (!text[0] || strcasecmp(text, "global") == 0 || strcasecmp(text, "any") == 0) {
        record->key.region = PRICE_GLOBAL;
        return true;
    }
    const struct aws_region *const region = aws_region_named(text);
    if (region) {
        record->key.region = region->code;
        return true;
    }
    const char *const near = aws_region_nearest(text);
    p->good = diag_error(p->diag, cell->at, "unknown region '%.40s'", text);
    return near ? diag_hint(p->diag, "did you mean '%s'?", near) : false;
}

/* The usage type of a bill without its region: "USW2-BoxUsage:m5.large" in us-west-2 is "BoxUsage:m5.large". */
static bool read_usage_type(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    const struct aws_region *const region = aws_region_find(record->key.region);
    const char *text = cell->text;
    if (!text[0]) {
        p->good = diag_error(p->diag, cell->at, "the usage type is empty");
        return false;
    }
    if (region && strcmp(record->key.service, "AmazonCloudFront") != 0) {
        const char *const prefix = region->prefix[0] ? region->prefix : "USE1-";
        text += strncmp(text, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    }
    record->key.usage_type = text;
    return true;
}

static bool is_known(const struct parsing *p, const char *name, size_t length)
{
    for (size_t i = 0; i < p->known_count; i++)
        if (strlen(p->known[i]) == length && strncasecmp(p->known[i], name, length) == 0)
            return true;
    return false;
}

static bool is_twice(const char *attributes, const char *second, size_t length)
{
    for (const char *at = attributes; at < second; at += strcspn(at, ";"), at += *at == ';')
        if (strcspn(at, ";=") == length && strncasecmp(at, second, length) == 0)
            return true;
    return false;
}

/* "k=v;k=v"; a name that nothing asks for is most likely misspelt. */
static void read_attributes(struct parsing *p, const struct csv_cell *cell, struct usage_record *record)
{
    record->key.operation = cell->text;
    for (const char *at = cell->text; *at; at += strcspn(at, ";"), at += *at == ';') {
        const size_t length = strcspn(at, ";=");
        if (at[length] != '=' || length == 0) {
            p->good = diag_error(p->diag, cell->at, "'%.40s' is not a list of attributes", cell->text);
            diag_hint(p->diag, "write name=value;name=value: engine=PostgreSQL");
            return;
        }
        if (is_twice(cell->text, at, length))
            p->good = diag_error(p->diag, cell->at, "the attribute '%.*s' stands there twice", (int)length, at);
        if (is_known(p, at, length))
            continue;
        const char *const name = arena_text_n(p->arena, at, length);
        const char *const near = text_nearest(name, p->known, p->known_count);
        diag_warning(p->diag, cell->at, "nothing asks for the attribute '%.40s'", name);
        if (near)
            diag_hint(p->diag, "did you mean '%s'?", near);
    }
}

/* ---- a record ---- */

static const struct csv_cell *cell_of(const struct parsing *p, const struct csv_cell *cells, enum column column,
                                      struct csv_cell *absent)
{
    *absent = (struct csv_cell){ "", cells[0].at };
    return p->at[column] >= 0 ? &cells[p->at[column]] : absent;
}

static bool check_lengths(struct parsing *p, const struct csv_cell *cells)
{
    for (size_t i = 0; i < p->cells; i++)
        if (strlen(cells[i].text) > LONGEST_CELL) {
            p->good = diag_error(p->diag, cells[i].at, "a cell is longer than %d characters", LONGEST_CELL);
            return false;
        }
    return true;
}

static void share_texts(struct parsing *p, struct usage_record *record)
{
    record->key.service = shared(p, record->key.service);
    record->key.usage_type = shared(p, record->key.usage_type);
    record->key.operation = shared(p, record->key.operation);
    record->key.resource = shared(p, record->key.resource);
    record->key.region = shared(p, record->key.region);
    record->key.zone = shared(p, record->key.zone);
    record->key.tier = shared(p, record->key.tier);
    record->unit = shared(p, record->unit);
}

static void read_record(struct parsing *p, const struct csv_cell *cells)
{
    struct csv_cell absent;
    struct usage_record record = { .key.to_zone = "", .at = cells[0].at };
    if (!check_lengths(p, cells))
        return;
    bool good = read_start(p, cell_of(p, cells, START, &absent), &record);
    good = read_hours(p, cell_of(p, cells, HOURS, &absent), &record) && good;
    good = read_service(p, cell_of(p, cells, SERVICE, &absent), &record) && good;
    good = read_region(p, cell_of(p, cells, REGION, &absent), &record) && good;
    good = read_quantity(p, cell_of(p, cells, QUANTITY, &absent), &record) && good;
    if (!good || !read_usage_type(p, cell_of(p, cells, USAGE_TYPE, &absent), &record))
        return;
    read_attributes(p, cell_of(p, cells, ATTRIBUTES, &absent), &record);
    record.key.resource = cell_of(p, cells, RESOURCE, &absent)->text;
    record.key.zone = cell_of(p, cells, ZONE, &absent)->text;
    record.key.tier = cell_of(p, cells, TIER, &absent)->text;
    record.unit = cell_of(p, cells, UNIT, &absent)->text;
    record.unit_at = cell_of(p, cells, UNIT, &absent)->at;
    record.at = cell_of(p, cells, USAGE_TYPE, &absent)->at;
    share_texts(p, &record);
    if (p->count == p->capacity) {
        const size_t capacity = p->capacity ? 2 * p->capacity : 256;
        p->records = arena_grow(p->arena, p->records, p->count, capacity, sizeof *p->records);
        p->capacity = capacity;
    }
    p->records[p->count++] = record;
}

/* ---- the file ---- */

/* "Usage Type" is "usage_type". */
static enum column column_of(const char *text)
{
    size_t c = 0;
    for (; c < COLUMN_COUNT; c++) {
        const char *name = columns[c].name, *at = text;
        while (*name && (strncasecmp(name, at, 1) == 0 || (*name == '_' && (*at == ' ' || *at == '-')))) {
            name++;
            at++;
        }
        if (!*name && !*at)
            break;
    }
    return (enum column)c;
}

static void read_header(struct parsing *p, const struct csv_cell *cells, size_t count, const char *file)
{
    const char *names[COLUMN_COUNT];
    p->cells = count;
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        names[c] = columns[c].name;
        p->at[c] = -1;
    }
    for (size_t i = 0; i < count; i++) {
        const enum column c = column_of(cells[i].text);
        if (c == COLUMN_COUNT) {
            p->good = diag_error(p->diag, cells[i].at, "unknown column '%.40s'", cells[i].text);
            const char *const near = text_nearest(cells[i].text, names, COLUMN_COUNT);
            diag_hint(p->diag,
                      near ? "did you mean '%s'?"
                           : "the columns are start, hours, service, region, "
                             "resource, usage_type, quantity, unit, attributes, zone, tier",
                      near);
        } else if (p->at[c] >= 0)
            p->good = diag_error(p->diag, cells[i].at, "the header names '%s' twice", columns[c].name);
        else
            p->at[c] = (int)i;
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        if (columns[c].required && p->at[c] < 0)
            p->good = diag_error(p->diag, (struct mark){ file, 1, 1, 1 }, "the header has no column '%s'",
                                 columns[c].name);
}

static void read_rows(struct parsing *p, const char *file, const char *text, size_t length)
{
    struct csv_reader csv;
    struct csv_cell cells[2 * COLUMN_COUNT];
    size_t count;
    csv_init(&csv, file, text, length, p->arena, p->diag);
    const enum csv_result header = csv_next(&csv, cells, ARRAY_LEN(cells), &count);
    if (header == CSV_END)
        p->good = diag_error(p->diag, (struct mark){ file, 1, 1, 1 }, "the usage file is empty");
    else if (header == CSV_RECORD)
        read_header(p, cells, count, file);
    if (header != CSV_RECORD || !p->good) {
        p->good = false;
        return;
    }
    for (enum csv_result next; (next = csv_next(&csv, cells, p->cells, &count)) != CSV_END;) {
        if (next == CSV_BAD_RECORD)
            p->good = false;
        else if (count < p->cells)
            p->good = diag_error(p->diag, cells[0].at, "%zu cells where the header names %zu", count, p->cells);
        else
            read_record(p, cells);
    }
}

static void know_attributes(struct parsing *p)
{
    size_t count;
    const struct billing_rule *const rules = billing_rules_all(&count);
    for (size_t i = 0; i < ARRAY_LEN(selectors); i++)
        p->known[p->known_count++] = selectors[i];
    for (size_t i = 0; i < count; i++) {
        const char *names[MOST_STEPS + 1] = { rules[i].when
                                                  ? arena_text_n(p->arena, rules[i].when, strcspn(rules[i].when, "="))
                                                  : NULL };
        for (int s = 0; s < MOST_STEPS; s++)
            names[s + 1] = rules[i].steps[s].attribute;
        for (size_t n = 0; n < ARRAY_LEN(names); n++)
            if (names[n] && p->known_count < MOST_KNOWN && !is_known(p, names[n], strlen(names[n])))
                p->known[p->known_count++] = names[n];
    }
}

/* ---- months and regions ---- */

static int compare_records(const void *a, const void *b)
{
    const struct usage_record *const left = a, *const right = b;
    const int x = 12 * left->year + left->month, y = 12 * right->year + right->month;
    if (x != y)
        return x < y ? -1 : 1;
    return left->at.line - right->at.line;
}

static void form_months(struct usage_file *out, struct parsing *p, const char *without_start)
{
    struct moment first = { 0 };
    read_moment(without_start, &first);
    qsort(p->records, p->count, sizeof *p->records, compare_records);
    for (size_t i = 0; i < p->count; i++) /* those without a start come first */
        if (p->records[i].year) {
            first.year = p->records[i].year;
            first.month = p->records[i].month;
            break;
        }
    for (size_t i = 0; i < p->count && !p->records[i].year; i++) {
        p->records[i].year = first.year;
        p->records[i].month = first.month;
    }
    out->months = ARENA_ARRAY(p->arena, struct usage_month, p->count);
    for (size_t i = 0; i < p->count; i++) {
        const struct usage_record *const record = &p->records[i];
        struct usage_month *month = out->month_count ? &out->months[out->month_count - 1] : NULL;
        if (!month || month->year != record->year || month->month != record->month) {
            month = &out->months[out->month_count++];
            *month = (struct usage_month){ record->year, record->month, record, 0 };
        }
        month->count++;
    }
}

static void collect_regions(struct usage_file *out, struct parsing *p)
{
    size_t capacity = 0;
    for (size_t i = 0; i < p->count; i++) {
        const char *const region = p->records[i].key.region;
        bool seen = aws_region_is_global(region);
        for (size_t r = 0; r < out->region_count && !seen; r++)
            seen = out->regions[r] == region;
        if (seen)
            continue;
        if (out->region_count == capacity) {
            const size_t more = capacity ? 2 * capacity : 8;
            out->regions = arena_grow(p->arena, out->regions, capacity, more, sizeof(const char *));
            capacity = more;
        }
        out->regions[out->region_count++] = region;
    }
}

bool usage_file_parse(struct usage_file *out, const char *file, const char *text, size_t length,
                      const char *without_start, int hours_per_month, struct arena *arena, struct diag *diag)
{
    struct parsing p = { .arena = arena, .diag = diag, .calendar = hours_per_month == 0, .good = true };
    *out = (struct usage_file){ 0 };
    diag_source(diag, file, text);
    know_attributes(&p);
    read_rows(&p, file, text, length);
    if (p.good && p.count == 0)
        p.good = diag_error(diag, (struct mark){ file, 1, 1, 1 }, "the usage file has no records");
    if (!p.good)
        return false;
    form_months(out, &p, without_start);
    collect_regions(out, &p);
    return true;
}

bool usage_file_load(struct usage_file *out, const char *path, const char *without_start, int hours_per_month,
                     bool *unreadable, struct arena *arena, struct diag *diag)
{
    const char *text;
    size_t length;
    int cause;
    *unreadable = !text_file_read(path, &text, &length, &cause, arena, diag);
    if (*unreadable) {
        if (cause == ENOENT)
            diag_error(diag, (struct mark){ .file = path }, "cannot read: %s", strerror(cause));
        return false;
    }
    return usage_file_parse(out, path, text, length, without_start, hours_per_month, arena, diag);
}

bool usage_record_monthly(struct usage_record *out, const struct monthly_quantity *from, struct arena *arena,
                          struct mark at, struct diag *diag)
{
    struct parsing p = { .arena = arena, .diag = diag, .good = true };
    *out = (struct usage_record){ .key.to_zone = "", .key.zone = "", .key.tier = "", .at = at, .unit_at = at };
    know_attributes(&p);
    bool good = read_service(&p, &(struct csv_cell){ from->service, at }, out);
    good = read_region(&p, &(struct csv_cell){ from->region, at }, out) && good;
    good = read_quantity(&p, &(struct csv_cell){ from->quantity, at }, out) && good;
    if (!good || !read_usage_type(&p, &(struct csv_cell){ from->usage_type, at }, out))
        return false;
    read_attributes(&p, &(struct csv_cell){ from->attributes, at }, out);
    out->key.resource = from->resource;
    out->unit = from->unit;
    return true;
}
