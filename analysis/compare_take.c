/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a variant adds to a run: its fault-free twins, and what is kept of each replication so that pairs can be formed. */
#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"
#include "sim/base/check.h"

/*
 * Twins of the headline day, at most. The orders that failed are known of every replication; the twins say what the
 * failures cost beside them (customers who never came to the checkout), which differs little between replications.
 */
enum { TWINS_MOST = 4 };

int sample_column(const struct samples *s, enum sample_kind kind, int operation)
{
    return kind == SAMPLE_ORDERS          ? s->columns - 2
           : kind == SAMPLE_ORDERS_FAILED ? s->columns - 1
                                          : 2 * operation + (int)kind;
}

double *samples_row(struct samples *s, uint32_t number, struct arena *arena)
{
    if (s->count == s->capacity) {
        const int more = s->capacity ? s->capacity * 2 : 16;
        s->values = arena_grow(arena, s->values, (size_t)s->capacity * (size_t)s->columns,
                               (size_t)more * (size_t)s->columns, sizeof *s->values);
        s->numbers = arena_grow(arena, s->numbers, (size_t)s->capacity, (size_t)more, sizeof *s->numbers);
        s->capacity = more;
    }
    int at = s->count++; /* twins come in any order */
    for (; at > 0 && s->numbers[at - 1] > number; at--) {
        s->numbers[at] = s->numbers[at - 1];
        memcpy(&s->values[at * s->columns], &s->values[(at - 1) * s->columns], (size_t)s->columns * sizeof *s->values);
    }
    s->numbers[at] = number;
    return &s->values[at * s->columns];
}

/* ---- the plan ---- */

void contender_init(struct contender *c, const struct scenario *sc, struct tally *tally)
{
    *c = (struct contender){ .sc = sc, .tally = tally, .peak_type = -1 };
    arena_init(&c->arena);
}

void contender_fini(struct contender *c)
{
    arena_fini(&c->arena);
}

static bool is_day_like(const struct scenario *sc, const struct day_type *type)
{
    if (sc->clock.length != SIM_DAY || sc->clock.start_ns_of_day != 0 || type->mean != sc->populations[0].rate.mean)
        return false;
    for (int p = 0; p < sc->population_count; p++)
        if (sc->populations[p].rate.trace || sc->populations[p].rate.profile != type->shape)
            return false;
    return true;
}

static int day_like_headline(const struct scenario *sc)
{
    for (int d = 0; d < sc->day_type_count; d++)
        if (is_day_like(sc, &sc->day_types[d]))
            return d;
    return -1;
}

static bool has_faults(const struct scenario *sc)
{
    for (int i = 0; i < sc->fault_count; i++)
        if (sc->faults[i].random || sc->faults[i].starts < sc->clock.length)
            return true;
    return false;
}

void contender_plan(struct contender *c, struct task_list *tasks, struct arena *arena)
{
    const int headline = atomic_load(&tasks->headline_wanted);
    const int twins = !has_faults(c->sc) ? 0 : headline < TWINS_MOST ? headline : TWINS_MOST;
    struct task *all = ARENA_ARRAY(arena, struct task, tasks->calendar_count + 1);
    int count = 0;
    tasks->twin_count = twins;
    const int most = twins > 0 ? twins : headline;
    if (most >= BILL_REPLICATIONS)
        c->peak_type = day_like_headline(c->sc);
    for (int i = 0; i < tasks->calendar_count; i++)
        if (tasks->calendar[i].day_type != c->peak_type)
            all[count++] = tasks->calendar[i];
    tasks->calendar = all;
    tasks->calendar_count = count;
}

void contender_follow(struct contender *c, struct contender *leader, struct task_list *tasks)
{
    c->next = leader->next;
    leader->next = c;
    tasks->headline_most = tasks->calendar_count = tasks->twin_count = 0;
    atomic_store(&tasks->headline_wanted, 0);
}

void contender_led(struct task_list *follower, const struct task_list *leader)
{
    follower->headline_most = leader->headline_most;
    follower->headline_taken = leader->headline_taken;
    follower->calendar_count = leader->calendar_count;
    follower->calendar_taken = leader->calendar_taken;
    follower->twin_count = leader->twin_count;
    follower->twins_taken = leader->twins_taken;
    follower->out_of_time = leader->out_of_time;
    atomic_store(&follower->headline_wanted, atomic_load(&leader->headline_wanted));
}

/* ---- the records ---- */

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static const struct operation_result *order_of(const struct contender *c, const struct replication *rep)
{
    for (int o = 0; c->sc->business.present && o < rep->operation_count; o++)
        if (strcmp(rep->operations[o].name, c->sc->business.operation_name) == 0)
            return &rep->operations[o];
    return NULL;
}

static void keep_headline(struct contender *c, const struct replication *rep)
{
    struct samples *s = &c->samples;
    s->columns = 2 * rep->operation_count + 2;
    double *row = samples_row(s, rep->number, &c->arena);
    for (int o = 0; o < rep->operation_count; o++) {
        const struct operation_result *op = &rep->operations[o];
        row[sample_column(s, SAMPLE_AVAILABILITY, o)] = share(op->outcomes[OUTCOME_OK], op->begun - op->in_flight);
        row[sample_column(s, SAMPLE_MEAN_MS, o)] = op->latency.count ? histogram_mean_ns(&op->latency) / 1e6 : NAN;
    }
    const struct operation_result *order = order_of(c, rep);
    row[sample_column(s, SAMPLE_ORDERS, 0)] = order ? (double)order->outcomes[OUTCOME_OK] : NAN;
    row[sample_column(s, SAMPLE_ORDERS_FAILED, 0)] =
        order ? (double)(order->begun - order->in_flight - order->outcomes[OUTCOME_OK]) : NAN;
}

static void keep_twin(struct contender *c, const struct replication *rep)
{
    const struct operation_result *order = order_of(c, rep);
    c->twins.columns = 1;
    samples_row(&c->twins, rep->number, &c->arena)[0] = order ? (double)order->outcomes[OUTCOME_OK] : NAN;
}

/* The first replications of a day that is like a day type are that day type's. */
static bool bill_as_day(struct contender *c, const struct replication *rep, const char *violation)
{
    if (c->peak_type < 0 || rep->number >= BILL_REPLICATIONS)
        return true;
    struct replication day = *rep;
    day.day_type = c->peak_type;
    return !c->tally->costing.book || costing_take_day(&c->tally->costing, &day, violation);
}

static bool take_one(struct contender *c, const struct replication *rep, const char *violation)
{
    const struct task_sink tally = tally_sink(c->tally);
    if (rep->day_type >= 0)
        return tally.take(tally.self, rep, violation);
    if (rep->plan) {
        keep_twin(c, rep);
        return tally.take(tally.self, rep, violation) && bill_as_day(c, rep, violation);
    }
    keep_headline(c, rep);
    return (has_faults(c->sc) || bill_as_day(c, rep, violation)) && tally.take(tally.self, rep, violation);
}

static bool take(void *self, const struct replication *rep, const char *violation)
{
    bool ok = true;
    for (struct contender *c = self; c; c = c->next)
        ok = take_one(c, rep, violation) && ok;
    return ok;
}

static bool enough(void *self)
{
    struct contender *c = self;
    const struct task_sink tally = tally_sink(c->tally);
    return tally.enough(tally.self);
}

struct task_sink contender_sink(struct contender *c)
{
    return (struct task_sink){ .self = c, .take = take, .enough = enough };
}
