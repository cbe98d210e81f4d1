/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/replica.h"

#include "models/alarm.h"
#include "sim/base/check.h"

/* Acknowledged writes that are remembered, to be counted as lost: more than the lag of a replica that is of any use. */
enum { ACKNOWLEDGED_MAX = 1 << 16 };

enum replica_what { REPLICA_DECIDED, REPLICA_PROMOTED, REPLICA_LOOK, REPLICA_RESYNCED, REPLICA_SWITCHED };
enum { WHAT_BITS = 4 };

enum alarm_what { ALARM_SAMPLE, ALARM_SEEN_MISSING, ALARM_SEEN_GOOD, ALARM_SEEN_BREACHES, ALARM_DECIDED };

static const bool may_follow[][REPLICA_SWITCHING + 1] = {
    [REPLICA_FOLLOWS] = { [REPLICA_DECIDING] = true },
    [REPLICA_DECIDING] = { [REPLICA_FOLLOWS] = true, [REPLICA_PROMOTING] = true },
    [REPLICA_PROMOTING] = { [REPLICA_LEADS] = true },
    [REPLICA_LEADS] = { [REPLICA_RESYNCING] = true },
    [REPLICA_RESYNCING] = { [REPLICA_LEADS] = true, [REPLICA_SWITCHING] = true },
    [REPLICA_SWITCHING] = { [REPLICA_FOLLOWS] = true },
};

struct replica {
    int database, source;
    enum replica_state state;
    const struct rds_config *config; /* of the replica */
    uint32_t turn;                   /* of decisions and switches */
    int alarm;                       /* that sets it off, -1: none */
    sim_time stopped_at;             /* replication ended: what the source acknowledged later is not there */
    sim_time *acknowledged;          /* ring, the source's */
    uint64_t acknowledged_count;
    struct meter *sent[2]; /* to the replica, to the source */
};

struct alarm_run {
    struct alarm rule;
    uint64_t answered_before, failed_before;
    uint32_t turn; /* of its decisions */
};

struct replicas {
    struct replica *pairs;
    int *pair_of; /* by database, -1: none */
    int pair_count;
    struct alarm_run *alarms;
    uint32_t place;
};

/* ---- setting up ---- */

static const struct component *component_of(const struct world *w, int database)
{
    return w->databases[database].component;
}

static void push(struct world *w, sim_time at, const struct replica *r, enum replica_what what)
{
    event_set_push(w->events, event_make(at, EVENT_CONTROL, EV_REPLICA, (uint32_t)(r - w->replicas->pairs),
                                         r->turn & 0xffffu, (uint32_t)what | (r->turn & 0xffffu) << WHAT_BITS));
}

/* What goes from one region to the other, the sender pays. */
static struct meter *meter_between(struct world *w, int from, int to)
{
    struct usage_key key = usage_key_of(component_of(w, from), "AWSDataTransfer", "InterRegion-Bytes",
                                        arena_printf(w->arena, "to=%s", component_of(w, to)->region->name),
                                        USAGE_BYTES);
    return meter_get(&w->meters, key);
}

static void init_pair(struct world *w, struct replica *r, const struct component *c)
{
    const struct component *source = ((const struct rds_config *)c->config)->replica_of.of.target;
    *r = (struct replica){ .database = c->index, .source = source->index, .config = c->config, .alarm = -1 };
    const struct component *alarm = r->config->replica_of.promotion.when.target;
    if (r->config->replica_of.promotion.present && alarm)
        r->alarm = alarm->index;
    r->acknowledged = ARENA_ARRAY(w->arena, sim_time, ACKNOWLEDGED_MAX);
    r->sent[0] = meter_between(w, r->source, r->database);
    r->sent[1] = meter_between(w, r->database, r->source);
    w->replicas->pair_of[r->database] = w->replicas->pair_of[r->source] = (int)(r - w->replicas->pairs);
}

static void init_alarms(struct world *w)
{
    const struct scenario *sc = w->sc;
    w->replicas->alarms = ARENA_ARRAY(w->arena, struct alarm_run, sc->by_kind_count[KIND_ALARM]);
    for (int a = 0; a < sc->by_kind_count[KIND_ALARM]; a++) {
        struct alarm *alarm = &w->replicas->alarms[a].rule;
        alarm_init(alarm, sc->by_kind[KIND_ALARM][a]);
        const double phase = draw_unit(draw_at(w->key, (uint64_t)a, draw_place("alarm/phase"), 0).a);
        event_set_push(w->events, event_make((sim_time)(phase * (double)alarm->config->period), EVENT_METRIC, EV_ALARM,
                                             (uint32_t)a, 0, ALARM_SAMPLE));
    }
}

void replicas_init(struct world *w)
{
    const struct scenario *sc = w->sc;
    int pairs = 0;
    for (int d = 0; d < sc->by_kind_count[KIND_RDS]; d++)
        pairs += ((const struct rds_config *)sc->by_kind[KIND_RDS][d]->config)->replica_of.present;
    if (pairs == 0 && sc->by_kind_count[KIND_ALARM] == 0)
        return;
    w->replicas = ARENA_NEW(w->arena, struct replicas);
    w->replicas->place = draw_place("replica");
    w->replicas->pairs = ARENA_ARRAY(w->arena, struct replica, pairs);
    w->replicas->pair_of = ARENA_ARRAY(w->arena, int, w->database_count);
    for (int d = 0; d < w->database_count; d++)
        w->replicas->pair_of[d] = -1;
    for (int d = 0; d < sc->by_kind_count[KIND_RDS]; d++)
        if (((const struct rds_config *)sc->by_kind[KIND_RDS][d]->config)->replica_of.present)
            init_pair(w, &w->replicas->pairs[w->replicas->pair_count++], sc->by_kind[KIND_RDS][d]);
    init_alarms(w);
}

/* ---- writes ---- */

static bool replica_has_lead(const struct replica *r)
{
    return r->state == REPLICA_LEADS || r->state == REPLICA_RESYNCING;
}

int replica_writer(const struct world *w, int database)
{
    const struct replica *r = &w->replicas->pairs[w->replicas->pair_of[database]];
    const int writer = replica_has_lead(r) ? r->database : r->source;
    if (r->state == REPLICA_SWITCHING || r->state == REPLICA_PROMOTING ||
        (writer != database && r->config->replica_of.writes == RDS_WRITES_FAIL))
        return -1;
    return writer;
}

void replica_acknowledged(struct world *w, int database)
{
    struct replica *r = &w->replicas->pairs[w->replicas->pair_of[database]];
    meter_add(&w->meters, r->sent[database == r->database], r->config->replica_of.log);
    if (database == r->source)
        r->acknowledged[r->acknowledged_count++ % ACKNOWLEDGED_MAX] = w->now;
}

/* Acknowledged by the source after `since`. */
static uint64_t acknowledged_since(const struct replica *r, sim_time since)
{
    uint64_t lost = 0;
    while (lost < r->acknowledged_count && lost < ACKNOWLEDGED_MAX &&
           r->acknowledged[(r->acknowledged_count - 1 - lost) % ACKNOWLEDGED_MAX] > since)
        lost++;
    return lost;
}

/* ---- who decides ---- */

static void enter(struct world *w, struct replica *r, enum replica_state next, const char *what)
{
    CHECK(may_follow[r->state][next], "a replica skipped a state");
    r->state = next;
    fingerprint_add(&w->fingerprint, 0x4e71cau, w->now, (uint64_t)(r - w->replicas->pairs) << 8 | (uint64_t)next);
    fault_note(w, component_of(w, r->database)->name, what, next == REPLICA_DECIDING);
}

static struct draw_block draw_of(const struct world *w, const struct replica *r, uint32_t what)
{
    return draw_at(w->key, (uint64_t)(r - w->replicas->pairs) << 32 | r->turn, w->replicas->place, what);
}

static sim_time takes(const struct world *w, const struct replica *r, const struct dist *dist, uint32_t what)
{
    return dist_sample(dist, draw_unit(draw_of(w, r, what).a));
}

static void called(struct world *w, struct replica *r)
{
    const bool human = r->config->replica_of.promotion.by == RDS_PROMOTED_BY_HUMAN;
    r->turn++;
    enter(w, r, REPLICA_DECIDING, human ? "an alarm pages somebody" : "an alarm sets off the promotion");
    push(w, w->now + (human ? takes(w, r, &r->config->replica_of.promotion.decision, REPLICA_DECIDED) : 0), r,
         REPLICA_DECIDED);
}

static void decided(struct world *w, struct replica *r)
{
    if (w->replicas->alarms[r->alarm].rule.state != ALARM_IN_ALARM) {
        enter(w, r, REPLICA_FOLLOWS, "the alarm is over: no promotion");
        return;
    }
    const struct rds *source = &w->databases[r->source];
    r->stopped_at = source->endpoints[RDS_PRIMARY].up ? w->now : source->lost_at;
    enter(w, r, REPLICA_PROMOTING, "is promoted: replication ends, the old source is fenced off");
    push(w, w->now + takes(w, r, &r->config->replica_of.promotion.takes, REPLICA_PROMOTED), r, REPLICA_PROMOTED);
}

static void promoted(struct world *w, struct replica *r)
{
    const sim_time lag = takes(w, r, &r->config->replica_of.lag, REPLICA_SWITCHED + 1);
    const uint64_t lost = acknowledged_since(r, r->stopped_at - lag);
    enter(w, r, REPLICA_LEADS,
          arena_printf(w->arena, "takes writes; the lag was %.3g s, %llu acknowledged writes are lost",
                       (double)lag / 1e9, (unsigned long long)lost));
    fault_lost_writes(w, r->stopped_at, lost);
    push(w, w->now + SIM_MINUTE, r, REPLICA_LOOK);
}

/* ---- the way back ---- */

static void look(struct world *w, struct replica *r)
{
    if (!r->config->replica_of.failback.present)
        return;
    if (!w->databases[r->source].endpoints[RDS_PRIMARY].up) {
        push(w, w->now + SIM_MINUTE, r, REPLICA_LOOK);
        return;
    }
    enter(w, r, REPLICA_RESYNCING, "the old source is built anew as a follower");
    push(w, w->now + takes(w, r, &r->config->replica_of.failback.after, REPLICA_RESYNCED), r, REPLICA_RESYNCED);
}

static void resynced(struct world *w, struct replica *r)
{
    if (!w->databases[r->source].endpoints[RDS_PRIMARY].up) {
        enter(w, r, REPLICA_LEADS, "the old source is lost again");
        push(w, w->now + SIM_MINUTE, r, REPLICA_LOOK);
        return;
    }
    enter(w, r, REPLICA_SWITCHING, "switches back: nobody takes writes");
    push(w, w->now + takes(w, r, &r->config->replica_of.failback.takes, REPLICA_SWITCHED), r, REPLICA_SWITCHED);
}

static void switched(struct world *w, struct replica *r)
{
    r->acknowledged_count = 0;
    enter(w, r, REPLICA_FOLLOWS, "follows again: the old source takes writes");
}

void replica_event(struct world *w, uint32_t pair, uint32_t slot)
{
    struct replica *r = &w->replicas->pairs[pair];
    if (slot >> WHAT_BITS != (r->turn & 0xffffu))
        return;
    switch ((enum replica_what)(slot & ((1u << WHAT_BITS) - 1))) {
    case REPLICA_DECIDED: decided(w, r); break;
    case REPLICA_PROMOTED: promoted(w, r); break;
    case REPLICA_LOOK: look(w, r); break;
    case REPLICA_RESYNCED: resynced(w, r); break;
    case REPLICA_SWITCHED: switched(w, r); break;
    }
}

/* ---- alarms ---- */

/* A canary asks: whatever it is, it answers, or the network to it does not. */
static bool answers(const struct world *w, const struct component *c)
{
    if (c->kind == KIND_RDS)
        return w->databases[c->index].endpoints[RDS_PRIMARY].up;
    return world_region_up(w, c->region) && alb_healthy_count(&w->albs[c->index]) > 0;
}

static enum alarm_point sample(const struct world *w, struct alarm_run *run)
{
    const struct component *of = run->rule.config->of.target;
    if (run->rule.config->metric == ALARM_UNREACHABLE)
        return answers(w, of) ? ALARM_POINT_GOOD : ALARM_POINT_BREACHES;
    const struct front *front = &w->fronts[of->index];
    const uint64_t answered = front->answered - run->answered_before, failed = front->failed - run->failed_before;
    run->answered_before = front->answered;
    run->failed_before = front->failed;
    if (answered == 0 || !world_region_up(w, of->region))
        return ALARM_POINT_MISSING;
    return (double)failed > run->rule.config->threshold * (double)answered ? ALARM_POINT_BREACHES : ALARM_POINT_GOOD;
}

/* The fleets that it names grow, if it is still on. */
static void grow_fleets(struct world *w, const struct alarm *alarm)
{
    const struct alarm_config *config = alarm->config;
    for (int f = 0; f < config->scale.fleet_count && alarm->state == ALARM_IN_ALARM; f++) {
        struct fleet *fleet = fleet_of(w, config->scale.fleets[f].fleet.target);
        struct group *group = fleet->group;
        const int64_t to = config->scale.fleets[f].to < group->max ? config->scale.fleets[f].to : group->max;
        group->min = group->min > to ? group->min : to; /* or their policies would shrink them again */
        if (fleet->desired < to)
            fleet_set_desired(w, fleet, to);
    }
}

/* It is over: policies may shrink them. */
static void release_fleets(struct world *w, const struct alarm *alarm)
{
    const struct alarm_config *config = alarm->config;
    for (int f = 0; f < config->scale.fleet_count; f++) {
        struct fleet *fleet = fleet_of(w, config->scale.fleets[f].fleet.target);
        fleet->group->min = ((const struct asg_config *)fleet->component->config)->size.min;
    }
}

static void decide_on_fleets(struct world *w, struct alarm_run *run, int number)
{
    const struct alarm_config *config = run->rule.config;
    const struct draw_block d = draw_at(w->key, (uint64_t)number, draw_place("alarm/decision"), run->turn++);
    const bool human = config->scale.by == ALARM_SCALED_BY_HUMAN;
    fault_note(w, run->rule.component->name, human ? "pages somebody who may grow fleets" : "lets fleets grow", true);
    event_set_push(w->events, event_make(w->now + (human ? dist_sample(&config->scale.decision, draw_unit(d.a)) : 0),
                                         EVENT_CONTROL, EV_ALARM, (uint32_t)number, 0, ALARM_DECIDED));
}

static void seen(struct world *w, struct alarm_run *run, int number, enum alarm_point point)
{
    struct alarm *alarm = &run->rule;
    if (!alarm_add(alarm, point))
        return;
    static const char *const states[] = {
        [ALARM_OK] = "OK", [ALARM_IN_ALARM] = "ALARM", [ALARM_INSUFFICIENT] = "INSUFFICIENT DATA"
    };
    fingerprint_add(&w->fingerprint, 0xa1a23u, w->now, (uint64_t)number << 8 | (uint64_t)alarm->state);
    fault_note(w, alarm->component->name, arena_printf(w->arena, "alarm goes to %s", states[alarm->state]),
               alarm->state == ALARM_IN_ALARM);
    if (alarm->state == ALARM_IN_ALARM && alarm->config->scale.present)
        decide_on_fleets(w, run, number);
    if (alarm->state == ALARM_OK)
        release_fleets(w, alarm);
    for (int p = 0; p < w->replicas->pair_count && alarm->state == ALARM_IN_ALARM; p++) {
        struct replica *r = &w->replicas->pairs[p];
        if (r->alarm == number && r->state == REPLICA_FOLLOWS)
            called(w, r);
    }
}

void alarm_event(struct world *w, uint32_t number, uint32_t what)
{
    struct alarm_run *run = &w->replicas->alarms[number];
    struct alarm *alarm = &run->rule;
    if (what == ALARM_DECIDED) {
        grow_fleets(w, alarm);
        return;
    }
    if (what != ALARM_SAMPLE) {
        if (world_region_up(w, alarm->component->region))
            seen(w, run, (int)number, (enum alarm_point)(what - ALARM_SEEN_MISSING));
        return;
    }
    const bool there = world_region_up(w, alarm->component->region);
    const enum alarm_point point = there ? sample(w, run) : ALARM_POINT_MISSING;
    event_set_push(w->events, event_make(w->now + alarm->config->delay, EVENT_CONTROL, EV_ALARM, number, 0,
                                         (uint32_t)point + ALARM_SEEN_MISSING));
    event_set_push(w->events,
                   event_make(w->now + alarm->config->period, EVENT_METRIC, EV_ALARM, number, 0, ALARM_SAMPLE));
}
