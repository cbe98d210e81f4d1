/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query -- a request at a database: a connection from the pool, the endpoint that it leads to, the query, its timeout.
 *
 *   pool --> [open the connection] --> station of the endpoint --> way back, commit --> pool
 *     \--- nobody gave one back in time: failed    \--- silence or slowness until the timeout: failed, connection closed
 *
 * The timeout is a timer of the client's, and the query is taken out of a station that shares. A station that serves in
 * order knows it as a deadline and lets the query go by itself; whom the client left behind, too. While a request waits
 * for a connection the same timer counts its wait.
 */
#include "models/world.h"
#include "sim/base/check.h"

int query_endpoint(const struct world *w, const struct frame *f)
{
    if (f->kind == FRAME_ORPHAN)
        return f->shard;
    return w->instances[f->instance].pools[f->pool].connections[f->connection].endpoint;
}

static struct rds_endpoint *endpoint_of(struct world *w, const struct frame *f)
{
    return &w->databases[w->code->steps[f->step].target].endpoints[query_endpoint(w, f)];
}

/* ---- the client's timer ---- */

void query_arm(struct world *w, struct frame *f)
{
    const uint32_t slot = frame_slot(w, f);
    if (timer_ring_arm(&w->query_timers, &w->frames[0].query_link, sizeof(struct frame), slot, f->query_deadline))
        arm_sweep(w);
    else
        query_timer_event(w, f);
}

void query_timer_event(struct world *w, const struct frame *f)
{
    const uint32_t kind = f->state == AT_POOL                           ? EV_POOL_TIMEOUT
                          : f->state == AT_CALL || f->state == AT_LIMIT ? EV_CALL_TIMEOUT
                                                                        : EV_QUERY_TIMEOUT;
    event_set_push(w->events, event_make(f->query_deadline, EVENT_TIMEOUT, kind, f->instance, (uint32_t)f->ordinal,
                                         frame_slot(w, f)));
}

void query_disarm(struct world *w, struct frame *f)
{
    if (f->query_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->query_timers, &w->frames[0].query_link, sizeof(struct frame), frame_slot(w, f),
                          f->query_deadline);
}

/* ---- the pool ---- */

static void start_query(struct world *w, struct frame *f);

void connection_free(struct world *w, struct frame *f)
{
    if (f->connection == 0xffff)
        return;
    struct pool *pool = &w->instances[f->instance].pools[f->pool];
    pool->idle[pool->idle_count++] = f->connection;
    f->connection = 0xffff;
    const uint32_t next = gate_leave(&pool->gate, w->now);
    if (next != GATE_NONE) {
        query_disarm(w, frame_at(w, next));
        start_query(w, frame_at(w, next));
    }
}

void query_begin(struct world *w, struct frame *f, const struct step *step)
{
    struct instance *i = &w->instances[f->instance];
    const struct service_config *service = w->fleets[i->fleet].service->config;
    struct pool *pool = &i->pools[step->pool];
    f->pool = (uint8_t)step->pool;
    switch (gate_enter(&pool->gate, w->now, frame_slot(w, f))) {
    case GATE_ENTERED: start_query(w, f); break;
    case GATE_WAITING:
        f->state = AT_POOL;
        f->query_deadline = w->now + service->pool_timeout;
        query_arm(w, f);
        break;
    case GATE_REFUSED: request_failed(w, f); break;
    }
}

void query_pool_timeout(struct world *w, struct frame *f)
{
    struct pool *pool = &w->instances[f->instance].pools[f->pool];
    CHECK(gate_withdraw(&pool->gate, w->now, frame_slot(w, f)), "a waiter for a connection is not in line");
    request_failed(w, f);
}

/* A pool with a connection_lifetime closes what is older when somebody takes it, and so finds new readers. */
static bool is_old(const struct world *w, const struct frame *f)
{
    const struct instance *i = &w->instances[f->instance];
    const sim_time *opened = i->pools[f->pool].opened;
    return opened && w->now - opened[f->connection] >= w->fleets[i->fleet].service->config->connection_lifetime;
}

static void set_age(struct world *w, const struct frame *f)
{
    sim_time *opened = w->instances[f->instance].pools[f->pool].opened;
    if (opened)
        opened[f->connection] = w->now;
}

/* Of an endpoint that was lost, the count was cleared when its connections broke. */
static void close_connection(struct rds *db, struct connection *c)
{
    struct rds_endpoint *e = &db->endpoints[c->endpoint];
    if (c->epoch == e->epoch)
        e->connections--;
    c->endpoint = -1;
}

/* Opens the connection if need be. Returns false when the database refuses, with too many connections, or
 * cannot be found by its name. */
static bool open_connection(struct world *w, const struct frame *f, struct connection *c, struct rds *db,
                            sim_time *extra)
{
    const struct step *step = &w->code->steps[f->step];
    if (c->endpoint >= 0 && !rds_broken(db, c->endpoint, c->epoch, w->now) && !is_old(w, f))
        return true;
    if (c->endpoint >= 0)
        close_connection(db, c);
    const struct name_trouble *const name = &w->db_names[db->component->index];
    if (name->end && name_fails(w, name, (uint64_t)f->instance << 32 | w->instances[f->instance].launch))
        return false;
    const int endpoint = rds_choose(db, !step->write, w->now);
    struct rds_endpoint *e = &db->endpoints[endpoint];
    if (e->up && e->connections >= db->max_connections) {
        db->counts.refused++;
        return false;
    }
    db->counts.opened++;
    set_age(w, f);
    c->endpoint = (int8_t)endpoint;
    c->epoch = e->epoch;
    e->connections++;
    if (e->connections > e->connections_peak)
        e->connections_peak = e->connections;
    *extra = dist_sample(&db->config->connect, draw_unit(draw_at(w->key, f->ordinal, step->place + 1, f->attempt).a));
    return true;
}

static void enter_line(struct world *w, struct frame *f, struct station *st, sim_time demand)
{
    const uint32_t slot = frame_slot(w, f);
    query_disarm(w, f);
    f->departs = station_arrive_by(st, w->now, slot, (uint32_t)f->ordinal, demand, f->query_deadline);
    if (f->departs == SIM_NEVER)
        return;
    if (st->fate == STATION_SERVED) {
        visit_returns(w, f);
    } else if (st->fate == STATION_DROPPED && f->departs == w->now) { /* its connection took all the time it had */
        query_cut(w, f);
    } else {
        f->resume_at = SIM_NEVER;
        event_set_push(w->events,
                       event_make(f->departs, EVENT_COMPLETION, EV_DB, st->entity, (uint32_t)f->ordinal, slot));
    }
}

/* What a replica answers is as old as its lag. */
static void look_at_lag(struct world *w, struct rds *db, int endpoint, uint64_t bits)
{
    const sim_time lag = rds_lag(db, endpoint, w->now, bits);
    db->lag_sum_s += (double)lag / 1e9;
    db->lag_reads++;
    db->counts.reads++;
    db->counts.stale += lag > db->config->replication.stale;
}

/* Beside the query itself: opening its connection, cold buffers. */
static sim_time demand_of(struct world *w, const struct frame *f, const struct step *step, int endpoint, sim_time query,
                          bool opened)
{
    struct rds *db = &w->databases[step->target];
    const bool opens = opened && db->config->connect_cpu.mean_ns > 0;
    const bool reads = endpoint != RDS_PRIMARY && db->config->replication.present;
    if (opens || reads) {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place + 1, f->attempt);
        if (reads)
            look_at_lag(w, db, endpoint, d.b << 32);
        if (opens)
            query += dist_sample(&db->config->connect_cpu, draw_unit(d.b));
    }
    const double cold = rds_cold_factor(db, endpoint, w->now);
    return cold > 1.0 ? (sim_time)((double)query * cold) : query;
}

void query_committed(struct world *w, const struct frame *f, const struct step *step)
{
    struct rds *db = &w->databases[step->target];
    if (step->write && db->config->replication.present)
        rds_replicate(db, w->now, sampler_draw(&step->time, draw_at(w->key, f->ordinal, step->place, f->attempt).a));
}

void query_arrives(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    const struct instance *i = &w->instances[f->instance];
    const struct rds *db = &w->databases[step->target];
    const struct connection *c = &i->pools[f->pool].connections[f->connection];
    struct rds_endpoint *e = endpoint_of(w, f);
    const bool armed = f->visit == SIM_NEVER;
    const bool silent = !e->up || c->epoch != e->epoch ||
                        (UNLIKELY(w->grey) && grey_loses_frame(w, f, w->fleets[i->fleet].region, i->zone,
                                                               step->remote ? -1 : e->zone, HOP_DATABASE));
    const bool in_order = e->cpu.discipline == STATION_FCFS;
    if (!armed && (silent || !in_order))
        query_arm(w, f);
    if (silent) { /* a dead host does not even refuse */
        f->state = AT_DB_SILENT;
        return;
    }
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
    request_meter_hop(w, f, db->component, e->zone, step->request, step->response);
    f->back = step_rtt(w, step, i, db->component->region, e->zone, d.b << 32);
    if (step->write && rds_commit_waits(db))
        f->back += sampler_draw(&db->commit, d.b);
    visit_begin(w, f, AT_DB);
    const sim_time demand = demand_of(w, f, step, c->endpoint, sampler_draw(&step->time, d.a), armed);
    if (in_order)
        enter_line(w, f, &e->cpu, demand);
    else
        station_arrive(&e->cpu, w->now, frame_slot(w, f), (uint32_t)f->ordinal, demand);
}

/* f holds a place of the pool. */
static void start_query(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    struct instance *i = &w->instances[f->instance];
    struct rds *db = &w->databases[step->target];
    struct pool *pool = &i->pools[f->pool];
    f->connection = pool->idle[--pool->idle_count];
    sim_time connecting = 0;
    if (!open_connection(w, f, &pool->connections[f->connection], db, &connecting)) {
        connection_free(w, f);
        request_failed(w, f);
        return;
    }
    f->query_deadline = w->now + step->timeout;
    if (connecting > 0 && db->endpoints[pool->connections[f->connection].endpoint].up) {
        f->visit = SIM_NEVER; /* marks: the delay ahead is the opening of the connection */
        query_arm(w, f);
        frame_delay(w, f, connecting);
        return;
    }
    f->visit = w->now;
    query_arrives(w, f);
}

/* ---- ends that are no answer ---- */

/* The client closes a connection that did not answer. */
static void give_up(struct world *w, struct frame *f)
{
    close_connection(&w->databases[w->code->steps[f->step].target],
                     &w->instances[f->instance].pools[f->pool].connections[f->connection]);
    f->resume_at = SIM_NEVER;
    connection_free(w, f);
    request_failed(w, f);
}

bool query_is_late(const struct world *w, const struct frame *f)
{
    if (f->query_deadline != w->now || f->connection == 0xffff)
        return false;
    return f->state == AT_DB_SILENT || (f->state == AT_DB && f->departs == SIM_NEVER) ||
           (f->state == AT_DELAY && f->visit == SIM_NEVER);
}

void query_timeout(struct world *w, struct frame *f)
{
    if (f->state == AT_DB) { /* the statement timeout cancels the query at the server */
        station_remove(&endpoint_of(w, f)->cpu, w->now, frame_slot(w, f));
        visit_end(w, f);
    }
    give_up(w, f);
}

void query_cut(struct world *w, struct frame *f)
{
    CHECK(f->state == AT_DB, "a deadline ends a visit that has none");
    visit_end(w, f);
    if (f->kind == FRAME_ORPHAN)
        frame_free(w, frame_slot(w, f));
    else
        give_up(w, f);
}

void query_lost(struct world *w, struct frame *f)
{
    visit_end(w, f);
    if (f->kind == FRAME_ORPHAN) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    f->state = AT_DB_SILENT;
    f->resume_at = SIM_NEVER;
    if (endpoint_of(w, f)->cpu.discipline == STATION_FCFS)
        query_arm(w, f); /* the station, which knew its deadline, is gone */
}

struct frame *query_killed(struct world *w, struct frame *f)
{
    struct station *st = &endpoint_of(w, f)->cpu;
    if (st->discipline == STATION_FCFS)
        return visit_leave_behind(w, f);
    station_remove(st, w->now, frame_slot(w, f));
    visit_end(w, f);
    return f;
}
