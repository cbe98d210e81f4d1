/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment_thing -- families, sizes and normalised units.
 *
 * Sources: [EC2-UG] "How Reserved Instances are applied": normalisation factors, and what is not size-flexible;
 *          [RDS-UG] "Reserved DB instances": twice the units for Multi-AZ, engines with a licence are not flexible;
 *          [EC-UG] "Reserved nodes": flexible in a family, a Valkey node takes four fifths of a Redis node's units.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pricing/commitment_cover.h"
#include "sim/base/text.h"

static const struct {
    const char *size;
    int factor;
} sizes[] = { { "nano", 5 },   { "micro", 10 },   { "small", 20 }, { "medium", 40 },
              { "large", 80 }, { "xlarge", 160 }, { "xl", 160 } };

/* Sizes of these families have prices that are not in proportion to their units. */
static const char *const rigid_families[] = { "g4ad", "g4dn",  "g5", "g5g",  "g6",   "g6e",     "g6f",    "gr6",
                                              "gr6f", "hpc7a", "p5", "inf1", "inf2", "u7i-6tb", "u7i-8tb" };

static const char *const flexible_engines[] = { "MySQL", "PostgreSQL", "MariaDB", "Aurora MySQL", "Aurora PostgreSQL" };

static const struct {
    enum thing_kind kind;
    const char *service, *prefix;
    bool multi_az;
} shelves[] = {
    { THING_EC2, "AmazonEC2", "BoxUsage:", false },
    { THING_RDS, "AmazonRDS", "InstanceUsage:", false },
    { THING_RDS, "AmazonRDS", "Multi-AZUsage:", true },
    { THING_CACHE, "AmazonElastiCache", "NodeUsage:", false },
    { THING_SEARCH, "AmazonES", "ESInstance:", false },
    { THING_READ_CAPACITY, "AmazonDynamoDB", "ReadCapacityUnit-Hrs", false },
    { THING_WRITE_CAPACITY, "AmazonDynamoDB", "WriteCapacityUnit-Hrs", false },
};

static bool among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(text, list[i]))
            return true;
    return false;
}

/* "large" 80, "12xlarge" and "12xl" 1920; 0 for "metal". */
static int factor_of(const char *size)
{
    char *end;
    const long times = strtol(size, &end, 10);
    if (end == size) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
            if (!strcmp(size, sizes[i].size))
                return sizes[i].factor;
        return 0;
    }
    return (!strcmp(end, "xlarge") || !strcmp(end, "xl")) && times > 0 && times <= 1000 ? (int)times * 160 : 0;
}

/* "db.r7g.large" is family "db.r7g", size "large"; ".search" behind it is left out, as on the bill. */
static bool split(struct thing *thing, const char *name, struct arena *arena)
{
    static const char search[] = ".search";
    const size_t length = strlen(name), tail = sizeof search - 1;
    if (length > tail && !strcmp(name + length - tail, search))
        name = arena_text_n(arena, name, length - tail);
    const char *const dot = strrchr(name, '.');
    if (!dot || dot == name || !dot[1])
        return false;
    thing->family = arena_text_n(arena, name, (size_t)(dot - name));
    thing->size = dot + 1;
    thing->factor = factor_of(thing->size);
    return true;
}

struct thing thing_of_price(const struct price *price, struct arena *arena)
{
    struct thing thing = { .family = "", .size = "", .engine = "" };
    for (size_t i = 0; i < ARRAY_LEN(shelves); i++) {
        const size_t length = strlen(shelves[i].prefix);
        if (strcmp(price->service, shelves[i].service) != 0 ||
            strncmp(price->usage_type, shelves[i].prefix, length) != 0)
            continue;
        const char *const engine = price_attribute(price->attributes, "engine", arena);
        const char *const name = price->usage_type + length;
        if (name[0] && !split(&thing, name, arena))
            return thing;
        thing.kind = shelves[i].kind;
        thing.engine = engine ? engine : "";
        thing.multi_az = shelves[i].multi_az;
        return thing;
    }
    return thing;
}

bool thing_of_reservation(struct thing *out, const struct commitment *c, struct arena *arena)
{
    *out = (struct thing){ .family = "", .size = "", .engine = c->engine, .multi_az = c->multi_az };
    if (text_equal(c->instance, "read-capacity") || text_equal(c->instance, "write-capacity")) {
        out->kind = c->instance[0] == 'r' ? THING_READ_CAPACITY : THING_WRITE_CAPACITY;
        return true;
    }
    out->kind = !strncmp(c->instance, "db.", 3)      ? THING_RDS
                : !strncmp(c->instance, "cache.", 6) ? THING_CACHE
                : strstr(c->instance, ".search")     ? THING_SEARCH
                                                     : THING_EC2;
    return split(out, c->instance, arena);
}

bool thing_is_flexible(const struct thing *thing, const struct commitment *c)
{
    if (thing->factor == 0 || c->zone[0])
        return false;
    if (thing->kind == THING_EC2)
        return !among(thing->family, rigid_families, ARRAY_LEN(rigid_families));
    if (thing->kind == THING_RDS)
        return among(thing->engine, flexible_engines, ARRAY_LEN(flexible_engines));
    return thing->kind == THING_CACHE;
}

/* Redis reservations serve Valkey too, which takes less of them. */
static bool engine_serves(const struct thing *reserved, const struct thing *used)
{
    return !strcasecmp(reserved->engine, used->engine) ||
           (used->kind == THING_CACHE && !strcasecmp(reserved->engine, "Redis") && !strcasecmp(used->engine, "Valkey"));
}

static bool same_size(const struct thing *a, const struct thing *b)
{
    return a->factor ? a->factor == b->factor : text_equal(a->size, b->size);
}

/* What a thing of this size takes, when it stands for itself. */
static int own_units(const struct thing *thing)
{
    return thing->multi_az ? 2 * thing->factor : thing->factor;
}

int thing_units(const struct thing *reserved, bool flexible)
{
    return flexible ? own_units(reserved) : FACTOR_SCALE;
}

int thing_taken_from(const struct thing *reserved, const struct thing *used, bool flexible)
{
    if (reserved->kind != used->kind || !text_equal(reserved->family, used->family) || !engine_serves(reserved, used))
        return 0;
    if (!flexible)
        return same_size(reserved, used) && reserved->multi_az == used->multi_az ? FACTOR_SCALE : 0;
    const bool lighter = strcasecmp(reserved->engine, used->engine) != 0;
    return lighter ? own_units(used) * 4 / 5 : own_units(used);
}
