/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cache_laws -- what is known of buckets, caches and warm pools. Requests are Poisson, keys independent of the past.
 */
#ifndef HEADROOM_CACHE_LAWS_H
#define HEADROOM_CACHE_LAWS_H

#include <stdint.h>

/*
 * M/D/1 with room for `room` customers, the one in service included; service 1 s. It is also a bucket of `room` tokens
 * with one token per second, seen from the other side: its missing tokens are the work of the one server, and who finds
 * less than one token would have been the (room + 1)st.
 */
struct loss_result {
    double lost; /* share of the arrivals */
    double idle; /* share of time: nobody inside, the bucket is full */
};
struct loss_result md1_loss(int room, double lambda_per_s);

/* popularity[] of the ranks 1 .. keys: k^-exponent, with sum 1. */
void zipf_popularity(double exponent, uint32_t keys, double *popularity);

/* Hit ratio of a cache of `objects` keys, least recently used out: exact, by the sum over all orders of its contents,
 * which is for few objects only. [KIN-71] */
double lru_hits_exact(const double *popularity, uint32_t keys, uint32_t objects);

/*
 * The same by the characteristic time t: sum of (1 - exp(-p t)) = objects, hits are the sum of p (1 - exp(-p t)).
 * [CTW-02] An approximation: the time that a key stays without use is taken as constant, which it becomes with many
 * objects [FRR-12]. Against the exact value, 12 keys and Zipf 1.0 (test_cache_laws.c), it is 4 % off with room for 1,
 * 3 % for 2, 1.3 % for 3 and 0.1 % for 5; the table allows 0.1 % for 1,000.
 */
double lru_hits_by_time(const double *popularity, uint32_t keys, uint32_t objects);

/* Hit ratio in the first `t_s` of a cold cache with room for all: sum over keys of the requests after their first. */
double cold_hits(const double *popularity, uint32_t keys, double rate_per_s, double t_s);

/*
 * M/M/inf, service 1 s, whose servers are reused last in, first out, and lost after `expiry_s` of idleness. As the
 * server that an arrival at level n takes is the one that became idle when the level last fell from n + 1 to n (ups and
 * downs match like parentheses), it is lost exactly if the first passage from n to n + 1 took longer than that; the
 * passage begins afresh at each fall, services being exponential. Passages by uniformisation [JEN-53].
 */
struct warm_result {
    double cold; /* share of the requests that find nothing idle */
    double idle; /* mean number of idle servers */
};
struct warm_result warm_pool(double lambda_per_s, double expiry_s);

#endif
