/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * group -- how an Auto Scaling group comes to its size: launches zone by zone, balance between zones, replacement of
 * dead hosts, and what its instances cost by the second. Its members live in fleet.c, its policies in control.c.
 */
#include "models/catalogue/catalogue.h"
#include "models/world.h"

/* Metrics that detailed monitoring of an instance publishes.       [CW-PRICE] */
enum { DETAILED_METRICS = 7 };

/* A failed launch is tried again after a minute, then after twice as long, up to this.       assumed */
static const sim_time RETRY_FIRST = SIM_MINUTE, RETRY_MOST = 15 * SIM_MINUTE;

/* ---- setting up ---- */

static int zone_count(const struct world *w, const struct fleet *fleet)
{
    return (int)w->sc->regions[fleet->region].zones;
}

static bool has_spot(const struct asg_config *config)
{
    return config->on_demand_above < 1.0;
}

static void type_init(struct world *w, struct fleet *fleet, struct group_type *type, const char *name)
{
    const struct component *c = fleet->component;
    type->shape = catalogue_instance(name);
    type->vcpus = departures_vcpus(departures_discipline(w->sc, c), type->shape, w->arena);
    type->vcpus.execution = departures_execution(w->sc, &w->plan, c);
    type->vcpus.kind = EV_CPU;
    const char *const box = arena_printf(w->arena, "BoxUsage:%s", name);
    const char *const spot = arena_printf(w->arena, "SpotUsage:%s", name);
    for (int z = 0; z < zone_count(w, fleet); z++) {
        const char *const zone = c->region->zone_names[z];
        type->hours[z] = fleet_meter(w, fleet, "AmazonEC2", box, "RunInstances", zone, USAGE_NANOSECONDS);
        if (has_spot(fleet->config))
            type->spot_hours[z] = fleet_meter(w, fleet, "AmazonEC2", spot, "RunInstances", zone, USAGE_NANOSECONDS);
    }
}

void group_init(struct world *w, struct fleet *fleet)
{
    const struct component *c = fleet->component;
    const struct asg_config *config = c->config;
    struct group *g = ARENA_NEW(w->arena, struct group);
    fleet->config = config;
    fleet->group = g;
    fleet->logs_bytes = config->logs;
    fleet->drain = &config->drain;
    fleet->most = config->size.max;
    *g = (struct group){ .min = config->size.min, .max = config->size.max };
    g->type_count = 1 + (has_spot(config) ? config->spot.instance_count : 0);
    g->types = ARENA_ARRAY(w->arena, struct group_type, g->type_count);
    g->cooldown = ARENA_ARRAY(w->arena, sim_time, config->scaling_count);
    type_init(w, fleet, &g->types[0], config->instance);
    for (int t = 1; t < g->type_count; t++)
        type_init(w, fleet, &g->types[t], config->spot.instances[t - 1].instance);
    fleet->shape = g->types[0].shape;
    fleet->tracking = ARENA_ARRAY(w->arena, struct tracking, config->scaling_count);
    fleet->measured = ARENA_ARRAY(w->arena, int64_t, config->scaling_count);
    fleet->pending = ARENA_ARRAY(w->arena, struct datapoint, PENDING_MINUTES * config->scaling_count);
    for (int z = 0; z < zone_count(w, fleet); z++)
        fleet->volume_hours[z] = fleet_meter(w, fleet, "AmazonEC2", "EBS:VolumeUsage.gp3", "", c->region->zone_names[z],
                                             USAGE_BYTE_HOURS);
    fleet->monitoring = fleet_meter(w, fleet, "AmazonCloudWatch", "CW:MetricMonitorUsage", "", "", USAGE_NANOSECONDS);
    fleet->desired = config->size.desired;
    schedule_init(w, fleet);
}

/* ---- at what price ---- */

/* On demand are the base and its share of what is above, rounded up.       [ASG-UG] Mixed instances groups */
static int64_t on_demand_wanted(const struct asg_config *config, int64_t size)
{
    const int64_t above = size > config->on_demand_base ? size - config->on_demand_base : 0;
    const double share = config->on_demand_above * (double)above;
    const int64_t whole = (int64_t)share;
    return (size < config->on_demand_base ? size : config->on_demand_base) + whole + (share - (double)whole > 1e-9);
}

static bool counts(const struct instance *i)
{
    return i->state == INSTANCE_LAUNCHING || i->state == INSTANCE_IN_SERVICE;
}

static int64_t on_demand_count(const struct world *w, const struct fleet *fleet)
{
    int64_t count = 0;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        const struct instance *i = &w->instances[fleet->instances[n]];
        count += counts(i) && !i->spot;
    }
    return count;
}

static int64_t counted_size(const struct world *w, const struct fleet *fleet)
{
    int64_t size = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        size += fleet->in_service[z] + fleet->launching[z];
    for (uint32_t n = 0; has_spot(fleet->config) && n < fleet->instance_count;
         n++) { /* not gone yet, so not replaced */
        const struct instance *i = &w->instances[fleet->instances[n]];
        size += i->noticed && i->state == INSTANCE_DRAINING && !fleet->config->spot.rebalancing;
    }
    return size;
}

/* The next instance is one of these: on demand `instance`, Spot any type. */
static bool next_is_spot(const struct world *w, const struct fleet *fleet)
{
    return has_spot(fleet->config) &&
           on_demand_count(w, fleet) >= on_demand_wanted(fleet->config, counted_size(w, fleet) + 1);
}

static struct instance *member_add(struct world *w, struct fleet *fleet, int zone, bool spot)
{
    const struct group *g = fleet->group;
    int type = 0;
    if (spot && g->type_count > 1)
        type = (int)draw_below(draw_at(w->key, fleet->launches, draw_place(fleet->component->name), 6).a,
                               (uint32_t)g->type_count);
    struct instance *i = instance_add(w, fleet, zone, &g->types[type].vcpus);
    i->type = (uint8_t)type;
    i->spot = spot;
    i->launched_at = w->now;
    if (spot)
        spot_arm(w, fleet, i);
    return i;
}

/* There before the run began. */
void group_begin(struct world *w, struct fleet *fleet)
{
    for (int64_t n = 0; n < fleet->desired && fleet->service; n++) {
        struct instance *i = member_add(w, fleet, (int)(n % zone_count(w, fleet)), next_is_spot(w, fleet));
        instance_in_service(w, i, true);
        i->in_service_at -= fleet->config->warm_up;
    }
    if (fleet->config->warm_pool.present && fleet->service)
        warm_pool_begin(w, fleet);
}

void group_bill(struct world *w, struct instance *i, sim_time until)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    const struct group_type *type = &fleet->group->types[i->type];
    meter_add_time(&w->meters, i->spot ? type->spot_hours[i->zone] : type->hours[i->zone], 1, i->billed_until, until);
    meter_add_storage(&w->meters, fleet->volume_hours[i->zone], fleet->config->volume, i->billed_until, until);
    meter_add_time(&w->meters, fleet->monitoring, DETAILED_METRICS, i->billed_until, until);
    i->billed_until = until;
}

void group_speed(struct world *w, struct fleet *fleet, double slower)
{
    struct group *g = fleet->group;
    for (int t = 0; t < g->type_count; t++)
        g->types[t].vcpus.speed = departures_vcpu_speed(g->types[t].vcpus.discipline, g->types[t].shape) / slower;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        const double there = w->zones[fleet->region][i->zone].factor;
        station_set_speed(&i->cpu, w->now, g->types[i->type].vcpus.speed / there);
    }
}

/* ---- capacity ---- */

bool group_launches_fail(const struct world *w, const struct fleet *fleet, int zone)
{
    return !w->zone_up[fleet->region][zone] || w->launches[fleet->region].zone_fails[zone] ||
           !zone_has_host(w, fleet->region, zone);
}

/* Ties between zones are broken at random, as AWS does: otherwise the same zone would always be the emptiest. */
static int first_zone(const struct world *w, const struct fleet *fleet)
{
    const uint64_t subject = fleet->launches << 16 | (uint64_t)(w->now / SIM_MINUTE & 0xffff);
    return (int)draw_below(draw_at(w->key, subject, draw_place(fleet->component->name), 4).a,
                           (uint32_t)zone_count(w, fleet));
}

/* The zone with the fewest instances among those where launches work: the group tries the next zone by itself. Bit z of
 * `tried`: not zone z again. */
static int zone_to_launch(const struct world *w, const struct fleet *fleet, uint32_t tried)
{
    int best = -1;
    for (int n = 0; n < zone_count(w, fleet); n++) {
        const int z = (first_zone(w, fleet) + n) % zone_count(w, fleet);
        if (group_launches_fail(w, fleet, z) || tried & 1u << z)
            continue;
        if (best < 0 || fleet->in_service[z] + fleet->launching[z] < fleet->in_service[best] + fleet->launching[best])
            best = z;
    }
    return best;
}

/* Insufficient capacity of the type in the zone: an answer of the launch call.       [EC2-UG] Troubleshoot launches */
static bool has_capacity(struct world *w, struct fleet *fleet, bool spot)
{
    const double errors = spot ? fleet->config->spot.capacity_errors : fleet->config->capacity_errors;
    if (errors <= 0)
        return true;
    const struct draw_block d = draw_at(w->key, fleet->launches, draw_place(fleet->component->name), 5);
    if (draw_unit(d.a) >= errors)
        return true;
    fleet->launches++;
    fault_note(w, fleet->component->name, spot ? "no Spot capacity in a zone" : "insufficient capacity in a zone",
               true);
    return false;
}

static bool launch_one(struct world *w, struct fleet *fleet, int zone, bool spot)
{
    if (w->instance_count == w->instance_limit)
        return false; /* the loader bounds the groups; a run that still gets here has replaced thousands */
    const struct draw_block d = draw_at(w->key, fleet->launches, draw_place(fleet->component->name), 0);
    double slower = 1.0;
    const struct launch_impairment *const impaired = &w->launches[fleet->region];
    if (impaired->active) {
        if (!launch_admitted(w, fleet->region)) {
            fault_note(w, fleet->component->name, "launches throttled by the control plane", true);
            return false;
        }
        if (draw_unit(d.b) < impaired->errors) {
            fleet->launches++; /* the call failed; the next evaluation tries again */
            fault_note(w, fleet->component->name, "a launch failed: control plane error", true);
            return false;
        }
        slower = impaired->latency;
    }
    const struct dist *launch = &fleet->config->launch;
    if (fleet->config->warm_pool.present && !spot && warm_pool_take(w, fleet, zone))
        launch = fleet->group->pool.start;
    else if (!has_capacity(w, fleet, spot))
        return false;
    struct instance *i = member_add(w, fleet, zone, spot);
    instance_enter(w, i, INSTANCE_LAUNCHING);
    w->zones[fleet->region][zone].taken++;
    const sim_time takes = (sim_time)((double)dist_sample(launch, draw_unit(d.a)) * slower);
    event_set_push(w->events,
                   event_make(w->now + takes, EVENT_CAPACITY, EV_LAUNCHED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
    return true;
}

/* In the zone that wants it most, or in the next one that has capacity. */
static bool launch_somewhere(struct world *w, struct fleet *fleet)
{
    struct group *g = fleet->group;
    const bool spot = next_is_spot(w, fleet);
    uint32_t tried = 0;
    for (int zone; (zone = zone_to_launch(w, fleet, tried)) >= 0; tried |= 1u << zone) {
        if (launch_one(w, fleet, zone, spot)) {
            g->retry_wait = 0;
            return true;
        }
        if (spot ? fleet->config->spot.capacity_errors <= 0 : fleet->config->capacity_errors <= 0)
            return false; /* another reason: another zone does not help */
    }
    if (tried) {
        g->retry_wait = g->retry_wait == 0               ? RETRY_FIRST
                        : g->retry_wait < RETRY_MOST / 2 ? 2 * g->retry_wait
                                                         : RETRY_MOST;
        g->retry_at = w->now + g->retry_wait;
    }
    return false;
}

/* Whether `a` leaves before `b`.       [ASG-UG] Termination policies; by the second, the hour is the order alone */
static bool leaves_first(const struct world *w, const struct fleet *fleet, const struct instance *a,
                         const struct instance *b)
{
    switch ((enum asg_termination)fleet->config->termination) {
    case TERMINATION_NEWEST: return a->launch > b->launch;
    case TERMINATION_OLDEST: return a->launch < b->launch;
    case TERMINATION_DEFAULT:
    case TERMINATION_BILLING_HOUR: break;
    }
    const sim_time into_a = (w->now - a->launched_at) % SIM_HOUR, into_b = (w->now - b->launched_at) % SIM_HOUR;
    return into_a != into_b ? into_a > into_b : a->launch < b->launch;
}

/* Scale-in: the zone with most instances; there Spot or on demand, of which there are too many; there by the policy. */
static struct instance *instance_to_retire(struct world *w, struct fleet *fleet)
{
    int fullest = first_zone(w, fleet);
    for (int z = 0; z < zone_count(w, fleet); z++)
        if (fleet->in_service[z] > fleet->in_service[fullest])
            fullest = z;
    const bool spot_goes = has_spot(fleet->config) &&
                           on_demand_count(w, fleet) <= on_demand_wanted(fleet->config, counted_size(w, fleet) - 1);
    struct instance *chosen = NULL;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state != INSTANCE_IN_SERVICE || i->zone != fullest)
            continue;
        const bool fits = i->spot == spot_goes, chosen_fits = chosen && chosen->spot == spot_goes;
        if (!chosen || (fits && !chosen_fits) || (fits == chosen_fits && leaves_first(w, fleet, i, chosen)))
            chosen = i;
    }
    return chosen;
}

/* One zone has two instances more than another that could take one: launch there first, the surplus is retired once it
 * serves. At the most a tenth of the group moves at once.       [ASG-UG] Rebalancing activities */
static bool rebalance(struct world *w, struct fleet *fleet)
{
    const int to = zone_to_launch(w, fleet, 0);
    if (to < 0 || w->now < fleet->group->retry_at)
        return false;
    uint32_t most = 0, launching = 0;
    for (int z = 0; z < zone_count(w, fleet); z++) {
        launching += fleet->launching[z];
        most = fleet->in_service[z] > most ? fleet->in_service[z] : most;
    }
    const int64_t tenth = fleet->desired / 10;
    if (launching >= (tenth > 1 ? tenth : 1))
        return false;
    return most >= fleet->in_service[to] + fleet->launching[to] + 2 && launch_one(w, fleet, to, next_is_spot(w, fleet));
}

void fleet_reconcile(struct world *w, struct fleet *fleet)
{
    int64_t size = counted_size(w, fleet), serving = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        serving += fleet->in_service[z];
    for (; size < fleet->desired && w->now >= fleet->group->retry_at; size++)
        if (!launch_somewhere(w, fleet))
            break;
    for (; serving > fleet->desired; serving--) { /* those that still boot do not replace anybody yet */
        struct instance *i = instance_to_retire(w, fleet);
        if (!i)
            break;
        if (fleet->config->warm_pool.reuse && !i->spot)
            warm_pool_expect(w, fleet, i->zone);
        instance_retire(w, i);
    }
    while (counted_size(w, fleet) >= fleet->desired && rebalance(w, fleet))
        ;
    if (fleet->config->warm_pool.present)
        warm_pool_fill(w, fleet);
}

void fleet_set_desired(struct world *w, struct fleet *fleet, int64_t desired)
{
    const struct group *g = fleet->group;
    const int64_t forecast = g->forecast < g->max ? g->forecast : g->max;
    const int64_t min = g->min > forecast ? g->min : forecast, max = g->max;
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
