/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replica -- a database that follows another region's: lag, who decides that it takes over, what is lost, and the way
 * back; and the alarms that call somebody.
 *
 *   FOLLOWS --alarm--> DECIDING --decision, the alarm still on--> PROMOTING --takes--> LEADS
 *      ^                  \--the alarm is over--> FOLLOWS                                |
 *      |                                                          the source is up again, failback
 *      \--takes, nobody writes-- SWITCHING <--after-- RESYNCING <------------------------/
 *
 * Reads of a region stay in it. Writes go to whoever leads: from the other region over the distance, or they fail
 * (`writes`). From the decision on the source is fenced off: a region that is back meanwhile does not lead, too. A
 * promotion loses what the source acknowledged in the last `lag` before it was lost, counted write by
 * write. The old source does not come back as a second primary: it follows until the failback.
 * Left out: lag that grows with load, reads of old data, chains and several followers, Aurora global databases.
 * Sources:      [RDS-UG] "Working with DB instance read replicas", "Promoting a read replica"; AWS behaviour, sec. 13.1.
 */
#ifndef HEADROOM_REPLICA_H
#define HEADROOM_REPLICA_H

#include "models/world.h"

enum replica_state {
    REPLICA_FOLLOWS,
    REPLICA_DECIDING,
    REPLICA_PROMOTING,
    REPLICA_LEADS,
    REPLICA_RESYNCING,
    REPLICA_SWITCHING
};

void replicas_init(struct world *w);
void replica_event(struct world *w, uint32_t pair, uint32_t what);
void alarm_event(struct world *w, uint32_t alarm, uint32_t what);

/*
 * The database that takes a write which the region of `database` wants: that one, or its partner. -1: nobody does, or
 * not from here.
 */
int replica_writer(const struct world *w, int database);
/* The database has acknowledged a write. */
void replica_acknowledged(struct world *w, int database);

#endif
