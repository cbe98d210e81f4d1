/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill_pool -- all of a month's use of one price: tiers are filled by it, and a day is priced at its average. */
#ifndef HEADROOM_BILL_POOL_H
#define HEADROOM_BILL_POOL_H

#include "pricing/metering.h"

struct bill_pool {
    const struct price *price;
    uint128 total; /* of the tallies, before whole months are formed; over metering_divisor() */
    money exact;   /* of its lines */
};

#endif
