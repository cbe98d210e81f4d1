/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario_read.h"

#include <string.h>

#include "models/alb.h"
#include "models/asg.h"
#include "models/catalogue/catalogue.h"
#include "models/catalogue/distances.h"
#include "models/cloudfront.h"
#include "models/route53.h"
#include "models/scenario_names.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

struct resolver {
    struct scenario *sc;
    struct param_reader *reader;
    struct scenario_names *names;
    bool clients_wrong; /* what clients ask for is not known, which is reported */
};

static bool resolve(struct resolver *r, const struct region *from, const char *name, struct mark at, const char *refs,
                    const char *what, void *target)
{
    void *found = NULL;
    const bool ok = scenario_names_resolve(r->names, r->reader, from, name, at, refs, what, &found);
    if (ok)
        memcpy(target, &found, sizeof(found)); /* target is the address of some pointer */
    return ok;
}

static bool resolve_pending(struct resolver *r)
{
    bool ok = true;
    for (int i = 0; i < r->reader->pending_count; i++) {
        const struct param_pending *p = &r->reader->pending[i];
        ok = resolve(r, p->from, p->ref->name, p->ref->at, p->refs, p->what, &p->ref->target) && ok;
    }
    return ok;
}

/* ---- services ---- */

static bool check_external(struct resolver *r, const struct service_config *service)
{
    const struct mark at = service->runs_on.name ? service->runs_on.at : service->consumes.at;
    if (!service->runs_on.name && !service->consumes.name && service->pool_count == 0)
        return true;
    return diag_error(r->reader->diag, service->pool_count ? service->pools[0].at : at,
                      "external service '%s' has no fleet, queue or pools of ours", service->name);
}

static bool resolve_service(struct resolver *r, struct service_config *service)
{
    struct diag *diag = r->reader->diag;
    if (service->external)
        return check_external(r, service);
    bool ok = true;
    if (!service->runs_on.name) {
        diag_error(diag, service->at, "'runs_on' is missing in service '%s'", service->name);
        ok = diag_hint(diag, "name a fleet (asg or deployment), or write external: true");
    }
    if (service->consumes.name && service->operation_count != 1)
        ok = diag_error(diag, service->at, "service '%s' consumes a queue and has %d operations instead of one",
                        service->name, service->operation_count);
    for (int p = 0; p < service->pool_count; p++)
        ok = resolve(r, NULL, service->pools[p].name, service->pools[p].at, "rds",
                     arena_printf(r->reader->arena, "a pool of service '%s'", service->name),
                     &service->pools[p].database) &&
             ok;
    return ok;
}

/* A fleet runs one service, a queue has one consumer: who gets what share would have to be said otherwise. */
static bool check_tenants(struct resolver *r)
{
    const struct scenario *sc = r->sc;
    bool ok = true;
    for (int a = 0; a < sc->service_count; a++)
        for (int b = 0; b < a; b++) {
            const struct service_config *x = &sc->services[a], *y = &sc->services[b];
            if (x->runs_on.target && x->runs_on.target == y->runs_on.target)
                ok = diag_error(r->reader->diag, x->runs_on.at, "fleet '%s' already runs service '%s'", x->runs_on.name,
                                y->name);
            if (x->consumes.target && x->consumes.target == y->consumes.target)
                ok = diag_error(r->reader->diag, x->consumes.at, "queue '%s' is already consumed by service '%s'",
                                x->consumes.name, y->name);
        }
    return ok;
}

/* Where a consumer lives in several regions, each needs a queue of its own. */
static bool check_consumers(struct resolver *r)
{
    const struct scenario *sc = r->sc;
    bool ok = true;
    for (int f = 0; f < scenario_fleet_count(sc); f++) {
        const struct component *fleet = scenario_fleet(sc, f);
        const struct service_config *service = scenario_service_on(sc, fleet);
        const struct component *queue = service ? service->consumes.target : NULL;
        if (!queue || fleet->home == fleet || scenario_in_region(sc, queue, fleet->region))
            continue;
        diag_error(r->reader->diag, fleet->at, "'%s' would consume '%s' too, which is in %s", fleet->name, queue->name,
                   queue->region->name);
        ok = diag_hint(r->reader->diag, "give %s a queue '%s' of its own, or no fleet '%s'", fleet->region->name,
                       queue->local, fleet->local);
    }
    return ok;
}

/* Regions whose distance is known. */
static bool check_distances(struct resolver *r)
{
    bool ok = true;
    for (int i = 0; r->sc->region_count > 1 && i < r->sc->region_count; i++)
        if (catalogue_is_region(r->sc->regions[i].name) &&
            distances_rtt_ms(r->sc->regions[i].name, r->sc->regions[i].name) < 0)
            ok = diag_error(r->reader->diag, r->sc->regions[i].at,
                            "how far '%s' is from other regions is not in the tables", r->sc->regions[i].name);
    return ok;
}

static bool check_fleets(struct resolver *r)
{
    const struct scenario *sc = r->sc;
    bool ok = true;
    for (int s = 0; s < sc->service_count; s++)
        if (!sc->services[s].external && !sc->services[s].runs_on.target)
            return false; /* reported; which fleet it meant is not known */
    for (int f = 0; f < scenario_fleet_count(sc); f++) {
        const struct component *fleet = scenario_fleet(sc, f);
        if (scenario_service_on(sc, fleet))
            continue;
        diag_error(r->reader->diag, fleet->at, "no service runs on fleet '%s'", fleet->name);
        ok = diag_hint(r->reader->diag, "add a service with runs_on: %s, or remove the fleet", fleet->name);
    }
    return ok;
}

/* ---- where the clients' requests go ---- */

static bool check_singles(struct resolver *r)
{
    static const int kinds[] = { KIND_ROUTE53, KIND_CLOUDFRONT, KIND_WAF };
    bool ok = true;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        if (r->sc->by_kind_count[kinds[k]] > 1)
            ok = diag_error(r->reader->diag, r->sc->by_kind[kinds[k]][1]->at, "a scenario has one %s at the most",
                            component_types[kinds[k]]->kind);
    return ok;
}

/* Another balancer that faces the internet, beside the first; NULL: there is none. */
static const struct component *second_front(const struct scenario *sc)
{
    const struct component *first = NULL;
    for (int a = 0; a < sc->by_kind_count[KIND_ALB]; a++) {
        const struct component *alb = sc->by_kind[KIND_ALB][a];
        if (((const struct alb_config *)alb->config)->scheme == ALB_INTERNAL)
            continue;
        if (first && alb->home != first)
            return alb;
        first = first ? first : alb;
    }
    return NULL;
}

static void several_balancers(struct resolver *r, const struct component *second)
{
    diag_error(r->reader->diag, second->at, "several balancers and no cloudfront: which one is asked?");
    diag_hint(r->reader->diag,
              "name them as records of a route53; those between services of ours are scheme: internal");
}

/* The balancer that dynamic requests reach first; NULL when that is not clear (reported, or its reference dangles). */
static const struct component *front_balancer(struct resolver *r)
{
    const struct scenario *sc = r->sc;
    const struct component *front = scenario_front(sc);
    if (front || sc->by_kind_count[KIND_CLOUDFRONT] > 0)
        return front;
    const struct component *second = second_front(sc);
    if (second)
        several_balancers(r, second);
    else if (sc->by_kind_count[KIND_ALB] > 0)
        diag_error(r->reader->diag, sc->by_kind[KIND_ALB][0]->at, "every alb is internal: requests have nowhere to go");
    else
        diag_error(r->reader->diag, sc->regions ? sc->regions[0].at : (struct mark){ .file = sc->path },
                   "no component of kind alb: requests have nowhere to go");
    return NULL;
}

/* Records that nobody asks for, and an origin's name that has none. */
static bool check_name(struct resolver *r)
{
    const struct scenario *sc = r->sc;
    if (sc->by_kind_count[KIND_CLOUDFRONT] != 1)
        return true;
    const struct component *cloudfront = sc->by_kind[KIND_CLOUDFRONT][0];
    const struct ref *origin = &((const struct cloudfront_config *)cloudfront->config)->origins.dynamic;
    const struct component *name = origin->target;
    if (name && name->kind == KIND_ROUTE53 && ((const struct route53_config *)name->config)->record_count == 0)
        return diag_error(r->reader->diag, origin->at, "the origin '%s' has no records", name->name) ||
               diag_hint(r->reader->diag, "write records: [{to: alb}, ...] in '%s', or name a load balancer",
                         name->name);
    const struct component *zone = sc->by_kind_count[KIND_ROUTE53] > 0 ? sc->by_kind[KIND_ROUTE53][0] : NULL;
    if (!zone || !name || name == zone || ((const struct route53_config *)zone->config)->record_count == 0)
        return true;
    diag_error(r->reader->diag, zone->at, "nobody asks for the records of '%s': '%s' leads to '%s'", zone->name,
               cloudfront->name, name->name);
    return diag_hint(r->reader->diag, "write origins: {dynamic: %s} in '%s'", zone->name, cloudfront->name);
}

static bool resolve_traffic(struct resolver *r)
{
    const struct component *balancer = front_balancer(r);
    const struct component *fleet = balancer ? ((const struct alb_config *)balancer->config)->targets.target : NULL;
    const struct service_config *front = fleet ? scenario_service_on(r->sc, fleet) : NULL;
    bool ok = true;
    for (int p = 0; p < r->sc->population_count; p++)
        ok = scenario_resolve_population(&r->sc->populations[p], front, r->names, r->reader) && ok;
    r->clients_wrong = !ok;
    if (r->sc->population_count == 0)
        ok = diag_error(r->reader->diag, (struct mark){ .file = r->sc->path }, "'traffic' has no population");
    return ok && balancer;
}

/* The order of results: populations and their mixes as written, each operation once. */
static void list_operations(struct scenario *sc, struct arena *arena)
{
    int most = 0;
    for (int p = 0; p < sc->population_count; p++)
        most += sc->populations[p].mix_count;
    sc->traffic_operations = ARENA_ARRAY(arena, struct operation_config *, most);
    for (int p = 0; p < sc->population_count; p++)
        for (int m = 0; m < sc->populations[p].mix_count; m++) {
            struct operation_config *operation = sc->populations[p].mix[m].operation;
            if (operation && scenario_operation_index(sc, operation) < 0)
                sc->traffic_operations[sc->traffic_operation_count++] = operation;
        }
}

static bool check_asked(struct resolver *r, const struct ref *ref, const char *what)
{
    if (!ref->target || r->clients_wrong || scenario_operation_index(r->sc, ref->target) >= 0)
        return true;
    return diag_error(r->reader->diag, ref->at, "%s names '%s', but no client asks for it", what, ref->name);
}

static bool resolve_pages(struct resolver *r)
{
    bool ok = true;
    for (int i = 0; i < r->sc->population_count; i++) {
        struct population *p = &r->sc->populations[i];
        p->page.on_index = p->page.on_ref.target ? scenario_operation_index(r->sc, p->page.on_ref.target) : -1;
        ok = check_asked(r, &p->page.on_ref, arena_printf(r->reader->arena, "the page of '%s'", p->name)) && ok;
    }
    return ok;
}

/* ---- objectives ---- */

static const char *objective_text(const struct objective *o, struct arena *arena)
{
    char number[64];
    switch ((enum objective_kind)o->kind) {
    case OBJECTIVE_AVAILABILITY:
        return arena_printf(arena, "availability of %s >= %.6g%%", o->operation, 100.0 * o->at_least);
    case OBJECTIVE_LATENCY:
        return arena_printf(arena, "p%.6g latency of %s <= %s", o->percentile, o->operation,
                            duration_to_text(o->at_most, number, sizeof(number)));
    case OBJECTIVE_MONTHLY_COST:
        return arena_printf(arena, "monthly cost, %s month <= $%.10g", o->month ? "peak" : "mean",
                            (double)o->at_most_usd_e10 / 1e10);
    }
    return "";
}

static bool resolve_objective(struct resolver *r, struct objective *o)
{
    o->operation = o->operation_ref.name;
    o->operation_at = o->operation_ref.at;
    bool ok = true;
    if (o->kind != OBJECTIVE_MONTHLY_COST) {
        ok = o->operation && check_asked(r, &o->operation_ref, "the objective");
        if (o->operation_ref.target) /* results go by the bare name */
            o->operation = ((const struct operation_config *)o->operation_ref.target)->name;
    }
    if (o->kind == OBJECTIVE_MONTHLY_COST && r->sc->day_type_count == 0) {
        diag_error(r->reader->diag, o->at, "a monthly cost needs a calendar: a month is made of its days");
        ok = diag_hint(r->reader->diag, "write calendar: {ordinary: {days: 365, mean: 60/s}}");
    }
    o->text = ok ? objective_text(o, r->reader->arena) : "";
    return ok;
}

/* ---- calendar and business ---- */

enum { MONTHS = 12, DAYS_OF_YEAR = 365 };

static int count_months(uint32_t months)
{
    int count = 0;
    for (int m = 0; m < MONTHS; m++)
        count += (months >> m & 1u) != 0;
    return count;
}

/* Types that name months fill them first; the others take what is left of each month. */
static bool check_months(struct resolver *r)
{
    static const char *const names[MONTHS] = { "January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December" };
    static const int days_of[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const struct scenario *sc = r->sc;
    bool rest = false, ok = true;
    for (int d = 0; d < sc->day_type_count; d++)
        rest = rest || sc->day_types[d].months == 0;
    for (int m = 0; m < MONTHS; m++) {
        double named = 0.0;
        const struct day_type *last = NULL;
        for (int d = 0; d < sc->day_type_count; d++) {
            if (!(sc->day_types[d].months >> m & 1))
                continue;
            last = &sc->day_types[d];
            named += (double)last->days / count_months(last->months);
        }
        if (named > days_of[m] + 1e-9)
            ok = diag_error(r->reader->diag, last->at, "%s has %d days, but the day types that name it put %.4g there",
                            names[m], days_of[m], named);
        else if (!rest && named < days_of[m] - 1e-9)
            ok = diag_error(r->reader->diag, sc->day_types[0].at,
                            "%s has %d days, but the day types put only %.4g there", names[m], days_of[m], named) ||
                 diag_hint(r->reader->diag, "a day type without 'in' takes the days that are left");
    }
    return ok;
}

/* Whether an error stands in the calendar already: a number of days that was refused is not the one that was written. */
static bool calendar_is_refused(const struct resolver *r)
{
    const struct scenario *sc = r->sc;
    const struct diag *diag = r->reader->diag;
    const int first = sc->day_types[0].at.line, last = sc->day_types[sc->day_type_count - 1].at.line;
    for (int i = 0; i < diag->count; i++)
        if (diag->entries[i].severity == SEVERITY_ERROR && diag->entries[i].at.line >= first &&
            diag->entries[i].at.line <= last)
            return true;
    return false;
}

static bool resolve_calendar(struct resolver *r)
{
    struct scenario *sc = r->sc;
    int64_t days = 0;
    bool ok = true;
    for (int d = 0; d < sc->day_type_count; d++) {
        struct day_type *type = &sc->day_types[d];
        days += type->days;
        for (int m = 0; m < type->in_count; m++)
            type->months |= 1u << type->in[m].month;
        if (type->shape == SHAPE_PIECEWISE)
            ok = diag_error(r->reader->diag, type->at, "day type '%s' cannot be piecewise", type->name);
    }
    if (sc->day_type_count == 0)
        return true;
    if (calendar_is_refused(r))
        return false;
    if (days == DAYS_OF_YEAR)
        return check_months(r) && ok;
    diag_error(r->reader->diag, sc->day_types[0].at, "the calendar's days add up to %lld, not %d", (long long)days,
               DAYS_OF_YEAR);
    return diag_hint(r->reader->diag, "%s '%s' by %lld", days > DAYS_OF_YEAR ? "shorten" : "lengthen",
                     sc->day_types[0].name,
                     (long long)(days > DAYS_OF_YEAR ? days - DAYS_OF_YEAR : DAYS_OF_YEAR - days));
}

static bool resolve_business(struct resolver *r)
{
    struct scenario *sc = r->sc;
    if (!sc->business.present)
        return true;
    sc->business.operation = sc->business.order.operation.target;
    sc->business.operation_name = sc->business.operation ? sc->business.operation->name
                                                         : sc->business.order.operation.name;
    sc->business.value = sc->business.order.value;
    sc->business.margin = sc->business.order.margin;
    sc->business.lost_if_failed = sc->business.order.lost_if_failed;
    return check_asked(r, &sc->business.order.operation, "business.order");
}

static bool validate_components(struct resolver *r)
{
    bool ok = true;
    for (int i = 0; i < r->sc->component_count; i++) {
        struct component *c = &r->sc->components[i];
        if (c->readable && c->type->validate && (c->region != NULL) == !c->type->global)
            ok = c->type->validate(c, r->sc, r->reader->diag) && ok;
    }
    return ok;
}

bool scenario_resolve(struct scenario *sc, struct param_reader *reader)
{
    struct resolver r = { .sc = sc, .reader = reader, .names = scenario_names_new(sc, reader->arena) };
    bool ok = resolve_pending(&r);
    for (int s = 0; s < sc->service_count; s++)
        ok = resolve_service(&r, &sc->services[s]) && ok;
    ok = check_tenants(&r) && ok;
    ok = check_fleets(&r) && ok;
    ok = check_consumers(&r) && ok;
    ok = check_distances(&r) && ok;
    ok = check_singles(&r) && ok;
    ok = check_name(&r) && ok;
    ok = resolve_traffic(&r) && ok;
    list_operations(sc, reader->arena);
    ok = resolve_pages(&r) && ok;
    for (int f = 0; f < sc->fault_count; f++)
        ok = scenario_resolve_fault(sc, &sc->faults[f], reader) && ok;
    for (int o = 0; o < sc->objective_count; o++)
        ok = resolve_objective(&r, &sc->objectives[o]) && ok;
    ok = resolve_calendar(&r) && ok;
    ok = resolve_business(&r) && ok;
    ok = commitments_check(&sc->commitments, sc->region_count == 1 ? sc->regions[0].name : NULL, reader->diag) && ok;
    ok = validate_components(&r) && ok;
    ok = scenario_check_calls(sc, reader) && ok;
    return scenario_resolve_caches(sc, reader, ok);
}
