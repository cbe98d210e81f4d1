/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/bucket.h"

#include "sim/base/check.h"

/* Products stay below 2^48 * 2^63 (a rate over all of time), sums of them far below 2^127. */
static int128 units_of(const struct bucket *b, uint64_t tokens)
{
    CHECK(tokens <= BUCKET_TOKENS_MAX, "an amount of tokens out of range");
    return (int128)tokens * b->period;
}

void bucket_init(struct bucket *b, uint64_t capacity, uint64_t rate, sim_time period, uint64_t tokens, sim_time now)
{
    CHECK(period > 0 && period <= SIM_DAY, "the period of a bucket's refill");
    CHECK(rate <= BUCKET_TOKENS_MAX && tokens <= capacity, "a bucket's rate or first level");
    *b = (struct bucket){ .capacity = capacity, .rate = rate, .period = period, .last = now };
    b->level = units_of(b, tokens);
    b->initial = (uint128)b->level;
    (void)units_of(b, capacity);
}

static void cut_off(struct bucket *b)
{
    const int128 excess = b->level - units_of(b, b->capacity);
    if (excess <= 0)
        return;
    b->level -= excess;
    b->overflowed += (uint128)excess;
}

void bucket_meter(struct bucket *b, sim_time now)
{
    CHECK(now >= b->last, "a bucket's time runs backwards");
    const int128 refill = (int128)b->rate * (now - b->last);
    b->last = now;
    b->level += refill;
    b->refilled += (uint128)refill;
    cut_off(b);
}

bool bucket_take(struct bucket *b, sim_time now, uint64_t tokens)
{
    bucket_meter(b, now);
    const int128 wanted = units_of(b, tokens);
    if (b->level < wanted) {
        b->refused++;
        return false;
    }
    b->level -= wanted;
    b->taken += tokens;
    b->granted++;
    return true;
}

/* When the level has risen by `missing`; SIM_NEVER beyond the end of time. */
static sim_time risen_at(const struct bucket *b, int128 missing)
{
    if (missing <= 0)
        return b->last;
    if (b->rate == 0)
        return SIM_NEVER;
    const uint128 up = (uint128)missing + (b->rate - 1); /* so that the division rounds up */
    const uint128 wait = up <= UINT64_MAX ? (uint64_t)up / b->rate : up / b->rate;
    return wait < (uint128)(SIM_NEVER - b->last) ? b->last + (sim_time)wait : SIM_NEVER;
}

sim_time bucket_ready_at(struct bucket *b, sim_time now, uint64_t tokens)
{
    bucket_meter(b, now);
    return tokens <= b->capacity ? risen_at(b, units_of(b, tokens) - b->level) : SIM_NEVER;
}

sim_time bucket_book(struct bucket *b, sim_time now, uint64_t tokens, sim_time latest)
{
    const sim_time ready = bucket_ready_at(b, now, tokens);
    if (ready == SIM_NEVER || ready > latest) {
        b->refused++;
        return SIM_NEVER;
    }
    b->level -= units_of(b, tokens);
    b->taken += tokens;
    b->granted++;
    b->waited += (uint64_t)(ready - now);
    return ready;
}

void bucket_give(struct bucket *b, sim_time now, uint64_t tokens)
{
    bucket_meter(b, now);
    b->level += units_of(b, tokens);
    b->given += tokens;
    cut_off(b);
}

void bucket_set_rate(struct bucket *b, sim_time now, uint64_t rate)
{
    CHECK(rate <= BUCKET_TOKENS_MAX, "a bucket's rate");
    bucket_meter(b, now);
    b->rate = rate;
}

void bucket_set_capacity(struct bucket *b, sim_time now, uint64_t capacity)
{
    bucket_meter(b, now);
    b->capacity = capacity;
    cut_off(b);
}

uint64_t bucket_tokens(struct bucket *b, sim_time now)
{
    bucket_meter(b, now);
    return b->level > 0 ? (uint64_t)(b->level / b->period) : 0;
}

bool bucket_is_sane(const struct bucket *b)
{
    const int128 in = (int128)(b->initial + b->refilled) + (int128)b->given * b->period;
    const int128 out = (int128)b->taken * b->period + b->level + (int128)b->overflowed;
    return in == out && b->level <= units_of(b, b->capacity);
}
