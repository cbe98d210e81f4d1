/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/checks.h"

#include <inttypes.h>

static const char *check_operation(const struct operation_result *op, struct arena *arena)
{
    uint64_t ended = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        ended += op->outcomes[i];
    if (ended + op->in_flight != op->begun)
        return arena_printf(arena, "operation '%s': %" PRIu64 " begun, but %" PRIu64 " ended and %" PRIu64 " in flight",
                            op->name, op->begun, ended, op->in_flight);
    if (op->latency.bins && op->latency.count != ended)
        return arena_printf(arena, "operation '%s': %" PRIu64 " ended, but %" PRIu64 " latencies", op->name, ended,
                            op->latency.count);
    if (op->latency_ok.bins && op->latency_ok.count != op->outcomes[OUTCOME_OK])
        return arena_printf(arena, "operation '%s': %" PRIu64 " succeeded, but %" PRIu64 " latencies of successes",
                            op->name, op->outcomes[OUTCOME_OK], op->latency_ok.count);
    return NULL;
}

/* A share is a quotient of exact integers, so the only slack is the rounding of one division. */
static bool is_share(double value)
{
    return value >= 0 && value <= 1 + 1e-12;
}

const char *check_replication(const struct replication *rep, struct arena *arena)
{
    if (rep->violation)
        return rep->violation;
    for (int i = 0; i < rep->operation_count; i++) {
        const char *why = check_operation(&rep->operations[i], arena);
        if (why)
            return why;
    }
    for (int i = 0; i < rep->utilisation_count; i++) {
        const struct utilisation_result *u = &rep->utilisations[i];
        if (!is_share(u->mean) || !is_share(u->peak))
            return arena_printf(arena, "%s of '%s' was busy %.9g of its capacity on average, %.9g at the peak",
                                u->resource, u->component, u->mean, u->peak);
    }
    return NULL;
}

const char *check_bill(const struct bill *bill, struct arena *arena)
{
    int64_t sum = 0;
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct bill_line *line = &bill->lines[i];
        sum += line->cents;
        if (line->cents != money_to_cents(line->exact))
            return arena_printf(arena, "bill line %s %s is %" PRId64 " cents, rounded it would be %" PRId64,
                                line->service, line->usage_type, line->cents, money_to_cents(line->exact));
    }
    if (sum != bill->total_cents)
        return arena_printf(arena, "the lines of the bill add up to %" PRId64 " cents, its total says %" PRId64, sum,
                            bill->total_cents);
    return NULL;
}
