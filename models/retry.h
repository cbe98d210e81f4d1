/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * retry -- clients that are programs: mobile apps and AWS SDKs. They wait for a fixed time, try again after a pause, and
 * SDKs stop trying when most of what they try fails.
 *
 *   mode             attempts  pause before attempt n + 1         jitter  quota; a retry costs, after a timeout
 *   standard         3         min(20 s, 1 s x 2^(n-1))           full    500; 5, 10
 *   standard_2026    3         min(20 s, 50 ms x 2^(n-1)) (1)     full    500; 14, 14
 *   legacy           5         min(20 s, 1 s x 2^(n-1))           full    none
 *   none             1
 *   a mobile app     3         1, 2, 4 ... s                      none    none
 *
 * (1) 1 s after throttling. A throttled retry costs 5 in both. A success gives back what its last retry took, or 1.
 * [SDK-RETRY]; AWS behaviour sec. 1.1 and 1.2.
 *
 * Assumed: a 503 is throttling. Left out: adaptive mode (a limiter of the client's send rate), the server's retry-after.
 */
#ifndef HEADROOM_RETRY_H
#define HEADROOM_RETRY_H

#include "models/backoff.h"
#include "models/replication.h"
#include "sim/bucket.h"

enum client_kind { CLIENT_BROWSER, CLIENT_MOBILE, CLIENT_SDK };
enum retry_mode { RETRY_NONE, RETRY_LEGACY, RETRY_STANDARD, RETRY_STANDARD_2026 };

/* As written; what is not written is filled in by retry_complete(). */
struct retry_config {
    bool present;
    int mode; /* enum retry_mode, of an SDK */
    bool mode_set, attempts_set, base_set, throttled_set, cap_set, jitter_set, tokens_set, cost_set, timeout_set;
    bool throttled_cost_set, clients_set;
    int64_t attempts; /* the first included */
    sim_time base, base_throttled, cap;
    int jitter;     /* enum jitter */
    int64_t tokens; /* of each client's quota, full at the beginning; 0: none */
    int64_t cost, cost_timeout, cost_throttled;
    int64_t clients; /* so many client objects make the requests, each with a quota of its own */
};

extern const struct param retry_params[];
extern const char *const retry_modes[];

/* What its kind and mode say of what is not written. */
void retry_complete(struct retry_config *retry, enum client_kind kind);

/* Tokens of a retry after `outcome`. */
uint64_t retry_cost(const struct retry_config *retry, enum outcome outcome);
/* The pause after failure number `failures` (1, 2, ...), whose outcome it was. */
sim_time retry_pause(const struct retry_config *retry, enum outcome outcome, int failures, struct draw_key key,
                     uint64_t subject, uint32_t place);

#endif
