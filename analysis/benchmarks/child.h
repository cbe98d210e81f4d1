/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child -- work in a process of its own: its memory is its own, and what it leaves in caches and heaps goes with it.
 */
#ifndef HEADROOM_CHILD_H
#define HEADROOM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs `work` in a child that fills `result`, `size` bytes without pointers. False when the child did not get there: it
 * returned false, it died, or there was no process to be had. The caller has one thread. */
bool child_run(bool (*work)(void *context, void *result), void *context, void *result, size_t size);

/* What a program prints on standard output, cut to `size` - 1 characters and ended. argv as execvp() has it, up to eight
 * words. Returns its exit status, 127 when there is no such program, -1 when it was killed or there was no process to be
 * had. */
int child_output(const char *const *argv, char *output, size_t size);

/* The largest resident set of this process so far. */
int64_t child_peak_bytes(void);

#endif
