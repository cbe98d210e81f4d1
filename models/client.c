/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client -- browsers: they arrive, wait as long as their patience lasts, reload, leave.
 *
 *   arrival --> attempt --answer in time--> done
 *                  |--- failure or patience over --reload--> attempt
 *                  \--------------------------------leave--> done (failed)
 *
 * An arrival is the instant at which a request would reach the balancer. The delays on the way there and back (viewer to
 * edge, edge to region, WAF, balancer) hold nobody up, so they are drawn once and added at the answer: a Poisson stream
 * displaced by independent delays stays Poisson. A client that leaves does not free the server.
 */
#include "models/client.h"
#include "models/names.h"

static const sim_time SHORTEST_WAY = SIM_MILLISECOND;

/* ---- what customers draw ---- */

/* One block, four words: viewer, region, WAF, balancer. */
static sim_time path_delay(const struct world *w, const struct population_state *p, struct draw_block path,
                           bool connects)
{
    const sim_time rtt = sampler_draw(&p->rtt, path.a);
    /* A new connection costs two more round trips: TCP and TLS 1.3. AWS behaviour, sec. 2.3. */
    sim_time delay = connects ? 3 * rtt : rtt;
    if (w->cloudfront)
        delay += sampler_draw(&w->origin_rtt, path.a << 32);
    if (w->waf)
        delay += sampler_draw(&w->waf_time, path.b);
    return delay + sampler_draw(&w->fronts[w->front].latency, path.b << 32);
}

/* Sessions know when a connection is needed; of other clients' requests one in so many opens one. */
static bool opens_connection(const struct population_state *p, struct draw_block client)
{
    return unit_of_32(client.a) * p->config->requests_per_connection < 1.0;
}

/* Of the block "client": the operation, the patience. */
static struct customer customer_of(const struct world *w, const struct population_state *p, struct draw_block client,
                                   struct draw_block path, struct draw_block node, bool connects)
{
    const double u = unit_of_32(client.a >> 32);
    int m = 0;
    while (m < p->mix_count - 1 && u >= p->mix_limit[m])
        m++;
    return (struct customer){ .operation = p->mix_operation[m],
                              .connects = connects,
                              .patience = sampler_draw(&p->patience, client.b),
                              .path = path_delay(w, p, path, connects),
                              .node = node };
}

static uint64_t subject(const struct world *w, const struct population_state *p, uint64_t ordinal)
{
    return (uint64_t)(p - w->populations) << 56 | ordinal;
}

/* The next DRAW_ROW customers. None of this depends on what happens until they come. */
static void customers_draw(struct world *w, struct population_state *p)
{
    struct draw_block client[DRAW_ROW], path[DRAW_ROW], node[DRAW_ROW];
    const uint64_t first = subject(w, p, p->ordinal);
    draw_row(w->key, first, p->place_client, 0, client);
    draw_row(w->key, first, p->place_path, 0, path);
    draw_row(w->key, first, PLACE_NODE, 0, node);
    for (uint32_t i = 0; i < DRAW_ROW; i++) {
        p->row[i] = customer_of(w, p, client[i], path[i], node[i], p->sessions || opens_connection(p, client[i]));
        p->row[i].at = arrivals_next(&p->arrivals);
    }
}

static void next_customer(struct world *w, struct population_state *p)
{
    if (p->ordinal % DRAW_ROW == 0)
        customers_draw(w, p);
    p->next = p->row[p->ordinal % DRAW_ROW].at;
}

/* ---- setting up ---- */

static bool operation_writes(const struct operation_config *operation)
{
    for (int i = 0; i < operation->step_count; i++)
        if (operation->steps[i].variant == STEP_WRITE)
            return true;
    return false;
}

static void population_meters(struct world *w, struct population_state *p)
{
    const struct population *config = p->config;
    p->geo = ARENA_ARRAY(w->arena, struct geo_meters, config->from_count);
    for (int g = 0; g < config->from_count && w->cloudfront; g++) {
        struct usage_key key = { .service = "AmazonCloudFront",
                                 .usage_type = "Requests-HTTPS",
                                 .resource = w->cloudfront_component->name,
                                 .operation = arena_printf(w->arena, "edge=%s", config->from[g].name),
                                 .region = "Global",
                                 .zone = "",
                                 .to_zone = "",
                                 .tier = "edge",
                                 .unit = USAGE_COUNT };
        p->geo[g].requests = meter_get(&w->meters, key);
        key.usage_type = "DataTransfer-Out-Bytes";
        key.unit = USAGE_BYTES;
        p->geo[g].bytes = meter_get(&w->meters, key);
        key.usage_type = "DataTransfer-Out-OBytes";
        p->geo[g].uploads = meter_get(&w->meters, key);
    }
    if (w->cloudfront)
        p->origin_bytes = meter_get(&w->meters, usage_key_of(w->cloudfront_component, "AmazonCloudFront",
                                                             "Origin-DataTransfer", "", USAGE_BYTES));
    if (!w->cloudfront) {
        p->egress = ARENA_ARRAY(w->arena, struct meter *, w->alb_count);
        for (int a = 0; a < w->alb_count; a++)
            if (w->fronts[a].open)
                p->egress[a] = meter_get(&w->meters, usage_key_of(w->sc->by_kind[KIND_ALB][a], "AWSDataTransfer",
                                                                  "DataTransfer-Out-Bytes", "", USAGE_BYTES));
    }
}

static void arrivals_of(struct world *w, struct population_state *p, const struct rate_curve *curve)
{
    const struct population *config = p->config;
    const uint32_t place = draw_place(arena_printf(w->arena, "%s/arrivals", config->name));
    if (curve->bins) /* the loader does not let batches through */
        arrivals_init_exact(&p->arrivals, curve->bins, curve->bin_count, w->key, place);
    else
        arrivals_init(&p->arrivals, w->arena, curve->knots, curve->count, w->key, place);
    if (config->rate.burst.present)
        arrivals_set_bursts(&p->arrivals, scenario_bursts(config),
                            draw_place(arena_printf(w->arena, "%s/bursts", config->name)));
    if (config->rate.batch.present)
        arrivals_set_batches(&p->arrivals, config->rate.batch.law,
                             draw_place(arena_printf(w->arena, "%s/batches", config->name)));
}

/* The balancer closes what is idle for too long; CloudFront is more patient than browsers. */
static sim_time visit_keep_alive(const struct world *w, const struct population *config)
{
    const sim_time idle_timeout = w->albs[w->front].config->idle_timeout;
    return w->cloudfront || config->keep_alive < idle_timeout ? config->keep_alive : idle_timeout;
}

/* What a client asks for when it arrives: an operation of the mix, or the first one of a session. */
static void init_mix(struct world *w, struct population_state *p)
{
    const struct population *config = p->config;
    const struct mix_entry *mix = p->sessions ? config->sessions.enter : config->mix;
    p->mix_count = p->sessions ? config->sessions.enter_count : config->mix_count;
    p->mix_limit = ARENA_ARRAY(w->arena, double, p->mix_count);
    p->mix_operation = ARENA_ARRAY(w->arena, int, p->mix_count);
    double sum = 0;
    for (int m = 0; m < p->mix_count; m++) {
        sum += mix[m].share;
        p->mix_limit[m] = sum;
        p->mix_operation[m] = scenario_operation_index(w->sc, mix[m].operation);
    }
}

/* SDKs begin with full quotas. */
static void quotas_init(struct world *w, struct population_state *p)
{
    const struct retry_config *retry = &p->config->client.retry;
    p->place_retry = draw_place(arena_printf(w->arena, "%s/retry", p->config->name));
    if (p->config->client.kind == CLIENT_BROWSER || retry->tokens == 0)
        return;
    p->quotas = ARENA_ARRAY(w->arena, struct bucket, retry->clients);
    for (int64_t c = 0; c < retry->clients; c++)
        bucket_init(&p->quotas[c], (uint64_t)retry->tokens, 0, SIM_SECOND, (uint64_t)retry->tokens, w->now);
}

void clients_columns(struct world *w)
{
    const struct scenario *sc = w->sc;
    w->populations = ARENA_ARRAY(w->arena, struct population_state, sc->population_count);
    for (int i = 0; i < sc->population_count; i++) {
        w->populations[i].config = &sc->populations[i];
        if (sc->populations[i].sessions.present)
            session_flow_init(w, &w->populations[i]);
    }
}

void clients_init(struct world *w, int day_type)
{
    const struct scenario *sc = w->sc;
    const int operations = scenario_operation_count(sc);
    for (int i = 0; i < sc->population_count; i++) {
        const struct population *config = &sc->populations[i];
        struct population_state *p = &w->populations[i];
        sampler_init(&p->rtt, &config->rtt, w->arena);
        sampler_init(&p->patience, &config->client.patience, w->arena);
        p->place_client = draw_place(arena_printf(w->arena, "%s/client", config->name));
        p->place_path = draw_place(arena_printf(w->arena, "%s/path", config->name));
        p->place_static = draw_place(arena_printf(w->arena, "%s/static", config->name));
        init_mix(w, p);
        p->uploads = ARENA_ARRAY(w->arena, bool, operations);
        p->response = ARENA_ARRAY(w->arena, int64_t, operations);
        for (int o = 0; o < operations; o++) {
            const struct operation_config *operation = scenario_operation(sc, o);
            p->uploads[o] = operation_writes(operation);
            p->response[o] = operation->response ? operation->response : config->response;
        }
        if (config->page.present && w->cloudfront)
            objects_init(w, p);
        population_meters(w, p);
        quotas_init(w, p);
        p->visits.keep_alive = visit_keep_alive(w, config);
        const struct rate_curve day = scenario_rate(sc, config, day_type, w->arena);
        struct rate_curve curve = rate_curve_part(&day, w->plan.part, w->arena);
        fault_surges(w, config, &curve);
        arrivals_of(w, p, &curve);
        p->row = ARENA_ARRAY(w->arena, struct customer, DRAW_ROW);
        next_customer(w, p);
    }
}

void clients_start(struct world *w)
{
    for (int i = 0; i < w->sc->population_count; i++)
        w->populations[i].retries = w->populations[i].retries_denied = 0;
}

int clients_flows(const struct world *w, struct flow_result *flows)
{
    int count = 0;
    for (int i = 0; i < w->sc->population_count; i++) {
        const struct population_state *p = &w->populations[i];
        if (p->config->client.kind == CLIENT_BROWSER)
            continue;
        flows[count++] = (struct flow_result){ p->config->name, "retries", p->retries };
        flows[count++] = (struct flow_result){ p->config->name, "retries without tokens", p->retries_denied };
    }
    return count;
}

sim_time clients_next_arrival(const struct world *w, int *population)
{
    sim_time earliest = SIM_NEVER;
    for (int i = 0; i < w->sc->population_count; i++)
        if (w->populations[i].next < earliest) {
            earliest = w->populations[i].next;
            *population = i;
        }
    return earliest;
}

/* ---- one operation ---- */

static void finish(struct world *w, struct frame *f, enum outcome outcome, sim_time ended)
{
    const sim_time latency = ended - f->begun;
    recorder_ended(&w->recorder, f->operation, outcome, f->begun, latency, f->flags & FLAG_COUNTED);
    fingerprint_add(&w->fingerprint, f->ordinal << 8 | (uint64_t)outcome, f->begun, (uint64_t)latency);
    if (outcome == OUTCOME_OK && w->now >= w->start) {
        struct population_state *p = &w->populations[f->population];
        if (p->config->page.present && p->config->page.on_index == f->operation)
            p->pages++;
    }
    if (f->session)
        session_answered(w, f->session, outcome, ended);
}

/* Whoever stands in front of the target answers 504 when it has heard nothing for so long: the CDN or the balancer. */
static sim_time answer_limit(const struct world *w, const struct frame *f)
{
    const sim_time idle = w->albs[f->alb].config->idle_timeout;
    return w->cloudfront && w->cloudfront->response_timeout < idle ? w->cloudfront->response_timeout : idle;
}

void arm_patience(struct world *w, struct frame *f)
{
    const uint32_t slot = frame_slot(w, f);
    if (timer_ring_arm(&w->patience, &w->frames[0].patience_link, sizeof(struct frame), slot, f->deadline))
        arm_sweep(w);
    else
        event_set_push(w->events, event_make(f->deadline, EVENT_TIMEOUT, EV_PATIENCE, 0, (uint32_t)f->ordinal, slot));
}

/* To the balancer that its name leads to, which may be nearer than the first. */
static void follow_name(struct world *w, struct frame *f, const struct customer *customer)
{
    sim_time farther = 0;
    f->alb = (uint16_t)names_balancer(w, f, customer->connects, &farther);
    f->path += farther;
    if (f->path < SHORTEST_WAY)
        f->path = SHORTEST_WAY;
}

static void attempt(struct world *w, struct frame *f, const struct customer *customer)
{
    struct population_state *p = &w->populations[f->population];
    f->path = customer->path;
    f->tries = 0;
    f->flags &= FLAG_COUNTED;
    f->alb = (uint16_t)w->front;
    if (UNLIKELY(w->names != NULL))
        follow_name(w, f, customer);
    const sim_time limit = answer_limit(w, f);
    f->deadline = w->now + (customer->patience < limit ? customer->patience : limit);
    if (w->now >= w->start) {
        w->recorder.operations[f->operation].attempts++;
        p->hour_requests++;
        p->visits.opened += customer->connects;
        if (p->uploads[f->operation])
            p->hour_uploads += p->config->request;
    }
    arm_patience(w, f);
    request_begin(w, f, customer->node);
}

struct customer client_draw(const struct world *w, const struct population_state *p, uint64_t ordinal, bool connects)
{
    return customer_of(w, p, draw_at(w->key, ordinal, p->place_client, 0), draw_at(w->key, ordinal, p->place_path, 0),
                       draw_at(w->key, ordinal, PLACE_NODE, 0), connects);
}

void client_begin(struct world *w, struct population_state *p, uint64_t ordinal, uint32_t session,
                  const struct customer *customer)
{
    const bool counted = w->now >= w->start;
    if (counted)
        recorder_begun(&w->recorder, customer->operation, w->now);
    const uint32_t slot = frame_new(w);
    if (slot == SLOT_NONE) { /* the bound on requests in flight: refused at the door */
        recorder_ended(&w->recorder, customer->operation, OUTCOME_HTTP_503, w->now, 0, counted);
        if (session)
            session_answered(w, session, OUTCOME_HTTP_503, w->now);
        return;
    }
    struct frame *f = frame_at(w, slot);
    f->kind = FRAME_OPERATION;
    f->begun = w->now;
    f->ordinal = ordinal;
    f->operation = (uint16_t)customer->operation;
    f->population = (uint8_t)(p - w->populations);
    f->session = session;
    f->flags = counted ? FLAG_COUNTED : 0;
    attempt(w, f, customer);
}

void client_arrive(struct world *w, int number)
{
    struct population_state *p = &w->populations[number];
    const struct customer *customer = &p->row[p->ordinal % DRAW_ROW];
    if (p->sessions)
        session_begin(w, p, subject(w, p, p->ordinal), customer);
    else
        client_begin(w, p, subject(w, p, p->ordinal), 0, customer);
    p->ordinal++;
    next_customer(w, p);
}

void client_attempt(struct world *w, struct frame *f)
{
    const struct population_state *p = &w->populations[f->population];
    const struct draw_block client = draw_at(w->key, f->ordinal, p->place_client, f->attempt);
    const struct draw_block path = draw_at(w->key, f->ordinal, p->place_path, f->attempt);
    f->tries = 0;
    const bool connects = !f->session && opens_connection(p, client);
    const struct customer customer = customer_of(w, p, client, path, request_node_draw(w, f), connects);
    attempt(w, f, &customer);
}

static void disarm_patience(struct world *w, struct frame *f)
{
    if (f->patience_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->patience, &w->frames[0].patience_link, sizeof(struct frame), frame_slot(w, f),
                          f->deadline);
}

/* ---- programs: mobile apps and SDKs ---- */

static struct bucket *quota_of(const struct population_state *p, const struct frame *f)
{
    return &p->quotas[fingerprint_mix(f->ordinal) % (uint64_t)p->config->client.retry.clients];
}

/* A success gives back what the last retry took, or one token. */
static void refund(struct world *w, const struct population_state *p, const struct frame *f)
{
    bucket_give(quota_of(p, f), w->now, f->attempt > 0 ? f->receives : 1);
}

static bool may_retry(struct world *w, struct population_state *p, struct frame *f, enum outcome outcome)
{
    const struct retry_config *retry = &p->config->client.retry;
    if (f->attempt + 1 >= retry->attempts)
        return false;
    f->receives = p->quotas ? (uint32_t)retry_cost(retry, outcome) : 0;
    const bool pays = !p->quotas || bucket_take(quota_of(p, f), w->now, f->receives);
    if (w->now >= w->start && pays)
        p->retries++;
    if (w->now >= w->start && !pays)
        p->retries_denied++;
    return pays;
}

static bool retries(struct world *w, struct frame *f, enum outcome outcome, sim_time when)
{
    struct population_state *p = &w->populations[f->population];
    if (!may_retry(w, p, f, outcome))
        return false;
    f->attempt++;
    frame_delay(w, f,
                when - w->now +
                    retry_pause(&p->config->client.retry, outcome, f->attempt, w->key, f->ordinal, p->place_retry));
    f->state = AT_CLIENT;
    return true;
}

/* Failed at `when`: reloads or leaves. `f` is free of the server; it becomes the next attempt or is freed. */
static void reload_or_leave(struct world *w, struct frame *f, enum outcome outcome, sim_time when)
{
    const struct population *config = w->populations[f->population].config;
    const struct draw_block will = draw_at(w->key, f->ordinal, w->populations[f->population].place_client,
                                           0x8000u + f->attempt);
    if (config->client.kind != CLIENT_BROWSER) {
        if (retries(w, f, outcome, when))
            return;
    } else if (f->attempt < config->client.reloads && draw_unit(will.a) < config->client.reload) {
        f->attempt++;
        frame_delay(w, f, when - w->now + dist_sample(&config->client.reload_after, draw_unit(will.b)));
        f->state = AT_CLIENT;
        return;
    }
    finish(w, f, outcome, when);
    frame_free(w, frame_slot(w, f));
}

bool client_waits_on(struct world *w, struct frame *f, uint16_t alb)
{
    const struct population_state *p = &w->populations[f->population];
    const sim_time patience = sampler_draw(&p->patience, draw_at(w->key, f->ordinal, p->place_client, f->attempt).b);
    const sim_time first = answer_limit(w, f), began = f->deadline - (patience < first ? patience : first);
    if (began + patience <= w->now)
        return false;
    disarm_patience(w, f);
    f->alb = alb;
    const sim_time limit = w->now + answer_limit(w, f);
    f->deadline = began + patience < limit ? began + patience : limit;
    arm_patience(w, f);
    return true;
}

void client_answered(struct world *w, struct frame *f, enum outcome outcome)
{
    struct population_state *p = &w->populations[f->population];
    if (LIKELY(outcome != OUTCOME_UNREACHABLE)) {
        struct front *front = &w->fronts[f->alb];
        front->bytes += p->config->request + (outcome == OUTCOME_OK ? p->response[f->operation] : 0);
        front->requests++;
        if (UNLIKELY(w->replicas != NULL)) {
            front->answered++;
            front->failed += outcome >= OUTCOME_HTTP_500 && outcome <= OUTCOME_HTTP_504;
        }
    }
    if (UNLIKELY(outcome != OUTCOME_OK) && w->reads_only && request_fails_over(w, f, outcome))
        return;
    if (f->flags & FLAG_ABANDONED) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    const sim_time there = w->now + f->path;
    if (there > f->deadline) { /* a completion at the deadline is in time */
        f->state = AT_LATE_ANSWER;
        return;
    }
    disarm_patience(w, f);
    if (w->now >= w->start) {
        p->hour_bytes += p->response[f->operation];
        meter_add(&w->meters, p->egress ? p->egress[f->alb] : p->origin_bytes, p->response[f->operation]);
    }
    if (outcome != OUTCOME_OK) {
        reload_or_leave(w, f, outcome, there);
        return;
    }
    if (UNLIKELY(p->quotas != NULL))
        refund(w, p, f);
    finish(w, f, OUTCOME_OK, there);
    frame_free(w, frame_slot(w, f));
}

void client_patience_over(struct world *w, struct frame *f)
{
    enum outcome outcome = OUTCOME_GAVE_UP;
    if (f->state == AT_EDGE)
        outcome = OUTCOME_UNREACHABLE;
    else if (w->now - f->entered >= answer_limit(w, f))
        outcome = OUTCOME_HTTP_504;
    if (f->state == AT_LATE_ANSWER || f->state == AT_EDGE) { /* nothing of ours is held */
        reload_or_leave(w, f, outcome, w->now);
        return;
    }
    f->flags |= FLAG_ABANDONED;
    const uint32_t slot = frame_new(w);
    if (slot == SLOT_NONE) {
        finish(w, f, outcome, w->now);
        return;
    }
    struct frame *client = frame_at(w, slot);
    client->kind = FRAME_OPERATION;
    client->begun = f->begun;
    client->ordinal = f->ordinal;
    client->operation = f->operation;
    client->population = f->population;
    client->session = f->session;
    client->attempt = f->attempt;
    client->receives = f->receives;
    client->alb = f->alb;
    client->flags = f->flags & FLAG_COUNTED;
    reload_or_leave(w, client, outcome, w->now);
}
