/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attribute_words -- the words that an attribute of a raw usage type may have.
 *
 * Most attributes select a rate, and a word that no rate has is an error there. Some choose between rules instead
 * ("arch=arm64", "spot=yes", "rtc=yes"); any other word would silently mean the default, so these are checked.
 */
#ifndef HEADROOM_ATTRIBUTE_WORDS_H
#define HEADROOM_ATTRIBUTE_WORDS_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/usage.h"

/* False, reported at `at` with the words that there are, when the key has another one. */
bool attribute_words_check(const struct usage_key *key, struct arena *arena, struct mark at, struct diag *diag);

#endif
