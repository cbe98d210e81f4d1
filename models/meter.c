/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/meter.h"

#include <stdbool.h>

#include "sim/base/compiler.h"
#include "sim/base/text.h"

void meters_init(struct meters *meters, struct arena *arena, sim_time start, sim_time end)
{
    *meters = (struct meters){ .arena = arena, .start = start, .end = end, .hour = -1 };
    meters->last = &meters->first;
    meters->hours = (int)((end - start + SIM_HOUR - 1) / SIM_HOUR);
}

static bool key_equal(const struct usage_key *a, const struct usage_key *b)
{
    return text_equal(a->service, b->service) && text_equal(a->usage_type, b->usage_type) &&
           text_equal(a->operation, b->operation) && text_equal(a->resource, b->resource) &&
           text_equal(a->region, b->region) && text_equal(a->zone, b->zone) && text_equal(a->to_zone, b->to_zone);
}

struct meter *meter_get(struct meters *meters, struct usage_key key)
{
    for (struct meter *m = meters->first; m; m = m->next)
        if (key_equal(&m->key, &key))
            return m;
    struct meter *meter = ARENA_NEW(meters->arena, struct meter);
    meter->key = key;
    meter->quantity = ARENA_ARRAY(meters->arena, int64_t, meters->hours);
    *meters->last = meter;
    meters->last = &meter->next;
    meters->count++;
    return meter;
}

static void each_hour(const struct meters *meters, struct meter *meter, sim_time from, sim_time to, int64_t things,
                      int64_t bytes)
{
    from = from > meters->start ? from : meters->start;
    to = to < meters->end ? to : meters->end;
    while (from < to) {
        const int hour = (int)((from - meters->start) / SIM_HOUR);
        const sim_time hour_end = meters->start + (sim_time)(hour + 1) * SIM_HOUR;
        const sim_time until = to < hour_end ? to : hour_end;
        /* Byte-hours: 2^62 bytes for an hour would fit; the product needs 128 bits on the way. */
        meter->quantity[hour] += bytes ? (int64_t)((int128)bytes * (until - from) / SIM_HOUR) : things * (until - from);
        from = until;
    }
}

void meter_add_time(const struct meters *meters, struct meter *meter, int64_t things, sim_time from, sim_time to)
{
    each_hour(meters, meter, from, to, things, 0);
}

void meter_add_storage(const struct meters *meters, struct meter *meter, int64_t bytes, sim_time from, sim_time to)
{
    if (bytes > 0)
        each_hour(meters, meter, from, to, 0, bytes);
}

struct usage *meters_records(const struct meters *meters, struct arena *arena, size_t *count)
{
    struct usage *records = ARENA_ARRAY(arena, struct usage, meters->count * meters->hours);
    *count = 0;
    for (struct meter *m = meters->first; m; m = m->next)
        for (int hour = 0; hour < meters->hours; hour++)
            if (m->quantity[hour])
                records[(*count)++] =
                    (struct usage){ .key = &m->key, .hour = hour, .quantity = m->quantity[hour], .weight_e6 = 1000000 };
    return records;
}
