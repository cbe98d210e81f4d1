/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/arrivals.h"

#include <math.h>

#include "sim/base/check.h"
#include "sim/number.h"

static double seconds(sim_time ns)
{
    return (double)ns / 1e9;
}

static double slope_per_s2(const struct rate_knot *from)
{
    return (from[1].rate_per_s - from[0].rate_per_s) / seconds(from[1].at - from[0].at);
}

/* Expected arrivals in the first `s` seconds of a segment. */
static double expected_until(const struct rate_knot *from, double s)
{
    return s * (from->rate_per_s + 0.5 * slope_per_s2(from) * s);
}

void arrivals_init(struct arrivals *a, struct arena *arena, const struct rate_knot *knots, uint32_t count,
                   struct draw_key key, uint32_t place)
{
    *a = (struct arrivals){ .knots = knots,
                            .count = count,
                            .key = key,
                            .place = place,
                            .plain = true,
                            .batch_mean = 1.0,
                            .burst.switch_at = SIM_NEVER };
    a->segment_sum = ARENA_ARRAY(arena, double, count);
    for (uint32_t k = 0; k < count; k++)
        CHECK(knots[k].rate_per_s >= 0.0, "a negative rate");
    for (uint32_t k = 0; k + 1 < count; k++) {
        CHECK(knots[k].at < knots[k + 1].at, "the knots of a rate are not in order");
        a->segment_sum[k] = 0.5 * (knots[k].rate_per_s + knots[k + 1].rate_per_s) *
                            seconds(knots[k + 1].at - knots[k].at);
    }
    if (count > 1)
        a->slope_per_s2 = slope_per_s2(knots);
}

void arrivals_init_exact(struct arrivals *a, const struct arrival_bin *bins, uint32_t count, struct draw_key key,
                         uint32_t place)
{
    *a = (struct arrivals){
        .bins = bins, .bin_count = count, .key = key, .place = place, .batch_mean = 1.0, .burst.switch_at = SIM_NEVER
    };
    for (uint32_t b = 0; b < count; b++)
        CHECK(bins[b].from < bins[b].until && (b == 0 || bins[b - 1].until <= bins[b].from), "bins are not in order");
}

/* The unit exponentials of the next ordinals, two of each block. */
static void fill_row(struct arrivals *a, uint64_t ordinal)
{
    struct draw_block blocks[DRAW_ROW];
    draw_row(a->key, ordinal / 2, a->place, 0, blocks);
    for (uint32_t i = 0; i < DRAW_ROW; i++) {
        a->log_row[2 * i] = draw_unit(blocks[i].a);
        a->log_row[2 * i + 1] = draw_unit(blocks[i].b);
    }
    number_log_row(a->log_row, ARRIVALS_ROW);
}

/* Asked for in the order of the ordinals, from 0. */
static inline double exponential_of(struct arrivals *a, uint64_t ordinal)
{
    const uint32_t place = (uint32_t)(ordinal % ARRIVALS_ROW);
    if (place == 0)
        fill_row(a, ordinal);
    return -a->log_row[place];
}

/* ---- bursts ---- */

/* The rate between bursts over the mean rate. */
static double burst_calm(struct burst_law law)
{
    const double on = (double)law.mean_on, off = (double)law.mean_off;
    return (on + off) / (law.factor * on + off);
}

double burst_peak(struct burst_law law)
{
    return law.factor * burst_calm(law);
}

/* The chain is stationary from the start: draw 0 says in which state it begins and how long that lasts. Exponential
 * times forget, so what is left of the state is as long as a whole one. */
static void next_switch(struct arrivals *a, sim_time now)
{
    struct burst_state *b = &a->burst;
    const struct draw_block block = draw_at(a->key, b->ordinal, b->place, 0);
    if (b->ordinal++ == 0)
        b->on = draw_unit(block.b) * (double)(b->mean_on + b->mean_off) < (double)b->mean_on;
    else
        b->on = !b->on;
    const double lasts = -number_log(draw_unit(block.a)) * (double)(b->on ? b->mean_on : b->mean_off);
    b->switch_at = now + 1 + (sim_time)lasts; /* never twice at the same instant */
}

void arrivals_set_bursts(struct arrivals *a, struct burst_law law, uint32_t place)
{
    CHECK(law.factor >= 1.0 && law.mean_on > 0 && law.mean_off > 0, "impossible bursts");
    const double calm = burst_calm(law);
    a->burst = (struct burst_state){ .factor_on = law.factor * calm,
                                     .factor_off = calm,
                                     .mean_on = law.mean_on,
                                     .mean_off = law.mean_off,
                                     .place = place };
    a->plain = false;
    next_switch(a, a->count > 0 ? a->knots[0].at : a->bin_count > 0 ? a->bins[0].from : 0);
}

/* Moves `cumulative` by a length `need` of the modulated cumulative rate; false: the knots end before. */
static bool advance_modulated(struct arrivals *a, double need)
{
    for (;;) {
        const struct rate_knot *from = &a->knots[a->segment];
        const bool switches = a->burst.switch_at < from[1].at;
        const double limit = switches ? expected_until(from, seconds(a->burst.switch_at - from[0].at))
                                      : a->segment_sum[a->segment];
        const double factor = a->burst.on ? a->burst.factor_on : a->burst.factor_off;
        const double room = (limit - a->cumulative) * factor;
        if (need <= room) {
            a->cumulative += need / factor;
            return true;
        }
        if (room > 0.0) {
            need -= room;
            a->cumulative = limit;
        }
        if (switches) {
            next_switch(a, a->burst.switch_at);
            continue;
        }
        a->cumulative = 0.0;
        if (++a->segment + 1 >= a->count)
            return false;
        a->slope_per_s2 = slope_per_s2(&a->knots[a->segment]);
    }
}

/* ---- batches ---- */

void arrivals_set_batches(struct arrivals *a, struct count_law size, uint32_t place)
{
    CHECK(count_law_is_sane(&size) && !a->bins, "impossible batches");
    a->batch = size;
    a->batch_mean = count_mean(&size);
    a->batch_place = place;
    a->plain = false;
}

/* ---- exactly ---- */

/* Modulated length of what lies between `from` and `until`, or up to the chain's next switch when that is earlier. */
static double mass_ahead(const struct burst_state *b, sim_time from, sim_time until)
{
    const sim_time to = b->switch_at < until ? b->switch_at : until;
    return (double)(to - from) * (b->on ? b->factor_on : b->factor_off);
}

/* The chain moves to the bin's start; a copy of it walks the bin to see how long it is. */
static void enter_bin_in_bursts(struct arrivals *a, const struct arrival_bin *bin)
{
    while (a->burst.switch_at <= bin->from)
        next_switch(a, a->burst.switch_at);
    const struct burst_state start = a->burst;
    a->walk_at = bin->from;
    a->walk_mass = a->bin_mass = 0.0;
    for (sim_time at = bin->from; at < bin->until;) {
        a->bin_mass += mass_ahead(&a->burst, at, bin->until);
        at = a->burst.switch_at;
        if (at < bin->until)
            next_switch(a, at);
    }
    a->burst = start;
}

/* Where bin_share of the bin's modulated length lies behind. */
static sim_time instant_in_bursts(struct arrivals *a, const struct arrival_bin *bin)
{
    const double goal = a->bin_share * a->bin_mass;
    for (;;) {
        const double ahead = mass_ahead(&a->burst, a->walk_at, bin->until);
        if (a->walk_mass + ahead >= goal || a->burst.switch_at >= bin->until)
            break;
        a->walk_mass += ahead;
        a->walk_at = a->burst.switch_at;
        next_switch(a, a->walk_at);
    }
    return a->walk_at + (sim_time)((goal - a->walk_mass) / (a->burst.on ? a->burst.factor_on : a->burst.factor_off));
}

static sim_time next_exact(struct arrivals *a)
{
    while (a->bin < a->bin_count && a->bin_done == a->bins[a->bin].count) {
        a->bin++;
        a->bin_done = 0;
        a->bin_share = a->bin_mass = 0.0;
    }
    if (a->bin == a->bin_count)
        return SIM_NEVER;
    const struct arrival_bin *bin = &a->bins[a->bin];
    const bool bursts = a->burst.switch_at != SIM_NEVER;
    if (bursts && a->bin_mass == 0.0)
        enter_bin_in_bursts(a, bin);
    const double ahead = (double)(bin->count - a->bin_done);
    a->bin_share = 1.0 - (1.0 - a->bin_share) * number_exp(-exponential_of(a, a->ordinal) / ahead);
    sim_time at = bursts ? instant_in_bursts(a, bin)
                         : bin->from + (sim_time)(a->bin_share * (double)(bin->until - bin->from));
    if (at >= bin->until)
        at = bin->until - 1; /* rounding: the bin is half open */
    if (at < a->last)
        at = a->last;
    a->last = at;
    a->bin_done++;
    a->ordinal++;
    return at;
}

/* ---- the next arrival ---- */

/* rate s + slope s^2 / 2 = c, solved in the form that does not cancel. c > 0, so the divisor is not 0. */
static double time_of_expected(double rate, double slope, double c)
{
    const double discriminant = rate * rate + 2.0 * slope * c;
    return 2.0 * c / (rate + sqrt(discriminant > 0.0 ? discriminant : 0.0));
}

static inline bool advance(struct arrivals *a, double need)
{
    a->cumulative += need;
    while (a->cumulative > a->segment_sum[a->segment]) {
        a->cumulative -= a->segment_sum[a->segment];
        if (++a->segment + 1 >= a->count)
            return false;
        a->slope_per_s2 = slope_per_s2(&a->knots[a->segment]);
    }
    return true;
}

static inline sim_time instant_of(struct arrivals *a)
{
    const struct rate_knot *from = &a->knots[a->segment];
    const double offset_s = time_of_expected(from->rate_per_s, a->slope_per_s2, a->cumulative);
    sim_time at = from[0].at + (sim_time)(offset_s * 1e9);
    if (at >= from[1].at)
        at = from[1].at - 1; /* rounding: the segment is half open */
    if (at < a->last)
        at = a->last;
    a->last = at;
    a->ordinal++;
    return at;
}

/* In bursts, in batches, or exactly. */
static sim_time next_of_special(struct arrivals *a)
{
    if (a->bins)
        return next_exact(a);
    if (a->batch_left > 0) {
        a->batch_left--;
        a->ordinal++;
        return a->last;
    }
    if (a->segment + 1 >= a->count)
        return SIM_NEVER;
    const double need = exponential_of(a, a->group) * a->batch_mean;
    if (a->burst.switch_at == SIM_NEVER ? !advance(a, need) : !advance_modulated(a, need))
        return SIM_NEVER;
    if (a->batch_mean > 1.0)
        a->batch_left = count_draw(&a->batch, draw_at(a->key, a->group, a->batch_place, 0).a) - 1;
    a->group++;
    return instant_of(a);
}

sim_time arrivals_next(struct arrivals *a)
{
    if (!a->plain)
        return next_of_special(a);
    if (a->segment + 1 >= a->count || !advance(a, exponential_of(a, a->ordinal)))
        return SIM_NEVER;
    return instant_of(a);
}

double arrivals_expected(const struct arrivals *a, sim_time from, sim_time to)
{
    double sum = 0.0;
    for (uint32_t k = 0; k + 1 < a->count; k++) {
        const struct rate_knot *knot = &a->knots[k];
        const sim_time begin = from > knot[0].at ? from : knot[0].at;
        const sim_time end = to < knot[1].at ? to : knot[1].at;
        if (begin < end)
            sum += expected_until(knot, seconds(end - knot[0].at)) - expected_until(knot, seconds(begin - knot[0].at));
    }
    return sum;
}

/* ---- what bursts and batches amount to ---- */

/*
 * The rate has the autocovariance d^2 p (1 - p) e^(-r u), d the difference of its two levels, p the share of time in
 * bursts, r = 1 / mean_on + 1 / mean_off; the variance of the counts is their mean plus twice the integral of (t - u)
 * times that. [FMH-93] sec. 2
 */
static double burst_dispersion(double rate_per_s, double window_s, struct burst_law law)
{
    const double on = seconds(law.mean_on), off = seconds(law.mean_off), p = on / (on + off);
    const double r = 1.0 / on + 1.0 / off, rt = r * window_s;
    const double d = rate_per_s * burst_calm(law) * (law.factor - 1.0);
    return 1.0 + 2.0 * d * d * p * (1.0 - p) / (rate_per_s * r) * (1.0 - (1.0 - number_exp(-rt)) / rt);
}

double arrivals_dispersion(double rate_per_s, sim_time window, const struct burst_law *bursts,
                           const struct count_law *batches)
{
    const double size = batches ? count_mean(batches) : 1.0;
    const double of_groups = bursts && rate_per_s > 0.0 ? burst_dispersion(rate_per_s / size, seconds(window), *bursts)
                                                        : 1.0;
    return size * of_groups + (batches ? count_variance(batches) / size : 0.0);
}
