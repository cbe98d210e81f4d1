/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario_traffic -- what a population is when the whole scenario is known: its operations, its rate, its sessions. */
#include "models/navigation.h"
#include "models/scenario_read.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"

struct traffic {
    const struct service_config *front; /* where the balancer leads; NULL when that is not clear */
    const struct scenario_names *names;
    struct param_reader *reader;
};

static bool check_front_operation(struct traffic *t, const struct mix_entry *entry)
{
    const struct service_config *service = entry->operation ? entry->operation->service : NULL;
    if (!service || !t->front || service == t->front)
        return true;
    diag_error(t->reader->diag, entry->at, "clients cannot ask for '%s': the balancer leads to service '%s', not '%s'",
               entry->name, t->front->name, service->name);
    return false;
}

static bool nearly_one(double share)
{
    return share > 1.0 - 1e-6 && share < 1.0 + 1e-6;
}

static bool resolve_mix(struct traffic *t, struct population *p)
{
    bool ok = true;
    double sum = 0.0;
    for (int m = 0; m < p->mix_count; m++) {
        void *operation = NULL;
        ok = scenario_names_resolve(t->names, t->reader, NULL, p->mix[m].name, p->mix[m].at, "operation",
                                    arena_printf(t->reader->arena, "the mix of '%s'", p->name), &operation) &&
             ok;
        p->mix[m].operation = operation;
        ok = check_front_operation(t, &p->mix[m]) && ok;
        sum += p->mix[m].share;
    }
    if (ok && !nearly_one(sum)) {
        diag_error(t->reader->diag, p->mix_count ? p->mix[0].at : p->at, "the mix of '%s' adds up to %.6g%%, not 100%%",
                   p->name, 100.0 * sum);
        ok = p->mix_count && diag_hint(t->reader->diag, "change '%s' by %+.6g%%", p->mix[0].name, 100.0 * (1.0 - sum));
    }
    return ok;
}

/* Fills `law` from what is written under the key at `at`. */
static bool resolve_count(struct traffic *t, struct count_config *c, struct mark at, const char *what)
{
    struct diag *diag = t->reader->diag;
    if (!c->present)
        return true;
    if (c->kind == COUNT_UNIFORM) {
        if (c->mean_set || c->most == 0)
            return diag_error(diag, c->mean_set ? c->mean_at : c->law_at,
                              "%s is uniform: it has 'least' and 'most', and no 'mean'", what) ||
                   diag_hint(diag, "write {law: uniform, least: 1, most: 5}");
        c->least = c->least ? c->least : 1;
        c->law = count_uniform((uint32_t)c->least, (uint32_t)c->most);
        return c->least <= c->most || diag_error(diag, c->least_at, "%s has a 'least' above its 'most'", what);
    }
    if (c->least || c->most)
        return diag_error(diag, c->least ? c->least_at : c->most_at, "'least' and 'most' of %s belong to law: uniform",
                          what);
    if (!c->mean_set)
        return diag_error(diag, at, "'mean' is missing in %s", what) || diag_hint(diag, "write {mean: 3}");
    if (c->kind == COUNT_FIXED && c->mean != (double)(uint32_t)c->mean)
        return diag_error(diag, c->mean_at, "%s is always the same number: a whole one, not %.6g", what, c->mean);
    c->law = c->kind == COUNT_FIXED ? count_fixed((uint32_t)c->mean) : count_geometric(c->mean);
    return true;
}

/* They come for one operation, or for a session. */
static bool resolve_operations(struct traffic *t, struct population *p)
{
    struct diag *diag = t->reader->diag;
    if (!p->sessions.present) {
        if (p->mix_count > 0)
            return resolve_mix(t, p);
        return diag_error(diag, p->at, "'mix' is missing in population '%s'", p->name) ||
               diag_hint(diag, "write mix: {browse: 80%%, search: 20%%}, or sessions: {enter: ..., next: ...}");
    }
    if (p->mix_count > 0)
        return diag_error(diag, p->mix[0].at, "'%s' come for sessions, and 'mix' stands beside them", p->name) ||
               diag_hint(diag, "what they ask for follows from 'enter' and 'next'");
    bool ok = resolve_count(t, &p->sessions.length, p->sessions.length_at,
                            arena_printf(t->reader->arena, "the length of a session of '%s'", p->name)) &&
              navigation_resolve(p, t->names, t->reader);
    for (int m = 0; m < p->mix_count; m++)
        ok = check_front_operation(t, &p->mix[m]) && ok;
    return ok;
}

static bool check_geographies(struct traffic *t, const struct population *p)
{
    size_t count = 0;
    while (scenario_geographies[count])
        count++;
    bool ok = true;
    double sum = 0.0;
    for (int g = 0; g < p->from_count; g++) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known = known || text_equal(scenario_geographies[i], p->from[g].name);
        sum += p->from[g].share;
        if (known)
            continue;
        diag_error(t->reader->diag, p->from[g].at, "'%s' is not a price geography of CloudFront", p->from[g].name);
        ok = diag_hint(t->reader->diag, "write %s", param_join(t->reader->arena, scenario_geographies, count));
    }
    if (ok && !nearly_one(sum))
        ok = diag_error(t->reader->diag, p->from_count ? p->from[0].at : p->at,
                        "the geographies of '%s' add up to %.6g%%, not 100%%", p->name, 100.0 * sum);
    return ok;
}

/* A trace says how many come and when; the keys that say it otherwise do not go with it. */
static bool check_trace(struct traffic *t, const struct population *p)
{
    struct diag *diag = t->reader->diag;
    const struct {
        bool written;
        const char *key;
        struct mark at;
    } others[] = { { p->rate.profile_set, "profile", p->rate.profile_at },
                   { p->rate.mean_set, "mean", p->rate.mean_at },
                   { p->rate.launch.present, "launch", p->rate.launch_at },
                   { p->rate.knot_count > 0, "knots", p->rate.knots_at } };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (others[i].written)
            return diag_error(diag, others[i].at, "the rate of '%s' has a trace, and '%s' beside it", p->name,
                              others[i].key) ||
                   diag_hint(diag, "write rate: {trace: file.csv, scale: 2x}");
    if (p->rate.spread == SPREAD_EXACT && p->rate.batch.present)
        return diag_error(diag, p->rate.batch_at, "the rate of '%s' has an exact trace, and 'batch' beside it",
                          p->name) ||
               diag_hint(diag, "write spread: poisson");
    return true;
}

static bool check_rate(struct traffic *t, const struct population *p)
{
    struct diag *diag = t->reader->diag;
    if (!p->rate.present || p->rate_wrong) /* reported; a key that is missed below may be there, misspelt */
        return false;
    if (p->rate.trace_name && p->rate.trace_name[0])
        return check_trace(t, p);
    if (p->rate.trace_at.line > 0)
        return diag_error(diag, p->rate.trace_at, "the trace of '%s' names no file", p->name) ||
               diag_hint(diag, "write trace: file.csv");
    if (p->rate.scale_set || p->rate.spread_set)
        return diag_error(diag, p->rate.scale_set ? p->rate.scale_at : p->rate.spread_at,
                          "'%s' belongs to a trace, and the rate of '%s' has none",
                          p->rate.scale_set ? "scale" : "spread", p->name);
    const bool piecewise = p->rate.profile == SHAPE_PIECEWISE;
    if (piecewise && p->rate.knot_count == 0)
        return diag_error(diag, p->rate.profile_at, "the piecewise profile of '%s' has no knots", p->name) ||
               diag_hint(diag, "write knots: [{at: \"00:00\", rate: 100/s}, {at: \"12:00\", rate: 300/s}]");
    if (!piecewise && p->rate.knot_count > 0)
        return diag_error(diag, p->rate.knots[0].mark, "knots belong to profile: piecewise");
    if (!piecewise && !p->rate.mean_set)
        return diag_error(diag, p->rate_at, "'mean' is missing in the rate of '%s'", p->name) ||
               diag_hint(diag, "write rate: {profile: ordinary, mean: 300/s}");
    bool ok = true;
    for (int k = 0; k < p->rate.knot_count; k++) {
        const struct knot_entry *knot = &p->rate.knots[k];
        if (knot->at.offset)
            ok = diag_error(diag, knot->mark, "a knot is a time of day such as \"12:30\", not an offset");
        else if (k > 0 && knot->at.ns <= knot[-1].at.ns)
            ok = diag_error(diag, knot->mark, "knots go forward in time of day");
    }
    return ok;
}

/* Browsers have patience and reload; programs have a timeout and try again. */
static bool resolve_client(struct traffic *t, struct population *p)
{
    struct diag *diag = t->reader->diag;
    const bool browser = p->client.kind == CLIENT_BROWSER;
    if (browser && (p->client.timeout_set || p->client.retry.present)) {
        diag_error(diag, p->client.timeout_set ? p->client.timeout_at : p->client.retry_at,
                   "the browsers of '%s' have a patience and reload, no timeout and no retry", p->name);
        return diag_hint(diag, "write kind: mobile or kind: sdk, or patience and reload");
    }
    if (!browser && (p->client.patience_set || p->client.reload_set)) {
        diag_error(diag, p->client.patience_set ? p->client.patience_at : p->client.reload_at,
                   "the clients of '%s' are programs: they have a timeout and retry, no patience and no reload",
                   p->name);
        return diag_hint(diag, "write timeout and retry, or kind: browser");
    }
    if (browser)
        return true;
    retry_complete(&p->client.retry, (enum client_kind)p->client.kind);
    if (!p->client.timeout_set)
        p->client.timeout = p->client.kind == CLIENT_SDK ? SIM_MINUTE : 10 * SIM_SECOND;
    p->client.patience = dist_constant(p->client.timeout);
    if (p->client.retry.cap < p->client.retry.base)
        return diag_error(diag, p->client.retry_at, "the retry of '%s' has a cap below its base", p->name);
    return true;
}

bool scenario_resolve_population(struct population *p, const struct service_config *front,
                                 const struct scenario_names *names, struct param_reader *reader)
{
    struct traffic t = { .front = front, .names = names, .reader = reader };
    const bool operations_ok = resolve_operations(&t, p), from_ok = check_geographies(&t, p),
               rate_ok = check_rate(&t, p);
    const bool batch_ok = resolve_count(&t, &p->rate.batch, p->rate.batch_at,
                                        arena_printf(reader->arena, "the batch of '%s'", p->name));
    p->page.on = p->page.on_ref.name;
    p->page.on_at = p->page.on_ref.at;
    const bool client_ok = resolve_client(&t, p);
    return operations_ok && from_ok && rate_ok && batch_ok && client_ok;
}
