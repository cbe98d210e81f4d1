/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stopping -- when there are enough replications, decided so that looking often does not make a run too sure.
 *
 * A rule that looks at an interval after every replication and stops when it likes what it sees ends on lucky
 * intervals: at a nominal 95 % they cover far less. Here a run is looked at after 10, 20, 40, 80 ... replications only,
 * and the error that may be made is spent over the looks: half of 5 % at the first, half of the rest at the next
 * [LAN-83], divided by the number of figures that are decided on (Bonferroni). By the union bound every interval that
 * is reported at the end, whichever look that is, holds with 95 %, and all figures that were decided on hold together.
 * The bound needs nothing of the joint law of the looks; it costs a fifth of the width at the first look and
 * seven tenths at the sixth.
 *
 * The checkpoints count replications in the order of their numbers: which thread was faster cannot change a decision.
 *
 * [LAN-83] K. K. G. Lan, D. L. DeMets, Discrete Sequential Boundaries for Clinical Trials, Biometrika 70 (1983).
 */
#ifndef HEADROOM_STOPPING_H
#define HEADROOM_STOPPING_H

enum { STOPPING_FIRST_LOOK = 10 };
extern const double STOPPING_ALPHA; /* 0.05 */

/* Replications at look 0, 1, ...: 10, 20, 40 ...; never more than `most`. */
int stopping_checkpoint(int look, int most);

/* The level of an interval at a look, one of `figures` >= 1 that are decided on together: 1 - 0.05 / (figures 2^(look+1)). */
double stopping_level(int look, int figures);

#endif
