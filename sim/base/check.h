/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check -- our own bugs stop the program.
 *
 * CHECK(cond, why) is always on. It prints the place and the reason to stderr and ends the process
 * with status 5 (an internal check failed), so that a wrong number is never written.
 */
#ifndef HEADROOM_CHECK_H
#define HEADROOM_CHECK_H

#include "sim/base/compiler.h"

#define CHECK(cond, why) (LIKELY(cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond, why))

NORETURN void check_failed(const char *file, int line, const char *cond, const char *why);

#endif
