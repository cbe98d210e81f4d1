/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metering_steps -- attributes are decimals in millionths; a factor is a whole number or the record is refused. */
#include "pricing/metering_steps.h"

#include <strings.h>

#include "pricing/money.h"
#include "pricing/price_book.h"
#include "pricing/wide.h"
#include "sim/base/text.h"

#define E6                   1000000
#define LARGEST_ATTRIBUTE_E6 ((money)1000000000000 * E6)
#define NS_PER_HOUR          UINT64_C(3600000000000)
#define HOURS_PER_DAY        24

struct resolving {
    const struct billing_rule *rule;
    const char *operation;
    struct arena *arena;
    struct mark at;
    struct diag *diag;
};

/* ---- attributes ---- */

static bool read_number(const struct resolving *r, const struct step *step, uint64_t *out_e6)
{
    enum { E10_PER_E6 = 10000 };
    const char *text = price_attribute(r->operation, step->attribute, r->arena);
    money value;
    if (!text)
        text = step->absent;
    if (!text) {
        diag_error(r->diag, r->at, "usage type '%s' of '%s' needs the attribute '%s'", r->rule->usage_type,
                   r->rule->service, step->attribute);
        return diag_hint(r->diag, "for example %s=1024", step->attribute);
    }
    if (!money_from_decimal(text, &value) || value < 0 || value % E10_PER_E6 != 0 ||
        value / E10_PER_E6 > LARGEST_ATTRIBUTE_E6) {
        diag_error(r->diag, r->at, "the attribute '%s' is '%.40s', not a number", step->attribute, text);
        return diag_hint(r->diag, "write 0 to 1000000000000, with at most six decimals");
    }
    *out_e6 = (uint64_t)(value / E10_PER_E6);
    return true;
}

static bool read_choice(const struct resolving *r, const struct step *step, uint128 *factor)
{
    const char *text = price_attribute(r->operation, step->attribute, r->arena);
    const char *words = "";
    for (const struct choice *choice = step->choices; choice->word; choice++) {
        if (strcasecmp(choice->word, text ? text : step->absent) == 0) {
            *factor *= choice->factor;
            return true;
        }
        words = arena_printf(r->arena, "%s%s%s", words, words[0] ? ", " : "", choice->word);
    }
    diag_error(r->diag, r->at, "the attribute '%s' is '%.40s'", step->attribute, text);
    return diag_hint(r->diag, "one of %s", words);
}

/* value x amount must be whole: 0.25 vCPU are 250 thousandths, 0.0001 are none. */
static bool whole_times(const struct resolving *r, const struct step *step, uint64_t value_e6, uint128 *out)
{
    const uint128 product = (uint128)value_e6 * step->amount;
    *out = product / E6;
    if (product % E6 == 0)
        return true;
    diag_error(r->diag, r->at, "the attribute '%s' has more decimals than are billed", step->attribute);
    return diag_hint(r->diag, "steps of 1/%llu count", (unsigned long long)step->amount);
}

static uint128 above(uint128 value, uint128 base)
{
    return value > base ? value - base : 0;
}

/* ---- steps ---- */

static bool resolve_factor(const struct resolving *r, const struct step *step, uint64_t value_e6, uint128 *factor)
{
    uint128 value;
    switch (step->kind) {
    case STEP_CHUNKS: {
        const uint128 size_e6 = (uint128)step->amount * E6, chunks = (value_e6 + size_e6 - 1) / size_e6;
        *factor *= chunks > 0 ? chunks : 1;
        return true;
    }
    case STEP_VALUE:
        if (!whole_times(r, step, value_e6, &value))
            return false;
        *factor *= value > step->base ? value : step->base;
        return true;
    case STEP_ABOVE:
        if (!whole_times(r, step, value_e6, &value))
            return false;
        *factor *= above(value, step->base);
        return true;
    case STEP_DAYS: *factor *= above((uint128)step->amount * E6, value_e6) * HOURS_PER_DAY / E6; return true;
    case STEP_NONE:
    case STEP_CHOICE:
    case STEP_TIMES:
    case STEP_STARTS:
    case STEP_FLOOR:
    case STEP_PLUS:
    case STEP_LESS:
    case STEP_ONLY:
    case STEP_ROUND:
    case STEP_BETWEEN: break;
    }
    return true;
}

static bool is_shape(enum step_kind kind)
{
    return kind >= STEP_STARTS && kind <= STEP_BETWEEN;
}

static bool resolve_step(const struct resolving *r, const struct step *step, struct steps *out)
{
    uint64_t value_e6 = 0;
    if (step->kind == STEP_TIMES) {
        out->factor *= step->amount;
        return true;
    }
    out->scaled = out->scaled || !is_shape(step->kind);
    if (step->kind == STEP_ROUND) {
        out->shape = (struct shape){ .kind = step->kind, .amount = step->amount, .unit = r->rule->unit };
        return true;
    }
    if (step->kind == STEP_CHOICE)
        return read_choice(r, step, &out->factor);
    if (!read_number(r, step, &value_e6))
        return false;
    if (!is_shape(step->kind))
        return resolve_factor(r, step, value_e6, &out->factor);
    out->shape = (struct shape){ step->kind, value_e6, step->amount, step->base, r->rule->unit };
    return true;
}

bool steps_resolve(struct steps *out, const struct billing_rule *rule, const char *operation, struct arena *arena,
                   struct mark at, struct diag *diag)
{
    const struct resolving r = { rule, operation, arena, at, diag };
    *out = (struct steps){ .factor = 1 };
    for (int i = 0; i < MOST_STEPS && rule->steps[i].kind != STEP_NONE; i++) {
        if (!resolve_step(&r, &rule->steps[i], out))
            return false;
        if (out->factor > LARGEST_AMOUNT / ((uint128)1 << 60)) /* the next factor is below 2^60, or so small */
            return diag_error(diag, at, "the attributes of '%s' multiply to more than can be billed", rule->usage_type);
    }
    return true;
}

bool amount_times(uint128 a, uint128 b, uint128 *out)
{
    const bool small = a >> 60 == 0 && b >> 59 == 0; /* below 2^119, the common case, without a division */
    if (!small && b > 0 && a > LARGEST_AMOUNT / b)
        return false;
    *out = a * b;
    return true;
}

/* `amount` of each thing, for as long as the record lasts where time is part of the unit; half up. */
static uint128 per_thing(const struct shape *shape, uint64_t amount, int64_t span_ns)
{
    const uint128 things = (uint128)shape->things_e6 * amount;
    if (shape->kind == STEP_STARTS)
        return wide_mul_div_half_up(things, 1, E6);
    if (shape->unit == USAGE_NANOSECONDS)
        return wide_mul_div_half_up(things, (uint64_t)span_ns, E6);
    if (shape->unit == USAGE_BYTE_HOURS)
        return wide_mul_div_half_up(things, (uint64_t)span_ns, (uint128)E6 * NS_PER_HOUR);
    return wide_mul_div_half_up(things, 1, E6);
}

/* As many times the quantity as the rounded length is of the length: how many there are stays what it is. */
static uint128 rounded(uint128 quantity, uint64_t step_ns, int64_t span_ns)
{
    const uint64_t span = (uint64_t)span_ns, whole = (span + step_ns - 1) / step_ns * step_ns;
    return whole == span ? quantity : wide_mul_div_half_up(quantity, whole, span);
}

static uint128 at_most(uint128 value, uint128 most)
{
    return value < most ? value : most;
}

static uint128 shaped(const struct shape *shape, uint128 quantity, int64_t span_ns)
{
    if (shape->kind == STEP_NONE)
        return quantity;
    if (shape->kind == STEP_ROUND)
        return rounded(quantity, shape->amount, span_ns);
    const uint128 part = per_thing(shape, shape->amount, span_ns);
    switch (shape->kind) {
    case STEP_STARTS:
    case STEP_FLOOR: return quantity > part ? quantity : part;
    case STEP_PLUS: return quantity + part;
    case STEP_LESS: return above(quantity, part);
    case STEP_ONLY: return part;
    case STEP_BETWEEN: return above(at_most(quantity, part), per_thing(shape, shape->base, span_ns));
    case STEP_NONE:
    case STEP_CHUNKS:
    case STEP_VALUE:
    case STEP_ABOVE:
    case STEP_CHOICE:
    case STEP_TIMES:
    case STEP_ROUND:
    case STEP_DAYS: break;
    }
    return quantity;
}

bool steps_apply(const struct steps *steps, uint128 quantity, int64_t span_ns, uint128 *out)
{
    return quantity <= LARGEST_AMOUNT && amount_times(shaped(&steps->shape, quantity, span_ns), steps->factor, out);
}
