/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aws_region -- the names of a region: its code, what a bill puts in front of its usage types, what people call it.
 */
#ifndef HEADROOM_AWS_REGION_H
#define HEADROOM_AWS_REGION_H

#include <stdbool.h>

struct aws_region {
    const char *code;   /* "eu-west-1" */
    const char *prefix; /* "EU-"; "" for us-east-1 */
    const char *name;   /* "EU (Ireland)", as on a bill */
};

/* NULL when the code is not one of ours. */
const struct aws_region *aws_region_find(const char *code);

/* The same by code or by name, "US East (N. Virginia)", letter case aside. */
const struct aws_region *aws_region_named(const char *text);

/* "Global", "Any" and "" all mean: sold under one price everywhere. */
bool aws_region_is_global(const char *code);

/* The code that was probably meant, or NULL. */
const char *aws_region_nearest(const char *code);

#endif
