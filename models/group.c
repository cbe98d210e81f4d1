/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * group -- how an Auto Scaling group comes to its size: launches zone by zone, balance between zones, replacement of
 * dead hosts, and what its instances cost by the second. Its members live in fleet.c, its policies in control.c.
 */
#include "models/catalogue/catalogue.h"
#include "models/world.h"

/* Metrics that detailed monitoring of an instance publishes.       [CW-PRICE] */
enum { DETAILED_METRICS = 7 };

/* ---- setting up ---- */

void group_init(struct world *w, struct fleet *fleet)
{
    const struct component *c = fleet->component;
    fleet->config = c->config;
    fleet->logs_bytes = fleet->config->logs;
    fleet->drain = &fleet->config->drain;
    fleet->most = fleet->config->size.max;
    fleet->desired = fleet->config->size.desired;
    fleet->shape = catalogue_instance(fleet->config->instance);
    fleet->vcpus = departures_vcpus(departures_discipline(w->sc, c), fleet->shape, w->arena);
    fleet->vcpus.execution = departures_execution(w->sc, &w->plan, c);
    fleet->vcpus.kind = EV_CPU;
    fleet->tracking = ARENA_ARRAY(w->arena, struct tracking, fleet->config->scaling_count);
    fleet->measured = ARENA_ARRAY(w->arena, int64_t, fleet->config->scaling_count);
    fleet->pending = ARENA_ARRAY(w->arena, struct datapoint, PENDING_MINUTES * fleet->config->scaling_count);
    const char *const box = arena_printf(w->arena, "BoxUsage:%s", fleet->config->instance);
    for (int64_t z = 0; z < c->region->zones; z++) {
        const char *const zone = c->region->zone_names[z];
        fleet->hours[z] = fleet_meter(w, fleet, "AmazonEC2", box, "RunInstances", zone, USAGE_NANOSECONDS);
        fleet->volume_hours[z] = fleet_meter(w, fleet, "AmazonEC2", "EBS:VolumeUsage.gp3", "", zone, USAGE_BYTE_HOURS);
    }
    fleet->monitoring = fleet_meter(w, fleet, "AmazonCloudWatch", "CW:MetricMonitorUsage", "", "", USAGE_NANOSECONDS);
}

/* There before the run began. */
void group_begin(struct world *w, struct fleet *fleet)
{
    for (int64_t n = 0; n < fleet->desired && fleet->service; n++) {
        struct instance *i = instance_add(w, fleet, (int)(n % w->sc->regions[fleet->region].zones), &fleet->vcpus);
        instance_in_service(w, i, true);
        i->in_service_at -= fleet->config->warm_up;
    }
}

void group_bill(struct world *w, struct instance *i, sim_time until)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    meter_add_time(&w->meters, fleet->hours[i->zone], 1, i->billed_until, until);
    meter_add_storage(&w->meters, fleet->volume_hours[i->zone], fleet->config->volume, i->billed_until, until);
    meter_add_time(&w->meters, fleet->monitoring, DETAILED_METRICS, i->billed_until, until);
    i->billed_until = until;
}

/* ---- capacity ---- */

static int zone_count(const struct world *w, const struct fleet *fleet)
{
    return (int)w->sc->regions[fleet->region].zones;
}

static bool launches_fail(const struct world *w, const struct fleet *fleet, int zone)
{
    return !w->zone_up[fleet->region][zone] || (w->launches.active && w->launches.zone_fails &&
                                                w->launches.region == fleet->region && w->launches.zone == zone);
}

/* Ties between zones are broken at random, as AWS does: otherwise the same zone would always be the emptiest. */
static int first_zone(const struct world *w, const struct fleet *fleet)
{
    const uint64_t subject = fleet->launches << 16 | (uint64_t)(w->now / SIM_MINUTE & 0xffff);
    return (int)draw_below(draw_at(w->key, subject, draw_place(fleet->component->name), 4).a,
                           (uint32_t)zone_count(w, fleet));
}

/* The zone with the fewest instances among those where launches work: the group tries the next zone by itself. */
static int zone_to_launch(const struct world *w, const struct fleet *fleet)
{
    int best = -1;
    for (int n = 0; n < zone_count(w, fleet); n++) {
        const int z = (first_zone(w, fleet) + n) % zone_count(w, fleet);
        if (launches_fail(w, fleet, z))
            continue;
        if (best < 0 || fleet->in_service[z] + fleet->launching[z] < fleet->in_service[best] + fleet->launching[best])
            best = z;
    }
    return best;
}

static bool launch_one(struct world *w, struct fleet *fleet, int zone)
{
    if (w->instance_count == w->instance_limit)
        return false; /* the loader bounds the groups; a run that still gets here has replaced thousands */
    const struct draw_block d = draw_at(w->key, fleet->launches, draw_place(fleet->component->name), 0);
    double slower = 1.0;
    if (w->launches.active && w->launches.region == fleet->region) {
        if (draw_unit(d.b) < w->launches.errors) {
            fleet->launches++; /* the call failed; the next evaluation tries again */
            fault_note(w, fleet->component->name, "a launch failed: control plane error", true);
            return false;
        }
        slower = w->launches.latency;
    }
    struct instance *i = instance_add(w, fleet, zone, &fleet->vcpus);
    instance_enter(w, i, INSTANCE_LAUNCHING);
    const sim_time takes = (sim_time)((double)dist_sample(&fleet->config->launch, draw_unit(d.a)) * slower);
    event_set_push(w->events,
                   event_make(w->now + takes, EVENT_CAPACITY, EV_LAUNCHED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
    return true;
}

static int64_t counted_size(const struct world *w, const struct fleet *fleet)
{
    int64_t size = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        size += fleet->in_service[z] + fleet->launching[z];
    return size;
}

/* Scale-in: the zone with most instances, there the oldest.       [ASG-UG] Default termination policy */
static struct instance *instance_to_retire(struct world *w, struct fleet *fleet)
{
    int fullest = first_zone(w, fleet);
    for (int z = 0; z < zone_count(w, fleet); z++)
        if (fleet->in_service[z] > fleet->in_service[fullest])
            fullest = z;
    struct instance *oldest = NULL;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state == INSTANCE_IN_SERVICE && i->zone == fullest && (!oldest || i->launch < oldest->launch))
            oldest = i;
    }
    return oldest;
}

/* One zone has two instances more than another that could take one: launch there first, the surplus is retired once it
 * serves. At the most a tenth of the group moves at once.       [ASG-UG] Rebalancing activities */
static bool rebalance(struct world *w, struct fleet *fleet)
{
    const int to = zone_to_launch(w, fleet);
    if (to < 0)
        return false;
    uint32_t most = 0, launching = 0;
    for (int z = 0; z < zone_count(w, fleet); z++) {
        launching += fleet->launching[z];
        most = fleet->in_service[z] > most ? fleet->in_service[z] : most;
    }
    const int64_t tenth = fleet->desired / 10;
    if (launching >= (tenth > 1 ? tenth : 1))
        return false;
    return most >= fleet->in_service[to] + fleet->launching[to] + 2 && launch_one(w, fleet, to);
}

void fleet_reconcile(struct world *w, struct fleet *fleet)
{
    int64_t size = counted_size(w, fleet), serving = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        serving += fleet->in_service[z];
    for (; size < fleet->desired; size++) {
        const int zone = zone_to_launch(w, fleet);
        if (zone < 0 || !launch_one(w, fleet, zone))
            break;
    }
    for (; serving > fleet->desired; serving--) { /* those that still boot do not replace anybody yet */
        struct instance *i = instance_to_retire(w, fleet);
        if (!i)
            break;
        instance_retire(w, i);
    }
    while (counted_size(w, fleet) >= fleet->desired && rebalance(w, fleet))
        ;
}

void fleet_set_desired(struct world *w, struct fleet *fleet, int64_t desired)
{
    const int64_t min = fleet->config->size.min, max = fleet->config->size.max;
    desired = desired < min ? min : desired > max ? max : desired;
    if (desired == fleet->desired)
        return;
    fingerprint_add(&w->fingerprint, 0xde51aedu, w->now, (uint64_t)desired);
    fault_note(w, fleet->component->name,
               desired > fleet->desired
                   ? arena_printf(w->arena, "scales out from %d to %d", (int)fleet->desired, (int)desired)
                   : arena_printf(w->arena, "scales in from %d to %d", (int)fleet->desired, (int)desired),
               false);
    fleet->desired = desired;
    fleet_reconcile(w, fleet);
}

void instance_launched(struct world *w, struct instance *i)
{
    if (i->state != INSTANCE_LAUNCHING)
        return;
    if (i->alive) {
        instance_in_service(w, i, false);
        return;
    }
    instance_gone(w, i); /* its zone was lost while it booted: the group tries again */
    fleet_reconcile(w, &w->fleets[i->fleet]);
}

/* ---- dead hosts ---- */

void group_member_died(struct world *w, const struct instance *i)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    const struct draw_block d = draw_at(w->key, i->launch, draw_place(fleet->component->name), 3);
    event_set_push(w->events, event_make(w->now + dist_sample(&fleet->config->ec2_detect, draw_unit(d.a)),
                                         EVENT_CONTROL, EV_DEAD_NOTICED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
}

static void replace(struct world *w, struct instance *i, const char *why)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    fault_note(w, fleet->component->name, why, true);
    instance_retire(w, i);
    fleet_reconcile(w, fleet);
}

void instance_dead_noticed(struct world *w, struct instance *i)
{
    if (i->state != INSTANCE_FREE && !i->alive)
        replace(w, i, "EC2 status checks failed: instances replaced");
}
