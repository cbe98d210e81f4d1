/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wide -- quantity x rate / units, exactly, when the product does not fit into 128 bits.
 *
 * A month of nanoseconds weighted in millionths of a day is near 1e34; times a rate in 1e-10 USD that is 1e46. The
 * product is held in 256 bits and divided once, so that a bill line is rounded once.
 */
#ifndef HEADROOM_WIDE_H
#define HEADROOM_WIDE_H

#include "sim/base/compiler.h"

/*
 * a * b / divisor, rounded down, or half up. CHECK divisor > 0 and that the result fits into 127 bits.
 *
 * An amount is rounded down to 1e-10 USD: rounding that half up to cents then gives the same cents as rounding the
 * exact quotient would, because half a cent is a whole number of 1e-10 USD.
 */
uint128 wide_mul_div(uint128 a, uint128 b, uint128 divisor);
uint128 wide_mul_div_half_up(uint128 a, uint128 b, uint128 divisor);

/* a + b and a * b where an overflow is a bug: quantities are bounded before they come here. */
uint128 wide_add(uint128 a, uint128 b);
uint128 wide_mul(uint128 a, uint128 b);

#endif
