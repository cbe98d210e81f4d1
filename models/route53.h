/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * route53 -- Amazon Route 53: the name that viewers or CloudFront ask for, health checks, and what answers cost.
 *
 *   checkers --results--> record: healthy when more than `quorum` of them say so --propagation--> answers
 *   resolver --has no answer, or an old one--> policy among the healthy records --> kept for the TTL
 *
 *   checker:  healthy --`failures` in a row--> unhealthy --`failures` successes in a row--> healthy
 *
 * Without records the name is an alias to CloudFront or to the only load balancer: it costs, and nothing else. With
 * records, who is sent where is chosen when a resolver asks, so traffic moves as the answers that resolvers keep expire.
 * This file has the rules; names.c asks, checks and bills in a replication.
 * Left out: geolocation, geoproximity, IP-based and multivalue policies, calculated checks, negative caching.
 * Sources:      [R53-DG] "Choosing a routing policy", "How Route 53 determines whether a health check is healthy",
 *               "How Route 53 averts failover problems"; AWS behaviour, sec. 3.
 */
#ifndef HEADROOM_ROUTE53_H
#define HEADROOM_ROUTE53_H

#include "models/scenario.h"
#include "sim/draw.h"

enum route53_record { ROUTE53_ALIAS, ROUTE53_CNAME };
enum route53_policy { ROUTE53_SIMPLE, ROUTE53_WEIGHTED, ROUTE53_LATENCY, ROUTE53_FAILOVER };
enum route53_check { ROUTE53_CHECK_HTTP, ROUTE53_CHECK_TCP };
enum route53_failback { ROUTE53_FAILBACK_AUTOMATIC, ROUTE53_FAILBACK_NEVER };
enum { ROUTE53_RECORDS_MAX = 100, ROUTE53_CHECKERS_MAX = 64 };

struct route53_target {
    struct ref to; /* an alb */
    struct mark at;
    int64_t weight; /* 0..255, weighted */
};

struct route53_config {
    int policy;    /* enum route53_policy */
    int record;    /* enum route53_record */
    int64_t zones; /* hosted zones */
    sim_time ttl;
    int64_t resolvers;    /* that viewers ask */
    double resolver_skew; /* exponent of Zipf's law: their popularity */
    int64_t questions;    /* record types asked for in a lookup */
    struct route53_target *records;
    int record_count;
    bool evaluate_target_health;
    struct {
        bool present;
        sim_time interval;
        int64_t failures; /* in a row, and successes in a row */
        int what;         /* enum route53_check */
        int64_t checkers;
        double quorum;       /* 0..1: healthy when more of the checkers say so */
        struct ref database; /* an rds that the page asks for, that of the record's region */
    } health;
    struct dist propagation; /* from a change of health to the answers */
    double ignore_ttl;       /* 0..1, of the resolvers */
    struct dist ignored_for; /* how long these keep an answer, the TTL at least */
    int failback;            /* enum route53_failback */
};

extern const struct component_type route53_type;

/* The component whose records decide where clients go, or NULL. */
const struct component *route53_name(const struct scenario *sc);

/* What an unanswered check waits for.  [R53-DG] HTTP: 4 s to connect, 2 s more to answer; TCP: 10 s to connect */
#define ROUTE53_HTTP_CONNECT (4 * SIM_SECOND)
#define ROUTE53_HTTP_ANSWER  (2 * SIM_SECOND)
#define ROUTE53_TCP_CONNECT  (10 * SIM_SECOND)

/* ---- state of the name in a replication ---- */

struct route53_health {
    struct route53_checker {
        bool healthy;
        uint8_t run; /* results in a row against that */
    } checkers[ROUTE53_CHECKERS_MAX];
    uint32_t healthy_checkers;
    bool target;   /* in the eyes of the load balancer, with evaluate_target_health */
    bool answered; /* what the servers that answer know */
    bool left;     /* has been taken out of the answers: with failback never it stays out */
};

struct route53_resolver {
    sim_time until;  /* it keeps its answer before this; 0: it has none */
    uint32_t asked;  /* so many times */
    uint16_t record; /* its answer */
    bool stubborn;   /* ignores the TTL */
};

struct route53 {
    const struct route53_config *config;
    struct draw_key key;
    uint32_t place;
    struct route53_health health[ROUTE53_RECORDS_MAX];
    struct route53_resolver *resolvers;
};

/* A name whose records are all healthy, and resolvers that have no answer. */
void route53_init(struct route53 *r, struct arena *arena, const struct route53_config *config, uint32_t resolvers,
                  struct draw_key key);

/* A checker's result. */
void route53_check_result(struct route53 *r, int record, int checker, bool passed);
/* By its checks and its target; what servers answer follows with route53_publish(). */
bool route53_is_healthy(const struct route53 *r, int record);
/* The servers learn what is so now. Returns whether that is news. */
bool route53_publish(struct route53 *r, int record);

/*
 * The record that a query gets: by policy among the healthy ones, with all taken for healthy when none is; distance_ms
 * (of each record, from whoever asks) counts for the latency policy. `bits` choose.
 */
int route53_choose(const struct route53 *r, const float *distance_ms, uint64_t bits);

/* The answer that a resolver gives now: the kept one, or that of a query, which is counted in *queries. The first one is
 * kept for a part of the TTL. */
int route53_resolve(struct route53 *r, uint32_t resolver, sim_time now, const float *distance_ms, uint64_t *queries);

#endif
