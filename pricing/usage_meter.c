/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage_meter -- records of a usage file into readings.
 *
 * A quantity becomes an integer of what the rule meters, half up, in millionths where nothing is rounded later. What
 * is rounded by the hour is spread evenly over the record's hours: the parts are whole and add up to the quantity.
 */
#include "pricing/usage_file.h"
#include "pricing/usage_unit.h"
#include "pricing/wide.h"

#define NS_PER_HOUR INT64_C(3600000000000)
#define E6          1000000
#define E10         INT64_C(10000000000)

enum { UNSPREAD_HOUR = -1 };

struct turn {
    struct metering_work *work;
    int hours_of_month;
    struct arena *arena;
    struct diag *diag;
};

static int64_t span_of(const struct turn *turn, const struct usage_record *record)
{
    return record->span_ns > 0 ? record->span_ns : turn->hours_of_month * NS_PER_HOUR;
}

/* quantity x factor; an estimate first, because a product that does not fit is an error of the file, not ours. */
static bool convert(const struct usage_record *record, const struct usage_factor *factor, unsigned fine, uint128 *out)
{
    const uint128 denominator = factor->denominator * E10;
    const double estimate = (double)record->quantity_e10 * (double)factor->numerator * fine / (double)denominator;
    if (estimate > 1e35)
        return false;
    *out = wide_mul_div_half_up((uint128)record->quantity_e10, factor->numerator * fine, denominator);
    return true;
}

/* How much of `quantity` lies before `ns` of the span. */
static uint128 before(uint128 quantity, int64_t ns, int64_t span_ns)
{
    return ns >= span_ns ? quantity : wide_mul_div(quantity, (uint64_t)ns, (uint64_t)span_ns);
}

static void spread(const struct turn *turn, const struct usage_record *record, struct reading reading)
{
    const uint128 quantity = reading.quantity;
    const int64_t span_ns = reading.span_ns, offset_ns = record->start_ns % NS_PER_HOUR;
    int64_t done_ns = 0;
    for (reading.hour = (int32_t)(record->start_ns / NS_PER_HOUR); done_ns < span_ns; reading.hour++) {
        const int64_t room_ns = NS_PER_HOUR - (done_ns == 0 ? offset_ns : 0);
        const int64_t next_ns = done_ns + room_ns < span_ns ? done_ns + room_ns : span_ns;
        reading.quantity = before(quantity, next_ns, span_ns) - before(quantity, done_ns, span_ns);
        reading.span_ns = next_ns - done_ns;
        if (reading.quantity > 0)
            metering_add(turn->work, &reading);
        done_ns = next_ns;
    }
}

/* A total of hours was counted by its writer and is rounded up once; how many there are is counted by the hour. */
static bool is_spread(const struct usage_record *record, const struct meter *meter, const struct usage_factor *factor)
{
    if (meter->rule->grain == GRAIN_PEAK_DIMENSION)
        return true;
    return meter->rule->grain == GRAIN_STARTED_HOUR && (factor->level || record->span_ns > 0) &&
           (factor->level || record->span_ns <= NS_PER_HOUR);
}

static bool meter_record(const struct turn *turn, const struct usage_record *record)
{
    const struct meter meter = metering_meter(turn->work, &record->key, record->at);
    struct usage_factor factor = { 0 };
    if (!meter.rule) {
        metering_add_unpriced(
            turn->work, &(struct unpriced){ &record->key, record->unit, (uint128)record->quantity_e10 / (E10 / E6) });
        return true;
    }
    const int64_t span_ns = span_of(turn, record);
    if (!usage_unit_read(&factor, record->unit, &meter, span_ns, turn->hours_of_month, turn->arena, record->unit_at,
                         turn->diag))
        return false;
    const unsigned fine = meter.whole ? 1 : E6;
    struct reading reading = { .key = &record->key,
                               .hour = record->span_ns > 0 ? (int32_t)(record->start_ns / NS_PER_HOUR) : UNSPREAD_HOUR,
                               .weight_e6 = meter.whole ? E6 : 1,
                               .span_ns = span_ns,
                               .at = record->at,
                               .offset_ns = record->span_ns > 0 ? record->start_ns % NS_PER_HOUR : 0,
                               .all_month = record->span_ns == 0 };
    if (!convert(record, &factor, fine, &reading.quantity))
        return diag_error(turn->diag, record->at, "there is more of '%s' than can be billed", record->key.usage_type);
    if (is_spread(record, &meter, &factor))
        spread(turn, record, reading);
    else
        metering_add(turn->work, &reading);
    return true;
}

bool usage_records_meter(struct metering_work *work, const struct usage_record *records, size_t count,
                         int hours_of_month, struct arena *arena, struct diag *diag)
{
    const struct turn turn = { work, hours_of_month, arena, diag };
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good = meter_record(&turn, &records[i]) && good;
    return good;
}
