/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text -- small things about names. */
#ifndef HEADROOM_TEXT_H
#define HEADROOM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Damerau-Levenshtein distance (adjacent transposition = 1), bounded: returns limit + 1 when it is larger. */
int text_distance(const char *a, const char *b, int limit);

/*
 * The candidate nearest to `word`, or NULL when none is near enough to be a plausible typing error
 * (distance <= max(1, length / 3)). Ties go to the first. Case differences cost nothing.
 */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* FNV-1a, 64 bits: names of draws and of entities in fingerprints. Not for hash tables fed by strangers. */
uint64_t text_hash(const char *text);
uint64_t text_hash_more(uint64_t hash, const char *text);

/* Both NULL, or the same characters. */
bool text_equal(const char *a, const char *b);

/*
 * Makes strangers' text fit for a terminal and for JSON, in place: control characters (C0 but tab, DEL, C1), bytes that
 * are not valid UTF-8 and the characters that reverse the direction of writing become '?'.
 */
void text_neutralise(char *text);

#endif
