/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session -- a client that comes for several operations: asks, reads, thinks, asks again, leaves.
 *
 *   arrival --> ASKS --answered--> THINKS --> ASKS ...
 *                 |                  \
 *                 \--failed, not tried again; no way on; long enough--> LEAVES --> (gone)
 *
 * Sessions arrive whatever the system does, but inside one the next operation waits for the answer to the last: a system
 * that becomes slow is asked for less, and has more sessions under way. Where a session goes and how long it thinks are draws of (session, operation
 * number), so variants meet the same customers, and those whose answers are the same take the same way.
 *
 * A session is 24 bytes in a pool, beside the frame of the operation under way or the event that ends its pause. Pauses
 * are no class of timeouts: they are of any length, and every one of them ends.
 */
#include "models/client.h"
#include "models/navigation.h"
#include "sim/base/check.h"

/* More are refused: their first operation fails. */
enum { CHUNK_BITS = 12, SESSIONS_MAX = 1 << 21 };

/* The subject of its draws: population:8 | number of the operation:16 | arrival:40. */
enum { OPERATION_SHIFT = 40, OPERATIONS_MAX = 0xffff };

enum session_state { SESSION_FREE, SESSION_ASKS, SESSION_THINKS, SESSION_LEAVES };

struct session {
    uint64_t ordinal; /* of the operation under way, or of the last one */
    sim_time begun;
    uint32_t left; /* operations that may follow; of a free one: the next free */
    uint16_t row;  /* of the navigation */
    uint8_t state;
    bool connects; /* after the pause: its connection will have been closed */
};
_Static_assert(sizeof(struct session) == 24, "a session is three words");

struct session_pool {
    struct session *chunks[SESSIONS_MAX >> CHUNK_BITS];
    uint32_t used, free; /* number 0 is nobody's */
};

static struct session *session_at(const struct world *w, uint32_t number)
{
    return &w->sessions->chunks[number >> CHUNK_BITS][number & ((1u << CHUNK_BITS) - 1)];
}

/* 0 when the bound is reached. */
static uint32_t session_new(struct world *w)
{
    struct session_pool *pool = w->sessions;
    uint32_t number = pool->free;
    if (number) {
        pool->free = session_at(w, number)->left;
        return number;
    }
    number = pool->used + 1;
    if (number >= SESSIONS_MAX)
        return 0;
    struct session **chunk = &pool->chunks[number >> CHUNK_BITS];
    if (!*chunk)
        *chunk = ARENA_ARRAY(w->arena, struct session, 1 << CHUNK_BITS);
    pool->used = number;
    return number;
}

static int population_of(const struct session *s)
{
    return (int)(s->ordinal >> 56);
}

/* ---- setting up ---- */

static struct ways ways_of(struct world *w, const struct sessions_config *config, const struct mix_entry *to, int count)
{
    struct ways ways = { .limit = ARENA_ARRAY(w->arena, double, count), .row = ARENA_ARRAY(w->arena, uint16_t, count) };
    double sum = 0.0, total = 0.0;
    for (int m = 0; m < count; m++)
        total += to[m].share;
    bool leaves = false;
    for (int m = 0; m < count; m++) {
        if (!to[m].operation) { /* the way out is what the others leave */
            leaves = leaves || to[m].share > 0.0;
            continue;
        }
        sum += to[m].share / total;
        ways.limit[ways.count] = sum;
        ways.row[ways.count++] = (uint16_t)navigation_row(config, to[m].operation);
    }
    if (!leaves && ways.count > 0)
        ways.limit[ways.count - 1] = 1.0;
    return ways;
}

void session_flow_init(struct world *w, struct population_state *p)
{
    const struct sessions_config *config = &p->config->sessions;
    struct session_flow *flow = ARENA_NEW(w->arena, struct session_flow);
    flow->next = ARENA_ARRAY(w->arena, struct ways, config->next_count);
    flow->operation = ARENA_ARRAY(w->arena, int, config->next_count);
    for (int i = 0; i < config->next_count; i++) {
        flow->next[i] = ways_of(w, config, config->next[i].to, config->next[i].to_count);
        flow->operation[i] = scenario_operation_index(w->sc, config->next[i].operation);
    }
    sampler_init(&flow->think, &config->think, w->arena);
    flow->place_navigation = draw_place(arena_printf(w->arena, "%s/navigation", p->config->name));
    flow->place_length = draw_place(arena_printf(w->arena, "%s/length", p->config->name));
    flow->column = recorder_column(&w->recorder, p->config->name, "sessions", "sessions", SERIES_OTHER);
    p->sessions = flow;
    if (!w->sessions)
        w->sessions = ARENA_NEW(w->arena, struct session_pool);
}

/* ---- the life of a session ---- */

/* -1: leaves. */
static int choose(const struct ways *ways, double u)
{
    for (int m = 0; m < ways->count; m++)
        if (u < ways->limit[m])
            return ways->row[m];
    return -1;
}

static int row_of(const struct session_flow *flow, int operation)
{
    int row = 0;
    while (flow->operation[row] != operation)
        row++;
    return row;
}

static void refuse(struct world *w, struct session_flow *flow, int operation)
{
    const bool counted = w->now >= w->start;
    flow->ended++;
    if (counted)
        recorder_begun(&w->recorder, operation, w->now);
    recorder_ended(&w->recorder, operation, OUTCOME_HTTP_503, w->now, 0, counted);
}

void session_begin(struct world *w, struct population_state *p, uint64_t ordinal, const struct customer *customer)
{
    struct session_flow *flow = p->sessions;
    CHECK(p->ordinal < UINT64_C(1) << OPERATION_SHIFT, "more sessions than can be told apart");
    const uint32_t number = session_new(w);
    flow->begun++;
    if (!number) {
        refuse(w, flow, customer->operation);
        return;
    }
    uint64_t length = UINT32_MAX;
    if (p->config->sessions.length.present)
        length = count_draw(&p->config->sessions.length.law, draw_at(w->key, ordinal, flow->place_length, 0).a);
    little_enter(&flow->live, w->now);
    *session_at(w, number) = (struct session){ .ordinal = ordinal,
                                               .begun = w->now,
                                               .left = length < UINT32_MAX ? (uint32_t)length - 1 : UINT32_MAX,
                                               .row = (uint16_t)row_of(flow, customer->operation),
                                               .state = SESSION_ASKS };
    client_begin(w, p, ordinal, number, customer);
}

/* Where to after this outcome; -1: leaves. One block: how long it thinks, where it goes, whether it tries again. */
static int way_on(const struct world *w, const struct session *s, enum outcome outcome, struct draw_block bits)
{
    const struct population_state *p = &w->populations[population_of(s)];
    if (s->left == 0 || (s->ordinal >> OPERATION_SHIFT & OPERATIONS_MAX) == OPERATIONS_MAX)
        return -1;
    if (outcome == OUTCOME_OK)
        return choose(&p->sessions->next[s->row], unit_of_32(bits.b >> 32));
    return unit_of_32(bits.b) < p->config->sessions.retry ? s->row : -1;
}

void session_answered(struct world *w, uint32_t number, enum outcome outcome, sim_time at)
{
    struct session *s = session_at(w, number);
    struct population_state *p = &w->populations[population_of(s)];
    CHECK(s->state == SESSION_ASKS, "an answer to a session that did not ask");
    const struct draw_block bits = draw_at(w->key, s->ordinal, p->sessions->place_navigation, 0);
    const int row = way_on(w, s, outcome, bits);
    s->state = row < 0 ? SESSION_LEAVES : SESSION_THINKS;
    sim_time pause = 0;
    if (row >= 0) {
        const sim_time most = p->config->sessions.think_at_most;
        s->row = (uint16_t)row;
        pause = sampler_draw(&p->sessions->think, bits.a);
        pause = most && pause > most ? most : pause;
    }
    s->connects = pause > p->visits.keep_alive;
    if (at >= w->start)
        p->visits.idle_ns += row < 0 || s->connects ? p->visits.keep_alive : pause;
    if (at + pause < w->end)
        event_set_push(w->events, event_make(at + pause, EVENT_ARRIVAL, EV_SESSION, (uint32_t)population_of(s),
                                             (uint32_t)s->ordinal, number));
}

void session_goes_on(struct world *w, uint32_t number)
{
    struct session *s = session_at(w, number);
    struct population_state *p = &w->populations[population_of(s)];
    struct session_flow *flow = p->sessions;
    if (s->state == SESSION_LEAVES) {
        little_leave(&flow->live, s->begun, w->now);
        flow->ended++;
        s->state = SESSION_FREE;
        s->left = w->sessions->free;
        w->sessions->free = number;
        return;
    }
    CHECK(s->state == SESSION_THINKS, "a pause ends in which nobody thinks");
    s->state = SESSION_ASKS;
    s->ordinal += UINT64_C(1) << OPERATION_SHIFT;
    s->left -= s->left < UINT32_MAX;
    struct customer customer = client_draw(w, p, s->ordinal, s->connects);
    customer.operation = flow->operation[s->row];
    client_begin(w, p, s->ordinal, number, &customer);
}

/* ---- what is told of them ---- */

void sessions_start(struct world *w)
{
    for (int i = 0; i < w->sc->population_count; i++) {
        struct session_flow *flow = w->populations[i].sessions;
        if (!flow)
            continue;
        little_begin(&flow->live, w->now);
        flow->begun_before = flow->begun;
        flow->ended_before = flow->ended;
    }
}

void session_window(struct world *w, struct population_state *p)
{
    struct session_flow *flow = p->sessions;
    const sim_time into = w->now - w->start, whole = into % w->sc->window;
    little_advance(&flow->live, w->now);
    const double live_ns = (double)(flow->live.integral_ns - flow->live_before);
    recorder_value(&w->recorder, flow->column, live_ns / (double)(whole ? whole : w->sc->window));
    flow->live_before = flow->live.integral_ns;
}

static const char *differs(struct world *w, const char *law, uint128 left, uint128 right)
{
    if (left == right)
        return NULL;
    return arena_printf(w->arena, "%s: %llu is not %llu (low 64 bits)", law, (unsigned long long)left,
                        (unsigned long long)right);
}

const char *sessions_violation(struct world *w)
{
    if (!w->sessions)
        return NULL;
    uint64_t *live = ARENA_ARRAY(w->arena, uint64_t, w->sc->population_count), asking = 0, waiting = 0;
    for (uint32_t number = 1; number <= w->sessions->used; number++) {
        const struct session *s = session_at(w, number);
        if (s->state == SESSION_FREE)
            continue;
        live[population_of(s)]++;
        asking += s->state == SESSION_ASKS;
        little_clip(&w->populations[population_of(s)].sessions->live, s->begun, w->end);
    }
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        const struct frame *f = frame_at(w, slot);
        waiting += f->kind == FRAME_OPERATION && f->session && !(f->flags & FLAG_ABANDONED);
    }
    const char *law = differs(w, "sessions that ask = requests that they wait for", asking, waiting);
    for (int i = 0; !law && i < w->sc->population_count; i++) {
        struct session_flow *flow = w->populations[i].sessions;
        if (!flow)
            continue;
        law = differs(w, "sessions begun = ended + live", flow->begun, (uint128)flow->ended + live[i]);
        little_advance(&flow->live, w->end);
        if (!law)
            law = differs(w, "Little's law of sessions: integral = sum of lengths", flow->live.integral_ns,
                          flow->live.sojourn_ns);
    }
    return law;
}

int sessions_flows(const struct world *w, struct flow_result *flows)
{
    int count = 0;
    for (int i = 0; i < w->sc->population_count; i++) {
        const struct session_flow *flow = w->populations[i].sessions;
        const char *name = w->sc->populations[i].name;
        if (!flow)
            continue;
        flows[count++] = (struct flow_result){ name, "sessions live at the start",
                                               flow->begun_before - flow->ended_before };
        flows[count++] = (struct flow_result){ name, "sessions begun", flow->begun - flow->begun_before };
        flows[count++] = (struct flow_result){ name, "sessions ended", flow->ended - flow->ended_before };
        flows[count++] = (struct flow_result){ name, "sessions live at the end", flow->begun - flow->ended };
    }
    return count;
}
