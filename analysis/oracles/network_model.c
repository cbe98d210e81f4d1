/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/network_model.h"

#include "sim/arrivals.h"
#include "sim/base/check.h"

static const char *const FIGURES[][2] = {
    [NETWORK_SOJOURN] = { "mean time in the network, s", NULL },
    [NETWORK_NUMBER] = { "mean number at station ", "" },
    [NETWORK_THROUGHPUT] = { "completions per s of station ", "" },
};

enum { SLOTS = 1 << 14, KIND_STATION = 0, KIND_ENTRY };

struct traveller {
    sim_time arrived_at;
    uint64_t ordinal;
    uint32_t visits;
    uint32_t next_free;
};

struct totals {
    sim_time at;
    uint64_t left;
    double sojourn_s;
    uint128 number[NETWORK_STATIONS_MAX];
    uint64_t completions[NETWORK_STATIONS_MAX];
};

struct network {
    const struct network_model *m;
    struct draw_key key;
    struct event_set *events;
    struct station station[NETWORK_STATIONS_MAX];
    struct sampler service[NETWORK_STATIONS_MAX];
    struct arrivals entries[NETWORK_STATIONS_MAX];
    struct rate_knot knots[NETWORK_STATIONS_MAX][2];
    uint32_t place;
    struct traveller *travellers;
    uint32_t free;
    uint64_t ordinal, left;
    double sojourn_s;
};

/* A visit draws its demand from (traveller, visit); the other half of the block says where it goes next. */
static struct draw_block bits_of(const struct network *net, uint32_t slot)
{
    const struct traveller *t = &net->travellers[slot];
    return draw_at(net->key, t->ordinal, net->place, t->visits);
}

static void visit(struct network *net, sim_time now, uint32_t slot, uint32_t station)
{
    const sim_time demand = sampler_draw(&net->service[station], bits_of(net, slot).a);
    station_arrive(&net->station[station], now, slot, (uint32_t)net->travellers[slot].ordinal, demand);
}

static uint32_t enter(struct network *net, sim_time now)
{
    const uint32_t slot = net->free;
    CHECK(slot != STATION_NONE, "a network grew without bound");
    net->free = net->travellers[slot].next_free;
    net->travellers[slot] = (struct traveller){ .arrived_at = now, .ordinal = net->ordinal++ };
    return slot;
}

static void leave(struct network *net, sim_time now, uint32_t slot)
{
    net->left++;
    net->sojourn_s += (double)(now - net->travellers[slot].arrived_at) / 1e9;
    net->travellers[slot].next_free = net->free;
    net->free = slot;
}

static void depart(struct network *net, sim_time now, uint32_t slot, uint32_t from)
{
    double u = draw_unit(bits_of(net, slot).b);
    net->travellers[slot].visits++;
    for (uint32_t to = 0; to < net->m->stations; to++) {
        u -= net->m->station[from].next[to];
        if (u < 0.0) {
            visit(net, now, slot, to);
            return;
        }
    }
    CHECK(net->m->population == 0, "a closed network has no way out");
    leave(net, now, slot);
}

static void schedule_entry(struct network *net, uint32_t station)
{
    const sim_time at = arrivals_next(&net->entries[station]);
    event_set_push(net->events, event_make(at, EVENT_ARRIVAL, KIND_ENTRY, station, 0, EVENT_NO_SLOT));
}

static void handle(struct network *net, struct event e)
{
    const sim_time now = (sim_time)e.time;
    const uint32_t station = event_entity(e);
    if (event_kind(e) == KIND_ENTRY) {
        visit(net, now, enter(net, now), station);
        schedule_entry(net, station);
        return;
    }
    for (uint32_t slot; (slot = station_done(&net->station[station], now, event_slot(e))) != STATION_NONE;)
        depart(net, now, slot, station);
}

static void run_until(struct network *net, sim_time end)
{
    for (struct event e; event_set_peek(net->events, &e) && (sim_time)e.time < end;)
        handle(net, event_set_pop(net->events));
}

static struct totals totals_at(struct network *net, sim_time now)
{
    struct totals t = { .at = now, .left = net->left, .sojourn_s = net->sojourn_s };
    for (uint32_t i = 0; i < net->m->stations; i++) {
        station_meter(&net->station[i], now);
        t.number[i] = net->station[i].number;
        t.completions[i] = net->station[i].completions;
    }
    return t;
}

static double figure_of(const struct oracle *o, const struct totals *from, const struct totals *to)
{
    const double length_ns = (double)(to->at - from->at);
    const uint32_t station = (uint32_t)o->at;
    switch ((enum network_figure)o->figure) {
    case NETWORK_SOJOURN: return (to->sojourn_s - from->sojourn_s) / (double)(to->left - from->left);
    case NETWORK_NUMBER: return (double)(to->number[station] - from->number[station]) / length_ns;
    case NETWORK_THROUGHPUT: return (double)(to->completions[station] - from->completions[station]) * 1e9 / length_ns;
    }
    return 0.0;
}

static void init_station(struct network *net, uint32_t i, double rate, struct arena *arena)
{
    const struct network_station *s = &net->m->station[i];
    net->service[i] = law_sampler(s->service, arena);
    const struct station_config config = { .discipline = s->discipline,
                                           .kind = KIND_STATION,
                                           .entity = i,
                                           .servers = s->servers,
                                           .speed = i == 0 ? rate : 1.0 };
    station_init(&net->station[i], arena, net->events, &config, 0);
    if (net->m->entries_per_s[i] <= 0.0)
        return;
    net->knots[i][0] = (struct rate_knot){ 0, net->m->entries_per_s[i] };
    net->knots[i][1] = (struct rate_knot){ 1000 * SIM_DAY, net->m->entries_per_s[i] };
    arrivals_init(&net->entries[i], arena, net->knots[i], 2, net->key, draw_place("entries") + i);
    schedule_entry(net, i);
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    struct arena arena;
    arena_init(&arena);
    struct network *net = ARENA_NEW(&arena, struct network);
    net->m = e->model;
    net->key = draw_key_make(experiment_seed(e), replication);
    net->place = draw_place("visit");
    net->events = event_set_new(&arena, 0);
    net->travellers = ARENA_ARRAY(&arena, struct traveller, SLOTS);
    net->free = STATION_NONE;
    for (uint32_t i = SLOTS; i-- > 0; net->free = i)
        net->travellers[i].next_free = net->free;
    for (uint32_t i = 0; i < net->m->stations; i++)
        init_station(net, i, rate, &arena);
    for (uint32_t i = 0; i < net->m->population; i++)
        visit(net, 0, enter(net, 0), 0);

    const sim_time end = (sim_time)(net->m->seconds * 1e9);
    run_until(net, end / 10);
    const struct totals from = totals_at(net, end / 10);
    run_until(net, end);
    const struct totals to = totals_at(net, end);
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = figure_of(&e->oracles[i], &from, &to);
    arena_fini(&arena);
}

const struct model_kind network_kind = { FIGURES, simulate };
