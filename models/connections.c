/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/connections.h"

#include "models/client.h"
#include "models/keep_alive.h"
#include "models/route53.h"

/* A browsing customer's pause between two requests, where there are no sessions to say. [TPC-W] think time */
static const double PAUSE_S = 7.0;

/* A meter of whole things that is fed with fractions. */
struct fraction_meter {
    struct meter *meter;
    double rest;
};

/* Of a balancer. */
struct front_connections {
    struct fraction_meter opened, open_minutes;
    uint64_t requests; /* that it answered since `since` */
};

struct connections {
    struct front_connections *fronts; /* by balancer */
    struct fraction_meter lookups;
    struct popularity edge_hosts, resolvers;
    sim_time since;      /* of what is not yet metered */
    uint64_t requests;   /* that the balancer answered since then */
    uint128 busy_before; /* integral of the requests under way there, then */
};

static void add_fraction(struct world *w, struct fraction_meter *m, double amount)
{
    const double sum = amount + m->rest;
    const int64_t whole = (int64_t)sum;
    m->rest = sum - (double)whole;
    meter_add(&w->meters, m->meter, whole);
}

void connections_init(struct world *w)
{
    struct connections *c = ARENA_NEW(w->arena, struct connections);
    c->fronts = ARENA_ARRAY(w->arena, struct front_connections, w->alb_count);
    for (int a = 0; a < w->alb_count; a++) {
        const struct component *balancer = w->sc->by_kind[KIND_ALB][a];
        if (!w->fronts[a].open)
            continue;
        c->fronts[a].opened.meter = meter_get(&w->meters,
                                              usage_key_of(balancer, "AWSELB", "ALB:NewConnections", "", USAGE_COUNT));
        c->fronts[a].open_minutes.meter = meter_get(
            &w->meters, usage_key_of(balancer, "AWSELB", "ALB:ActiveConnectionMinutes", "", USAGE_COUNT));
    }
    if (w->cloudfront)
        popularity_init(&c->edge_hosts, w->arena, w->cloudfront->edge_locations, w->cloudfront->edge_skew);
    if (w->sc->by_kind_count[KIND_ROUTE53] && (!w->names || w->cloudfront)) { /* with records their resolvers count */
        const struct component *zone = w->sc->by_kind[KIND_ROUTE53][0];
        const struct route53_config *config = zone->config;
        struct usage_key key = usage_key_of(zone, "AmazonRoute53",
                                            config->record == ROUTE53_ALIAS ? "Intra-AWS-DNS-Queries" : "DNS-Queries",
                                            "", USAGE_COUNT);
        key.region = "Any";
        c->lookups.meter = meter_get(&w->meters, key);
        popularity_init(&c->resolvers, w->arena, config->resolvers, config->resolver_skew);
    }
    w->connections = c;
}

void connections_start(struct world *w)
{
    struct connections *c = w->connections;
    c->since = w->now;
    c->requests = 0;
    for (int a = 0; a < w->alb_count; a++)
        c->fronts[a].requests = 0;
    c->busy_before = w->balancer.integral_ns;
}

/* The CDN's connections to the origin: each host of each edge location keeps its own. */
static struct keep_alive edge_pools(const struct connections *c, const struct world *w, double requests_per_s,
                                    double busy)
{
    const struct cloudfront_config *config = w->cloudfront;
    const sim_time idle_timeout = w->albs[w->front].config->idle_timeout;
    const sim_time kept = config->keep_alive < idle_timeout ? config->keep_alive : idle_timeout;
    const double hosts = (double)config->edge_hosts;
    struct keep_alive sum = { 0 };
    for (int i = 0; i < c->edge_hosts.count && requests_per_s > 0.0; i++) {
        const double share = c->edge_hosts.classes[i].share / hosts, pools = c->edge_hosts.classes[i].things * hosts;
        const struct keep_alive each = keep_alive_pool(requests_per_s * share, busy * share, (double)kept / 1e9);
        sum.opened_per_s += pools * each.opened_per_s;
        sum.open += pools * each.open;
    }
    return sum;
}

/* Viewers at the balancer: a connection is open while it waits for an answer, between requests, and once more for the
 * keep-alive. */
static double viewers_open_s(const struct world *w, double busy_s)
{
    double open_s = busy_s;
    for (int i = 0; i < w->sc->population_count; i++) {
        const struct population_state *p = &w->populations[i];
        const double kept_s = (double)p->visits.keep_alive / 1e9;
        const double pause_s = PAUSE_S < kept_s ? PAUSE_S : kept_s;
        open_s += (double)p->visits.idle_ns / 1e9;
        if (!p->sessions)
            open_s += (double)p->visits.opened * ((p->config->requests_per_connection - 1.0) * pause_s + kept_s);
    }
    return open_s;
}

double resolver_misses(const struct popularity *resolvers, double lookups_per_s, double ttl_s, double seconds)
{
    double misses = 0.0;
    for (int i = 0; i < resolvers->count; i++) {
        const double asked = lookups_per_s * resolvers->classes[i].share;
        misses += resolvers->classes[i].things * asked / (1.0 + asked * ttl_s) * seconds;
    }
    return misses;
}

/* Each balancer has as large a part as of the requests. */
static void add_to_fronts(struct world *w, struct connections *c, double opened, double open_minutes)
{
    for (int a = 0; a < w->alb_count; a++) {
        struct front_connections *front = &c->fronts[a];
        const bool only = !w->names && a == w->front;
        const double share = only ? 1.0 : c->requests ? (double)front->requests / (double)c->requests : 0.0;
        if (!w->fronts[a].open)
            continue;
        add_fraction(w, &front->opened, share * opened);
        add_fraction(w, &front->open_minutes, share * open_minutes);
    }
}

static void meter_stretch(struct world *w, struct connections *c, double seconds)
{
    /* A late message may take back some of the integral that an earlier window saw. */
    const double busy_ns = (double)(int128)(w->balancer.integral_ns - c->busy_before);
    double busy_s = busy_ns > 0.0 ? busy_ns / 1e9 : 0.0;
    uint64_t opened = 0;
    for (int i = 0; i < w->sc->population_count; i++)
        opened += w->populations[i].visits.opened;
    if (w->cloudfront) {
        busy_s += (double)c->requests * w->cloudfront->origin_rtt.mean_ns / 1e9;
        const struct keep_alive edge = edge_pools(c, w, (double)c->requests / seconds, busy_s / seconds);
        add_to_fronts(w, c, edge.opened_per_s * seconds, edge.open * seconds / 60.0);
    } else {
        add_to_fronts(w, c, (double)opened, viewers_open_s(w, busy_s) / 60.0);
    }
    if (c->lookups.meter) {
        const struct route53_config *config = w->sc->by_kind[KIND_ROUTE53][0]->config;
        add_fraction(w, &c->lookups,
                     (double)config->questions *
                         resolver_misses(&c->resolvers, (double)opened / seconds, (double)config->ttl / 1e9, seconds));
    }
}

void connections_window(struct world *w)
{
    struct connections *c = w->connections;
    const sim_time length = w->now - c->since;
    c->requests += fronts_requests(w);
    for (int a = 0; a < w->alb_count; a++)
        c->fronts[a].requests += w->fronts[a].requests;
    if (length == 0 || (length < SIM_MINUTE && (w->now - w->start) % SIM_HOUR != 0 && w->now < w->end))
        return;
    little_advance(&w->balancer, w->now);
    meter_stretch(w, c, (double)length / 1e9);
    for (int i = 0; i < w->sc->population_count; i++)
        w->populations[i].visits = (struct visits){ .keep_alive = w->populations[i].visits.keep_alive };
    connections_start(w);
}
