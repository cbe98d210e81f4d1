/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sold_price -- what a metered key is sold as. */
#ifndef HEADROOM_SOLD_PRICE_H
#define HEADROOM_SOLD_PRICE_H

#include "pricing/metering.h"

/*
 * The price of `key` under `rule` (NULL: it is sold as the book has it): in its region, else among what is sold under
 * one price everywhere, never in another region. *out is NULL when there is none: then false, reported at `at` with
 * the nearest name, or true where usage without a rate is allowed.
 */
bool sold_price(const struct price **out, const struct metering_setting *setting, const struct billing_rule *rule,
                const struct usage_key *key, struct mark at);

#endif
