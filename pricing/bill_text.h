/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill_text -- what a bill line says in words: its description as AWS writes it, and why it costs what it costs. */
#ifndef HEADROOM_BILL_TEXT_H
#define HEADROOM_BILL_TEXT_H

#include "pricing/bill.h"
#include "pricing/metering.h"

const char *bill_service_name(const struct price *price, struct arena *arena);

/* The operation on the bill: "LoadBalancing:Application", else what selected the rule or the rate ("engine=Valkey"). */
const char *bill_operation(const struct tally *tally, struct arena *arena);

/* "$0.085 per GB, first 10,240 GB of the month: Internet egress" */
const char *bill_description(const struct bill_line *line, const struct price *price, const struct price_tier *tier,
                             const struct pricing_unit *unit, struct arena *arena);

/* NULL, or how units were formed, and always a reason when the line costs nothing. `tally_count` were pooled. */
const char *bill_note(const struct bill_line *line, const struct tally *tally, size_t tally_count, struct arena *arena);

#endif
