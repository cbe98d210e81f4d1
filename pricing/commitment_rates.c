/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment_rates -- what a commitment costs and at which rates its usage is taken off it.
 *
 * Rates are those of the book's terms: "ComputeSP:1yrNoUpfront" with discounted_usage_type=BoxUsage:m7g.large, or
 * "HeavyUsage:db.m7g.large". Two things are known where a book has no row, and such rates count as of low confidence:
 * an EC2 instance plan's rate is that of a standard reservation of the same term and payment [SP-UG]; and discounts
 * that AWS gives alike for all sizes are rows of a table here.
 */
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/commitment_cover.h"
#include "pricing/wide.h"
#include "sim/base/text.h"

static const char *const payment_words[PAYMENTS] = { "no", "partial", "all" };
static const char *const payment_plans[PAYMENTS] = { "NoUpfront", "PartialUpfront", "AllUpfront" };

/* ---- uniform discounts, all without upfront ---- */

static const struct discount {
    enum commitment_kind kind;
    int years; /* 0: both */
    const char *service, *usage_type;
    int share_e4; /* of the on-demand rate */
} discounts[] = {
    /* [SP-PRICE] Fargate 20 % for one year and 45 % for three, Lambda 12 %: recalled */
    { COMMITMENT_COMPUTE_PLAN, 1, "AmazonECS", "Fargate-*", 8000 },
    { COMMITMENT_COMPUTE_PLAN, 3, "AmazonECS", "Fargate-*", 5500 },
    { COMMITMENT_COMPUTE_PLAN, 1, "AmazonEKS", "EKS-Fargate-*", 8000 },
    { COMMITMENT_COMPUTE_PLAN, 3, "AmazonEKS", "EKS-Fargate-*", 5500 },
    { COMMITMENT_COMPUTE_PLAN, 0, "AWSLambda", "Lambda-*", 8800 },
    { COMMITMENT_COMPUTE_PLAN, 0, "AWSLambda", "Request*", 10000 }, /* covered, at no discount [SP-UG] */
    /* [DBSP-PRICE] instances of generations 7 and 8, serverless, DynamoDB; one year: recalled */
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonRDS", "Aurora:ServerlessV2*", 6500 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonRDS", "*", 8000 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonElastiCache", "NodeUsage:*", 8000 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonElastiCache", "*", 6500 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonES", "ESInstance:*", 8000 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonES", "*OCU", 6500 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonDynamoDB", "*RequestUnits", 8200 },
    { COMMITMENT_DATABASE_PLAN, 1, "AmazonDynamoDB", "*CapacityUnit-Hrs", 8800 },
};

static bool find_discount(const struct commitment *c, const struct workload_item *item, money *rate)
{
    const struct price *const price = item->tally->price;
    for (size_t i = 0; i < ARRAY_LEN(discounts); i++) {
        const struct discount *const d = &discounts[i];
        if (d->kind != c->kind || (d->years && d->years != c->years) || c->payment != PAYMENT_NONE ||
            strcmp(d->service, price->service) != 0 || !usage_type_matches(d->usage_type, price->usage_type))
            continue;
        *rate = item->rate * d->share_e4 / 10000;
        return true;
    }
    return false;
}

/* ---- what a plan is for ---- */

/* "r7g", "m8gd": the first digits behind the letters. */
static int generation(const char *family)
{
    const char *const dot = strrchr(family, '.');
    const char *at = dot ? dot + 1 : family;
    while (*at && (*at < '0' || *at > '9'))
        at++;
    return *at ? *at - '0' : 0;
}

static bool is_compute(const struct price *price)
{
    return text_equal(price->service, "AmazonEC2") || text_equal(price->service, "AmazonECS") ||
           text_equal(price->service, "AmazonEKS") || text_equal(price->service, "AWSLambda");
}

static bool plan_is_for(const struct commitment *c, const struct workload_item *item)
{
    const struct price *const price = item->tally->price;
    if (c->kind == COMMITMENT_EC2_PLAN)
        return item->thing.kind == THING_EC2 && text_equal(item->thing.family, c->family) &&
               text_equal(price->region, c->region);
    if (c->kind == COMMITMENT_COMPUTE_PLAN)
        return is_compute(price);
    if (is_compute(price))
        return false;
    return !item->thing.family[0] || generation(item->thing.family) >= 7; /* older generations are left out by AWS */
}

/* ---- rows of the book ---- */

struct search {
    const struct commitment *c;
    const struct price_book *terms;
    struct arena *arena;
};

static const struct price *find_term(const struct search *s, const char *term, const char *service,
                                     const char *usage_type, const char *wanted, const char *region)
{
    const struct price *price = NULL;
    if (s->terms)
        price_book_find_term(
            s->terms, arena_printf(s->arena, "%s-%dyr-%s-upfront", term, s->c->years, payment_words[s->c->payment]),
            service, usage_type, wanted, region, &price);
    return price;
}

static const struct price *find_plan_row(const struct search *s, const struct workload_item *item)
{
    static const char *const services[] = { "ComputeSavingsPlans", "ComputeSavingsPlans", "DatabaseSavingsPlans" };
    static const char *const plans[] = { "EC2SP", "ComputeSP", "DatabaseSP" };
    static const char *const terms[] = { "savings-plan-ec2", "savings-plan-compute", "savings-plan-database" };
    const struct price *const sold = item->tally->price;
    const int kind = (int)s->c->kind - COMMITMENT_EC2_PLAN;
    const char *const usage_type = arena_printf(
        s->arena, "%s:%s%s%dyr%s", plans[kind], s->c->kind == COMMITMENT_EC2_PLAN ? s->c->family : "",
        s->c->kind == COMMITMENT_EC2_PLAN ? "." : "", s->c->years, payment_plans[s->c->payment]);
    const char *const wanted = arena_printf(s->arena, "%s;discounted_usage_type=%s", sold->attributes,
                                            sold->usage_type);
    return find_term(s, terms[kind], services[kind], usage_type, wanted, sold->region);
}

/* RDS writes "db.m5.12xl" where the console has "db.m5.12xlarge"; books may have either. */
static const char *other_spelling(const char *name, struct arena *arena)
{
    const size_t length = strlen(name);
    if (length > 6 && !strcmp(name + length - 6, "xlarge"))
        return arena_text_n(arena, name, length - 4);
    return length > 2 && !strcmp(name + length - 2, "xl") ? arena_printf(arena, "%sarge", name) : name;
}

static const struct price *find_reserved_row(const struct search *s, const struct thing *thing, const char *region)
{
    static const char *const services[] = { "",         "AmazonEC2",      "AmazonRDS",     "AmazonElastiCache",
                                            "AmazonES", "AmazonDynamoDB", "AmazonDynamoDB" };
    const char *wanted = "";
    if (thing->kind == THING_EC2)
        wanted = "os=Linux;offering_class=standard";
    else if (thing->kind == THING_RDS)
        wanted = arena_printf(s->arena, "engine=%s;deployment=%s", thing->engine,
                              thing->multi_az ? "Multi-AZ" : "Single-AZ");
    else if (thing->kind == THING_CACHE)
        wanted = arena_printf(s->arena, "engine=%s", thing->engine);
    const char *name = arena_printf(s->arena, "%s.%s", thing->family, thing->size);
    if (thing->kind == THING_READ_CAPACITY || thing->kind == THING_WRITE_CAPACITY)
        name = thing->kind == THING_READ_CAPACITY ? "DDB-ReadUnits" : "DDB-WriteUnits";
    const struct price *row = NULL;
    for (int spelling = 0; spelling < 2 && !row; spelling++) {
        const char *const prefix = thing->kind == THING_RDS && thing->multi_az ? "Multi-AZ" : "";
        row = find_term(s, "reserved", services[thing->kind], arena_printf(s->arena, "%sHeavyUsage:%s", prefix, name),
                        wanted, region);
        name = other_spelling(name, s->arena);
    }
    return row;
}

/* ---- a plan ---- */

/* Per hour, the upfront fee spread over the term. */
static money effective_rate(const struct price *row, int years)
{
    return row->tiers[0].rate + row->upfront / (years * HOURS_OF_YEAR);
}

static bool find_plan_rate(const struct search *s, struct commitment_rates *out, const struct workload_item *item,
                           money *rate)
{
    const struct price *row = find_plan_row(s, item);
    if (row) {
        *rate = row->tiers[0].rate;
        out->low_confidence = out->low_confidence || price_confidence_is_low(row->tiers[0].confidence);
        return true;
    }
    out->low_confidence = true;
    if (s->c->kind != COMMITMENT_EC2_PLAN)
        return find_discount(s->c, item, rate);
    row = find_reserved_row(s, &item->thing, item->tally->price->region);
    if (row)
        *rate = effective_rate(row, s->c->years);
    return row != NULL;
}

static bool refuse_plan(const struct commitment *c, const struct price *sold, struct diag *diag)
{
    diag_error(diag, c->at, "no rate of a %s of %d year%s with %s for '%s' in region '%s'",
               commitment_kind_name(c->kind), c->years, c->years == 1 ? "" : "s", commitment_payment_name(c->payment),
               sold->usage_type, sold->region);
    return diag_hint(diag, "the price book's terms have it for other regions, terms or payments, or not at all");
}

/* Has the family a row that begins so in the commitment's region? */
static bool has_family(const struct search *s, const char *service, const char *prefix)
{
    const char *const begin = arena_printf(s->arena, "%s%s.", prefix, s->c->family);
    const size_t first = price_book_first(s->terms, s->c->region, service, begin);
    const struct price *const next = first < s->terms->price_count ? &s->terms->prices[first] : NULL;
    return next && text_equal(next->region, s->c->region) && text_equal(next->service, service) &&
           strncmp(next->usage_type, begin, strlen(begin)) == 0;
}

/* A plan for a family that nobody has heard of would be paid and never used. */
static bool check_family(const struct search *s, struct diag *diag)
{
    const struct commitment *const c = s->c;
    if (c->kind != COMMITMENT_EC2_PLAN || !s->terms || has_family(s, "AmazonEC2", "HeavyUsage:") ||
        has_family(s, "ComputeSavingsPlans", "EC2SP:"))
        return true;
    diag_error(diag, c->at, "the price book has no term of an instance family '%s' in region '%s'", c->family,
               c->region);
    return diag_hint(diag, "write a family: m7g; `headroom prices show 'HeavyUsage:*' --region %s` lists them",
                     c->region);
}

static bool find_plan(const struct search *s, struct commitment_rates *out, const struct workload *workload,
                      bool lenient, struct diag *diag)
{
    bool good = lenient || check_family(s, diag);
    out->rates = ARENA_ARRAY(s->arena, money, workload->item_count + 1);
    for (size_t i = 0; i < workload->item_count; i++) {
        const struct workload_item *const item = &workload->items[i];
        out->rates[i] = -1;
        if (item->rate == 0 || !plan_is_for(s->c, item) || find_plan_rate(s, out, item, &out->rates[i]) || lenient)
            continue;
        good = refuse_plan(s->c, item->tally->price, diag);
    }
    const money hourly = s->c->usd_per_hour;
    out->recurring = s->c->payment == PAYMENT_NONE ? hourly : s->c->payment == PAYMENT_ALL ? 0 : hourly / 2;
    out->upfront = (hourly - out->recurring) * s->c->years * HOURS_OF_YEAR;
    return good;
}

/* ---- a reservation ---- */

static bool refuse_reservation(const struct search *s, const struct thing *thing, bool lenient, struct diag *diag)
{
    if (lenient)
        return false;
    const struct commitment *const c = s->c;
    diag_error(diag, c->at, "no rate for '%s'%s%s%s reserved for %d year%s with %s in region '%s'", c->instance,
               c->engine[0] ? " " : "", c->engine, c->multi_az ? " Multi-AZ" : "", c->years, c->years == 1 ? "" : "s",
               commitment_payment_name(c->payment), c->region);
    struct commitment other = *c;
    const struct search again = { &other, s->terms, s->arena };
    for (other.years = 1; other.years <= 3; other.years += 2)
        for (int p = 0; p < PAYMENTS; p++) {
            other.payment = (enum commitment_payment)p;
            if (find_reserved_row(&again, thing, c->region))
                return diag_hint(diag, "the price book has it for %d year%s with %s", other.years,
                                 other.years == 1 ? "" : "s", commitment_payment_name(other.payment));
        }
    return diag_hint(diag, "the price book has no term of it in that region");
}

static bool check_zone(const struct search *s, struct diag *diag)
{
    const char *const zone = s->c->zone;
    const size_t length = strlen(zone);
    const char *const region = length > 1 ? arena_text_n(s->arena, zone, length - 1) : "";
    if (!aws_region_find(region) || text_equal(region, s->c->region))
        return true;
    diag_error(diag, s->c->at, "zone '%s' is not in region '%s'", zone, s->c->region);
    return diag_hint(diag, "write region: %s", region);
}

static bool find_reservation(const struct search *s, struct commitment_rates *out, const struct workload *workload,
                             bool lenient, struct diag *diag)
{
    const struct commitment *const c = s->c;
    if (!lenient && !check_zone(s, diag))
        return false;
    if (!thing_of_reservation(&out->thing, c, s->arena))
        return !lenient && (diag_error(diag, c->at, "'%s' is no type of an instance or a node", c->instance) ||
                            diag_hint(diag, "write m7g.large, db.r7g.large, cache.r7g.large, m7g.large.search, "
                                            "read-capacity or write-capacity"));
    const struct price *const row = find_reserved_row(s, &out->thing, c->region);
    if (!row)
        return refuse_reservation(s, &out->thing, lenient, diag);
    const struct price *const paid = find_term(s, "reserved", row->service,
                                               arena_printf(s->arena, "%s:Upfront", row->usage_type), "", c->region);
    const struct price_tier *const tier = &row->tiers[0];
    out->recurring = tier->rate * c->count;
    out->upfront = (row->upfront + (paid ? paid->tiers[0].rate : 0)) * c->count;
    out->as_of = tier->as_of;
    out->source = tier->source;
    out->confidence = tier->confidence;
    out->sku = tier->sku;
    out->low_confidence = price_confidence_is_low(tier->confidence);
    out->flexible = thing_is_flexible(&out->thing, c);
    out->taken = ARENA_ARRAY(s->arena, int, workload->item_count + 1);
    for (size_t i = 0; i < workload->item_count; i++) {
        const struct tally *const tally = workload->items[i].tally;
        if (text_equal(tally->price->region, c->region) && (!c->zone[0] || text_equal(tally->zone, c->zone)))
            out->taken[i] = thing_taken_from(&out->thing, &workload->items[i].thing, out->flexible);
    }
    return true;
}

bool commitment_rates_find(struct commitment_rates *out, const struct commitment *c, const struct price_book *terms,
                           const struct workload *workload, bool lenient, struct arena *arena, struct diag *diag)
{
    const struct search search = { c, terms, arena };
    *out = (struct commitment_rates){ .of = c, .as_of = "", .source = "", .confidence = "", .sku = "" };
    return c->kind == COMMITMENT_RESERVED ? find_reservation(&search, out, workload, lenient, diag)
                                          : find_plan(&search, out, workload, lenient, diag);
}

money commitment_upfront_share(const struct commitment_rates *rates, int hours)
{
    return (money)wide_mul_div((uint128)rates->upfront, (unsigned)hours, (unsigned)(rates->of->years * HOURS_OF_YEAR));
}
