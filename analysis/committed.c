/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/committed.h"

#include <math.h>
#include <string.h>

#include "sim/base/compiler.h"

/* As a price book and as a scenario say it. */
static const struct {
    const char *book, *written;
} engines[] = {
    [ENGINE_NONE] = { "", "" },
    [ENGINE_POSTGRES] = { "PostgreSQL", "postgres" },
    [ENGINE_MYSQL] = { "MySQL", "mysql" },
    [ENGINE_MARIADB] = { "MariaDB", "mariadb" },
    [ENGINE_AURORA_POSTGRES] = { "Aurora PostgreSQL", "aurora-postgres" },
    [ENGINE_AURORA_MYSQL] = { "Aurora MySQL", "aurora-mysql" },
    [ENGINE_REDIS] = { "Redis", "redis" },
    [ENGINE_VALKEY] = { "Valkey", "valkey" },
    [ENGINE_MEMCACHED] = { "Memcached", "memcached" },
};

static const enum commitment_kind plan_kinds[] = { [PLAN_COMPUTE] = COMMITMENT_COMPUTE_PLAN,
                                                   [PLAN_EC2] = COMMITMENT_EC2_PLAN,
                                                   [PLAN_DATABASE] = COMMITMENT_DATABASE_PLAN };

static const char *name_of(const char *written, const struct commitment *c, size_t index, struct arena *arena)
{
    return written[0] ? written : commitment_name(c, index, arena);
}

static struct commitment plan_of(const struct savings_plan_config *p)
{
    return (struct commitment){ .at = p->at,
                                .kind = plan_kinds[p->kind],
                                .years = p->term == TERM_1Y ? 1 : 3,
                                .payment = (enum commitment_payment)p->payment,
                                .region = p->region,
                                .usd_per_hour = p->commit,
                                .family = p->family,
                                .instance = "",
                                .engine = "",
                                .zone = "" };
}

static struct commitment reservation_of(const struct reserved_config *r)
{
    return (struct commitment){ .at = r->at,
                                .kind = COMMITMENT_RESERVED,
                                .years = r->term == TERM_1Y ? 1 : 3,
                                .payment = (enum commitment_payment)r->payment,
                                .region = r->region,
                                .family = "",
                                .instance = r->instance,
                                .engine = engines[r->engine].book,
                                .zone = r->zone,
                                .multi_az = r->multi_az,
                                .count = r->count };
}

struct commitments committed(const struct commitments_config *config, const struct price_book *terms,
                             struct arena *arena)
{
    const size_t plans = (size_t)config->plan_count, count = plans + (size_t)config->reserved_count;
    struct commitment *list = ARENA_ARRAY(arena, struct commitment, count + 1);
    for (size_t i = 0; i < plans; i++) {
        list[i] = plan_of(&config->plans[i]);
        list[i].name = name_of(config->plans[i].name, &list[i], i, arena);
    }
    for (size_t i = plans; i < count; i++) {
        list[i] = reservation_of(&config->reserved[i - plans]);
        list[i].name = name_of(config->reserved[i - plans].name, &list[i], i, arena);
    }
    return (struct commitments){
        .list = list, .count = count, .terms = terms, .discount_e6 = (int64_t)llround(config->discount * 1e6)
    };
}

static const char *term_yaml(const struct commitment *c, struct arena *arena)
{
    static const char *const payments[PAYMENTS] = { "none", "partial", "all" };
    return arena_printf(arena, "term: %dy, payment: %s", c->years, payments[c->payment]);
}

static const char *engine_yaml(const char *engine, struct arena *arena)
{
    for (size_t i = 1; i < ARRAY_LEN(engines); i++)
        if (!strcmp(engines[i].book, engine))
            return arena_printf(arena, "engine: %s, ", engines[i].written);
    return "";
}

const char *committed_yaml(const struct commitment *c, struct arena *arena)
{
    char usd[48];
    if (c->kind == COMMITMENT_RESERVED)
        return arena_printf(arena, "{instance: %s, count: %lld, %s%sregion: %s, %s}", c->instance, (long long)c->count,
                            engine_yaml(c->engine, arena), c->multi_az ? "multi_az: true, " : "", c->region,
                            term_yaml(c, arena));
    money_to_text(c->usd_per_hour, usd, sizeof usd);
    if (c->kind == COMMITMENT_EC2_PLAN)
        return arena_printf(arena, "{kind: ec2, family: %s, region: %s, commit: $%s, %s}", c->family, c->region, usd,
                            term_yaml(c, arena));
    return arena_printf(arena, "{kind: %s, commit: $%s, %s}",
                        c->kind == COMMITMENT_COMPUTE_PLAN ? "compute" : "database", usd, term_yaml(c, arena));
}
