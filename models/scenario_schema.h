/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_schema -- the JSON Schema of a scenario file: the tables, and what stands between them (components by name
 * and kind in regions and at the edge, the forms of an objective, the names of types).
 */
#ifndef HEADROOM_SCENARIO_SCHEMA_H
#define HEADROOM_SCENARIO_SCHEMA_H

#include <cjson/cJSON.h>

#include "sim/base/arena.h"

/* The whole schema; the caller deletes it. The arena is for scratch. [JSON-SCHEMA-07] */
cJSON *scenario_schema(struct arena *arena);

#endif
