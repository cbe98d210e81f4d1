/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill_text -- the words of a bill line. */
#include "pricing/bill_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define E6 1000000

const char *bill_service_name(const struct price *price, struct arena *arena)
{
    const struct service_facts *const facts = service_facts_find(price->service, price->usage_type);
    return facts->name[0] ? facts->name : arena_text(arena, price->service);
}

const char *bill_operation(const struct tally *tally, struct arena *arena)
{
    if (tally->rule->operation)
        return tally->operation;
    const char *const operation = price_attribute(tally->price->attributes, "operation", arena);
    return operation ? operation : tally->price->attributes;
}

/* 10240 as "10,240"; bounds of tiers are whole units wherever AWS has them, and decimals are kept if not. */
static const char *bound_text(int64_t bound_e6, struct arena *arena)
{
    char digits[24], text[40], fraction[32];
    const int count = snprintf(digits, sizeof digits, "%" PRId64, bound_e6 / E6);
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    if (bound_e6 % E6 == 0)
        return arena_text(arena, text);
    return arena_printf(arena, "%s%s", text, decimal_to_text(bound_e6 % E6, 6, fraction, sizeof fraction) + 1);
}

static const char *tier_text(const struct price *price, const struct price_tier *tier, const struct pricing_unit *unit,
                             struct arena *arena)
{
    const char *const space = unit->in_tier[0] ? " " : "";
    if (price->tier_count == 1)
        return "";
    if (tier->to_e6 == PRICE_OPEN)
        return arena_printf(arena, ", over %s%s%s of the month", bound_text(tier->from_e6, arena), space,
                            unit->in_tier);
    return arena_printf(arena, ", %s %s%s%s of the month", tier->from_e6 == 0 ? "first" : "next",
                        bound_text(tier->to_e6 - tier->from_e6, arena), space, unit->in_tier);
}

/* Dollars with at least two decimals: "0.0225", "0.40", "5.00". */
static const char *rate_text(money rate, struct arena *arena)
{
    char text[64];
    money_to_text(rate, text, sizeof text);
    const char *const point = strchr(text, '.');
    const size_t decimals = point ? strlen(point + 1) : 0;
    return arena_printf(arena, "%s%s", text, decimals == 0 ? ".00" : decimals == 1 ? "0" : "");
}

const char *bill_description(const struct bill_line *line, const struct price *price, const struct price_tier *tier,
                             const struct pricing_unit *unit, struct arena *arena)
{
    return arena_printf(arena, "$%s per %s%s%s: %s", rate_text(line->rate, arena),
                        line->rate_per == E6 ? "million " : "", line->rate_per == E6 ? unit->plural : unit->singular,
                        tier_text(price, tier, unit, arena), tier->description);
}

/* Which dimension decided, and in how much of the time: the thing to look at for whoever wants fewer units. */
static const char *peak_note(const struct tally *tally, struct arena *arena)
{
    uint128 hours = 0;
    const char *text = "the largest dimension of each hour";
    for (int i = 0; i < PEAK_DIMENSIONS; i++)
        hours += tally->decided[i];
    const char *separator = ": ";
    for (int i = 0; i < PEAK_DIMENSIONS; i++) {
        if (tally->decided[i] == 0)
            continue;
        const unsigned percent = (unsigned)((100 * tally->decided[i] + hours / 2) / hours);
        text = arena_printf(arena, "%s%s%s in %u %% of hours", text, separator, peak_dimensions[i].name, percent);
        separator = ", ";
    }
    return text;
}

static const char *join(const char *a, const char *b, struct arena *arena)
{
    return a && b ? arena_printf(arena, "%s; %s", a, b) : a ? a : b;
}

const char *bill_note(const struct bill_line *line, const struct tally *tally, size_t tally_count, struct arena *arena)
{
    const char *note = tally->rule->note;
    char exact[64];
    if (tally->rule->grain == GRAIN_PEAK_DIMENSION)
        note = join(note, peak_note(tally, arena), arena);
    if (tally_count > 1)
        note = join(note, "all resources together fill the tiers", arena);
    if (line->rate == 0 && !(note && strncmp(note, "free", 4) == 0))
        note = join("free: the price list has it at 0 USD", note, arena);
    if (line->rate > 0 && line->cents == 0) {
        money_to_text(line->exact > 0 ? line->exact : 1, exact, sizeof exact);
        note = join(arena_printf(arena, "rounds to zero: %s%s USD", line->exact > 0 ? "" : "below ", exact), note,
                    arena);
    }
    return note;
}
