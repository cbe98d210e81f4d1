/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_book_read -- CSV text into a price book.
 *
 *   text -> columns -> rows -> sorted by region, service, usage type, attributes, term, tier -> chains -> prices
 *
 * All errors of all files are reported; a book with an error is no book.
 */
#include <stdlib.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/billing_rules.h"
#include "pricing/price_book.h"
#include "pricing/price_csv.h"
#include "sim/base/text.h"

enum column {
    SERVICE,
    REGION,
    USAGE_TYPE,
    UNIT,
    PRICE,
    ATTRIBUTES,
    TIER_FROM,
    TIER_TO,
    AS_OF,
    SOURCE,
    CONFIDENCE,
    SKU,
    DESCRIPTION,
    TERM,
    UPFRONT,
    COLUMN_COUNT,
};

/* What a cell says when its column is not there; NULL: the column must be there. */
static const struct {
    const char *name, *absent;
} columns[COLUMN_COUNT] = {
    [SERVICE] = { "service", NULL },
    [REGION] = { "region", "" },
    [USAGE_TYPE] = { "usage_type", NULL },
    [UNIT] = { "unit", NULL },
    [PRICE] = { "price", NULL },
    [ATTRIBUTES] = { "attributes", "" },
    [TIER_FROM] = { "tier_from", "0" },
    [TIER_TO] = { "tier_to", "Inf" },
    [AS_OF] = { "as_of", "" },
    [SOURCE] = { "source", "" },
    [CONFIDENCE] = { "confidence", "given" },
    [SKU] = { "sku", "" },
    [DESCRIPTION] = { "description", "" },
    [TERM] = { "term", "" },
    [UPFRONT] = { "upfront", "0" },
};

static const char *const confidences[] = { "list-file", "golden-test", "doc-page",     "given",
                                           "blog",      "derived",     "own-knowledge" };

#define LARGEST_RATE     (INT64_C(100000000) * MONEY_PER_USD) /* a hundred million dollars a unit */
#define LARGEST_BOUND_E6 INT64_C(9000000000000000000)

struct row {
    const char *region, *service, *usage_type, *attributes, *unit, *term;
    money upfront;
    struct price_tier tier;
};

struct rows {
    struct row *rows;
    size_t count, capacity;
    struct arena *arena;
};

/* Where each column of ours stands in a file, and what it says where it does not. */
struct layout {
    int at[COLUMN_COUNT]; /* -1 = not there */
    size_t count;         /* cells of the header */
};

static void rows_add(struct rows *rows, const struct row *row)
{
    if (rows->count == rows->capacity) {
        const size_t capacity = rows->capacity ? 2 * rows->capacity : 1024;
        rows->rows = arena_grow(rows->arena, rows->rows, rows->count, capacity, sizeof *rows->rows);
        rows->capacity = capacity;
    }
    rows->rows[rows->count++] = *row;
}

/* ---- a row ---- */

static bool read_name(const struct csv_cell *cell, enum column column, const char **out, struct diag *diag)
{
    *out = cell->text;
    return cell->text[0] ? true : diag_error(diag, cell->at, "the %s is empty", columns[column].name);
}

static bool read_rate(const struct csv_cell *cell, money *out, struct diag *diag)
{
    if (!money_from_decimal(cell->text, out) || *out < 0) {
        diag_error(diag, cell->at, "'%.40s' is not a price", cell->text);
        return diag_hint(diag, "write dollars per unit with at most ten decimals: 0.0225");
    }
    return *out <= LARGEST_RATE ? true : diag_error(diag, cell->at, "'%.40s' is too large for a price", cell->text);
}

static bool read_bound(const struct csv_cell *cell, int64_t *out, struct diag *diag)
{
    enum { E10_PER_E6 = 10000 };
    money exact;
    if (!money_from_decimal(cell->text, &exact) || exact < 0 || exact % E10_PER_E6 != 0) {
        diag_error(diag, cell->at, "'%.40s' is not a tier bound", cell->text);
        return diag_hint(diag, "write a number of units with at most six decimals, or Inf for an open tier_to");
    }
    if (exact / E10_PER_E6 > LARGEST_BOUND_E6)
        return diag_error(diag, cell->at, "'%.40s' is too large for a tier bound", cell->text);
    *out = (int64_t)(exact / E10_PER_E6);
    return true;
}

static bool read_bounds(const struct csv_cell *cells, struct price_tier *tier, struct diag *diag)
{
    if (!read_bound(&cells[TIER_FROM], &tier->from_e6, diag))
        return false;
    tier->to_e6 = PRICE_OPEN;
    if (!text_equal(cells[TIER_TO].text, "Inf") && !read_bound(&cells[TIER_TO], &tier->to_e6, diag))
        return false;
    if (tier->to_e6 > tier->from_e6)
        return true;
    return diag_error(diag, cells[TIER_TO].at, "the tier ends at '%.40s', before it begins", cells[TIER_TO].text);
}

static bool read_date(const struct csv_cell *cell, const char **out, struct diag *diag)
{
    static const char shape[] = "dddd-dd-dd";
    const char *const text = cell->text;
    size_t i = 0;
    for (; shape[i]; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            break;
    const bool shaped = !shape[i] && !text[i];
    const int month = shaped ? atoi(text + 5) : 0, day = shaped ? atoi(text + 8) : 0;
    *out = text;
    if (!text[0] || (month >= 1 && month <= 12 && day >= 1 && day <= 31))
        return true;
    diag_error(diag, cell->at, "'%.40s' is not a date", text);
    return diag_hint(diag, "write it as 2026-10-01");
}

static bool read_confidence(const struct csv_cell *cell, const char **out, struct diag *diag)
{
    *out = cell->text;
    for (size_t i = 0; i < ARRAY_LEN(confidences); i++)
        if (text_equal(cell->text, confidences[i]))
            return true;
    diag_error(diag, cell->at, "unknown confidence '%.40s'", cell->text);
    return diag_hint(diag, "one of list-file, golden-test, doc-page, given, blog, derived, own-knowledge");
}

static bool read_attributes(const struct csv_cell *cell, const char **out, struct diag *diag)
{
    *out = cell->text;
    for (const char *at = cell->text; *at;) {
        const size_t length = strcspn(at, ";");
        const char *const equals = memchr(at, '=', length);
        if (!equals || equals == at)
            return diag_error(diag, cell->at, "'%.40s' is not a list like 'engine=MySQL;deployment=Multi-AZ'",
                              cell->text);
        at += length + (at[length] == ';');
    }
    return true;
}

static bool read_unit(const struct csv_cell *cell, const char **out, struct diag *diag)
{
    if (!read_name(cell, UNIT, out, diag))
        return false;
    if (pricing_unit_find(cell->text))
        return true;
    diag_error(diag, cell->at, "unknown pricing unit '%.20s'", cell->text);
    const char *const near = pricing_unit_nearest(cell->text);
    return near ? diag_hint(diag, "did you mean '%s'?", near) : false;
}

/* A file of rates may call a service as a usage file does: "ec2", "Amazon Elastic Compute Cloud". */
static void read_short_name(struct row *row)
{
    const char *const code = service_code_find(row->service);
    if (code)
        row->service = code;
}

/* In a file of several regions the region is a cell, and the usage type may carry the region's prefix. */
static bool read_region(const struct csv_cell *cell, struct row *row, struct diag *diag)
{
    if (aws_region_is_global(cell->text)) {
        row->region = PRICE_GLOBAL;
        return true;
    }
    const struct aws_region *const region = aws_region_find(cell->text);
    row->region = cell->text;
    if (!region) {
        diag_error(diag, cell->at, "unknown region '%.40s'", cell->text);
        const char *const near = aws_region_nearest(cell->text);
        return near ? diag_hint(diag, "did you mean '%s'?", near) : false;
    }
    const size_t length = strlen(region->prefix);
    if (strncmp(row->usage_type, region->prefix, length) == 0)
        row->usage_type += length;
    return true;
}

static bool read_row(const struct csv_cell *cells, const char *region, struct row *row, struct diag *diag)
{
    *row = (struct row){ .region = region };
    row->tier.at = cells[SERVICE].at;
    row->tier.sku = cells[SKU].text;
    row->tier.description = cells[DESCRIPTION].text;
    row->tier.source = cells[SOURCE].text;
    row->term = text_equal(cells[TERM].text, "on-demand") ? "" : cells[TERM].text;
    bool good = read_name(&cells[SERVICE], SERVICE, &row->service, diag);
    good = read_name(&cells[USAGE_TYPE], USAGE_TYPE, &row->usage_type, diag) && good;
    good = read_attributes(&cells[ATTRIBUTES], &row->attributes, diag) && good;
    good = read_unit(&cells[UNIT], &row->unit, diag) && good;
    good = read_rate(&cells[PRICE], &row->tier.rate, diag) && good;
    good = read_bounds(cells, &row->tier, diag) && good;
    good = read_date(&cells[AS_OF], &row->tier.as_of, diag) && good;
    good = read_rate(&cells[UPFRONT], &row->upfront, diag) && good;
    if (!region) {
        read_short_name(row);
        good = read_region(&cells[REGION], row, diag) && good;
    }
    if (!row->tier.description[0])
        row->tier.description = row->usage_type;
    return read_confidence(&cells[CONFIDENCE], &row->tier.confidence, diag) && good;
}

/* ---- a file ---- */

static bool unknown_column(const struct csv_cell *cell, struct diag *diag)
{
    const char *names[COLUMN_COUNT];
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        names[i] = columns[i].name;
    const char *const near = text_nearest(cell->text, names, COLUMN_COUNT);
    diag_error(diag, cell->at, "unknown column '%.40s'", cell->text);
    return near ? diag_hint(diag, "did you mean '%s'?", near) : false;
}

static bool read_header(struct layout *out, const struct csv_cell *cells, size_t count, const struct price_text *text,
                        struct diag *diag)
{
    bool good = true;
    out->count = count;
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        out->at[c] = -1;
    for (size_t i = 0; i < count; i++) {
        size_t c = 0;
        while (c < COLUMN_COUNT && !text_equal(cells[i].text, columns[c].name))
            c++;
        if (c == COLUMN_COUNT)
            good = unknown_column(&cells[i], diag);
        else if (out->at[c] >= 0)
            good = diag_error(diag, cells[i].at, "the header names '%s' twice", columns[c].name);
        else
            out->at[c] = (int)i;
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        if (out->at[c] < 0 && (!columns[c].absent || (c == REGION && !text->region)))
            good = diag_error(diag, (struct mark){ text->file, 1, 1, 1 }, "the header has no column '%s'",
                              columns[c].name);
    return good;
}

static void arrange(struct csv_cell *out, const struct csv_cell *cells, const struct layout *layout)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        out[c] = layout->at[c] >= 0 ? cells[layout->at[c]] : (struct csv_cell){ columns[c].absent, cells[0].at };
}

static bool read_rows(struct rows *rows, const struct price_text *text, struct diag *diag)
{
    struct csv_reader csv;
    struct csv_cell cells[COLUMN_COUNT], ours[COLUMN_COUNT];
    struct layout layout;
    size_t count;
    csv_init(&csv, text->file, text->text, text->length, rows->arena, diag);
    const enum csv_result header = csv_next(&csv, cells, COLUMN_COUNT, &count);
    if (header == CSV_END)
        return diag_error(diag, (struct mark){ text->file, 1, 1, 1 }, "the price book is empty");
    if (header == CSV_BAD_RECORD || !read_header(&layout, cells, count, text, diag))
        return false;
    bool good = true;
    for (enum csv_result next; (next = csv_next(&csv, cells, layout.count, &count)) != CSV_END;) {
        struct row row;
        if (next == CSV_BAD_RECORD) {
            good = false;
            continue;
        }
        if (count < layout.count) {
            good = diag_error(diag, cells[0].at, "%zu cells where the header names %zu", count, layout.count);
            continue;
        }
        arrange(ours, cells, &layout);
        if (read_row(ours, text->region, &row, diag))
            rows_add(rows, &row);
        else
            good = false;
    }
    return good;
}

/* ---- chains ---- */

static int compare_things(const struct row *a, const struct row *b)
{
    int order = strcmp(a->region, b->region);
    if (order == 0)
        order = strcmp(a->service, b->service);
    if (order == 0)
        order = strcmp(a->usage_type, b->usage_type);
    if (order == 0)
        order = strcmp(a->attributes, b->attributes);
    return order != 0 ? order : strcmp(a->term, b->term);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *const left = a, *const right = b;
    const int order = compare_things(left, right);
    if (order != 0)
        return order;
    if (left->tier.from_e6 != right->tier.from_e6)
        return left->tier.from_e6 < right->tier.from_e6 ? -1 : 1;
    return left->tier.at.line - right->tier.at.line;
}

static bool check_chain(const struct row *rows, size_t count, struct diag *diag)
{
    if (rows[0].tier.from_e6 != 0)
        return diag_error(diag, rows[0].tier.at, "the tiers of '%.60s' do not begin at 0", rows[0].usage_type);
    for (size_t i = 1; i < count; i++) {
        const struct price_tier *const last = &rows[i - 1].tier, *const tier = &rows[i].tier;
        if (tier->from_e6 == last->from_e6)
            return diag_error(diag, tier->at, "'%.60s' already has a price for this tier in line %d",
                              rows[i].usage_type, last->at.line);
        if (tier->from_e6 != last->to_e6)
            return diag_error(diag, tier->at, "this tier of '%.60s' %s the one in line %d", rows[i].usage_type,
                              tier->from_e6 < last->to_e6 ? "overlaps" : "leaves a gap after", last->at.line);
        if (!text_equal(rows[i].unit, rows[i - 1].unit))
            return diag_error(diag, tier->at, "the tiers of '%.60s' are in '%.20s' and '%.20s'", rows[i].usage_type,
                              rows[i - 1].unit, rows[i].unit);
    }
    if (rows[count - 1].tier.to_e6 != PRICE_OPEN)
        return diag_error(diag, rows[count - 1].tier.at, "the last tier of '%.60s' does not end at Inf",
                          rows[count - 1].usage_type);
    return true;
}

static struct price price_of(const struct row *rows, size_t count, struct arena *arena)
{
    struct price_tier *tiers = ARENA_ARRAY(arena, struct price_tier, count);
    for (size_t i = 0; i < count; i++)
        tiers[i] = rows[i].tier;
    return (struct price){ .region = rows->region,
                           .service = rows->service,
                           .usage_type = rows->usage_type,
                           .attributes = rows->attributes,
                           .unit = rows->unit,
                           .term = rows->term,
                           .upfront = rows->upfront,
                           .tiers = tiers,
                           .tier_count = (int)count };
}

static bool build_prices(struct price_book *book, const struct rows *rows, struct diag *diag)
{
    struct price *prices = ARENA_ARRAY(rows->arena, struct price, rows->count + 1);
    bool good = true;
    for (size_t first = 0, end; first < rows->count; first = end) {
        for (end = first + 1; end < rows->count; end++)
            if (compare_things(&rows->rows[first], &rows->rows[end]) != 0)
                break;
        if (check_chain(&rows->rows[first], end - first, diag))
            prices[book->price_count++] = price_of(&rows->rows[first], end - first, rows->arena);
        else
            good = false;
    }
    book->prices = prices;
    return good;
}

static void date_book(struct price_book *book, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const char *const as_of = rows->rows[i].tier.as_of;
        if (!as_of[0])
            continue;
        if (!book->newest || strcmp(as_of, book->newest) > 0)
            book->newest = as_of;
        if (!book->oldest || strcmp(as_of, book->oldest) < 0)
            book->oldest = as_of;
    }
}

const struct price_book *price_book_parse(const struct price_text *texts, size_t count, struct arena *arena,
                                          struct diag *diag)
{
    struct rows rows = { .arena = arena };
    struct price_book *book = ARENA_NEW(arena, struct price_book);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        diag_source(diag, texts[i].file, texts[i].text);
        good = read_rows(&rows, &texts[i], diag) && good;
    }
    if (rows.count > 0)
        qsort(rows.rows, rows.count, sizeof *rows.rows, compare_rows);
    good = build_prices(book, &rows, diag) && good;
    if (good && rows.count == 0)
        good = diag_error(diag, (struct mark){ .file = texts[0].file }, "the price book has no rates");
    date_book(book, &rows);
    return good ? book : NULL;
}
