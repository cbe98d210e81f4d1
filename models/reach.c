/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reach -- how callers find the instances of a service that has no load balancer.
 *
 *   each: connection   Kubernetes Service (kube-proxy: an endpoint at random for each connection), or Cloud Map names
 *                      that a client resolves when it connects. Who keeps a connection keeps its target: new instances get
 *                      load only as connections age, a dead one keeps it until its connections have timed out.
 *   each: request      a proxy beside the caller (ECS Service Connect, Envoy) or a client that balances by itself
 *
 * Every instance of a caller chooses by itself, by its own turn and its own counts. A connection carries one request at a
 * time, the last used first. Who leaves in order closes its connections; a dead host is chosen by new ones until it is
 * noticed.
 *
 * Left out: several requests at a time on one connection (HTTP/2), outlier detection by proxies, zone-aware choice.
 */
#include "models/world.h"
#include "sim/base/check.h"

static const struct discovery_config *discovery(const struct world *w, const struct fleet *fleet)
{
    return &fleet->service->config->discovery;
}

static struct callee_view *view_of(struct world *w, const struct instance *i, int service)
{
    const struct service_code *code = w->fleets[i->fleet].service;
    for (int c = 0; c < code->callee_count && i->callees; c++)
        if (code->callees[c] == service)
            return &i->callees[c];
    return NULL;
}

/* Whether calls of that service by the instance go to `fleet`. */
static bool leads_to(const struct world *w, const struct instance *i, int service, const struct fleet *fleet)
{
    const int region = w->fleets[i->fleet].region;
    return &w->fleets[w->fleet_of_service[region * w->sc->service_count + service]] == fleet;
}

static struct callee_view *view_on(struct world *w, const struct instance *i, const struct fleet *fleet)
{
    const int service = fleet->service->config->index;
    return leads_to(w, i, service, fleet) ? view_of(w, i, service) : NULL;
}

/* ---- membership ---- */

static void close_idle(struct world *w, struct callee_view *view, uint16_t target)
{
    uint32_t kept = 0;
    for (uint32_t c = 0; c < view->idle_count; c++)
        if (view->idle[c].target != target)
            view->idle[kept++] = view->idle[c];
        else
            dispatcher_release(&view->targets, target);
    view->idle_count = kept;
}

void reach_join(struct world *w, struct instance *i)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (!w->kin || fleet->alb >= 0 || fleet->queue >= 0 || i->listed)
        return;
    i->listed = true;
    for (uint32_t n = 0; n < w->instance_count; n++) {
        struct instance *caller = &w->instances[n];
        struct callee_view *view = view_on(w, caller, fleet);
        if (view)
            dispatcher_join(&view->targets, i->id, true);
    }
}

void reach_leave(struct world *w, struct instance *i)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (!i->listed)
        return;
    i->listed = false;
    for (uint32_t n = 0; n < w->instance_count; n++) {
        struct instance *caller = &w->instances[n];
        struct callee_view *view = view_on(w, caller, fleet);
        if (!view)
            continue;
        close_idle(w, view, i->id);
        dispatcher_leave(&view->targets, i->id);
    }
}

/* reset: its connections are reset, and new ones are refused or unheard until its death is noticed. */
void reach_died(struct world *w, struct instance *i, bool reset)
{
    if (!i->listed)
        return;
    const struct fleet *fleet = &w->fleets[i->fleet];
    for (uint32_t n = 0; reset && n < w->instance_count; n++) {
        struct callee_view *view = view_on(w, &w->instances[n], fleet);
        if (view)
            close_idle(w, view, i->id);
    }
    const struct draw_block d = draw_at(w->key, i->launch, draw_place(fleet->component->name), 5);
    const sim_time notice = dist_sample(&discovery(w, fleet)->notice, draw_unit(d.a));
    event_set_push(w->events,
                   event_make(w->now + notice, EVENT_CONTROL, EV_UNLISTED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
}

void reach_views_init(struct world *w, struct instance *i)
{
    const struct service_code *code = w->fleets[i->fleet].service;
    if (!w->kin)
        return;
    i->callees = ARENA_ARRAY(w->arena, struct callee_view, code->callee_count);
    for (int c = 0; c < code->callee_count; c++) {
        const struct service_config *callee = &w->sc->services[code->callees[c]];
        dispatcher_init(&i->callees[c].targets, w->arena, (enum dispatch_policy)callee->discovery.policy);
        for (uint32_t n = 0; n < w->instance_count; n++) {
            const struct instance *other = &w->instances[n];
            const struct fleet *fleet = &w->fleets[other->fleet];
            if (other->listed && leads_to(w, i, code->callees[c], fleet))
                dispatcher_join(&i->callees[c].targets, other->id, true);
        }
    }
}

/* ---- choosing ---- */

static bool keeps_connections(const struct edge_rule *rule)
{
    return rule->to->service->discovery.each == DISCOVERY_CONNECTION;
}

static void push_idle(struct world *w, struct callee_view *view, struct kept_connection connection)
{
    if (view->idle_count == view->idle_capacity) {
        const uint32_t wider = view->idle_capacity ? 2 * view->idle_capacity : 16;
        view->idle = arena_grow(w->arena, view->idle, view->idle_count, wider, sizeof *view->idle);
        view->idle_capacity = wider;
    }
    view->idle[view->idle_count++] = connection;
}

uint32_t reach_choose(struct world *w, struct frame *f, const struct edge_rule *rule, uint64_t bits, bool *connects)
{
    struct callee_view *view = &w->instances[f->instance].callees[rule->callee];
    struct kinship *mine = &w->kin[frame_slot(w, f)];
    const sim_time lifetime = rule->to->service->discovery.lifetime;
    while (keeps_connections(rule) && view->idle_count > 0) {
        const struct kept_connection c = view->idle[--view->idle_count];
        if (w->now - c.opened < lifetime) {
            mine->target = c.target;
            mine->opened = c.opened;
            return c.target;
        }
        dispatcher_release(&view->targets, c.target);
    }
    const uint32_t target = dispatcher_pick(&view->targets, bits);
    if (target == DISPATCHER_NONE)
        return target;
    *connects = keeps_connections(rule);
    mine->target = (uint16_t)target;
    mine->opened = w->now;
    return target;
}

void reach_give_back(struct world *w, const struct instance *i, const struct edge_rule *rule,
                     struct kept_connection connection, bool answered)
{
    if (connection.opened == SIM_NEVER)
        return;
    struct callee_view *view = &i->callees[rule->callee];
    const struct instance *target = &w->instances[connection.target];
    if (answered && keeps_connections(rule) && target->listed && target->alive)
        push_idle(w, view, connection);
    else
        dispatcher_release(&view->targets, connection.target);
}

void reach_done(struct world *w, struct frame *f, const struct edge_rule *rule, bool answered)
{
    struct kinship *mine = &w->kin[frame_slot(w, f)];
    const struct kept_connection connection = { .target = mine->target, .opened = mine->opened };
    mine->opened = SIM_NEVER;
    reach_give_back(w, &w->instances[f->instance], rule, connection, answered);
}
