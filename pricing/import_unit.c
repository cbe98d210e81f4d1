/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import_unit -- what a price list calls a unit, in the book's words, with the factor between them.
 *
 * AWS spells units freely ("Hrs", "hours", "LCU-Hrs"; "Requests", "API Requests"), and a few are of another size than
 * ours: gp3 throughput is sold by the GiB/s-month, Step Functions by the GB-second. Words of one kind are one unit;
 * other kinds are converted where a row below says how; everything else is refused, because a price that is wrong by a
 * factor of a thousand looks like a price.
 */
#include <string.h>

#include "pricing/import_parts.h"

enum unit_kind {
    KIND_UNKNOWN,
    KIND_COUNT, /* requests, events, metrics */
    KIND_SECOND,
    KIND_MINUTE,
    KIND_HOUR, /* of an instance, a shard, a capacity unit */
    KIND_MONTH,
    KIND_GB,
    KIND_GB_SECOND,
    KIND_GB_HOUR,
    KIND_GB_MONTH,
    KIND_MIBPS_MONTH,
    KIND_GIBPS_MONTH,
};

/* Endings of a unit in lower-case letters, the longest first; '=' in front: the whole word. */
static const struct {
    const char *word;
    enum unit_kind kind;
} kinds[] = {
    { "gbseconds", KIND_GB_SECOND },
    { "gbsecond", KIND_GB_SECOND },
    { "gbmonths", KIND_GB_MONTH },
    { "gbmonth", KIND_GB_MONTH },
    { "gbmo", KIND_GB_MONTH },
    { "gbhours", KIND_GB_HOUR },
    { "gbhour", KIND_GB_HOUR },
    { "gbhrs", KIND_GB_HOUR },
    { "gigabytehours", KIND_GB_HOUR },
    { "gibpsmo", KIND_GIBPS_MONTH },
    { "mibpsmo", KIND_MIBPS_MONTH },
    { "mbpsmo", KIND_MIBPS_MONTH },
    { "seconds", KIND_SECOND },
    { "second", KIND_SECOND },
    { "minutes", KIND_MINUTE },
    { "minute", KIND_MINUTE },
    { "hours", KIND_HOUR },
    { "hour", KIND_HOUR },
    { "hrs", KIND_HOUR },
    { "hr", KIND_HOUR },
    { "months", KIND_MONTH },
    { "month", KIND_MONTH },
    { "mo", KIND_MONTH },
    { "=gb", KIND_GB },
    { "=gigabytes", KIND_GB },
    { "=gigabyte", KIND_GB },
    { "=quantity", KIND_UNKNOWN },
    { "tb", KIND_UNKNOWN },
    { "mb", KIND_UNKNOWN },
    { "kb", KIND_UNKNOWN },
    { "gb", KIND_UNKNOWN },
};

/* A price per `from` is a price per `to` times multiply / divide. */
static const struct {
    enum unit_kind from, to;
    int64_t multiply, divide;
} conversions[] = {
    { KIND_SECOND, KIND_GB_SECOND, 1, 1 },           /* Lambda's duration, listed by the second */
    { KIND_HOUR, KIND_GB_HOUR, 1, 1 },               /* Fargate's memory, listed by the hour */
    { KIND_GB_SECOND, KIND_GB_HOUR, 3600, 1 },       /* Step Functions */
    { KIND_GIBPS_MONTH, KIND_MIBPS_MONTH, 1, 1024 }, /* gp3 throughput */
    { KIND_COUNT, KIND_MONTH, 1, 1 },                /* metrics, alarms, keys: of the month */
    { KIND_MONTH, KIND_COUNT, 1, 1 },
};

static enum unit_kind kind_of(const char *unit)
{
    char word[64];
    size_t length = 0;
    for (; *unit; unit++) {
        const char lower = (char)(*unit >= 'A' && *unit <= 'Z' ? *unit + 32 : *unit);
        if ((*unit >= '0' && *unit <= '9') || length == sizeof word - 1)
            return KIND_UNKNOWN; /* "1M requests": another size, and there is no telling which */
        if (lower >= 'a' && lower <= 'z')
            word[length++] = lower;
    }
    word[length] = '\0';
    if (length == 0 || strstr(word, "million") || strstr(word, "thousand"))
        return KIND_UNKNOWN;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const bool whole = kinds[i].word[0] == '=';
        const char *const ending = kinds[i].word + whole;
        const size_t ending_length = strlen(ending);
        if (whole ? !strcmp(word, ending) : length >= ending_length && !strcmp(word + length - ending_length, ending))
            return kinds[i].kind;
    }
    return KIND_COUNT;
}

bool import_unit_convert(const char *from, const char *to, int64_t *multiply, int64_t *divide)
{
    const enum unit_kind ours = kind_of(to), theirs = kind_of(from);
    *multiply = *divide = 1;
    if (strcmp(from, to) == 0 || (ours == theirs && ours != KIND_UNKNOWN))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(conversions); i++)
        if (conversions[i].from == theirs && conversions[i].to == ours) {
            *multiply = conversions[i].multiply;
            *divide = conversions[i].divide;
            return true;
        }
    return false;
}
