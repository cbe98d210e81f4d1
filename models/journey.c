/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/journey.h"

#include <stdio.h>

#include "models/elasticache.h"
#include "models/rds.h"
#include "models/sqs.h"
#include "sim/base/check.h"
#include "sim/base/text.h"
#include "sim/draw.h"

struct compiler {
    struct arena *arena;
    const struct scenario *sc;
    struct journey_code *code;
    struct service_code *service;
    const struct operation_config *operation;
    uint64_t *seen; /* hashes of the names of the operation's steps so far */
    int seen_count;
};

/* Draws of a step belong to its name within the operation and to how many of that name came before it, so that another
 * step in between shifts nobody. */
static uint32_t place_of(struct compiler *c, const char *kind, const char *target)
{
    char stem[256], name[280];
    snprintf(stem, sizeof stem, "%s.%s/%s %s", c->service->config->name, c->operation->name, kind, target);
    const uint64_t hash = text_hash(stem);
    int same = 1;
    for (int i = 0; i < c->seen_count; i++)
        same += c->seen[i] == hash;
    c->seen = arena_grow(c->arena, c->seen, (size_t)c->seen_count, (size_t)c->seen_count + 1, sizeof *c->seen);
    c->seen[c->seen_count++] = hash;
    snprintf(name, sizeof name, "%s#%d", stem, same);
    return draw_place(name);
}

static struct step *emit(struct compiler *c, enum step_code code, const char *kind, const char *target)
{
    struct journey_code *out = c->code;
    if (out->step_count == out->capacity) {
        const uint32_t wider = out->capacity ? 2 * out->capacity : 64;
        out->steps = arena_grow(c->arena, out->steps, out->step_count, wider, sizeof *out->steps);
        out->capacity = wider;
    }
    const uint32_t place = place_of(c, kind, target);
    struct step *step = &out->steps[out->step_count++];
    *step = (struct step){ .code = code, .place = place };
    return step;
}

/* A step that leads to a component; of its number among its kind. */
static struct step *emit_to(struct compiler *c, enum step_code code, const char *kind, const struct component *target)
{
    struct step *step = emit(c, code, kind, target->local);
    step->target = (uint16_t)target->index;
    step->remote = target->region != c->service->region;
    return step;
}

/* What a reference means in the region of the service. */
static const struct component *target_of(const struct compiler *c, const struct ref *ref)
{
    return scenario_seen_from(c->sc, ref->target, c->service->region);
}

static uint16_t pool_of(struct compiler *c, const struct component *database, bool write)
{
    const bool readers = !write && ((const struct rds_config *)database->config)->read_replicas > 0;
    struct service_code *s = c->service;
    for (int i = 0; i < s->pool_count; i++)
        if (s->pools[i].database == database && s->pools[i].readers == readers)
            return (uint16_t)i;
    s->pools = arena_grow(c->arena, s->pools, (size_t)s->pool_count, (size_t)s->pool_count + 1, sizeof *s->pools);
    s->pools[s->pool_count] = (struct pool_rule){ .database = database, .readers = readers, .size = POOL_DEFAULT };
    for (int i = 0; i < s->config->pool_count; i++)
        if (s->config->pools[i].database == database->home)
            s->pools[s->pool_count].size = s->config->pools[i].size;
    return (uint16_t)s->pool_count++;
}

static int external_of(struct compiler *c, const struct operation_config *operation)
{
    struct journey_code *code = c->code;
    for (int i = 0; i < code->external_count; i++)
        if (code->externals[i].operation == operation)
            return i;
    code->externals = arena_grow(c->arena, code->externals, (size_t)code->external_count,
                                 (size_t)code->external_count + 1, sizeof *code->externals);
    CHECK(operation->step_count == 1 && operation->steps[0].variant == STEP_WAIT, "an external operation is one wait");
    const struct step_wait *wait = operation->steps[0].config;
    code->externals[code->external_count] = (struct external_rule){ .operation = operation, .time = &wait->time };
    return code->external_count++;
}

static void compile_steps(struct compiler *c, const struct tagged *steps, int count);

static void compile_get(struct compiler *c, const struct step_get *get)
{
    const struct component *cache = target_of(c, &get->from);
    const struct elasticache_config *config = cache->config;
    struct step *step = emit_to(c, CODE_GET, "get", cache);
    sampler_init(&step->time, get->time.text ? &get->time : &config->command, c->arena);
    step->hit_ratio = get->hit_ratio_set ? get->hit_ratio : config->hit_ratio;
    step->request = 100; /* a command and its key: median key 36 B, performance defaults sec. 4.3, plus protocol */
    step->response = get->value;
    const uint32_t number = c->code->step_count - 1;
    compile_steps(c, get->miss, get->miss_count);
    if (get->fill) {
        struct step *fill = emit_to(c, CODE_FILL, "fill", cache);
        fill->time = c->code->steps[number].time;
        fill->request = get->value + 100;
        fill->response = 10;
    }
    c->code->steps[number].jump = c->code->step_count;
    c->code->steps[number].fills = get->fill;
}

static struct step *emit_query(struct compiler *c, const struct step_query *query, bool write,
                               const struct component *database)
{
    struct step *step = emit_to(c, CODE_QUERY, write ? "write" : "read", database);
    step->write = write;
    step->pool = pool_of(c, database, write);
    sampler_init(&step->time, &query->time, c->arena);
    step->timeout = query->timeout;
    step->request = query->request;
    step->response = query->response;
    return step;
}

/* Of two databases that follow each other, who leads takes the writes: the same step to either, with the same draws. */
static void compile_query(struct compiler *c, const struct step_query *query, bool write)
{
    const struct component *database = target_of(c, &query->database);
    const struct component *partner = write ? rds_partner(c->sc, database) : NULL;
    if (!partner) {
        emit_query(c, query, write, database);
        return;
    }
    emit_to(c, CODE_WRITER, "writer", database);
    const uint32_t number = c->code->step_count - 1;
    struct step *step = emit_query(c, query, write, database);
    step->followed = true;
    const uint32_t place = step->place;
    emit(c, CODE_JUMP, "jump", "");
    c->code->steps[number].jump = c->code->step_count;
    c->seen_count -= 2; /* of the query and the jump: the other query is not a second one */
    step = emit_query(c, query, write, partner);
    step->followed = true;
    step->place = place;
    c->code->steps[c->code->step_count - 2].jump = c->code->step_count;
}

static int callee_of(struct compiler *c, int service)
{
    struct service_code *s = c->service;
    for (int i = 0; i < s->callee_count; i++)
        if (s->callees[i] == service)
            return i;
    s->callees = arena_grow(c->arena, s->callees, (size_t)s->callee_count, (size_t)s->callee_count + 1,
                            sizeof *s->callees);
    s->callees[s->callee_count] = service;
    return s->callee_count++;
}

/* The edge of these calls, made by the first of them. The loader has seen to it that their rules are the same. */
static uint16_t edge_of(struct compiler *c, const struct operation_config *to)
{
    struct journey_code *code = c->code;
    struct service_code *s = c->service;
    for (int i = 0; i < s->edge_count; i++)
        if (code->edges[s->edges[i]].to == to)
            return s->edges[i];
    s->edges = arena_grow(c->arena, s->edges, (size_t)s->edge_count, (size_t)s->edge_count + 1, sizeof *s->edges);
    const int external = to->service->external ? external_of(c, to) : EDGE_OF_OURS;
    const int callee = external == EDGE_OF_OURS ? callee_of(c, to->service->index) : -1;
    for (int e = 0; e < code->edge_count; e++) /* in another region it has the same steps, and the same numbers */
        if (code->edges[e].from == s->config && code->edges[e].to == to) {
            s->edges[s->edge_count++] = (uint16_t)e;
            return (uint16_t)e;
        }
    code->edges = arena_grow(c->arena, code->edges, (size_t)code->edge_count, (size_t)code->edge_count + 1,
                             sizeof *code->edges);
    code->edges[code->edge_count] = (struct edge_rule){
        .from = s->config, .to = to, .local = s->edge_count, .external = external, .callee = callee
    };
    s->edges[s->edge_count++] = (uint16_t)code->edge_count;
    return (uint16_t)code->edge_count++;
}

static void compile_call(struct compiler *c, const struct step_call *call)
{
    const struct operation_config *operation = call->operation.target;
    const bool external = operation->service->external;
    const char *name = external ? operation->name
                                : arena_printf(c->arena, "%s.%s", operation->service->name, operation->name);
    struct step *step = emit(c, CODE_CALL, "call", name);
    step->edge = edge_of(c, operation);
    step->call = call;
    step->timeout = call->timeout;
    step->request = call->request;
    step->response = call->response;
    struct edge_rule *edge = &c->code->edges[step->edge];
    if (external)
        sampler_init(&step->time, c->code->externals[edge->external].time, c->arena);
    else
        c->code->has_frames_in_frames = true;
    edge->async |= call->async;
    edge->breaker = call->breaker.present ? &call->breaker : edge->breaker;
    edge->budget = call->budget.present ? &call->budget : edge->budget;
    edge->limit = call->limit.present ? &call->limit : edge->limit;
}

static void compile_parallel(struct compiler *c, const struct step_parallel *parallel)
{
    const uint32_t number = c->code->step_count;
    uint32_t *branches = ARENA_ARRAY(c->arena, uint32_t, parallel->branch_count);
    emit(c, CODE_PARALLEL, "parallel", "");
    for (int b = 0; b < parallel->branch_count; b++) {
        branches[b] = c->code->step_count;
        compile_steps(c, &parallel->branches[b], 1);
        emit(c, CODE_END, "end", "");
    }
    struct step *step = &c->code->steps[number];
    step->branches = branches;
    step->branch_count = (uint16_t)parallel->branch_count;
    step->failure = (uint8_t)parallel->failure;
    step->jump = c->code->step_count;
    c->code->has_frames_in_frames = true;
}

static void compile_steps(struct compiler *c, const struct tagged *steps, int count)
{
    for (int i = 0; i < count; i++) {
        const void *config = steps[i].config;
        switch ((enum step_variant)steps[i].variant) {
        case STEP_CPU:
            sampler_init(&emit(c, CODE_CPU, "cpu", "")->time, &((const struct step_cpu *)config)->time, c->arena);
            break;
        case STEP_WAIT:
            sampler_init(&emit(c, CODE_WAIT, "wait", "")->time, &((const struct step_wait *)config)->time, c->arena);
            break;
        case STEP_GET: compile_get(c, config); break;
        case STEP_READ: compile_query(c, config, false); break;
        case STEP_WRITE: compile_query(c, config, true); break;
        case STEP_CALL: compile_call(c, config); break;
        case STEP_PARALLEL: compile_parallel(c, config); break;
        case STEP_SERIES: {
            const struct step_series *series = config;
            compile_steps(c, series->steps, series->step_count);
            break;
        }
        case STEP_VARIANTS: CHECK(false, "a step of no kind");
        case STEP_SEND: {
            const struct step_send *send = config;
            struct step *step = emit_to(c, CODE_SEND, "send", target_of(c, &send->to));
            sampler_init(&step->time, &send->time, c->arena);
            step->request = send->bytes;
            break;
        }
        }
    }
}

static void compile_operation(struct compiler *c)
{
    const struct ref *consumes = &c->service->config->consumes;
    if (consumes->target) {
        const struct component *queue = target_of(c, consumes);
        sampler_init(&emit(c, CODE_RECEIVE, "receive", queue->local)->time,
                     &((const struct sqs_config *)queue->config)->receive, c->arena);
    }
    compile_steps(c, c->operation->steps, c->operation->step_count);
    emit(c, CODE_ANSWER, "answer", "")->response = c->operation->response;
}

static void compile_service(const struct scenario *sc, struct journey_code *code, struct service_code *service,
                            struct arena *arena)
{
    const struct service_config *config = service->config;
    service->first_step = ARENA_ARRAY(arena, uint32_t, config->operation_count);
    if (config->external || !scenario_lives_in(sc, config, service->region))
        return;
    for (int o = 0; o < config->operation_count; o++) {
        struct compiler c = {
            .arena = arena, .sc = sc, .code = code, .service = service, .operation = &config->operations[o]
        };
        service->first_step[o] = code->step_count;
        compile_operation(&c);
    }
}

const struct journey_code *journey_compile(const struct scenario *sc, struct arena *arena)
{
    struct journey_code *code = ARENA_NEW(arena, struct journey_code);
    code->service_count = sc->service_count;
    code->services = ARENA_ARRAY(arena, struct service_code, sc->region_count * sc->service_count);
    for (int r = 0; r < sc->region_count; r++)
        for (int s = 0; s < sc->service_count; s++) {
            struct service_code *service = &code->services[r * sc->service_count + s];
            *service = (struct service_code){ .config = &sc->services[s], .region = &sc->regions[r] };
            compile_service(sc, code, service, arena);
        }
    return code;
}
