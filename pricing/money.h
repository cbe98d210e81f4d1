/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * money -- integer 1e-10 USD in 128 bits. A rate has up to ten decimals, a quantity is an integer in the metering
 * unit: products and sums are exact, and rounding happens once, half up to cents, where a bill line ends.
 */
#ifndef HEADROOM_MONEY_H
#define HEADROOM_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/compiler.h"

typedef int128 money; /* 1e-10 USD */

#define MONEY_PER_USD  INT64_C(10000000000)
#define MONEY_PER_CENT INT64_C(100000000)

/* Decimal text ("0.0225", "1e-05") to money, exact; more than ten decimals that are not zero are refused. */
bool money_from_decimal(const char *text, money *out);
/* Half up to whole cents (away from zero for negative amounts). */
int64_t money_to_cents(money amount);
/* "1234.56" of cents, with no grouping; "1,234.56" with. */
const char *cents_to_text(int64_t cents, bool grouped, char *buffer, size_t size);
/* value / 10^decimals, exactly, trailing zeros cut: (225, 4) is "0.0225". */
const char *decimal_to_text(int128 value, int decimals, char *buffer, size_t size);
/* All ten decimals, trailing zeros cut: "0.0225". */
const char *money_to_text(money amount, char *buffer, size_t size);

#endif
