/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/queue_model.h"

#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/gate.h"

static const char *const FIGURES[][2] = {
    [QUEUE_SOJOURN] = { "mean time in the system, s", NULL },
    [QUEUE_SQUARE] = { "mean square of the time in the system, s^2", NULL },
    [QUEUE_SLOWDOWN] = { "mean slowdown", NULL },
    [QUEUE_NUMBER] = { "mean number in the system", NULL },
    [QUEUE_BUSY] = { "mean number of busy servers", NULL },
    [QUEUE_WAITED] = { "share that waits", NULL },
    [QUEUE_LOST] = { "share lost", NULL },
    [QUEUE_GAVE_UP] = { "share that gives up", NULL },
    [QUEUE_CUT] = { "share whose service is cut", NULL },
    [QUEUE_BEYOND] = { "share in the system for more than ", " s" },
};

enum { SLOTS = 1 << 14, KIND_STATION = 0, KIND_PATIENCE, KIND_BREAKDOWN };

struct customer {
    sim_time arrived_at, demand, gives_up_at;
    uint64_t ordinal;
    uint32_t next_free;
    bool inside;
};

struct simulation {
    const struct experiment *e;
    const struct queue_model *m;
    struct draw_key key;
    uint32_t customer_place, gap_place;
    struct event_set *events;
    struct station station;
    struct gate gate;
    struct sampler service, patience, up, down;
    struct customer *customers;
    uint32_t free;
    double speed;
    bool broken;
    uint64_t breakdowns, measured_from;
    uint64_t left, lost, gave_up, cut, waited; /* of those measured */
    double sojourn_s, square_s2, slowdown;
    uint64_t beyond[ORACLE_FIGURES_MAX];
};

static struct sampler exponential_of(double mean_s, struct arena *arena)
{
    const struct law law = { LAW_GAMMA, arena_printf(arena, "exp(%.9fs)", mean_s), mean_s, 1.0 };
    return mean_s > 0.0 ? law_sampler(&law, arena) : (struct sampler){ 0 };
}

static void leave(struct simulation *s, uint32_t slot)
{
    s->customers[slot].inside = false;
    s->customers[slot].next_free = s->free;
    s->free = slot;
}

static sim_time after(sim_time now, double limit_s)
{
    return limit_s > 0.0 ? now + (sim_time)(limit_s * 1e9) : SIM_NEVER;
}

static void served(struct simulation *s, sim_time now, const struct customer *c)
{
    const double sojourn_s = (double)(now - c->arrived_at) / 1e9;
    s->left++;
    s->sojourn_s += sojourn_s;
    s->square_s2 += sojourn_s * sojourn_s;
    s->slowdown += (double)(now - c->arrived_at) / (double)c->demand;
    for (int i = 0; s->e->oracles[i].theory; i++)
        s->beyond[i] += sojourn_s > s->e->oracles[i].at;
}

/* The customer has left the station, at `now`. */
static void depart(struct simulation *s, sim_time now, uint32_t slot)
{
    const struct customer *c = &s->customers[slot];
    if (c->ordinal >= s->measured_from)
        switch (s->station.fate) {
        case STATION_SERVED: served(s, now, c); break;
        case STATION_CUT: s->cut++; break;
        case STATION_DROPPED: s->gave_up++; break;
        case STATION_REFUSED: s->lost++; break;
        }
    leave(s, slot);
}

static void serve(struct simulation *s, sim_time now, uint32_t slot)
{
    const struct customer *c = &s->customers[slot];
    const sim_time departs = station_arrive_by(&s->station, now, slot, (uint32_t)c->ordinal, c->demand,
                                               after(c->arrived_at, s->m->sojourn_limit_s));
    if (departs != SIM_NEVER)
        depart(s, departs, slot);
}

static void admit_next(struct simulation *s, sim_time now)
{
    if (!s->m->limit)
        return;
    for (uint32_t late; (late = gate_drop(&s->gate, now)) != GATE_NONE; leave(s, late))
        s->gave_up += s->customers[late].ordinal >= s->measured_from;
    const uint32_t next = gate_leave(&s->gate, now);
    if (next != GATE_NONE)
        serve(s, now, next);
}

static void arrive(struct simulation *s, sim_time now, uint64_t ordinal)
{
    const uint32_t slot = s->free;
    CHECK(slot != GATE_NONE, "the queue of an experiment grew without bound");
    struct customer *c = &s->customers[slot];
    s->free = c->next_free;
    const struct draw_block bits = draw_at(s->key, ordinal, s->customer_place, 0);
    const bool measured = ordinal >= s->measured_from;
    *c = (struct customer){
        .arrived_at = now, .demand = sampler_draw(&s->service, bits.a), .ordinal = ordinal, .inside = true
    };
    s->waited += measured &&
                 !(s->m->limit ? s->gate.inside < s->m->servers : station_has_free_server(&s->station, now));
    if (s->m->patience_s > 0.0) {
        c->gives_up_at = now + sampler_draw(&s->patience, bits.b);
        event_set_push(s->events, event_make(c->gives_up_at, EVENT_TIMEOUT, KIND_PATIENCE, 0, (uint32_t)ordinal, slot));
    }
    switch (s->m->limit ? gate_enter_by(&s->gate, now, slot, after(now, s->m->wait_limit_s)) : GATE_ENTERED) {
    case GATE_ENTERED: serve(s, now, slot); break;
    case GATE_WAITING: break;
    case GATE_REFUSED:
        s->lost += measured;
        leave(s, slot);
        break;
    }
}

static void complete(struct simulation *s, sim_time now, uint32_t slot)
{
    depart(s, now, slot);
    admit_next(s, now);
}

/* A timer whose customer has left finds an empty slot, or somebody with another deadline. */
static void give_up(struct simulation *s, sim_time now, uint32_t slot)
{
    const struct customer *c = &s->customers[slot];
    if (!c->inside || c->gives_up_at != now)
        return;
    const bool gone = s->m->leaves_from_service ? station_remove(&s->station, now, slot)
                                                : gate_withdraw(&s->gate, now, slot);
    if (!gone)
        return;
    s->gave_up += c->ordinal >= s->measured_from;
    leave(s, slot);
}

static void schedule_breakdown(struct simulation *s, sim_time now)
{
    const struct draw_block bits = draw_at(s->key, s->breakdowns++, draw_place("breakdown"), 0);
    const sim_time wait = s->broken ? sampler_draw(&s->down, bits.a) : sampler_draw(&s->up, bits.a);
    event_set_push(s->events, event_make(now + wait, EVENT_FAULT, KIND_BREAKDOWN, 0, 0, EVENT_NO_SLOT));
}

static void handle(struct simulation *s, struct event e)
{
    const sim_time now = (sim_time)e.time;
    switch (event_kind(e)) {
    case KIND_STATION:
        for (uint32_t slot; (slot = station_done(&s->station, now, event_slot(e))) != STATION_NONE;)
            complete(s, now, slot);
        break;
    case KIND_PATIENCE: give_up(s, now, event_slot(e)); break;
    case KIND_BREAKDOWN:
        s->broken = !s->broken;
        station_set_speed(&s->station, now, s->broken ? 0.0 : s->speed);
        schedule_breakdown(s, now);
        break;
    default: CHECK(false, "an event of no kind");
    }
}

/* ---- what is measured */

struct integrals {
    sim_time at;
    uint128 number, busy_q16;
};

static struct integrals read_integrals(struct simulation *s, sim_time now)
{
    station_meter(&s->station, now);
    if (!s->m->limit)
        return (struct integrals){ now, s->station.number, s->station.busy_q16 };
    gate_meter(&s->gate, now);
    return (struct integrals){ now, s->gate.occupancy + s->gate.queue, s->station.busy_q16 };
}

static double figure_of(const struct simulation *s, int i, struct integrals from, struct integrals to)
{
    const double length_ns = (double)(to.at - from.at);
    const double arrived = (double)(s->left + s->lost + s->gave_up + s->cut), left = (double)s->left;
    switch ((enum queue_figure)s->e->oracles[i].figure) {
    case QUEUE_SOJOURN: return s->sojourn_s / left;
    case QUEUE_SQUARE: return s->square_s2 / left;
    case QUEUE_SLOWDOWN: return s->slowdown / left;
    case QUEUE_NUMBER: return (double)(to.number - from.number) / length_ns;
    case QUEUE_BUSY: return (double)(to.busy_q16 - from.busy_q16) / 65536.0 / length_ns;
    case QUEUE_WAITED: return (double)s->waited / arrived;
    case QUEUE_LOST: return (double)s->lost / arrived;
    case QUEUE_GAVE_UP: return (double)s->gave_up / arrived;
    case QUEUE_CUT: return (double)s->cut / arrived;
    case QUEUE_BEYOND: return (double)s->beyond[i] / left;
    }
    return 0.0;
}

/* ---- one replication */

static void init_customers(struct simulation *s, struct arena *arena)
{
    s->customers = ARENA_ARRAY(arena, struct customer, SLOTS);
    s->free = GATE_NONE;
    for (uint32_t i = SLOTS; i-- > 0; s->free = i)
        s->customers[i].next_free = s->free;
}

static void init_station(struct simulation *s, struct arena *arena)
{
    const struct queue_model *m = s->m;
    uint32_t *cap_q16 = NULL;
    if (m->work_rate_of_more > 0.0) {
        cap_q16 = ARENA_ARRAY(arena, uint32_t, 3);
        cap_q16[1] = 65536;
        cap_q16[2] = (uint32_t)(65536.0 * m->work_rate_of_more + 0.5);
    }
    const struct station_config config = { .discipline = m->discipline,
                                           .execution = m->execution,
                                           .kind = KIND_STATION,
                                           .servers = m->servers,
                                           .speed = s->speed,
                                           .cap_q16 = cap_q16,
                                           .limit = m->sharers,
                                           .bounded = m->own_bound,
                                           .backlog = m->backlog };
    station_init(&s->station, arena, s->events, &config, 0);
    if (m->limit)
        gate_init(&s->gate, arena, m->limit, m->backlog, 0);
    s->gate.order = m->newest_first ? GATE_NEWEST_FIRST : GATE_OLDEST_FIRST;
}

/* Time of the next group: from the engine's Poisson arrivals, or one gap of another law after the last. */
static sim_time next_group(const struct simulation *s, struct arrivals *poisson, const struct sampler *gap,
                           sim_time last, uint64_t group)
{
    if (!s->m->gap)
        return arrivals_next(poisson);
    return last + sampler_draw(gap, draw_at(s->key, group, s->gap_place, 0).a);
}

static void run(struct simulation *s, struct arena *arena, double *values)
{
    const bool batches = count_law_is_sane(&s->m->batch);
    const double rate_per_s = s->m->groups_per_s * (batches ? count_mean(&s->m->batch) : 1.0);
    const struct rate_knot knots[] = { { 0, rate_per_s }, { 1000 * SIM_DAY, rate_per_s } };
    const uint32_t group_size = s->m->group ? s->m->group : 1;
    const struct sampler gap = s->m->gap ? law_sampler(s->m->gap, arena) : (struct sampler){ 0 };
    struct arrivals poisson;
    arrivals_init(&poisson, arena, knots, 2, s->key, draw_place("arrivals"));
    if (batches)
        arrivals_set_batches(&poisson, s->m->batch, draw_place("batches"));
    if (s->m->bursts.factor > 0.0)
        arrivals_set_bursts(&poisson, s->m->bursts, draw_place("bursts"));

    sim_time now = 0;
    struct integrals from = { 0 };
    bool measuring = false;
    for (uint64_t ordinal = 0, group = 0; ordinal < s->m->customers; group++) {
        now = next_group(s, &poisson, &gap, now, group);
        for (struct event e; event_set_peek(s->events, &e) && (sim_time)e.time < now;)
            handle(s, event_set_pop(s->events));
        if (!measuring && ordinal >= s->m->customers / 10) {
            measuring = true;
            s->measured_from = ordinal;
            from = read_integrals(s, now);
        }
        for (uint32_t i = 0; i < group_size; i++)
            arrive(s, now, ordinal++);
    }
    const struct integrals to = read_integrals(s, now);
    while (s->station.in_service + s->station.waiting > 0)
        handle(s, event_set_pop(s->events));
    for (int i = 0; s->e->oracles[i].theory; i++)
        values[i] = figure_of(s, i, from, to);
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct queue_model *m = e->model;
    struct arena arena;
    arena_init(&arena);
    struct simulation s = {
        .e = e,
        .m = m,
        .key = draw_key_make(experiment_seed(e), replication),
        .customer_place = draw_place("customer"),
        .gap_place = draw_place("gap"),
        .events = event_set_new(&arena, 0),
        .service = law_sampler(m->service, &arena),
        .patience = exponential_of(m->patience_s, &arena),
        .up = exponential_of(m->up_s, &arena),
        .down = exponential_of(m->down_s, &arena),
        .speed = rate * (m->speed > 0.0 ? m->speed : 1.0),
        .measured_from = UINT64_MAX,
    };
    init_customers(&s, &arena);
    init_station(&s, &arena);
    if (m->up_s > 0.0)
        schedule_breakdown(&s, 0);
    run(&s, &arena, values);
    arena_fini(&arena);
}

const struct model_kind queue_kind = { FIGURES, simulate };
