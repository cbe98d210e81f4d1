/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number is longer than this only in hostile files. */
enum { NUMBER_MAX = 64 };

struct scale {
    const char *unit;
    double factor;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The characters of "[+-]digits[.digits][e[+-]digits]" at the start of `text`; 0 when there is no number. */
static size_t number_length(const char *text)
{
    size_t i = text[0] == '-' || text[0] == '+', digits = 0;
    for (; is_digit(text[i]); i++)
        digits++;
    if (text[i] == '.')
        for (i++; is_digit(text[i]); i++)
            digits++;
    if (digits == 0)
        return 0;
    if (text[i] == 'e' || text[i] == 'E') {
        size_t j = i + 1 + (text[i + 1] == '-' || text[i + 1] == '+');
        if (is_digit(text[j])) {
            while (is_digit(text[j]))
                j++;
            i = j;
        }
    }
    return i;
}

/* Reads the number at *text and moves behind it and one space. strtod alone would accept "inf", "nan" and "0x10". */
static bool take_number(const char **text, double *number)
{
    const size_t length = number_length(*text);
    if (length == 0 || length >= NUMBER_MAX)
        return false;
    char copy[NUMBER_MAX];
    memcpy(copy, *text, length);
    copy[length] = '\0';
    const double value = strtod(copy, NULL);
    if (!isfinite(value))
        return false;
    *number = value;
    *text += length + ((*text)[length] == ' ' && (*text)[length + 1] != '\0');
    return true;
}

static bool text_is_zero(const char *text)
{
    return text[0] == '0' && text[1] == '\0';
}

static const struct scale *find_scale(const struct scale *scales, size_t count, const char *unit, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(scales[i].unit) == length && !memcmp(scales[i].unit, unit, length))
            return &scales[i];
    return NULL;
}

/* Rounds half away from zero; refuses what an int64_t does not hold. */
static bool to_int64(double value, int64_t *out)
{
    const double rounded = round(value);
    if (!(rounded > -0x1p63 && rounded < 0x1p63))
        return false;
    *out = (int64_t)rounded;
    return true;
}

static const struct scale DURATIONS[] = {
    { "d", 86400e9 }, { "h", 3600e9 }, { "min", 60e9 },      { "m", 60e9 }, { "s", 1e9 },
    { "ms", 1e6 },    { "us", 1e3 },   { "\xc2\xb5s", 1e3 }, { "ns", 1.0 },
};

static size_t letters_length(const char *text)
{
    size_t i = 0;
    while (text[i] && !is_digit(text[i]) && text[i] != '.' && text[i] != ' ' && text[i] != '-' && text[i] != '+')
        i++;
    return i;
}

/* Parts of "1h30m" go from large to small, each unit once; only the first may be negative. */
bool duration_from_text(const char *text, int64_t *ns)
{
    if (text_is_zero(text)) {
        *ns = 0;
        return true;
    }
    double sum = 0.0, last_factor = INFINITY;
    const bool negative = text[0] == '-';
    text += negative;
    do {
        double number;
        if (!is_digit(text[0]) && text[0] != '.')
            return false;
        if (!take_number(&text, &number))
            return false;
        const size_t length = letters_length(text);
        const struct scale *scale = find_scale(DURATIONS, ARRAY_LEN(DURATIONS), text, length);
        if (!scale || scale->factor >= last_factor)
            return false;
        sum += number * scale->factor;
        last_factor = scale->factor;
        text += length;
    } while (*text);
    return to_int64(negative ? -sum : sum, ns);
}

static const struct scale SIZES[] = {
    { "B", 1.0 },      { "kB", 1e3 },     { "MB", 1e6 },     { "GB", 1e9 },     { "TB", 1e12 },
    { "KiB", 0x1p10 }, { "MiB", 0x1p20 }, { "GiB", 0x1p30 }, { "TiB", 0x1p40 },
};

bool bytes_from_text(const char *text, int64_t *bytes)
{
    if (text_is_zero(text)) {
        *bytes = 0;
        return true;
    }
    double number;
    if (!take_number(&text, &number))
        return false;
    const struct scale *scale = find_scale(SIZES, ARRAY_LEN(SIZES), text, strlen(text));
    return scale && to_int64(number * scale->factor, bytes);
}

static const struct scale PERIODS_S[] = {
    { "/s", 1.0 },           { "/min", 60.0 },      { "/m", 60.0 },          { "/h", 3600.0 }, { "/day", 86400.0 },
    { "/d", 86400.0 },       { "/week", 604800.0 }, { "/month", 2628000.0 }, /* a twelfth of a year */
    { "/year", 31536000.0 },
};

bool rate_from_text(const char *text, double *per_s)
{
    static const struct scale multiples[] = { { "k", 1e3 }, { "M", 1e6 }, { "G", 1e9 } };
    double number;
    if (!take_number(&text, &number))
        return false;
    const struct scale *multiple = find_scale(multiples, ARRAY_LEN(multiples), text, text[0] != '\0');
    text += multiple != NULL;
    const struct scale *period = find_scale(PERIODS_S, ARRAY_LEN(PERIODS_S), text, strlen(text));
    if (!period)
        return false;
    const double rate = number * (multiple ? multiple->factor : 1.0) / period->factor;
    if (!isfinite(rate))
        return false;
    *per_s = rate;
    return true;
}

bool share_from_text(const char *text, double *share)
{
    double number;
    if (!take_number(&text, &number))
        return false;
    if (text[0] == '%' && text[1] == '\0') {
        *share = number / 100.0;
        return true;
    }
    if (text[0] != '\0')
        return false;
    *share = number;
    return true;
}

/*
 * The number at *text times 10^shift, exactly: no binary fraction comes in between. *exact is false when digits below
 * one were rounded (half away from zero). Refuses more than 36 significant digits.
 */
static bool take_decimal(const char **text, int shift, int128 *out, bool *exact)
{
    static const int128 limit = ((int128)1 << 126) / 10;
    const size_t length = number_length(*text);
    if (length == 0 || length >= NUMBER_MAX)
        return false;
    int128 mantissa = 0;
    int scale = shift;
    bool fraction = false;
    size_t i = 0;
    for (; i < length && (*text)[i] != 'e' && (*text)[i] != 'E'; i++) {
        const char c = (*text)[i];
        fraction = fraction || c == '.';
        if (!is_digit(c))
            continue;
        if (mantissa >= limit)
            return false;
        mantissa = 10 * mantissa + (c - '0');
        scale -= fraction;
    }
    const long exponent = i < length ? strtol(*text + i + 1, NULL, 10) : 0;
    if (exponent < -400 || exponent > 400)
        return false;
    for (scale += (int)exponent; scale > 0 && mantissa != 0; scale--) {
        if (mantissa >= limit)
            return false;
        mantissa *= 10;
    }
    *exact = true;
    int last_digit = 0;
    for (; scale < 0 && (mantissa != 0 || last_digit != 0); scale++) {
        last_digit = (int)(mantissa % 10);
        *exact = *exact && last_digit == 0;
        mantissa /= 10;
    }
    mantissa += last_digit >= 5;
    *out = (*text)[0] == '-' ? -mantissa : mantissa;
    *text += length + ((*text)[length] == ' ' && (*text)[length + 1] != '\0');
    return true;
}

/* The power of ten that a suffix of the number at `text` adds; leaves *suffix_length at its length. */
static int decimal_shift(const char *text, size_t *suffix_length)
{
    static const struct scale multiples[] = { { "k", 3 }, { "M", 6 }, { "G", 9 } };
    const size_t length = number_length(text);
    const char *suffix = text + length + (text[length] == ' ');
    const struct scale *multiple = find_scale(multiples, ARRAY_LEN(multiples), suffix, suffix[0] != '\0');
    *suffix_length = multiple != NULL;
    return multiple ? (int)multiple->factor : 0;
}

static bool fits_int64(int128 value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

bool count_from_text(const char *text, int64_t *count)
{
    size_t suffix_length;
    const int shift = decimal_shift(text, &suffix_length);
    int128 value;
    bool exact;
    if (!take_decimal(&text, shift, &value, &exact) || !exact || text[suffix_length] != '\0' || !fits_int64(value))
        return false;
    *count = (int64_t)value;
    return true;
}

bool vcpus_from_text(const char *text, double *vcpus)
{
    double value;
    if (!take_number(&text, &value))
        return false;
    const bool thousandths = text[0] == 'm';
    if (text[thousandths] != '\0')
        return false;
    *vcpus = thousandths ? value / 1000.0 : value;
    return true;
}

bool number_from_text(const char *text, double *number)
{
    double value;
    if (!take_number(&text, &value) || text[0] != '\0')
        return false;
    *number = value;
    return true;
}

bool money_from_text(const char *text, int64_t *usd_e10)
{
    const bool negative = text[0] == '-' && text[1] == '$', dollar = text[negative] == '$';
    text += negative + dollar;
    if (dollar && (text[0] == '-' || text[0] == '+'))
        return false;
    size_t suffix_length;
    const int shift = decimal_shift(text, &suffix_length);
    int128 value;
    bool exact;
    if (!take_decimal(&text, shift + 10, &value, &exact))
        return false;
    text += suffix_length;
    text += text[0] == ' ' && !dollar;
    if (strcmp(text, dollar ? "" : "USD") != 0 || !fits_int64(value))
        return false;
    *usd_e10 = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool factor_from_text(const char *text, double *factor)
{
    const bool before = text[0] == 'x';
    text += before;
    double value;
    if (!take_number(&text, &value) || strcmp(text + (!before && text[0] == 'x'), "") != 0)
        return false;
    *factor = value;
    return true;
}

/* ---- back to text ---- */

/* "2.5" of value = 2500 and decimals = 3: the integer part, then the digits that are not trailing zeros. */
static int print_decimal(char *buffer, size_t size, uint64_t value, int decimals)
{
    uint64_t one = 1;
    for (int i = 0; i < decimals; i++)
        one *= 10;
    uint64_t rest = value % one;
    if (rest == 0)
        return snprintf(buffer, size, "%" PRIu64, value / one);
    while (rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    return snprintf(buffer, size, "%" PRIu64 ".%0*" PRIu64, value / one, decimals, rest);
}

static size_t append_part(char *buffer, size_t size, size_t used, uint64_t value, int decimals, const char *unit)
{
    if (value == 0 || used >= size)
        return used;
    char number[48];
    print_decimal(number, sizeof(number), value, decimals);
    return used + (size_t)snprintf(buffer + used, size - used, "%s%s", number, unit);
}

const char *duration_to_text(int64_t ns, char *buffer, size_t size)
{
    enum { DAYS_FROM_H = 48 }; /* "24h" is how people write a day's length; "365d" a year's */
    static const uint64_t second = 1000000000u, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    uint64_t left = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    size_t used = (size_t)snprintf(buffer, size, "%s", ns < 0 ? "-" : "");
    if (left == 0)
        snprintf(buffer, size, "0s");
    else if (left < 1000)
        append_part(buffer, size, used, left, 0, "ns");
    else if (left < 1000000)
        append_part(buffer, size, used, left, 3, "us");
    else if (left < second)
        append_part(buffer, size, used, left, 6, "ms");
    else {
        if (left >= DAYS_FROM_H * hour) {
            used = append_part(buffer, size, used, left / day, 0, "d");
            left %= day;
        }
        used = append_part(buffer, size, used, left / hour, 0, "h");
        used = append_part(buffer, size, used, left % hour / minute, 0, "m");
        append_part(buffer, size, used, left % minute, 9, "s");
    }
    return buffer;
}

/* Powers of ten first and from large to small: "16GiB" wins against "17179869184B" because it is shorter. */
const char *bytes_to_text(int64_t bytes, char *buffer, size_t size)
{
    static const struct {
        const char *unit;
        int decimals, shift;
    } units[] = {
        { "TB", 12, 0 },  { "GB", 9, 0 },   { "MB", 6, 0 },   { "kB", 3, 0 },   { "B", 0, 0 },
        { "TiB", 0, 40 }, { "GiB", 0, 30 }, { "MiB", 0, 20 }, { "KiB", 0, 10 },
    };
    const uint64_t left = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
    char shortest[48] = "";
    for (size_t i = 0; i < ARRAY_LEN(units) && left > 0; i++) {
        const uint64_t unit = UINT64_C(1) << units[i].shift;
        uint64_t least = unit; /* of a value that is at least one of this unit: "100GB", not "0.1TB" */
        for (int d = 0; d < units[i].decimals; d++)
            least *= 10;
        if (left % unit != 0 || left < least)
            continue;
        char number[40], text[48];
        print_decimal(number, sizeof(number), left / unit, units[i].decimals);
        snprintf(text, sizeof(text), "%s%s", number, units[i].unit);
        if (!shortest[0] || strlen(text) < strlen(shortest))
            memcpy(shortest, text, sizeof(shortest));
    }
    snprintf(buffer, size, "%s%s", bytes < 0 ? "-" : "", left ? shortest : "0B");
    return buffer;
}
