/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep_alive -- how many connections a client of many requests opens when it keeps them for a while, and how many are
 * open: in bulk, from rates.
 *
 *   request --> an idle connection? the one used last --> BUSY --answer--> IDLE --keep-alive over--> closed
 *                     \--none--> a new one ----------------^
 *
 * Requests are Poisson, a connection carries one at a time and is busy for an exponential time: the busy ones are
 * M/M/inf. The connection that a request at level n finds became idle when the level last fell from n + 1 to n, because
 * ups and downs match like parentheses; so it is gone exactly if the first passage from n to n + 1 takes longer than the
 * keep-alive, and it is idle for the shorter of the two. The law of that passage has the transform
 *
 *   f_n(s) = lambda / (lambda + s + n mu (1 - f_(n-1)(s)))
 *
 * which is inverted by Gaver's and Stehfest's sum of 14 terms. Error of the share that opens one: below 2e-5.
 * Busy times of other laws: with constant ones, the other extreme, the share changes by less than a tenth as long as
 * they are short beside the keep-alive; see test_connections.c.
 *
 * [STE-70] H. Stehfest, Algorithm 368: Numerical inversion of Laplace transforms, Comm. ACM 13 (1970).
 */
#ifndef HEADROOM_KEEP_ALIVE_H
#define HEADROOM_KEEP_ALIVE_H

struct keep_alive {
    double opened_per_s;
    double open; /* mean number, busy or idle */
};

/* rate_per_s, keep_alive_s > 0; busy: mean number of requests under way. Costs about 14 divisions for each level that
 * occurs, of which there are about busy + 5 sqrt(busy) + 3. */
struct keep_alive keep_alive_pool(double rate_per_s, double busy, double keep_alive_s);

#endif
