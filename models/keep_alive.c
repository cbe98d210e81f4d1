/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keep_alive.h"

#include "sim/number.h"

enum { TERMS = 14 };
static const double LN_2 = 0.693147180559945309;
/* Levels that occur more rarely than this are left out; beyond so many busy connections the level hardly moves
 * relative to itself, and the pool is looked at in parts. */
static const double NEGLIGIBLE = 1e-7, BUSY_MAX = 500.0;

/* Stehfest's coefficients, each divided by its number: the sum then takes s F(s). */
static const double stehfest[TERMS] = {
    1.0 / 360.0 / 1.0,         -461.0 / 72.0 / 2.0,         18481.0 / 20.0 / 3.0,       -6227627.0 / 180.0 / 4.0,
    4862890.0 / 9.0 / 5.0,     -131950391.0 / 30.0 / 6.0,   189788326.0 / 9.0 / 7.0,    -2877521087.0 / 45.0 / 8.0,
    2551951591.0 / 20.0 / 9.0, -2041646257.0 / 12.0 / 10.0, 4509824011.0 / 30.0 / 11.0, -169184323.0 / 2.0 / 12.0,
    824366543.0 / 30.0 / 13.0, -117766649.0 / 30.0 / 14.0,
};

static double clamp(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

struct keep_alive keep_alive_pool(double rate_per_s, double busy, double keep_alive_s)
{
    if (busy > BUSY_MAX) {
        struct keep_alive half = keep_alive_pool(rate_per_s / 2.0, busy / 2.0, keep_alive_s);
        return (struct keep_alive){ 2.0 * half.opened_per_s, 2.0 * half.open };
    }
    double beyond[TERMS] = { 0 }; /* 1 - f_n(s), of each s */
    double level = number_exp(-busy), seen = 0.0, opens = 0.0, idle = 0.0;
    for (int n = 0; n <= busy || seen < 1.0 - NEGLIGIBLE; n++) {
        const double served = busy > 0.0 ? (double)n * rate_per_s / busy : 0.0;
        double longer = 0.0, idle_s = 0.0;
        for (int k = 0; k < TERMS; k++) {
            const double s = (double)(k + 1) * LN_2 / keep_alive_s, away = s + served * beyond[k];
            beyond[k] = away / (rate_per_s + away);
            longer += stehfest[k] * beyond[k];
            idle_s += stehfest[k] * beyond[k] / s;
        }
        opens += level * clamp(longer, 0.0, 1.0);
        idle += level * clamp(idle_s, 0.0, keep_alive_s);
        seen += level;
        level *= busy / (double)(n + 1);
        if (level <= 0.0 && n > busy)
            break;
    }
    return (struct keep_alive){ .opened_per_s = rate_per_s * opens, .open = busy + rate_per_s * idle };
}
