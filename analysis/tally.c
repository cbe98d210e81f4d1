/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tally.h"

#include <math.h>
#include <string.h>

#include "analysis/keep.h"
#include "analysis/stopping.h"

void tally_init(struct tally *t, const struct scenario *sc, const struct price_book *book, struct diag *diag)
{
    *t = (struct tally){ .sc = sc };
    arena_init(&t->arena);
    costing_init(&t->costing, sc, book, &t->arena, diag);
}

void tally_fini(struct tally *t)
{
    costing_fini(&t->costing);
    arena_fini(&t->arena);
}

/* The first record says what there is to be added up. */
static void begin(struct tally *t, const struct replication *rep)
{
    t->outline = replication_keep(rep, KEEP_OUTLINE, &t->arena);
    t->operations = ARENA_ARRAY(&t->arena, struct operation_tally, rep->operation_count + 1);
    t->faults = ARENA_ARRAY(&t->arena, struct fault_tally, rep->fault_count + 1);
    t->utilisations = ARENA_ARRAY(&t->arena, struct utilisation_tally, rep->utilisation_count + 1);
    t->limits = ARENA_ARRAY(&t->arena, struct limit_result, rep->limit_count + 1);
    t->fleets = ARENA_ARRAY(&t->arena, struct fleet_tally, rep->fleet_count + 1);
    t->flows = ARENA_ARRAY(&t->arena, uint64_t, rep->flow_count + 1);
    tally_calls_begin(t, rep);
}

/* Orders of the replication that failed; *went_through: the others. NAN without a business. */
static double failed_orders(const struct tally *t, const struct replication *rep, uint64_t *went_through)
{
    *went_through = 0;
    for (int o = 0; t->sc->business.present && o < rep->operation_count; o++) {
        const struct operation_result *op = &rep->operations[o];
        if (strcmp(op->name, t->sc->business.operation_name) != 0)
            continue;
        *went_through = op->outcomes[OUTCOME_OK];
        return (double)(op->begun - op->in_flight - *went_through);
    }
    return NAN;
}

static bool take_headline(struct tally *t, const struct replication *rep)
{
    if (!t->outline)
        begin(t, rep);
    t->requests += rep->edge_requests;
    t->dynamic_requests += rep->dynamic_requests;
    t->events += rep->events;
    t->station_visits += rep->station_visits;
    /* The task's place in the order takes the place of a time: the sum then depends on the order. */
    struct fingerprint all = { .sum = t->fingerprint };
    fingerprint_add(&all, rep->fingerprint.sum, (sim_time)rep->number + 1, rep->fingerprint.count);
    t->fingerprint = all.sum;
    tally_operations(t, rep);
    tally_components(t, rep);
    tally_calls(t, rep);
    tally_series(t, rep);
    tally_usage(t, rep);
    t->replications++;
    uint64_t orders;
    moments_add(&t->failed_orders, failed_orders(t, rep, &orders));
    return !t->costing.book || costing_take_headline(&t->costing, rep, orders);
}

static bool take(void *self, const struct replication *rep, const char *violation)
{
    struct tally *t = self;
    if (rep->day_type < 0 && rep->plan) {
        twin_add(&t->twin, rep, &t->arena);
        if (violation && !t->violation)
            t->violation = arena_text(&t->arena, violation);
        return true;
    }
    if (rep->day_type >= 0)
        return !t->costing.book || costing_take_day(&t->costing, rep, violation);
    if (violation && !t->violation)
        t->violation = arena_text(&t->arena, violation);
    return take_headline(t, rep);
}

static bool enough(void *self)
{
    struct tally *t = self;
    t->sufficed = tally_suffices(t);
    if (!t->sufficed && t->replications < t->sc->max_replications)
        t->looks++;
    return t->sufficed;
}

struct task_sink tally_sink(struct tally *t)
{
    return (struct task_sink){ .self = t, .take = take, .enough = enough };
}

double tally_level(const struct tally *t, int figures)
{
    return t->sc->precision > 0 ? stopping_level(t->looks, figures) : 1 - STOPPING_ALPHA;
}
