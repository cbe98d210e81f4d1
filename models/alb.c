/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/alb.h"

#include "sim/base/check.h"
#include "sim/fingerprint.h"

static const char *const ALGORITHMS[] = { "round_robin", "least_outstanding_requests", NULL };
_Static_assert(DISPATCH_ROUND_ROBIN == 0 && DISPATCH_LEAST_OUTSTANDING == 1, "ALGORITHMS follows enum dispatch_policy");

#define HEALTH(member) (AT(alb_config, health.member) - AT(alb_config, health))

static const struct param health_params[] = {
    { .name = "interval",
      .kind = PARAM_DURATION,
      .offset = HEALTH(interval),
      .def = "30s",
      .min = "5s",
      .max = "300s",
      .doc = "time between two checks of a target by a node",
      .source = "[ALB-UG] Health checks" },
    { .name = "timeout",
      .kind = PARAM_DURATION,
      .offset = HEALTH(timeout),
      .def = "5s",
      .min = "2s",
      .max = "120s",
      .doc = "no answer for so long is a failure",
      .source = "[ALB-UG] Health checks" },
    { .name = "unhealthy",
      .kind = PARAM_COUNT,
      .offset = HEALTH(unhealthy),
      .def = "2",
      .min = "2",
      .max = "10",
      .doc = "consecutive failures that make a target unhealthy",
      .source = "[ALB-UG] Health checks" },
    { .name = "healthy",
      .kind = PARAM_COUNT,
      .offset = HEALTH(healthy),
      .def = "5",
      .min = "2",
      .max = "10",
      .doc = "consecutive successes that make an unhealthy target healthy; a new one needs a single success",
      .source = "[ALB-UG] Health checks" },
    { .name = "deep",
      .kind = PARAM_BOOL,
      .offset = HEALTH(deep),
      .def = "false",
      .doc = "the check takes a worker and vCPU time; otherwise the accept queue answers",
      .source = "assumed" },
    { .name = "time",
      .kind = PARAM_DIST,
      .offset = HEALTH(time),
      .def = "2ms",
      .min = "0ms",
      .doc = "vCPU time of a deep check",
      .source = "assumed" },
    PARAM_END,
};

static const char *const SCHEMES[] = { [ALB_INTERNET_FACING] = "internet_facing", [ALB_INTERNAL] = "internal", NULL };

static const struct param params[] = {
    { .name = "targets",
      .kind = PARAM_REF,
      .offset = AT(alb_config, targets),
      .refs = "asg|deployment",
      .doc = "fleet behind the balancer: instances of a group, or pods by their addresses",
      .source = "[ALB-UG] Target groups" },
    { .name = "scheme",
      .kind = PARAM_CHOICE,
      .offset = AT(alb_config, scheme),
      .def = "internet_facing",
      .choices = SCHEMES,
      .doc = "internal: for calls between services of ours, without public addresses",
      .source = "[ALB-UG] Load balancer scheme" },
    { .name = "algorithm",
      .kind = PARAM_CHOICE,
      .offset = AT(alb_config, algorithm),
      .def = "round_robin",
      .choices = ALGORITHMS,
      .doc = "how a node chooses a healthy target",
      .source = "[ALB-UG] Routing algorithms" },
    { .name = "health_check",
      .kind = PARAM_BLOCK,
      .offset = AT(alb_config, health),
      .def = "",
      .sub = health_params,
      .doc = "checks of every target by every node, as real requests",
      .source = "[ALB-UG] Health checks" },
    { .name = "deregistration_delay",
      .kind = PARAM_DURATION,
      .offset = AT(alb_config, deregistration_delay),
      .def = "300s",
      .min = "0s",
      .max = "3600s",
      .doc = "how long a leaving target may finish its requests",
      .source = "[ALB-UG] Deregistration delay" },
    { .name = "idle_timeout",
      .kind = PARAM_DURATION,
      .offset = AT(alb_config, idle_timeout),
      .def = "60s",
      .min = "1s",
      .max = "4000s",
      .doc = "silence of the target for so long is a 504",
      .source = "[ALB-UG] Idle timeout" },
    { .name = "connect_timeout",
      .kind = PARAM_DURATION,
      .offset = AT(alb_config, connect_timeout),
      .def = "10s",
      .min = "10s",
      .max = "10s",
      .doc = "a target that does not accept for so long is a 504; fixed by AWS",
      .source = "[ALB-UG] Troubleshoot, HTTP 504" },
    { .name = "ttl",
      .kind = PARAM_DURATION,
      .offset = AT(alb_config, ttl),
      .def = "60s",
      .min = "60s",
      .max = "60s",
      .doc = "time to live of the balancer's name; fixed by AWS",
      .source = "[ALB-UG] DNS name" },
    { .name = "latency",
      .kind = PARAM_DIST,
      .offset = AT(alb_config, latency),
      .def = "lognormal(median=1.5ms p99=5ms)",
      .min = "0ms",
      .doc = "added by the balancer to each request",
      .source = "assumed; performance defaults, sec. 1" },
    { .name = "node_failover",
      .kind = PARAM_DIST,
      .offset = AT(alb_config, node_failover),
      .def = "uniform(10s 40s)",
      .min = "0s",
      .doc = "from the loss of a zone until its node has left the record",
      .source = "assumed" },
    { .name = "cross_zone",
      .kind = PARAM_BOOL,
      .offset = AT(alb_config, cross_zone),
      .def = "true",
      .doc = "a node sends to targets of all zones",
      .source = "[ALB-UG] Cross-zone load balancing" },
    { .name = "rules",
      .kind = PARAM_COUNT,
      .offset = AT(alb_config, rules),
      .def = "1",
      .min = "1",
      .max = "100",
      .doc = "listener rules; evaluations beyond ten per request count towards LCUs",
      .source = "[ELB-PRICE]" },
    PARAM_END,
};

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct alb_config *config = c->config;
    if (config->health.timeout >= config->health.interval)
        return diag_error(diag, c->at,
                          "the health check of '%s' times out after its next one is due: timeout must be "
                          "shorter than interval",
                          c->name);
    for (int a = 0; a < c->index; a++) {
        const struct alb_config *other = sc->by_kind[KIND_ALB][a]->config;
        if (other->targets.target && other->targets.target == config->targets.target)
            return diag_error(diag, c->at,
                              "'%s' and '%s' share the fleet '%s': a fleet behind two balancers is not modelled",
                              sc->by_kind[KIND_ALB][a]->name, c->name, config->targets.name);
    }
    for (int p = 0; p < sc->population_count && !sc->by_kind_count[KIND_CLOUDFRONT]; p++)
        if (sc->populations[p].page.present)
            return diag_error(diag, sc->populations[p].at,
                              "'%s' has a page with static objects but there is no cloudfront to ask for them",
                              sc->populations[p].name);
    return true;
}

const struct component_type alb_type = {
    .kind = "alb",
    .title = "Application Load Balancer",
    .tier = "edge",
    .params = params,
    .config_size = sizeof(struct alb_config),
    .validate = validate,
};

/* ---- behaviour ---- */

/* Nobody healthy: everybody is eligible. [ALB-UG] Target group health, "fail open". O(1) but when that begins or ends. */
static void refresh_eligibility(struct alb_node *node, const struct alb_health *changed)
{
    const bool fails_open = node->healthy == 0;
    if (changed)
        dispatcher_set_eligible(&node->targets, changed->instance, fails_open || changed->healthy);
    for (uint32_t i = 0; i < node->health_count && fails_open != node->fails_open; i++)
        dispatcher_set_eligible(&node->targets, node->health[i].instance, fails_open || node->health[i].healthy);
    node->fails_open = fails_open;
}

void alb_leave_record(struct alb *alb, int node, sim_time at)
{
    alb->always_in_record = false;
    alb->nodes[node].dns_out_at = at;
    alb->nodes[node].dns_in_at = SIM_NEVER;
}

static void refresh(struct alb *alb, struct alb_node *node, const struct alb_health *changed, sim_time now)
{
    refresh_eligibility(node, changed);
    if (alb->config->cross_zone || !node->up)
        return;
    const bool out = node->dns_out_at <= now && now < node->dns_in_at;
    if (node->healthy == 0 && !out) {
        alb_leave_record(alb, (int)(node - alb->nodes), now);
    } else if (node->healthy > 0 && out) {
        node->dns_in_at = now;
    }
}

void alb_init(struct alb *alb, struct arena *arena, const struct alb_config *config, int zones)
{
    *alb = (struct alb){ .config = config, .arena = arena, .node_count = zones, .always_in_record = true };
    for (int i = 0; i < zones; i++) {
        struct alb_node *node = &alb->nodes[i];
        *node = (struct alb_node){
            .zone = i, .up = true, .fails_open = true, .dns_out_at = SIM_NEVER, .dns_in_at = SIM_NEVER
        };
        dispatcher_init(&node->targets, arena, (enum dispatch_policy)config->algorithm);
        refresh(alb, node, NULL, 0);
    }
}

static struct alb_health *health_of(const struct alb_node *node, uint32_t instance)
{
    const uint32_t at = instance < node->where_count ? node->where[instance] : ALB_NOWHERE;
    return at == ALB_NOWHERE ? NULL : &node->health[at];
}

static struct alb_health *health_add(struct alb *alb, struct alb_node *node, uint32_t instance)
{
    if (node->health_count == node->health_capacity) {
        const uint32_t wider = node->health_capacity ? 2 * node->health_capacity : 16;
        node->health = arena_grow(alb->arena, node->health, node->health_count, wider, sizeof *node->health);
        node->health_capacity = wider;
    }
    if (instance >= node->where_count) {
        const uint32_t wider = 2 * (instance + 1);
        node->where = arena_grow(alb->arena, node->where, node->where_count, wider, sizeof *node->where);
        for (; node->where_count < wider; node->where_count++)
            node->where[node->where_count] = ALB_NOWHERE;
    }
    node->where[instance] = node->health_count;
    return &node->health[node->health_count++];
}

static void health_drop(struct alb_node *node, struct alb_health *h)
{
    node->where[h->instance] = ALB_NOWHERE;
    const struct alb_health last = node->health[--node->health_count];
    if (h == &node->health[node->health_count])
        return;
    *h = last;
    node->where[h->instance] = (uint32_t)(h - node->health);
}

void alb_register(struct alb *alb, sim_time now, uint32_t instance, int zone, bool healthy)
{
    for (int i = 0; i < alb->node_count; i++) {
        struct alb_node *node = &alb->nodes[i];
        if (!alb->config->cross_zone && node->zone != zone)
            continue;
        struct alb_health *h = health_add(alb, node, instance);
        *h = (struct alb_health){ .instance = instance, .healthy = healthy, .checked = healthy };
        node->healthy += healthy;
        dispatcher_join(&node->targets, instance, false);
        refresh(alb, node, h, now);
    }
}

void alb_deregister(struct alb *alb, sim_time now, uint32_t instance)
{
    for (int i = 0; i < alb->node_count; i++) {
        struct alb_node *node = &alb->nodes[i];
        struct alb_health *h = health_of(node, instance);
        if (!h)
            continue;
        node->healthy -= h->healthy;
        health_drop(node, h);
        dispatcher_leave(&node->targets, instance);
        refresh(alb, node, NULL, now);
    }
}

bool alb_knows(const struct alb *alb, int node, uint32_t instance)
{
    return health_of(&alb->nodes[node], instance) != NULL;
}

enum alb_change alb_check_result(struct alb *alb, sim_time now, int number, uint32_t instance, bool passed)
{
    struct alb_node *node = &alb->nodes[number];
    struct alb_health *h = health_of(node, instance);
    if (!h)
        return ALB_SAME;
    if (passed == h->healthy) {
        /* A new target that keeps failing is found unhealthy, and then needs as many successes as any other. */
        h->streak = passed || h->checked ? 0 : (uint8_t)(h->streak + 1);
        h->checked = h->checked || h->streak >= alb->config->health.unhealthy;
        return ALB_SAME;
    }
    if (!h->checked)
        h->streak = 0;
    const bool first = !h->checked; /* a new target needs a single success */
    const int64_t needed = passed ? (first ? 1 : alb->config->health.healthy) : alb->config->health.unhealthy;
    if (++h->streak < needed)
        return ALB_SAME;
    h->healthy = passed;
    h->checked = true;
    h->streak = 0;
    node->healthy += passed ? 1u : -1u;
    refresh(alb, node, h, now);
    return passed ? ALB_BECAME_HEALTHY : ALB_BECAME_UNHEALTHY;
}

bool alb_sees_healthy(const struct alb *alb, uint32_t instance)
{
    bool looked_at = false;
    for (int i = 0; i < alb->node_count; i++) {
        const struct alb_health *h = alb->nodes[i].up ? health_of(&alb->nodes[i], instance) : NULL;
        if (h && h->healthy)
            return true;
        looked_at |= h != NULL;
    }
    return !looked_at;
}

uint32_t alb_healthy_count(const struct alb *alb)
{
    uint32_t most = 0, sum = 0; /* with cross-zone off every target is known to one node */
    for (int i = 0; i < alb->node_count; i++) {
        const uint32_t here = alb->nodes[i].up ? alb->nodes[i].healthy : 0;
        most = here > most ? here : most;
        sum += here;
    }
    return alb->config->cross_zone ? most : sum;
}

bool alb_reports_healthy(const struct alb *alb, sim_time now)
{
    for (int i = 0; i < alb->node_count; i++) {
        const struct alb_node *node = &alb->nodes[i];
        if (node->healthy > 0 && (now < node->dns_out_at || now >= node->dns_in_at))
            return true;
    }
    return false;
}

uint32_t alb_some_target(const struct alb *alb, int number, uint64_t bits)
{
    const struct alb_node *node = &alb->nodes[number];
    const uint32_t eligible = node->fails_open ? node->health_count : node->healthy;
    uint32_t left = eligible ? draw_below(bits, eligible) : 0;
    for (uint32_t i = 0; i < node->health_count; i++)
        if ((node->fails_open || node->health[i].healthy) && left-- == 0)
            return node->health[i].instance;
    return DISPATCHER_NONE;
}

int alb_resolve(const struct alb *alb, sim_time now, uint32_t resolver, uint64_t bits)
{
    if (LIKELY(alb->always_in_record)) /* nobody has ever left: what a resolver remembers makes no difference */
        return (int)draw_below(bits, (uint32_t)alb->node_count);
    const sim_time ttl = alb->config->ttl;
    const sim_time phase = (sim_time)(fingerprint_mix(resolver + 1) % (uint64_t)ttl);
    const sim_time asked = now - (now + ttl - phase) % ttl;
    int in_record[ALB_NODES_MAX], count = 0;
    for (int i = 0; i < alb->node_count; i++)
        if (asked < alb->nodes[i].dns_out_at || asked >= alb->nodes[i].dns_in_at)
            in_record[count++] = i;
    if (count == 0) /* every zone is gone: all addresses are returned. [ALB-UG] Target group health */
        return (int)draw_below(bits, (uint32_t)alb->node_count);
    return in_record[draw_below(bits, (uint32_t)count)];
}
