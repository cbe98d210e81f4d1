/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * served -- what each service did: requests of clients, calls of others and messages that came, how they ended and how
 * long they stayed. Kept where services of ours call each other; elsewhere the operations' own figures say it.
 */
#include "models/world.h"

static struct service_figures *figures_of(struct world *w, const struct frame *f)
{
    return &w->served[w->fleets[w->instances[f->instance].fleet].service->config->index];
}

/* The number of the fleet that a call from `region` leads to: there, or in the first region that has it. */
static int fleet_seen_from(const struct scenario *sc, const struct service_config *service, const struct region *region)
{
    if (!service->runs_on.target)
        return -1; /* somebody else's */
    const struct component *fleet = scenario_seen_from(sc, service->runs_on.target, region);
    for (int f = 0; f < scenario_fleet_count(sc); f++)
        if (scenario_fleet(sc, f) == fleet)
            return f;
    return -1;
}

void served_init(struct world *w)
{
    const int services = w->sc->service_count;
    if (!w->kin)
        return;
    w->served = ARENA_ARRAY(w->arena, struct service_figures, services);
    for (int s = 0; s < services; s++)
        histogram_init(&w->served[s].latency, w->arena);
    w->fleet_of_service = ARENA_ARRAY(w->arena, int, w->sc->region_count *services);
    for (int r = 0; r < w->sc->region_count; r++)
        for (int n = 0; n < services; n++)
            w->fleet_of_service[r * services + n] = fleet_seen_from(w->sc, &w->sc->services[n], &w->sc->regions[r]);
    w->calls_balanced = ARENA_ARRAY(w->arena, struct balanced_calls, w->alb_count);
}

void served_start(struct world *w)
{
    for (int f = 0; f < w->fleet_count; f++)
        w->fleets[f].called = 0;
    for (int a = 0; w->calls_balanced && a < w->alb_count; a++)
        w->calls_balanced[a] = (struct balanced_calls){ 0 };
    for (int s = 0; w->served && s < w->sc->service_count; s++) {
        struct service_figures *figures = &w->served[s];
        const struct service_figures fresh = { .latency = figures->latency,
                                               .inside = figures->inside,
                                               .before = figures->inside.inside };
        *figures = fresh;
        histogram_clear(&figures->latency);
        little_begin(&figures->inside, w->now);
    }
}

void served_enter(struct world *w, const struct frame *f)
{
    if (!w->served)
        return;
    struct service_figures *figures = figures_of(w, f);
    w->kin[frame_slot(w, f)].inside = true;
    figures->begun++;
    little_enter(&figures->inside, w->now);
}

void served_leave(struct world *w, const struct frame *f, bool ok)
{
    if (!w->served || !w->kin[frame_slot(w, f)].inside)
        return; /* it was lost on the way */
    w->kin[frame_slot(w, f)].inside = false;
    struct service_figures *figures = figures_of(w, f);
    w->fleets[w->instances[f->instance].fleet].called += f->kind == FRAME_CALL;
    figures->requests++;
    figures->errors += !ok;
    histogram_record(&figures->latency, w->now - f->entered);
    little_leave(&figures->inside, f->entered, w->now);
}

void served_clip(struct world *w, const struct frame *f)
{
    if (w->served && w->kin[frame_slot(w, f)].inside)
        little_clip(&figures_of(w, f)->inside, f->entered, w->end);
}

void served_record(struct world *w, struct replication *out)
{
    out->services = ARENA_ARRAY(w->arena, struct service_result, w->sc->service_count);
    for (int s = 0; w->served && s < w->sc->service_count; s++) {
        const struct service_figures *figures = &w->served[s];
        const struct component *fleet = w->sc->services[s].runs_on.target;
        if (fleet)
            out->services[out->service_count++] = (struct service_result){ .name = w->sc->services[s].name,
                                                                           .fleet = fleet->name,
                                                                           .requests = figures->requests,
                                                                           .errors = figures->errors,
                                                                           .latency = figures->latency };
    }
}

static const char *violated(struct world *w, int service, const char *law, uint128 left, uint128 right)
{
    if (left == right)
        return NULL;
    return arena_printf(w->arena, "service '%s': %s: %llu is not %llu", w->sc->services[service].name, law,
                        (unsigned long long)left, (unsigned long long)right);
}

const char *served_violation(struct world *w)
{
    const char *law = NULL;
    for (int s = 0; !law && w->served && s < w->sc->service_count; s++) {
        struct service_figures *figures = &w->served[s];
        little_advance(&figures->inside, w->end);
        law = violated(w, s, "Little's law: integral = sum of sojourns", figures->inside.integral_ns,
                       figures->inside.sojourn_ns);
        if (!law)
            law = violated(w, s, "came = answered + there", figures->before + figures->begun,
                           figures->requests + figures->inside.inside);
    }
    return law;
}
