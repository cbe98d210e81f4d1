/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill -- a bill of a usage file, without a simulation. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/committed.h"
#include "cli/cli.h"
#include "pricing/price_book.h"
#include "pricing/usage_file.h"
#include "sim/base/text.h"

static const int DEFAULT_HOURS_PER_MONTH = 730; /* 365 x 24 / 12 */

struct billing {
    const struct options *options;
    struct arena arena;
    struct diag diag;
    const struct price_book *book;
    struct usage_file file;
    struct bill *bills; /* one per month of the file */
    int64_t total_cents;
    size_t unpriced, low;
    struct commitments commitments; /* of --commitments */
};

/* ---- what is billed with what ---- */

/* Commitments may be of regions that the file does not use. */
static const struct price_book *load_terms(struct billing *b, const struct commitments_config *config,
                                           const char *const *used, size_t used_count)
{
    const size_t most = used_count + (size_t)config->plan_count + (size_t)config->reserved_count;
    const char **regions = ARENA_ARRAY(&b->arena, const char *, most + 1);
    size_t count = 0;
    for (size_t i = 0; i < used_count; i++)
        regions[count++] = used[i];
    for (int i = 0; i < config->plan_count; i++)
        if (config->plans[i].region[0])
            regions[count++] = config->plans[i].region;
    for (int i = 0; i < config->reserved_count; i++)
        regions[count++] = config->reserved[i].region;
    return cli_price_terms(b->options, regions, count, &b->arena, &b->diag);
}

static int load_commitments(struct billing *b, const char *const *regions, size_t count)
{
    struct commitments_config *const config = ARENA_NEW(&b->arena, struct commitments_config);
    bool unreadable = false;
    if (!commitments_load(config, b->options->commitments, count == 1 ? regions[0] : NULL, &unreadable, &b->arena,
                          &b->diag))
        return unreadable ? STATUS_IO : STATUS_INVALID;
    const struct price_book *const terms = load_terms(b, config, regions, count);
    if (terms)
        b->commitments = committed(config, terms, &b->arena);
    return terms ? STATUS_DONE : STATUS_INVALID;
}

static int load(struct billing *b, const struct bill_options *how)
{
    static const char *const nowhere[] = { PRICE_GLOBAL };
    struct arena *const arena = &b->arena;
    const struct price_book *const global = cli_price_book(b->options, nowhere, 1, arena, &b->diag);
    if (!global)
        return STATUS_INVALID;
    bool unreadable;
    if (!usage_file_load(&b->file, b->options->arguments[0], price_book_date(global), how->hours_per_month, &unreadable,
                         arena, &b->diag))
        return unreadable ? STATUS_IO : STATUS_INVALID;
    const char **regions = ARENA_ARRAY(arena, const char *, b->file.region_count + 1);
    const size_t count = cli_regions_with_book(b->options, b->file.regions, b->file.region_count, regions, arena);
    b->book = cli_price_book(b->options, regions, count, arena, &b->diag);
    if (!b->book)
        return STATUS_INVALID;
    return b->options->commitments ? load_commitments(b, regions, count) : STATUS_DONE;
}

static int compute(struct billing *b, const struct bill_options *how)
{
    bool good = true;
    b->bills = ARENA_ARRAY(&b->arena, struct bill, b->file.month_count);
    for (size_t i = 0; i < b->file.month_count; i++) {
        const struct usage_month *const month = &b->file.months[i];
        struct bill *const bill = &b->bills[i];
        good = bill_compute_all(bill, b->book, NULL, 0, month->records, month->count,
                                bill_period_of(month->year, month->month), how, &b->arena, &b->diag) &&
               good;
        b->total_cents += bill->total_cents;
        b->unpriced += bill->unpriced;
        for (size_t l = 0; l < bill->line_count; l++)
            b->low += price_confidence_is_low(bill->lines[l].confidence);
    }
    return good ? STATUS_DONE : STATUS_INVALID;
}

/* ---- the screen ---- */

static const char *cents(int64_t amount, char *buffer, size_t size)
{
    return cents_to_text(amount, true, buffer, size);
}

/* "16.20", or "unpriced": an amount that is not known is never shown as one. */
static const char *amount_of(const struct bill_line *line, char *buffer, size_t size)
{
    return line->unpriced ? "unpriced" : cents(line->cents, buffer, size);
}

static const char *quantity_of(const struct bill_line *line, char *buffer, size_t size)
{
    char text[64];
    decimal_to_text(line->quantity_e6, 6, text, sizeof text);
    snprintf(buffer, size, "%s %s", text, line->unit);
    return buffer;
}

static void print_neutral(FILE *out, const char *text, struct arena *arena)
{
    char *const safe = arena_text(arena, text);
    text_neutralise(safe);
    fputs(safe, out);
}

static void print_line(struct billing *b, const struct bill_line *line)
{
    char amount[48], quantity[96];
    printf("  %14s  %-24s  ", amount_of(line, amount, sizeof amount), quantity_of(line, quantity, sizeof quantity));
    print_neutral(stdout, line->description, &b->arena);
    printf("%s%s", line->region[0] && !line->unpriced ? ", " : "", line->unpriced ? "" : line->region);
    if (line->resource[0]) {
        fputs(", ", stdout);
        print_neutral(stdout, line->resource, &b->arena);
    }
    puts(price_confidence_is_low(line->confidence) ? " *" : "");
}

static void print_service(struct billing *b, const struct bill *bill, size_t first, size_t end)
{
    char text[48];
    int64_t sum = 0;
    size_t unpriced = 0;
    for (size_t i = first; i < end; i++) {
        sum += bill->lines[i].cents;
        unpriced += bill->lines[i].unpriced;
    }
    printf("%16s  ", unpriced == end - first ? "unpriced" : cents(sum, text, sizeof text));
    print_neutral(stdout, bill->lines[first].service_name, &b->arena);
    puts(unpriced > 0 && unpriced < end - first ? " (incomplete)" : "");
    for (size_t i = first; i < end; i++)
        print_line(b, &bill->lines[i]);
}

static void print_commitments(struct billing *b, const struct bill *bill)
{
    char fee[48], unused[48], saving[48];
    for (size_t i = 0; i < bill->commitment_count; i++) {
        const struct commitment_result *const r = &bill->commitments[i];
        printf("                  ");
        print_neutral(stdout, r->of->name, &b->arena);
        printf(": fee %s, used %.1f%%, unused %s, covers %.1f%%, %s %s against on demand, even at %s%s\n",
               cents(money_to_cents(r->fee), fee, sizeof fee), r->utilisation * 100,
               cents(money_to_cents(r->unused), unused, sizeof unused), r->coverage * 100,
               r->saving < 0 ? "loses" : "saves",
               cents(money_to_cents(r->saving < 0 ? -r->saving : r->saving), saving, sizeof saving),
               isfinite(r->break_even) ? arena_printf(&b->arena, "%.0f%%", r->break_even * 100) : "never",
               r->low_confidence ? " *" : "");
    }
}

static void print_month(struct billing *b, const struct bill *bill)
{
    char text[48];
    printf("%04d-%02d\n", bill->period.year, bill->period.month);
    for (size_t first = 0, end; first < bill->line_count; first = end) {
        end = first + 1;
        while (end < bill->line_count && !strcmp(bill->lines[end].service_name, bill->lines[first].service_name))
            end++;
        print_service(b, bill, first, end);
    }
    printf("%16s  total in USD, before tax%s\n",
           bill->unpriced > 0 && bill->total_cents == 0 ? "unpriced" : cents(bill->total_cents, text, sizeof text),
           bill->unpriced ? " (incomplete: unpriced usage)" : "");
    print_commitments(b, bill);
    putchar('\n');
}

static void print_screen(struct billing *b, const struct bill_options *how)
{
    char text[48];
    if (!b->options->quiet)
        for (size_t i = 0; i < b->file.month_count; i++)
            print_month(b, &b->bills[i]);
    if (b->unpriced > 0 && b->total_cents == 0)
        printf("total unpriced, ");
    else
        printf("total %s USD%s, ", cents(b->total_cents, text, sizeof text),
               b->unpriced ? " and what is unpriced" : "");
    if (how->hours_per_month)
        printf("%d hours a month, ", how->hours_per_month);
    else
        printf("calendar months, ");
    printf("%s, rates up to %s\n",
           how->free_tier == FREE_TIER_NONE     ? "no free tier"
           : how->free_tier == FREE_TIER_ALWAYS ? "always-free amounts"
                                                : "free tier of a first year",
           price_book_date(b->book));
    if (b->unpriced)
        printf("%zu line%s without a rate: the total is incomplete\n", b->unpriced, b->unpriced == 1 ? "" : "s");
    if (b->low && !b->options->quiet)
        printf("* %zu line%s with a rate of low confidence: derived, from hearsay or from memory\n", b->low,
               b->low == 1 ? "" : "s");
}

/* ---- JSON ---- */

static void add_text(cJSON *to, const char *name, const char *text, struct arena *arena)
{
    char *const safe = arena_text(arena, text ? text : "");
    text_neutralise(safe);
    cJSON_AddStringToObject(to, name, safe);
}

static void add_raw_cents(cJSON *to, const char *name, int64_t amount)
{
    char text[48];
    cJSON_AddRawToObject(to, name, cents_to_text(amount, false, text, sizeof text));
}

/* Null when it is 0 for want of rates. */
static void add_total(cJSON *object, int64_t cents, size_t unpriced)
{
    if (unpriced > 0 && cents == 0)
        cJSON_AddNullToObject(object, "total_usd");
    else
        add_raw_cents(object, "total_usd", cents);
}

static cJSON *json_line(const struct bill_line *line, struct arena *arena)
{
    char text[96];
    cJSON *const out = cJSON_CreateObject();
    add_text(out, "service", line->service, arena);
    add_text(out, "usage_type", line->usage_type, arena);
    add_text(out, "operation", line->operation, arena);
    add_text(out, "region", line->region, arena);
    add_text(out, "zone", line->zone, arena);
    add_text(out, "resource", line->resource, arena);
    add_text(out, "description", line->description, arena);
    cJSON_AddRawToObject(out, "quantity", decimal_to_text(line->quantity_e6, 6, text, sizeof text));
    add_text(out, "unit", line->unit, arena);
    if (line->unpriced) {
        cJSON_AddNullToObject(out, "usd");
    } else {
        cJSON_AddRawToObject(out, "rate_usd", money_to_text(line->rate / line->rate_per, text, sizeof text));
        cJSON_AddRawToObject(out, "exact_usd", money_to_text(line->exact, text, sizeof text));
        add_raw_cents(out, "usd", line->cents);
        add_text(out, "as_of", line->as_of, arena);
        add_text(out, "source", line->source, arena);
        add_text(out, "confidence", line->confidence, arena);
    }
    if (line->commitment) {
        static const char *const parts[] = { "fee", "used", "unused" };
        add_text(out, "commitment", line->commitment->of->name, arena);
        add_text(out, "commitment_part", parts[line->commitment->part], arena);
        add_raw_cents(out, "effective_usd", line->commitment->effective_cents);
    }
    if (line->note)
        add_text(out, "note", line->note, arena);
    cJSON_AddBoolToObject(out, "unpriced", line->unpriced);
    return out;
}

static cJSON *json_commitment(const struct commitment_result *r, struct arena *arena)
{
    cJSON *const out = cJSON_CreateObject();
    add_text(out, "name", r->of->name, arena);
    add_text(out, "text", commitment_text(r->of, arena), arena);
    add_raw_cents(out, "fee_usd", money_to_cents(r->fee));
    add_raw_cents(out, "unused_usd", money_to_cents(r->unused));
    add_raw_cents(out, "covered_on_demand_usd", money_to_cents(r->covered));
    add_raw_cents(out, "saving_usd", money_to_cents(r->saving));
    cJSON_AddNumberToObject(out, "utilisation", r->utilisation);
    cJSON_AddNumberToObject(out, "coverage", r->coverage);
    if (r->covered > 0)
        cJSON_AddNumberToObject(out, "break_even_utilisation", r->break_even);
    else
        cJSON_AddNullToObject(out, "break_even_utilisation");
    cJSON_AddBoolToObject(out, "low_confidence", r->low_confidence);
    return out;
}

static void print_json(struct billing *b, const struct bill_options *how)
{
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "schema", "headroom-bill/1");
    add_text(out, "file", b->options->arguments[0], &b->arena);
    cJSON_AddNumberToObject(out, "hours_per_month", how->hours_per_month);
    add_text(out, "prices_as_of", price_book_date(b->book), &b->arena);
    add_total(out, b->total_cents, b->unpriced);
    cJSON_AddBoolToObject(out, "complete", b->unpriced == 0);
    cJSON_AddNumberToObject(out, "unpriced_lines", (double)b->unpriced);
    cJSON_AddNumberToObject(out, "low_confidence_lines", (double)b->low);
    cJSON *const months = cJSON_AddArrayToObject(out, "months");
    for (size_t i = 0; i < b->file.month_count; i++) {
        const struct bill *const bill = &b->bills[i];
        cJSON *const month = cJSON_CreateObject();
        char name[16];
        snprintf(name, sizeof name, "%04d-%02d", bill->period.year, bill->period.month);
        cJSON_AddStringToObject(month, "month", name);
        add_total(month, bill->total_cents, bill->unpriced);
        cJSON *const lines = cJSON_AddArrayToObject(month, "lines");
        for (size_t l = 0; l < bill->line_count; l++)
            cJSON_AddItemToArray(lines, json_line(&bill->lines[l], &b->arena));
        cJSON *const commitments = cJSON_AddArrayToObject(month, "commitments");
        for (size_t c = 0; c < bill->commitment_count; c++)
            cJSON_AddItemToArray(commitments, json_commitment(&bill->commitments[c], &b->arena));
        cJSON_AddItemToArray(months, month);
    }
    char *const text = cJSON_Print(out);
    puts(text);
    cJSON_free(text);
    cJSON_Delete(out);
}

/* ---- the file ---- */

/* A temporary file, then a rename: a reader never meets half a bill. */
static bool write_focus(struct billing *b)
{
    const char *const folder = b->options->output;
    const char *const path = arena_printf(&b->arena, "%s/bill.csv", folder);
    const char *const draft = arena_printf(&b->arena, "%s/.bill.csv.%ld", folder, (long)getpid());
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return diag_error(&b->diag, (struct mark){ .file = folder }, "cannot make the folder: %s", strerror(errno));
    FILE *const out = fopen(draft, "w");
    if (!out)
        return diag_error(&b->diag, (struct mark){ .file = draft }, "cannot write: %s", strerror(errno));
    bool good = bill_write_focus_months(b->bills, b->file.month_count, out);
    good = fclose(out) == 0 && good;
    if (good && rename(draft, path) == 0)
        return true;
    diag_error(&b->diag, (struct mark){ .file = path }, "cannot write: %s", strerror(errno));
    unlink(draft);
    return false;
}

static int bill_file(struct billing *b)
{
    const struct bill_options how = {
        .hours_per_month = b->options->hours_per_month_set ? b->options->hours_per_month : DEFAULT_HOURS_PER_MONTH,
        .free_tier = b->options->first_year  ? FREE_TIER_FIRST_YEAR
                     : b->options->free_tier ? FREE_TIER_ALWAYS
                                             : FREE_TIER_NONE,
        .allow_unpriced = b->options->allow_unpriced,
        .commitments = b->options->commitments ? &b->commitments : NULL,
    };
    int status = load(b, &how);
    if (status == STATUS_DONE)
        status = compute(b, &how);
    if (status == STATUS_DONE && b->options->output && !write_focus(b))
        status = STATUS_IO;
    if (status == STATUS_DONE)
        (b->options->json ? print_json : print_screen)(b, &how);
    return status;
}

int verb_bill(const struct options *options)
{
    if (options->argument_count != 1)
        return cli_usage_error(options, options->argument_count ? "bill takes one usage file"
                                                                : "bill needs a usage file: headroom bill USAGE.csv");
    struct billing b = { .options = options };
    arena_init(&b.arena);
    diag_init(&b.diag, &b.arena);
    const int status = bill_file(&b);
    fflush(stdout);
    if (b.diag.errors > 0 || !options->quiet)
        diag_print(&b.diag, stderr, cli_color(options, stderr));
    arena_fini(&b.arena);
    return status;
}
