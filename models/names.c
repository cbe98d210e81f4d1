/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/names.h"

#include "models/catalogue/distances.h"
#include "models/route53.h"
#include "sim/base/text.h"
#include "sim/number.h"

/* Viewers' places: the regions nearest to them. */
enum { PLACES_MAX = 32 };

/* What an event of the name is about; `who` is record * ROUTE53_CHECKERS_MAX + checker. */
enum what { NAME_CHECK, NAME_CHECK_FAILED, NAME_TARGETS, NAME_PUBLISH };

/* Route 53's health checkers are in these regions, as many in each.     [R53-DG] HealthCheckRegions */
static const char *const CHECKER_REGIONS[] = { "us-east-1",      "us-west-1",      "us-west-2",      "eu-west-1",
                                               "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1" };

/* How often Route 53 looks at the health that a load balancer reports. Assumed. */
static const sim_time TARGETS_EVERY = 10 * SIM_SECOND;

struct place {
    uint32_t first, count; /* of its resolvers */
    double *cumulative;    /* their popularity */
    sim_time *farther;     /* by record */
    float *distance_ms;    /* by record */
};

struct names {
    const struct component *component;
    const struct route53_config *config;
    struct route53 zone;
    int place_count;
    struct place places[PLACES_MAX];
    double *viewers; /* [population * place_count + place], cumulative */
    int *balancer;   /* by record */
    int *column;
    bool *announced; /* by record: healthy, when last told */
    bool *moved;     /* by record: nearly all requests go there */
    uint32_t *changes;
    uint64_t *sent; /* by record, in the present window: attempts, answered or not */
    uint64_t queries_before, queries;
    struct meter *meter;
    uint32_t place_client, place_phase, place_probe, place_propagation;
};

static const struct component *balancer_of(const struct route53_config *config, int record)
{
    return config->records[record].to.target;
}

/* ---- where clients are ---- */

static double share_of_geography(const struct population *p, const char *geography)
{
    if (p->from_count == 0)
        return text_equal(geography, "US") ? 1.0 : 0.0;
    for (int g = 0; g < p->from_count; g++)
        if (text_equal(p->from[g].name, geography))
            return p->from[g].share;
    return 0.0;
}

static void init_viewers(struct world *w, struct names *n)
{
    const struct distances_anchor *const anchors = distances_anchors();
    while (anchors[n->place_count].geography)
        n->place_count++;
    n->viewers = ARENA_ARRAY(w->arena, double, w->sc->population_count * n->place_count);
    for (int p = 0; p < w->sc->population_count; p++) {
        double sum = 0.0;
        for (int a = 0; a < n->place_count; a++) {
            sum += anchors[a].share * share_of_geography(&w->sc->populations[p], anchors[a].geography);
            n->viewers[p * n->place_count + a] = sum;
        }
    }
}

static void init_distances(struct world *w, struct names *n, struct place *place, const char *region)
{
    const int records = n->config->record_count;
    const double home = distances_rtt_ms(region, balancer_of(n->config, 0)->region->name);
    place->farther = ARENA_ARRAY(w->arena, sim_time, records);
    place->distance_ms = ARENA_ARRAY(w->arena, float, records);
    for (int r = 0; r < records; r++) {
        const double there = distances_rtt_ms(region, balancer_of(n->config, r)->region->name);
        place->distance_ms[r] = (float)there;
        place->farther[r] = (sim_time)((there - home) * 1e6);
    }
}

/* Popularity by Zipf's law; with a CDN those who ask are its own, alike. */
static void init_popularity(struct world *w, struct place *place, double skew)
{
    double sum = 0.0;
    place->cumulative = ARENA_ARRAY(w->arena, double, place->count);
    for (uint32_t k = 0; k < place->count; k++)
        place->cumulative[k] = sum += number_pow((double)(k + 1), -skew);
    for (uint32_t k = 0; k < place->count; k++)
        place->cumulative[k] /= sum;
}

/* The first population says where they are. Returns how many there are. */
static uint32_t init_places(struct world *w, struct names *n)
{
    const int64_t resolvers = w->cloudfront ? w->cloudfront->resolvers : n->config->resolvers;
    const double skew = w->cloudfront ? 0.0 : n->config->resolver_skew;
    uint32_t first = 0;
    for (int a = 0; a < n->place_count; a++) {
        struct place *place = &n->places[a];
        const double share = n->viewers[a] - (a > 0 ? n->viewers[a - 1] : 0.0);
        const double exact = share * (double)resolvers + 0.5;
        place->first = first;
        place->count = exact < 1.0 ? 1 : (uint32_t)exact;
        first += place->count;
        init_popularity(w, place, skew);
        init_distances(w, n, place, distances_anchors()[a].region);
    }
    return first;
}

/* ---- setting up ---- */

static void push(struct world *w, sim_time at, enum what what, uint32_t who)
{
    event_set_push(w->events, event_make(at, EVENT_CONTROL, EV_NAME, (uint32_t)what, who & 0xffffu, who));
}

static void init_checks(struct world *w, struct names *n)
{
    for (int r = 0; r < n->config->record_count; r++) {
        for (int c = 0; n->config->health.present && c < n->config->health.checkers; c++) {
            const uint32_t who = (uint32_t)(r * ROUTE53_CHECKERS_MAX + c);
            const double phase = draw_unit(draw_at(w->key, who, n->place_phase, 0).a);
            push(w, (sim_time)(phase * (double)n->config->health.interval), NAME_CHECK, who);
        }
        if (n->config->evaluate_target_health)
            push(w, TARGETS_EVERY * (r + 1) / n->config->record_count, NAME_TARGETS,
                 (uint32_t)(r * ROUTE53_CHECKERS_MAX));
    }
}

static const char *usage_type_of(const struct route53_config *config)
{
    if (config->record == ROUTE53_ALIAS)
        return "Intra-AWS-DNS-Queries";
    return config->policy == ROUTE53_LATENCY ? "LBR-Queries" : "DNS-Queries";
}

/* Caches of a region that nobody is sent to are empty until somebody comes. */
static void init_caches(struct world *w)
{
    for (int c = 0; c < w->cache_count && w->sc->region_count > 1; c++)
        w->caches[c].unused = names_share(w->sc, w->caches[c].component->region) == 0.0;
}

void names_init(struct world *w)
{
    const struct component *component = route53_name(w->sc);
    init_caches(w);
    if (!component)
        return;
    struct names *n = ARENA_NEW(w->arena, struct names);
    const struct route53_config *config = component->config;
    *n = (struct names){ .component = component, .config = config };
    n->place_client = draw_place("route53/client");
    n->place_phase = draw_place("route53/phase");
    n->place_probe = draw_place("route53/probe");
    n->place_propagation = draw_place("route53/propagation");
    init_viewers(w, n);
    route53_init(&n->zone, w->arena, config, init_places(w, n), w->key);
    n->balancer = ARENA_ARRAY(w->arena, int, config->record_count);
    n->column = ARENA_ARRAY(w->arena, int, config->record_count);
    n->announced = ARENA_ARRAY(w->arena, bool, config->record_count);
    n->changes = ARENA_ARRAY(w->arena, uint32_t, config->record_count);
    n->moved = ARENA_ARRAY(w->arena, bool, config->record_count);
    n->sent = ARENA_ARRAY(w->arena, uint64_t, config->record_count);
    for (int r = 0; r < config->record_count; r++) {
        const struct component *balancer = balancer_of(config, r);
        n->balancer[r] = balancer->index;
        n->announced[r] = true;
        n->column[r] = recorder_column(&w->recorder, balancer->name, "requests", "requests/s", SERIES_PLACES);
        w->fronts[balancer->index].open = true;
    }
    struct usage_key key = usage_key_of(component, "AmazonRoute53", usage_type_of(config), "", USAGE_COUNT);
    key.region = "Any";
    n->meter = meter_get(&w->meters, key);
    init_checks(w, n);
    w->names = n;
}

/* ---- health ---- */

/* Servers learn of it after a while. */
static void changed(struct world *w, struct names *n, int record)
{
    const bool healthy = route53_is_healthy(&n->zone, record);
    if (healthy == n->announced[record])
        return;
    n->announced[record] = healthy;
    const struct draw_block d = draw_at(w->key, (uint64_t)record, n->place_propagation, n->changes[record]++);
    fingerprint_add(&w->fingerprint, 0xd25u, w->now, (uint64_t)record << 1 | healthy);
    fault_note(w, n->component->name,
               arena_printf(w->arena, healthy ? "'%s' is healthy again" : "'%s' is unhealthy",
                            balancer_of(n->config, record)->name),
               !healthy);
    push(w, w->now + dist_sample(&n->config->propagation, draw_unit(d.a)), NAME_PUBLISH,
         (uint32_t)(record * ROUTE53_CHECKERS_MAX));
}

static void publish(struct world *w, struct names *n, int record)
{
    if (!route53_publish(&n->zone, record))
        return;
    fault_note(w, n->component->name,
               arena_printf(w->arena,
                            n->zone.health[record].answered ? "answers have '%s' again" : "answers without '%s'",
                            balancer_of(n->config, record)->name),
               false);
}

static bool region_is_dark(const struct world *w, const char *name)
{
    for (int r = 0; r < w->sc->region_count; r++)
        if (text_equal(w->sc->regions[r].name, name))
            return !world_region_up(w, &w->sc->regions[r]);
    return false;
}

/* The database that the page asks, if it asks one: that of its region, who follows too. */
static bool database_answers(const struct world *w, const struct names *n, int record)
{
    const struct component *asked = n->config->health.database.target;
    if (!asked)
        return true;
    const struct component *near = scenario_seen_from(w->sc, asked, balancer_of(n->config, record)->region);
    return w->databases[near->index].endpoints[RDS_PRIMARY].up;
}

/* Whether a request at the balancer is answered now; *waits: how long the checker waits to learn that it is not. */
static bool endpoint_answers(struct world *w, const struct names *n, int record, struct draw_block bits,
                             sim_time *waits)
{
    const struct alb *alb = &w->albs[n->balancer[record]];
    const bool tcp = n->config->health.what == ROUTE53_CHECK_TCP;
    const int node = alb_resolve(alb, w->now, (uint32_t)(bits.a >> 40), bits.a);
    *waits = tcp ? ROUTE53_TCP_CONNECT : ROUTE53_HTTP_CONNECT;
    if (!alb->nodes[node].up)
        return false;
    const uint32_t target = tcp ? DISPATCHER_NONE : alb_some_target(alb, node, bits.b);
    *waits = 0;
    if (tcp || target == DISPATCHER_NONE) /* without targets a 503 comes at once */
        return tcp;
    *waits = ROUTE53_HTTP_ANSWER;
    const struct instance *i = &w->instances[target];
    return database_answers(w, n, record) && i->alive &&
           !(i->workers.inside == i->workers.limit && i->workers.waiting >= i->workers.backlog);
}

/* A checker's round trips to the endpoint: to connect, and to ask. */
static sim_time round_trips(const struct names *n, int record, int checker)
{
    const char *from = CHECKER_REGIONS[(size_t)checker % ARRAY_LEN(CHECKER_REGIONS)];
    return (sim_time)(2e6 * distances_rtt_ms(from, balancer_of(n->config, record)->region->name));
}

static void check(struct world *w, struct names *n, int record, int checker, uint32_t who)
{
    const sim_time interval = n->config->health.interval;
    if (region_is_dark(w, CHECKER_REGIONS[(size_t)checker % ARRAY_LEN(CHECKER_REGIONS)])) {
        push(w, w->now + interval, NAME_CHECK, who); /* nobody there who could tell */
        return;
    }
    const uint32_t number = (uint32_t)(w->now / SIM_SECOND);
    sim_time waits = 0;
    if (endpoint_answers(w, n, record, draw_at(w->key, who, n->place_probe, number), &waits)) {
        route53_check_result(&n->zone, record, checker, true);
        changed(w, n, record);
        push(w, w->now + round_trips(n, record, checker) + interval, NAME_CHECK, who);
    } else {
        push(w, w->now + round_trips(n, record, checker) + waits, NAME_CHECK_FAILED, who);
    }
}

static void check_failed(struct world *w, struct names *n, int record, int checker, uint32_t who)
{
    route53_check_result(&n->zone, record, checker, false);
    changed(w, n, record);
    push(w, w->now + n->config->health.interval, NAME_CHECK, who);
}

static void look_at_targets(struct world *w, struct names *n, int record, uint32_t who)
{
    const struct alb *alb = &w->albs[n->balancer[record]];
    n->zone.health[record].target = alb_reports_healthy(alb, w->now);
    changed(w, n, record);
    push(w, w->now + TARGETS_EVERY, NAME_TARGETS, who);
}

void names_event(struct world *w, uint32_t what, uint32_t who)
{
    struct names *n = w->names;
    const int record = (int)(who / ROUTE53_CHECKERS_MAX), checker = (int)(who % ROUTE53_CHECKERS_MAX);
    switch ((enum what)what) {
    case NAME_CHECK: check(w, n, record, checker, who); break;
    case NAME_CHECK_FAILED: check_failed(w, n, record, checker, who); break;
    case NAME_TARGETS: look_at_targets(w, n, record, who); break;
    case NAME_PUBLISH: publish(w, n, record); break;
    }
}

/* ---- answers ---- */

static uint32_t first_above(const double *cumulative, uint32_t count, double u)
{
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (cumulative[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* A client is the same in all operations of its session, and so are its place and its resolver. */
static uint64_t client_of(const struct frame *f)
{
    return f->session ? f->ordinal & ~(UINT64_C(0xffff) << 40) : f->ordinal;
}

int names_balancer(struct world *w, const struct frame *f, bool connects, sim_time *farther)
{
    struct names *n = w->names;
    const struct draw_block d = draw_at(w->key, client_of(f), n->place_client, 0);
    const double *viewers = &n->viewers[f->population * n->place_count];
    const struct place *place = &n->places[first_above(viewers, (uint32_t)n->place_count, draw_unit(d.a))];
    const uint32_t resolver = place->first + first_above(place->cumulative, place->count, draw_unit(d.b));
    const struct route53_resolver *r = &n->zone.resolvers[resolver];
    const sim_time keep_alive = w->populations[f->population].visits.keep_alive;
    const bool open = !w->cloudfront && !connects && f->attempt == 0; /* after a failure there is no connection left */
    const bool keeps = open && r->asked > 0 && w->now < r->until + keep_alive;
    const int record = keeps ? r->record : route53_resolve(&n->zone, resolver, w->now, place->distance_ms, &n->queries);
    *farther = place->farther[record] * (connects && !w->cloudfront ? 3 : 1); /* TCP and TLS take round trips too */
    n->sent[record]++;
    return n->balancer[record];
}

/* Of the latency policy: the nearest record of each place. */
static double share_nearby(const struct scenario *sc, const struct route53_config *config, int record)
{
    double share = 0.0;
    for (const struct distances_anchor *a = distances_anchors(); a->geography; a++) {
        int nearest = 0;
        for (int r = 1; r < config->record_count; r++)
            if (distances_rtt_ms(a->region, balancer_of(config, r)->region->name) <
                distances_rtt_ms(a->region, balancer_of(config, nearest)->region->name))
                nearest = r;
        if (nearest == record)
            share += a->share * share_of_geography(&sc->populations[0], a->geography);
    }
    return share;
}

static double share_of_record(const struct scenario *sc, const struct route53_config *config, int record)
{
    double weights = 0.0;
    for (int r = 0; r < config->record_count; r++)
        weights += (double)config->records[r].weight;
    switch ((enum route53_policy)config->policy) {
    case ROUTE53_SIMPLE: return 1.0 / config->record_count;
    case ROUTE53_WEIGHTED: return (double)config->records[record].weight / weights;
    case ROUTE53_LATENCY: return share_nearby(sc, config, record);
    case ROUTE53_FAILOVER: break;
    }
    return record == 0 ? 1.0 : 0.0;
}

double names_share(const struct scenario *sc, const struct region *region)
{
    const struct component *name = route53_name(sc), *front = scenario_front(sc);
    if (!name)
        return front && front->region == region ? 1.0 : 0.0;
    const struct route53_config *config = name->config;
    double share = 0.0;
    for (int r = 0; r < config->record_count; r++)
        if (balancer_of(config, r)->region == region)
            share += share_of_record(sc, config, r);
    return share;
}

/* Of all requests of a window. */
static const double NEARLY_ALL = 0.95;

static void tell_moves(struct world *w, struct names *n)
{
    uint64_t all = 0;
    for (int r = 0; r < n->config->record_count; r++)
        all += n->sent[r];
    for (int r = 0; all > 0 && r < n->config->record_count; r++) {
        const bool moved = (double)n->sent[r] >= NEARLY_ALL * (double)all;
        if (moved && !n->moved[r])
            fault_note(
                w, n->component->name,
                arena_printf(w->arena, "95 %% of the requests are sent to '%s'", balancer_of(n->config, r)->name),
                false);
        n->moved[r] = moved;
    }
}

void names_window(struct world *w, double seconds)
{
    struct names *n = w->names;
    meter_add(&w->meters, n->meter, (int64_t)(n->queries - n->queries_before) * n->config->questions);
    n->queries_before = n->queries;
    tell_moves(w, n);
    for (int r = 0; r < n->config->record_count; r++) {
        if (seconds > 0.0)
            recorder_value(&w->recorder, n->column[r], (double)n->sent[r] / seconds);
        n->sent[r] = 0;
    }
}
