/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wide -- a 128 x 128 bit product in two halves, and its long division. */
#include "pricing/wide.h"

#include <stdint.h>

#include "sim/base/check.h"

struct product {
    uint128 high, low;
};

static struct product multiply(uint128 a, uint128 b)
{
    const uint128 mask = UINT64_MAX;
    const uint128 a_low = a & mask, a_high = a >> 64, b_low = b & mask, b_high = b >> 64;
    const uint128 low = a_low * b_low;
    const uint128 middle = a_high * b_low + (low >> 64); /* at most (2^64 - 1)^2 + 2^64 - 1: fits */
    const uint128 other = a_low * b_high + (middle & mask);
    return (struct product){ .high = a_high * b_high + (middle >> 64) + (other >> 64),
                             .low = (other << 64) | (low & mask) };
}

/* Schoolbook, one bit at a time: runs once per bill line. high < divisor < 2^127, so the remainder never overflows. */
static uint128 divide(struct product n, uint128 divisor, uint128 *remainder)
{
    uint128 rest = n.high, quotient = 0;
    for (int bit = 127; bit >= 0; bit--) {
        rest = (rest << 1) | ((n.low >> bit) & 1);
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    *remainder = rest;
    return quotient;
}

static uint128 mul_div(uint128 a, uint128 b, uint128 divisor, uint128 *rest)
{
    CHECK(divisor > 0 && divisor >> 127 == 0, "a divisor is positive and fits into 127 bits");
    const struct product product = multiply(a, b);
    CHECK(product.high < divisor, "an amount fits into 128 bits");
    if (product.high != 0)
        return divide(product, divisor, rest);
    *rest = product.low % divisor;
    return product.low / divisor;
}

uint128 wide_mul_div(uint128 a, uint128 b, uint128 divisor)
{
    uint128 rest;
    const uint128 quotient = mul_div(a, b, divisor, &rest);
    CHECK(quotient >> 127 == 0, "an amount fits into 127 bits");
    return quotient;
}

uint128 wide_mul_div_half_up(uint128 a, uint128 b, uint128 divisor)
{
    uint128 rest;
    const uint128 quotient = mul_div(a, b, divisor, &rest);
    const uint128 rounded = quotient + (rest >= divisor - rest); /* without doubling the rest */
    CHECK(rounded >> 127 == 0, "an amount fits into 127 bits");
    return rounded;
}

uint128 wide_add(uint128 a, uint128 b)
{
    CHECK(a + b >= a, "a sum of quantities fits into 128 bits");
    return a + b;
}

uint128 wide_mul(uint128 a, uint128 b)
{
    const struct product product = multiply(a, b);
    CHECK(product.high == 0, "a quantity fits into 128 bits");
    return product.low;
}
