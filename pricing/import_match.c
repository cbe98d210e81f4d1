/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import_match -- which of the book's rates a product of the price list is.
 *
 * The book's usage types have no region prefix, its attributes select among equal ones, and some of its names are those
 * of the service a reader would look under. All of that is tables here.
 */
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/import_parts.h"
#include "sim/base/text.h"

/* Attributes of the book that select a rate, and where the list has them. Others explain and are no condition. */
static const struct {
    const char *name;
    enum list_attribute attribute;
} selectors[] = {
    { "operation", LIST_OPERATION }, { "os", LIST_SYSTEM },           { "tenancy", LIST_TENANCY },
    { "engine", LIST_ENGINE },       { "engine", LIST_CACHE_ENGINE }, { "deployment", LIST_DEPLOYMENT },
};

/* Usage types that the list has under another service than the book, where a bill shows them. */
static const struct {
    const char *listed, *usage_type, *service;
} moved[] = {
    { "AmazonEC2", "NatGateway-", "AmazonVPC" },
    { "AmazonEC2", "DataTransfer-", "AWSDataTransfer" },
};

/* Instances: new ones join their kind, and reservations of them have a usage type of their own. */
static const struct kind {
    const char *service, *usage_type, *reserved;
} kinds[] = {
    { "AmazonEC2", "BoxUsage:", "HeavyUsage:" },        { "AmazonRDS", "InstanceUsage:", "HeavyUsage:" },
    { "AmazonRDS", "InstanceUsageIOOptimized:", NULL }, { "AmazonRDS", "Multi-AZUsage:", "Multi-AZHeavyUsage:" },
    { "AmazonRDS", "Multi-AZClusterUsage:", NULL },     { "AmazonElastiCache", "NodeUsage:", "HeavyUsage:" },
    { "AmazonES", "ESInstance:", "HeavyUsage:" },
};

/* Reserved capacity of tables, under the name that the bill has for it. */
static const char *const reserved_capacity[][2] = {
    { "ReadCapacityUnit-Hrs", "HeavyUsage:DDB-ReadUnits" },
    { "WriteCapacityUnit-Hrs", "HeavyUsage:DDB-WriteUnits" },
};

/* What new instances of a kind look like in the book: one of each set of attributes. */
struct import_sibling {
    const struct kind *kind;
    const struct price *price;
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- what the book has ---- */

static void index_sku(struct import *import, uint32_t price)
{
    const char *const code = import->book->rates->prices[price].tiers[0].sku;
    char sku[LIST_NAME_MAX];
    bool is_new;
    snprintf(sku, sizeof sku, "%.*s", (int)strcspn(code, "."), code);
    import->next_of_sku[price] = NO_INDEX;
    if (!sku[0])
        return;
    uint32_t *const head = text_map_put(&import->skus, sku, price, &is_new);
    if (!is_new) {
        import->next_of_sku[price] = *head;
        *head = price;
    }
}

static void index_term(struct import *import, uint32_t price)
{
    const struct price *const term = &import->book->terms->prices[price];
    char key[4 * LIST_NAME_MAX];
    bool is_new;
    if (strchr(term->tiers[0].sku, '.'))
        text_map_put(&import->skus, term->tiers[0].sku, price, &is_new);
    const char *const discounted = price_attribute(term->attributes, "discounted_usage_type", import->arena);
    if (!discounted)
        return;
    const char *const plan = term->usage_type;
    const size_t family = strcspn(plan, ":") + (strchr(plan, '.') ? strcspn(strchr(plan, ':'), ".") : 0);
    snprintf(key, sizeof key, "%s %s %s", term->region, plan, discounted);
    text_map_put(&import->plans, key, price, &is_new);
    snprintf(key, sizeof key, "%s %.*s %s", term->region, (int)family, plan, discounted);
    text_map_put(&import->plans, key, price, &is_new);
}

static void add_sibling(struct import *import, const struct price *price)
{
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        if (!text_equal(kinds[k].service, price->service) || !begins(price->usage_type, kinds[k].usage_type))
            continue;
        for (size_t i = 0; i < import->sibling_count; i++) {
            const struct import_sibling *const known = &import->siblings[i];
            if (known->kind == &kinds[k] && text_equal(known->price->region, price->region) &&
                text_equal(known->price->attributes, price->attributes))
                return;
        }
        import->siblings[import->sibling_count++] = (struct import_sibling){ &kinds[k], price };
    }
}

void import_match_init(struct import *import)
{
    const struct price_book *const rates = import->book->rates;
    import->next_of_sku = ARENA_ARRAY(import->arena, uint32_t, rates->price_count + 1);
    import->siblings = ARENA_ARRAY(import->arena, struct import_sibling, rates->price_count + 1);
    for (size_t i = 0; i < rates->price_count; i++) {
        index_sku(import, (uint32_t)i);
        add_sibling(import, &rates->prices[i]);
    }
    for (size_t i = 0; i < import->book->terms->price_count; i++)
        index_term(import, (uint32_t)i);
}

uint32_t import_next_of_sku(struct import *import, uint32_t item)
{
    const struct price *const old = import->items[item].old;
    const uint32_t next = old && !old->term[0] ? import->next_of_sku[old - import->book->rates->prices] : NO_INDEX;
    return next == NO_INDEX ? NO_INDEX : import_item_of(import, &import->book->rates->prices[next], false);
}

/* ---- where a product is sold ---- */

static const char *book_region(const struct import *import, const char *code)
{
    for (size_t i = 0; i < import->book->region_count; i++)
        if (text_equal(import->book->regions[i], code))
            return import->book->regions[i];
    return NULL;
}

/* "Europe (Ireland)" is what "EU (Ireland)" is called today. */
static bool same_location(const char *location, const char *name)
{
    if (begins(location, "Europe ") && begins(name, "EU "))
        return !strcmp(location + strlen("Europe "), name + strlen("EU "));
    return !strcmp(location, name);
}

/*
 * The shelf of the book: a region of it, PRICE_GLOBAL where the list has no region, NULL for a region that the book or
 * the user does not have. Old lists have a location only.
 */
static const char *shelf_of(const struct import *import, const char *code, const char *location)
{
    const char *shelf = code[0] ? book_region(import, code) : NULL;
    for (size_t i = 0; i < import->book->region_count && !code[0] && !shelf; i++)
        if (same_location(location, aws_region_find(import->book->regions[i])->name))
            shelf = import->book->regions[i];
    if (!code[0] && !shelf)
        shelf = !location[0] || aws_region_is_global(location) || !strchr(location, '(') ? PRICE_GLOBAL : NULL;
    if (!shelf || !import->only_region || text_equal(shelf, PRICE_GLOBAL))
        return shelf;
    return text_equal(shelf, import->only_region) ? shelf : NULL;
}

/*
 * The usage type without the region: AWS writes "EU-", in newer services "EUW1-" or "eu-west-1-", and nothing or
 * "USE1-" in us-east-1.
 */
static const char *without_prefix(const char *usage_type, const char *shelf)
{
    const struct aws_region *const region = aws_region_find(shelf);
    if (!region)
        return usage_type;
    const char *const code = region->code, *const direction = strchr(code, '-') + 1;
    char full[32], airport[8];
    snprintf(full, sizeof full, "%s-", code);
    snprintf(airport, sizeof airport, "%c%c%c%c-", code[0] - 32, code[1] - 32, direction[0] - 32,
             code[strlen(code) - 1]);
    const char *const prefixes[] = { region->prefix, airport, full };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (prefixes[i][0] && begins(usage_type, prefixes[i]))
            return usage_type + strlen(prefixes[i]);
    return usage_type;
}

static const char *book_service(const char *service, const char *usage_type)
{
    for (size_t i = 0; i < ARRAY_LEN(moved); i++)
        if (text_equal(moved[i].listed, service) && begins(usage_type, moved[i].usage_type))
            return moved[i].service;
    return service;
}

/* ---- a product ---- */

/* "operation=RunInstances;os=Linux;tenancy=Shared" of what the list says. */
static void describe(const struct list_product *product, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
        const char *const value = product->attributes[selectors[i].attribute];
        if (!value[0] || strchr(value, ';'))
            continue;
        const int more = snprintf(out + length, size - length, "%s%s=%s", length ? ";" : "", selectors[i].name, value);
        length += more > 0 ? (size_t)more : 0;
        if (length >= size)
            return;
    }
}

/* A machine with software on it, or one that is reserved and not used, has the usage type of the plain one. */
static bool is_plain(const struct list_product *product)
{
    const char *const software = product->attributes[LIST_SOFTWARE], *const capacity =
                                                                         product->attributes[LIST_CAPACITY];
    return (!software[0] || text_equal(software, "NA")) && (!capacity[0] || text_equal(capacity, "Used"));
}

static uint32_t find_sku(struct import *import, const char *sku, const char *service, const char *shelf)
{
    const uint32_t *const head = text_map_find(&import->skus, sku);
    if (!head)
        return NO_INDEX;
    const struct price *const price = &import->book->rates->prices[*head];
    if (!text_equal(price->service, service) ||
        (!text_equal(price->region, shelf) && !text_equal(price->region, PRICE_GLOBAL)))
        return NO_INDEX;
    return import_item_of(import, price, false);
}

/* Has the book rates of this service in the region, or only everywhere? */
static bool is_sold_there(const struct price_book *rates, const char *shelf, const char *service)
{
    const size_t first = price_book_first(rates, shelf, service, "");
    return first < rates->price_count && text_equal(rates->prices[first].region, shelf) &&
           text_equal(rates->prices[first].service, service);
}

static uint32_t find_rate(struct import *import, const char *shelf, const char *service, const char *usage_type,
                          const char *wanted)
{
    const struct price *found;
    const enum price_found how = price_book_find(import->book->rates, service, usage_type, wanted, shelf, &found);
    if (how == PRICE_FOUND)
        return import_item_of(import, found, false);
    if (how == PRICE_AMBIGUOUS)
        import_note(import, "%s '%s' (%s) in %s fits several rates of the book and replaces none", service, usage_type,
                    wanted, shelf);
    return NO_INDEX;
}

static bool has_attribute(const char *attributes, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = attributes; (at = strstr(at, name)) != NULL; at += length)
        if ((at == attributes || at[-1] == ';') && at[length] == '=')
            return true;
    return false;
}

/* Does the list say everything that selects this price, and the same? */
static bool is_of_this_kind(const struct price *price, const char *wanted)
{
    for (size_t i = 0; i < ARRAY_LEN(selectors); i++)
        if (has_attribute(price->attributes, selectors[i].name) && !has_attribute(wanted, selectors[i].name))
            return false;
    return price_fits(price, wanted);
}

/* A new instance type: an item beside its siblings. */
static uint32_t join_kind(struct import *import, const char *shelf, const char *service, const char *usage_type,
                          const char *wanted)
{
    for (size_t i = 0; i < import->sibling_count; i++) {
        const struct import_sibling *const sibling = &import->siblings[i];
        if (!text_equal(sibling->price->region, shelf) || !text_equal(sibling->kind->service, service) ||
            !begins(usage_type, sibling->kind->usage_type) || !is_of_this_kind(sibling->price, wanted))
            continue;
        struct price identity = *sibling->price;
        identity.usage_type = import_text(import, usage_type);
        identity.upfront = 0;
        return import_item_new(import, &identity);
    }
    return NO_INDEX;
}

/* The usage type of reservations of this one, NULL when there are none. */
static const char *reserved_name(struct import *import, const char *service, const char *usage_type)
{
    char name[LIST_NAME_MAX];
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        if (kinds[k].reserved && text_equal(kinds[k].service, service) && begins(usage_type, kinds[k].usage_type)) {
            snprintf(name, sizeof name, "%s%s", kinds[k].reserved, usage_type + strlen(kinds[k].usage_type));
            return import_text(import, name);
        }
    for (size_t i = 0; i < ARRAY_LEN(reserved_capacity) && text_equal(service, "AmazonDynamoDB"); i++)
        if (text_equal(reserved_capacity[i][0], usage_type))
            return reserved_capacity[i][1];
    return NULL;
}

/* A reservation that the book has under any term; `wanted` and what only a reservation has must fit. */
static const struct price *find_reservation(const struct import *import, const char *shelf, const char *service,
                                            const char *usage_type, const char *wanted)
{
    const struct price_book *const terms = import->book->terms;
    for (size_t i = price_book_first(terms, shelf, service, usage_type); i < terms->price_count; i++) {
        const struct price *const price = &terms->prices[i];
        if (!text_equal(price->region, shelf) || !text_equal(price->service, service) ||
            !text_equal(price->usage_type, usage_type))
            return NULL;
        if (price_fits(price, wanted))
            return price;
    }
    return NULL;
}

static void see(struct import *import, const char *shelf, const char *service, const char *what)
{
    char key[2 * LIST_NAME_MAX + 16];
    bool is_new;
    snprintf(key, sizeof key, "%s %s%s", shelf, service, what);
    text_map_put(&import->seen, key, 0, &is_new);
}

bool import_match_product(struct import *import, const struct list_product *product, struct import_product *out)
{
    char wanted[8 * LIST_NAME_MAX];
    const char *const code = product->attributes[LIST_REGION];
    const char *shelf = shelf_of(import, code, product->attributes[LIST_LOCATION]);
    if (!shelf)
        return false;
    const char *const usage_type = without_prefix(product->attributes[LIST_USAGE_TYPE], shelf);
    const char *const service = book_service(product->attributes[LIST_SERVICE], usage_type);
    *out = (struct import_product){ .item = NO_INDEX };
    if (!is_plain(product))
        return false;
    describe(product, wanted, sizeof wanted);
    out->item = find_sku(import, product->sku, service, shelf);
    out->by_sku = out->item != NO_INDEX;
    if (!is_sold_there(import->book->rates, shelf, service))
        shelf = PRICE_GLOBAL;
    if (is_sold_there(import->book->rates, shelf, service))
        see(import, shelf, service, "");
    if (!out->by_sku)
        out->item = find_rate(import, shelf, service, usage_type, wanted);
    if (out->item == NO_INDEX && usage_type != product->attributes[LIST_USAGE_TYPE])
        out->item = find_rate(import, shelf, service, product->attributes[LIST_USAGE_TYPE], wanted);
    if (out->item == NO_INDEX)
        out->item = join_kind(import, shelf, service, usage_type, wanted);
    const char *const reserved = reserved_name(import, service, usage_type);
    if (reserved && find_reservation(import, shelf, service, reserved, wanted))
        out->reserved_as = reserved;
    if (out->item == NO_INDEX && !out->reserved_as)
        return false;
    out->region = shelf;
    out->service = import_text(import, service);
    out->selectors = import_text(import, wanted);
    return true;
}

/* ---- reservations and plans ---- */

/* "1yr" and "No Upfront", or "1 yr" and "NoUpfront", as "1yr-no-upfront"; false when it is neither. */
static bool name_term(const char *lease, const char *option, char *out, size_t size)
{
    static const char *const options[][2] = { { "No Upfront", "no-upfront" },
                                              { "Partial Upfront", "partial-upfront" },
                                              { "All Upfront", "all-upfront" },
                                              { "Heavy Utilization", "partial-upfront" } };
    if ((lease[0] != '1' && lease[0] != '3') || !list_same_name(lease + 1, "yr"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (list_same_name(options[i][0], option)) {
            snprintf(out, size, "%cyr-%s", lease[0], options[i][1]);
            return true;
        }
    return false;
}

uint32_t import_match_reserved(struct import *import, const struct import_product *product,
                               const struct list_rate *rate)
{
    char term[64], name[80], wanted[2 * LIST_NAME_MAX];
    const uint32_t *const by_code = text_map_find(&import->skus, rate->rate_code);
    const struct price *found;
    if (by_code && strchr(rate->rate_code, '.'))
        return import_item_of(import, &import->book->terms->prices[*by_code], true);
    if (!product->reserved_as || !name_term(rate->lease, rate->option, term, sizeof term))
        return NO_INDEX;
    snprintf(name, sizeof name, "reserved-%s", term);
    snprintf(wanted, sizeof wanted, "%s%soffering_class=%.40s", product->selectors, product->selectors[0] ? ";" : "",
             rate->class);
    see(import, product->region, product->service, " reserved");
    const enum price_found how = price_book_find_term(import->book->terms, name, product->service, product->reserved_as,
                                                      wanted, product->region, &found);
    if (how == PRICE_FOUND)
        return import_item_of(import, found, true);
    const struct price *const sibling = how == PRICE_MISSING
                                            ? find_reservation(import, product->region, product->service,
                                                               product->reserved_as, wanted)
                                            : NULL;
    if (!sibling || (rate->class[0] && !list_same_name(rate->class, "standard")))
        return NO_INDEX;
    struct price identity = *sibling;
    identity.term = import_text(import, name);
    identity.upfront = 0;
    return import_item_new(import, &identity);
}

/* "EC2SP:c5.1yrNoUpfront": its family "EC2SP:c5" and its term "savings-plan-ec2-1yr-no-upfront". */
static bool split_plan(const char *plan, size_t *family, char *term, size_t size)
{
    static const char *const types[][2] = { { "ComputeSP:", "compute" },
                                            { "EC2SP:", "ec2" },
                                            { "DatabaseSP:", "database" } };
    char rest[64], lease[8] = "";
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!begins(plan, types[i][0]))
            continue;
        const char *const dot = strchr(plan, '.'), *const words = dot ? dot + 1 : strchr(plan, ':') + 1;
        *family = (size_t)(words - plan) - 1;
        if (strlen(words) < 4)
            return false;
        snprintf(lease, sizeof lease, "%.3s", words);
        if (!name_term(lease, words + 3, rest, sizeof rest))
            return false;
        snprintf(term, size, "savings-plan-%s-%s", types[i][1], rest);
        return true;
    }
    return false;
}

/* The region of discounted usage, by its prefix where the file does not say. */
static const char *plan_shelf(const struct import *import, const struct list_plan_rate *rate)
{
    if (rate->region[0])
        return shelf_of(import, rate->region, "");
    for (size_t i = 0; i < import->book->region_count; i++) {
        const char *const prefix = aws_region_find(import->book->regions[i])->prefix;
        if (prefix[0] && begins(rate->usage_type, prefix))
            return shelf_of(import, import->book->regions[i], "");
    }
    return NULL;
}

uint32_t import_match_plan(struct import *import, const struct list_plan_rate *rate)
{
    char key[4 * LIST_NAME_MAX], term[80];
    size_t family;
    const char *const shelf = plan_shelf(import, rate);
    if (!shelf || strlen(rate->usage_type) >= LIST_NAME_MAX || strlen(rate->plan) >= LIST_NAME_MAX)
        return NO_INDEX;
    const char *const discounted = without_prefix(rate->usage_type, shelf), *const plan = without_prefix(rate->plan,
                                                                                                         shelf);
    if (!split_plan(plan, &family, term, sizeof term))
        return NO_INDEX;
    snprintf(key, sizeof key, "%s %s %s", shelf, plan, discounted);
    const uint32_t *index = text_map_find(&import->plans, key);
    const bool known = index != NULL;
    if (!known) {
        snprintf(key, sizeof key, "%s %.*s %s", shelf, (int)family, plan, discounted);
        index = text_map_find(&import->plans, key);
    }
    if (!index)
        return NO_INDEX;
    const struct price *const price = &import->book->terms->prices[*index];
    if (has_attribute(price->attributes, "os") && !text_equal(rate->operation, "RunInstances"))
        return NO_INDEX; /* the book's are Linux */
    see(import, shelf, price->service, "");
    if (known)
        return import_item_of(import, price, true);
    struct price identity = *price;
    identity.usage_type = import_text(import, plan);
    identity.term = import_text(import, term);
    return import_item_new(import, &identity);
}
