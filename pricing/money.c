/* SPDX-License-Identifier: GPL-3.0-or-later */
/* money -- decimal text in and out of integer 1e-10 USD, and the one rounding. */
#include "pricing/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

enum { DECIMALS = 10, MOST_DIGITS = 30 };

struct decimal {
    char digits[MOST_DIGITS]; /* 0..9, not characters; leading zeros dropped */
    int count;
    int scale; /* digits behind the point, before the exponent */
    bool negative;
};

static const char *read_digits(const char *at, struct decimal *out, bool fraction, bool *any)
{
    for (; *at >= '0' && *at <= '9'; at++) {
        *any = true;
        out->scale += fraction;
        if (out->count == 0 && *at == '0')
            continue;
        if (out->count == MOST_DIGITS)
            return NULL;
        out->digits[out->count++] = (char)(*at - '0');
    }
    return at;
}

/* The exponent that AWS files carry now and then ("1e-05"). Three digits are more than any price needs. */
static const char *read_exponent(const char *at, int *exponent)
{
    const bool negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    const char *const first = at;
    int value = 0;
    for (; *at >= '0' && *at <= '9' && at - first < 3; at++)
        value = 10 * value + (*at - '0');
    *exponent = negative ? -value : value;
    return at == first ? NULL : at;
}

static bool read_decimal(const char *text, struct decimal *out, int *exponent)
{
    *out = (struct decimal){ .negative = *text == '-' };
    bool any = false;
    const char *at = read_digits(text + out->negative, out, false, &any);
    if (at && *at == '.')
        at = read_digits(at + 1, out, true, &any);
    *exponent = 0;
    if (at && any && (*at == 'e' || *at == 'E'))
        at = read_exponent(at + 1, exponent);
    return at && any && *at == '\0';
}

bool money_from_decimal(const char *text, money *out)
{
    struct decimal decimal;
    int exponent;
    if (!read_decimal(text, &decimal, &exponent))
        return false;
    int shift = DECIMALS + exponent - decimal.scale; /* value = digits * 10^shift in 1e-10 USD */
    while (decimal.count > 0 && decimal.digits[decimal.count - 1] == 0) {
        decimal.count--;
        shift++;
    }
    if (decimal.count == 0) {
        *out = 0;
        return true;
    }
    if (shift < 0 || decimal.count + shift > MOST_DIGITS)
        return false;
    money value = 0;
    for (int i = 0; i < decimal.count; i++)
        value = 10 * value + decimal.digits[i];
    for (int i = 0; i < shift; i++)
        value *= 10;
    *out = decimal.negative ? -value : value;
    return true;
}

int64_t money_to_cents(money amount)
{
    const bool negative = amount < 0;
    const money magnitude = negative ? -amount : amount;
    const money cents = magnitude / MONEY_PER_CENT + (magnitude % MONEY_PER_CENT >= MONEY_PER_CENT / 2);
    CHECK(cents >= 0 && cents <= INT64_MAX, "an amount of money fits into 64 bits of cents");
    return negative ? -(int64_t)cents : (int64_t)cents;
}

const char *cents_to_text(int64_t cents, bool grouped, char *buffer, size_t size)
{
    const uint64_t magnitude = cents < 0 ? -(uint64_t)cents : (uint64_t)cents;
    char digits[24], text[40];
    const int count = snprintf(digits, sizeof digits, "%" PRIu64, magnitude / 100);
    size_t used = 0;
    if (cents < 0)
        text[used++] = '-';
    for (int i = 0; i < count; i++) {
        if (grouped && i > 0 && (count - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    snprintf(buffer, size, "%s.%02u", text, (unsigned)(magnitude % 100));
    return buffer;
}

const char *decimal_to_text(int128 value, int decimals, char *buffer, size_t size)
{
    const uint128 magnitude = value < 0 ? -(uint128)value : (uint128)value;
    char text[80]; /* 39 digits, or as many zeros behind the point as we ever print; a point, a sign */
    CHECK(decimals >= 0 && decimals < 40, "a decimal has at most 39 digits behind the point");
    size_t at = sizeof text - 1;
    uint128 rest = magnitude;
    bool significant = false;
    text[at] = '\0';
    for (int place = 0; place <= decimals || rest > 0; place++, rest /= 10) {
        const int digit = (int)(rest % 10);
        if (place == decimals && significant)
            text[--at] = '.';
        significant = significant || digit > 0 || place >= decimals;
        if (significant)
            text[--at] = (char)('0' + digit);
    }
    if (value < 0)
        text[--at] = '-';
    snprintf(buffer, size, "%s", text + at);
    return buffer;
}

const char *money_to_text(money amount, char *buffer, size_t size)
{
    return decimal_to_text(amount, DECIMALS, buffer, size);
}
