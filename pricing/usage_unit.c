/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage_unit -- tables of words, and a reader per dimension. */
#include "pricing/usage_unit.h"

#include <string.h>
#include <strings.h>

#include "sim/base/text.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_HOUR   UINT64_C(3600000000000)

struct word {
    const char *text;
    uint64_t value;
};

struct reading_unit {
    const struct meter *meter;
    uint64_t span_ns;
    uint64_t hours_of_month;
    struct usage_factor *out;
};

static const struct word multiples[] = {
    { "1k", 1000 },         { "10k", 10000 },          { "100k", 100000 },      { "1m", 1000000 },
    { "k", 1000 },          { "m", 1000000 },          { "g", 1000000000 },     { "thousand", 1000 },
    { "million", 1000000 }, { "billion", 1000000000 }, { "millions", 1000000 }, { "1000", 1000 },
    { "10000", 10000 },     { "1000000", 1000000 },
};

static const struct word times[] = {
    { "ms", NS_PER_SECOND / 1000 },
    { "s", NS_PER_SECOND },
    { "sec", NS_PER_SECOND },
    { "secs", NS_PER_SECOND },
    { "second", NS_PER_SECOND },
    { "seconds", NS_PER_SECOND },
    { "min", 60 * NS_PER_SECOND },
    { "mins", 60 * NS_PER_SECOND },
    { "minute", 60 * NS_PER_SECOND },
    { "minutes", 60 * NS_PER_SECOND },
    { "h", NS_PER_HOUR },
    { "hr", NS_PER_HOUR },
    { "hrs", NS_PER_HOUR },
    { "hour", NS_PER_HOUR },
    { "hours", NS_PER_HOUR },
    { "day", 24 * NS_PER_HOUR },
    { "days", 24 * NS_PER_HOUR },
    { "mo", 0 }, /* the month's hours */
    { "month", 0 },
    { "months", 0 },
};

static const struct word sizes[] = { { "B", 0 },  { "byte", 0 }, { "bytes", 0 }, { "KB", 1 },
                                     { "MB", 2 }, { "GB", 3 },   { "TB", 4 },    { "PB", 5 } };
static const struct word binary_sizes[] = { { "KiB", 1 }, { "MiB", 2 }, { "GiB", 3 }, { "TiB", 4 }, { "PiB", 5 } };

/* What is counted or there. Words of the pricing units count too. */
static const char *const things[] = {
    "new connection",
    "active connection",
    "new flow",
    "active flow",
    "rule evaluation",
    "API call",
    "GET request",
    "PUT request",
    "HTTP request",
    "HTTPS request",
    "count",
    "thing",
    "connection",
    "flow",
    "item",
    "write",
    "task",
    "pod",
    "command",
    "call",
    "chunk",
    "publish",
    "instance",
    "volume",
    "node",
    "address",
    "gateway",
    "cluster",
    "alarm",
    "IOPS",
    "vCPU",
    "RCU",
    "WCU",
    "ACU",
    "OCU",
    "shard",
    "key",
    "secret",
    "zone",
    "rule",
    "dashboard",
    "parameter",
    "endpoint",
    "attachment",
    "LCU",
    "DSU",
    "execution",
    "function",
    "environment",
    "balancer",
    "MiB/s",
    "MBps",
    "MB/s",
    "MiBps",
    "accelerator",
    "stream",
    "database",
    "path",
    "ACL",
    "domain",
    "interface",
    "month",
    "Mo",
    "plan",
    "unit",
    "PUT",
    "GET",
    "transition",
    "table",
};

static const struct word *find_word(const struct word *words, size_t count, const char *text, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i].text) == length && strncasecmp(words[i].text, text, length) == 0)
            return &words[i];
    return NULL;
}

static uint64_t time_of(const struct reading_unit *r, const struct word *word)
{
    return word->value ? word->value : r->hours_of_month * NS_PER_HOUR;
}

/* "requests" and "request", "addresses" and "address", letter case aside; nothing at all is a plain count. */
static bool is_thing(const char *text, size_t length)
{
    if (length == 0)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        const size_t stem = strlen(things[i]);
        if (length >= stem && strncasecmp(things[i], text, stem) == 0 &&
            (length == stem || strncasecmp(text + stem, "s", length - stem) == 0 ||
             strncasecmp(text + stem, "es", length - stem) == 0))
            return true;
    }
    return false;
}

static bool is_word_of(const struct pricing_unit *unit, const char *text)
{
    return strcasecmp(text, unit->unit) == 0 || strcasecmp(text, unit->singular) == 0 ||
           strcasecmp(text, unit->plural) == 0 || strcasecmp(text, unit->focus) == 0;
}

/* A word of any pricing unit that counts things: "messages" for an SQS request is as good as "requests". */
static bool is_counted(const char *text, size_t length, struct arena *arena)
{
    const char *const word = arena_text_n(arena, text, length);
    return is_thing(text, length) || pricing_unit_counts(word);
}

/* "/s", "/hour" or " per second" at the end: the length before it, and the time. */
static size_t cut_rate(const char *text, const struct word **per)
{
    const size_t length = strlen(text);
    const char *at = strrchr(text, '/');
    const char *word = at ? at + 1 : NULL;
    for (const char *c = strstr(text, "per "); c; c = strstr(c + 1, "per ")) {
        at = c;
        word = c + 4;
    }
    *per = word ? find_word(times, ARRAY_LEN(times), word, strlen(word)) : NULL;
    if (!*per)
        return length;
    size_t before = (size_t)(at - text);
    while (before > 0 && text[before - 1] == ' ')
        before--;
    return before;
}

static void apply_rate(const struct reading_unit *r, const struct word *per)
{
    if (!per)
        return;
    r->out->numerator *= r->span_ns;
    r->out->denominator *= time_of(r, per);
    r->out->level = true;
}

/* "10k requests": takes the multiple and leaves the rest in [*text, *length). */
static void take_multiple(const struct reading_unit *r, const char **text, size_t *length)
{
    const size_t blank = strcspn(*text, " "), first = blank < *length ? blank : *length;
    const struct word *const multiple = find_word(multiples, ARRAY_LEN(multiples), *text, first);
    if (!multiple)
        return;
    r->out->numerator *= multiple->value;
    *text += first;
    *length -= first;
    while (*length > 0 && **text == ' ') {
        (*text)++;
        (*length)--;
    }
}

static bool read_count(const struct reading_unit *r, const char *text, struct arena *arena)
{
    const struct word *per;
    size_t length = cut_rate(text, &per);
    take_multiple(r, &text, &length);
    if (!is_counted(text, length, arena))
        return false;
    if (!r->meter->rule->level) {
        apply_rate(r, per);
        return true;
    }
    if (per && per->value != 60 * NS_PER_SECOND)
        return false;
    r->out->numerator *= r->span_ns; /* how many there are, which AWS samples once a minute: "connections/min" */
    r->out->denominator *= NS_PER_HOUR;
    r->out->level = true;
    return true;
}

static bool read_size(const struct reading_unit *r, const char *text, size_t length)
{
    const struct word *word = find_word(binary_sizes, ARRAY_LEN(binary_sizes), text, length);
    const bool binary = word || !r->meter->rule->decimal_gb;
    if (!word)
        word = find_word(sizes, ARRAY_LEN(sizes), text, length);
    for (uint64_t i = 0; word && i < word->value; i++)
        r->out->numerator *= binary ? 1024 : 1000;
    return word != NULL;
}

static bool read_bytes(const struct reading_unit *r, const char *text)
{
    const struct word *per;
    const size_t length = cut_rate(text, &per);
    if (!read_size(r, text, length))
        return false;
    apply_rate(r, per);
    return true;
}

/* "GB-Mo" and "GB-hours" are all of it, "GB" lasts as long as the record. */
static bool read_byte_hours(const struct reading_unit *r, const char *text)
{
    const size_t length = strcspn(text, "- /");
    if (!read_size(r, text, length))
        return false;
    uint64_t time_ns = r->span_ns;
    if (text[length]) {
        const struct word *const word = find_word(times, ARRAY_LEN(times), text + length + 1,
                                                  strlen(text + length + 1));
        if (!word)
            return false;
        time_ns = time_of(r, word);
    }
    r->out->level = !text[length];
    r->out->numerator *= time_ns;
    r->out->denominator *= NS_PER_HOUR;
    return true;
}

/* "Hrs" and "instance-hours" are all of it; "instances" and "million objects" last as long as the record. */
static bool read_time(const struct reading_unit *r, const char *text, struct arena *arena)
{
    const char *dash = strrchr(text, '-'); /* "instance-hours", "instance hours" */
    if (!dash)
        dash = strrchr(text, ' ');
    const char *const word = dash ? dash + 1 : text;
    const struct word *const time = find_word(times, ARRAY_LEN(times), word, strlen(word));
    size_t length = time ? (dash ? (size_t)(dash - text) : 0) : strlen(text);
    take_multiple(r, &text, &length);
    const bool memory = time && length == 2 && strncasecmp(text, "GB", length) == 0; /* GB-seconds */
    if (!memory && !is_counted(text, length, arena))
        return false;
    r->out->level = !time;
    r->out->numerator *= time ? time_of(r, time) : r->span_ns;
    return true;
}

/* The unit in which AWS sells it: "Hrs", "GB-Mo", "ReadRequestUnits". */
static void read_as_sold(const struct reading_unit *r)
{
    const struct pricing_unit *const unit = r->meter->unit;
    r->out->numerator = (uint128)unit->metered_per_unit * (unit->per_month ? r->hours_of_month : 1);
}

static bool read_by_dimension(const struct reading_unit *r, const char *text, struct arena *arena)
{
    switch (r->meter->rule->unit) {
    case USAGE_COUNT: return read_count(r, text, arena);
    case USAGE_BYTES: return read_bytes(r, text);
    case USAGE_BYTE_HOURS: return read_byte_hours(r, text);
    case USAGE_NANOSECONDS: return read_time(r, text, arena);
    case USAGE_MONTHS_E6: break;
    }
    return false;
}

static const char *example_of(const struct meter *meter)
{
    switch (meter->rule->unit) {
    case USAGE_COUNT: return "write count, requests, million requests or requests/s";
    case USAGE_BYTES: return "write bytes, MB, GB, TB, GiB or GB/h";
    case USAGE_BYTE_HOURS: return "write GB or TB while the record lasts, or GB-Mo or GB-hours for all of it";
    case USAGE_NANOSECONDS: return "write Hrs, seconds, months, or count for how many there are while the record lasts";
    case USAGE_MONTHS_E6: break;
    }
    return "write months";
}

bool usage_unit_read(struct usage_factor *out, const char *text, const struct meter *meter, int64_t span_ns,
                     int hours_of_month, struct arena *arena, struct mark at, struct diag *diag)
{
    const struct reading_unit r = { meter, (uint64_t)span_ns, (uint64_t)hours_of_month, out };
    *out = (struct usage_factor){ 1, 1, false };
    if (!text[0] && meter->rule->unit != USAGE_COUNT) { /* 2 hours or 2 instances? */
        diag_error(diag, at, "the unit is empty");
        return diag_hint(diag, "%s", example_of(meter));
    }
    if (meter->sold_as_is && (!text[0] || is_word_of(meter->unit, text))) {
        read_as_sold(&r);
        return true;
    }
    if (read_by_dimension(&r, text, arena))
        return true;
    diag_error(diag, at, "'%.40s' is not a unit of this usage type", text);
    if (meter->sold_as_is)
        return diag_hint(diag, "it is sold per '%s'; %s", meter->unit->unit, example_of(meter));
    return diag_hint(diag, "%s", example_of(meter));
}
