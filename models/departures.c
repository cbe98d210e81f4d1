/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/departures.h"

#include "models/rds.h"

const char *const departures_vcpu_disciplines[] = {
    [STATION_PROCESSOR_SHARING] = "processor_sharing", [STATION_FCFS] = "fcfs", [STATION_LCFS] = "lcfs", NULL
};
const char *const departures_database_disciplines[] = {
    [STATION_PROCESSOR_SHARING] = "processor_sharing", [STATION_FCFS] = "fcfs", NULL
};

bool departures_has_stations(const struct component *c)
{
    return c->kind == KIND_ASG || c->kind == KIND_DEPLOYMENT || c->kind == KIND_RDS || c->kind == KIND_ELASTICACHE;
}

enum discipline departures_discipline(const struct scenario *sc, const struct component *c)
{
    if (c->kind == KIND_ELASTICACHE)
        return STATION_FCFS; /* one thread for all commands */
    if (c->kind == KIND_RDS)
        return (enum discipline)((const struct rds_config *)c->config)->discipline;
    const struct service_config *service = scenario_service_on(sc, c);
    return service ? (enum discipline)service->discipline : STATION_PROCESSOR_SHARING;
}

static bool slows(const struct fault_config *f, const struct component *c)
{
    if (f->kind == FAULT_SLOW && f->component.target == c)
        return true;
    const struct region *region = f->zone.target ? f->zone.target : f->region.target;
    return f->kind == FAULT_GREY && f->factor > 1 && region == c->region;
}

static const struct fault_config *slowed_by(const struct fault_plan *plan, const struct component *c)
{
    for (int i = 0; i < plan->count; i++) {
        const struct fault_config *f = &plan->faults[i];
        bool found = slows(f, c);
        for (int n = 0; n < f->with_count; n++)
            found |= slows(&f->with[n], c);
        if (found)
            return f;
    }
    return NULL;
}

const char *departures_on_events(const struct scenario *sc, const struct component *c, struct arena *arena)
{
    const enum discipline discipline = departures_discipline(sc, c);
    if (discipline != STATION_FCFS)
        return discipline == STATION_LCFS ? "who arrives goes first" : "who arrives slows down who is there";
    if (c->kind == KIND_DEPLOYMENT)
        return "pods that come and go change its share of the node";
    const struct fault_plan own = { .faults = sc->faults, .count = sc->fault_count };
    const struct fault_config *fault = slowed_by(&own, c);
    if (fault)
        return arena_printf(arena, "fault '%s' changes its speed", fault->name);
    return sc->station_events ? "the run asks for it" : NULL;
}

enum execution departures_execution(const struct scenario *sc, const struct fault_plan *plan, const struct component *c)
{
    const bool ahead = departures_discipline(sc, c) == STATION_FCFS && !slowed_by(plan, c) && !sc->station_events;
    return ahead ? STATION_AHEAD : STATION_ON_EVENTS;
}

double departures_vcpu_speed(enum discipline discipline, const struct shape *shape)
{
    return discipline == STATION_PROCESSOR_SHARING ? shape->speed : catalogue_reference_vcpus(shape) / shape->vcpus;
}

struct station_config departures_vcpus(enum discipline discipline, const struct shape *shape, struct arena *arena)
{
    return (struct station_config){ .discipline = discipline,
                                    .servers = shape->vcpus,
                                    .speed = departures_vcpu_speed(discipline, shape),
                                    .cap_q16 = discipline == STATION_PROCESSOR_SHARING
                                                   ? catalogue_capacity_q16(shape, arena)
                                                   : NULL };
}
