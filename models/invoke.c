/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * invoke -- an attempt at an operation of a service of ours: where it goes, what becomes of it, who learns it.
 *
 *   caller --balancer's name--> internal load balancer node --> instance of the other service    internal ALB
 *   caller --its own choice (reach.c)-------------------------> instance of the other service    Kubernetes, Cloud Map
 *
 * The called is a frame of its own that names its caller. Its delays on the way there and back hold up the caller, so
 * they are added before the caller goes on, as one event; the other service sees the request that half round trip early.
 * When the caller's patience ends, or the caller dies, the called works on for nobody. Silence (a dead host, a full
 * backlog, a lost balancer node) is no event at all: the caller's timeout ends it.
 */
#include "models/world.h"
#include "sim/base/check.h"

enum { PLACE_WAY = 1 }; /* of a call's places: its delays */

/* What the attempt is to the other service: another attempt draws other numbers. */
static uint64_t subject_of(const struct frame *f, const struct step *step)
{
    return fingerprint_mix(f->ordinal ^
                           fingerprint_mix((uint64_t)step->place << 32 | (uint64_t)f->attempt << 8 | f->tries));
}

static struct fleet *fleet_of_edge(struct world *w, const struct frame *f, const struct edge_rule *rule)
{
    const int region = w->fleets[w->instances[f->instance].fleet].region;
    return &w->fleets[w->fleet_of_service[region * w->sc->service_count + rule->to->service->index]];
}

/* ---- the way there ---- */

struct way {
    uint32_t target; /* DISPATCHER_NONE: nobody is registered */
    bool silent;     /* nobody hears it */
    int alb, node;   /* alb -1: none */
    sim_time path;   /* there and back */
};

/* Between the caller and a zone of the other service's region, which may be another one. */
static sim_time way_rtt(const struct world *w, const struct instance *i, const struct fleet *to, int zone,
                        uint64_t bits)
{
    const int home = w->fleets[i->fleet].region;
    return LIKELY(home == to->region) ? zone_rtt(w, home, i->zone, zone, bits) : region_rtt(w, home, to->region, bits);
}

/* Lost in a grey zone. */
static bool grey_way(const struct world *w, const struct frame *f, const struct fleet *to, int zone)
{
    const struct instance *i = &w->instances[f->instance];
    const int home = w->fleets[i->fleet].region;
    if (!w->grey)
        return false;
    if (home == to->region)
        return grey_loses_frame(w, f, home, i->zone, zone, HOP_CALL);
    return grey_loses_frame(w, f, home, i->zone, -1, HOP_CALL) ||
           grey_loses_frame(w, f, to->region, zone, -1, HOP_CALL);
}

/* Bytes between regions, or between zones. */
static void meter_call(struct world *w, const struct frame *f, const struct fleet *to, int zone,
                       const struct step *step)
{
    const struct instance *i = &w->instances[f->instance];
    const struct fleet *from = &w->fleets[i->fleet];
    if (UNLIKELY(from->region != to->region)) {
        meter_add(&w->meters, from->to_region[to->region], step->request);
        meter_add(&w->meters, from->from_region[to->region], step->response);
    } else if (i->zone != zone) {
        meter_add(&w->meters, from->cross_zone_calls, step->request + step->response);
    }
}

static struct way by_balancer(struct world *w, const struct frame *f, const struct step *step, const struct fleet *to)
{
    const struct instance *i = &w->instances[f->instance];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, (uint32_t)f->attempt << 8 | f->tries);
    const struct draw_block delays = draw_at(w->key, f->ordinal, step->place + PLACE_WAY,
                                             (uint32_t)f->attempt << 8 | f->tries);
    struct alb *alb = &w->albs[to->alb];
    /* The name's answers are cached by each instance on its own. */
    const int number = alb_resolve(alb, w->now, i->id, d.a);
    struct alb_node *node = &alb->nodes[number];
    struct way way = { .target = DISPATCHER_NONE, .alb = to->alb, .node = number };
    if (w->alb_names[to->alb].end && name_fails(w, &w->alb_names[to->alb], (uint64_t)i->id << 32 | i->launch))
        return way; /* there is no such name: nobody is asked */
    way.silent = !node->up || grey_way(w, f, to, node->zone);
    if (way.silent)
        return way;
    way.path = way_rtt(w, i, to, node->zone, delays.a) + sampler_draw(&w->fronts[to->alb].latency, delays.a << 32);
    way.target = dispatcher_pick(&node->targets, d.b);
    if (way.target != DISPATCHER_NONE)
        way.path += zone_rtt(w, to->region, node->zone, w->instances[way.target].zone, delays.b);
    return way;
}

static struct way by_itself(struct world *w, struct frame *f, const struct step *step, const struct edge_rule *rule,
                            const struct fleet *to)
{
    const struct instance *i = &w->instances[f->instance];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, (uint32_t)f->attempt << 8 | f->tries);
    const struct draw_block delays = draw_at(w->key, f->ordinal, step->place + PLACE_WAY,
                                             (uint32_t)f->attempt << 8 | f->tries);
    bool connects = false;
    struct way way = { .alb = -1, .target = reach_choose(w, f, rule, d.b, &connects) };
    if (way.target == DISPATCHER_NONE)
        return way;
    way.path = way_rtt(w, i, to, w->instances[way.target].zone, delays.a);
    if (connects) /* another round trip, of the TCP handshake */
        way.path += way_rtt(w, i, to, w->instances[way.target].zone, delays.b);
    way.silent = !w->instances[way.target].alive || grey_way(w, f, to, w->instances[way.target].zone);
    meter_call(w, f, to, w->instances[way.target].zone, step);
    return way;
}

/* The caller hears `answer` after `path`, if it still listens then. */
static void answer_caller(struct world *w, struct frame *f, enum call_result answer, sim_time path)
{
    struct kinship *mine = &w->kin[frame_slot(w, f)];
    mine->child = SLOT_NONE;
    if (w->now + path > f->query_deadline)
        return; /* a completion at the deadline is in time, this one is not */
    mine->answer = (uint8_t)answer;
    query_disarm(w, f);
    f->query_deadline = SIM_NEVER;
    frame_delay(w, f, path);
}

/* The called at its instance. Its caller may hear of it before this returns. */
static void deliver(struct world *w, struct frame *f, const struct step *step, const struct way *way, uint32_t slot,
                    bool async)
{
    struct frame *child = frame_at(w, slot);
    const struct kinship *mine = &w->kin[frame_slot(w, f)];
    w->kin[slot] = (struct kinship){ .parent = async ? SLOT_NONE : frame_slot(w, f),
                                     .child = SLOT_NONE,
                                     .sibling = SLOT_NONE,
                                     .edge = step->edge,
                                     .async = async,
                                     .path = way->path,
                                     .sent = w->now,
                                     .caller = f->instance,
                                     .held = { .target = mine->target, .opened = mine->opened } };
    child->kind = FRAME_CALL;
    child->begun = child->entered = w->now;
    child->deadline = async ? SIM_NEVER : f->query_deadline;
    child->ordinal = subject_of(f, step);
    child->attempt = 0;
    child->instance = (uint16_t)way->target;
    child->alb = (uint16_t)(way->alb >= 0 ? way->alb : 0);
    child->node = (uint8_t)way->node;
    child->flags = way->alb >= 0 ? FLAG_BALANCED : 0;
    if (!async)
        w->kin[frame_slot(w, f)].child = slot;
    request_offer_instance(w, child);
}

static struct way find_way(struct world *w, struct frame *f, const struct step *step)
{
    const struct edge_rule *rule = &w->code->edges[step->edge];
    const struct fleet *to = fleet_of_edge(w, f, rule);
    if (to->alb < 0)
        return by_itself(w, f, step, rule, to);
    if (UNLIKELY(w->fleets[w->instances[f->instance].fleet].region != to->region))
        meter_call(w, f, to, 0, step);
    w->calls_balanced[to->alb].requests++;
    w->calls_balanced[to->alb].bytes += step->request + step->response;
    return by_balancer(w, f, step, to);
}

void invoke(struct world *w, struct frame *f, const struct step *step)
{
    struct kinship *mine = &w->kin[frame_slot(w, f)];
    mine->child = SLOT_NONE;
    mine->opened = SIM_NEVER;
    f->state = AT_CALL;
    f->query_deadline = w->now + step->timeout;
    query_arm(w, f);
    const struct way way = find_way(w, f, step);
    if (way.silent)
        return;
    const uint32_t slot = way.target == DISPATCHER_NONE ? SLOT_NONE : frame_new(w);
    if (slot == SLOT_NONE) /* 503, or the bound on requests in flight */
        answer_caller(w, f, CALL_ERROR, way.path);
    else
        deliver(w, f, step, &way, slot, false);
}

void invoke_async(struct world *w, struct frame *f, const struct step *step)
{
    struct edge *edge = edge_of_call(w, f);
    edge_attempt(w, edge);
    f->tries = 1;
    w->kin[frame_slot(w, f)].opened = SIM_NEVER;
    const struct way way = find_way(w, f, step);
    const uint32_t slot = way.target == DISPATCHER_NONE || way.silent ? SLOT_NONE : frame_new(w);
    if (slot == SLOT_NONE) {
        reach_done(w, f, edge->rule, false);
        edge_async_ended(w, edge, w->now, CALL_ERROR);
    } else {
        deliver(w, f, step, &way, slot, true);
    }
}

/* ---- what becomes of it ---- */

/* Its connection was taken until now. */
static void async_ended(struct world *w, const struct kinship *kin, enum call_result result)
{
    struct edge *edge = &w->edges[kin->edge];
    reach_give_back(w, &w->instances[kin->caller], edge->rule, kin->held, result == CALL_OK);
    edge_async_ended(w, edge, kin->sent, result);
}

void invoke_answered(struct world *w, struct frame *child, enum outcome outcome)
{
    const uint32_t slot = frame_slot(w, child);
    const struct kinship kin = w->kin[slot];
    const enum call_result result = outcome == OUTCOME_OK ? CALL_OK : CALL_ERROR;
    fingerprint_add(&w->fingerprint, child->ordinal << 8 | (uint64_t)outcome, child->begun,
                    (uint64_t)(w->now - child->begun));
    frame_free(w, slot);
    if (kin.async)
        async_ended(w, &kin, result);
    if (kin.parent == SLOT_NONE)
        return;
    struct frame *f = frame_at(w, kin.parent);
    reach_done(w, f, &w->code->edges[kin.edge], true);
    answer_caller(w, f, result, kin.path);
}

/* Nothing was heard of the other side, and nothing will be. */
void invoke_unheard(struct world *w, struct frame *child)
{
    const uint32_t slot = frame_slot(w, child);
    const struct kinship kin = w->kin[slot];
    frame_free(w, slot);
    if (kin.async)
        async_ended(w, &kin, CALL_ERROR);
    if (kin.parent != SLOT_NONE)
        w->kin[kin.parent].child = SLOT_NONE;
}

void invoke_abandon(struct world *w, struct frame *f)
{
    struct kinship *mine = &w->kin[frame_slot(w, f)];
    reach_done(w, f, edge_of_call(w, f)->rule, false); /* a connection that did not answer is closed */
    if (mine->child == SLOT_NONE)
        return;
    w->kin[mine->child].parent = SLOT_NONE;
    frame_at(w, mine->child)->flags |= FLAG_ABANDONED;
    mine->child = SLOT_NONE;
}

void invoke_node_lost(struct world *w, int alb, int node)
{
    for (uint32_t slot = 0; w->kin && slot < w->frames_used; slot++) {
        const struct frame *f = frame_at(w, slot);
        if (f->kind == FRAME_CALL && (f->flags & FLAG_BALANCED) && f->node == node && f->alb == alb)
            w->kin[slot].path += SIM_HOUR; /* never heard: the caller's timeout ends it */
    }
}

/* ---- kinship ---- */

/* What was in `old` goes on in `now`: its parent learns the new number. */
void kinship_moved(struct world *w, uint32_t old, uint32_t now)
{
    const struct frame *f = frame_at(w, now);
    if (!w->kin)
        return;
    w->kin[now] = w->kin[old];
    w->kin[old].inside = false;
    if (f->kind != FRAME_CALL && f->kind != FRAME_BRANCH)
        return;
    if (w->kin[now].parent == SLOT_NONE)
        return;
    uint32_t *at = &w->kin[w->kin[now].parent].child;
    while (*at != old)
        at = &w->kin[*at].sibling;
    *at = now;
}
