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
    *a = (struct arrivals){ .knots = knots, .count = count, .key = key, .place = place };
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

static double next_exponential(struct arrivals *a)
{
    if (a->ordinal % 2 == 0) {
        const struct draw_block block = draw_at(a->key, a->ordinal / 2, a->place, 0);
        a->spare_bits = block.b;
        return -number_log(draw_unit(block.a));
    }
    return -number_log(draw_unit(a->spare_bits));
}

/* rate s + slope s^2 / 2 = c, solved in the form that does not cancel. c > 0, so the divisor is not 0. */
static double time_of_expected(double rate, double slope, double c)
{
    const double discriminant = rate * rate + 2.0 * slope * c;
    return 2.0 * c / (rate + sqrt(discriminant > 0.0 ? discriminant : 0.0));
}

sim_time arrivals_next(struct arrivals *a)
{
    if (a->segment + 1 >= a->count)
        return SIM_NEVER;
    a->cumulative += next_exponential(a);
    while (a->cumulative > a->segment_sum[a->segment]) {
        a->cumulative -= a->segment_sum[a->segment];
        if (++a->segment + 1 >= a->count)
            return SIM_NEVER;
        a->slope_per_s2 = slope_per_s2(&a->knots[a->segment]);
    }
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
