/* SPDX-License-Identifier: GPL-3.0-or-later */
/* machine -- what figures were measured on, as far as it can be read: Linux says much of it in /proc and /sys. */
#ifndef HEADROOM_MACHINE_H
#define HEADROOM_MACHINE_H

enum { MACHINE_LINES = 5, MACHINE_LINE_MAX = 240 };

struct machine {
    const char *const *names; /* "processor", "caches", ... */
    char values[MACHINE_LINES][MACHINE_LINE_MAX];
};

/* The values are one line each, without quotes, backslashes and bars. */
void machine_look(struct machine *machine);

#endif
