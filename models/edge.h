/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * edge -- calls from a service to an operation of another: what an instance keeps of them, and what is counted.
 *
 *   call --> breaker open? --> limit full? --> attempt --> result --> again, after a pause, if the budget allows
 *              fails at once     waits, or fails at once
 *
 * The order is that of Resilience4j's decorators: a retry passes breaker and limit anew, and a pause holds no place.
 * Whoever is turned away by breaker or limit has not called: neither counts it, and it is not tried again.
 *
 *   breaker   CLOSED --share of errors in the window--> OPEN --its time--> HALF OPEN --one call: success--> CLOSED
 *                                                         ^------------------- failure --------'
 *   budget    a bucket of tokens: a retry costs some, successes give them back     [SDK-RETRY] retry quota
 *   limit     a gate (bulkhead)
 */
#ifndef HEADROOM_EDGE_H
#define HEADROOM_EDGE_H

#include "models/journey.h"
#include "models/replication.h"
#include "sim/bucket.h"
#include "sim/dispatcher.h"
#include "sim/gate.h"
#include "sim/histogram.h"
#include "sim/little.h"

struct world;
struct frame;
struct instance;

/* Per instance and edge. */
struct edge_state {
    sim_time window_end;
    sim_time open_until; /* the breaker; 0: closed. Afterwards half open */
    bool probing;        /* half open, and one call is out */
    uint32_t calls, errors;
    struct bucket budget;
    struct gate limit;
};

/* Of all instances together, inside the window. */
struct edge {
    const struct edge_rule *rule;
    uint64_t calls, ok, failed; /* a call is tried once or more often */
    uint64_t attempts, retries, errors, timeouts;
    uint64_t breaker_rejected, limit_rejected, budget_exhausted;
    uint64_t ignored;              /* failed calls without which the operation went on */
    uint64_t cut;                  /* attempts whose caller died */
    uint64_t succeeded;            /* attempts */
    uint64_t before, calls_before; /* under way when the window began */
    uint64_t calls_open;
    uint64_t breaker_opened;
    double breaker_open_s;    /* sum over instances */
    struct histogram latency; /* of attempts, until the answer or the end of the caller's patience */
    struct little under_way;  /* attempts */
};

/* What a service did, inside the window: requests of clients, calls of others, messages. */
struct service_figures {
    uint64_t requests, errors;
    uint64_t begun, before;   /* came in, of them before the window and still there when it began */
    struct histogram latency; /* from its coming to its answer */
    struct little inside;
};

/* How an attempt ended. */
enum call_result { CALL_OK, CALL_ERROR, CALL_TIMEOUT };

/* A connection to an instance of a service without a load balancer. */
struct kept_connection {
    uint16_t target;
    sim_time opened; /* SIM_NEVER: there is none */
};

/* An instance's connections to the instances of such a service. */
struct callee_view {
    struct dispatcher targets;
    struct kept_connection *idle; /* a stack: the last used first, as connection pools do */
    uint32_t idle_count, idle_capacity;
};

/* Beside frames[]: what only callers, the called and branches have. A frame of its own for each of the called and each
 * branch; they name their parent, and the parent its child or the first of its branches. */
struct kinship {
    uint32_t parent, child, sibling; /* SLOT_NONE: none */
    uint16_t open;                   /* parent of branches: so many have not ended */
    uint16_t target;                 /* caller, without a balancer: the instance that it is connected to */
    uint16_t edge;                   /* of the called */
    bool failed;                     /* parent of branches: one did */
    bool async;                      /* of the called: nobody waits */
    bool inside;                     /* it is counted at its service: served.c */
    uint8_t answer, last;            /* caller: of the attempt under way, of the one before; enum call_result */
    sim_time path;                   /* of the called: delays on the way there and back */
    sim_time opened;                 /* caller: its connection; SIM_NEVER: none is held */
    sim_time sent;                   /* of the called, async */
    uint16_t caller;                 /* likewise: the instance that keeps its connection */
    struct kept_connection held;     /* likewise: that connection */
};

/* ---- edge.c ---- */

void edges_init(struct world *w);
void edges_start(struct world *w); /* the warm-up is over */
/* State of a new instance: breakers closed, budgets full. */
void edge_states_init(struct world *w, struct instance *i);
/* Of the call that f is at. */
struct edge *edge_of_call(struct world *w, const struct frame *f);
struct edge_state *edge_state_of_call(struct world *w, const struct frame *f);

/* Whether the breaker lets a call through. */
bool edge_admits(struct world *w, const struct edge *edge, struct edge_state *state);
/* A call that was let through did not become an attempt. */
void edge_withdraws(const struct edge *edge, struct edge_state *state);
/* An attempt sent at `sent` ended. */
void edge_learns(struct world *w, struct edge *edge, struct edge_state *state, sim_time sent, bool failed);
/* Whether a retry may be made; it then has paid. */
bool edge_pays(struct world *w, struct edge *edge, struct edge_state *state, enum call_result last);
/* A call succeeded after so many attempts, the last failure of which was `last`. */
void edge_refunds(struct world *w, const struct edge *edge, struct edge_state *state, int attempts,
                  enum call_result last);

/* Figures: an attempt begins and ends. */
void edge_attempt(struct world *w, struct edge *edge);
void edge_attempt_ended(struct world *w, struct edge *edge, sim_time sent, enum call_result result);
/* Of a call that nobody waits for: the call too. */
void edge_async_ended(struct world *w, struct edge *edge, sim_time sent, enum call_result result);
void edge_attempt_cut(struct world *w, struct edge *edge, sim_time sent);

void edges_record(struct world *w, struct replication *out);
/* A conservation law that does not hold, or NULL. At the end of the run. */
const char *edges_violation(struct world *w);

#endif
