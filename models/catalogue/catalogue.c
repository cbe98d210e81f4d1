/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/catalogue/catalogue.h"

#include <string.h>

#include "sim/base/text.h"

/* A type is a row and reads as one. */
/* clang-format off */

#define GIB(x) ((int64_t)((x) * 1073741824.0))

/* A row: name, vCPUs, threads per core, memory, baseline network in Gbps, speed. */
#define ROW(name, vcpus, threads, gib, gbps, speed) { name, vcpus, threads, GIB(gib), gbps, speed }

/* Families of one generation share their sizes: g = GiB of memory per vCPU, s = speed. [EC2-UG] specifications */
#define GRAVITON_2(f, g, s) \
    ROW(f ".medium", 1, 1, 1 * (g), 0.5, s), ROW(f ".large", 2, 1, 2 * (g), 0.75, s), \
    ROW(f ".xlarge", 4, 1, 4 * (g), 1.25, s), ROW(f ".2xlarge", 8, 1, 8 * (g), 2.5, s), \
    ROW(f ".4xlarge", 16, 1, 16 * (g), 5.0, s), ROW(f ".8xlarge", 32, 1, 32 * (g), 12.0, s), \
    ROW(f ".12xlarge", 48, 1, 48 * (g), 20.0, s), ROW(f ".16xlarge", 64, 1, 64 * (g), 25.0, s)
#define GRAVITON_3(f, g, s) \
    ROW(f ".medium", 1, 1, 1 * (g), 0.52, s), ROW(f ".large", 2, 1, 2 * (g), 0.937, s), \
    ROW(f ".xlarge", 4, 1, 4 * (g), 1.876, s), ROW(f ".2xlarge", 8, 1, 8 * (g), 3.75, s), \
    ROW(f ".4xlarge", 16, 1, 16 * (g), 7.5, s), ROW(f ".8xlarge", 32, 1, 32 * (g), 15.0, s), \
    ROW(f ".12xlarge", 48, 1, 48 * (g), 22.5, s), ROW(f ".16xlarge", 64, 1, 64 * (g), 30.0, s)
#define GRAVITON_4(f, g, s) \
    GRAVITON_3(f, g, s), ROW(f ".24xlarge", 96, 1, 96 * (g), 40.0, s), ROW(f ".48xlarge", 192, 1, 192 * (g), 50.0, s)
#define SKYLAKE(f, g, s) \
    ROW(f ".large", 2, 2, 2 * (g), 0.75, s), ROW(f ".xlarge", 4, 2, 4 * (g), 1.25, s), \
    ROW(f ".2xlarge", 8, 2, 8 * (g), 2.5, s), ROW(f ".4xlarge", 16, 2, 16 * (g), 5.0, s), \
    ROW(f ".8xlarge", 32, 2, 32 * (g), 10.0, s), ROW(f ".12xlarge", 48, 2, 48 * (g), 12.0, s), \
    ROW(f ".16xlarge", 64, 2, 64 * (g), 20.0, s), ROW(f ".24xlarge", 96, 2, 96 * (g), 25.0, s)
#define ICE_LAKE(f, g, s) \
    ROW(f ".large", 2, 2, 2 * (g), 0.781, s), ROW(f ".xlarge", 4, 2, 4 * (g), 1.562, s), \
    ROW(f ".2xlarge", 8, 2, 8 * (g), 3.125, s), ROW(f ".4xlarge", 16, 2, 16 * (g), 6.25, s), \
    ROW(f ".8xlarge", 32, 2, 32 * (g), 12.5, s), ROW(f ".12xlarge", 48, 2, 48 * (g), 18.75, s), \
    ROW(f ".16xlarge", 64, 2, 64 * (g), 25.0, s), ROW(f ".24xlarge", 96, 2, 96 * (g), 37.5, s)
#define BURSTABLE(f, threads, s) \
    ROW(f ".nano", 2, threads, 0.5, 0.032, s), ROW(f ".micro", 2, threads, 1, 0.064, s), \
    ROW(f ".small", 2, threads, 2, 0.128, s), ROW(f ".medium", 2, threads, 4, 0.256, s), \
    ROW(f ".large", 2, threads, 8, 0.512, s), ROW(f ".xlarge", 4, threads, 16, 1.024, s), \
    ROW(f ".2xlarge", 8, threads, 32, 2.048, s)

static const struct shape INSTANCES[] = {
    SKYLAKE("m5", 4, 0.85),
    ICE_LAKE("m6i", 4, 1.0),
    ROW("m6i.32xlarge", 128, 2, 512, 50.0, 1.0),
    GRAVITON_2("m6g", 4, 0.8),
    ICE_LAKE("m7i", 4, 1.1),
    ROW("m7i.48xlarge", 192, 2, 768, 50.0, 1.1),
    GRAVITON_3("m7g", 4, 1.0),
    GRAVITON_4("m8g", 4, 1.3),
    ROW("c5.large", 2, 2, 4, 0.75, 0.9),
    ROW("c5.xlarge", 4, 2, 8, 1.25, 0.9),
    ROW("c5.2xlarge", 8, 2, 16, 2.5, 0.9),
    ROW("c5.4xlarge", 16, 2, 32, 5.0, 0.9),
    ROW("c5.9xlarge", 36, 2, 72, 12.0, 0.9),
    ROW("c5.12xlarge", 48, 2, 96, 12.0, 0.9),
    ROW("c5.18xlarge", 72, 2, 144, 25.0, 0.9),
    ROW("c5.24xlarge", 96, 2, 192, 25.0, 0.9),
    ICE_LAKE("c6i", 2, 1.0),
    ROW("c6i.32xlarge", 128, 2, 256, 50.0, 1.0),
    GRAVITON_2("c6g", 2, 0.8),
    ICE_LAKE("c7i", 2, 1.1),
    ROW("c7i.48xlarge", 192, 2, 384, 50.0, 1.1),
    GRAVITON_3("c7g", 2, 1.0),
    GRAVITON_4("c8g", 2, 1.3),
    SKYLAKE("r5", 8, 0.85),
    GRAVITON_2("r6g", 8, 0.8),
    GRAVITON_3("r7g", 8, 1.0),
    BURSTABLE("t3", 2, 0.85),
    BURSTABLE("t4g", 1, 0.8),
};

#define DB_GRAVITON(f, g, s) \
    ROW(f ".large", 2, 1, 2 * (g), 0, s), ROW(f ".xlarge", 4, 1, 4 * (g), 0, s), ROW(f ".2xlarge", 8, 1, 8 * (g), 0, s), \
    ROW(f ".4xlarge", 16, 1, 16 * (g), 0, s), ROW(f ".8xlarge", 32, 1, 32 * (g), 0, s), \
    ROW(f ".12xlarge", 48, 1, 48 * (g), 0, s), ROW(f ".16xlarge", 64, 1, 64 * (g), 0, s)

static const struct shape DATABASES[] = {
    DB_GRAVITON("db.r7g", 8, 1.0),
    DB_GRAVITON("db.r6g", 8, 0.8),
    DB_GRAVITON("db.m7g", 4, 1.0),
    DB_GRAVITON("db.m6g", 4, 0.8),
    DB_GRAVITON("db.r6gd", 8, 0.8),
    DB_GRAVITON("db.m6gd", 4, 0.8),
    ROW("db.t4g.micro", 2, 1, 1, 0, 0.8),
    ROW("db.t4g.small", 2, 1, 2, 0, 0.8),
    ROW("db.t4g.medium", 2, 1, 4, 0, 0.8),
    ROW("db.t4g.large", 2, 1, 8, 0, 0.8),
    ROW("db.t4g.xlarge", 4, 1, 16, 0, 0.8),
    ROW("db.t4g.2xlarge", 8, 1, 32, 0, 0.8),
};

#define CACHE_R(f, s) \
    ROW(f ".large", 2, 1, 13.07, 0, s), ROW(f ".xlarge", 4, 1, 26.32, 0, s), ROW(f ".2xlarge", 8, 1, 52.82, 0, s), \
    ROW(f ".4xlarge", 16, 1, 105.81, 0, s), ROW(f ".8xlarge", 32, 1, 209.55, 0, s), \
    ROW(f ".12xlarge", 48, 1, 317.77, 0, s), ROW(f ".16xlarge", 64, 1, 419.09, 0, s)
#define CACHE_M(f, s) \
    ROW(f ".large", 2, 1, 6.38, 0, s), ROW(f ".xlarge", 4, 1, 12.93, 0, s), ROW(f ".2xlarge", 8, 1, 26.04, 0, s), \
    ROW(f ".4xlarge", 16, 1, 52.26, 0, s), ROW(f ".8xlarge", 32, 1, 103.68, 0, s), \
    ROW(f ".12xlarge", 48, 1, 157.12, 0, s), ROW(f ".16xlarge", 64, 1, 209.55, 0, s)

static const struct shape CACHES[] = {
    CACHE_R("cache.r7g", 1.0),
    CACHE_R("cache.r6g", 0.8),
    CACHE_M("cache.m7g", 1.0),
    CACHE_M("cache.m6g", 0.8),
    ROW("cache.t4g.micro", 2, 1, 0.5, 0, 0.8),
    ROW("cache.t4g.small", 2, 1, 1.37, 0, 0.8),
    ROW("cache.t4g.medium", 2, 1, 3.09, 0, 0.8),
};

/* clang-format on */

static const struct {
    const char *kind;
    const struct shape *shapes;
    size_t count;
} TABLES[] = {
    { "instance", INSTANCES, ARRAY_LEN(INSTANCES) },
    { "db", DATABASES, ARRAY_LEN(DATABASES) },
    { "cache", CACHES, ARRAY_LEN(CACHES) },
};

static const struct shape *find(const struct shape *shapes, size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++)
        if (!strcmp(shapes[i].name, name))
            return &shapes[i];
    return NULL;
}

const struct shape *catalogue_instance(const char *name)
{
    return find(INSTANCES, ARRAY_LEN(INSTANCES), name);
}

const struct shape *catalogue_db(const char *name)
{
    return find(DATABASES, ARRAY_LEN(DATABASES), name);
}

const struct shape *catalogue_cache(const char *name)
{
    return find(CACHES, ARRAY_LEN(CACHES), name);
}

const struct shape *catalogue_find(const char *kind, const char *name)
{
    for (size_t t = 0; t < ARRAY_LEN(TABLES); t++)
        if (!strcmp(TABLES[t].kind, kind))
            return find(TABLES[t].shapes, TABLES[t].count, name);
    return NULL;
}

static const char *const REGIONS[] = {
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "ca-central-1",   "ca-west-1",
    "mx-central-1",   "sa-east-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",
    "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",
    "me-south-1",     "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
};

bool catalogue_is_region(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(REGIONS); i++)
        if (!strcmp(REGIONS[i], name))
            return true;
    return false;
}

const char *catalogue_name(const char *kind, size_t i)
{
    if (!strcmp(kind, "region"))
        return i < ARRAY_LEN(REGIONS) ? REGIONS[i] : NULL;
    for (size_t t = 0; t < ARRAY_LEN(TABLES); t++)
        if (!strcmp(TABLES[t].kind, kind))
            return i < TABLES[t].count ? TABLES[t].shapes[i].name : NULL;
    return NULL;
}

const char *catalogue_nearest(const char *kind, const char *name)
{
    if (name && !strcmp(kind, "region"))
        return text_nearest(name, REGIONS, ARRAY_LEN(REGIONS));
    const char *names[ARRAY_LEN(INSTANCES) + ARRAY_LEN(DATABASES) + ARRAY_LEN(CACHES)];
    for (size_t t = 0; name && t < ARRAY_LEN(TABLES); t++) {
        if (strcmp(TABLES[t].kind, kind) != 0)
            continue;
        for (size_t i = 0; i < TABLES[t].count; i++)
            names[i] = TABLES[t].shapes[i].name;
        return text_nearest(name, names, TABLES[t].count);
    }
    return NULL;
}

static double capacity(const struct shape *shape, uint32_t busy)
{
    const uint32_t cores = shape->vcpus / shape->threads_per_core;
    if (busy <= cores)
        return busy;
    return cores + (busy - cores) * (CATALOGUE_SMT_GAIN - 1.0);
}

const uint32_t *catalogue_capacity_q16(const struct shape *shape, struct arena *arena)
{
    uint32_t *cap_q16 = ARENA_ARRAY(arena, uint32_t, shape->vcpus + 1);
    for (uint32_t k = 0; k <= shape->vcpus; k++)
        cap_q16[k] = (uint32_t)(capacity(shape, k) * 65536.0 + 0.5);
    return cap_q16;
}

double catalogue_reference_vcpus(const struct shape *shape)
{
    return capacity(shape, shape->vcpus) * shape->speed;
}
