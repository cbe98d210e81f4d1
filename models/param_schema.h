/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * param_schema -- the tables as JSON Schema, so that an editor completes and checks a scenario while it is written.
 *
 * Draft 7: what the YAML language server of editors reads. [JSON-SCHEMA-07] A schema says less than the reader: that a
 * name exists, that shares add up, the range of a number with a unit ("45s") is only in the description. What it does
 * say, the reader says too: a value that the reader takes is never wrong for the schema.
 *
 * Every table becomes a definition, named by its path ("traffic.rate.launch"); so a list of steps may contain steps.
 * Types are unions ("300/s" or {mean: 300/s} is ["object", "string"]) and the other keywords hold for one type each:
 * an editor's message is then about the one thing that is wrong, not about alternatives.
 */
#ifndef HEADROOM_PARAM_SCHEMA_H
#define HEADROOM_PARAM_SCHEMA_H

#include <cjson/cJSON.h>

#include "models/param.h"

struct param_schema_entry;

struct param_schema {
    struct arena *arena;               /* borrowed: the names of definitions */
    cJSON *definitions;                /* by name; output */
    struct param_schema_entry *tables; /* what is defined so far */
    int table_count, table_capacity;
};

/* Creates the definitions of the kinds ("value.duration", ...). The caller takes schema->definitions over. */
void param_schema_init(struct param_schema *schema, struct arena *arena);

/* Defines a table and what it contains; the definition's name is `name` (borrowed), and so begin those of its parts.
 * Returns the definition, owned by schema->definitions. It says nothing of the type: an object is meant. */
cJSON *param_schema_define(struct param_schema *schema, const struct param *table, const char *name);

/* {"$ref": "#/definitions/NAME"}; the caller owns it. */
cJSON *param_schema_ref(struct param_schema *schema, const char *name);

/* The texts that a kind with a unit takes, as a regular expression that both POSIX (extended) and JavaScript read; NULL
 * for kinds without one. Not said by it: ranges, that "1h30m" goes from large to small, that a distribution has the
 * arguments of its name. In the arena. */
const char *param_schema_pattern(enum param_kind kind, struct arena *arena);

/* The pattern of a name: of a component, a service, an operation. */
extern const char param_schema_name_pattern[];

#endif
