/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * catalogue -- what a type name stands for: vCPUs, memory, network, relative speed. Data, not behaviour.
 *
 * vCPUs and memory of instances and DB classes agree with AWS's price list of 2026-07-05. Cache memory is what the
 * engine may use ([EC-UG] "Redis OSS node-type specific parameters"), baseline bandwidth is [EC2-UG]'s; neither was
 * read again for this file. The family is the name up to its last dot: "m7g", "db.r7g".
 *
 * Speed is the work rate of one busy vCPU alone on its core, m7g (Graviton3) = 1. Assumed from AWS's launch notes:
 * Graviton2 0.8 ("up to 25 % better" for 3 against 2), Graviton4 1.3 ("up to 30 % faster"), Skylake 0.85,
 * Ice Lake 1.0, Sapphire Rapids 1.1. Sweep them before a decision hangs on them.
 *
 * Left out: CPU credits. A t3 or t4g instance runs as if it were in unlimited mode and never pays for it.
 */
#ifndef HEADROOM_CATALOGUE_H
#define HEADROOM_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

struct shape {
    const char *name; /* "m7g.large", "db.r7g.large", "cache.r7g.large" */
    uint32_t vcpus;
    uint32_t threads_per_core; /* 1: a vCPU is a core (Graviton); 2: a hardware thread (x86) */
    int64_t memory_bytes;
    double network_gbps; /* baseline; 0: not in the table (databases, caches) */
    double speed;        /* of one busy vCPU alone on its core; m7g = 1; assumed */
};

/* Exact names. NULL when the name is unknown or NULL. */
const struct shape *catalogue_instance(const char *name);
const struct shape *catalogue_db(const char *name);
const struct shape *catalogue_cache(const char *name);

/* The same by the name of a table: "instance", "db", "cache". */
const struct shape *catalogue_find(const char *kind, const char *name);

/* A commercial AWS region's code. */
bool catalogue_is_region(const char *name);

/* The i-th name of `kind` ("instance", "db", "cache", "region"), NULL behind the last one. */
const char *catalogue_name(const char *kind, size_t i);

/* The name of `kind` ("instance", "db", "cache", "region") nearest to `name`, or NULL when none is near. */
const char *catalogue_nearest(const char *kind, const char *name);

/*
 * Two busy threads of one core do together CATALOGUE_SMT_GAIN times what one does alone. Assumed; measured gains for
 * web workloads on x86 lie between 1.1 and 1.4.
 */
#define CATALOGUE_SMT_GAIN 1.3

/*
 * The capacity curve for a station: cap(k) * 65536 for k = 0..vcpus busy vCPUs, in units of one vCPU alone on its core.
 * The operating system fills idle cores first, so the first half of an x86 instance's vCPUs count fully and each of
 * the rest adds CATALOGUE_SMT_GAIN - 1.
 */
const uint32_t *catalogue_capacity_q16(const struct shape *shape, struct arena *arena);

/* cap(vcpus) * speed: reference vCPUs that the whole machine is worth. */
double catalogue_reference_vcpus(const struct shape *shape);

/* Network interfaces of an instance type and IPv4 addresses of each: how many pods a node may have. false: unknown. */
bool catalogue_interfaces(const char *name, uint32_t *interfaces, uint32_t *addresses);

/*
 * What an instance type costs per hour on demand in us-east-1, to choose the cheapest of several by, in every region.
 * Nobody is billed by it: models know no prices, and the order of types is nearly the same everywhere. 0: unknown.
 */
double catalogue_price_order(const char *name);

#endif
