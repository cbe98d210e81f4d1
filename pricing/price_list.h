/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list -- the files in which AWS publishes its prices, read once from front to back.      [AWS-PRICELIST]
 *
 *   offer file     JSON or CSV: the products of a service and their terms, of one region or of all
 *   savings plans  JSON or CSV: what the usage of a region costs under each plan
 *   index          JSON: which files there are, by service or by region
 *
 * The kind is told from the content. Products and terms are separate maps in an offer file, products first: the sink
 * says of each product whether it wants the terms, and nothing of the others is kept. Where terms come first, the file
 * is read twice. What is passed over must still be JSON.
 */
#ifndef HEADROOM_PRICE_LIST_H
#define HEADROOM_PRICE_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "pricing/money.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"

enum list_kind { LIST_OFFER, LIST_PLANS, LIST_INDEX };

/* What a file says of itself; texts are in the arena given to price_list_read(). */
struct list_header {
    enum list_kind kind;
    const char *offer;     /* "AmazonEC2"; "" in savings-plan files */
    const char *version;   /* "20261001190841" */
    const char *published; /* "2026-10-01T19:08:41Z" */
    const char *region;    /* of a savings-plan file; "" */
};

/* Attributes of a product that tell it from others of its usage type; "" where it has none. */
enum list_attribute {
    LIST_SERVICE,
    LIST_USAGE_TYPE,
    LIST_OPERATION,
    LIST_REGION,
    LIST_LOCATION,
    LIST_SYSTEM,       /* operatingSystem: Linux */
    LIST_TENANCY,      /* Shared */
    LIST_SOFTWARE,     /* preInstalledSw: NA */
    LIST_CAPACITY,     /* capacitystatus: Used */
    LIST_ENGINE,       /* databaseEngine: PostgreSQL */
    LIST_CACHE_ENGINE, /* cacheEngine: Redis */
    LIST_DEPLOYMENT,   /* deploymentOption: Multi-AZ */
    LIST_ATTRIBUTE_COUNT,
};

/* Texts of the following live during the call. */
struct list_product {
    const char *sku;
    const char *attributes[LIST_ATTRIBUTE_COUNT];
};

/* A price of more than ten decimals: it is one, but money cannot hold it. */
#define LIST_TOO_FINE ((money)-1)

enum list_term { LIST_ON_DEMAND, LIST_RESERVED };

struct list_rate {
    enum list_term term;
    const char *sku, *rate_code, *description, *unit;
    const char *effective;              /* "2026-09-01T00:00:00Z", or the date alone */
    const char *lease, *option, *class; /* of a reservation: "1yr", "No Upfront", "standard"; "" */
    int64_t from_e6, to_e6;             /* tier, millionths of the unit; to_e6 INT64_MAX when open */
    money price;                        /* per unit; never negative, or LIST_TOO_FINE */
};

/* What discounted usage costs under a savings plan. */
struct list_plan_rate {
    const char *plan;                             /* usage type of the plan: "APN1-EC2SP:c5.1yrNoUpfront" */
    const char *service, *usage_type, *operation; /* of the discounted usage */
    const char *region, *unit, *rate_code;
    const char *effective;
    money price;
};

/* Calls return false to end the reading; the reason is then theirs to report. */
struct list_sink {
    void *self;
    bool (*product)(void *self, const struct list_product *product); /* again for a SKU that it knows: of a CSV row */
    bool (*wants)(void *self, const char *sku);                      /* its rates; false: pass over them */
    bool (*rate)(void *self, const struct list_rate *rate);
    bool (*plan_rate)(void *self, const struct list_plan_rate *rate);
    /* Of an index: an offer code or a region, its file, and the index of its regions or "". */
    bool (*entry)(void *self, const char *name, const char *url, const char *regions);
};

/*
 * Reads `stream`, named `file` in messages. The first error is reported with the byte at which it stands, and with line
 * and column where the stream can seek; what the sink got before is then worth nothing. `bytes`: how many were read.
 */
bool price_list_read(const char *file, FILE *stream, const struct list_sink *sink, struct list_header *header,
                     uint64_t *bytes, struct arena *arena, struct diag *diag);

/* ---- between its files ---- */

struct json_reader;
struct list_source;

/* What both formats have in common. */
struct list_reading {
    struct list_source *source;
    const struct list_sink *sink;
    struct list_header *header;
    struct arena *arena; /* of the header */
};

bool price_list_read_json(struct list_reading *reading); /* price_list_offer.c */
bool price_list_read_csv(struct list_reading *reading);  /* price_list_rows.c */

/* price_list_plans.c: the members "products" and "terms" of a savings-plan file. */
struct list_plans;
struct list_plans *list_plans_new(struct arena *arena);
void list_plans_fini(struct list_plans *plans);
bool list_plans_products(struct list_plans *plans, struct json_reader *json);
bool list_plans_terms(struct list_plans *plans, struct json_reader *json, const struct list_reading *reading);

/* Reads what a price says, at `at` for messages. */
bool list_read_price(struct list_source *source, const char *at, const char *text, money *out);
bool list_read_bound(struct list_source *source, const char *at, const char *text, bool end, int64_t *out_e6);
bool list_check_currency(struct list_source *source, const char *at, const char *currency);

/* Equal but for case and what is neither letter nor digit: "Pre Installed S/W" is "preInstalledSw". */
bool list_same_name(const char *a, const char *b);

/* The attribute of that name in either format ("operatingSystem", "Operating System"), or LIST_ATTRIBUTE_COUNT. */
enum list_attribute list_attribute_find(const char *name);

/* Copies a text into a place of fixed size; that it is longer is an error at `at`. */
enum { LIST_NAME_MAX = 128 };
bool list_copy(struct list_source *source, const char *at, const char *text, char *out, size_t size);

#endif
