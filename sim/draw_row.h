/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * draw_row -- the draws of many subjects in a row, at one place: several blocks side by side in a vector register.
 *
 * The bits are those of draw_at(), whatever the machine. A block takes about 2.7 ns where the processor has AVX2, which
 * is found out when the program runs, and as long as draw_at() where it has not; and it is off the path of the request
 * that will use it.
 */
#ifndef HEADROOM_DRAW_ROW_H
#define HEADROOM_DRAW_ROW_H

#include "sim/draw.h"

enum { DRAW_ROW = 64 }; /* a row that stays in the first-level cache with those who use it */

/* out[i] = draw_at(key, first + i, place, attempt) for i < DRAW_ROW. */
void draw_row(struct draw_key key, uint64_t first, uint32_t place, uint32_t attempt, struct draw_block out[DRAW_ROW]);

#endif
