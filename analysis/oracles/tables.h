/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tables -- the experiments, a list per chapter of docs/validation.md; each ends at system NULL. */
#ifndef HEADROOM_ORACLE_TABLES_H
#define HEADROOM_ORACLE_TABLES_H

#include "analysis/oracles/experiment.h"

extern const struct experiment table_queues[];
extern const struct experiment table_services[];
extern const struct experiment table_limits[];
extern const struct experiment table_disciplines[];
extern const struct experiment table_networks[];
extern const struct experiment table_dispatchers[];
extern const struct experiment table_buckets[];
extern const struct experiment table_stores[];
extern const struct experiment table_transients[];

#endif
