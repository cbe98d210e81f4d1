/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/shop_by_hand.h"

#include <math.h>

#include "analysis/benchmarks/by_hand.h"

enum { INSTANCES = 16, DATABASE = INSTANCES, STATIONS, CPUS = 2, JOBS_MAX = 1 << 12 };

static const double GAP_NS = 1e9 / 2000.0, COMMAND_NS = 10e3, QUERY_NS = 4e6, HIT_RATIO = 0.9;

struct work {
    double mark; /* of virtual time, ns */
    uint32_t job;
};

/* Shared CPUs. One event is armed, for who is first as far as is known; when it comes early it is armed again. */
struct cpus {
    struct work heap[JOBS_MAX];
    uint32_t count;
    double virtual_ns, at_ns;
    uint64_t armed_at; /* UINT64_MAX: not at all */
};

struct shop {
    struct lean lean;
    struct cpus cpus[STATIONS];
    struct hand_event events_of[2 * JOBS_MAX];
    struct hand_heap events;
    uint64_t arrived[JOBS_MAX];
    uint32_t instance[JOBS_MAX], unused[JOBS_MAX], unused_count;
    uint32_t outstanding[INSTANCES];
    uint64_t thread_free_at; /* the cache's */
    struct histogram latency;
    double sigma, mu;
    double spare_normal;
    bool has_spare;
};

enum { REQUEST = STATIONS, ANSWER }; /* types of events above the stations' own */

/* ---- draws ---- */

static double normal(struct shop *s)
{
    if (s->has_spare) {
        s->has_spare = false;
        return s->spare_normal;
    }
    double x, y, square;
    do {
        x = 2.0 * lean_unit(&s->lean) - 1.0;
        y = 2.0 * lean_unit(&s->lean) - 1.0;
        square = x * x + y * y;
    } while (square >= 1.0 || square == 0.0);
    const double length = sqrt(-2.0 * log(square) / square);
    s->spare_normal = y * length;
    s->has_spare = true;
    return x * length;
}

/* ---- shared CPUs ---- */

static void pass_time(struct cpus *c, double now)
{
    c->virtual_ns += (now - c->at_ns) * (c->count > CPUS ? (double)CPUS / c->count : 1.0);
    c->at_ns = now;
}

static void arm(struct shop *s, uint32_t station)
{
    struct cpus *c = &s->cpus[station];
    if (c->count == 0)
        return;
    const double share = c->count > CPUS ? (double)CPUS / c->count : 1.0;
    const double left_ns = (c->heap[0].mark - c->virtual_ns) / share;
    const uint64_t at = (uint64_t)ceil(c->at_ns + (left_ns > 0.0 ? left_ns : 0.0));
    if (at >= c->armed_at)
        return;
    c->armed_at = at;
    hand_push(&s->events, at, station, 0);
}

static void begin_work(struct shop *s, uint32_t station, uint64_t now, uint32_t job, double demand_ns)
{
    struct cpus *c = &s->cpus[station];
    pass_time(c, (double)now);
    const double mark = c->virtual_ns + demand_ns;
    uint32_t i = c->count++;
    for (uint32_t parent; i > 0 && mark < c->heap[parent = (i - 1) / 2].mark; i = parent)
        c->heap[i] = c->heap[parent];
    c->heap[i] = (struct work){ mark, job };
    arm(s, station);
}

/* The job that is done, or JOBS_MAX when the event came early. */
static uint32_t end_work(struct shop *s, uint32_t station, uint64_t now)
{
    struct cpus *c = &s->cpus[station];
    if (now != c->armed_at)
        return JOBS_MAX; /* overtaken by an earlier one */
    c->armed_at = UINT64_MAX;
    pass_time(c, (double)now);
    if (c->heap[0].mark > c->virtual_ns + 0.5) {
        arm(s, station);
        return JOBS_MAX;
    }
    const uint32_t job = c->heap[0].job;
    const struct work last = c->heap[--c->count];
    uint32_t i = 0;
    for (uint32_t child = 1; child < c->count; child = 2 * i + 1) {
        child += child + 1 < c->count && c->heap[child + 1].mark < c->heap[child].mark;
        if (c->heap[child].mark >= last.mark)
            break;
        c->heap[i] = c->heap[child];
        i = child;
    }
    c->heap[i] = last;
    arm(s, station);
    return job;
}

/* ---- the way ---- */

static void request(struct shop *s, uint64_t now)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < INSTANCES; i++)
        best = s->outstanding[i] < s->outstanding[best] ? i : best;
    const uint32_t job = s->unused[--s->unused_count];
    s->outstanding[best]++;
    s->arrived[job] = now;
    s->instance[job] = best;
    begin_work(s, best, now, job, exp(s->mu + s->sigma * normal(s)));
}

/* The command is known ahead, and so is the answer when the key is there. */
static void look_up(struct shop *s, uint64_t now, uint32_t job)
{
    s->thread_free_at = (s->thread_free_at > now ? s->thread_free_at : now) + (uint64_t)COMMAND_NS;
    if (lean_unit(&s->lean) < HIT_RATIO)
        hand_push(&s->events, s->thread_free_at, ANSWER, job);
    else
        begin_work(s, DATABASE, now, job, lean_exponential(&s->lean) * QUERY_NS);
}

static void answer(struct shop *s, uint64_t now, uint32_t job)
{
    histogram_record(&s->latency, (sim_time)(now - s->arrived[job]));
    s->outstanding[s->instance[job]]--;
    s->unused[s->unused_count++] = job;
}

static void run_until(struct shop *s, uint64_t answered)
{
    hand_push(&s->events, 0, REQUEST, 0);
    while (s->latency.count < answered) {
        const struct hand_event e = hand_pop(&s->events);
        if (e.type == REQUEST) {
            request(s, e.time);
            hand_push(&s->events, e.time + (uint64_t)(lean_exponential(&s->lean) * GAP_NS), REQUEST, 0);
        } else if (e.type == ANSWER) {
            answer(s, e.time, (uint32_t)e.argument);
        } else {
            const uint32_t job = end_work(s, e.type, e.time);
            if (job == JOBS_MAX)
                continue;
            if (e.type == DATABASE)
                answer(s, e.time, job);
            else
                look_up(s, e.time, job);
        }
    }
}

uint64_t shop_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    arena_init(&arena);
    struct shop *s = ARENA_NEW(&arena, struct shop);
    lean_init(&s->lean, 1);
    histogram_init(&s->latency, &arena);
    s->events.events = s->events_of;
    s->sigma = sqrt(log(2.0)); /* coefficient of variation 1 */
    s->mu = log(9e6) - s->sigma * s->sigma / 2.0;
    for (uint32_t i = 0; i < STATIONS; i++)
        s->cpus[i].armed_at = UINT64_MAX;
    while (s->unused_count < JOBS_MAX) {
        s->unused[s->unused_count] = s->unused_count;
        s->unused_count++;
    }
    stopwatch_start(watch);
    run_until(s, count);
    stopwatch_stop(watch);
    const uint64_t found = (uint64_t)s->latency.sum_ns;
    arena_fini(&arena);
    return found;
}
