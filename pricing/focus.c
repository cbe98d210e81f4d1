/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * focus -- a bill as FOCUS 1.2 CSV: one row per line.     https://focus.finops.org/focus-specification/v1-2/
 *
 * A column is a row of a table: its name and the function that writes its cell. Cells that could become a formula in
 * a spreadsheet begin with an apostrophe; numbers are plain decimals; nothing is an empty field.
 *
 * BilledCost is the rounded cents, as on the invoice. EffectiveCost is the same, but for commitments: their fees are
 * billed and worth nothing in themselves, what they cover is billed at nothing and worth its share of the fee. ListCost and ContractedCost are unit price
 * times quantity, exactly, as FOCUS demands; they differ from the cents by the rounding of the line.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/bill.h"
#include "pricing/billing_rules.h"
#include "pricing/commitment.h"
#include "pricing/price_book.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

enum { NUMBER_SIZE = 96, QUANTITY_DECIMALS = 6, RATE_DECIMALS = 10 };

struct row {
    const struct bill *bill;
    const struct bill_line *line;
    FILE *out;
};

/* ---- cells ---- */

static bool could_be_formula(char first)
{
    return first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' || first == '\r';
}

static void put_text(FILE *out, const char *text)
{
    if (!text || !text[0])
        return;
    fputc('"', out);
    if (could_be_formula(text[0]))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
    fputc('"', out);
}

static void put_decimal(FILE *out, int128 value, int decimals)
{
    char buffer[NUMBER_SIZE];
    fputs(decimal_to_text(value, decimals, buffer, sizeof buffer), out);
}

static void put_month(FILE *out, int year, int month)
{
    fprintf(out, "%04d-%02d-01T00:00:00Z", month > 12 ? year + 1 : year, month > 12 ? 1 : month);
}

static money unit_price(const struct bill_line *line)
{
    return line->rate / line->rate_per;
}

static const struct service_facts *facts_of(const struct bill_line *line)
{
    const struct aws_region *const region = aws_region_find(line->region);
    return service_facts_find(line->service, line->usage_type + (region ? strlen(region->prefix) : 0));
}

static void put_billed_cost(const struct row *r)
{
    put_decimal(r->out, r->line->cents, 2);
}
static bool is_part(const struct row *r, enum commitment_part part)
{
    return r->line->commitment && r->line->commitment->part == part;
}
static void put_effective_cost(const struct row *r)
{
    put_decimal(r->out, r->line->commitment ? r->line->commitment->effective_cents : r->line->cents, 2);
}
/* What an account's private discount leaves; ten decimals of a price and six of the discount are kept. */
static int128 contracted_e16(const struct bill_line *line)
{
    return unit_price(line) * (1000000 - line->discount_e6);
}
static void put_contracted_price(const struct row *r)
{
    put_decimal(r->out, contracted_e16(r->line), RATE_DECIMALS + QUANTITY_DECIMALS);
}
static void put_contracted_cost(const struct row *r)
{
    put_decimal(r->out, contracted_e16(r->line) * r->line->quantity_e6, RATE_DECIMALS + 2 * QUANTITY_DECIMALS);
}
static void put_list_cost(const struct row *r)
{
    put_decimal(r->out, unit_price(r->line) * r->line->quantity_e6, RATE_DECIMALS + QUANTITY_DECIMALS);
}
static void put_unit_price(const struct row *r)
{
    put_decimal(r->out, unit_price(r->line), RATE_DECIMALS);
}
static void put_quantity(const struct row *r)
{
    put_decimal(r->out, r->line->quantity_e6, QUANTITY_DECIMALS);
}
static void put_unit(const struct row *r)
{
    const struct pricing_unit *const unit = pricing_unit_find(r->line->unit);
    put_text(r->out, unit ? unit->focus : r->line->unit[0] ? r->line->unit : "Units");
}
static void put_period_start(const struct row *r)
{
    put_month(r->out, r->bill->period.year, r->bill->period.month);
}
static void put_period_end(const struct row *r)
{
    put_month(r->out, r->bill->period.year, r->bill->period.month + 1);
}
static void put_account(const struct row *r)
{
    put_text(r->out, "simulated-payer");
}
static void put_account_name(const struct row *r)
{
    put_text(r->out, "headroom simulation");
}
static void put_account_type(const struct row *r)
{
    put_text(r->out, "Payer");
}
static void put_currency(const struct row *r)
{
    put_text(r->out, "USD");
}
static void put_charge_category(const struct row *r)
{
    put_text(r->out, is_part(r, COMMITMENT_FEE) ? "Purchase" : "Usage");
}
static void put_pricing_category(const struct row *r)
{
    const bool spot = strstr(r->line->usage_type, "SpotUsage") != NULL;
    const bool committed = is_part(r, COMMITMENT_USED) || is_part(r, COMMITMENT_UNUSED);
    put_text(r->out, r->line->unpriced ? "Other" : committed ? "Committed" : spot ? "Dynamic" : "Standard");
}
/* Nothing is consumed of a purchase, nor of what nobody used. */
static bool is_consumed(const struct row *r)
{
    return !r->line->commitment || is_part(r, COMMITMENT_USED);
}
static void put_consumed(const struct row *r)
{
    if (is_consumed(r))
        put_quantity(r);
}
static void put_consumed_unit(const struct row *r)
{
    if (is_consumed(r))
        put_unit(r);
}
static void put_commitment_category(const struct row *r)
{
    const struct commitment_share *const share = r->line->commitment;
    put_text(r->out, !share ? NULL : share->of->kind == COMMITMENT_RESERVED ? "Usage" : "Spend");
}
static void put_commitment_id(const struct row *r)
{
    put_text(r->out, r->line->commitment ? r->line->commitment->of->name : NULL);
}
static void put_commitment_quantity(const struct row *r)
{
    if (r->line->commitment)
        put_decimal(r->out, r->line->commitment->quantity_e6, QUANTITY_DECIMALS);
}
static void put_commitment_status(const struct row *r)
{
    put_text(r->out, is_part(r, COMMITMENT_USED) ? "Used" : is_part(r, COMMITMENT_UNUSED) ? "Unused" : NULL);
}
static void put_commitment_type(const struct row *r)
{
    put_text(r->out, r->line->commitment ? commitment_kind_name(r->line->commitment->of->kind) : NULL);
}
static void put_commitment_unit(const struct row *r)
{
    const struct commitment_share *const share = r->line->commitment;
    put_text(r->out, !share ? NULL : share->of->kind == COMMITMENT_RESERVED ? "Hours" : "USD");
}
static void put_null(const struct row *r)
{
    (void)r;
}
static void put_issuer(const struct row *r)
{
    put_text(r->out, "Amazon Web Services, Inc.");
}
static void put_provider(const struct row *r)
{
    put_text(r->out, "AWS");
}
static void put_description(const struct row *r)
{
    put_text(r->out, r->line->description);
}
static void put_frequency(const struct row *r)
{
    const struct pricing_unit *const unit = pricing_unit_find(r->line->unit);
    const bool monthly = unit && unit->per_month && unit->metered == USAGE_NANOSECONDS;
    put_text(r->out, monthly || is_part(r, COMMITMENT_FEE) ? "Recurring" : "Usage-Based");
}
static void put_category(const struct row *r)
{
    put_text(r->out, facts_of(r->line)->category);
}
static void put_subcategory(const struct row *r)
{
    put_text(r->out, facts_of(r->line)->subcategory);
}
static void put_service(const struct row *r)
{
    put_text(r->out, r->line->service_name);
}
static void put_region(const struct row *r)
{
    put_text(r->out, aws_region_is_global(r->line->region) ? NULL : r->line->region);
}
static void put_region_name(const struct row *r)
{
    const struct aws_region *const region = aws_region_find(r->line->region);
    put_text(r->out, region ? region->name : NULL);
}
static void put_zone(const struct row *r)
{
    put_text(r->out, r->line->zone);
}
static void put_resource(const struct row *r)
{
    put_text(r->out, r->line->resource);
}
static void put_meter(const struct row *r)
{
    put_text(r->out, r->line->usage_type);
}
static void put_sku(const struct row *r)
{
    char sku[64]; /* a rate code is sku.term.rate */
    snprintf(sku, sizeof sku, "%.*s", (int)strcspn(r->line->sku, "."), r->line->sku);
    put_text(r->out, sku[0] ? sku : r->line->usage_type);
}
/* Never null for usage and purchases: without a rate code it is the SkuId, as FOCUS says. */
static void put_sku_price(const struct row *r)
{
    if (strchr(r->line->sku, '.'))
        put_text(r->out, r->line->sku);
    else
        put_sku(r);
}
/* A character of a text in a JSON object in a quoted cell. */
static void put_json_char(FILE *out, char c)
{
    if (c == '"')
        fputs("\\\"\"", out);
    else if (c == '\\')
        fputs("\\\\", out);
    else
        fputc((unsigned char)c < 0x20 ? ' ' : c, out);
}
/* "storage_class" as FOCUS writes keys that are not its own: "x_StorageClass". */
static void put_key(FILE *out, const char *name, size_t length)
{
    fputs("\"\"x_", out);
    for (size_t i = 0; i < length; i++)
        if (name[i] != '_')
            put_json_char(out, i == 0 || name[i - 1] == '_' ? (char)toupper((unsigned char)name[i]) : name[i]);
    fputs("\"\":\"\"", out);
}
/* What else selected the price, as a JSON object: of "engine=Valkey;os=Linux" two properties. */
static void put_details(const struct row *r)
{
    int count = 0;
    for (const char *at = r->line->operation; *at; at += at[0] == ';') {
        const size_t length = strcspn(at, ";"), name = strcspn(at, "=");
        if (name < length) {
            fputs(count++ ? "," : "\"{", r->out);
            put_key(r->out, at, name);
            for (size_t i = name + 1; i < length; i++)
                put_json_char(r->out, at[i]);
            fputs("\"\"", r->out);
        }
        at += length;
    }
    if (count > 0)
        fputs("}\"", r->out);
}
/* AWS's; a price's attributes are its details. */
static void put_operation(const struct row *r)
{
    put_text(r->out, strchr(r->line->operation, '=') ? NULL : r->line->operation);
}
static void put_tier(const struct row *r)
{
    put_text(r->out, r->line->tier);
}
static void put_note(const struct row *r)
{
    put_text(r->out, r->line->note);
}
static void put_as_of(const struct row *r)
{
    put_text(r->out, r->line->as_of);
}
static void put_source(const struct row *r)
{
    put_text(r->out, r->line->source);
}
static void put_confidence(const struct row *r)
{
    put_text(r->out, r->line->confidence);
}
/* An amount of 0 that is not known must not look like one that is. */
static void put_status(const struct row *r)
{
    put_text(r->out, r->line->unpriced ? "unpriced" : "priced");
}
static void put_service_code(const struct row *r)
{
    put_text(r->out, r->line->service);
}

/* ---- columns: those of FOCUS in its order, then ours, which begin with x_ as FOCUS asks ---- */

static const struct {
    const char *name;
    void (*put)(const struct row *row);
} columns[] = {
    { "AvailabilityZone", put_zone },
    { "BilledCost", put_billed_cost },
    { "BillingAccountId", put_account },
    { "BillingAccountName", put_account_name },
    { "BillingAccountType", put_account_type },
    { "BillingCurrency", put_currency },
    { "BillingPeriodEnd", put_period_end },
    { "BillingPeriodStart", put_period_start },
    { "ChargeCategory", put_charge_category },
    { "ChargeClass", put_null },
    { "ChargeDescription", put_description },
    { "ChargeFrequency", put_frequency },
    { "ChargePeriodEnd", put_period_end },
    { "ChargePeriodStart", put_period_start },
    { "CommitmentDiscountCategory", put_commitment_category },
    { "CommitmentDiscountId", put_commitment_id },
    { "CommitmentDiscountName", put_commitment_id },
    { "CommitmentDiscountQuantity", put_commitment_quantity },
    { "CommitmentDiscountStatus", put_commitment_status },
    { "CommitmentDiscountType", put_commitment_type },
    { "CommitmentDiscountUnit", put_commitment_unit },
    { "ConsumedQuantity", put_consumed },
    { "ConsumedUnit", put_consumed_unit },
    { "ContractedCost", put_contracted_cost },
    { "ContractedUnitPrice", put_contracted_price },
    { "EffectiveCost", put_effective_cost },
    { "InvoiceId", put_null },
    { "InvoiceIssuerName", put_issuer },
    { "ListCost", put_list_cost },
    { "ListUnitPrice", put_unit_price },
    { "PricingCategory", put_pricing_category },
    { "PricingQuantity", put_quantity },
    { "PricingUnit", put_unit },
    { "ProviderName", put_provider },
    { "PublisherName", put_provider },
    { "RegionId", put_region },
    { "RegionName", put_region_name },
    { "ResourceId", put_resource },
    { "ResourceName", put_resource },
    { "ServiceCategory", put_category },
    { "ServiceName", put_service },
    { "ServiceSubcategory", put_subcategory },
    { "SkuId", put_sku },
    { "SkuMeter", put_meter },
    { "SkuPriceDetails", put_details },
    { "SkuPriceId", put_sku_price },
    { "x_ServiceCode", put_service_code },
    { "x_Operation", put_operation },
    { "x_ArchitectureTier", put_tier },
    { "x_Note", put_note },
    { "x_PriceStatus", put_status },
    { "x_PriceAsOf", put_as_of },
    { "x_PriceSource", put_source },
    { "x_PriceConfidence", put_confidence },
};

static void write_lines(const struct bill *bill, FILE *out)
{
    for (size_t line = 0; line < bill->line_count; line++) {
        const struct row row = { bill, &bill->lines[line], out };
        for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
            if (i)
                fputc(',', out);
            columns[i].put(&row);
        }
        fputc('\n', out);
    }
}

bool bill_write_focus_months(const struct bill *bills, size_t count, FILE *out)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i].name);
    fputc('\n', out);
    for (size_t i = 0; i < count; i++)
        write_lines(&bills[i], out);
    return !ferror(out);
}

bool bill_write_focus(const struct bill *bill, FILE *out)
{
    return bill_write_focus_months(bill, 1, out);
}
