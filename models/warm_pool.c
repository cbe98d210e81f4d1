/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * warm_pool -- instances that an Auto Scaling group has prepared and keeps waiting, stopped, hibernated or running.
 *
 *   launch --prepared--> READY --scale-out--> in the group
 *                          ^---scale-in, if they are reused, after draining
 *
 * Its size is what the group may have prepared less its desired capacity. Waiting instances are on nobody's balancer and
 * in no metric, so they are numbers by zone; they become instances when they are taken.       [ASG-UG] Warm pools
 */
#include "models/world.h"
#include "sim/base/check.h"

static int zone_count(const struct world *w, const struct fleet *fleet)
{
    return (int)w->sc->regions[fleet->region].zones;
}

/* On the bill up to `until`: a volume each; the hours of those that run, while they are prepared all of them. */
void warm_pool_bill(struct world *w, struct fleet *fleet, sim_time until)
{
    struct warm_pool *pool = &fleet->group->pool;
    const struct asg_config *config = fleet->config;
    for (int z = 0; z < zone_count(w, fleet); z++) {
        const int64_t waiting = pool->ready[z], preparing = pool->preparing[z];
        const int64_t running = preparing + (config->warm_pool.state == WARM_POOL_RUNNING ? waiting : 0);
        meter_add_time(&w->meters, fleet->group->types[0].hours[z], running, pool->metered_until, until);
        meter_add_storage(&w->meters, fleet->volume_hours[z], (waiting + preparing) * config->volume,
                          pool->metered_until, until);
    }
    pool->metered_until = until;
}

static int64_t size_wanted(const struct fleet *fleet)
{
    const struct asg_config *config = fleet->config;
    const int64_t prepared = config->warm_pool.prepared ? config->warm_pool.prepared : config->size.max;
    const int64_t beside = prepared > fleet->desired ? prepared - fleet->desired : 0;
    return beside > config->warm_pool.min ? beside : config->warm_pool.min;
}

static int64_t in_zone(const struct warm_pool *pool, int zone)
{
    return (int64_t)pool->ready[zone] + pool->preparing[zone] + pool->returning[zone];
}

static int64_t size_now(const struct world *w, const struct fleet *fleet)
{
    int64_t size = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        size += in_zone(&fleet->group->pool, z);
    return size;
}

static int emptiest_zone(const struct world *w, const struct fleet *fleet)
{
    int best = -1;
    for (int z = 0; z < zone_count(w, fleet); z++)
        if (!group_launches_fail(w, fleet, z) &&
            (best < 0 || in_zone(&fleet->group->pool, z) < in_zone(&fleet->group->pool, best)))
            best = z;
    return best;
}

/* Assumed; AWS behaviour sec. 7.1. By enum warm_pool_state. */
static const char *const STARTS[] = { "uniform(15s 40s)", "uniform(20s 60s)", "uniform(1s 5s)" };

static const struct dist *start_of(const struct world *w, const struct asg_config *config)
{
    if (config->warm_pool.start.text)
        return &config->warm_pool.start;
    struct dist *start = ARENA_NEW(w->arena, struct dist);
    struct diag diag;
    diag_init(&diag, w->arena);
    CHECK(dist_parse(start, STARTS[config->warm_pool.state], (struct mark){ 0 }, ".", w->arena, &diag),
          "the default of a warm pool's start does not parse");
    return start;
}

void warm_pool_begin(struct world *w, struct fleet *fleet)
{
    struct warm_pool *pool = &fleet->group->pool;
    pool->start = start_of(w, fleet->config);
    pool->metered_until = w->now;
    for (int64_t n = size_wanted(fleet); n > 0; n--)
        pool->ready[emptiest_zone(w, fleet)]++;
}

bool warm_pool_take(struct world *w, struct fleet *fleet, int zone)
{
    struct warm_pool *pool = &fleet->group->pool;
    if (pool->ready[zone] == 0)
        return false;
    warm_pool_bill(w, fleet, w->now);
    pool->ready[zone]--;
    return true;
}

static void push(struct world *w, const struct fleet *fleet, sim_time at, enum group_action action, int zone)
{
    event_set_push(w->events, event_make(at, EVENT_CAPACITY, EV_GROUP, (uint32_t)(fleet - w->fleets), 0,
                                         (uint32_t)action << 16 | (uint32_t)zone));
}

/* What waits in a dark zone is lost with it. */
static void lose_dark_zones(struct world *w, struct fleet *fleet)
{
    for (int z = 0; z < zone_count(w, fleet); z++)
        if (!w->zone_up[fleet->region][z] && fleet->group->pool.ready[z] > 0) {
            warm_pool_bill(w, fleet, w->now);
            fleet->group->pool.ready[z] = 0;
            fault_note(w, fleet->component->name, "prepared instances of the warm pool lost", false);
        }
}

void warm_pool_fill(struct world *w, struct fleet *fleet)
{
    struct warm_pool *pool = &fleet->group->pool;
    lose_dark_zones(w, fleet);
    int64_t size = size_now(w, fleet);
    const int64_t wanted = size_wanted(fleet);
    if (size != wanted)
        warm_pool_bill(w, fleet, w->now);
    for (; size < wanted; size++) {
        const int zone = emptiest_zone(w, fleet);
        if (zone < 0)
            break;
        pool->preparing[zone]++;
        const struct draw_block d = draw_at(w->key, pool->prepared++, draw_place(fleet->component->name), 8);
        push(w, fleet, w->now + dist_sample(&fleet->config->launch, draw_unit(d.a)), GROUP_PREPARED, zone);
    }
    for (; size > wanted; size--) { /* terminated; those under way are left alone */
        int fullest = 0;
        for (int z = 1; z < zone_count(w, fleet); z++)
            if (pool->ready[z] > pool->ready[fullest])
                fullest = z;
        if (pool->ready[fullest] == 0)
            break;
        pool->ready[fullest]--;
    }
}

void warm_pool_expect(struct world *w, struct fleet *fleet, int zone)
{
    struct warm_pool *pool = &fleet->group->pool;
    pool->returning[zone]++;
    const sim_time drains = fleet->alb >= 0 ? w->albs[fleet->alb].config->deregistration_delay : 0;
    push(w, fleet, w->now + drains, GROUP_RETURNED, zone);
}

void warm_pool_arrived(struct world *w, struct fleet *fleet, int zone, bool returned)
{
    struct warm_pool *pool = &fleet->group->pool;
    warm_pool_bill(w, fleet, w->now);
    if (returned)
        pool->returning[zone]--;
    else
        pool->preparing[zone]--;
    pool->ready[zone] += w->zone_up[fleet->region][zone];
}
